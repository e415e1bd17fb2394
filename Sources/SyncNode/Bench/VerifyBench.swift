import Host
import Runtime

/// `node verify` of a long log: every hash, signature, dependency and folded document.
enum VerifyBench {
    static func run(_ place: Bench.Place) async throws -> [Figure] {
        let data = try await BenchWorld.makeCounty(place.folder)
        _ = try BenchFill.fill(data, changes: place.changes)
        try BenchFill.check(data, holds: place.changes)
        let report = try { () throws -> (isSound: Bool, took: Double) in
            let start = SystemClock.monotonicNanos()
            let isSound = try Verification.run(data: data).isSound
            return (isSound, Double(SystemClock.monotonicNanos() - start) / 1_000_000_000)
        }()
        guard report.isSound else {
            throw BenchWorld.Failure(sentence: "what the bench wrote does not verify")
        }
        return [
            Figure(
                "verify", report.took, "s", beside: "seconds for 200,000 changes",
                30 * Double(place.changes) / 200_000, must: .atMost(1))
        ]
    }
}
