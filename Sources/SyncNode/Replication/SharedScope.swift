package import Base
package import Change

/// One scope that this node carries and a peer may carry too, as it stands now. The same value
/// serves every link, so that its leaf is hashed once a commit.
package struct SharedScope: Hashable, Sendable {
    package let id: ScopeID
    package let name: ScopeName
    /// Steward's epoch (PROTOCOL §11).
    package let epoch: UInt64
    /// Without quarantined chains.
    package let vector: VersionVector
    /// Actors whose chain is quarantined here. Sorted.
    package let quarantined: [ActorID]
    package let leaf: Digest16
    /// Where the own chain stood when this node gave the scope up, until it is here again.
    package let awaited: ChainHead?

    /// Hashes the name and the vector: two hashes.
    package init(
        name: ScopeName, epoch: UInt64, vector: VersionVector, quarantined: [ActorID] = [],
        awaited: ChainHead? = nil
    ) {
        self.awaited = awaited
        id = name.id
        self.name = name
        self.epoch = epoch
        self.vector = vector
        self.quarantined = quarantined
        leaf = vector.leaf(scope: id, epoch: epoch, quarantined: quarantined)
        invariant(
            quarantined.allSatisfy { vector[$0] == nil }, "a quarantined chain has no entry")
    }

    /// A scope in which nothing is known is not told apart from one that is not carried: it
    /// has no leaf in the tree.
    package var isBlank: Bool { vector.isEmpty && quarantined.isEmpty }

    /// Whether a head of the own chain is one that this node gave up with the scope: who holds it
    /// has nothing that this node lost.
    func awaits(_ seq: Seq, _ prefix: UInt64) -> Bool {
        guard let awaited else { return false }
        return seq < awaited.seq || (seq == awaited.seq && prefix == awaited.hash.prefix8)
    }

    /// All that the exchange says of it.
    package var statement: VectorStatement {
        VectorStatement(
            name: name, epoch: epoch, heads: vector.heads.map(SeenHead.init),
            quarantined: quarantined, leaf: leaf)
    }
}

/// What became different among the scopes that a link shares.
package struct ScopeNews: Sendable {
    /// The local commit counter as of which this is so.
    package let position: UInt64
    /// Scopes that changed, or all of them.
    package let scopes: [SharedScope]
    /// Whether `scopes` are all that the link shares: any other is shared no more.
    package let isWhole: Bool
    /// Those among them that this node stores, as it may not carry them any more, and that the
    /// peer may: they are to be drained.
    package let leaving: [SharedScope]

    package init(
        position: UInt64, scopes: [SharedScope], isWhole: Bool, leaving: [SharedScope] = []
    ) {
        self.position = position
        self.scopes = scopes
        self.isWhole = isWhole
        self.leaving = leaving
    }
}

extension ScopeNews {
    /// Of the `dir` scopes alone.
    var directories: ScopeNews {
        ScopeNews(
            position: position, scopes: scopes.filter { $0.name.family == .directory },
            isWhole: isWhole)
    }
}

/// What the exchange needs to know of its own node, for one peer. The kernel answers it from
/// one consistent state; every call is synchronous.
package protocol LocalKnowledge<Failure> {
    associatedtype Failure: Error

    /// What changed, since a position that an earlier answer gave, among the scopes that this
    /// node carries and the directory allows the peer; all of them for nil, and whenever the
    /// directory changed what is shared.
    func news(since position: UInt64?) throws(Failure) -> ScopeNews

    /// The next changes of a scope that a peer with these heads lacks, in arrival order, ending
    /// on signed heads, within `Limits.rangeChangesMax` and `Limits.rangeBytesMax`; and whether
    /// more follow. nil where there are none that a signature covers.
    func batch(
        of scope: ScopeID, after known: [Dot], except: [ActorID]
    ) throws(Failure) -> (batch: ChangeBatch, more: Bool)?

    /// What proves that a quarantined chain has two branches: a batch of each, from the number
    /// that was used twice on.
    func evidence(of actor: ActorID, in scope: ScopeID) throws(Failure) -> [ChangeBatch]

    /// The hash held at a dot.
    func hash(at dot: Dot, in scope: ScopeID) throws(Failure) -> Digest?

    /// Whether the directory lets this node and the peer both carry a scope.
    func mayCarry(_ name: ScopeName) throws(Failure) -> Bool

    /// What this node holds of a scope that it carries, and that the peer may have carried before
    /// a place was moved; blank where it was not opened yet, nil where it is no such scope.
    func takes(_ name: ScopeName) throws(Failure) -> SharedScope?

    /// Over the heads of the `dir` scopes.
    func directoryRoot() throws(Failure) -> Digest16

    /// Whether this incarnation may exchange with this node at all: seated, not revoked, on a
    /// link of the topology. The link itself checks its proof.
    func mayExchange(with hello: Hello) throws(Failure) -> Bool

    /// Whether a proof is the key's signature over the message.
    func holds(_ proof: [UInt8], over message: [UInt8], by key: IncarnationKey) -> Bool

    /// This incarnation's signature over a message; 64 bytes.
    func prove(_ message: [UInt8]) -> [UInt8]

    /// Blobs that this node lacks, that changes of a scope which the peer carries name, and
    /// where to go on in each: pieces of `Limits.blobChunkBytesMax` bytes in the order in which
    /// they are wanted, at most `limit`. Without those that the peer said it does not have,
    /// each with the offset that was asked for: what this node gives up is asked for behind the
    /// last byte, which is another question.
    func missingBlobs(
        but passed: [Digest: Int], limit: Int
    ) throws(Failure) -> [BlobWant]

    /// A piece of a blob, from a byte on, at most `Limits.blobChunkBytesMax` bytes; nil where it
    /// is not here, or no scope that the peer carries names it.
    func blobChunk(_ want: BlobWant) throws(Failure) -> BlobChunk?

    /// Whether `blobChunk` would have something of a blob.
    func holdsBlob(_ digest: Digest) throws(Failure) -> Bool

    /// Grows whenever `holdsBlob` may have become true of a blob.
    func blobArrivals() -> UInt64
}
