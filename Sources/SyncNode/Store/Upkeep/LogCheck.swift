import Base
package import Change
import Crypto
import Domain
package import Kernel

/// Reads a whole store as of one commit and proves it from the bytes up: every chain from its
/// genesis, every payload, dependency and signature, every chain's row, every document.
///
/// Reads only, in one read transaction, so that it runs beside the node. Costs per change about
/// three hashes and one fold, and one signature check per signed head on threads of its own.
package final class LogCheck {
    /// One chain on the way through the log.
    struct Walk {
        let chain: StoredChain
        let scope: ScopeName
        let key: IncarnationKey
        let verifying: VerifyingKey?
        /// The first number that was used twice; nil in good health.
        let forked: Seq?
        /// The hash of each change met, by seq from 1.
        var hashes: [Digest] = []
        var signed = Seq.none
        /// Set at its first fault: what follows cannot be judged.
        var isBroken = false

        /// Whether a number stands behind a fork: stored, never effective.
        func isForked(at seq: Seq) -> Bool { forked.map { seq >= $0 } ?? false }
    }

    let reader: SnapshotReader
    var findings = StoreFindings()
    var walks: [Walk] = []
    private var places: [ScopeID: [ActorID: Int]] = [:]
    private var checks: [SignatureChecks.Check] = []
    /// Up to where the stored documents have come: what arrived later is not in them.
    var folded = Int64.max
    let own: IncarnationKey?

    /// - Parameter own: The present incarnation, whose heads must all be signed.
    package init(_ reader: SnapshotReader, own: IncarnationKey?) {
        self.reader = reader
        self.own = own
    }

    /// Proves chains, and gives each sound change to `fold` in arrival order.
    package func run(folding fold: ScratchFold) throws(JournalError) {
        try loadChains()
        folded = FoldedMark.decode(try reader.value(FoldedMark.name)) ?? .max
        let signatures = SignatureChecks()
        do throws(JournalError) {
            try walk(signatures, folding: fold)
        } catch {
            _ = signatures.finish()
            throw error
        }
        if !checks.isEmpty { signatures.add(checks) }
        for bad in signatures.finish() {
            findings.add(
                StoreFault(
                    .signature, Self.place(bad.scope, bad.head.actor, bad.head.seq),
                    "the signature does not hold"))
        }
        try finishChains()
    }

    /// What was found so far.
    package var result: StoreFindings { findings }

    /// Adds faults found elsewhere: documents, attachments.
    package func add(_ fault: StoreFault) { findings.add(fault) }

    // MARK: chains

    private func loadChains() throws(JournalError) {
        var names: [ScopeID: ScopeName] = [:]
        for record in try reader.scopeTable.load() { names[record.id] = record.name }
        var forks: [ScopeID: [ActorID: Seq]] = [:]
        for fork in try reader.forks() {
            let first = forks[fork.scope]?[fork.dot.actor] ?? fork.dot.seq
            forks[fork.scope, default: [:]][fork.dot.actor] = min(first, fork.dot.seq)
        }
        var keys: [Int64: VerifyingKey] = [:]
        try reader.chainTable.each(try reader.incarnationTable.load()) {
            (id, chain) throws(JournalError) in
            guard let scope = names[id] else { throw .damaged("chain without scope") }
            if keys[chain.incarnation] == nil {
                keys[chain.incarnation] = Self.parsed(chain.state.key)
            }
            places[id, default: [:]][chain.state.actor] = walks.count
            walks.append(
                Walk(
                    chain: chain, scope: scope, key: IncarnationKey(chain.state.key),
                    verifying: keys[chain.incarnation],
                    forked: forks[id]?[chain.state.actor]))
        }
    }

    private static func parsed(_ key: PublicKey) -> VerifyingKey? {
        do throws(CryptoError) {
            return try VerifyingKey(key)
        } catch {
            // Seen as a signature that does not hold.
            return nil
        }
    }

    private func walk(
        _ signatures: SignatureChecks, folding fold: ScratchFold
    ) throws(JournalError) {
        let stretches = walks.map { RangeStretch(chain: $0.chain, first: Seq(1)) }
        _ = try reader.cursors.each(stretches, upTo: Int(Limits.seqMax)) {
            (row) throws(JournalError) in
            findings.changes += 1
            guard !walks[row.stretch].isBroken, let change = judge(row) else { return true }
            if row.isSigned { try note(row.signature, of: change, row.stretch, signatures) }
            guard row.position <= folded else { return true }
            let walk = walks[row.stretch]
            try fold.take(
                change, in: walk.scope, writer: walk.key, quarantined: walk.isForked(at: row.seq))
            return true
        }
    }

    /// The change of a row; nil once its chain is broken.
    private func judge(_ row: RangeRow) -> Change? {
        let index = row.stretch
        let expected = Seq(UInt64(walks[index].hashes.count) + 1)
        guard row.seq == expected else {
            breakOff(index, .gap, expected, "number \(expected.rawValue) is missing")
            return nil
        }
        let suite = walks[index].chain.state.suite
        let change: Change
        do throws(DecodeError) {
            change = try ChangeCodec.decode(Array(row.bytes), suite: suite)
        } catch {
            breakOff(index, .bytes, expected, "\(error.reason.rawValue) in \(error.field)")
            return nil
        }
        if let (kind, what) = fault(of: change, at: expected, in: walks[index], suite) {
            breakOff(index, kind, expected, what)
            return nil
        }
        for dep in change.header.deps where !knows(dep, in: change.scope) {
            findings.add(
                StoreFault(
                    .dependency, Self.place(change.scope, change.header.actor, expected),
                    "\(dep.actor.hex) \(dep.seq.rawValue) had not arrived as it is cited"))
        }
        walks[index].hashes.append(change.hash)
        return change
    }

    private func fault(
        of change: Change, at seq: Seq, in walk: Walk, _ suite: Suite
    ) -> (StoreFault.Kind, String)? {
        let header = change.header
        guard header.scope == walk.scope.id, header.actor == walk.chain.state.actor,
            header.seq == seq
        else { return (.bytes, "the change belongs elsewhere") }
        guard ChangeCodec.payloadMatches(change, suite: suite) else {
            return (.payload, "the payload is not the one that was signed")
        }
        if let before = walk.hashes.last {
            return header.previous == before ? nil : (.link, "it does not follow the one before")
        }
        guard let genesis = Genesis.founding(change),
            genesis.key == walk.chain.state.key, genesis.node == walk.chain.state.node
        else { return (.link, "the chain does not begin with its genesis") }
        return nil
    }

    private func knows(_ dep: Dependency, in scope: ScopeID) -> Bool {
        guard let index = places[scope]?[dep.actor], dep.seq > .none else { return false }
        // A broken chain has its own fault.
        if walks[index].isBroken { return true }
        let known = walks[index].hashes
        let place = Int(dep.seq.rawValue) - 1
        return place < known.count && known[place].prefix16 == dep.hash
    }

    private func note(
        _ signature: [UInt8], of change: Change, _ index: Int, _ signatures: SignatureChecks
    ) throws(JournalError) {
        walks[index].signed = change.header.seq
        findings.signatures += 1
        guard let key = walks[index].verifying else {
            breakOff(index, .signature, change.header.seq, "the chain's key is none")
            return
        }
        checks.append(
            SignatureChecks.Check(
                scope: change.scope, head: change.head, signature: signature, key: key))
        guard checks.count >= Limits.signatureChecksMax else { return }
        signatures.add(checks)
        checks = []
    }

    /// Chains' rows against what was walked, and rows that belong to no chain.
    private func finishChains() throws(JournalError) {
        for index in walks.indices where !walks[index].isBroken {
            let walk = walks[index]
            let head = walk.chain.state.head
            let met = UInt64(walk.hashes.count)
            if met != head.seq.rawValue {
                breakOff(index, .gap, Seq(met + 1), "number \(met + 1) is missing")
            } else if walk.hashes.last != head.hash {
                breakOff(index, .vector, head.seq, "the vector has another hash of the head")
            } else if walk.key == own
                ? walk.signed != head.seq
                : head.seq.rawValue - walk.signed.rawValue > UInt64(Limits.rangeChangesMax)
            {
                breakOff(index, .signature, head.seq, "the head is not signed")
            }
        }
        let rows = Int(try reader.database.number("SELECT count(*) FROM change"))
        if rows > findings.changes {
            findings.add(
                StoreFault(.gap, "change", "\(rows - findings.changes) rows are in no chain"))
        }
    }

    private func breakOff(_ index: Int, _ kind: StoreFault.Kind, _ seq: Seq, _ what: String) {
        walks[index].isBroken = true
        let actor = walks[index].chain.state.actor
        findings.add(StoreFault(kind, Self.place(walks[index].scope.id, actor, seq), what))
    }

    private static func place(_ scope: ScopeID, _ actor: ActorID, _ seq: Seq) -> String {
        "\(scope.hex) \(actor.hex) \(seq.rawValue)"
    }
}
