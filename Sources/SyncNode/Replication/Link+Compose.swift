import Base
import Change

/// Saying what is due: one message, FAST first, changes last.
extension Link {
    /// A message in the making.
    struct Draft {
        var frames: [Frame] = []
        /// Bytes of changes in it, about.
        var rangeBytes = 0
        /// Scopes that the receiver will hold as this side does, once it took the changes.
        var completed: Set<ScopeID> = []
        /// Whether changes were left out for want of room, or for a later message.
        var leavesMore = false

        var isFull: Bool { rangeBytes >= Limits.messageRangeBytesTarget }
        var hasRoom: Bool { frames.count < Limits.messageFramesMax - 64 }
    }

    /// The next message of a lane, and whether it says more than where this side stands.
    mutating func compose<K: LocalKnowledge>(
        _ lane: Lane, knowing knowledge: K
    ) throws(K.Failure) -> (message: Message, hasContent: Bool) {
        try refresh(knowledge)
        if peerRoot == mine.root, !isKnown || theirs.root != mine.root { equalize() }
        var draft = Draft()
        if isFenced {
            draft.frames = [.refused(RefusalNotice(.fenced))]
        } else {
            try push(&draft, lane, knowing: knowledge)
            try state(&draft, knowing: knowledge)
            try drain(&draft, knowing: knowledge)
            try pay(&draft, knowing: knowledge)
        }
        let fast = position(lane, isFinished: !draft.leavesMore)
        let isLost =
            !isKnown && peerRoot != nil && peerRoot != mine.root
            && unknownRounds <= 2 * Limits.unknownViewRoundsMax
        let hasContent = !draft.frames.isEmpty || isLost
        return (Message([.fast(fast)] + draft.frames), hasContent)
    }

    /// Where this side stands, and what it believes of the peer.
    mutating func position(_ lane: Lane, isFinished: Bool, flags: Fast.Flags = []) -> Fast {
        var flags = flags
        if lane == .poll { flags.insert(.pollLane) }
        if isDirectoryOnly { flags.insert(.directoryOnly) }
        toldMissed[lane.rawValue] = missed
        if missed[0] { flags.insert(.missedPush) }
        if missed[1] { flags.insert(.missedPoll) }
        if isKnown { flags.insert(.viewKnown) }
        saidFinished = isKnown && isFinished
        if saidFinished { flags.insert(.finished) }
        tell()
        return Fast(
            link: token ?? .zero, flags: flags, root: mine.root,
            view: isKnown ? theirs.root : .zero)
    }

    /// FAST alone: to open a link, or to wait.
    mutating func stand<K: LocalKnowledge>(
        _ lane: Lane, flags: Fast.Flags = [], knowing knowledge: K
    ) throws(K.Failure) -> Fast {
        try refresh(knowledge)
        if peerRoot == mine.root, !isKnown || theirs.root != mine.root { equalize() }
        return position(lane, isFinished: theirs.root == mine.root, flags: flags)
    }

    // MARK: statements

    /// Makes this side known to a peer that said it does not know it.
    private mutating func state<K: LocalKnowledge>(
        _ draft: inout Draft, knowing knowledge: K
    ) throws(K.Failure) {
        if peerIsLost, let peerRoot, peerRoot != mine.root, mayStateAgain(to: peerRoot) {
            lostRounds += 1
            statedAt = (mine.root, peerRoot)
            if lostRounds % Limits.unknownViewRoundsMax == 0 { confirmed = nil }
            let recent = confirmed.map { mine.changed(since: $0) } ?? []
            if !recent.isEmpty {
                due.vectors.formUnion(recent)
            } else if isKnown {
                due.vectors.formUnion(differing())
            } else if mine.filled.count <= Limits.vectorScopesDirectMax
                || lostRounds > Limits.unknownViewRoundsMax
            {
                due.vectors.formUnion(mine.filled)
            } else if due.digests.isEmpty, due.wants.isEmpty, due.vectors.isEmpty {
                due.digests.append(.root)
            }
            confirmed = mine.position
            peerIsLost = false
        }
        // A peer may ask for more than one message holds; what is left out it asks for again.
        for path in due.digests where draft.hasRoom {
            draft.frames.append(
                .digest(DigestStatement(path: path, children: mine.children(of: path))))
        }
        for path in due.wants where draft.hasRoom { draft.frames.append(.want(path)) }
        due.digests = []
        due.wants = []
        var late: Set<ScopeID> = []
        for id in due.vectors.sorted() where !draft.completed.contains(id) {
            guard draft.hasRoom else {
                late.insert(id)
                continue
            }
            if let scope = mine[id] {
                draft.frames.append(.vector(scope.statement))
            } else if let name = theirs[id]?.name, try knowledge.mayCarry(name) {
                // To be carried and not opened yet: else the peer takes it for held here too.
                draft.frames.append(.vector(VectorStatement(blank: name)))
            }
        }
        due.vectors = late
    }

    /// A peer that stays lost is told again while either side moves, and a few times more.
    private mutating func mayStateAgain(to peerRoot: Digest16) -> Bool {
        guard lostRounds > 3 * Limits.unknownViewRoundsMax, let statedAt else { return true }
        return statedAt.own != mine.root || statedAt.peer != peerRoot
    }

    // MARK: what was asked for

    private mutating func pay<K: LocalKnowledge>(
        _ draft: inout Draft, knowing knowledge: K
    ) throws(K.Failure) {
        // Asked again, as the same message may have brought the directory that allows it.
        for name in due.strangers where draft.hasRoom && mine[name.id] == nil {
            let hasRoom = mine.count < Limits.linkScopesMax
            if hasRoom, try knowledge.mayCarry(name) { continue }
            let notice = RefusalNotice(.scopeNotCarried, scope: name.id)
            draft.frames.append(.refused(notice))
        }
        try tellAgain(knowledge)
        for notice in due.forks where draft.hasRoom { draft.frames.append(.fork(notice)) }
        due.strangers = []
        due.forks = []
        for evidence in due.evidence { try prove(evidence, &draft, knowledge) }
        due.evidence = []
        stateSelfView(&draft)
        if due.receipt, !isDirectoryOnly {
            due.receipt = false
            draft.frames.append(.receiptWant)
        }
        try exchangeBlobs(&draft, knowing: knowledge)
    }

    /// What this side holds of the peer's own chains, once a link, where the two differ. A link
    /// of many scopes waits until it knows which: their vectors say the same until then.
    private mutating func stateSelfView(_ draft: inout Draft) {
        guard due.selfView, peerRoot != nil else { return }
        let scopes: [ScopeID]
        if isKnown {
            scopes = differing()
        } else if mine.filled.count <= Limits.vectorScopesDirectMax {
            scopes = mine.filled
        } else {
            return
        }
        due.selfView = false
        guard let key = peer?.key, peerRoot != mine.root else { return }
        var heads: [ScopeHead] = []
        for id in scopes {
            guard let head = mine[id]?.vector[key.actor(in: id)] else { continue }
            heads.append(ScopeHead(scope: id, seq: head.seq, prefix: head.hash.prefix8))
        }
        if !heads.isEmpty { draft.frames.append(.selfView(heads)) }
    }
}
