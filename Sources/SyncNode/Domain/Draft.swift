package import Base
package import Change
package import Region

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
}

/// A refusal by rule: an outcome, not an error. The caller is told rule, field and reason.
package struct RuleRefusal: Hashable, Sendable {
    /// Stable name, part of the problem type: `case-not-held`, `item-not-granted`, …
    package let rule: String
    /// One Chinese sentence for the clerk.
    package let title: String
    /// The field of the command that broke it, where there is one.
    package let field: String?
    /// What kind of refusal it is; the API maps it to a status.
    package let category: Category
    /// Of a stale one: what the caller saw, and what there is.
    package var tags: Tags?

    /// Two states of one document.
    package struct Tags: Hashable, Sendable {
        package let seen: StateTag
        package let current: StateTag
    }

    /// What kind of refusal it is.
    package enum Category: String, Hashable, Sendable {
        /// 422: the command itself is not well formed.
        case invalid
        /// 404: what it names is not here.
        case missing
        /// 409: the state does not allow it.
        case conflict
        /// 412: what the caller saw is stale.
        case stale
        /// 403: this place or person may not.
        case forbidden
    }

    package init(
        _ rule: String, _ title: String, field: String? = nil, category: Category = .conflict
    ) {
        self.rule = rule
        self.title = title
        self.field = field
        self.category = category
    }
}

/// What a rule says of a command.
package enum Decision: Sendable {
    /// The changes to write, and the caller's answer as JSON.
    case write([Draft], answer: [UInt8])
    case refuse(RuleRefusal)
}

/// Where a command is decided: which node, by whom, when. All that a rule may know beside the
/// documents.
package struct Desk: Sendable {
    /// The local region.
    package let region: RegionID
    /// The local incarnation.
    package let key: IncarnationKey
    private let office: Office
    /// First 8 bytes of H(account id); 0 for the node itself.
    package let author: UInt64
    package let now: Instant
    /// 32 random bytes, fresh for each command: document ids and query codes come from here.
    package let entropy: Digest
    /// Whether what is personal is refused unless it is sealed: always, but in the simulator.
    package var mustSeal = false

    /// Who is where and who may decide.
    package var directory: Directory { office.directory }

    /// A desk of its own, for one command.
    package init(
        region: RegionID, key: IncarnationKey, directory: Directory, author: UInt64,
        now: Instant, entropy: Digest
    ) {
        self.init(
            region: region, key: key, office: Office(directory), author: author, now: now,
            entropy: entropy)
    }

    /// A desk in an office that many commands share.
    package init(
        region: RegionID, key: IncarnationKey, office: Office, author: UInt64, now: Instant,
        entropy: Digest
    ) {
        self.region = region
        self.key = key
        self.office = office
        self.author = author
        self.now = now
        self.entropy = entropy
    }

    /// Whether the local incarnation holds the local region's seat: only then may it decide.
    package var isSeated: Bool { directory.seat(of: region)?.key == key }
}

/// A directory by reference: a desk is made for every change, and a directory is a dozen tables.
package final class Office: Sendable {
    /// As it was when the office was made.
    package let directory: Directory

    package init(_ directory: Directory) { self.directory = directory }
}

/// A change as the fold gets it: with the scope's name and who wrote it.
package struct Arrival: Sendable {
    package let change: Change
    package let scope: ScopeName
    /// The incarnation that wrote it.
    package let key: IncarnationKey
    /// Set where its chain is quarantined at or before it: stored, never effective.
    package private(set) var quarantined: Bool
    /// Set where it came behind its author's end and was not adopted: stored, never effective.
    package private(set) var isBeyondCut = false

    package init(change: Change, scope: ScopeName, key: IncarnationKey, quarantined: Bool) {
        self.change = change
        self.scope = scope
        self.key = key
        self.quarantined = quarantined
    }
    /// As the ends of incarnations leave it: what lies beyond one has no effect, and what one
    /// names counts, though the author's key wrote another branch beside it.
    func judged<S: DocumentSource>(
        by directory: Directory, from source: S
    ) throws(S.Failure) -> Arrival {
        let author = change.header.author
        let isOfTurned = author != 0 && directory.hasTurns(author, at: key)
        guard isOfTurned || directory.isRevoked(key) else { return self }
        var copy = self
        // What an applicant brought, and what commutes, is nobody's decision.
        if isOfTurned, change.kind.isDecided {
            copy.isBeyondCut = directory.isBeyondEnd(
                of: author, at: key, in: scope, seq: change.header.seq,
                hash: change.hash.prefix16)
        }
        guard directory.isRevoked(key), !copy.isBeyondCut else { return copy }
        copy.isBeyondCut = directory.isBeyondCut(
            key, in: scope, seq: change.header.seq, hash: change.hash.prefix16)
        guard quarantined, !copy.isBeyondCut, let cut = directory.cut(of: key, in: scope.id)
        else { return copy }
        let last = try source.change(
            at: Dot(actor: change.header.actor, seq: cut.seq), in: scope.id)
        if last?.hash.prefix16 == cut.hash { copy.quarantined = false }
        return copy
    }

    /// Whether it has no effect, whatever it says.
    package var isIdle: Bool { quarantined || isBeyondCut }
}
