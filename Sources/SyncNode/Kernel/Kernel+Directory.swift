import Base
import Change
import Domain

/// What follows when the directory learns something: whatever was folded before its author or
/// its place was known is folded anew, so that the state is the same in whatever order changes
/// and directory came (I22).
extension Kernel {
    /// Takes a directory change into the directory.
    func learn(_ change: Change, in state: ScopeState) {
        guard let chain = state.chains[change.header.actor],
            let statement = Directory.Statement(
                change, of: state.record.name.region, by: IncarnationKey(chain.key))
        else { return }
        // Let go of first, or the tables would be copied to be changed.
        office = nil
        learned.join(directory.add(statement))
    }

    /// Says again what a former parent of a place said of its incarnations, where this node stands
    /// above both (PROTOCOL §11).
    func restate(at now: Instant, entropy: () -> Digest) throws(JournalError) {
        guard effects.directoryChanged, !directory.isRevoked(identity.key) else { return }
        let scope = ScopeName.directory(identity.region)
        let drafts = directory.owedRestatements(by: identity.region).map { entry in
            Draft(scope: scope, kind: entry.kind, body: entry.body)
        }
        guard !drafts.isEmpty, try mayWrite(drafts) else { return }
        _ = try write(drafts, author: 0, at: now, entropy: entropy)
    }

    /// Folds anew what the batch's news of the directory touches. Own heads are signed and
    /// documents stored before. Costs a look at each chain that is carried, and nothing where
    /// there is no news; a scope with chains of a newly seated or ended key costs its fold.
    func foldWhatWasLearned() throws(JournalError) {
        guard !learned.isEmpty else { return }
        let news = learned
        learned = Directory.News()
        let seated = Set((news.seated + news.revoked).map(\.publicKey))
        var placed = Set(news.placed)
        let county = directory.county(of: identity.region)
        if county != homeCounty, let county { placed.insert(county) }
        homeCounty = county
        for id in scopes.keys.sorted() {
            guard let state = scopes[id], state.record.name.family != .directory else { continue }
            let isSpokenIn = state.chains.values.contains { seated.contains($0.key) }
            if isSpokenIn || waits(state.record.name, for: placed, isSeatNew: !news.seated.isEmpty)
            {
                try refold(id)
            }
        }
    }

    /// Whether what a scope holds may have waited for a place: a catalog counts once its owner's
    /// level is known and is acknowledged once the local county is; and a county passes on a
    /// case that came from another once the station that it is for has a seat. A place that moved
    /// has other supervisors from then on.
    private func waits(
        _ scope: ScopeName, for placed: Set<RegionID>, isSeatNew: Bool
    ) -> Bool {
        switch scope.family {
        case .catalog, .staff: placed.contains(scope.region)
        case .cases:
            placed.contains(scope.region)
                || (isSeatNew && scope.region == identity.region && homeCounty == scope.region)
        case .directory, .control, .corridor, .custody, .statistics: false
        }
    }

    /// Makes a scope's documents anew from its stored changes: in arrival order, then what no
    /// signed head covers yet, in causal order.
    func refold(_ id: ScopeID) throws(JournalError) {
        try flushDocuments()
        try signHeads()
        guard let state = scopes[id], state.record.name.family != .directory else { return }
        try journal.removeDocuments(of: id)
        session = FoldSession()
        var after: [Dot] = []
        while true {
            let run = try journal.run(of: id, after: after, except: [])
            for change in run.changes { try fold(change, in: state) }
            after = Self.advanced(after, by: run.changes)
            guard run.more, !run.changes.isEmpty else { break }
        }
        try foldUnsigned(of: state, after: after)
        try flushDocuments()
    }

    private func foldUnsigned(of state: ScopeState, after: [Dot]) throws(JournalError) {
        var known: [ActorID: Seq] = [:]
        for dot in after { known[dot.actor] = dot.seq }
        var progressed = true
        while progressed {
            progressed = false
            for actor in state.chains.keys.sorted() {
                let next = (known[actor] ?? .none).next
                guard let head = state.chains[actor]?.head, next <= head.seq,
                    let change = try journal.change(
                        at: Dot(actor: actor, seq: next), in: state.record.id),
                    change.header.deps.allSatisfy({ $0.seq <= known[$0.actor] ?? .none })
                else { continue }
                try fold(change, in: state)
                known[actor] = next
                progressed = true
            }
        }
    }
}
