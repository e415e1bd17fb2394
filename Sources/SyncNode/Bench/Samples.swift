import Base
import Glibc
import Host
import Runtime

/// Durations of one kind, in nanoseconds.
struct Samples {
    private var nanos: [Int64] = []

    mutating func add(_ value: Int64) { nanos.append(value) }

    /// The duration in milliseconds below which a share of them lies.
    func millis(_ share: Double) -> Double {
        invariant(!nanos.isEmpty, "a share is of something")
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

/// What one side of a turn did.
struct Speed: Sendable {
    /// Things a second of wall time.
    let perSecond: Double
    /// Microseconds of processor time of this process for each; nil where another did the work.
    let cpuMicros: Double?
}

/// Two speeds measured in turns, so that a busy machine slows both. What counts is the turn whose
/// ratio is the median: its two sides stood next to each other in time.
struct Rounds {
    private var turns: [(figure: Speed, limit: Speed)] = []

    /// - Parameters: Each does its work once and gives how many a second. Every other turn
    ///   begins with the other side.
    mutating func turn(
        figure measured: () async throws -> Double, limit bare: () async throws -> Double
    ) async throws {
        if turns.count.isMultiple(of: 2) {
            let limit = try await Self.speed(bare)
            turns.append((try await Self.speed(measured), limit))
        } else {
            let figure = try await Self.speed(measured)
            turns.append((figure, try await Self.speed(bare)))
        }
    }

    /// The turn that counts. At least one was taken.
    var median: (figure: Speed, limit: Speed) {
        let sorted = turns.sorted {
            $0.figure.perSecond / $0.limit.perSecond < $1.figure.perSecond / $1.limit.perSecond
        }
        return sorted[sorted.count / 2]
    }

    /// The least and the greatest ratio of a turn.
    var spread: ClosedRange<Double> {
        let ratios = turns.map { $0.figure.perSecond / $0.limit.perSecond }.sorted()
        return ratios[0]...ratios[ratios.count - 1]
    }

    private static func speed(_ body: () async throws -> Double) async throws -> Speed {
        let cpu = cpuSeconds()
        let start = SystemClock.monotonicNanos()
        let perSecond = try await body()
        guard perSecond > 0, perSecond.isFinite else {
            throw BenchWorld.Failure(sentence: "a side of a turn did nothing")
        }
        let took = Double(SystemClock.monotonicNanos() - start) / 1_000_000_000
        // The body may have done more than it counted; its share of processors is what is known.
        return Speed(
            perSecond: perSecond, cpuMicros: (cpuSeconds() - cpu) / took / perSecond * 1_000_000)
    }

    /// Processor time of this process so far, of all its threads, user and system.
    private static func cpuSeconds() -> Double {
        var usage = rusage()
        let status = getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        invariant(status == 0, "the own use can be read")
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
        }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
