import Base
import Change

/// Taking in what the peer says.
extension Link {
    /// What one message brought beside statements.
    struct Intake {
        var delivery = Delivery()
        var effects: [Effect] = []
        /// What the peer holds at least, as it sent it: in the order of the message.
        var sent: [Flight] = []
        /// Scopes of which it stated the vector.
        var stated: Set<ScopeID> = []
        /// What it holds of chains that have two branches.
        var forks: [ForkNotice] = []
    }

    /// Reads every frame; the link is open. FAST is judged last, as it speaks of the state that
    /// the other frames describe.
    mutating func take<K: LocalKnowledge>(
        _ message: Message, lane: Lane, knowing knowledge: K
    ) throws(K.Failure) -> Intake {
        try refresh(knowledge)
        var intake = Intake()
        if let fast = message.fast { heed(fast) }
        if lane == .push { blobs.age() }
        for frame in message.frames where !isFenced {
            try take(frame, into: &intake, knowing: knowledge)
        }
        try take(intake.forks, into: &intake, knowing: knowledge)
        if let fast = message.fast, !isFenced {
            try judge(fast, lane: lane, intake: intake, knowing: knowledge)
        }
        return intake
    }

    private mutating func take<K: LocalKnowledge>(
        _ frame: Frame, into intake: inout Intake, knowing knowledge: K
    ) throws(K.Failure) {
        switch frame {
        case .hello, .fast: break
        case .selfView(let heads):
            for head in heads { try check(own: head, &intake, knowledge) }
        case .digest(let statement): take(statement)
        case .vector(let statement): try take(statement, into: &intake, knowing: knowledge)
        case .want(let path): due.vectors.formUnion(mine.scopes(under: path))
        case .range(let batch):
            let isOpening = intake.delivery.opening.contains { $0.id == batch.scope }
            // What is not shared with this peer is not its to bring, whatever else is carried
            // here: else a station could write into its neighbour's cases.
            let isDraining = leaving[batch.scope] != nil || taken[batch.scope] != nil
            guard mine[batch.scope] != nil || isOpening || isDraining else {
                // Who stated the scope is told so; its directory may only be another.
                if !due.strangers.contains(where: { $0.id == batch.scope }) {
                    intake.effects += alarm(.uninvited(scope: batch.scope))
                }
                return
            }
            intake.delivery.batches.append(batch)
            intake.sent.append(Flight(scope: batch.scope, heads: batch.segments.map(\.last)))
        case .fork(let notice): intake.forks.append(notice)
        case .blobWant(let want): blobs.take(want)
        case .blobChunk(let chunk):
            if blobs.take(chunk), !isDirectoryOnly { intake.delivery.chunks.append(chunk) }
        case .drain(let notice): try take(notice, into: &intake, knowing: knowledge)
        case .receiptWant: intake.delivery.wantsReceipt = !isDirectoryOnly
        case .refused(let notice):
            if notice.reason == .scopeNotCarried {
                declined.insert(notice.scope)
                intake.effects += alarm(.held(scope: notice.scope))
            } else {
                intake.effects += alarm(.refused(notice.reason))
            }
        }
    }

    // MARK: what the peer says of chains

    /// PROTOCOL §7.2: a head of an own chain as the peer holds it.
    private mutating func check<K: LocalKnowledge>(
        own head: ScopeHead, _ intake: inout Intake, _ knowledge: K
    ) throws(K.Failure) {
        guard let key = own?.key, let scope = mine[head.scope] else { return }
        let actor = key.actor(in: head.scope)
        if scope.quarantined.contains(actor) || scope.awaits(head.seq, head.prefix) { return }
        let dot = Dot(actor: actor, seq: head.seq)
        if try knowledge.hash(at: dot, in: head.scope)?.prefix8 != head.prefix {
            fence(head.scope, head.seq, &intake)
        }
    }

    mutating func fence(_ scope: ScopeID, _ seq: Seq, _ intake: inout Intake) {
        isFenced = true
        intake.effects += alarm(.ownRollback(scope: scope, seq: seq))
    }

    private mutating func take<K: LocalKnowledge>(
        _ statement: VectorStatement, into intake: inout Intake, knowing knowledge: K
    ) throws(K.Failure) {
        let id = statement.name.id
        if statement.name.family == .directory { declined = [] }
        declined.remove(id)
        if isDirectoryOnly, statement.name.family != .directory { return }
        if mine[id] == nil {
            let hasRoom = mine.count + intake.delivery.opening.count < Limits.linkScopesMax
            guard hasRoom || theirs[id] != nil else {
                due.strangers.append(statement.name)
                return
            }
            if hasRoom, try knowledge.mayCarry(statement.name) {
                if !statement.heads.isEmpty { intake.delivery.opening.append(statement.name) }
            } else if theirs[id] == nil {
                due.strangers.append(statement.name)
            }
        }
        let isBlank = statement.heads.isEmpty && statement.quarantined.isEmpty
        theirs.set(isBlank ? nil : Holding(statement), for: id)
        stated.insert(id)
        intake.stated.insert(id)
        for head in statement.heads {
            try check(head, in: id, &intake, knowledge)
            if isFenced { return }
        }
    }

    /// Sees a number used twice, where this side is at least as far in that chain.
    mutating func check<K: LocalKnowledge>(
        _ head: SeenHead, in scope: ScopeID, _ intake: inout Intake, _ knowledge: K
    ) throws(K.Failure) {
        // What this side does not share, as the directories differ, is not judged: an own chain
        // that is not looked at is no chain that was lost.
        guard let shared = try held(scope, knowing: knowledge) else { return }
        let known = shared.vector[head.actor]
        if let known, known.seq == head.seq, known.hash.prefix8 == head.prefix { return }
        if shared.quarantined.contains(head.actor) { return }
        let dot = Dot(actor: head.actor, seq: head.seq)
        let held = (known?.seq ?? .none) < head.seq ? nil : try knowledge.hash(at: dot, in: scope)
        if held?.prefix8 == head.prefix { return }
        if let key = own?.key, key.actor(in: scope) == head.actor {
            if shared.awaits(head.seq, head.prefix) { return }
            fence(scope, head.seq, &intake)
        } else if held != nil {
            try sees(dot, in: scope, yours: head.prefix, knowing: knowledge)
        }
    }

    // MARK: descent

    /// Where a child is equal the peer holds what this side holds; where it is not, the next
    /// message goes one level down, or asks for the vectors of a bucket and states its own.
    private mutating func take(_ statement: DigestStatement) {
        let own = mine.children(of: statement.path)
        for index in 0..<16 {
            let path = statement.path.child(index)
            let stated = statement.children[index]
            if stated == own[index] || stated == .zero {
                for id in theirs.scopes(under: path) { theirs.set(nil, for: id) }
                guard stated != .zero else { continue }
                for id in mine.scopes(under: path) {
                    theirs.set(mine[id].map { Holding($0) }, for: id)
                }
            } else if own[index] == .zero {
                due.wants.append(path)
            } else if path.level == DigestTree.depth {
                due.wants.append(path)
                due.vectors.formUnion(mine.scopes(under: path))
            } else {
                due.digests.append(path)
            }
        }
    }
}
