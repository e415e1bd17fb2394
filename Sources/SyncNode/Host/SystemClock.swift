package import Base
internal import CLinux
import Glibc

/// The machine's clock and randomness: the only place where the product reads them.
package enum SystemClock {
    /// Wall-clock time.
    package static func now() -> Instant {
        var time = timespec()
        let status = clock_gettime(CLOCK_REALTIME, &time)
        invariant(status == 0, "the wall clock can be read")
        return Instant(millis: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Time that never goes back, in nanoseconds since some start.
    package static func monotonicNanos() -> Int64 {
        var time = timespec()
        let status = clock_gettime(CLOCK_MONOTONIC, &time)
        invariant(status == 0, "the monotonic clock can be read")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// Random bytes of the kernel's generator.
package enum SystemRandom {
    /// 32 bytes. Costs a system call: about 0.3 µs.
    package static func digest() -> Digest {
        var words: [UInt64] = [0, 0, 0, 0]
        // Below 256 bytes the kernel gives all that is asked for, uninterrupted.
        let count = getrandom(&words, 32, 0)
        invariant(count == 32, "the system has randomness")
        return Digest(words: (words[0], words[1], words[2], words[3]))
    }

    /// - Parameter count: Bytes wanted.
    package static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
}

/// The time that a node works by: the machine's, or in demo mode a settable one.
package final class NodeClock: Sendable {
    private let offset: AtomicOffset

    package init() { offset = AtomicOffset() }

    /// The time that the node works by.
    package func now() -> Instant { SystemClock.now().advanced(byMillis: offset.millis) }

    /// Moves the clock so that `now()` gives this moment. Demo mode only.
    package func set(to moment: Instant) {
        offset.millis = moment.millis - SystemClock.now().millis
    }
}
