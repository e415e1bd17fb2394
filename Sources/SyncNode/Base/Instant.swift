/// A moment: milliseconds since 1970-01-01T00:00:00Z. Never read from a clock in a pure room.
package struct Instant: Hashable, Comparable, Sendable {
    package let millis: Int64

    package init(millis: Int64) { self.millis = millis }

    package static func < (left: Instant, right: Instant) -> Bool { left.millis < right.millis }

    /// The moment `millis` later; stays at the ends of the range instead of overflowing.
    package func advanced(byMillis other: Int64) -> Instant {
        let (sum, overflow) = millis.addingReportingOverflow(other)
        return Instant(millis: overflow ? (other > 0 ? .max : .min) : sum)
    }
}
