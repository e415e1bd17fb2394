import Base
import Change
import Document
import Region

/// Judges the events of one case: who holds the token, and what of each event stands.
///
/// Custody is a tree: each control event names the tip that it builds on, and the tree is
/// chased from the genesis. Only these references, the numbers within one chain and the cuts
/// that a Force or a later seat carries are looked at: never a clock, never the order of
/// arrival (I22, I26). `models/custody.py` is the reference.
///
/// A region that was given another seat: its earlier incarnation's token may be used by the
/// later one, whose events carry the cut of what it had seen. An event of an earlier incarnation
/// on the same link stands if each later one that acted on that link had seen it, and is
/// superseded otherwise.
struct CustodyFold {
    private(set) var state: CaseState
    let directory: Directory
    let rules: CustodyRules
    /// Index of each event's own judgement; nil while not judged.
    var verdicts: [EventStatus?]

    /// The state with custody, slots and the status of every event worked out anew.
    /// Cost: links × events.
    static func judge(
        _ state: CaseState, in directory: Directory, under rules: CustodyRules
    ) -> CaseState {
        var fold = CustodyFold(state: state, directory: directory, rules: rules)
        fold.run()
        return fold.state
    }

    private init(state: CaseState, directory: Directory, rules: CustodyRules) {
        self.state = state
        self.directory = directory
        self.rules = rules
        verdicts = Array(repeating: nil, count: state.events.count)
    }

    var events: [CaseEvent] { state.events }

    private mutating func run() {
        state.resolveWriters(in: directory)
        judgeForks()
        judgeCuts()
        state.links = []
        state.offer = nil
        state.outgoing = nil
        if let genesis = chooseGenesis() {
            chase(from: genesis)
            judgeRest()
            fillSlots()
        }
        for index in events.indices {
            state.events[index].status = verdicts[index] ?? rest(index)
        }
        state.holderCode = state.holder?.region.flatMap { directory.region($0)?.code }
        let open = state.event(state.offer ?? state.outgoing)
        state.offeredCode =
            open?.destination ?? open?.region.flatMap { directory.region($0)?.code }
        state.deriveStatus()
        invariant(
            Slot.allCases.allSatisfy { slot in
                slot == .correction
                    || events.count { $0.status == .effective && Slot($0.kind) == slot } <= 1
            }, "a slot has one effective event at most (I18)")
    }

    // MARK: the tree

    private mutating func chooseGenesis() -> Int? {
        let candidates = events.indices.filter {
            verdicts[$0] == nil && events[$0].kind.makesCase
        }
        guard let first = candidates.min(by: { isFounder(events[$0], before: events[$1]) })
        else { return nil }
        for index in candidates { verdicts[index] = index == first ? .effective : .contested }
        return first
    }

    /// Of two beginnings of one case, which copies of a node wrote anew beside each other: what
    /// was not written anew, then the earlier seat's, then by place. No clock is asked: a hash
    /// has the time in it (I26).
    private func isFounder(_ one: CaseEvent, before other: CaseEvent) -> Bool {
        if one.isReissue != other.isReissue { return !one.isReissue }
        let (left, right) = (epoch(of: one), epoch(of: other))
        return left == right ? one.precedes(other) : left < right
    }

    /// The seat epoch of an event's writer; one without a seat comes after all others.
    private func epoch(of event: CaseEvent) -> UInt64 {
        guard let writer = state.writer(event.dot.actor), writer.region != nil else { return .max }
        return writer.epoch
    }

    private mutating func chase(from genesis: Int) {
        let writer = state.writer(events[genesis].dot.actor)
        let region = events[genesis].kind == .caseReceive ? state.scope.region : writer?.region
        var tip = CustodyLink(
            event: events[genesis].hash, actor: events[genesis].dot.actor, region: region,
            epoch: 1)
        state.links = [tip]
        while state.links.count <= events.count, let next = step(from: tip) {
            verdicts[next.index] = .effective
            tip = next.link
            state.links.append(tip)
        }
    }

    /// Judges what was built on a tip, and finds the one event that leaves it.
    private mutating func step(from tip: CustodyLink) -> (index: Int, link: CustodyLink)? {
        let force = chooseForce(on: tip)
        let cut = force.map { rules.forceWithoutCut ? nil : events[$0].cut } ?? nil
        let freeze = judgeHolder(tip, force: cut)
        if let force, let actor = events[force].to {
            let link = CustodyLink(
                event: events[force].hash, actor: actor, region: events[force].region,
                epoch: tip.epoch + 1)
            return (force, link)
        }
        guard let freeze else { return nil }
        if let answer = answer(to: freeze, tip: tip) {
            let taken = events[answer].kind == .custodyAccept
            let link = CustodyLink(
                event: events[answer].hash,
                actor: taken ? events[answer].dot.actor : tip.actor,
                region: taken ? events[freeze].region : tip.region,
                epoch: tip.epoch + (taken ? 1 : 0))
            return (answer, link)
        }
        if events[freeze].kind == .custodyOffer {
            state.offer = events[freeze].hash
        } else {
            state.outgoing = events[freeze].hash
        }
        return nil
    }

    /// The Force on a tip: the first of each chain, then by place.
    private mutating func chooseForce(on tip: CustodyLink) -> Int? {
        var firsts: [Int] = []
        for index in events.indices where verdicts[index] == nil {
            let event = events[index]
            guard event.kind == .custodyForce, event.on == tip.event else { continue }
            guard event.to != nil else {
                verdicts[index] = .void(.wrongTarget)
                continue
            }
            switch isSupervisor(event.dot.actor) {
            case nil: verdicts[index] = .waitingRef
            case false?: verdicts[index] = .void(.notSupervisor)
            case true?:
                if let last = firsts.last, events[last].dot.actor == event.dot.actor {
                    verdicts[index] = .superseded
                } else {
                    firsts.append(index)
                }
            }
        }
        let best = firsts.min { events[$0].precedes(events[$1]) }
        for index in firsts where index != best { verdicts[index] = .superseded }
        return best
    }

    /// Judges the holder's own events on a tip: those before its first offer stand.
    /// - Returns: The offer or hand-over that froze it.
    private mutating func judgeHolder(_ tip: CustodyLink, force: [CutPoint]?) -> Int? {
        var own: [(index: Int, epoch: UInt64)] = []
        for index in events.indices where verdicts[index] == nil {
            guard events[index].on == tip.event, events[index].kind.needsToken else { continue }
            switch standing(of: events[index].dot.actor, for: tip) {
            case .holder(let epoch): own.append((index, epoch))
            case .unseated: verdicts[index] = .waitingRef
            case .stranger: verdicts[index] = .void(.notHolder)
            }
        }
        own.sort { left, right in
            left.epoch == right.epoch
                ? events[left.index].precedes(events[right.index]) : left.epoch < right.epoch
        }
        var freeze: Int?
        for (place, entry) in own.enumerated() {
            let event = events[entry.index]
            let later = own[(place + 1)...].filter { $0.epoch > entry.epoch }
            if later.contains(where: { !events[$0.index].hasSeen(event) })
                || force.map({ !event.isWithin($0) }) ?? false
            {
                verdicts[entry.index] = .superseded
            } else if let first = freeze {
                if rules.holderNotFrozen, Slot(event.kind) != nil { continue }
                invariant(first != entry.index, "an event does not freeze itself")
                verdicts[entry.index] = .void(.frozen)
            } else if event.kind.freezes {
                freeze = entry.index
                verdicts[entry.index] = .effective
            }
        }
        return freeze
    }

    /// The first answer to an offer in the offeree's chain; of an outgoing hand-over, its end.
    private mutating func answer(to freeze: Int, tip: CustodyLink) -> Int? {
        let offer = events[freeze]
        var best: (index: Int, epoch: UInt64)?
        for index in events.indices where verdicts[index] == nil {
            let event = events[index]
            guard event.on == offer.hash, event.kind.answers(offer.kind) else { continue }
            guard let epoch = mayAnswer(event, offer, tip) else {
                verdicts[index] = .void(.notOffered)
                continue
            }
            if let held = best {
                let isEarlier =
                    epoch == held.epoch
                    ? event.precedes(events[held.index]) : epoch < held.epoch
                verdicts[isEarlier ? held.index : index] = .void(.answered)
                if isEarlier { best = (index, epoch) }
            } else {
                best = (index, epoch)
            }
        }
        guard rules.unilateralWithdraw, offer.kind == .custodyOffer,
            let withdrawal = events.indices.first(where: {
                events[$0].kind == .custodyWithdrawal && events[$0].on == offer.hash
                    && events[$0].dot.actor == offer.dot.actor
            })
        else { return best?.index }
        if let best { verdicts[best.index] = .superseded }
        return withdrawal
    }

    private func mayAnswer(
        _ event: CaseEvent, _ offer: CaseEvent, _ tip: CustodyLink
    ) -> UInt64? {
        if offer.kind == .custodyOutgoing {
            guard case .holder(let epoch) = standing(of: event.dot.actor, for: tip) else {
                return nil
            }
            return epoch
        }
        guard let to = offer.to else { return nil }
        if rules.offerToRegion { return event.dot.actor == tip.actor ? nil : 0 }
        let link = CustodyLink(event: offer.hash, actor: to, region: offer.region, epoch: 0)
        guard case .holder(let epoch) = standing(of: event.dot.actor, for: link) else {
            return nil
        }
        return epoch
    }

    // MARK: who may

    private enum Standing {
        case holder(epoch: UInt64)
        /// The holder's own actor, but no seat of it is known: it decides nothing (I21).
        case unseated
        case stranger
    }

    private func standing(of actor: ActorID, for link: CustodyLink) -> Standing {
        let writer = state.writer(actor)
        if actor == link.actor {
            if let writer, writer.region != nil { return .holder(epoch: writer.epoch) }
            return rules.custodyBoundToNode ? .holder(epoch: 0) : .unseated
        }
        guard let writer, let region = writer.region else {
            return rules.custodyBoundToNode ? .holder(epoch: 0) : .stranger
        }
        guard region == link.region,
            let held = state.seatEpoch(of: link.actor, region: region, in: directory),
            held < writer.epoch
        else { return .stranger }
        return .holder(epoch: writer.epoch)
    }

    /// nil where the actor's seat is not known.
    func isSupervisor(_ actor: ActorID) -> Bool? {
        guard let region = state.writer(actor)?.region else { return nil }
        return directory.supervises(region, state.scope.region)
    }
}

extension CaseEvent {
    /// Whether a cut covers it: its chain was seen at least that far.
    func isWithin(_ cut: [CutPoint]) -> Bool {
        guard let point = cut.first(where: { $0.actor == dot.actor }) else { return false }
        return dot.seq < point.seq || (dot.seq == point.seq && hash == point.hash)
    }

    /// Whether this event of a later seat had seen one of an earlier: by its cut, or since it is
    /// one of the earlier seat's own, written again.
    func hasSeen(_ event: CaseEvent) -> Bool { isReissue || event.isWithin(cut) }
}

extension CaseState {
    /// Looks up the seats of writers that came before the directory knew them.
    mutating func resolveWriters(in directory: Directory) {
        for index in writers.indices where writers[index].region == nil {
            let actor = writers[index].actor
            for region in directory.everAbove(scope.region) {
                guard
                    let seat = directory.seats(of: region).first(where: {
                        $0.key.actor(in: scopeID) == actor
                    })
                else { continue }
                writers[index].region = region
                writers[index].epoch = seat.epoch
                break
            }
        }
    }

    /// The epoch of an actor's seat, whether or not it has written here.
    func seatEpoch(of actor: ActorID, region: RegionID, in directory: Directory) -> UInt64? {
        if let writer = writer(actor), writer.region == region { return writer.epoch }
        return directory.seats(of: region).first { $0.key.actor(in: scopeID) == actor }?.epoch
    }
}

extension Directory {
    /// Whether a region may force and ratify in a station's scope: one that stands above it or
    /// stood there, as what it did then stays done; or the county itself for what it received
    /// itself.
    func supervises(_ region: RegionID, _ station: RegionID) -> Bool {
        if region != station, everAbove(station).contains(region) { return true }
        return region == station && self.region(station)?.level == .county
    }
}

extension ChangeKind {
    var makesCase: Bool { self == .caseReceive || self == .caseArrive }
    var freezes: Bool { self == .custodyOffer || self == .custodyOutgoing }
    /// Only the holder may write it.
    var needsToken: Bool { freezes || Slot(self) != nil || isStep }
    /// What the holder does beside the slots, as often as it takes.
    var isStep: Bool {
        switch self {
        case .casePropose, .caseAssign, .casePause, .caseResume, .caseExtend, .caseSealAsk,
            .caseVerify, .caseRevoke, .caseFee:
            true
        default: false
        }
    }
    var isAnswer: Bool {
        self == .custodyAccept || self == .custodyReject || self == .custodyRelease
            || self == .custodyReturned
    }

    func answers(_ freeze: ChangeKind) -> Bool {
        isAnswer && (self == .custodyReturned) == (freeze == .custodyOutgoing)
    }

    /// Kinds of the case scope that this version folds.
    var isKnownInCases: Bool {
        self == .caseErase || (0x8020...0x802e).contains(rawValue)
            || (0x8030...0x8039).contains(rawValue) || (0x80c0...0x80d2).contains(rawValue)
            || self == .caseKeep
    }
}
