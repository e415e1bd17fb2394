package import Base
internal import CLinux
import Glibc
import Synchronization

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
    /// 32 bytes, never given twice. One system call for eight of them.
    package static func digest() -> Digest { stock.withLock { $0.take() } }

    private static let stock = Mutex(Stock())

    /// As much as the kernel gives uninterrupted: 256 bytes. What was taken is wiped.
    private struct Stock {
        var words = [UInt64](repeating: 0, count: 32)
        var left = 0

        mutating func take() -> Digest {
            if left == 0 {
                let count = getrandom(&words, 256, 0)
                invariant(count == 256, "the system has randomness")
                left = 32
            }
            left -= 4
            let digest = Digest(
                words: (words[left], words[left + 1], words[left + 2], words[left + 3]))
            for index in left..<left + 4 { words[index] = 0 }
            return digest
        }
    }

    /// - Parameter count: Bytes wanted.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 32)
        while bytes.count < count { bytes += digest().bytes }
        return Array(bytes.prefix(count))
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
