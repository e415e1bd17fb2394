import API
import Base
import Domain
import Foundation
import Guide
import Testing

@testable import Runtime

/// What waits for a word of the catalog's authority is found by what it waits for, not among the
/// newest cases.
@Suite struct WaitingCaseTests {
    private func sheet(
        _ station: Station, _ kind: SheetKind, _ code: String = ""
    ) async throws -> Sheet {
        let queries = NodeQueries(runtime: try await station.running())
        return try #require(try queries.sheet(SheetQuestion(kind, code: code)))
    }

    private func waiting(_ station: Station) async throws -> [String] {
        (try await sheet(station, .pending).data["waiting"]?.array ?? []).map {
            "\($0["number"]?.text ?? "") \($0["about"]?.text ?? "")"
        }
    }

    @Test func noneIsMissedHoweverManyCameLater() async throws {
        let place = try await County()
        let county = place.county
        let word = "\"code\":\"\(County.item)\",\"reason\":\"核查\"}"
        try await county.say("{\"command\":\"item.suspend\"," + word)
        let first = try await county.receive("王某")
        try await county.say("{\"command\":\"item.resume\"," + word)
        for _ in 0..<205 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 { group.addTask { _ = try await county.receive("李某") } }
                try await group.waitForAll()
            }
        }
        #expect(try await waiting(county) == [first + " standing"])
        let impact = try await sheet(county, .impact, County.item)
        #expect(impact.data["open"]?.int == 2051, "every case in flight is counted")
        try await county.say(
            "{\"command\":\"ruling.set\",\"case\":\"\(first)\",\"about\":\"standing\","
                + "\"outcome\":\"continue\",\"reason\":\"暂停前已有申请\"}")
        #expect(try await waiting(county).isEmpty)
        await place.stop()
    }

    /// 即办件: closed in the visit, before anybody heard that the grant had ended.
    @Test func whatWasClosedBehindTheEndOfAGrantWaitsForAWord() async throws {
        let place = try await County()
        let number = try await place.village.receive("王某")
        for act in ["accept\"", "decide\",\"outcome\":\"grant\"", "deliver\"", "close\""] {
            try await place.village.say(
                "{\"command\":\"case.\(act),\"case\":\"\(number)\"}")
        }
        try await place.settle(place.village)
        #expect(try await waiting(place.county).isEmpty)
        try await place.county.say(
            "{\"command\":\"grant.set\",\"code\":\"\(County.item)\",\"region\":\"370124000000\","
                + "\"level\":\"village\",\"mode\":null,\"from\":\"2021-01-01\","
                + "\"document\":\"3号\"}")
        #expect(try await waiting(place.county) == [number + " grant"])
        try await place.county.say(
            "{\"command\":\"ruling.set\",\"case\":\"\(number)\",\"about\":\"grant\","
                + "\"outcome\":\"continue\",\"reason\":\"追认\"}")
        #expect(try await waiting(place.county).isEmpty)
        await place.stop()
    }
}
