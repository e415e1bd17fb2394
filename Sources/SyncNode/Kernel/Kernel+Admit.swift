import Base
import Change
import Domain

/// Taking in changes of others: the four refusals and no other (PROTOCOL §5).
extension Kernel {
    func admit(
        _ batch: ChangeBatch, name: ScopeName, good: [Bool], at now: Instant
    ) throws(JournalError) -> AdmissionReport {
        var report = AdmissionReport(scope: batch.scope)
        guard name.id == batch.scope, good.count == batch.segments.count, hasRoom(for: name)
        else {
            for segment in batch.segments {
                report.refusals[segment.actor] = .badBytes("scope name")
            }
            return report
        }
        let state = try open(name)
        let plan = try plan(batch, good: good, in: state)
        for (change, takes) in zip(batch.changes, plan.takes) where takes {
            let isFirst = state.chains[change.header.actor] == nil
            let genesis = isFirst ? Genesis.founding(change) : nil
            try append(change, founding: genesis, to: batch.scope)
            clock.observe(change.header.time, at: now)
            report.admitted += 1
        }
        for fork in plan.forks {
            try recordFork(of: fork.change, held: fork.held, evidence: batch)
        }
        report.duplicates = plan.duplicates
        report.refusals = plan.refusals
        report.forked = plan.forked
        try keepHeads(of: batch, refused: report)
        return report
    }

    /// Two contents for one number: both are kept, the chain stops, the scope goes on (I9).
    private func recordFork(
        of change: Change, held: Digest, evidence batch: ChangeBatch
    ) throws(JournalError) {
        var proof = batch
        if let name = scopes[batch.scope]?.record.name {
            // What was erased here does not come back as a proof.
            var gone: Set<Digest> = []
            for one in batch.changes where try isOfErased(one, in: name) { gone.insert(one.hash) }
            if !gone.isEmpty { proof = batch.eliding { gone.contains($0.hash) } }
        }
        var writer = ByteWriter(capacity: 1024)
        proof.encode(to: &writer)
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
        guard report.admitted > 0, rules.storesWhatItCounts else { return }
        for signed in batch.heads
        where scopes[batch.scope]?.chains[signed.head.actor]?.head
            == signed.head
        {
            try journal.sign(signed, in: batch.scope)
        }
    }
}
