package import Base
package import Change
package import Domain

/// The one place where changes are decided, admitted and folded (HOUSE §2). Owned by one
/// writer; never reentrant; synchronous. Time and randomness are arguments.
package final class Kernel<Store: Journal> {
    package let journal: Store
    package private(set) var identity: Identity
    package internal(set) var directory: Directory { didSet { office = nil } }
    /// The directory as desks share it; nil since it last changed.
    var office: Office?
    package internal(set) var clock: HybridClock
    /// Which of some attachments are not here; nil where nobody keeps any.
    package var attachments: (([Digest]) throws(JournalError) -> [Digest])?
    /// Wraps an envelope anew for other readers; nil where nothing is sealed: in the simulator.
    /// Where it is set, no command that names a person is carried out unsealed.
    package var envelopes: (@Sendable (Envelope, EnvelopeReader) -> Envelope?)?
    /// Which rules are on: all, but in the simulator's mutants.
    package let rules: KernelRules

    var scopes: [ScopeID: ScopeState] = [:]
    var session = FoldSession()
    /// Submissions in a batch from which on its documents may wait behind the log; nil where each
    /// batch stores its own. Whoever sets it has the readers of documents ask for them first.
    package var deferral: Int?
    /// Up to where the stored documents have come; nil where nothing says so.
    var folded: Int64?
    /// Batches whose documents wait.
    var behind = 0
    /// Documents are to be stored with this batch.
    var isDue = false
    var effects = Effects()
    /// Whether what is in memory may be of a batch that failed.
    var isStale = false
    /// Whether cases were erased or dropped since the start, which those who read them before
    /// may not know.
    var hasRemoved = false
    /// The document whose reactions were seen to last.
    var attended: DocumentKey?
    /// What this batch taught the directory.
    var learned = Directory.News()
    /// The county above the local region, as far as it was known when last looked at.
    var homeCounty: RegionID?
    let root: SeatRecord

    /// Loads the scopes and the directory. Costs one read a scope and one a directory change.
    ///
    /// - Parameter root: The pinned seat of the tree's root.
    package init(
        journal: Store, identity: Identity, root: SeatRecord, rules: KernelRules = KernelRules()
    ) throws(JournalError) {
        self.journal = journal
        self.identity = identity
        self.root = root
        self.rules = rules
        clock = HybridClock()
        directory = Directory(root: root)
        try reload()
    }

    /// Reads everything that is kept in memory anew: at start and after a rollback.
    func reload() throws(JournalError) {
        scopes = [:]
        session = FoldSession()
        clock = HybridClock()
        directory = Directory(root: root)
        for record in try journal.scopes() {
            let state = try load(record)
            scopes[record.id] = state
            guard let head = state.ownHead else { continue }
            let dot = Dot(actor: head.actor, seq: head.seq)
            if let last = try journal.change(at: dot, in: record.id) {
                clock.resume(from: last.header.time)
            }
        }
        try loadDirectory()
        learned = Directory.News()
        homeCounty = directory.county(of: identity.region)
        try foldArrivals()
    }

    /// Goes on as a new incarnation after a rollback, a clone or a loss (PROTOCOL §6). Its
    /// chains begin with the next change in each scope.
    package func adopt(_ identity: Identity) throws(JournalError) {
        self.identity = identity
        try reload()
    }

    /// Whether the local region belongs to a scope's audience.
    package func mayCarry(_ name: ScopeName) -> Bool {
        directory.carries(identity.region, name)
    }

    func load(_ record: ScopeRecord) throws(JournalError) -> ScopeState {
        let own = identity.key.actor(in: record.id)
        var chains: [ActorID: ChainState] = [:]
        for chain in try journal.chains(of: record.id) { chains[chain.actor] = chain }
        var cited: [ActorID: Seq] = [:]
        for dot in try journal.cited(by: own, in: record.id) { cited[dot.actor] = dot.seq }
        let state = ScopeState(record: record, chains: chains, own: own, cited: cited)
        for fork in try journal.forks() where fork.scope == record.id {
            let first = state.forked[fork.dot.actor] ?? fork.dot.seq
            state.forked[fork.dot.actor] = min(first, fork.dot.seq)
        }
        state.awaited = try awaitedHead(of: record.id, own: own, now: state.ownHead)
        return state
    }

    /// The scope, carried from now on if it was not.
    func open(_ name: ScopeName) throws(JournalError) -> ScopeState {
        if let known = scopes[name.id] { return known }
        try journal.openScope(name)
        let state = try load(ScopeRecord(name: name, epoch: 1, position: 0))
        scopes[name.id] = state
        effects.opened.append(name)
        return state
    }

    func loadDirectory() throws(JournalError) {
        for id in scopes.keys.sorted() {
            guard let state = scopes[id], state.record.name.family == .directory else { continue }
            var after: [Dot] = []
            while true {
                let run = try journal.run(of: id, after: after, except: [])
                for change in run.changes { learn(change, in: state) }
                guard run.more, !run.changes.isEmpty else { break }
                after = Self.advanced(after, by: run.changes)
            }
            // What was taken off an old chain says who is who until it is here again.
            let orphans = try Orphans.statements(
                try journal.value(Orphans.name(of: id)) ?? [], in: state.record.name,
                state.chains, of: identity.key)
            for statement in orphans { directory.recall(statement) }
        }
    }

    static func advanced(_ dots: [Dot], by changes: [Change]) -> [Dot] {
        var known: [ActorID: Seq] = [:]
        for dot in dots { known[dot.actor] = dot.seq }
        for change in changes { known[change.header.actor] = change.header.seq }
        return known.keys.sorted().compactMap { actor in
            known[actor].map { Dot(actor: actor, seq: $0) }
        }
    }
}
