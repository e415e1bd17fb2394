import Base
import Change
import Domain
import Kernel
import Replication

/// What must hold at every commit (PROTOCOL §12). Each change is looked at once a node.
struct Checks {
    private(set) var violations: [Violation] = []
    /// Changes of each chain that were looked at, by node.
    private var seen: [Int: [Place: Int]] = [:]
    /// Every change as its author stored it.
    private(set) var originals: [Digest: Change] = [:]
    /// Changes that were durable at their author.
    private var durable: Set<Digest> = []
    /// Own changes that were committed and not synced: only under the mutant that serves them.
    private var unsynced: [Int: [Digest]] = [:]
    /// Contents of each number.
    private(set) var contents: [Fork: Set<Digest>] = [:]
    /// Notes that may not be lost.
    var holdings = Holdings()
    /// Attachments that may not be lost.
    var attachments = Holdings()
    /// Incarnations that learned that they are copies.
    private var learnt: [Int: IncarnationKey] = [:]
    private(set) var alarms = 0
    var custody = CustodyChecks()
    var cuts = CutChecks()
    private(set) var crossings = 0
    /// How often each check looked at something that it could have found wrong.
    private(set) var tally = Tally()

    struct Place: Hashable {
        let scope: ScopeID
        let actor: ActorID
    }

    struct Fork: Hashable, Comparable {
        let scope: ScopeID
        let dot: Dot

        static func < (left: Fork, right: Fork) -> Bool {
            (left.scope, left.dot) < (right.scope, right.dot)
        }
    }

    mutating func fail(_ invariant: String, at step: Int, _ what: String) {
        add(Violation(invariant, at: step, what))
    }

    /// Of each invariant the first few: what one finds does not hide what another does.
    private mutating func add(_ violation: Violation) {
        guard violations.count(where: { $0.invariant == violation.invariant }) < 10 else { return }
        violations.append(violation)
    }

    /// A check looked at something that could have been wrong.
    mutating func did(_ invariant: String, times: Int = 1) { tally.add(invariant, times) }

    func hasSeen(_ mutant: Mutant) -> Bool { mutant.isSeen(in: violations) }

    /// All checks, those of custody among them.
    var counts: Tally { tally.joined(custody.tally).joined(cuts.tally) }

    // MARK: at each commit

    mutating func committed(
        _ node: SimulatedNode, _ outcomes: [Outcome], _ effects: Effects, at step: Int
    ) throws(JournalError) {
        for scope in effects.touched { check(node, scope, at: step) }
        // What a thief believes is his own affair.
        guard !node.isOutside else { return }
        if !cuts.keys.isEmpty {
            let ends = try KnownEnds(at: node)
            for key in effects.documents where key.collection == .caseFile {
                judge(key, at: node, ends, step)
            }
        }
        custody.committed(node, effects, at: step)
        for violation in custody.taken() { add(violation) }
    }

    /// I25 for one case at one node, by what that node has heard of ends.
    mutating func judge(
        _ key: DocumentKey, at node: SimulatedNode, _ ends: KnownEnds, _ step: Int
    ) {
        guard let state = CustodyChecks.state(key, at: node) else { return }
        sever(state, key.id)
        cuts.look(state, key.id, at: node, ends, step)
        for violation in cuts.taken() { add(violation) }
    }

    /// Two views of a case may stand from now on where an end cuts through it.
    mutating func sever(_ state: CaseState, _ id: Digest16) {
        if cuts.isSevered(state) { custody.disturb([id]) }
    }

    /// I13: what was not refused of a batch is known now, whatever else of it was refused.
    mutating func admitted(
        _ batch: ChangeBatch, _ report: AdmissionReport, at node: SimulatedNode, _ step: Int
    ) {
        let known = node.kernel.knowledge(of: batch.scope)
        let isPartial = !report.refusals.isEmpty || !report.forked.isEmpty
        for segment in batch.segments
        where report.refusals[segment.actor] == nil && !report.forked.contains(segment.actor) {
            if isPartial { did("I13") }
            if known?.chain(segment.actor)?.head.seq ?? .none < segment.last.seq {
                fail("I13", at: step, "node \(node.index) lost \(segment.actor.hex)")
            }
        }
    }

    private mutating func check(_ node: SimulatedNode, _ scope: ScopeID, at step: Int) {
        let known = node.kernel.knowledge(of: scope)
        let chains = node.journal.contents(of: scope)
        for chain in chains { check(chain, in: scope, at: node, chains, step) }
        checkClaims(known, chains, at: node, step)
    }

    /// I1: the vector claims what is stored, no more and no less.
    private mutating func checkClaims(
        _ known: ScopeKnowledge?, _ chains: [SimulatedJournal.Chain], at node: SimulatedNode,
        _ step: Int
    ) {
        for state in known?.chains ?? [] {
            let stored = chains.first { $0.state.actor == state.actor }?.changes.count ?? 0
            did("I1")
            if UInt64(stored) != state.head.seq.rawValue {
                fail(
                    "I1", at: step,
                    "node \(node.index) claims \(state.head.seq.rawValue), stores \(stored)")
            }
        }
    }

    /// I2, I3, I4, I9, I10, I12 for what is new of a chain.
    private mutating func check(
        _ chain: SimulatedJournal.Chain, in scope: ScopeID, at node: SimulatedNode,
        _ chains: [SimulatedJournal.Chain], _ step: Int
    ) {
        let place = Place(scope: scope, actor: chain.state.actor)
        let from = seen[node.index]?[place] ?? 0
        if from > 0 { did("I5") }
        if from > chain.changes.count {
            fail("I5", at: step, "node \(node.index) fell from \(from) to \(chain.changes.count)")
        }
        seen[node.index, default: [:]][place] = chain.changes.count
        guard from < chain.changes.count else { return }
        let isOwn = chain.state.actor == node.key.actor(in: scope)
        for index in from..<chain.changes.count {
            let change = chain.changes[index]
            did("I2")
            if change.header.seq.rawValue != UInt64(index) + 1
                || (index > 0 && change.header.previous != chain.changes[index - 1].hash)
            {
                fail("I2", at: step, "node \(node.index) chain \(chain.state.actor.hex)")
            }
            checkDeps(change, at: chain.positions[index], chains, node, step)
            if let note = change.note, !node.isOutside { holdings.stored(note, on: node.index) }
            contents[Fork(scope: scope, dot: change.dot), default: []].insert(change.hash)
            if let original = originals[change.hash] {
                did("I12")
                if original.bytes != change.bytes { fail("I12", at: step, "bytes differ") }
            } else {
                originals[change.hash] = change
            }
            if isOwn {
                wrote(change, at: node, step)
                continue
            }
            did("I10")
            if !durable.contains(change.hash) {
                fail("I10", at: step, "node \(node.index) has what its author had not synced")
            }
        }
    }

    private mutating func wrote(_ change: Change, at node: SimulatedNode, _ step: Int) {
        if learnt[node.index] != nil { did("I11") }
        if learnt[node.index] == node.key {
            fail("I11", at: step, "node \(node.index) writes under a copied incarnation")
        }
        if node.journal.syncsOnCommit {
            durable.insert(change.hash)
        } else {
            unsynced[node.index, default: []].append(change.hash)
        }
    }

    private mutating func checkDeps(
        _ change: Change, at position: Int64, _ chains: [SimulatedJournal.Chain],
        _ node: SimulatedNode, _ step: Int
    ) {
        for dep in change.header.deps {
            guard let chain = chains.first(where: { $0.state.actor == dep.actor }) else {
                fail("I3", at: step, "node \(node.index) lacks \(dep.actor.hex)")
                continue
            }
            if chain.state.quarantined { continue }
            did("I3")
            did("I4")
            let index = Int(dep.seq.rawValue) - 1
            guard index < chain.changes.count, chain.changes[index].hash.prefix16 == dep.hash
            else {
                fail("I3", at: step, "node \(node.index) lacks \(dep.actor.hex)")
                continue
            }
            if chain.positions[index] >= position {
                fail("I4", at: step, "node \(node.index) \(dep.actor.hex) came later")
            }
        }
    }

    /// I23: all of a dropped scope was held elsewhere. I1: nothing of it is claimed any more.
    mutating func dropped(
        _ chains: [SimulatedJournal.Chain], of own: SharedScope?, at node: SimulatedNode,
        heldBy held: SharedScope, _ step: Int
    ) {
        for chain in chains where !held.quarantined.contains(chain.state.actor) {
            did("I23")
            if chain.state.head.seq > held.vector[chain.state.actor]?.seq ?? .none {
                fail("I23", at: step, "node \(node.index) dropped what it alone was known to hold")
            }
        }
        if let own, let known = node.kernel.knowledge(of: own.id) {
            checkClaims(known, node.journal.contents(of: own.id), at: node, step)
        }
        for chain in chains {
            seen[node.index]?[Place(scope: held.id, actor: chain.state.actor)] = nil
            holdings.gaveUp(chain.changes.compactMap(\.note), on: node.index)
        }
    }

    // MARK: what the world tells

    mutating func learned(_ node: SimulatedNode) { learnt[node.index] = node.key }

    /// An older store knows nothing of what the node learned since.
    mutating func restored(_ node: SimulatedNode) { learnt[node.index] = nil }

    /// A node's chains were taken back or replaced with their store.
    mutating func forget(_ node: SimulatedNode) {
        seen[node.index] = nil
        for known in node.kernel.knowledge() {
            for chain in node.journal.contents(of: known.id) {
                let place = Place(scope: known.id, actor: chain.state.actor)
                seen[node.index, default: [:]][place] = chain.changes.count
            }
        }
        custody.forget(node)
    }

    mutating func synced(_ node: SimulatedNode) {
        durable.formUnion(unsynced[node.index] ?? [])
        unsynced[node.index] = nil
    }

    mutating func lostPower(_ node: SimulatedNode) { unsynced[node.index] = nil }

    mutating func alarm(_ alarm: Alarm) { alarms += 1 }

    mutating func crossed(_ message: Message) { crossings += message.changeCount }
}

extension Change {
    /// The body of a note of no meaning, no two of which are alike.
    fileprivate var note: [UInt8]? { kind.rawValue & 0x7fff >= 0x7f00 ? body : nil }
}
