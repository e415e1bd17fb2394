import Runtime

/// Durations of one kind, in nanoseconds.
struct Samples {
    private var nanos: [Int64] = []

    mutating func add(_ value: Int64) { nanos.append(value) }

    /// The duration in milliseconds below which a share of them lies.
    func millis(_ share: Double) -> Double {
        guard !nanos.isEmpty else { return 0 }
        let sorted = nanos.sorted()
        let index = min(sorted.count - 1, Int(Double(sorted.count) * share))
        return Double(sorted[index]) / 1_000_000
    }
}

/// Seconds of wall time that a body takes.
func seconds<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Double {
    let start = SystemClock.monotonicNanos()
    try body()
    return Double(SystemClock.monotonicNanos() - start) / 1_000_000_000
}

/// Two speeds measured in turns, so that a busy machine slows both: the best of each.
struct Rounds {
    private(set) var figure = 0.0
    private(set) var limit = 0.0

    /// - Parameters: Each does its work once and gives how many a second.
    mutating func turn(
        figure measured: () async throws -> Double, limit bare: () async throws -> Double
    ) async throws {
        limit = max(limit, try await bare())
        figure = max(figure, try await measured())
    }
}
