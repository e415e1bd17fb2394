import Base
import Change
import Domain

/// Taking in changes of others: the four refusals and no other (PROTOCOL §5).
extension Kernel {
    func admit(
        _ batch: ChangeBatch, name: ScopeName, good: [Bool], at now: Instant
    ) throws(JournalError) -> AdmissionReport {
        var report = AdmissionReport(scope: batch.scope)
        guard name.id == batch.scope, good.count == batch.segments.count else {
            for segment in batch.segments {
                report.refusals[segment.actor] = .badBytes("scope name")
            }
            return report
        }
        _ = try open(name)
        for (change, index) in zip(batch.changes, batch.segmentOfChange) {
            let actor = change.header.actor
            guard report.refusals[actor] == nil, !report.forked.contains(actor) else { continue }
            guard good[index] else {
                report.refusals[actor] = .badBytes("signature")
                continue
            }
            try admit(change, of: batch, at: now, into: &report)
        }
        try keepHeads(of: batch, refused: report)
        return report
    }

    private func admit(
        _ change: Change, of batch: ChangeBatch, at now: Instant,
        into report: inout AdmissionReport
    ) throws(JournalError) {
        let scope = batch.scope
        guard let state = scopes[scope] else { return }
        let actor = change.header.actor
        let chain = state.chains[actor]
        if chain?.quarantined == true, change.header.seq > chain?.head.seq ?? .none {
            report.forked.append(actor)
            return
        }
        switch try judge(change, chain: chain, in: state) {
        case .admit:
            if !rules.storesUnknownKinds, rules.unknownKinds.contains(change.kind.rawValue) {
                report.refusals[actor] = .badBytes("unknown kind")
                return
            }
            let genesis = chain == nil ? Genesis.founding(change) : nil
            try append(change, founding: genesis, to: scope)
            clock.observe(change.header.time, at: now)
            report.admitted += 1
        case .duplicate: report.duplicates += 1
        case .fork(let held):
            report.forked.append(actor)
            try recordFork(of: change, held: held, evidence: batch)
        case .refuse(let refusal): report.refusals[actor] = refusal
        }
    }

    private func judge(
        _ change: Change, chain: ChainState?, in state: ScopeState
    ) throws(JournalError) -> AdmissionVerdict {
        let journal = journal
        let verdict = try Admission.judge(change, chain: chain) {
            (dot: Dot) throws(JournalError) -> Digest? in
            if let head = state.chains[dot.actor]?.head, head.seq == dot.seq { return head.hash }
            return try journal.hash(at: dot, in: change.scope)
        }
        switch verdict {
        case .refuse(.missingDep) where !rules.checksDependencies: return .admit
        case .refuse(.wrongPrevious) where !rules.checksHashes && chain != nil: return .admit
        case .fork where !rules.checksHashes: return .duplicate
        default: return verdict
        }
    }

    /// Two contents for one number: both are kept, the chain stops, the scope goes on (I9).
    private func recordFork(
        of change: Change, held: Digest, evidence batch: ChangeBatch
    ) throws(JournalError) {
        var writer = ByteWriter(capacity: 1024)
        batch.encode(to: &writer)
        let actor = change.header.actor
        try journal.recordFork(
            ForkRecord(
                scope: batch.scope, dot: change.dot, held: held, other: change.hash,
                evidence: writer.bytes))
        try journal.setQuarantined(actor, in: batch.scope)
        scopes[batch.scope]?.chains[actor]?.quarantined = true
        let first = scopes[batch.scope]?.forked[actor] ?? change.header.seq
        scopes[batch.scope]?.forked[actor] = min(first, change.header.seq)
        effects.touched.append(batch.scope)
        // What was folded in good faith from the number on is judged again.
        try refold(batch.scope)
        if actor == scopes[batch.scope]?.own { effects.ownForks.append(change.dot) }
    }

    /// Keeps the signatures that now vouch for stored heads, so that relays can pass them on.
    private func keepHeads(
        of batch: ChangeBatch, refused report: AdmissionReport
    ) throws(JournalError) {
        guard report.admitted > 0 else { return }
        for signed in batch.heads
        where scopes[batch.scope]?.chains[signed.head.actor]?.head
            == signed.head
        {
            try journal.sign(signed, in: batch.scope)
        }
    }
}
