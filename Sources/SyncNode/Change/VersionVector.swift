package import Base

/// How two histories stand to each other. A partial order: never `Comparable`.
package enum CausalOrder: Hashable, Sendable {
    case equal
    case before
    case after
    case concurrent
    /// One (actor, seq) has two hashes: a number was used twice.
    case forked
}

/// What a node knows of a scope: actor → highest contiguous seq and the hash of that head.
/// Entries are sorted by actor; an actor of which nothing is known has no entry.
package struct VersionVector: Hashable, Sendable {
    package private(set) var heads: [ChainHead]

    package init() { heads = [] }

    /// - Parameter heads: Any order; one entry an actor, every seq above zero.
    package init(_ heads: [ChainHead]) {
        self.heads = heads.sorted { $0.actor < $1.actor }
        invariant(
            zip(self.heads, self.heads.dropFirst()).allSatisfy { $0.actor < $1.actor },
            "a vector has one entry an actor")
        invariant(heads.allSatisfy { $0.seq > .none }, "an entry stands for a change")
    }

    /// Whether nothing is known.
    package var isEmpty: Bool { heads.isEmpty }

    /// The entry of one actor. O(log n).
    package subscript(actor: ActorID) -> ChainHead? {
        let index = position(of: actor)
        return index < heads.count && heads[index].actor == actor ? heads[index] : nil
    }

    /// Sets an actor's entry to a head at or above the present one.
    package mutating func advance(to head: ChainHead) {
        let index = position(of: head.actor)
        if index < heads.count, heads[index].actor == head.actor {
            invariant(heads[index].seq <= head.seq, "an entry never falls (I5)")
            heads[index] = head
        } else {
            heads.insert(head, at: index)
        }
    }

    /// Compares over the union of actors: {A:1} is before {A:1, B:1}, not concurrent with it.
    /// Two entries of one actor at the same seq with different hashes give `forked`; entries at
    /// different seqs are compared by number, and their hashes by whoever holds the chain.
    package func order(against other: VersionVector) -> CausalOrder {
        var less = false
        var more = false
        var left = heads[...]
        var right = other.heads[...]
        while let mine = left.first, let theirs = right.first {
            if mine.actor < theirs.actor {
                more = true
                left.removeFirst()
            } else if theirs.actor < mine.actor {
                less = true
                right.removeFirst()
            } else {
                if mine.seq == theirs.seq, mine.hash != theirs.hash { return .forked }
                less = less || mine.seq < theirs.seq
                more = more || mine.seq > theirs.seq
                left.removeFirst()
                right.removeFirst()
            }
        }
        less = less || !right.isEmpty
        more = more || !left.isEmpty
        return switch (less, more) {
        case (false, false): .equal
        case (true, false): .before
        case (false, true): .after
        case (true, true): .concurrent
        }
    }

    /// The leaf of this scope in the digest tree: H(scope ‖ epoch ‖ sorted vector ‖ quarantined),
    /// 16 bytes of SHA-256.
    ///
    /// A quarantined chain stands in it by name only: where a number was used twice, carriers
    /// may hold either branch, and are equal once they hold the proof.
    ///
    /// - Parameter quarantined: Actors that have no entry in this vector, sorted.
    package func leaf(
        scope: ScopeID, epoch: UInt64, quarantined: [ActorID] = []
    ) -> Digest16 {
        var writer = ByteWriter(capacity: 32 + heads.count * 43 + quarantined.count * 8)
        writer.write(scope)
        writer.write(epoch)
        writer.write(count: heads.count)
        for head in heads {
            writer.write(head.actor)
            writer.write(head.seq)
            writer.write(head.hash)
        }
        writer.write(count: quarantined.count)
        for actor in quarantined { writer.write(actor) }
        return ExchangeHash.digest(writer.bytes).prefix16
    }

    private func position(of actor: ActorID) -> Int {
        var low = 0
        var high = heads.count
        while low < high {
            let middle = (low + high) / 2
            if heads[middle].actor < actor { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
