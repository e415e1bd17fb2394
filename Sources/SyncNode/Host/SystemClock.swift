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
    /// How far the machine's clock is believed.
    package enum Trust: String, Hashable, Sendable {
        /// No clock above has been heard of since the start; nothing speaks against this one.
        case unwitnessed
        /// It cannot be right, by what those above signed last; or they were silent for too long.
        case doubtful
        /// A clock above agreed.
        case witnessed
        /// A clock above did not: its time is the node's.
        case corrected
        /// Set by hand (demo): nothing corrects it.
        case set
    }

    private let offset: AtomicOffset
    private let correction = AtomicOffset()
    private let held: Mutex<Trust>
    private let heard = AtomicOffset()

    /// A moment that is surely past, where the machine's clock itself cannot be believed: the last
    /// that those above signed, or the time that they told; nil where nothing speaks against it.
    package var past: Instant? {
        switch trust {
        case .doubtful: Instant(millis: heard.millis)
        case .corrected: now()
        case .unwitnessed, .witnessed, .set: nil
        }
    }

    /// - Parameter isSet: As a clock set by hand from the start (demo).
    package init(isSet: Bool = false) {
        offset = AtomicOffset()
        held = Mutex(isSet ? .set : .unwitnessed)
    }

    /// The time that the node works by.
    package func now() -> Instant {
        SystemClock.now().advanced(byMillis: offset.millis + correction.millis)
    }

    /// How far it is believed.
    package var trust: Trust { held.withLock { $0 } }

    /// What was added to the machine's clock, in milliseconds.
    package var correctionMillis: Int64 { correction.millis }

    /// Moves the clock so that `now()` gives this moment. Demo mode only.
    ///
    /// - Parameter isWrong: As a machine's clock that is wrong: a clock above corrects it.
    package func set(to moment: Instant, isWrong: Bool = false) {
        correction.millis = 0
        offset.millis = moment.millis - SystemClock.now().millis
        held.withLock { $0 = isWrong ? .unwitnessed : .set }
    }

    /// Holds the clock against the last word that those above signed: it cannot be earlier, and
    /// after a long silence nothing speaks for it.
    package func compare(_ last: Instant) {
        guard trust == .unwitnessed || trust == .doubtful else { return }
        heard.millis = last.millis
        let now = now()
        let silence = Int64(Limits.clockSilenceDaysMax) * 86_400_000
        if now.millis < last.millis - Limits.clockLeadMillisMax {
            // Not before what is known to have been: near enough to choose versions by.
            correction.millis += last.millis - now.millis
            held.withLock { $0 = .doubtful }
        } else if now.millis > last.millis + silence {
            held.withLock { $0 = .doubtful }
        }
    }

    /// Takes the time of a clock above.
    ///
    /// - Returns: By how much this one was wrong, 0 where it was right; nil where nothing that was
    ///   written before needs a word.
    package func witness(_ theirs: Instant) -> Int64? {
        let before = trust
        guard before != .set else { return nil }
        let difference = theirs.millis - now().millis
        guard abs(difference) > Limits.clockLeadMillisMax else {
            held.withLock { $0 = correction.millis == 0 ? .witnessed : .corrected }
            return before == .doubtful ? 0 : nil
        }
        correction.millis += difference
        held.withLock { $0 = .corrected }
        return difference
    }
}
