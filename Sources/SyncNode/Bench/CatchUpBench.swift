import Base
import Change
import Crypto
import Disk
import Domain
import Host
import Kernel
import Replication
import Runtime
import Store
import Synchronization

/// Bulk catch-up of a station's cases at its county, and serving them at the station.
enum CatchUpBench {
    /// A message's worth of the wire, and what the receiver knows of the sender.
    struct Feed: Sendable {
        let name: ScopeName
        let key: PublicKey
        let batches: [[UInt8]]
        let changes: Int
        let bytes: Int
    }

    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let county = try await BenchWorld.makeCounty(place.folder)
        let parent = try await BenchWorld.start(county)
        let town = try await BenchWorld.join(
            place.folder, "town", BenchWorld.town, to: parent)
        await parent.stop()
        try BenchFill.bring(county, to: town)
        let scope = try BenchFill.fill(town, changes: place.changes)
        let feed = try self.feed(of: scope, in: town)
        let rows = [[UInt8]](
            repeating: [UInt8](repeating: 0x5a, count: feed.bytes / feed.changes), count: 1000)
        var rounds = Rounds()
        for round in 0..<3 {
            let copy = place.folder + "/county\(round)"
            try Folder.copy(county, to: copy)
            try await rounds.turn(
                figure: { try await catchUp(copy, feed) },
                limit: {
                    let bare = try BareTable(place.folder + "/bare\(round).db")
                    let nanos = try seconds {
                        for _ in 0..<feed.changes / 1000 { try bare.commit(rows) }
                    }
                    return Double(feed.changes / 1000 * 1000) / nanos
                })
            try Folder.remove(copy)
        }
        let bulk = Figure(
            "catchup", rounds, "changes/s", beside: "bare SQLite, 1,000 a commit, FULL",
            must: .atLeast(0.45), aim: .atLeast(0.65))
        return [bulk, try await serve(scope, town, feed, place)]
    }

    /// All of a scope as the batches that go over the wire.
    static func feed(of scope: ScopeName, in data: String) throws -> Feed {
        let readers = ReadPool(directory: StoreDirectory(path: data))
        return try readers.read { (reader) throws(JournalError) in
            var batches: [[UInt8]] = []
            var count = 0
            var bytes = 0
            var known: [Dot] = []
            let chains = try reader.chains(of: scope.id)
            guard let key = chains.first?.key else { throw .failed("an empty scope") }
            while true {
                let run = try reader.wireRun(of: scope.id, after: known, except: [])
                guard run.count > 0 else { break }
                batches.append(run.bytes)
                count += run.count
                bytes += run.storedBytes
                known = run.heads.map { Dot(actor: $0.actor, seq: $0.seq) }
                if !run.more { break }
            }
            return Feed(name: scope, key: key, batches: batches, changes: count, bytes: bytes)
        }
    }

    /// Decodes and verifies on this thread, admits on the writer's: as `Intake` does.
    private static func catchUp(_ data: String, _ feed: Feed) async throws -> Double {
        let board = KnowledgeBoard()
        let writer = Writer(
            board: board, clock: NodeClock(),
            open: { () throws(JournalError) in try NodeRuntime.kernel(of: data) },
            opened: { _ in })
        let start = SystemClock.monotonicNanos()
        let intake = try Intake(
            board: board, writer: writer, directory: StoreDirectory(path: data))
        var rest = feed.batches[...]
        while !rest.isEmpty {
            try await take(&rest, of: feed.name, into: intake)
        }
        let took = SystemClock.monotonicNanos() - start
        writer.stop()
        return Double(feed.changes) * 1e9 / Double(took)
    }

    /// One message's worth: decoded, verified, admitted, durable.
    private static func take(
        _ rest: inout ArraySlice<[UInt8]>, of name: ScopeName, into intake: Intake
    ) async throws {
        var delivery = Delivery()
        delivery.opening = [name]
        var bytes = 0
        while bytes < Limits.messageRangeBytesTarget, let batch = rest.popFirst() {
            bytes += batch.count
            var reader = ByteReader(batch)
            delivery.batches.append(try ChangeBatch.decode(from: &reader))
        }
        for report in try await intake.take(delivery) {
            guard report.refusals.isEmpty, report.duplicates == 0 else {
                throw BenchWorld.Failure(sentence: "not admitted: \(report)")
            }
        }
    }

    // MARK: serving

    private static func serve(
        _ scope: ScopeName, _ town: String, _ feed: Feed, _ place: Bench.Place
    ) async throws -> Figure {
        let bare = try BareTable(place.folder + "/range.db")
        let row = [UInt8](repeating: 0x5a, count: feed.bytes / feed.changes)
        let count = min(feed.changes, 50_000) / 1000 * 1000
        for _ in 0..<count / 1000 { try bare.commit(Array(repeating: row, count: 1000)) }
        let readers = ReadPool(directory: StoreDirectory(path: town))
        var rounds = Rounds()
        for _ in 0..<7 {
            try await rounds.turn(
                figure: { try served(scope, count, by: readers) },
                limit: {
                    var buffer = [UInt8](repeating: 0, count: 2 * Limits.rangeBytesMax)
                    var last: Int64 = 0
                    let took = seconds {
                        for _ in 0..<count / 250 {
                            last = bare.read(after: last, 250, into: &buffer).last
                        }
                    }
                    return Double(last) / took
                })
        }
        return Figure(
            "range", rounds, "changes/s", beside: "bare range read of the same rows",
            must: .atLeast(0.5), aim: .atLeast(0.8))
    }

    private static func served(
        _ scope: ScopeName, _ count: Int, by readers: ReadPool
    ) throws -> Double {
        var known: [Dot] = []
        var sent = 0
        let start = SystemClock.monotonicNanos()
        while sent < count {
            let dots = known
            let run = try readers.read { (reader) throws(JournalError) in
                try reader.wireRun(of: scope.id, after: dots, except: [])
            }
            guard run.count > 0 else { break }
            sent += run.count
            known = run.heads.map { Dot(actor: $0.actor, seq: $0.seq) }
        }
        return Double(sent) * 1e9 / Double(SystemClock.monotonicNanos() - start)
    }
}
