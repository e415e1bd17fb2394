package import Base
import Change
import Domain

/// Erasure (PROTOCOL §11): the payloads that a county names are destroyed wherever that is heard.
extension Kernel {
    /// Erasures that are carried out and not yet receipted: one line each.
    private static var pendingName: String { "erased" }

    /// Carries an erasure out: its changes lose their payloads, and the case is folded anew from
    /// what is left of them. The same comes of it where they never had one here.
    func carryOut(_ change: Change, in state: ScopeState) throws(JournalError) {
        guard let erasure = Erasure(change), let chain = state.chains[change.header.actor] else {
            return
        }
        guard erasure.isEffective(arrival(change, chain, in: state), in: directory) else { return }
        let content = try KernelSource(kernel: self).content(erasure.key)
        var gone = Gone()
        var rests: [Dot: [UInt8]] = [:]
        let earlier = try Erasure.remains(of: content) { (dot) throws(JournalError) in
            try journal.change(at: dot, in: state.record.id)
        }
        for entry in earlier + erasure.entries {
            guard let held = try journal.change(at: entry.dot, in: state.record.id) else {
                continue
            }
            if held.hash.prefix16 == entry.hash, !held.kind.isErasure {
                rests[entry.dot] = entry.rest
            } else if Erasure.subject(of: held, in: state.record.name) != erasure.key {
                continue
            }
            try elide(held, in: state, &gone)
        }
        // What stands behind a proven fork is in no other's hands, so that nobody can name it.
        for event in Erasure.events(of: content) where event.status == .quarantined {
            let held = try journal.change(at: event.dot, in: state.record.id)
            if let held { try elide(held, in: state, &gone) }
        }
        try elideAside(erasure.key, in: state, &gone)
        hasRemoved = true
        try foldAnew(erasure.key, rests, and: change, in: state)
        guard gone.changes > 0 else { return }
        try journal.unlocate(erasure.key.id)
        try keep(erasure, change, gone)
        effects.hasErased = true
    }

    /// What an erasure destroys at this node.
    private struct Gone {
        var changes = 0
        /// Attachments that nothing names any more.
        var blobs: [Digest] = []
    }

    private func elide(
        _ held: Change, in state: ScopeState, _ gone: inout Gone
    ) throws(JournalError) {
        guard held.hasPayload, !held.kind.isErasure, held.kind != .genesis else { return }
        let scope = state.record.id
        try journal.elide(held.dot, in: scope)
        gone.changes += 1
        for blob in held.namedBlobs where !gone.blobs.contains(blob) {
            if try !journal.isNamed(blob, in: scope), try journal.unnameBlob(blob, in: scope) {
                gone.blobs.append(blob)
            }
        }
    }

    /// The same content where it lies beside the log: as the proof of a fork, and as what an
    /// earlier incarnation wrote and nobody gave back yet. A proof goes on proving.
    private func elideAside(
        _ key: DocumentKey, in state: ScopeState, _ gone: inout Gone
    ) throws(JournalError) {
        let name = state.record.name
        func isGone(_ change: Change) -> Bool {
            change.hasPayload && !change.kind.isErasure
                && Erasure.subject(of: change, in: name) == key
        }
        for fork in try journal.forks() where fork.scope == state.record.id {
            let batch = try Self.decoded(fork.evidence)
            let count = batch.changes.count(where: isGone)
            guard count > 0 else { continue }
            gone.changes += count
            var writer = ByteWriter(capacity: fork.evidence.count)
            batch.eliding(isGone).encode(to: &writer)
            try journal.replaceEvidence(
                ForkRecord(
                    scope: fork.scope, dot: fork.dot, held: fork.held, other: fork.other,
                    evidence: writer.bytes))
        }
        let orphans = try self.orphans(of: state.record.id)
        let count = orphans.count(where: isGone)
        guard count > 0 else { return }
        gone.changes += count
        try journal.setValue(
            Orphans.name(of: state.record.id),
            Orphans.adding(
                orphans.map { isGone($0) ? ChangeCodec.elided($0) : $0 }, to: []))
    }

    private static func decoded(_ evidence: [UInt8]) throws(JournalError) -> ChangeBatch {
        var reader = ByteReader(evidence)
        do throws(DecodeError) {
            return try ChangeBatch.decode(from: &reader)
        } catch {
            throw .damaged("the evidence of a fork is not of its form")
        }
    }

    /// Whether a change speaks of a case or parcel that was erased here.
    func isOfErased(_ change: Change, in scope: ScopeName) throws(JournalError) -> Bool {
        guard change.hasPayload, !change.kind.isErasure,
            let key = Erasure.subject(of: change, in: scope)
        else { return false }
        return Erasure.isErased(try KernelSource(kernel: self).content(key))
    }

    private func arrival(
        _ change: Change, _ chain: ChainState, in state: ScopeState
    ) -> Arrival {
        Arrival(
            change: change, scope: state.record.name, key: IncarnationKey(chain.key),
            quarantined: state.forked[chain.actor].map { change.header.seq >= $0 } ?? false)
    }

    /// The case from its changes, those that were erased as their remains say.
    private func foldAnew(
        _ key: DocumentKey, _ rests: [Dot: [UInt8]], and erasure: Change, in state: ScopeState
    ) throws(JournalError) {
        var dots = Set(rests.keys)
        let content = try KernelSource(kernel: self).content(key)
        dots.formUnion(Erasure.events(of: content).map(\.dot))
        dots.insert(erasure.dot)
        try flushDocuments()
        try journal.removeDocument(key)
        session.entries[key] = nil
        for dot in dots.sorted() {
            guard let held = try journal.change(at: dot, in: state.record.id),
                let chain = state.chains[dot.actor]
            else { continue }
            let whole = rests[dot].map { ChangeCodec.substituted(held, body: $0) } ?? held
            let desk = desk(author: 0, at: held.header.time.instant, entropy: .zero)
            let writes = try Fold.apply(
                arrival(whole, chain, in: state), at: desk, from: KernelSource(kernel: self),
                under: rules.custody)
            for write in writes { session.put(write, scope: state.record.id) }
        }
        // The log alone would not make this document again: it is stored with the erasure.
        isDue = true
    }

    // MARK: the receipt

    private func keep(
        _ erasure: Erasure, _ change: Change, _ gone: Gone
    ) throws(JournalError) {
        var writer = JSONWriter()
        writer.object { object in
            object.field("case", hex: erasure.key.id)
            object.field("number", erasure.number)
            object.field("erasure", hex: change.hash.prefix16)
            object.field("changes", gone.changes)
            object.array("attachments") { array in
                for blob in gone.blobs { array.value(blob.hex) }
            }
        }
        var pending = try journal.value(Self.pendingName) ?? []
        if !pending.isEmpty { pending.append(UInt8(ascii: ",")) }
        pending += writer.bytes
        try journal.setValue(Self.pendingName, pending)
    }

    /// Erasures that wait for `settleErasures`. One read.
    package func hasPendingErasures() throws(JournalError) -> Bool {
        try journal.value(Self.pendingName)?.isEmpty == false
    }

    /// Leaves nothing of erased payloads in the store, removes attachments that nothing names any
    /// more, and then says so, signed, in the control scope. Between commits; costs a copy of the
    /// store. Where it throws, what is pending stays so.
    ///
    /// - Parameter remove: Removes an attachment's file.
    /// - Returns: Scopes with new changes.
    package func settleErasures(
        at now: Instant, entropy: () -> Digest,
        remove: (Digest) throws(JournalError) -> Void
    ) throws(JournalError) -> [ScopeID] {
        guard let pending = try journal.value(Self.pendingName), !pending.isEmpty else {
            return []
        }
        let lines: JSON
        do throws(JSONError) {
            lines = try JSON(parsing: [UInt8(ascii: "[")] + pending + [UInt8(ascii: "]")])
        } catch {
            throw .damaged("value \(Self.pendingName)")
        }
        for line in lines.array ?? [] {
            for text in line["attachments"]?.array ?? [] {
                guard let bytes = text.text.flatMap(Hex.decode), bytes.count == 32 else { continue }
                try remove(Digest(bytes: bytes))
            }
        }
        try journal.scrub()
        var body = JSONWriter()
        body.object { $0.field("erased", lines) }
        let scope = ScopeName.control(identity.region)
        let draft = Draft(scope: scope, kind: .erasureReceipt, body: body.bytes)
        let (_, effects) = try commit(
            [.write([draft]), .remember(Self.pendingName, [])], at: now, entropy: entropy)
        return effects.touched
    }
}
