import Host
import Kernel
import Runtime

/// Durable appends through the real writer: decide, chain, sign, log, fold, project, sync.
enum AppendBench {
    private static let roundNanos: Int64 = 1_500_000_000

    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let bare = try BareTable(place.folder + "/bare.db")
        let row = [UInt8](repeating: 0x5a, count: 600)
        var figures: [Figure] = []
        for writers in [1, 32] {
            var rounds = Rounds()
            let batch = Array(repeating: row, count: writers)
            for turn in 1...5 {
                // A station of its own each time: a day has 79,999 numbers a station.
                let data = try await BenchWorld.makeCounty(
                    place.folder, named: "append-\(writers)-\(turn)")
                try await rounds.turn(
                    figure: { try await appends(data, writers: writers) },
                    limit: { try bareCommits(bare, batch) })
            }
            figures.append(
                Figure(
                    "append.\(writers)", rounds, "changes/s",
                    beside: "bare SQLite, \(writers) a commit, FULL", must: .atLeast(0.4),
                    aim: .atLeast(0.6)))
        }
        return figures
    }

    /// Rows a second of a bare table.
    static func bareCommits(_ bare: BareTable, _ batch: [[UInt8]]) throws -> Double {
        var count = 0
        let start = SystemClock.monotonicNanos()
        while SystemClock.monotonicNanos() - start < Self.roundNanos {
            try bare.commit(batch)
            count += batch.count
        }
        return Double(count) * 1e9 / Double(SystemClock.monotonicNanos() - start)
    }

    /// Commands a second with as many under way as there are writers: each hands its next one
    /// in when the last one is durable.
    private static func appends(_ data: String, writers: Int) async throws -> Double {
        let clock = NodeClock()
        let writer = Writer(
            board: KnowledgeBoard(), clock: clock,
            open: { () throws(JournalError) in try NodeRuntime.kernel(of: data) }, opened: { _ in })
        let loop = try CommandLoop(writer: writer)
        // The first commits bring statements and documents into memory.
        _ = try await loop.run(writers, nanos: 200_000_000)
        let speed = try await loop.run(writers, nanos: roundNanos)
        writer.stop()
        return speed
    }
}
