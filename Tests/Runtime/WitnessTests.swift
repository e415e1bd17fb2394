import API
import Base
import Change
import Domain
import Foundation
import Host
import Testing

@testable import Runtime

/// A station whose own clock is wrong by years: flagged until its parent's clock is heard of, and
/// then right, also for what was written before.
@Suite struct WitnessTests {
    private func ask(
        _ station: Station, _ method: String, _ path: String, _ body: String? = nil
    ) async throws -> JSON {
        let answer = try await NodeCommands.ask(station.data, method, path, body: body)
        #expect(answer.exitCode == 0, "\(path): \(answer.text)")
        return try JSON(parsing: Array(answer.text.utf8))
    }

    private func cut(_ station: Station, _ isCut: Bool) async throws {
        let runtime = try await station.running()
        for peer in runtime.dialled() { await peer.setCut(isCut) }
        try await County.until("the link is as it should be") { runtime.isCutOff == isCut }
    }

    /// In force since before the test's days.
    private static let item = "370511002009"

    private func publish(_ place: County) async throws {
        let day = try #require(Instant(rfc3339: "2026-09-20T09:00:00+08:00"))
        try await place.county.running().clock.set(to: day)
        try await place.county.publish(Self.item)
        try await place.county.say(
            "{\"command\":\"grant.set\",\"code\":\"\(Self.item)\",\"region\":"
                + "\"370124000000\",\"level\":\"village\",\"mode\":\"授权办理\","
                + "\"from\":\"2020-01-01\",\"document\":\"1号\"}")
        try await place.settle(place.village)
    }

    /// Through the door, as a clerk's browser does; its number.
    private func receive(
        _ station: Station, _ item: String = County.item
    ) async throws -> String {
        let body =
            "{\"command\":\"case.receive\",\"item\":\"\(item)\",\"applicant\":"
            + "{\"name\":\"王某\"},\"materials\":[\"M1\"]}"
        let answer = try await ask(station, "POST", "/api/v1/commands", body)
        let number = try #require(answer["number"]?.text)
        _ = try await ask(
            station, "POST", "/api/v1/commands",
            "{\"command\":\"case.accept\",\"case\":\"\(number)\"}")
        return number
    }

    private func clock(_ station: Station, _ number: String) async throws -> JSON {
        try await ask(station, "GET", "/api/v1/cases/\(number)/clock")
    }

    private func parent(_ station: Station) async throws -> JSON {
        try await ask(station, "GET", "/api/v1/status")["peers"]?[0] ?? .null
    }

    @Test func aClockYearsAheadIsPutRightByTheParents() async throws {
        let place = try await County()
        let (county, village) = (place.county, place.village)
        try await publish(place)
        try await cut(village, true)
        let now = try #require(Instant(rfc3339: "2026-09-24T17:20:00+08:00"))
        try await county.running().clock.set(to: now)
        let wrong = try #require(Instant(rfc3339: "2032-03-01T09:05:00+08:00"))
        try await village.running().clock.set(to: wrong, isWrong: true)
        try await village.running().compareClock()
        #expect(try await parent(village)["clockTrust"]?.text == "doubtful")
        let number = try await receive(village, Self.item)
        let before = try await clock(village, number)
        #expect(before["received"]?.text == "2032-03-01")
        #expect(before["doubtful"]?.bool == true, "flagged until somebody above was heard of")
        let paper = try await ask(village, "GET", "/api/v1/cases/\(number)/papers/acceptance")
        #expect("\(paper)".contains("未经上级时间核对"))

        try await cut(village, false)
        try await County.until("the village heard the county's time") {
            try await village.running().clock.trust == .corrected
        }
        try await County.until("what was written before is put right") {
            try await village.file(number)["doubtful"] == nil
        }
        try await place.settle(village)
        for station in [village, county] {
            let after = try await clock(station, number)
            #expect(after["received"]?.text == "2026-09-24")
            // The 25th to the 27th are holidays.
            #expect(after["promised"]?.text == "2026-09-28")
            #expect(after["doubtful"]?.bool == false)
        }
        let second = try await receive(village, Self.item)
        let later = try await clock(village, second)
        #expect(later["received"]?.text == "2026-09-24", "though its log's clock is years ahead")
        #expect(later["promised"]?.text == "2026-09-28")
        #expect(later["doubtful"]?.bool == false)
        let said = try await parent(village)
        #expect(said["clockTrust"]?.text == "corrected")
        #expect((said["clockCorrectionMillis"]?.int ?? 0) < -5 * 365 * 86_400_000)
        await place.stop()
    }

    @Test func aClockYearsBehindIsNeverBeforeWhatWasSigned() async throws {
        let place = try await County()
        let village = place.village
        try await place.settle(village)
        try await cut(village, true)
        let wrong = try #require(Instant(rfc3339: "2019-01-01T00:00:00+08:00"))
        try await village.running().clock.set(to: wrong, isWrong: true)
        try await village.running().compareClock()
        #expect(try await parent(village)["clockTrust"]?.text == "doubtful")
        let number = try await receive(village)
        let today = CivilDate(of: SystemClock.now())
        let before = try await clock(village, number)
        #expect(before["doubtful"]?.bool == true)
        let received = try #require(before["received"]?.text.flatMap { CivilDate($0) })
        #expect(received >= today.advanced(by: -1), "not before the county's last word")
        try await cut(village, false)
        try await County.until("the county vouched for it") {
            try await village.file(number)["doubtful"] == nil
        }
        #expect(try await clock(village, number)["doubtful"]?.bool == false)
        await place.stop()
    }

    @Test func aRightClockNeedsNoWord() async throws {
        let place = try await County()
        let village = place.village
        try await place.settle(village)
        try await cut(village, true)
        let now = SystemClock.now()
        try await village.running().clock.set(to: now, isWrong: true)
        try await village.running().compareClock()
        let number = try await receive(village)
        #expect(try await clock(village, number)["doubtful"]?.bool == false)
        try await cut(village, false)
        try await County.until("the county agreed") {
            try await village.running().clock.trust == .witnessed
        }
        try await place.settle(village)
        let events = try await village.file(number)["events"]?.array ?? []
        #expect(!events.contains { $0["kind"]?.text == "retime" })
        await place.stop()
    }
}
