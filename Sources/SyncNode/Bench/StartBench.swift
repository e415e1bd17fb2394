import Host
import Network
import Runtime

/// From the start of the process to its word that it listens, with a long log.
enum StartBench {
    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let data = try await BenchWorld.makeCounty(place.folder)
        let empty = try millis(place.program, data)
        _ = try BenchFill.fill(data, changes: place.changes * 5)
        try BenchFill.check(data, holds: place.changes * 5)
        let full = try millis(place.program, data)
        return [
            Figure(
                "start", full, "ms", beside: "the same with an empty log", empty,
                must: .valueAtMost(200), aim: .valueAtMost(80))
        ]
    }

    /// The median of five starts.
    private static func millis(_ program: String, _ data: String) throws -> Double {
        var samples = Samples()
        for _ in 0..<5 {
            let start = SystemClock.monotonicNanos()
            let node = try ServedNode(program, data)
            samples.add(SystemClock.monotonicNanos() - start)
            node.stop()
        }
        return samples.millis(0.5)
    }
}
