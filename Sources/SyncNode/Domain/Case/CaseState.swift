package import Base
package import Change

/// Who holds a case's token at one time (PROTOCOL §8).
package struct CustodyLink: Hashable, Sendable {
    /// The event that made it: genesis, accept, force, or what reopened it.
    package let event: Digest16
    package let actor: ActorID
    /// nil where the directory does not know the actor's seat.
    package let region: RegionID?
    /// Grows by one with each change of holder.
    package let epoch: Int
}

/// A writer of a case's scope, with the seat that the directory knows it by.
package struct CaseWriter: Hashable, Sendable {
    package let actor: ActorID
    package internal(set) var region: RegionID?
    /// The epoch of the first seat that its incarnation was given; 0 where none is known.
    package internal(set) var epoch: UInt64
}

/// What the first event of a case says: it never changes again.
package struct CaseFacts: Hashable, Sendable {
    /// 办件编号; empty while its first event is not here.
    package var number = ""
    /// 查询码, six digits.
    package var queryCode = ""
    package var item = ""
    package var itemVersion = 0
    /// Who applies, sealed for the audience (`Envelope.text`); empty where nothing is known, or
    /// it was erased.
    package var sealed = ""
    package var channel = ""
    /// The materials handed in, as the change has them: a JSON array.
    package var materials: [UInt8] = []
    /// Where the applicant was first served; another county's where the case came by value.
    package var origin: RegionCode?
    /// Set where it was no 收件: only a check beforehand, or an agent's errand.
    package var stage: Stage?
    /// 离线登记: the station had no link to its parent then.
    package var isOffline = false
    /// Nobody above had vouched for the station's clock then.
    package var isDoubtful = false

    /// What stands before 收件.
    package enum Stage: String, Hashable, Sendable, CaseIterable {
        /// 预审.
        case precheck
        /// 代办登记.
        case agent
    }

    package init() {}
}

private final class FactsBox: Sendable {
    let facts: CaseFacts

    init(_ facts: CaseFacts) { self.facts = facts }
}

/// A case (办件) as folded: what it is about, everything that happened, and who has it. All of
/// it is derived from the set of its changes and the directory (I22).
package struct CaseState: Sendable {
    package let scope: ScopeName
    /// The scope's id, which costs a hash to work out.
    package let scopeID: ScopeID
    private var box = FactsBox(CaseFacts())
    /// Two incarnations gave this number: both cases are shown.
    package internal(set) var duplicateNumber = false
    /// By chain, number, hash: never by arrival.
    package internal(set) var events: [CaseEvent] = []
    /// By actor.
    package internal(set) var writers: [CaseWriter] = []

    /// The chain of holders, genesis first.
    package internal(set) var links: [CustodyLink] = []
    /// The open offer on the last link: its event.
    package internal(set) var offer: Digest16?
    /// The open hand-over to another county on the last link: its event.
    package internal(set) var outgoing: Digest16?
    package internal(set) var status = CaseStatus.unknown
    /// The holder's division code, as the directory had it at the last fold: for lists.
    package internal(set) var holderCode: RegionCode?
    /// The division code to which it is offered, as far as the directory has it.
    package internal(set) var offeredCode: RegionCode?
    /// The local seat may owe a reaction. Not part of what all carriers agree on.
    package internal(set) var attention = false

    package init(scope: ScopeName, id: ScopeID) {
        self.scope = scope
        scopeID = id
    }

    /// What its first event says.
    package internal(set) var facts: CaseFacts {
        get { box.facts }
        set { box = FactsBox(newValue) }
    }

    /// 办件编号; empty while its first event is not here.
    package var number: String { box.facts.number }
    /// The item's code.
    package var item: String { box.facts.item }
    /// The version of the item that this case is pinned to.
    package var itemVersion: Int { box.facts.itemVersion }
    /// Who applies, sealed; nil where nothing is known, or it was erased.
    package var sealed: Envelope? { Envelope(text: box.facts.sealed) }
    /// Where the applicant was first served.
    package var origin: RegionCode? { box.facts.origin }

    /// Whether an erasure counts: what was personal is gone, here and everywhere it was heard of.
    package var isErased: Bool {
        events.contains { $0.kind == .caseErase && $0.status == .effective }
    }

    /// The link that stands; nil while the first event is not here.
    package var holder: CustodyLink? { links.last }
    /// Whether the holder may not decide: its token is on offer.
    package var isFrozen: Bool { offer != nil || outgoing != nil }
    /// Whether an event of a kind that this version does not know makes it read-only.
    package var needsUpgrade: Bool { events.contains { $0.status == .needsUpgrade } }

    /// The event with that hash.
    package func event(_ hash: Digest16?) -> CaseEvent? {
        guard let hash else { return nil }
        return events.first { $0.hash == hash }
    }

    /// The effective event of a slot.
    package func effective(_ slot: Slot) -> CaseEvent? {
        // By index: a copy of each event would be counted.
        for index in events.indices
        where events[index].status == .effective && Slot(events[index].kind) == slot {
            return events[index]
        }
        return nil
    }

    /// Effective events of a kind, in list order.
    package func effective(_ kind: ChangeKind) -> [CaseEvent] {
        events.filter { $0.status == .effective && $0.kind == kind }
    }

    /// The last event of each chain: what a Force or a later seat says that it had seen.
    package var heads: [CutPoint] {
        var heads: [CutPoint] = []
        for event in events {
            if heads.last?.actor == event.dot.actor { heads.removeLast() }
            heads.append(
                CutPoint(actor: event.dot.actor, seq: event.dot.seq, hash: event.hash))
        }
        return heads
    }

    var genesis: CaseEvent? { event(links.first?.event) }

    /// When its station wrote it down, as a 收件 or before that; nil while that is not here.
    package var registeredAt: Int64? { genesis?.moment }

    func writer(_ actor: ActorID) -> CaseWriter? { writers.first { $0.actor == actor } }

    /// Takes a writer in, with the seat known by now.
    mutating func note(_ writer: CaseWriter) {
        guard let index = writers.firstIndex(where: { $0.actor >= writer.actor }) else {
            writers.append(writer)
            return
        }
        if writers[index].actor == writer.actor {
            if writer.region != nil { writers[index] = writer }
        } else {
            writers.insert(writer, at: index)
        }
    }
}

extension CaseState {
    /// When it was received: business time, else the author's clock. What an agent brings counts
    /// from when the place in charge has it: it says so, or signs for it (DOMAIN §3.4).
    package var receivedAt: Int64? {
        guard let genesis else { return nil }
        guard facts.stage != nil else { return genesis.moment }
        if let taken = effective(.intake) { return taken.moment }
        guard facts.stage == .agent else { return nil }
        let signed = links.dropFirst().first { $0.region != nil && $0.region != scope.region }
        return event(signed?.event)?.moment
    }

    /// What happened by business date, as the statutory clock asks for it; nil while the 收件 is
    /// not here. What another county told counts as what was done here.
    package var course: CaseClock.Course? {
        guard let receivedAt else { return nil }
        var course = CaseClock.Course(received: CivilDate(of: Instant(millis: receivedAt)))
        course.isDoubtful = isDoubtful
        var ended: CivilDate?
        var corrections: [CivilDate] = []
        for event in events where event.status == .effective {
            let date = CivilDate(of: Instant(millis: event.moment))
            func first(_ known: inout CivilDate?) { known = known.map { min($0, date) } ?? date }
            switch event.kind == .caseMirror ? Milestone.kind(event) : event.kind {
            case .caseAccept:
                first(&course.answered)
                first(&course.accepted)
            case .caseCorrection:
                first(&course.answered)
                if !event.isRebased { corrections.append(date) }
            case .caseRefuse:
                first(&course.answered)
                first(&ended)
            case .caseAnswer where event.outcome == "refuse" && effective(.acceptance) == nil:
                first(&course.answered)
                first(&ended)
            case .caseWithdraw, .caseEnd: first(&ended)
            case .caseDecide: first(&course.decided)
            case .caseDeliver, .caseHandOut: first(&course.delivered)
            case .caseExtend: course.extended += event.extension
            case .caseVerify: first(&course.verified)
            default: break
            }
        }
        course.correctedAgain = corrections.sorted().dropFirst().first
        course.isDeferred = !deferred.isEmpty
        course.isPledged = effective(.acceptance)?.terms.isPledged ?? false
        course.endedWithout = course.decided == nil && ended != nil
        course.decided = course.decided ?? ended
        for pause in pauses {
            let since = CivilDate(of: Instant(millis: pause.event.moment))
            if let end = pause.end {
                course.pauses.append(since...max(since, CivilDate(of: Instant(millis: end))))
            } else if course.decided == nil {
                course.pausedSince = min(course.pausedSince ?? since, since)
            } else if let decided = course.decided {
                course.pauses.append(since...max(since, decided))
            }
        }
        return course
    }

    /// 特别程序 and 挂起, in list order, each with the moment at which it ended.
    package var pauses: [(event: CaseEvent, end: Int64?)] {
        let resumes = told(.caseResume)
        return told(.casePause).map { pause in
            let id = pause.kind == .caseMirror ? pause.on : pause.hash
            let ends = resumes.filter { $0.about == id }.map(\.moment)
            return (pause, ends.min())
        }
    }

    /// The pause that has not ended: of several the last in list order.
    package var openPause: CaseEvent? { pauses.last { $0.end == nil }?.event }

    /// Effective events of a kind, here or told by the other county, in list order.
    func told(_ kind: ChangeKind) -> [CaseEvent] {
        events.filter { event in
            event.status == .effective
                && (event.kind == kind
                    || (event.kind == .caseMirror && Milestone.kind(event) == kind))
        }
    }

    /// The proposal not to accept that nobody above has answered.
    package var openProposal: CaseEvent? {
        let answered = effective(.caseAnswer).compactMap(\.on)
        return effective(.casePropose).last { !answered.contains($0.hash) }
    }

    /// The request for a seal that was not answered.
    package var openSeal: CaseEvent? {
        let answered = effective(.caseSealAnswer).compactMap(\.on)
        return effective(.caseSealAsk).last { !answered.contains($0.hash) }
    }

    /// 容缺: codes that were promised at the acceptance and have not come.
    package var deferred: [String] {
        let accepted = effective(.acceptance) ?? told(.caseAccept).first
        guard let promised = accepted?.terms.codes, !promised.isEmpty else { return [] }
        let brought = supplied
        return promised.filter { !brought.contains($0) }
    }

    /// Codes of materials that came after the 收件, here or in the other county.
    package var supplied: [String] { told(.caseSupplement).flatMap(\.terms.codes) + spared }

    /// Working days that 延期 added.
    package var extendedDays: Int {
        told(.caseExtend).reduce(0) { $0 + $1.extension }
    }

    /// Whether the department has it: it was passed on, or signed for, after the acceptance.
    private var isReviewed: Bool {
        if events.contains(where: { $0.kind == .caseAssign && $0.status == .effective }) {
            return true
        }
        guard let accepted = effective(.acceptance)?.on,
            let place = links.firstIndex(where: { $0.event == accepted })
        else { return false }
        return links[(place + 1)...].contains { event($0.event)?.kind == .custodyAccept }
    }
}

extension CaseEvent {
    /// Of an extension, how many working days it adds.
    var `extension`: Int {
        Int(result).map { min(max($0, 0), Limits.extensionDaysMax) } ?? 0
    }

    /// Of a pause, which procedure it is; 挂起 for other lawful stops.
    package var procedure: String { result }

    /// The outcome, also where the other county told it behind its name.
    var result: String {
        guard kind == .caseMirror else { return outcome ?? "" }
        return outcome?.split(separator: ":").last.map(String.init) ?? ""
    }

    /// What a pause of no legal procedure is called.
    package static let suspension = "挂起"
}

extension CaseState {
    /// Works the state's name out of the effective events. What another county told counts as
    /// what was done here, since only one of the two has the token at a time.
    mutating func deriveStatus() {
        var kinds: UInt64 = 0
        var corrections: [Digest16] = []
        var answered: [Digest16] = []
        for event in events where event.status == .effective {
            let mirrored = event.kind == .caseMirror ? Milestone.kind(event) : nil
            let kind = mirrored ?? event.kind
            kinds |= 1 << UInt64(kind.rawValue & 63)
            if kind == .caseCorrection {
                corrections.append(mirrored == nil ? event.hash : event.on ?? event.hash)
            }
            if kind == .caseSupplement, let on = mirrored == nil ? event.on : event.about {
                answered.append(on)
            }
        }
        func has(_ kind: ChangeKind) -> Bool { kinds >> UInt64(kind.rawValue & 63) & 1 == 1 }
        if links.isEmpty {
            status = .unknown
        } else if let named = Self.precedence.first(where: { has($0.kind) }) {
            status = named.status
            if status == .decided, has(.caseSealAsk), openSeal != nil { status = .sealing }
            if status == .accepted, has(.casePause) || has(.caseExtend) || !isPlainlyHeld {
                status = handled
            }
        } else if has(.casePropose), openProposal != nil {
            status = .proposed
        } else if has(.caseAnswer),
            effective(.caseAnswer).contains(where: { $0.outcome == "refuse" })
        {
            status = .refused
        } else if corrections.contains(where: { !answered.contains($0) }) {
            status = .correcting
        } else if let stage = facts.stage, receivedAt == nil {
            status = stage == .agent ? .registered : .prechecked
        } else {
            status = outgoing == nil ? .received : isSignedElsewhere ? .handed : .forwarded
        }
    }

    /// Whether nothing but its first holder and the slots had a part in it: mostly so.
    private var isPlainlyHeld: Bool {
        links.count == 1 && !events.contains { $0.kind == .caseAssign }
    }

    /// What an accepted case is: the clock's state before the department's.
    private var handled: CaseStatus {
        if let pause = openPause {
            return pause.procedure == CaseEvent.suspension ? .suspended : .special
        }
        if extendedDays > 0 { return .extended }
        return isReviewed ? .reviewing : .accepted
    }

    /// Whether the other county told that the place in charge has signed for it.
    private var isSignedElsewhere: Bool {
        let handover = event(outgoing)?.handover
        return effective(.caseMirror).contains {
            $0.handover == handover && Milestone.kind($0) == .custodyAccept
        }
    }

    /// What happened last in a case's life names its state; of two at once, 决定 goes before
    /// 受理, and both before 撤回 (DOMAIN §3.8).
    private static let precedence: [(kind: ChangeKind, status: CaseStatus)] = [
        (.caseArchive, .archived), (.caseClose, .closed), (.caseDeliver, .delivered),
        (.caseHandOut, .delivered), (.caseReady, .ready), (.caseDecide, .decided),
        (.caseRefuse, .refused), (.caseEnd, .ended), (.caseWithdraw, .withdrawn),
        (.caseAccept, .accepted),
    ]
}
