import API
import Base
import Board
import Domain
import Foundation
import Guide
import Testing

@testable import Runtime

/// Erasure: what is personal of a case goes from every node that hears of it (I27).
@Suite struct ErasureTests {
    private func closed(_ place: County, _ name: String) async throws -> String {
        let number = try await place.village.receive(name)
        for act in ["accept", "decide\",\"outcome\":\"grant", "deliver\",\"receiver\":\"某甲"] {
            try await place.village.say("{\"case\":\"\(number)\",\"command\":\"case.\(act)\"}")
        }
        return number
    }

    /// Closed and, after the rating window, put away by the station.
    private func archived(
        _ place: County, _ name: String, rated: Bool = false
    ) async throws -> String {
        let number = try await closed(place, name)
        try await place.village.say("{\"case\":\"\(number)\",\"command\":\"case.close\"}")
        if rated {
            try await place.village.say(
                "{\"case\":\"\(number)\",\"command\":\"case.rate\",\"score\":2,\"named\":true}")
        }
        let now = try await place.village.running().clock.now()
        let later = Instant(millis: now.millis + 20 * 86_400_000)
        for station in [place.county, place.village] {
            try await station.running().clock.set(to: later)
        }
        let digest = String(repeating: "a", count: 64)
        try await place.village.say(
            "{\"case\":\"\(number)\",\"command\":\"case.archive\",\"digest\":\"\(digest)\"}")
        try await place.settle(place.village)
        return number
    }

    private func sealed(_ number: String, at station: Station) async throws -> String {
        try await station.file(number)["sealed"]?.text ?? ""
    }

    private func files(below path: String, with text: String) throws -> [String] {
        let walk = try #require(FileManager.default.enumerator(atPath: path))
        var found: [String] = []
        for case let name as String in walk {
            guard let bytes = FileManager.default.contents(atPath: path + "/" + name) else {
                continue
            }
            if bytes.range(of: Data(text.utf8)) != nil { found.append(name) }
        }
        return found
    }

    private func lines(_ number: String, at station: Station) async throws -> Int {
        let queries = NodeQueries(runtime: try await station.running())
        return try queries.documents(
            DocumentQuery(collection: .audit, status: "case.erased", after: nil, limit: 50)
        ).filter { try JSON(parsing: $0.state)["about"]?.text == number }.count
    }

    /// What the board counts of cases, ratings and tickets, over all the years.
    private func figures(_ station: Station) async throws -> [[String]] {
        let period = try #require(CivilDate("2026-01-01"))...#require(CivilDate("2028-12-31"))
        let queries = NodeQueries(runtime: try await station.running())
        let month = try #require(try queries.board(BoardQuestion(.month, period: period)))
        let metrics = try #require(try queries.board(BoardQuestion(.metrics, period: period)))
        let rows = month.sections.filter { ["办件量", "工单"].contains($0.heading) }.flatMap(\.rows)
        let told = metrics.sections.first?.rows ?? []
        let numbers = ["2", "9", "16", "17", "31", "32", "33", "36"]
        return rows + told.filter { numbers.contains($0[0]) }.map { Array($0.prefix(4)) }
    }

    @Test func anErasureReachesEveryNodeAndLeavesNothing() async throws {
        let place = try await County()
        let before = place.folder.path + "/before"
        try NodeBackup.save(data: place.village.data, to: before)
        let number = try await archived(place, "欧阳若兰", rated: true)
        let other = try await archived(place, "另一人")
        let envelope = try await sealed(number, at: place.county)
        #expect(!envelope.isEmpty)
        let counted = try await figures(place.county)
        #expect(try await figures(place.village).last == counted.last)
        for station in [place.county, place.village] {
            #expect(try !files(below: station.data, with: envelope).isEmpty, "it was there")
        }
        try await place.county.say(
            "{\"command\":\"case.erase\",\"case\":\"\(number)\",\"reason\":\"到期\",\"early\":true,\"dryRun\":true}"
        )
        #expect(try await sealed(number, at: place.county) == envelope, "a rehearsal")
        try await place.county.say(
            "{\"command\":\"case.erase\",\"case\":\"\(number)\",\"reason\":\"到期\",\"early\":true}")
        try await place.settle(place.village)
        for station in [place.county, place.village] {
            try await County.until("it is gone at \(station.code)") {
                try await sealed(number, at: station).isEmpty
                    && files(below: station.data, with: envelope).isEmpty
            }
            let file = try await station.file(number)
            #expect(file["erased"]?.bool == true && file["status"]?.text == "archived")
            #expect(file["number"]?.text == number, "what is nobody's stays")
            #expect(try await !sealed(other, at: station).isEmpty, "and so do others")
        }
        #expect(try await figures(place.county) == counted, "nothing that is counted was his")
        let below = try await figures(place.village)
        try await County.until("both have receipted it, signed, at the county") {
            try await lines(number, at: place.county) == 2
        }
        try await place.expectSound()

        // A station that was put back to before the case gets it as it is now.
        let state = try await place.county.file(number)
        await place.village.stop()
        try FileManager.default.removeItem(atPath: place.village.data)
        try NodeBackup.restore(from: before, data: place.village.data)
        try await place.village.start()
        try await County.until("the parent knows the new incarnation") {
            let village = try await place.village.running()
            return village.board.directory.region(of: village.store.signer.key) != nil
        }
        try await place.settle(place.village)
        let again = try await place.village.file(number)
        #expect(again["events"] == state["events"] && again["erased"]?.bool == true)
        #expect(again["item"] == state["item"] && again["links"] == state["links"])
        let after = try await figures(place.village)
        #expect(after == below, "and what comes again counts alike")
        try await place.expectSound()
        await place.stop()
    }

    @Test func aBackupOfBeforeForgetsAgain() async throws {
        let place = try await County()
        let number = try await archived(place, "欧阳若兰")
        let envelope = try await sealed(number, at: place.village)
        let saved = place.folder.path + "/saved-before"
        try NodeBackup.save(data: place.village.data, to: saved)
        try await place.county.say(
            "{\"command\":\"case.erase\",\"case\":\"\(number)\",\"reason\":\"到期\",\"early\":true}")
        try await place.settle(place.village)
        await place.village.stop()
        try FileManager.default.removeItem(atPath: place.village.data)
        try NodeBackup.restore(from: saved, data: place.village.data)
        try await place.village.start()
        try await County.until("the erasure came again") {
            try await sealed(number, at: place.village).isEmpty
                && files(below: place.village.data, with: envelope).isEmpty
        }
        try await place.expectSound()
        await place.stop()
    }

    @Test func aPersonErasedIsNotFoundAnyMore() async throws {
        let place = try await County()
        let number = try await archived(place, "欧阳若兰")
        func found() async throws -> [String] {
            try NodeQueries(runtime: try await place.county.running())
                .search("欧阳若兰", limit: 5).map(\.label)
        }
        try await County.until("it is found") { try await found() == [number] }
        try await place.county.say(
            "{\"command\":\"case.erase\",\"case\":\"\(number)\",\"reason\":\"到期\",\"early\":true}")
        #expect(try await found().isEmpty)
        await place.stop()
    }
}
