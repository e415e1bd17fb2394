import Base
package import Change

/// Slots, remarks, ratification and forks: what is judged beside the tree.
extension CustodyFold {
    /// Events that need no token, and control events that no tip of the chain has.
    mutating func judgeRest() {
        for index in events.indices where verdicts[index] == nil {
            let event = events[index]
            switch event.kind {
            case .custodyWithdrawal:
                let offer = state.event(event.on)
                verdicts[index] =
                    offer.map { $0.kind.freezes ? .effective : .void(.wrongTarget) }
                    ?? .waitingRef
            case .caseSealAnswer:
                guard let ask = state.event(event.on) else {
                    verdicts[index] = .waitingRef
                    continue
                }
                let region = state.writer(event.dot.actor)?.region
                verdicts[index] =
                    ask.kind != .caseSealAsk
                    ? .void(.wrongTarget)
                    : region == nil
                        ? .waitingRef : region == ask.region ? .effective : .void(.notOffered)
            case .caseKeep where event.outcome == KeepWord.export.rawValue: break
            case .caseMirror, .custodyForkCut, .custodyRatify, .caseErase, .caseAnswer, .caseEnd,
                .caseKeep:
                switch isSupervisor(event.dot.actor) {
                case nil: verdicts[index] = .waitingRef
                case false?: verdicts[index] = .void(.notSupervisor)
                case true?: if event.kind != .custodyRatify { verdicts[index] = .effective }
                }
            default: break
            }
        }
    }

    /// First in the order of links and of the holder's chain takes the slot.
    mutating func fillSlots() {
        var filled: Set<Slot> = []
        var hasRebased = false
        for link in state.links {
            let candidates = events.indices.filter {
                verdicts[$0] == nil && Slot(events[$0].kind) != nil && events[$0].on == link.event
            }
            let ordered = candidates.sorted { left, right in
                let one = state.writer(events[left].dot.actor)?.epoch ?? 0
                let other = state.writer(events[right].dot.actor)?.epoch ?? 0
                return one == other ? events[left].precedes(events[right]) : one < other
            }
            for index in ordered {
                guard let slot = Slot(events[index].kind) else { continue }
                if events[index].kind == .caseDecide, isBarred(events[index]) {
                    verdicts[index] = .void(.sameOfficer)
                    continue
                }
                if slot == .correction, events[index].isRebased {
                    verdicts[index] = hasRebased ? .late : .effective
                    hasRebased = true
                    continue
                }
                let again = filled.contains(slot)
                let isAllowed = slot == .correction && events[index].outcome == "override"
                verdicts[index] = again && !isAllowed ? .late : .effective
                filled.insert(slot)
            }
            for index in events.indices
            where verdicts[index] == nil && events[index].kind.isStep
                && events[index].on == link.event
            {
                verdicts[index] = .effective
            }
        }
        ratify(filled: &filled)
        for index in events.indices where events[index].kind == .caseHandOut {
            guard verdicts[index] == nil else { continue }
            verdicts[index] = filled.insert(.delivery).inserted ? .effective : .late
        }
    }

    /// Whether the officer accepted the case and so may not decide it.
    private func isBarred(_ decision: CaseEvent) -> Bool {
        let acceptance = events.indices.first {
            verdicts[$0] == .effective && events[$0].kind == .caseAccept
        }
        let accepted = acceptance.map { events[$0] }
        return CaseEvent.isBarred(decision.author, by: accepted)
            || CaseEvent.lacksReview(
                decision.author, at: decision.dot.actor, before: decision.dot.seq,
                accepted: accepted,
                among: events.lazy.filter {
                    $0.kind == .caseReview && !$0.isBeyondCut && !$0.quarantined
                })
    }

    private mutating func ratify(filled: inout Set<Slot>) {
        let ratifies = events.indices.filter {
            verdicts[$0] == nil && events[$0].kind == .custodyRatify
        }
        for index in ratifies.sorted(by: { events[$0].precedes(events[$1]) }) {
            guard let target = events.firstIndex(where: { $0.hash == events[index].on }) else {
                verdicts[index] = .waitingRef
                continue
            }
            guard let slot = Slot(events[target].kind) else {
                verdicts[index] = .void(.wrongTarget)
                continue
            }
            let isLost =
                verdicts[target] == .superseded || verdicts[target] == .contested
                || (verdicts[target] == nil && state.event(events[target].on) != nil)
            guard isLost, filled.insert(slot).inserted else {
                verdicts[index] = .late
                continue
            }
            verdicts[target] = .effective
            verdicts[index] = .effective
        }
    }

    /// What no rule above has judged.
    func rest(_ index: Int) -> EventStatus {
        let event = events[index]
        guard event.kind.isKnownInCases else { return .needsUpgrade }
        guard !state.links.isEmpty else { return .waitingRef }
        if event.kind.needsToken || event.kind.isAnswer || event.kind == .custodyForce {
            return state.event(event.on) == nil ? .waitingRef : .superseded
        }
        return .effective
    }

    // MARK: ends

    /// What came behind its author's end never had effect, whoever built on it (I25).
    mutating func judgeCuts() {
        for index in events.indices where events[index].isBeyondCut {
            verdicts[index] = .void(.beyondCut)
        }
    }

    // MARK: forks

    /// Marks what stands on the losing side of a fork: from the forked number on, all but the
    /// branch that another actor built on, or that a supervisor's cut names.
    mutating func judgeForks() {
        guard !rules.forkNotQuarantined else { return }
        var index = events.startIndex
        while index < events.endIndex {
            let actor = events[index].dot.actor
            let end = events[index...].firstIndex { $0.dot.actor != actor } ?? events.endIndex
            if let fork = forkPoint(index..<end) { judgeBranches(fork..<end) }
            index = end
        }
    }

    private func forkPoint(_ chain: Range<Int>) -> Int? {
        chain.first { index in
            events[index].quarantined
                || (index + 1 < chain.upperBound && events[index].dot == events[index + 1].dot)
        }
    }

    private mutating func judgeBranches(_ branch: Range<Int>) {
        let first = branch.lowerBound
        let actor = events[first].dot.actor
        let isTwofold =
            first + 1 < branch.upperBound
            && events[first].dot == events[first + 1].dot
        let witnessed = branch.filter { isBuiltOn(events[$0], besides: actor) }
        let named = branch.last { index in
            events.contains {
                $0.kind == .custodyForkCut && $0.on == events[index].hash && !$0.isBeyondCut
                    && isSupervisor($0.dot.actor) == true
            }
        }
        for index in branch {
            let stands =
                if let named {
                    index == named || (!isTwofold && index < named)
                } else if isTwofold {
                    isWinner(index, of: branch, witnessed: witnessed)
                } else {
                    witnessed.last.map { index <= $0 } ?? false
                }
            if !stands {
                verdicts[index] = events[index].quarantined ? .quarantined : .contested
            }
        }
    }

    /// Of two contents of one number, the one that another actor built on; none if both or
    /// neither were.
    private func isWinner(_ index: Int, of branch: Range<Int>, witnessed: [Int]) -> Bool {
        let roots = branch.filter { events[$0].dot == events[branch.lowerBound].dot }
        let standing = roots.filter(witnessed.contains)
        return standing.count == 1 && witnessed.contains(index)
    }

    private func isBuiltOn(_ event: CaseEvent, besides actor: ActorID) -> Bool {
        events.contains { other in
            other.dot.actor != actor && !other.quarantined && !other.isBeyondCut
                && (other.on == event.hash || other.cut.contains { $0.hash == event.hash })
        }
    }
}

extension ChangeKind {
    /// 业务时间更正: the writer's clock was wrong; {clock: {offset, from, through}}.
    package static let caseRetime = ChangeKind(rawValue: 0x80cf)
    /// 缴费通知 and 缴费登记: `outcome` `notice` or `paid`.
    package static let caseFee = ChangeKind(rawValue: 0x80d0)
    /// 首问交接: `outcome` `pass` (交) to a place, or `take` (接).
    package static let caseDuty = ChangeKind(rawValue: 0x80d2)
    /// 档案管理: `outcome` is a `KeepWord`, `detail` {reason}.
    package static let caseKeep = ChangeKind(rawValue: 0x80d8)
}

/// What a node says of its own clock once a clock above has told it the time (见证时间).
package struct ClockWord: Hashable, Sendable {
    /// True time less the clock's, in milliseconds; 0 where the clock was right.
    package let offset: Int64
    /// The first and last change of the writer's chain to which that applies.
    package let from: UInt64
    package let through: UInt64

    package init(offset: Int64, from: UInt64, through: UInt64) {
        self.offset = offset
        self.from = from
        self.through = through
    }

    /// - Parameter json: {offset, from, through}; anything else gives nil.
    init?(_ json: JSON?) {
        guard let json, let offset = json["offset"]?.int, abs(offset) <= Limits.clockErrorMillisMax,
            let from = json["from"]?.int, let through = json["through"]?.int,
            (0...Int64(Limits.seqMax)).contains(from), from <= through,
            through <= Int64(Limits.seqMax)
        else { return nil }
        self.init(offset: offset, from: UInt64(from), through: UInt64(through))
    }

    func write(to writer: inout JSONWriter) {
        writer.object("clock") { object in
            object.field("offset", offset)
            object.field("from", Int64(from))
            object.field("through", Int64(through))
        }
    }

    /// Business time as it truly was, of a change that it speaks of.
    ///
    /// - Parameter told: When the clock above told it. Nothing happened after that.
    func corrected(_ event: CaseEvent, told: Int64) -> Int64? {
        guard offset != 0, (from...through).contains(event.dot.seq.rawValue) else { return nil }
        if let business = event.business {
            // What a clerk wrote down stands where it is possible at all.
            let oldest = told - Int64(Limits.backdatedDaysMax) * 86_400_000
            if (oldest...told + Limits.clockLeadMillisMax).contains(business) { return nil }
        }
        return min((event.business ?? event.time) + offset, told)
    }
}

extension CaseState {
    /// The newest of some words by clock, then hash.
    private func kept(_ words: KeepWord...) -> CaseEvent? {
        effective(.caseKeep).filter { event in words.contains { $0.rawValue == event.outcome } }
            .max { ($0.time, $0.dot.seq, $0.hash) < ($1.time, $1.dot.seq, $1.hash) }
    }

    /// 保全: whether nothing of it may be erased now.
    package var isHeld: Bool { kept(.hold, .release)?.outcome == KeepWord.hold.rawValue }

    /// 销毁申请 that nobody has answered.
    package var disposal: CaseEvent? {
        kept(.propose, .dismiss).flatMap { $0.outcome == KeepWord.propose.rawValue ? $0 : nil }
    }

    /// 导出, in list order.
    package var exports: [CaseEvent] {
        effective(.caseKeep).filter { $0.outcome == KeepWord.export.rawValue }
    }
}

extension CaseState {
    /// 缴费通知 that nobody has paid yet.
    package var openFee: CaseEvent? {
        effective(.caseFee).last.flatMap { $0.outcome == "notice" ? $0 : nil }
    }

    /// Whether its days rest on a clock for which nobody above has vouched yet.
    package var isDoubtful: Bool {
        guard facts.isDoubtful, let genesis else { return false }
        return !events.contains { event in
            event.kind == .caseRetime && event.dot.actor == genesis.dot.actor
                && event.status == .effective
        }
    }

    /// Puts business times right by the words of those who wrote by a wrong clock: each of its own
    /// chain only. The same words give the same times in any order.
    mutating func retime() {
        guard events.contains(where: { $0.kind == .caseRetime }) else { return }
        let words = events.filter { $0.kind == .caseRetime && $0.status == .effective }
        for index in events.indices where events[index].kind != .caseRetime {
            let event = events[index]
            let word = words.first {
                $0.dot.actor == event.dot.actor
                    && ($0.terms.clock.map { $0.from...$0.through }?
                        .contains(event.dot.seq.rawValue) ?? false)
            }
            let corrected = word.flatMap { word in
                word.terms.clock?.corrected(event, told: word.moment)
            }
            if event.terms.corrected != corrected { events[index].terms.corrected = corrected }
        }
    }
}

extension CaseSheet {
    /// 业务时间更正 of what this node wrote in a case by a wrong clock, each change once.
    func retime(_ word: ClockWord) -> Decision {
        let known = state.events.compactMap { event in
            event.kind == .caseRetime && event.dot.actor == actor ? event.terms.clock?.through : nil
        }.max()
        let from = max(word.from, known.map { $0 + 1 } ?? 0)
        let mine = state.events.contains { event in
            event.dot.actor == actor && event.dot.seq.rawValue >= from
                && event.dot.seq.rawValue <= word.through
        }
        guard mine, desk.directory.carries(desk.region, state.scope), state.status != .archived
        else { return .refuse(RuleRefusal("clock-not-concerned", "没有需要更正时间的环节")) }
        var body = JSONWriter(capacity: 128)
        body.object { object in
            object.field("case", hex: id)
            ClockWord(offset: word.offset, from: from, through: word.through).write(to: &object)
            object.field("at", desk.now.millis)
        }
        return written([Draft(scope: state.scope, kind: .caseRetime, body: body.bytes)])
    }
}
