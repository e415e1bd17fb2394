import Base
import Change
import Civil
import Testing

@testable import Board
@testable import Domain
@testable import Tally

/// The board against a naive recount from the documents, over a random county: whatever was kept
/// up step by step is what everybody can work out anew.
@Suite struct BoardPropertyTests {
    private static func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    private func check(
        _ county: RandomCounty, _ tally: Tally, today: CivilDate, _ why: String
    ) throws {
        let all = county.cases.keys.sorted { $0.id < $1.id }
            .compactMap { county.cases[$0] }.map(NaiveCase.init)
        let now = today.start.advanced(byMillis: 12 * 3_600_000)
        let periods = [
            try Self.day("2026-04-01")...(try Self.day("2026-04-30")),
            try Self.day("2026-03-10")...(try Self.day("2026-06-20")),
            try Self.day("2026-06-03")...(try Self.day("2026-06-03")),
            try Self.day("2026-01-01")...(try Self.day("2026-12-31")),
        ]
        let regions = [RandomCounty.county] + RandomCounty.towns + [RandomCounty.villages[0]]
        for region in regions {
            for period in periods {
                var input = try county.board(
                    tally, at: RandomCounty.county, region, period, now: now)
                input.startupItems = ["A1", "C1"]
                let naive = NaiveBoard(county, of: region, period, all, today: today)
                for (name, expected) in naive.values().sorted(by: { $0.key < $1.key }) {
                    #expect(
                        said(name, input) == expected,
                        "\(name) at \(region.rawValue), \(period.lowerBound.text), \(why)")
                }
                let lights = [input.lights.blue, input.lights.yellow, input.lights.red]
                #expect(lights == naive.lights(), "\(region.rawValue), \(why)")
            }
        }
    }

    private func said(_ name: String, _ input: BoardInput) -> String {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        let metric = BoardMetric.all.first { String($0.number) == parts[0] }
        guard parts.count == 2 else { return metric?.value(input).text ?? "" }
        return metric?.more(input).first { $0.0 == parts[1] }?.1.text ?? "not told"
    }

    @Test func theBoardIsWhatANaiveCountSays() throws {
        let county = try RandomCounty(seed: 20_261_122)
        try county.publish()
        try county.receive(150)
        let tally = try county.tally("board.db")
        try check(county, tally, today: try Self.day("2026-07-01"), "received")
        try county.goOn(60)
        try county.move(RandomCounty.villages[0], to: RandomCounty.towns[0])
        try county.move(RandomCounty.villages[3], to: RandomCounty.towns[2])
        try county.receive(60)
        try county.catchUp(tally)
        let today = try Self.day("2026-07-20")
        try check(county, tally, today: today, "moved and gone on")
        let anew = try county.tally("anew.db")
        try check(county, anew, today: today, "made anew")
    }
}
