/// What a change is about, as a 16-bit number on the wire. The top bit says "must understand":
/// a node that does not know such a kind shows the document read-only (PROTOCOL §4).
package struct ChangeKind: Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The bit that makes an unknown kind block the document instead of being passed over.
    package static let mustUnderstandBit: UInt16 = 0x8000

    /// Whether a node that does not know the kind must stop writing to the document.
    package var mustUnderstand: Bool { rawValue & Self.mustUnderstandBit != 0 }

    /// The first change of a chain: suite, public key, predecessors, grant.
    package static let genesis = ChangeKind(rawValue: 0x8001)
}

/// Bits of a change's flags byte.
package struct ChangeFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Written again after a rollback; the body's `reissueOf` names the lost change.
    package static let reissue = ChangeFlags(rawValue: 1)
}
