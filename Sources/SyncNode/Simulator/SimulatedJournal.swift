package import Base
package import Change
package import Domain
package import Kernel

/// A whole journal in memory, with a disk that can lose its unsynced tail: the simulator's
/// double of the SQLite journal, held to the same conformance suite.
package final class SimulatedJournal: Journal {
    /// Everything a database file would hold. A value: a copy is a backup.
    package struct Image: Sendable {
        var scopes: [ScopeID: ScopeRecord] = [:]
        var chains: [ScopeID: [ActorID: Chain]] = [:]
        var forks: [ForkRecord] = []
        var documents: [DocumentKey: StoredDocument] = [:]
        var blobs: [ScopeID: Set<Digest>] = [:]
        var values: [String: [UInt8]] = [:]
        /// Oldest first.
        var replies: [StoredReply] = []
        /// Arrival position of the node's last change: never given out again.
        var position: Int64 = 0

        package init() {}
    }

    struct Chain: Sendable {
        var state: ChainState
        /// Index seq − 1.
        var changes: [Change]
        /// Arrival position of each change.
        var positions: [Int64]
        var signed: [SignedHead]
        var cited: [ActorID: Seq]
    }

    /// What the program sees.
    private var working: Image
    /// What survives a power loss.
    package private(set) var durable: Image
    private var saved: Image?
    /// Off in the mutant "serve before sync": a commit then returns before it is durable.
    package var syncsOnCommit = true
    /// Set to make the next commit fail as a full disk does.
    package var failsNextCommit = false
    package var failsNextLoad = false

    package init(image: Image = Image()) {
        working = image
        durable = image
    }

    /// The power goes: whatever was not synced is gone.
    package func losePower() {
        working = durable
        saved = nil
    }

    /// What was committed but not synced becomes durable.
    package func sync() { durable = working }

    /// As `Journal` says.
    package var position: Int64 { working.position }

    /// Own changes in the working image: what the sentinel counts.
    package func count(of actorIn: (ScopeID) -> ActorID) -> Int {
        working.chains.keys.sorted().reduce(0) { sum, scope in
            sum + (working.chains[scope]?[actorIn(scope)]?.changes.count ?? 0)
        }
    }

    package func begin() throws(JournalError) {
        invariant(saved == nil, "a transaction is not begun twice")
        saved = working
    }

    package func commit() throws(JournalError) {
        invariant(saved != nil, "a commit ends a transaction")
        if failsNextCommit {
            failsNextCommit = false
            throw .full
        }
        saved = nil
        if syncsOnCommit { durable = working }
    }

    package func rollback() throws(JournalError) {
        if let saved { working = saved }
        saved = nil
    }

    /// Nothing outlasts a commit here: its sync makes all of it durable at once.
    package func settle() throws(JournalError) {
        invariant(saved == nil, "a writer out of work is between transactions")
    }

    /// Whether a transaction is open.
    private var isInTransaction: Bool { saved != nil }

    private func touch(_ scope: ScopeID) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        guard working.scopes[scope] != nil else {
            throw .failed("scope \(scope.hex) is not carried")
        }
    }

    /// The next arrival position, which is the scope's from now on.
    @discardableResult
    private func move(_ scope: ScopeID) -> Int64 {
        let position = working.position + 1
        working.position = position
        working.scopes[scope]?.position = position
        return position
    }

    // MARK: scopes

    package func scopes() throws(JournalError) -> [ScopeRecord] {
        if failsNextLoad {
            failsNextLoad = false
            throw .failed("not read")
        }
        return working.scopes.values.sorted { $0.id < $1.id }
    }

    package func scope(_ id: ScopeID) throws(JournalError) -> ScopeRecord? { working.scopes[id] }

    package func openScope(_ name: ScopeName) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        guard working.scopes[name.id] == nil else { return }
        working.scopes[name.id] = ScopeRecord(name: name, epoch: 1, position: 0)
    }

    package func setEpoch(_ epoch: UInt64, of scope: ScopeID) throws(JournalError) {
        try touch(scope)
        working.scopes[scope]?.epoch = epoch
    }

    package func dropScope(_ id: ScopeID) throws(JournalError) {
        try touch(id)
        working.scopes[id] = nil
        working.chains[id] = nil
        working.forks.removeAll { $0.scope == id }
        working.blobs[id] = nil
        for key in working.documents.keys where working.documents[key]?.scope == id {
            working.documents[key] = nil
        }
    }

    // MARK: chains

    package func chains(of scope: ScopeID) throws(JournalError) -> [ChainState] {
        (working.chains[scope] ?? [:]).values.map(\.state).sorted { $0.actor < $1.actor }
    }

    package func chain(
        _ actor: ActorID, in scope: ScopeID
    ) throws(JournalError) -> ChainState? {
        working.chains[scope]?[actor]?.state
    }

    package func setQuarantined(_ actor: ActorID, in scope: ScopeID) throws(JournalError) {
        try touch(scope)
        guard working.chains[scope]?[actor] != nil else {
            throw .failed("no chain \(actor.hex) in scope \(scope.hex)")
        }
        working.chains[scope]?[actor]?.state.quarantined = true
    }

    package func cited(by actor: ActorID, in scope: ScopeID) throws(JournalError) -> [Dot] {
        let cited = working.chains[scope]?[actor]?.cited ?? [:]
        return cited.map { Dot(actor: $0.key, seq: $0.value) }.sorted()
    }

    package func hash(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Digest? {
        try change(at: dot, in: scope)?.hash
    }

    package func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
        guard let chain = working.chains[scope]?[dot.actor], dot.seq > .none,
            dot.seq.rawValue <= UInt64(chain.changes.count)
        else { return nil }
        return chain.changes[Int(dot.seq.rawValue) - 1]
    }

    package func append(_ change: Change, founding genesis: Genesis?) throws(JournalError) {
        let scope = change.scope
        let actor = change.header.actor
        try touch(scope)
        if working.chains[scope]?[actor] == nil {
            guard let genesis else { throw .failed("chain \(actor.hex) was not founded") }
            let state = ChainState(key: genesis.key, node: genesis.node, head: change.head)
            working.chains[scope, default: [:]][actor] = Chain(
                state: state, changes: [], positions: [], signed: [], cited: [:])
        }
        let position = move(scope)
        working.chains[scope]?[actor]?.append(change, at: position)
    }

    package func sign(_ head: SignedHead, in scope: ScopeID) throws(JournalError) {
        try touch(scope)
        let dot = Dot(actor: head.head.actor, seq: head.head.seq)
        guard try hash(at: dot, in: scope) == head.head.hash else {
            throw .failed("the signed head \(dot.actor.hex) \(dot.seq.rawValue) is not stored")
        }
        working.chains[scope]?[head.head.actor]?.signed.append(head)
    }

    package func signedHead(
        of actor: ActorID, in scope: ScopeID
    ) throws(JournalError) -> SignedHead? {
        working.chains[scope]?[actor]?.signed.max { $0.head.seq < $1.head.seq }
    }

    package func cutChain(
        _ actor: ActorID, in scope: ScopeID, above seq: Seq
    ) throws(JournalError) -> [Change] {
        try touch(scope)
        guard var chain = working.chains[scope]?[actor] else { return [] }
        let kept = Int(seq.rawValue)
        guard kept < chain.changes.count else { return [] }
        move(scope)
        let removed = Array(chain.changes[kept...])
        chain.changes.removeSubrange(kept...)
        chain.positions.removeSubrange(kept...)
        chain.signed.removeAll { $0.head.seq > seq }
        working.forks.removeAll {
            $0.scope == scope && $0.dot.actor == actor && $0.dot.seq > seq
        }
        chain.state.quarantined = working.forks.contains {
            $0.scope == scope && $0.dot.actor == actor
        }
        if let last = chain.changes.last {
            chain.state.head = last.head
            chain.cited = [:]
            for change in chain.changes { chain.cite(change) }
            working.chains[scope]?[actor] = chain
        } else {
            working.chains[scope]?[actor] = nil
        }
        return removed
    }

    package func elide(_ dot: Dot, in scope: ScopeID) throws(JournalError) {
        guard let change = try change(at: dot, in: scope) else { return }
        working.chains[scope]?[dot.actor]?.changes[Int(dot.seq.rawValue) - 1] =
            ChangeCodec.elided(change)
    }

    package func isNamed(_ blob: Digest, in scope: ScopeID) throws(JournalError) -> Bool {
        // any order: whether one of them does
        (working.chains[scope] ?? [:]).values.contains { chain in
            chain.changes.contains { $0.namedBlobs.contains(blob) }
        }
    }

    package func unnameBlob(
        _ blob: Digest, in scope: ScopeID
    ) throws(JournalError) -> Bool { true }

    package func nameBlobs(_ blobs: [Digest], in scope: ScopeID) throws(JournalError) {
        try touch(scope)
        working.blobs[scope, default: []].formUnion(blobs)
    }

    package func namedBlobs(in scope: ScopeID) throws(JournalError) -> [Digest] {
        (working.blobs[scope] ?? []).sorted()
    }

    package func recordFork(_ fork: ForkRecord) throws(JournalError) {
        guard !working.forks.contains(where: { $0.dot == fork.dot && $0.other == fork.other })
        else { return }
        working.forks.append(fork)
    }

    package func replaceEvidence(_ fork: ForkRecord) throws(JournalError) {
        for index in working.forks.indices
        where working.forks[index].dot == fork.dot && working.forks[index].other == fork.other
            && working.forks[index].scope == fork.scope
        {
            working.forks[index] = fork
        }
    }

    package func forks() throws(JournalError) -> [ForkRecord] {
        working.forks.sorted { ($0.scope, $0.dot, $0.other) < ($1.scope, $1.dot, $1.other) }
    }

    // MARK: documents and values

    package func document(_ key: DocumentKey) throws(JournalError) -> StoredDocument? {
        working.documents[key]
    }

    package func putDocument(_ document: StoredDocument) throws(JournalError) {
        working.documents[document.key] = document
    }

    package func removeDocument(_ key: DocumentKey) throws(JournalError) {
        working.documents[key] = nil
    }

    package func removeDocuments(of scope: ScopeID) throws(JournalError) {
        for key in working.documents.keys where working.documents[key]?.scope == scope {
            working.documents[key] = nil
        }
    }

    package func documents(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey] {
        working.documents.values.filter { $0.key.collection == collection && $0.label == label }
            .map(\.key).sorted { $0.id < $1.id }
    }

    package func attention(
        after last: DocumentKey?, limit: Int
    ) throws(JournalError) -> [DocumentKey] {
        let keys = working.documents.values.filter(\.attention).map(\.key).filter { key in
            guard let last else { return true }
            return (last.collection.rawValue, last.id) < (key.collection.rawValue, key.id)
        }
        return Array(
            keys.sorted { ($0.collection.rawValue, $0.id) < ($1.collection.rawValue, $1.id) }
                .prefix(limit))
    }

    package func value(_ name: String) throws(JournalError) -> [UInt8]? { working.values[name] }

    package func setValue(_ name: String, _ value: [UInt8]) throws(JournalError) {
        working.values[name] = value
    }

    package func reply(author: UInt64, key: String) throws(JournalError) -> StoredReply? {
        working.replies.first { $0.author == author && $0.key.text == key }
    }

    package func keepReply(_ reply: StoredReply) throws(JournalError) {
        working.replies.append(reply)
        if working.replies.count > Limits.repliesKept { working.replies.removeFirst() }
    }

    /// The chains of a scope with their changes: what the checkers read.
    func contents(of scope: ScopeID) -> [Chain] {
        (working.chains[scope] ?? [:]).values.sorted { $0.state.actor < $1.state.actor }
    }
}

extension SimulatedJournal.Chain {
    mutating func append(_ change: Change, at position: Int64) {
        invariant(
            change.header.seq.rawValue == UInt64(changes.count) + 1, "a chain has no gap (I2)")
        changes.append(change)
        positions.append(position)
        state.head = change.head
        cite(change)
    }

    mutating func cite(_ change: Change) {
        for dep in change.header.deps { cited[dep.actor] = dep.seq }
    }
}
