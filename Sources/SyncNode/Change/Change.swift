package import Base
import Crypto

/// One entry of a chain (PROTOCOL §4) as it is stored: a header that is hashed, and a payload
/// bound by its hash. Immutable; stored and relayed byte for byte, never encoded again. Held by
/// reference, since a batch hands each one on some twenty times.
package final class Change: Hashable, Sendable {
    package let header: ChangeHeader
    /// H(header): the identity of the change.
    package let hash: Digest
    /// The stored row: header, a byte that says whether the payload is there, salt, body.
    package let bytes: [UInt8]
    /// Bytes of the header at the start of `bytes`.
    package let headerLength: Int

    init(header: ChangeHeader, hash: Digest, bytes: [UInt8], headerLength: Int) {
        self.header = header
        self.hash = hash
        self.bytes = bytes
        self.headerLength = headerLength
    }

    /// The scope it belongs to.
    package var scope: ScopeID { header.scope }
    /// Its place in its chain.
    package var dot: Dot { Dot(actor: header.actor, seq: header.seq) }
    /// What it is about.
    package var kind: ChangeKind { header.kind }
    /// The chain's end where this is its last change.
    package var head: ChainHead { ChainHead(actor: header.actor, seq: header.seq, hash: hash) }

    /// False once the payload was erased: the chain verifies all the same.
    package var hasPayload: Bool { bytes.count > headerLength + 1 }

    /// Where the body stands in `bytes`; empty once erased.
    package var bodyRange: Range<Int> {
        hasPayload ? headerLength + 33..<bytes.count : bytes.count..<bytes.count
    }

    /// A copy of the body; nil once erased.
    package var body: [UInt8]? { hasPayload ? Array(bytes[bodyRange]) : nil }

    package static func == (left: Change, right: Change) -> Bool { left.bytes == right.bytes }

    package func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// The hashed part of a change.
package struct ChangeHeader: Hashable, Sendable {
    package var scope: ScopeID
    package var actor: ActorID
    package var seq: Seq
    /// Hash of the change before it in this chain; of a genesis, H over what it binds.
    package var previous: Digest
    package var time: HybridTime
    /// Who acted: the first 8 bytes of H(account id); 0 for the node itself.
    package var author: UInt64 = 0
    package var kind: ChangeKind
    package var flags: ChangeFlags = []
    /// What this node had admitted in this scope since its previous change here. Blocks
    /// admission. Sorted by actor, one entry an actor, never the own actor.
    package var deps: [Dependency] = []
    /// Documents of other scopes that this rests on. Blocks deciding, not storing.
    package var refs: [Reference] = []
    /// What the author had on screen: the only input to conflict logic. Sorted.
    package var supersedes: [Dot] = []
    /// Bytes of the body.
    package var payloadSize: Int = 0
    /// H(salt ‖ body).
    package var payloadHash: Digest = .zero

    package init(
        scope: ScopeID, actor: ActorID, seq: Seq, previous: Digest, time: HybridTime,
        kind: ChangeKind
    ) {
        self.scope = scope
        self.actor = actor
        self.seq = seq
        self.previous = previous
        self.time = time
        self.kind = kind
    }
}

/// A point of another chain of the same scope, with enough of its hash to see a reused number.
package struct Dependency: Hashable, Sendable {
    package let actor: ActorID
    package let seq: Seq
    package let hash: Digest16

    package init(actor: ActorID, seq: Seq, hash: Digest16) {
        self.actor = actor
        self.seq = seq
        self.hash = hash
    }
}

/// A document of another scope, and the first 8 bytes of the hash of the change meant.
package struct Reference: Hashable, Sendable {
    package let scope: ScopeID
    package let document: Digest16
    package let hash: UInt64

    package init(scope: ScopeID, document: Digest16, hash: UInt64) {
        self.scope = scope
        self.document = document
        self.hash = hash
    }
}

/// Where a chain ends: (actor, seq, hash).
package struct ChainHead: Hashable, Sendable {
    package let actor: ActorID
    package let seq: Seq
    package let hash: Digest

    package init(actor: ActorID, seq: Seq, hash: Digest) {
        self.actor = actor
        self.seq = seq
        self.hash = hash
    }
}

/// A head and its actor's signature: it vouches for every change of the chain up to it.
package struct SignedHead: Hashable, Sendable {
    package let head: ChainHead
    /// 64 bytes.
    package let signature: [UInt8]

    package init(head: ChainHead, signature: [UInt8]) {
        self.head = head
        self.signature = signature
    }

    /// Bytes of every signature, of either suite.
    package static let signatureLength = 64

    /// The bytes that are signed: a context word, the scope and the head.
    package static func message(scope: ScopeID, head: ChainHead) -> [UInt8] {
        var writer = ByteWriter(capacity: 72)
        writer.write(bytes: "syncnode head 1\0".utf8)
        writer.write(scope)
        writer.write(head.actor)
        writer.write(head.seq)
        writer.write(head.hash)
        return writer.bytes
    }
}
