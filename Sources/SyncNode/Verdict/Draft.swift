package import Base
package import Change

/// A change as a rule wants it written: the kernel gives it number, time, chain and signature.
package struct Draft: Sendable {
    package let scope: ScopeName
    package let kind: ChangeKind
    /// JSON.
    package let body: [UInt8]
    package let refs: [Reference]
    /// What the author had on screen. Sorted.
    package let supersedes: [Dot]
    /// Set where it ends an account at another place, or lets it begin anew: the kernel states
    /// beside it how far what that account decided there counts.
    package var turn: StaffTurn?

    package init(
        scope: ScopeName, kind: ChangeKind, body: [UInt8], refs: [Reference] = [],
        supersedes: [Dot] = []
    ) {
        self.scope = scope
        self.kind = kind
        self.body = body
        self.refs = refs
        self.supersedes = supersedes.sorted()
    }
}

/// An account's end at a place, or its beginning anew.
package struct StaffTurn: Hashable, Sendable {
    /// First 8 bytes of H(account id).
    package let author: UInt64
    package let region: RegionID
    package let isEnd: Bool

    package init(author: UInt64, region: RegionID, isEnd: Bool) {
        self.author = author
        self.region = region
        self.isEnd = isEnd
    }
}

/// What a rule says of a command.
package enum Decision: Sendable {
    /// The changes to write, and the caller's answer as JSON.
    case write([Draft], answer: [UInt8])
    case refuse(RuleRefusal)
}
