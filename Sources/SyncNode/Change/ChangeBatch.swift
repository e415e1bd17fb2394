package import Base
package import Crypto

/// Changes of one scope in the sender's arrival order, ending on a signed head of every actor
/// in it: the payload of a RANGE frame (docs/FORMAT.md, "batch").
///
/// A batch names each actor, its first seq and the hash before it once; every later `previous`,
/// seq and `payloadHash` follows from the change before, and the reader makes the stored bytes
/// anew. The signature over the last hash then vouches for all of them.
package struct ChangeBatch: Sendable {
    /// One actor's part of a batch.
    package struct Segment: Sendable {
        package let actor: ActorID
        package let suite: Suite
        package let firstSeq: Seq
        /// Hash of the change before the first.
        package let previous: Digest
        /// The actor's last change of the batch.
        package var last: ChainHead
        /// Over `last`; empty where the sender gave none.
        package var signature: [UInt8]
    }

    package let scope: ScopeID
    package let segments: [Segment]
    package let changes: [Change]
    /// For each change, its segment.
    package let segmentOfChange: [Int]

    /// - Parameters:
    ///   - changes: In arrival order, at least one; per actor contiguous.
    ///   - heads: One for each actor, at its last change here.
    ///   - suites: The suite of each actor, asked once.
    package init(
        scope: ScopeID, changes: [Change], heads: [SignedHead], suite: (ActorID) -> Suite
    ) {
        var segments: [Segment] = []
        var indexes: [Int] = []
        indexes.reserveCapacity(changes.count)
        for change in changes {
            invariant(change.scope == scope, "a batch has one scope")
            let index: Int
            if let found = segments.firstIndex(where: { $0.actor == change.header.actor }) {
                invariant(segments[found].last.seq.next == change.header.seq, "no gap in a batch")
                segments[found].last = change.head
                index = found
            } else {
                index = segments.count
                segments.append(
                    Segment(
                        actor: change.header.actor, suite: suite(change.header.actor),
                        firstSeq: change.header.seq, previous: change.header.previous,
                        last: change.head, signature: []))
            }
            indexes.append(index)
        }
        for head in heads {
            if let index = segments.firstIndex(where: { $0.last == head.head }) {
                segments[index].signature = head.signature
            }
        }
        self.scope = scope
        self.segments = segments
        self.changes = changes
        self.segmentOfChange = indexes
    }

    init(scope: ScopeID, segments: [Segment], changes: [Change], segmentOfChange: [Int]) {
        self.scope = scope
        self.segments = segments
        self.changes = changes
        self.segmentOfChange = segmentOfChange
    }

    /// The same, proven by the same signatures, with the payloads of some changes destroyed.
    package func eliding(_ isGone: (Change) throws -> Bool) rethrows -> ChangeBatch {
        ChangeBatch(
            scope: scope, segments: segments,
            changes: try changes.map { try isGone($0) ? ChangeCodec.elided($0) : $0 },
            segmentOfChange: segmentOfChange)
    }

    /// The signed heads that the batch carries.
    package var heads: [SignedHead] {
        segments.filter { !$0.signature.isEmpty }
            .map { SignedHead(head: $0.last, signature: $0.signature) }
    }

    /// The key that a segment brings itself: its genesis, when it starts with one and the
    /// genesis is bound to scope and actor as it must be.
    package func foundingKey(of index: Int) -> Genesis? {
        guard segments[index].firstSeq == Seq(1),
            let change = changes.first(where: { $0.header.actor == segments[index].actor })
        else { return nil }
        return Genesis.founding(change)
    }
}

extension Genesis {
    /// The genesis in a chain's first change, or nil where it is not bound to its scope, actor
    /// and `previous` as PROTOCOL §4 says.
    package static func founding(_ change: Change) -> Genesis? {
        guard change.header.seq == Seq(1), change.kind == .genesis, let body = change.body else {
            return nil
        }
        let genesis: Genesis
        do throws(DecodeError) {
            genesis = try Genesis.decode(body)
        } catch {
            return nil
        }
        let header = change.header
        let bound = Genesis.previous(
            scope: header.scope, actor: header.actor, body: body, suite: genesis.key.suite)
        guard Genesis.actor(of: genesis.key, in: header.scope) == header.actor,
            header.previous == bound
        else { return nil }
        return genesis
    }
}
