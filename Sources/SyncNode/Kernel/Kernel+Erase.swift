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
        let scope = state.record.id
        let arrival = arrival(change, chain, in: state)
        guard erasure.isEffective(arrival, in: directory) else { return }
        var rests: [Dot: [UInt8]] = [:]
        var blobs: [Digest] = []
        var destroyed = 0
        for entry in erasure.entries {
            guard let held = try journal.change(at: entry.dot, in: scope),
                held.hash.prefix16 == entry.hash, held.kind != .caseErase
            else { continue }
            rests[entry.dot] = entry.rest
            guard held.hasPayload else { continue }
            blobs += held.namedBlobs
            try journal.elide(entry.dot, in: scope)
            destroyed += 1
        }
        hasRemoved = true
        try foldAnew(erasure.document, rests, and: change, in: state)
        guard destroyed > 0 else { return }
        try journal.unlocate(erasure.document)
        var gone: [Digest] = []
        for blob in blobs where !gone.contains(blob) {
            if try !journal.isNamed(blob, in: scope), try journal.unnameBlob(blob, in: scope) {
                gone.append(blob)
            }
        }
        try keep(erasure, change, destroyed, gone)
        effects.hasErased = true
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
        _ document: Digest16, _ rests: [Dot: [UInt8]], and erasure: Change, in state: ScopeState
    ) throws(JournalError) {
        let key = DocumentKey(collection: .caseFile, id: document)
        var dots = Set(rests.keys)
        if case .caseFile(let file)? = try KernelSource(kernel: self).content(key) {
            dots.formUnion(file.events.map(\.dot))
        }
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
        _ erasure: Erasure, _ change: Change, _ destroyed: Int, _ blobs: [Digest]
    ) throws(JournalError) {
        var writer = JSONWriter()
        writer.object { object in
            object.field("case", hex: erasure.document)
            object.field("number", erasure.number)
            object.field("erasure", hex: change.hash.prefix16)
            object.field("changes", destroyed)
            object.array("attachments") { array in
                for blob in blobs { array.value(blob.hex) }
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
