import Base
import Change

/// Draining (PROTOCOL §11): a place was moved, and one end of a link stores a scope that only the
/// other may carry now. It gives what it has and takes nothing: such a scope stands in neither
/// tree. It says what it holds, the carrier says how much of that it holds too, and what is
/// lacking follows, until all of it is held there; only then may it go.
extension Link {
    /// A scope that this side is to give up.
    struct Leaving: Sendable {
        var scope: SharedScope
        /// The leaf of which the peer was asked, and not answered yet or answered last.
        var asked: Digest16?
        /// What of it the peer holds, as it said last.
        var answer: Holding?
        /// The heads from which on changes were given: where it still stands there, it did not
        /// take them.
        var offered: [SeenHead]?

        /// Whether the peer said that it holds all of it.
        var isDrained: Bool {
            guard let answer else { return false }
            return scope.vector.heads.allSatisfy { answer[$0.actor] == SeenHead($0) }
                && scope.quarantined.allSatisfy(answer.quarantined.contains)
        }

        /// What was said may have been lost.
        mutating func doubt() {
            asked = nil
            offered = nil
        }
    }

    /// A scope as this side holds it, in either tree or neither.
    func held<K: LocalKnowledge>(
        _ scope: ScopeID, knowing knowledge: K
    ) throws(K.Failure) -> SharedScope? {
        if let known = mine[scope] ?? leaving[scope]?.scope { return known }
        guard let name = taken[scope] else { return nil }
        return try knowledge.takes(name)
    }

    /// Takes in what is to be drained from here on.
    mutating func refreshLeaving(_ news: ScopeNews) {
        if news.isWhole {
            let kept = Set(news.leaving.map(\.id))
            for id in leaving.keys.sorted() where !kept.contains(id) { leaving[id] = nil }
        }
        for scope in news.leaving where leaving[scope.id] != nil || hasRoomToDrain {
            var entry = leaving[scope.id] ?? Leaving(scope: scope)
            entry.scope = scope
            if news.isWhole, entry.answer == nil { entry.asked = nil }
            leaving[scope.id] = entry
        }
    }

    private var hasRoomToDrain: Bool { leaving.count < Limits.linkScopesMax }

    // MARK: saying

    /// Asks what the peer holds, gives what it lacks, and says what this side holds of what the
    /// peer gives up.
    mutating func drain<K: LocalKnowledge>(
        _ draft: inout Draft, knowing knowledge: K
    ) throws(K.Failure) {
        guard !isDirectoryOnly else { return }
        for id in due.drains.keys.sorted() where draft.hasRoom {
            guard let asked = due.drains.removeValue(forKey: id) else { continue }
            try answer(asked, &draft, knowing: knowledge)
        }
        askAgainLater()
        for id in leaving.keys.sorted() where draft.hasRoom {
            guard let scope = leaving[id]?.scope, !scope.isBlank else { continue }
            if leaving[id]?.asked == scope.leaf, let holding = leaving[id]?.answer {
                try give(scope, holding, &draft, knowing: knowledge)
            }
            guard leaving[id]?.asked != scope.leaf else { continue }
            leaving[id]?.asked = scope.leaf
            leaving[id]?.answer = nil
            draft.frames.append(.drain(DrainNotice(isAnswer: false, scope.statement)))
        }
    }

    /// What is still stored although the peer held all of it is asked for again: a peer may lose
    /// what it held. All such scopes at once, and only after a message in which none was asked
    /// for: with each at a time of its own the two would talk for ever.
    private mutating func askAgainLater() {
        // any order: one is enough.
        let isAsking = leaving.values.contains { !$0.scope.isBlank && $0.asked != $0.scope.leaf }
        let drained = leaving.keys.sorted().filter { leaving[$0]?.isDrained == true }
        guard !isAsking, !drained.isEmpty else { return }
        drainPause += 1
        guard drainPause > 1 else { return }
        drainPause = 0
        for id in drained { leaving[id]?.asked = nil }
    }

    /// Changes that the peer lacks of a scope that this side gives up; it is asked again then.
    private mutating func give<K: LocalKnowledge>(
        _ scope: SharedScope, _ holding: Holding, _ draft: inout Draft, knowing knowledge: K
    ) throws(K.Failure) {
        let owed = due.evidence.count
        try oweEvidence(scope, holding, knowing: knowledge)
        if due.evidence.count > owed { leaving[scope.id]?.asked = nil }
        guard leaving[scope.id]?.offered != holding.heads else { return }
        let except = try unwanted(of: scope, with: holding, knowing: knowledge)
        var after = holding
        while !draft.isFull, draft.hasRoom, lacks(after, scope, except: except) {
            let known = after.heads.map { Dot(actor: $0.actor, seq: $0.seq) }
            guard let run = try knowledge.batch(of: scope.id, after: known, except: except)
            else { break }
            draft.rangeBytes += run.batch.changes.reduce(0) { $0 + $1.bytes.count }
            draft.frames.append(.range(run.batch))
            guard after.merge(run.batch.segments.map { SeenHead($0.last) }) else { break }
        }
        guard after.heads != holding.heads else { return }
        leaving[scope.id]?.offered = holding.heads
        leaving[scope.id]?.asked = nil
    }

    /// What this side holds of what the peer said that it holds.
    private mutating func answer<K: LocalKnowledge>(
        _ asked: VectorStatement, _ draft: inout Draft, knowing knowledge: K
    ) throws(K.Failure) {
        guard let own = try knowledge.takes(asked.name) else { return }
        var heads: [SeenHead] = []
        for head in asked.heads {
            // Of a chain that has two branches, what of its own the asker has that is here too.
            let known = own.vector[head.actor]?.seq ?? head.seq
            let dot = Dot(actor: head.actor, seq: Swift.min(known, head.seq))
            guard let hash = try knowledge.hash(at: dot, in: own.id) else { continue }
            heads.append(SeenHead(actor: dot.actor, seq: dot.seq, prefix: hash.prefix8))
        }
        draft.frames.append(
            .drain(
                DrainNotice(
                    isAnswer: true,
                    VectorStatement(
                        name: own.name, epoch: own.epoch, heads: heads,
                        quarantined: own.quarantined, leaf: .zero))))
    }

    // MARK: hearing

    mutating func take<K: LocalKnowledge>(
        _ notice: DrainNotice, into intake: inout Intake, knowing knowledge: K
    ) throws(K.Failure) {
        guard !isDirectoryOnly else { return }
        let statement = notice.statement
        let id = statement.name.id
        if notice.isAnswer {
            guard leaving[id]?.asked != nil else { return }
            leaving[id]?.answer = Holding(statement)
        } else {
            let hasRoom = taken[id] != nil || taken.count < Limits.linkScopesMax
            guard hasRoom, let own = try knowledge.takes(statement.name) else { return }
            taken[id] = own.name
            due.drains[id] = statement
            if own.isBlank { intake.delivery.opening.append(statement.name) }
        }
        for head in statement.heads {
            try check(head, in: id, &intake, knowledge)
            if isFenced { return }
        }
        if notice.isAnswer, let entry = leaving[id], entry.isDrained {
            intake.effects.append(.drained(entry.scope))
        }
    }
}
