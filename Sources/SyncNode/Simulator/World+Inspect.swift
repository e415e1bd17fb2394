import Base
import Change
import Domain
import Kernel
import Replication

/// What must hold once the world has come to rest, and the report.
extension World {
    func inspect() throws(JournalError) {
        checkCarriers()
        try checkLedger()
        checkForks()
        checkSameness()
        try checkEnds()
        try checkQuiet()
        try checkFolds()
        try checkAttachments()
    }

    /// Scopes of any node, by id.
    private var names: [ScopeName] {
        var names: [ScopeID: ScopeName] = [:]
        for node in members {
            for known in node.kernel.knowledge() { names[known.id] = known.name }
        }
        return names.keys.sorted().compactMap { names[$0] }
    }

    /// I6, I7, I15.
    private func checkCarriers() {
        for name in names {
            var leaves: Set<Digest16> = []
            var carriers = 0
            var shares: [String] = []
            var isFlagged = false
            var actors: Set<ActorID> = []
            for node in members {
                guard let shared = node.sharedScope(name.id) else {
                    if node.kernel.mayCarry(name), carriesAnything(name) {
                        leaves.insert(.zero)
                        shares.append("\(node.index):-")
                    }
                    continue
                }
                checks.did("I6")
                if !node.kernel.mayCarry(name) {
                    if mustKeep(name, at: node) { continue }
                    checks.fail(
                        "I6", at: step,
                        "node \(node.index) stores \(name.family) \(name.region.hex), beside "
                            + "\(self.carriers(of: name, linkedWith: node).map { $0.index })")
                    continue
                }
                if !shared.quarantined.isEmpty { isFlagged = true }
                carriers += 1
                shares.append("\(node.index):\(shared.leaf.high % 1000)")
                leaves.insert(shared.isBlank ? .zero : shared.leaf)
                for head in shared.vector.heads { actors.insert(head.actor) }
            }
            if carriers > 1, !isFlagged { checks.did("I7") }
            if leaves.count > 1, !isFlagged {
                tell("\(name.family) \(name.region.hex) at \(shares.joined(separator: " "))")
                checks.fail("I7", at: step, "carriers of \(name.family) \(name.region.hex) differ")
            }
            checks.did("I15")
            if actors.count > nextKey { checks.fail("I15", at: step, "too many live entries") }
        }
    }

    private func carriesAnything(_ name: ScopeName) -> Bool {
        members.contains { $0.sharedScope(name.id)?.isBlank == false }
    }

    /// I8: in a chain, or as a branch that is the proof of a fork.
    private func checkLedger() throws(JournalError) {
        var bodies: Set<[UInt8]> = []
        for node in members {
            var changes = node.kernel.knowledge().flatMap { known in
                node.journal.contents(of: known.id).flatMap(\.changes)
            }
            for fork in try node.journal.forks() {
                var reader = ByteReader(fork.evidence)
                do throws(DecodeError) {
                    changes += try ChangeBatch.decode(from: &reader).changes
                } catch {
                    throw .damaged("evidence")
                }
            }
            bodies.formUnion(changes.compactMap(\.body))
        }
        let owed = checks.holdings.owed
        checks.did("I8", times: owed.count)
        let missing = owed.subtracting(bodies)
        if let first = missing.map({ String(decoding: $0, as: UTF8.self) }).sorted().first {
            checks.fail("I8", at: step, "\(missing.count) lost: \(first)")
        }
    }

    /// I9: who is in touch with both contents of a number has the proof.
    private func checkForks() {
        for fork in checks.contents.keys.sorted() where (checks.contents[fork]?.count ?? 0) > 1 {
            var held: Set<Digest> = []
            var unproven = 0
            for node in members {
                let chains = node.journal.contents(of: fork.scope)
                guard let chain = chains.first(where: { $0.state.actor == fork.dot.actor }),
                    fork.dot.seq.rawValue <= UInt64(chain.changes.count)
                else { continue }
                held.insert(chain.changes[Int(fork.dot.seq.rawValue) - 1].hash)
                if !chain.state.quarantined { unproven += 1 }
            }
            if held.count > 1 { checks.did("I9") }
            if held.count > 1, unproven > 0 {
                let place = fork.dot.actor.hex + " " + fork.dot.seq.rawValue.description
                checks.fail("I9", at: step, "two contents of \(place), not proven to all")
            }
        }
    }

    /// I25 once all have heard: every case at every node, and no seat rests on a word beyond an
    /// end.
    private func checkEnds() throws(JournalError) {
        guard !checks.cuts.keys.isEmpty else { return }
        for node in members {
            let ends = try KnownEnds(at: node)
            for entry in cases.entries {
                let key = DocumentKey(collection: .caseFile, id: entry.id)
                checks.judge(key, at: node, ends, step)
            }
            checkSeats(at: node, ends)
        }
    }

    /// I22 between nodes: who holds the same says the same of every case.
    private func checkSameness() {
        for entry in cases.entries {
            let key = DocumentKey(collection: .caseFile, id: entry.id)
            let carriers = members.filter { $0.kernel.mayCarry(entry.scope) }
            let isFlagged = carriers.contains {
                $0.sharedScope(entry.scope.id)?.quarantined.isEmpty == false
            }
            let states = carriers.map { node in
                CustodyChecks.state(key, at: node)?.events.map {
                    "\($0.hash.hex.prefix(4)) of \($0.dot.actor.hex.prefix(4)) \($0.status.text)"
                }
            }
            if !isFlagged, carriers.count > 1 { checks.did("I22") }
            if !isFlagged, Set(states).count > 1 {
                for (node, state) in zip(carriers, states) {
                    tell("node \(node.index) has \(state ?? [])")
                }
                checks.fail("I22", at: step, "case \(entry.id.hex) is not the same everywhere")
            }
        }
    }

    private func checkSeats(at node: SimulatedNode, _ ends: KnownEnds) {
        var grants: [Digest: KnownEnds.Place] = [:]
        for scope in node.kernel.knowledge() where scope.name.family == .directory {
            for chain in node.journal.contents(of: scope.id) {
                for change in chain.changes {
                    grants[change.hash] = KnownEnds.Place(
                        key: IncarnationKey(chain.state.key), scope: scope.name,
                        seq: change.header.seq, hash: change.hash.prefix16)
                }
            }
        }
        for place in node.kernel.directory.regions {
            for seat in node.kernel.directory.seats(of: place.id) {
                guard let grant = grants[seat.grant] else { continue }
                if ends.isBeyond(grant), !ends.isAdopted(grant) {
                    checks.fail("I25", at: step, "node \(node.index) seats by a thief's word")
                }
            }
        }
    }

    /// I14, I29: all has been said; another round says only where each side stands.
    private func checkQuiet() throws(JournalError) {
        let alarms = checks.alarms
        let crossings = checks.crossings
        for index in links.indices {
            try start(index)
            try deliver()
        }
        if alarms > 0 { checks.did("I29") }
        checks.did("I14", times: links.count)
        if checks.alarms != alarms { checks.fail("I29", at: step, "an alarm sounds again") }
        if checks.crossings != crossings {
            checks.fail("I14", at: step, "changes cross again at rest")
        }
    }

    /// I22: the same set, folded in another order by a node of its own, gives the same cases.
    private func checkFolds() throws(JournalError) {
        guard let node = dice.pick(members) else { return }
        let fresh = try SimulatedNode(
            index: nodes.count, place: node.place, key: freshKey(), root: node.root,
            journal: SimulatedJournal(), rules: node.rules, mutant: mutant)
        let known = node.kernel.knowledge().sorted {
            ($0.name.family.rawValue, $0.id) < ($1.name.family.rawValue, $1.id)
        }
        if known.contains(where: { $0.chains.contains(where: \.quarantined) }) { return }
        for scope in known { try refold(scope, of: node, into: fresh) }
        for entry in cases.entries {
            let key = DocumentKey(collection: .caseFile, id: entry.id)
            let one = CustodyChecks.state(key, at: node)
            let two = CustodyChecks.state(key, at: fresh)
            if one != nil { checks.did("I22") }
            if one?.links != two?.links || one?.status != two?.status
                || one?.events.map(\.status) != two?.events.map(\.status)
            {
                checks.fail("I22", at: step, "case \(entry.id.hex) depends on the order")
            }
        }
    }

    private func refold(
        _ scope: ScopeKnowledge, of node: SimulatedNode, into fresh: SimulatedNode
    ) throws(JournalError) {
        var left = Array(node.journal.contents(of: scope.id).reversed())
        var hasMoved = true
        while hasMoved, !left.isEmpty {
            hasMoved = false
            for index in left.indices.reversed() {
                let held = fresh.kernel.knowledge(of: scope.id)?.chain(left[index].state.actor)
                let from = Int(held?.head.seq.rawValue ?? 0)
                guard from < left[index].changes.count else {
                    left.remove(at: index)
                    continue
                }
                let part = Array(left[index].changes[from...].prefix(1))
                let batch = ChangeBatch(scope: scope.id, changes: part, heads: []) { _ in
                    .sha256Ed25519
                }
                let result = try fresh.commit(
                    [.admit(batch, name: scope.name, good: [true])], at: now)
                if case .admitted(let report)? = result.outcomes.first, report.admitted > 0 {
                    hasMoved = true
                }
            }
        }
    }

    // MARK: the report

    func report(_ seed: UInt64) -> Report {
        var all = ByteWriter(capacity: 4096)
        var shape = ByteWriter(capacity: 4096)
        for node in members {
            for known in node.kernel.knowledge() {
                all.write(known.vector.leaf(scope: known.id, epoch: known.epoch))
            }
            for entry in cases.entries {
                let key = DocumentKey(collection: .caseFile, id: entry.id)
                guard let state = CustodyChecks.state(key, at: node) else { continue }
                shape.write(text: state.status.rawValue)
                shape.write(count: state.links.count)
                shape.write(state.holder?.region?.rawValue ?? 0)
                shape.write(count: state.events.count { $0.status == .effective })
            }
            shape.write(
                count: node.kernel.knowledge().reduce(0) { sum, known in
                    sum + known.vector.heads.reduce(0) { $0 + Int($1.seq.rawValue) }
                })
        }
        return Report(
            seed: seed, digest: ExchangeHash.digest(all.bytes),
            shape: ExchangeHash.digest(shape.bytes), admissions: admissions,
            faults: faults.keys.sorted().map { ($0, faults[$0] ?? 0) },
            checks: checks.counts.sorted, violations: checks.violations, history: history ?? [])
    }
}
