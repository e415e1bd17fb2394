package import Base
package import Change
import Crypto
package import Kernel

extension SQLiteJournal {
    /// From memory.
    package func chains(of scope: ScopeID) throws(JournalError) -> [ChainState] {
        carried[scope]?.chains.map(\.state) ?? []
    }

    /// From memory.
    package func chain(
        _ actor: ActorID, in scope: ScopeID
    ) throws(JournalError) -> ChainState? {
        stored(actor, in: scope)?.state
    }

    /// In memory until the commit.
    package func setQuarantined(
        _ actor: ActorID, in scope: ScopeID
    ) throws(JournalError) {
        let carried = try touch(scope)
        guard let index = carried.index(of: actor) else {
            throw .failed("no chain \(actor.hex) in scope \(scope.hex)")
        }
        carried.chains[index].state.quarantined = true
        carried.chains[index].isDirty = true
    }

    /// From memory.
    package func cited(
        by actor: ActorID, in scope: ScopeID
    ) throws(JournalError) -> [Dot] {
        stored(actor, in: scope)?.cited ?? []
    }

    /// From memory for heads and recent changes, else one read and one hash.
    package func hash(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Digest? {
        guard let chain = stored(dot.actor, in: scope), dot.seq > .none,
            dot.seq <= chain.state.head.seq
        else { return nil }
        if dot.seq == chain.state.head.seq { return chain.state.head.hash }
        let key = chain.key(dot.seq)
        if let known = recent[key] { return known }
        guard let change = try change(dot.seq, of: chain) else { return nil }
        recent.remember(change.hash, at: key)
        return change.hash
    }

    /// One read and one hash.
    package func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
        guard let chain = stored(dot.actor, in: scope), dot.seq > .none,
            dot.seq <= chain.state.head.seq
        else { return nil }
        return try change(dot.seq, of: chain)
    }

    /// One inserted row; the chain itself is written at the commit.
    package func append(
        _ change: Change, founding genesis: Genesis?
    ) throws(JournalError) {
        let scope = try touch(change.scope)
        let actor = change.header.actor
        counts.position += 1
        let index: Int
        let before: ChainHead?
        if let found = scope.index(of: actor) {
            index = found
            let head = scope.chains[index].state.head
            before = head
            invariant(change.header.seq == head.seq.next, "a chain has no gap (I2)")
            recent.remember(head.hash, at: scope.chains[index].key(head.seq))
            scope.chains[index].state.head = change.head
            scope.chains[index].position = counts.position
        } else {
            guard let genesis else { throw .failed("chain \(actor.hex) was not founded") }
            invariant(change.header.seq == Seq(1), "a chain begins with its genesis")
            try found(change.head, by: genesis, in: scope)
            index = scope.index(of: actor) ?? 0
            before = nil
        }
        scope.chains[index].isDirty = true
        if !change.header.deps.isEmpty { scope.chains[index].cite(change.header.deps) }
        scope.move(to: counts.position)
        if isOwn(scope.chains[index].incarnation) {
            counts.own.move(from: before, to: change.head)
        }
        try changes.add(
            key: scope.chains[index].key(change.header.seq), position: counts.position,
            bytes: change.bytes)
    }

    private func found(
        _ head: ChainHead, by genesis: Genesis, in scope: CarriedScope
    ) throws(JournalError) {
        let incarnation = try incarnation(of: genesis)
        counts.chains += 1
        invariant(counts.chains <= Limits.storeChainsMax, "chain numbers fit their bits")
        let state = ChainState(key: incarnation.key, node: incarnation.node, head: head)
        scope.insert(
            StoredChain(
                no: counts.chains, incarnation: incarnation.id, state: state,
                position: counts.position, cited: [], isDirty: true, isNew: true))
    }

    /// The row of an incarnation, added where it is new.
    private func incarnation(of genesis: Genesis) throws(JournalError) -> Incarnation {
        // any order: at most one matches
        let known = incarnations.values.first { $0.key == genesis.key && $0.node == genesis.node }
        if let known { return known }
        counts.incarnations += 1
        let added = Incarnation(id: counts.incarnations, key: genesis.key, node: genesis.node)
        try incarnationTable.add(added)
        incarnations[added.id] = added
        return added
    }

    /// Rewrites the row of the change that the head names.
    package func sign(_ head: SignedHead, in scope: ScopeID) throws(JournalError) {
        let carried = try touch(scope)
        guard let index = carried.index(of: head.head.actor) else {
            throw .failed("no chain \(head.head.actor.hex) to sign")
        }
        invariant(
            head.signature.count == SignedHead.signatureLength, "a signature has its length")
        let dot = Dot(actor: head.head.actor, seq: head.head.seq)
        guard try hash(at: dot, in: scope) == head.head.hash else {
            throw .failed("the signed head \(dot.actor.hex) \(dot.seq.rawValue) is not stored")
        }
        try changes.sign(key: carried.chains[index].key(head.head.seq), head.signature)
    }

    /// Reads back to the last signature, at most 64 rows.
    package func signedHead(
        of actor: ActorID, in scope: ScopeID
    ) throws(JournalError) -> SignedHead? {
        guard let chain = stored(actor, in: scope),
            let found = try changes.lastSigned(chain, upTo: chain.state.head.seq),
            let hash = try hash(at: Dot(actor: actor, seq: found.seq), in: scope)
        else { return nil }
        let head = ChainHead(actor: actor, seq: found.seq, hash: hash)
        return SignedHead(head: head, signature: found.signature)
    }

    /// Reads and deletes the tail, and reads the rest once for its citations.
    package func cutChain(
        _ actor: ActorID, in scope: ScopeID, above seq: Seq
    ) throws(JournalError) -> [Change] {
        let carried = try touch(scope)
        guard let index = carried.index(of: actor) else { return [] }
        let chain = carried.chains[index]
        guard seq < chain.state.head.seq else { return [] }
        let removed = try changes.read(chain, from: seq.next, to: chain.state.head.seq)
        var rest: ChainHead?
        if seq > .none {
            guard let hash = try hash(at: Dot(actor: actor, seq: seq), in: scope) else {
                throw .damaged("chain \(actor.hex) has no seq \(seq.rawValue)")
            }
            rest = ChainHead(actor: actor, seq: seq, hash: hash)
        }
        try changes.remove(chain, above: seq)
        let isForked = try forkTable.remove(of: actor, in: scope, above: seq)
        recent.forgetAll()
        counts.position += 1
        carried.move(to: counts.position)
        if let rest {
            carried.chains[index].state.head = rest
            carried.chains[index].state.quarantined = isForked
            carried.chains[index].cited = try citations(of: chain, upTo: seq)
            carried.chains[index].position = counts.position
            carried.chains[index].isDirty = true
        } else {
            carried.chains.remove(at: index)
            if !chain.isNew { try chainTable.remove(chain.no) }
        }
        if chain.state.key == counts.incarnation { countCut(chain.state.head, to: rest) }
        try writeBase()
        return removed
    }

    /// What a chain cited up to `seq`, from its changes: reads them all, a few at a time.
    private func citations(
        of chain: StoredChain, upTo seq: Seq
    ) throws(JournalError) -> [Dot] {
        var copy = chain
        copy.cited = []
        var first = Seq(1)
        while first <= seq {
            let step = UInt64(Limits.rangeChangesMax)
            let last = Seq(min(seq.rawValue, first.rawValue + step - 1))
            for change in try changes.read(chain, from: first, to: last) {
                copy.cite(change.header.deps)
            }
            first = last.next
        }
        return copy.cited
    }

    func stored(_ actor: ActorID, in scope: ScopeID) -> StoredChain? {
        guard let carried = carried[scope], let index = carried.index(of: actor) else {
            return nil
        }
        return carried.chains[index]
    }

    private func change(_ seq: Seq, of chain: StoredChain) throws(JournalError) -> Change? {
        guard let bytes = try changes.read(key: chain.key(seq)) else {
            throw .damaged("change \(seq.rawValue) of chain \(chain.state.actor.hex) is missing")
        }
        return try ChangeTable.decode(bytes, suite: chain.state.suite)
    }
}
