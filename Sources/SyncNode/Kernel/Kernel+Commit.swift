package import Base
import Change
import Domain

extension Kernel {
    /// Decides, admits, appends and folds a batch in one transaction. When it returns, all of
    /// it is durable: only then may any of it leave the node. When it throws, nothing happened.
    ///
    /// - Parameters:
    ///   - now: Business time of the batch.
    ///   - entropy: 32 fresh random bytes at each call.
    /// - Returns: One outcome a submission, and what changed.
    package func commit(
        _ batch: [Submission], at now: Instant, entropy: () -> Digest
    ) throws(JournalError) -> (outcomes: [Outcome], effects: Effects) {
        invariant(effects.touched.isEmpty, "the kernel is not reentrant")
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(batch.count)
        let effects = try transaction { () throws(JournalError) in
            for submission in batch {
                outcomes.append(try perform(submission, at: now, entropy: entropy))
            }
            try restate(at: now, entropy: entropy)
            try foldWhatWasLearned()
            try react(at: now, entropy: entropy)
            try storeDocuments(after: batch.count)
            try signHeads()
        }
        return (outcomes, effects.settled())
    }

    /// One transaction of the journal. Where it throws nothing happened, in memory neither.
    ///
    /// - Returns: What it changed.
    func transaction(
        _ body: () throws(JournalError) -> Void
    ) throws(JournalError) -> Effects {
        if isStale { try reload() }
        isStale = false
        session.begin()
        try journal.begin()
        do throws(JournalError) {
            try body()
            try journal.commit()
        } catch {
            effects = Effects()
            isStale = true
            try journal.rollback()
            try reload()
            isStale = false
            throw error
        }
        session.settle()
        defer { effects = Effects() }
        return effects
    }

    private func perform(
        _ submission: Submission, at now: Instant, entropy: () -> Digest
    ) throws(JournalError) -> Outcome {
        switch submission {
        case .command(let command, let author, let replayKey):
            return try run(
                command, author: author, replayKey: replayKey, at: now,
                entropy: entropy)
        case .admit(let changes, let name, let good):
            return .admitted(try admit(changes, name: name, good: good, at: now))
        case .open(let names):
            for name in names where hasRoom(for: name) && mayCarry(name) {
                effects.touched.append(try open(name).record.id)
            }
            return .done(answer: [], written: [])
        case .state(let entries):
            let scope = ScopeName.directory(identity.region)
            let drafts = entries.map { Draft(scope: scope, kind: $0.kind, body: $0.body) }
            return .done(
                answer: [], written: try write(drafts, author: 0, at: now, entropy: entropy))
        case .remember(let name, let value):
            try journal.setValue(name, value)
            return .done(answer: [], written: [])
        case .locate(let finds):
            try journal.locate(try stillSealed(finds))
            return .done(answer: [], written: [])
        case .reissueOrphans(let scopes):
            let count = try reissueOrphans(in: scopes, at: now, entropy: entropy)
            return .done(answer: Array("{\"reissued\":\(count)}".utf8), written: [])
        case .drop(let scope, let held, let quarantined):
            let isGone = try drop(scope, heldBy: held, quarantined: quarantined)
            return .done(answer: Array("{\"dropped\":\(isGone)}".utf8), written: [])
        case .storeDocuments:
            isDue = true
            return .done(answer: [], written: [])
        case .write(let drafts):
            guard try mayWrite(drafts) else { return .refused(Self.comingBack) }
            return .done(
                answer: [], written: try write(drafts, author: 0, at: now, entropy: entropy))
        }
    }

    /// Without those that were erased since they were opened.
    private func stillSealed(_ finds: Locations) throws(JournalError) -> Locations {
        guard hasRemoved else { return finds }
        var cases: [Locations.Find] = []
        for find in finds.cases {
            let key = DocumentKey(collection: .caseFile, id: find.id)
            guard case .caseFile(let file)? = try KernelSource(kernel: self).content(key),
                !file.facts.sealed.isEmpty
            else { continue }
            cases.append(find)
        }
        return Locations(cases: cases, row: finds.row)
    }

    private func run(
        _ command: Command, author: UInt64, replayKey: ReplayKey?, at now: Instant,
        entropy: () -> Digest
    ) throws(JournalError) -> Outcome {
        guard !directory.isRevoked(identity.key) else { return .refused(Self.ended) }
        if let replayKey, let known = try journal.reply(author: author, key: replayKey.text) {
            guard known.key == replayKey else { return .refused(Self.otherRequest) }
            return .done(answer: known.answer, written: [])
        }
        let desk = desk(author: author, at: now, entropy: entropy())
        switch try Rules.decide(
            command, at: desk, from: KernelSource(kernel: self), under: rules.custody)
        {
        case .refuse(let refusal): return .refused(refusal)
        case .write(let drafts, let answer):
            guard drafts.allSatisfy(\.keepsLimits) else { return .refused(Self.tooLong) }
            guard try mayWrite(drafts) else { return .refused(Self.comingBack) }
            var heads = try write(drafts, author: author, at: now, entropy: entropy)
            let turns = drafts.flatMap(turns)
            if !turns.isEmpty {
                heads += try write(turns, author: 0, at: now, entropy: entropy)
            }
            if let replayKey {
                try journal.keepReply(
                    StoredReply(author: author, key: replayKey, answer: answer))
            }
            return .done(answer: answer, written: heads)
        }
    }

    /// How far what an account decided at a place below counts: up to what is held here now of
    /// each incarnation that sits or sat there.
    private func turns(_ draft: Draft) -> [Draft] {
        guard let turn = draft.turn, directory.mayRevoke(identity.region, turn.region) else {
            return []
        }
        let known = knowledge()
        return directory.seats(of: turn.region).map { seat in
            let cuts = known.compactMap { scope in
                scope.chain(seat.key.actor(in: scope.id)).map { chain in
                    Revocation.Cut(
                        scope: scope.id, seq: chain.head.seq, hash: chain.head.hash.prefix16)
                }
            }
            let entry = DirectoryEntry.account(
                AccountTurn(
                    key: seat.key, author: turn.author, isEnd: turn.isEnd,
                    cuts: Array(cuts.prefix(Limits.revocationCutsMax))))
            return Draft(
                scope: .directory(identity.region), kind: entry.kind, body: entry.body)
        }
    }

    /// What a peer gives may make a body of this node's own too long: a case that is passed on
    /// carries its application.
    private static var tooLong: RuleRefusal {
        RuleRefusal("body-too-long", "内容过长", category: .invalid)
    }

    /// A place came back to this node, and what it wrote there before has not yet.
    private static var comingBack: RuleRefusal {
        RuleRefusal("scope-coming-back", "此范围正在取回，稍后再办", category: .conflict)
    }

    /// The first answer would tell the caller that this was done, too.
    private static var otherRequest: RuleRefusal {
        RuleRefusal(
            "idempotency-key-reused", "此 Idempotency-Key 已用于另一个请求", category: .invalid)
    }

    /// Whatever it wrote would lie beyond the cut.
    private static var ended: RuleRefusal {
        RuleRefusal("node-revoked", "本节点已被吊销，不再办理业务", category: .forbidden)
    }

    /// Whether a scope is open, or may be opened because a peer names it.
    func hasRoom(for name: ScopeName) -> Bool {
        scopes[name.id] != nil || scopes.count < Limits.carriedScopesMax
    }

    /// What the local seat owes of itself: gateway answers, forwarding, receipts. Each reaction
    /// is due only until its change is folded, so this ends.
    ///
    /// Goes round: where more is due than one commit may do, the next one begins behind the
    /// document that was seen to last, so that none waits for ever behind others.
    private func react(at now: Instant, entropy: () -> Digest) throws(JournalError) {
        var left = Limits.reactionsMax
        while left > 0 {
            var keys = try owing(after: attended, limit: left)
            if keys.count < left, attended != nil {
                let first = try owing(after: nil, limit: left - keys.count)
                keys += first.filter { !keys.contains($0) }
            }
            var wrote = false
            for key in keys where left > 0 {
                attended = key
                left -= 1
                let desk = desk(author: 0, at: now, entropy: entropy())
                let due = try Reactions.due(key, at: desk, from: KernelSource(kernel: self))
                for command in due {
                    let outcome = try run(
                        command, author: 0, replayKey: nil, at: now, entropy: entropy)
                    if case .done(_, let heads) = outcome, !heads.isEmpty { wrote = true }
                }
            }
            guard wrote else { return }
        }
    }

    func desk(author: UInt64, at now: Instant, entropy: Digest) -> Desk {
        let office = self.office ?? Office(directory)
        self.office = office
        var desk = Desk(
            region: identity.region, key: identity.key, office: office, author: author,
            now: now, entropy: entropy)
        desk.mustSeal = envelopes != nil
        desk.statesTime = clock.last.millis > now.millis + Limits.clockLeadMillisMax
        return desk
    }
}

extension Draft {
    /// Whether a change can be made of it that every reader takes.
    fileprivate var keepsLimits: Bool {
        body.count <= Limits.changeBodyBytesMax && refs.count <= Limits.changeRefsMax
            && supersedes.count <= Limits.changeSupersedesMax
    }
}

extension Effects {
    /// Without repetitions, in order.
    func settled() -> Effects {
        var copy = self
        copy.touched = Set(touched).sorted()
        return copy
    }
}
