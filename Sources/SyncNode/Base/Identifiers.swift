/// The unit of partial replication (PROTOCOL §3). Opaque and never reused.
package struct ScopeID: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: ScopeID, right: ScopeID) -> Bool {
        left.rawValue < right.rawValue
    }

    /// 16 lower-case hexadecimal digits.
    package var hex: String { hexWord(rawValue) }
}

/// One incarnation of one node inside one scope: the first 8 bytes of
/// H(incarnation public key ‖ scope id), PROTOCOL §2.
package struct ActorID: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: ActorID, right: ActorID) -> Bool {
        left.rawValue < right.rawValue
    }

    /// 16 lower-case hexadecimal digits.
    package var hex: String { hexWord(rawValue) }
}

/// The number of a change inside its actor's chain: 1, 2, 3 … without gaps. At most 2^40.
package struct Seq: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) {
        invariant(rawValue <= Limits.seqMax, "a seq fits in 40 bits")
        self.rawValue = rawValue
    }

    /// Before the first change.
    package static let none = Seq(0)

    /// The next number.
    package var next: Seq { Seq(rawValue + 1) }

    package static func < (left: Seq, right: Seq) -> Bool { left.rawValue < right.rawValue }
}

/// A point of one chain, without its content. Only an index: a change's identity is its hash.
package struct Dot: Hashable, Comparable, Sendable {
    package let actor: ActorID
    package let seq: Seq

    package init(actor: ActorID, seq: Seq) {
        self.actor = actor
        self.seq = seq
    }

    package static func < (left: Dot, right: Dot) -> Bool {
        (left.actor, left.seq) < (right.actor, right.seq)
    }
}

/// A 12-digit 统计用区划代码: 2 province + 2 city + 2 county + 3 town + 3 village.
package struct RegionCode: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    /// - Parameter text: Exactly 12 decimal digits, the first not zero; else nil.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 12, digits[0] != 0x30 else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - 0x30)
        }
        rawValue = value
    }

    /// - Parameter rawValue: A number of exactly 12 decimal digits; else nil.
    package init?(number rawValue: UInt64) {
        guard (100_000_000_000...999_999_999_999).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    /// The 12 digits.
    package var text: String { String(rawValue) }

    package static func < (left: RegionCode, right: RegionCode) -> Bool {
        left.rawValue < right.rawValue
    }
}

private func hexWord(_ value: UInt64) -> String {
    var writer = ByteWriter(capacity: 8)
    writer.write(value)
    return Hex.encode(writer.bytes)
}
