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
        // A month; days, months and days; a day.
        let periods = [
            try Self.day("2026-04-01")...(try Self.day("2026-04-30")),
            try Self.day("2026-03-10")...(try Self.day("2026-07-20")),
            try Self.day("2026-06-03")...(try Self.day("2026-06-03")),
        ]
        let regions = [RandomCounty.county, RandomCounty.towns[0], RandomCounty.villages[0]]
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
                let station = try county.board(
                    tally, at: RandomCounty.towns[1], region, period, now: now)
                #expect(station.unsynced == naive.unsynced, "\(region.rawValue), \(why)")
                let lights = [input.lights.blue, input.lights.yellow, input.lights.red]
                #expect(lights == naive.lights(), "\(region.rawValue), \(why)")
            }
        }
        try checkRanks(county, tally, all, today: today)
    }

    private static let counts: [String: Counted] = [
        "received": .received, "accepted": .accepted, "decided": .decided,
        "delivered": .delivered, "closed": .closed, "corrected": .corrected,
        "withdrawn": .withdrawn, "refused": .refused, "ended": .ended, "deferred": .deferred,
        "sameDay": .sameDay, "offline": .offline, "offlineReceived": .offlineReceived,
    ]

    /// 后两位 of the towns are those with the lowest scores.
    private func checkRanks(
        _ county: RandomCounty, _ tally: Tally, _ all: [NaiveCase], today: CivilDate
    ) throws {
        let period = try Self.day("2026-03-01")...(try Self.day("2026-06-30"))
        let input = try county.board(
            tally, at: RandomCounty.county, RandomCounty.county, period, now: today.start)
        let scores = RandomCounty.towns.compactMap { town -> (String, Int)? in
            let naive = NaiveBoard(county, of: town, period, all, today: today)
            return naive.score.map { ("处\(town.rawValue)", $0) }
        }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        #expect(scores.count == 3)
        #expect(input.lastPlaces == scores.suffix(2).map(\.0))
    }

    private func said(_ name: String, _ input: BoardInput) -> String {
        if name == "=outage" { return String(input.figures.total(.outage).sum / 60) }
        if name.hasPrefix("="), let counted = Self.counts[String(name.dropFirst())] {
            return String(input.figures.count(counted))
        }
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

    /// 数据截至: a station's own word or its county's receipt for it, and nothing else.
    @Test func aSilentStationStaysSilentWhateverOthersWrite() throws {
        let county = try RandomCounty(seed: 7)
        let (village, hour) = (RandomCounty.villages[0], Int64(3_600_000))
        let start = RandomCounty.first.start.millis
        func say(_ place: RegionID, _ hours: Int64) throws {
            try county.append(
                .caseNote, Array("{}".utf8), to: RandomCounty.scope(village), by: place,
                start + hours * hour)
        }
        func sign(_ tally: Tally, _ hours: Int64) -> Int64? {
            tally.lastSign(of: village, until: start + hours * hour).map { ($0 - start) / hour }
        }
        let tally = try county.tally("board.db")
        #expect(sign(tally, 100) == nil, "never heard of")
        try county.journal.begin()
        try say(village, 1)
        try say(RandomCounty.county, 50)
        try county.journal.commit()
        try county.catchUp(tally)
        #expect(sign(tally, 100) == 1, "what the county writes in its cases is no sign of it")
        try county.journal.begin()
        try county.sign(village, at: start + 6 * hour)
        try county.journal.commit()
        try county.catchUp(tally)
        #expect(sign(tally, 100) == 6, "the county's receipt is")
        // A clock that is ten years ahead.
        try county.journal.begin()
        try say(village, 87_600)
        try county.journal.commit()
        try county.catchUp(tally)
        #expect(sign(tally, 100) == 6, "a clock that is ahead proves nothing")
        let anew = try county.tally("anew.db")
        #expect(sign(anew, 100) == 6)
    }
}
