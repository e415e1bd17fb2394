package import Base

/// A hybrid logical clock reading (PROTOCOL §10): 48 bits of milliseconds since 1970 and a
/// 16-bit counter. For display and tie-breaks only: never for admission, causality or custody.
package struct HybridTime: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameter millis: Since 1970; held to 0 … 2^48 − 1.
    package init(millis: Int64, counter: UInt16) {
        let held = UInt64(Swift.max(0, Swift.min(millis, Self.millisMax)))
        rawValue = held << 16 | UInt64(counter)
    }

    /// Largest number of milliseconds: the year 10889.
    package static let millisMax: Int64 = (1 << 48) - 1

    /// Milliseconds since 1970, 0 … 2^48 − 1.
    package var millis: Int64 { Int64(rawValue >> 16) }
    /// Readings within one millisecond, 0 … 65,535.
    package var counter: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

    /// The wall-clock part.
    package var instant: Instant { Instant(millis: millis) }

    /// The next reading; the counter carries into the milliseconds, and the end of time stays.
    package var successor: HybridTime {
        HybridTime(rawValue: rawValue == .max ? rawValue : rawValue + 1)
    }

    package static func < (left: HybridTime, right: HybridTime) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The clock of one node. A value: a batch advances a copy, and the node keeps it after commit.
package struct HybridClock: Hashable, Sendable {
    /// The last reading given or accepted.
    package private(set) var last: HybridTime

    package init(last: HybridTime = HybridTime(rawValue: 0)) { self.last = last }

    /// A reading for a change of this node: above every earlier one of this clock.
    package mutating func tick(at now: Instant) -> HybridTime {
        last = max(last.successor, HybridTime(millis: now.millis, counter: 0))
        return last
    }

    /// Takes in the last reading of an own chain, so that the next one is above it. Unbounded:
    /// this node gave it itself.
    package mutating func resume(from own: HybridTime) { last = max(last, own) }

    /// Takes in another node's reading. One that is more than `Limits.clockLeadMillisMax` ahead
    /// of `now` pulls this clock no further than that bound; the change itself is never refused.
    package mutating func observe(_ seen: HybridTime, at now: Instant) {
        let bound = HybridTime(
            millis: now.advanced(byMillis: Limits.clockLeadMillisMax).millis, counter: .max)
        last = max(last, min(seen, bound))
    }
}
