import Base
import Change
import Domain
import Kernel

/// I16 to I21, at each commit that touched a case.
struct CustodyChecks {
    private var found: [Violation] = []
    /// Who believes that it may decide, by case: the actor of each node that does.
    private var deciders: [Digest16: [Int: ActorID]] = [:]
    /// Decisions that were effective where they were made.
    private var decided: [Digest16: Set<Digest16>] = [:]
    /// Cases that a Force, a fork or a rollback touched: two views may then stand for a while.
    private var disturbed: Set<Digest16> = []

    /// A copy of a node ran, known or not yet: two views of custody may then stand for a while.
    var hasCopies = false
    /// How often each check looked at something that it could have found wrong.
    private(set) var tally = Tally()
    /// Events that somebody committed already: their author was looked at then.
    private var known: Set<Digest16> = []

    /// A copy of a node came to light: what it and its original did beside each other is a fork.
    mutating func disturb(_ cases: [Digest16]) { disturbed.formUnion(cases) }

    mutating func taken() -> [Violation] {
        defer { found = [] }
        return found
    }

    private mutating func fail(_ invariant: String, at step: Int, _ what: String) {
        found.append(Violation(invariant, at: step, what))
    }

    mutating func forget(_ node: SimulatedNode) {
        for id in deciders.keys.sorted() { deciders[id]?[node.index] = nil }
    }

    mutating func committed(_ node: SimulatedNode, _ effects: Effects, at step: Int) {
        for key in effects.documents where key.collection == .caseFile {
            guard let state = Self.state(key, at: node) else { continue }
            look(state, key.id, at: node, step)
        }
    }

    static func state(_ key: DocumentKey, at node: SimulatedNode) -> CaseState? {
        if let waiting = node.kernel.waitingContent(key) {
            guard case .caseFile(let state) = waiting else { return nil }
            return state
        }
        do throws(JournalError) {
            guard let stored = try node.journal.document(key) else { return nil }
            do throws(JSONError) {
                guard case .caseFile(let state) = try Content.decode(stored) else { return nil }
                return state
            } catch {
                return nil
            }
        } catch {
            return nil
        }
    }

    private mutating func look(
        _ state: CaseState, _ id: Digest16, at node: SimulatedNode, _ step: Int
    ) {
        let own = node.key.actor(in: state.scope.id)
        if state.events.contains(where: { $0.kind == .custodyForce || $0.quarantined })
            || hasFork(state, at: node)
        {
            disturbed.insert(id)
        }
        if hasCopies { disturbed.insert(id) }
        checkSlots(state, id, step)
        checkCuts(state, step)
        checkAnswers(state, step)
        checkAuthority(state, own, at: node, step)
        checkDecisions(state, id, own, step)
        let mayDecide = state.holder?.actor == own && !state.isFrozen && node.isSeated
        deciders[id, default: [:]][node.index] = mayDecide ? own : nil
        if mayDecide, !disturbed.contains(id) { tally.add("I16") }
        if !disturbed.contains(id) { tally.add("I17") }
        if Set(deciders[id, default: [:]].values).count > 1, !disturbed.contains(id) {
            fail("I16", at: step, "two may decide case \(id.hex)")
        }
        if state.holder == nil, !disturbed.contains(id),
            state.events.contains(where: { $0.kind == .caseReceive })
        {
            fail("I17", at: step, "nobody holds case \(id.hex)")
        }
    }

    private func hasFork(_ state: CaseState, at node: SimulatedNode) -> Bool {
        node.sharedScope(state.scope.id)?.quarantined.isEmpty == false
    }

    /// I18: one effective event a slot; a 补正 may be followed by another once it was answered.
    private mutating func checkSlots(_ state: CaseState, _ id: Digest16, _ step: Int) {
        for slot in [Slot.acceptance, .decision, .delivery, .closure] {
            let effective = state.events.filter {
                $0.status == .effective && Slot(of: $0.kind) == slot
            }
            if !effective.isEmpty { tally.add("I18") }
            if effective.count > 1 { fail("I18", at: step, "\(slot) of \(id.hex) twice") }
        }
    }

    /// I18 under Force: of an earlier holder only what the Force had seen stands.
    private mutating func checkCuts(_ state: CaseState, _ step: Int) {
        for (before, after) in zip(state.links, state.links.dropFirst()) {
            guard let force = state.event(after.event), force.kind == .custodyForce else {
                continue
            }
            for event in state.events
            where event.status == .effective && event.on == before.event
                && Slot(of: event.kind) != nil && event.dot.actor == before.actor
            {
                tally.add("I18-force")
                let isSeen = force.cut.contains {
                    $0.actor == event.dot.actor && event.dot.seq <= $0.seq
                }
                let isRatified = state.events.contains {
                    $0.kind == .custodyRatify && $0.on == event.hash && $0.status == .effective
                }
                if !isSeen, !isRatified, event.dot.actor != force.dot.actor {
                    fail("I18", at: step, "a decision stands that Force had not seen")
                }
            }
        }
    }

    /// I20.
    private mutating func checkAnswers(_ state: CaseState, _ step: Int) {
        for offer in state.events where offer.kind == .custodyOffer {
            let answers = state.events.filter {
                $0.on == offer.hash && $0.status == .effective
                    && ($0.kind == .custodyAccept || $0.kind == .custodyReject
                        || $0.kind == .custodyRelease)
            }
            if !answers.isEmpty { tally.add("I20") }
            if answers.count > 1 { fail("I20", at: step, "an offer has two answers") }
        }
    }

    /// I21: an incarnation that has no seat decides nothing and takes nothing.
    private mutating func checkAuthority(
        _ state: CaseState, _ own: ActorID, at node: SimulatedNode, _ step: Int
    ) {
        for event in state.events where known.insert(event.hash).inserted {
            guard event.dot.actor == own, event.status == .effective, !node.isSeated else {
                continue
            }
            tally.add("I21")
            if Slot(of: event.kind) != nil || event.kind == .custodyAccept {
                fail("I21", at: step, "node \(node.index) decides without a seat")
            }
        }
    }

    /// I19: what was effective where it was made is never voided, but by Force or a fork.
    private mutating func checkDecisions(
        _ state: CaseState, _ id: Digest16, _ own: ActorID, _ step: Int
    ) {
        for event in state.events where Slot(of: event.kind) != nil {
            if event.status == .effective, event.dot.actor == own {
                decided[id, default: []].insert(event.hash)
            }
            guard decided[id]?.contains(event.hash) == true, !disturbed.contains(id) else {
                continue
            }
            tally.add("I19")
            switch event.status {
            case .void, .late, .superseded, .contested:
                fail("I19", at: step, "a decision of \(id.hex) became \(event.status.text)")
                decided[id]?.remove(event.hash)
            case .effective, .waitingRef, .needsUpgrade, .quarantined: break
            }
        }
    }
}

extension Slot {
    /// The slot that a kind fills. Said here again, so that a checker does not ask what it checks.
    init?(of kind: ChangeKind) {
        switch kind {
        case .caseAccept, .caseRefuse: self = .acceptance
        case .caseCorrection: self = .correction
        case .caseDecide: self = .decision
        case .caseDeliver: self = .delivery
        case .caseClose: self = .closure
        default: return nil
        }
    }
}
