import Base
import Change

/// Sending what the peer lacks.
extension Link {
    /// Fills a message with changes, class by class: first each class up to its share, so that
    /// none starves, then in order of priority until the message is full.
    mutating func push<K: LocalKnowledge>(
        _ draft: inout Draft, _ lane: Lane, knowing knowledge: K
    ) throws(K.Failure) {
        if isDirectoryOnly, isDialer { return }
        guard isKnown || unknownRounds > Limits.unknownViewRoundsMax else { return }
        guard !(isKnown && theirs.root == mine.root) else { return }
        var queues = queuesByPriority()
        guard queues.contains(where: { !$0.isEmpty }) else { return }
        guard flights[lane.rawValue].isEmpty else {
            // The last message of this lane may be lost: the peer's answer to this one tells.
            draft.leavesMore = true
            return
        }
        if !queues[0].isEmpty {
            // The directory first: what may be carried follows from it (PROTOCOL §7.3). What
            // the peer carries already need not wait.
            declined = []
            for index in queues.indices.dropFirst() {
                let count = queues[index].count
                queues[index].removeAll { theirs[$0] == nil }
                if queues[index].count < count { draft.leavesMore = true }
            }
        }
        for isSharing in [true, false] {
            for index in queues.indices {
                let start = draft.rangeBytes
                while let id = queues[index].first, draft.hasRoom {
                    let used = draft.rangeBytes - start
                    if isSharing ? used >= Priority.share(index) : draft.isFull { break }
                    let isDone = try push(id, &draft, lane, knowing: knowledge)
                    if isDone { queues[index].removeFirst() }
                }
            }
        }
        if queues.contains(where: { !$0.isEmpty }) { draft.leavesMore = true }
    }

    private mutating func queuesByPriority() -> [[ScopeID]] {
        var queues: [[ScopeID]] = Array(repeating: [], count: Priority.classes)
        for id in differing() {
            guard let scope = mine[id], !scope.isBlank, !declined.contains(id) else { continue }
            queues[Priority.of(scope.name.family)].append(id)
        }
        return queues
    }

    /// One more batch of a scope.
    /// - Returns: Whether nothing more of it goes into this message.
    private mutating func push<K: LocalKnowledge>(
        _ id: ScopeID, _ draft: inout Draft, _ lane: Lane, knowing knowledge: K
    ) throws(K.Failure) -> Bool {
        guard let scope = mine[id] else { return true }
        let other: Lane = lane == .push ? .poll : .push
        if flights[other.rawValue].contains(where: { $0.scope == id }) {
            draft.leavesMore = true
            return true
        }
        var holding = theirs[id] ?? Holding(blank: scope)
        for flight in flights[lane.rawValue] where flight.scope == id {
            _ = holding.merge(flight.heads.map(SeenHead.init))
        }
        try oweEvidence(scope, holding, knowing: knowledge)
        try seeForks(scope, holding, knowing: knowledge)
        let except = try unwanted(of: scope, with: holding, knowing: knowledge)
        guard lacks(holding, scope, except: except) else { return true }
        let isFirst = !flights[lane.rawValue].contains { $0.scope == id }
        if isFirst, !mayOffer(scope) { return true }
        let known = holding.heads.map { Dot(actor: $0.actor, seq: $0.seq) }
        guard let run = try knowledge.batch(of: id, after: known, except: except) else {
            return true
        }
        if theirs[id] == nil, isFirst { draft.frames.append(.vector(scope.statement)) }
        draft.rangeBytes += run.batch.changes.reduce(0) { $0 + $1.bytes.count }
        draft.frames.append(.range(run.batch))
        let heads = run.batch.segments.map(\.last)
        flights[lane.rawValue].append(Flight(scope: id, heads: heads))
        if !run.more { complete(scope, holding, heads, &draft) }
        return !run.more
    }

    /// Sees a number used twice where the peer is behind in a chain and on another branch: one
    /// lookup for each chain that is about to be sent on.
    private mutating func seeForks<K: LocalKnowledge>(
        _ scope: SharedScope, _ holding: Holding, knowing knowledge: K
    ) throws(K.Failure) {
        for head in holding.heads {
            guard let own = scope.vector[head.actor], own.seq > head.seq,
                skipped[scope.id]?.contains(head.actor) != true
            else { continue }
            let dot = Dot(actor: head.actor, seq: head.seq)
            guard let held = try knowledge.hash(at: dot, in: scope.id)?.prefix8,
                held != head.prefix
            else { continue }
            try sees(dot, in: scope.id, yours: head.prefix, knowing: knowledge)
        }
    }

    /// Chains of which nothing goes to a peer that holds this of the scope.
    func unwanted<K: LocalKnowledge>(
        of scope: SharedScope, with holding: Holding, knowing knowledge: K
    ) throws(K.Failure) -> [ActorID] {
        var except = holding.quarantined + (skipped[scope.id] ?? [])
        for actor in scope.quarantined where !except.contains(actor) {
            if try !goes(actor, of: scope, with: holding, knowing: knowledge) {
                except.append(actor)
            }
        }
        return except
    }

    /// Whether a chain that is quarantined here goes with the others all the same: what they
    /// rest on may lie in it, and a peer that is behind on this side's branch, or has nothing
    /// of the chain, could admit neither without the other. The proof follows.
    private func goes<K: LocalKnowledge>(
        _ actor: ActorID, of scope: SharedScope, with holding: Holding, knowing knowledge: K
    ) throws(K.Failure) -> Bool {
        guard let head = holding[actor] else { return true }
        let dot = Dot(actor: actor, seq: head.seq)
        return try knowledge.hash(at: dot, in: scope.id)?.prefix8 == head.prefix
    }

    /// Whether there is a change that the peer does not have.
    func lacks(
        _ holding: Holding, _ scope: SharedScope, except: [ActorID]
    ) -> Bool {
        scope.vector.heads.contains { head in
            !except.contains(head.actor) && (holding[head.actor]?.seq ?? .none) < head.seq
        }
    }

    /// Notes a scope of which the peer will hold just what this side holds: its vector need
    /// not be stated.
    private func complete(
        _ scope: SharedScope, _ before: Holding, _ heads: [ChainHead], _ draft: inout Draft
    ) {
        var after = before
        _ = after.merge(heads.map(SeenHead.init))
        if isKnown, after.heads == scope.vector.heads.map(SeenHead.init) {
            draft.completed.insert(scope.id)
        }
    }

    /// What was refused twice is offered again after 1, 2, 4 … messages only.
    private mutating func mayOffer(_ scope: SharedScope) -> Bool {
        var offer = offers[scope.id] ?? Offer(heads: [])
        if offer.heads != scope.vector.heads { offer = Offer(heads: scope.vector.heads) }
        defer { offers[scope.id] = offer }
        if offer.pause > 0 {
            offer.pause -= 1
            return false
        }
        offer.count += 1
        return true
    }
}
