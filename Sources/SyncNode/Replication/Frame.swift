package import Base
package import Change

/// One statement of the exchange (docs/FORMAT.md, "frame"). A message is a list of them; the
/// same frames fill a bundle file.
package enum Frame: Sendable {
    case hello(Hello)
    /// The highest heads held of the receiver's own chains: how a restored or cloned node
    /// learns that it is one.
    case selfView([ScopeHead])
    case fast(Fast)
    case digest(DigestStatement)
    case vector(VectorStatement)
    /// Asks for the vectors of every scope below a node of the tree.
    case want(DigestTree.Path)
    case range(ChangeBatch)
    case fork(ForkNotice)
    case blobWant(BlobWant)
    case blobChunk(BlobChunk)
    case refused(RefusalNotice)
    /// Asks the receiver for a receipt of what it holds (kind `scopeReceipt`).
    case receiptWant
    /// Of a scope that one side gives up: what it holds, or how much of that the other holds.
    case drain(DrainNotice)

    /// The number of a frame's type on the wire. From 128 on a type is optional: a reader that
    /// does not know it steps over it. 9 is kept for SNAP (PROTOCOL §7.7).
    package enum Kind: UInt8, Sendable, CaseIterable {
        case hello = 1
        case selfView = 2
        case fast = 3
        case digest = 4
        case vector = 5
        case want = 6
        case range = 7
        case fork = 8
        case blobWant = 10
        case blobChunk = 11
        case refused = 12
        case receiptWant = 128
        case drain = 129
    }

    /// The type that the frame has on the wire.
    package var kind: Kind {
        switch self {
        case .hello: .hello
        case .selfView: .selfView
        case .fast: .fast
        case .digest: .digest
        case .vector: .vector
        case .want: .want
        case .range: .range
        case .fork: .fork
        case .blobWant: .blobWant
        case .blobChunk: .blobChunk
        case .refused: .refused
        case .receiptWant: .receiptWant
        case .drain: .drain
        }
    }
}

/// A head inside a scope, by the first 8 bytes of its hash.
package struct ScopeHead: Hashable, Sendable {
    package let scope: ScopeID
    package let seq: Seq
    package let prefix: UInt64

    package init(scope: ScopeID, seq: Seq, prefix: UInt64) {
        self.scope = scope
        self.seq = seq
        self.prefix = prefix
    }
}

/// Where the sender stands: all that an idle exchange says. 57 bytes.
package struct Fast: Hashable, Sendable {
    /// Bits of FAST's flags byte; others are refused.
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Answer once there is something to say (a long poll).
        package static let wait = Flags(rawValue: 1)
        /// The second of a link's two lanes: its requests wait, the first lane's never do.
        package static let pollLane = Flags(rawValue: 2)
        /// `view` is what the sender believes of the receiver; without it, it knows nothing.
        package static let viewKnown = Flags(rawValue: 4)
        /// The sender has nothing left to send: unequal roots on both sides with this flag
        /// must have a named reason (PROTOCOL §7.10, FINISH).
        package static let finished = Flags(rawValue: 8)
        /// The answer to the sender's last request of the push lane did not arrive.
        package static let missedPush = Flags(rawValue: 16)
        /// The same of the poll lane.
        package static let missedPoll = Flags(rawValue: 32)
        /// The dialer does not know the answerer's incarnation yet: the link is about the `dir`
        /// scopes alone, from which it may learn of it (PROTOCOL §7.3).
        package static let directoryOnly = Flags(rawValue: 64)
        static let all: Flags = [
            .wait, .pollLane, .viewKnown, .finished, .missedPush, .missedPoll, .directoryOnly,
        ]
    }

    /// Names the link: both nonces, both store epochs, both keys.
    package var link: Digest16
    package var flags: Flags
    /// Over the leaves of every scope that the sender shares with the receiver.
    package var root: Digest16
    /// The receiver's root as the sender believes it to be.
    package var view: Digest16

    package init(link: Digest16, flags: Flags, root: Digest16, view: Digest16) {
        self.link = link
        self.flags = flags
        self.root = root
        self.view = view
    }
}

/// The sender's sixteen digests below a node of its tree.
package struct DigestStatement: Hashable, Sendable {
    package let path: DigestTree.Path
    package let children: [Digest16]

    package init(path: DigestTree.Path, children: [Digest16]) {
        invariant(children.count == 16, "a node of the tree has sixteen children")
        self.path = path
        self.children = children
    }
}

/// One entry of a vector on the wire: 17 to 22 bytes.
package struct SeenHead: Hashable, Sendable {
    package let actor: ActorID
    package let seq: Seq
    /// First 8 bytes of the head's hash.
    package let prefix: UInt64

    package init(actor: ActorID, seq: Seq, prefix: UInt64) {
        self.actor = actor
        self.seq = seq
        self.prefix = prefix
    }

    package init(_ head: ChainHead) {
        self.init(actor: head.actor, seq: head.seq, prefix: head.hash.prefix8)
    }
}

/// All that the sender holds of one scope.
package struct VectorStatement: Hashable, Sendable {
    package let name: ScopeName
    package let epoch: UInt64
    /// Sorted by actor; without quarantined actors.
    package let heads: [SeenHead]
    /// Actors of whom the sender holds proof of a number used twice. Sorted.
    package let quarantined: [ActorID]
    /// The sender's leaf, over the full hashes.
    package let leaf: Digest16

    package init(
        name: ScopeName, epoch: UInt64, heads: [SeenHead], quarantined: [ActorID],
        leaf: Digest16
    ) {
        self.name = name
        self.epoch = epoch
        self.heads = heads
        self.quarantined = quarantined
        self.leaf = leaf
    }

    /// Of a scope of which nothing is held.
    package init(blank name: ScopeName) {
        self.init(name: name, epoch: 1, heads: [], quarantined: [], leaf: .zero)
    }
}

/// What the sender holds of a scope that it may not carry any more, or what it holds of such a
/// scope of the receiver's, up to where that one is (PROTOCOL §11).
package struct DrainNotice: Hashable, Sendable {
    package let isAnswer: Bool
    package let statement: VectorStatement

    package init(isAnswer: Bool, _ statement: VectorStatement) {
        self.isAnswer = isAnswer
        self.statement = statement
    }
}

/// "You and I hold different changes with this number." The evidence follows as a RANGE.
package struct ForkNotice: Hashable, Sendable {
    package let scope: ScopeID
    package let dot: Dot
    /// First 8 bytes of the sender's hash, and of the receiver's as the sender saw it.
    package let mine: UInt64
    package let yours: UInt64

    package init(scope: ScopeID, dot: Dot, mine: UInt64, yours: UInt64) {
        self.scope = scope
        self.dot = dot
        self.mine = mine
        self.yours = yours
    }
}

/// Asks for a blob from a byte on.
package struct BlobWant: Hashable, Sendable {
    package let digest: Digest
    package let offset: Int

    package init(digest: Digest, offset: Int) {
        self.digest = digest
        self.offset = offset
    }
}

/// A piece of a blob; with a total of 0: the sender does not have it.
package struct BlobChunk: Hashable, Sendable {
    package let digest: Digest
    package let offset: Int
    /// Bytes of the whole blob.
    package let total: Int
    package let bytes: [UInt8]

    package init(digest: Digest, offset: Int, total: Int, bytes: [UInt8]) {
        self.digest = digest
        self.offset = offset
        self.total = total
        self.bytes = bytes
    }
}

/// Why something was refused, by name.
package struct RefusalNotice: Hashable, Sendable {
    /// The number is on the wire.
    package enum Reason: UInt8, Hashable, Sendable, CaseIterable {
        /// The link is not known (any more): say HELLO again.
        case helloNeeded = 1
        /// This incarnation may not exchange with the sender: unknown, revoked, no link, or a
        /// proof that does not hold.
        case notAllowed = 2
        /// No exchange version in common.
        case noVersion = 3
        /// The sender's directory does not let it carry this scope.
        case scopeNotCarried = 4
        /// The message could not be read.
        case badMessage = 5
        /// Another link with the same peer is in use, or the sender is stopping.
        case busy = 6
        /// The sender found out that it is a restored or cloned copy.
        case fenced = 7
    }

    package let reason: Reason
    /// The scope meant; zero where it is no scope.
    package let scope: ScopeID

    package init(_ reason: Reason, scope: ScopeID = ScopeID(0)) {
        self.reason = reason
        self.scope = scope
    }
}
