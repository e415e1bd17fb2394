import Base
import Change
import Domain

/// Writing changes of the local incarnation.
extension Kernel {
    func write(
        _ drafts: [Draft], author: UInt64, at now: Instant, entropy: () -> Digest
    ) throws(JournalError) -> [ChainHead] {
        var heads: [ChainHead] = []
        heads.reserveCapacity(drafts.count)
        for draft in drafts {
            heads.append(
                try write(draft, author: author, flags: [], at: now, salt: entropy()))
        }
        return heads
    }

    func write(
        _ draft: Draft, author: UInt64, flags: ChangeFlags, at now: Instant, salt: Digest
    ) throws(JournalError) -> ChainHead {
        let state = try open(draft.scope)
        if state.ownHead == nil { try found(state, at: now, salt: salt) }
        guard let head = state.ownHead else {
            invariant(false, "a founded chain has a head")
            throw .damaged("no own chain")
        }
        var header = ChangeHeader(
            scope: draft.scope.id, actor: state.own, seq: head.seq.next, previous: head.hash,
            time: clock.tick(at: now), kind: draft.kind)
        header.author = author
        header.flags = flags
        header.deps = state.dependencies
        header.refs = draft.refs
        header.supersedes = draft.supersedes
        let change = ChangeCodec.make(
            header, salt: salt, body: draft.body, suite: identity.key.publicKey.suite)
        try append(change, founding: nil, to: draft.scope.id)
        return change.head
    }

    /// Begins the own chain in a scope: names the key, the node and the chains before it.
    private func found(
        _ state: ScopeState, at now: Instant, salt: Digest
    ) throws(JournalError) {
        let scope = state.record.id
        let earlier = state.chains.keys.sorted().compactMap { state.chains[$0] }
            .filter { $0.node == identity.node }.map(\.head)
        let genesis = Genesis(
            key: identity.key.publicKey, node: identity.node,
            predecessors: Array(earlier.prefix(Limits.changeDepsMax)),
            grant: directory.seat(of: identity.region)?.grant ?? .zero)
        let body = genesis.encode()
        let suite = identity.key.publicKey.suite
        var header = ChangeHeader(
            scope: scope, actor: state.own, seq: Seq(1),
            previous: Genesis.previous(
                scope: scope, actor: state.own, body: body, suite: suite),
            time: clock.tick(at: now), kind: .genesis)
        header.deps = state.dependencies
        let change = ChangeCodec.make(header, salt: salt, body: body, suite: suite)
        try append(change, founding: genesis, to: scope)
    }

    /// Stores a judged change, moves the vector and folds it: the one door for both sides.
    func append(
        _ change: Change, founding genesis: Genesis?, to scope: ScopeID
    ) throws(JournalError) {
        guard let state = scopes[scope] else {
            throw .damaged("scope \(scope.hex) is not open")
        }
        if rules.storesWhatItCounts || change.header.actor == state.own {
            try journal.append(change, founding: genesis)
        }
        let actor = change.header.actor
        if let genesis {
            state.chains[actor] = ChainState(
                key: genesis.key, node: genesis.node, head: change.head)
        } else {
            state.chains[actor]?.head = change.head
        }
        if actor == state.own {
            for dep in change.header.deps { state.cited[dep.actor] = dep.seq }
            try count(change, in: state)
        }
        if effects.touched.last != scope { effects.touched.append(scope) }
        if actor == state.own, state.unsigned >= Limits.unsignedChangesMax {
            try signHead(of: scope)
        }
        if genesis == nil { try nameBlobs(of: change, in: state) }
        try fold(change, in: state)
    }

    /// An own change is to be signed; one that came back with a scope that was given up is.
    private func count(_ change: Change, in state: ScopeState) throws(JournalError) {
        guard let awaited = state.awaited else {
            state.unsigned += 1
            return
        }
        guard change.header.seq >= awaited.seq else { return }
        state.awaited = nil
        try journal.setValue(GivenUp.name(of: state.record.id), [])
    }

    /// Attachments that the change names. What stands behind a proven fork has no effect, and
    /// brings none.
    private func nameBlobs(
        of change: Change, in state: ScopeState
    ) throws(JournalError) {
        let named = change.namedBlobs
        guard !named.isEmpty else { return }
        if let fork = state.forked[change.header.actor], change.header.seq >= fork { return }
        try journal.nameBlobs(named, in: state.record.id)
        for digest in named { effects.blobs.append(NamedBlob(digest, in: state.record.id)) }
    }

    func fold(_ change: Change, in state: ScopeState) throws(JournalError) {
        guard change.kind != .genesis, state.chains[change.header.actor] != nil else { return }
        if state.record.name.family == .directory {
            learn(change, in: state)
            effects.directoryChanged = true
        }
        try project(change, in: state)
        if change.kind.isErasure { try carryOut(change, in: state) }
    }

    /// Folds a change into the documents that it touches.
    func project(_ change: Change, in state: ScopeState) throws(JournalError) {
        guard change.kind != .genesis, let chain = state.chains[change.header.actor] else {
            return
        }
        let name = state.record.name
        if rules.unknownKinds.contains(change.kind.rawValue) { return }
        let arrival = Arrival(
            change: change, scope: name, key: IncarnationKey(chain.key),
            quarantined: state.forked[chain.actor].map { change.header.seq >= $0 } ?? false)
        let desk = desk(author: 0, at: change.header.time.instant, entropy: .zero)
        let writes = try Fold.apply(
            arrival, at: desk, from: KernelSource(kernel: self), under: rules.custody)
        for write in writes { session.put(write, scope: state.record.id) }
    }

    /// Signs every own head that moved in this batch.
    func signHeads() throws(JournalError) {
        for scope in Set(effects.touched).sorted() where (scopes[scope]?.unsigned ?? 0) > 0 {
            try signHead(of: scope)
        }
    }

    private func signHead(of scope: ScopeID) throws(JournalError) {
        guard let head = scopes[scope]?.ownHead else { return }
        let message = SignedHead.message(scope: scope, head: head)
        let signature = identity.signer.sign(message)
        invariant(
            signature.count == SignedHead.signatureLength, "a signature has its length")
        try journal.sign(SignedHead(head: head, signature: signature), in: scope)
        scopes[scope]?.unsigned = 0
    }
}
