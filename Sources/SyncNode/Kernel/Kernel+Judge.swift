import Base
import Change
import Domain

/// Judging a whole batch before any of it is stored.
///
/// A segment is taken whole or not at all: a signature vouches for its last change only, so a
/// part of it could be stored here and proven to nobody else.
extension Kernel {
    /// What a batch may do.
    struct AdmissionPlan {
        /// For each change of the batch, whether it is to be appended.
        var takes: [Bool]
        var duplicates = 0
        var refusals: [ActorID: Refusal] = [:]
        /// Changes that prove a number used twice, and the hash held.
        var forks: [(change: Change, held: Digest)] = []
        /// Chains of which nothing is taken, as they are quarantined or forked here.
        var forked: [ActorID] = []

        func excludes(_ actor: ActorID) -> Bool {
            refusals[actor] != nil || forked.contains(actor)
        }
    }

    /// One pass where nothing is refused; one more for each chain that is refused midway.
    func plan(
        _ batch: ChangeBatch, good: [Bool], in state: ScopeState
    ) throws(JournalError) -> AdmissionPlan {
        var plan = AdmissionPlan(takes: [])
        for (index, segment) in batch.segments.enumerated() where !good[index] {
            plan.refusals[segment.actor] = .badBytes("signature")
        }
        while try !pass(over: batch, in: state, &plan) {}
        return plan
    }

    /// - Returns: Whether the plan stands: false where a chain was refused after changes of it
    ///   were planned, on which others may rest.
    private func pass(
        over batch: ChangeBatch, in state: ScopeState, _ plan: inout AdmissionPlan
    ) throws(JournalError) -> Bool {
        var ahead = Ahead(state: state)
        plan.takes = Array(repeating: false, count: batch.changes.count)
        plan.duplicates = 0
        for (index, change) in batch.changes.enumerated() {
            let actor = change.header.actor
            if plan.excludes(actor) { continue }
            let chain = ahead.chain(actor)
            if chain?.quarantined == true, change.header.seq > chain?.head.seq ?? .none {
                plan.forked.append(actor)
                continue
            }
            switch try judge(change, chain: chain, ahead) {
            case .admit where chain == nil && ahead.isFull:
                plan.refusals[actor] = .badBytes("chains")
            case .admit where isUnknown(change.kind):
                plan.refusals[actor] = .badBytes("unknown kind")
            case .admit:
                plan.takes[index] = true
                ahead.take(change)
            case .duplicate: plan.duplicates += 1
            case .fork(let held):
                plan.forked.append(actor)
                plan.forks.append((change, held))
            case .refuse(let refusal): plan.refusals[actor] = refusal
            }
            if plan.refusals[actor] != nil, ahead.hasTaken(actor) { return false }
        }
        return true
    }

    /// What the scope's chains will be once the changes planned so far are stored.
    private struct Ahead {
        /// What one chain gains.
        private struct Tail {
            let actor: ActorID
            let first: Seq
            var chain: ChainState?
            var hashes: [Digest]
        }

        let state: ScopeState
        /// Few: a batch has as many writers as the scope has tiers.
        private var tails: [Tail] = []
        private var founded = 0

        init(state: ScopeState) { self.state = state }

        func chain(_ actor: ActorID) -> ChainState? {
            if let index = index(of: actor) { return tails[index].chain }
            return state.chains[actor]
        }

        func hasTaken(_ actor: ActorID) -> Bool { index(of: actor) != nil }

        /// More chains than a vector can state would keep the scope from being exchanged.
        var isFull: Bool { state.chains.count + founded >= Limits.vectorEntriesMax }

        func hash(at dot: Dot) -> Digest? {
            if let index = index(of: dot.actor), dot.seq >= tails[index].first {
                let place = dot.seq.rawValue - tails[index].first.rawValue
                return place < tails[index].hashes.count ? tails[index].hashes[Int(place)] : nil
            }
            guard let head = state.chains[dot.actor]?.head, head.seq == dot.seq else { return nil }
            return head.hash
        }

        mutating func take(_ change: Change) {
            let actor = change.header.actor
            if let index = index(of: actor) {
                invariant(
                    change.header.seq.rawValue
                        == tails[index].first.rawValue + UInt64(tails[index].hashes.count),
                    "a plan takes a chain without gaps (I2)")
                tails[index].chain?.head = change.head
                tails[index].hashes.append(change.hash)
                return
            }
            var chain = state.chains[actor]
            if chain == nil, let genesis = Genesis.founding(change) {
                founded += 1
                chain = ChainState(key: genesis.key, node: genesis.node, head: change.head)
            }
            chain?.head = change.head
            var hashes: [Digest] = []
            hashes.reserveCapacity(Limits.rangeChangesMax)
            hashes.append(change.hash)
            tails.append(
                Tail(actor: actor, first: change.header.seq, chain: chain, hashes: hashes))
        }

        private func index(of actor: ActorID) -> Int? {
            for index in tails.indices where tails[index].actor == actor { return index }
            return nil
        }
    }

    private func isUnknown(_ kind: ChangeKind) -> Bool {
        !rules.storesUnknownKinds && rules.unknownKinds.contains(kind.rawValue)
    }

    private func judge(
        _ change: Change, chain: ChainState?, _ ahead: Ahead
    ) throws(JournalError) -> AdmissionVerdict {
        let journal = journal
        let verdict = try Admission.judge(
            change, chain: chain, isQuarantined: { ahead.chain($0)?.quarantined == true }
        ) { (dot: Dot) throws(JournalError) -> Digest? in
            if let hash = ahead.hash(at: dot) { return hash }
            return try journal.hash(at: dot, in: change.scope)
        }
        switch verdict {
        case .refuse(.missingDep) where !rules.checksDependencies: return .admit
        case .refuse(.wrongPrevious) where !rules.checksHashes && chain != nil: return .admit
        case .fork where !rules.checksHashes: return .duplicate
        default: return verdict
        }
    }
}
