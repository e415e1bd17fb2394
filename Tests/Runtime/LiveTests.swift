import API
import Base
import Domain
import Foundation
import Network
import Testing

@testable import Runtime

/// What a node tells of itself while it lives: readiness, seats, alarms, events, and what a
/// caller saw.
@Suite(.serialized) struct LiveTests {
    private func status(_ station: Station) async throws -> NodeStatus {
        try NodeQueries(runtime: await station.running()).status()
    }

    private func isReady(_ station: Station) async throws -> Bool {
        try NodeQueries(runtime: await station.running()).isReady()
    }

    @Test func aCopySaysThatItIsFencedAndThenThatItHasNoSeat() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        let saved = try await place.saved(place.village)
        _ = try await place.village.receive("乙")
        try await place.settle(place.village)
        #expect(try await isReady(place.village))
        #expect(try await !status(place.village).fenced)
        await place.village.stop()
        try place.copy(saved, to: place.village.data)
        try await place.village.start()
        try await County.until("the village is fenced") {
            try await status(place.village).fenced
        }
        #expect(try await !isReady(place.village))
        try await County.until("the link says why") {
            try await status(place.village).peers.contains { peer in
                peer.alarms.contains { $0.kind == .rollback }
            }
        }
        try await place.village.renew()
        #expect(try await !status(place.village).fenced)
        #expect(try await isReady(place.village))
        try await place.settle(place.village)
        #expect(try await !status(place.village).seated)
        #expect(try await status(place.county).seated)
        await place.stop()
    }

    /// The sentinel is put back under a running node: the next write finds it.
    @Test func aStoreThatIsNotOursAnyMoreIsNotReady() async throws {
        let place = try await County()
        let path = place.village.data + "/sentinel"
        let old = try Data(contentsOf: URL(fileURLWithPath: path))
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        try old.write(to: URL(fileURLWithPath: path), options: .atomic)
        let command = try Command(
            json: try JSON(
                parsing: Array(
                    "{\"command\":\"item.suspend\",\"code\":\"1\",\"reason\":\"x\"}".utf8)))
        await #expect(throws: Writer.Failure.self) {
            try await place.village.running().store.writer.submit(
                .command(command, author: 0, replayKey: nil))
        }
        #expect(try await status(place.village).fenced)
        #expect(try await !isReady(place.village))
        try await County.until("it asks to begin anew") { await place.village.renewals > 0 }
        try await place.village.renew()
        #expect(try await !status(place.village).fenced, "nothing went back: it goes on")
        #expect(try await isReady(place.village))
        try await place.settle(place.village)
        #expect(try await place.village.applicants() == ["甲"])
        try await place.expectSound()
        await place.stop()
    }

    @Test func anEventComesForEachDocumentAndAnOldPlaceIsReset() async throws {
        let place = try await County()
        let log = try await place.village.running().store.writer.events
        let before = log.last
        let number = try await place.village.receive("甲")
        let news = try #require(log.since(before, limit: 100))
        #expect(news.keys.contains { $0.collection == .caseFile })
        #expect(news.last == before + UInt64(news.keys.count))
        #expect(log.since(news.last, limit: 9)?.keys.isEmpty == true)
        #expect(log.since(news.last + 1, limit: 9) == nil, "nobody was ever told of that")
        #expect(log.since(3, limit: 9) == nil, "another run's")

        var text = try await Self.events(place.village, since: before, until: number)
        #expect(text.contains("event: document\n"))
        #expect(text.contains("\"collection\":\"caseFile\""))
        #expect(!text.contains("甲"), "an event names nobody")
        text = try await Self.events(place.village, since: 3, until: "reset")
        #expect(text.contains("event: reset\n"))
        await place.village.stop()
        try await place.village.start()
        let later = try await place.village.running().store.writer.events
        #expect(later.last > news.last, "places grow over restarts")
        await place.stop()
    }

    @Test func theLogOfEventsIsBounded() {
        let log = EventLog(startedAt: Instant(millis: 7))
        let start = log.last
        let key = DocumentKey(collection: .item, id: Digest16(high: 0, low: 1))
        for _ in 0..<3 * Limits.eventsKeptMax { log.add([key]) }
        let count = UInt64(3 * Limits.eventsKeptMax)
        #expect(log.last == start + count)
        #expect(log.since(start, limit: 1) == nil, "forgotten")
        #expect(log.since(log.last - 5, limit: 9)?.keys.count == 5)
    }

    /// What a listener reads until a word comes, on a thread that may wait.
    private static func events(
        _ station: Station, since: UInt64, until word: String
    ) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = [
            "-sN", "--max-time", "20", "-H",
            try await "\(station.authority.0): \(station.authority.1)",
            await station.url + "/api/v1/events?since=\(since)",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer { process.terminate() }
        let handle = output.fileHandleForReading
        return await Blocking.run {
            var text = ""
            while !text.contains(word) {
                let data = handle.availableData
                if data.isEmpty { break }
                text += String(decoding: data, as: UTF8.self)
            }
            return text
        }
    }
}
