import Base
import Change
import Domain

/// The documents that a batch has touched, decoded; encoded once when the batch ends.
struct FoldSession {
    /// By reference: a look-up copies no document.
    final class Entry {
        var content: Content
        let scope: ScopeID
        var isDirty: Bool

        init(content: Content, scope: ScopeID, isDirty: Bool) {
            self.content = content
            self.scope = scope
            self.isDirty = isDirty
        }
    }

    var entries: [DocumentKey: Entry] = [:]
    /// Keys in the order in which they were first written in this batch.
    var dirty: [DocumentKey] = []

    mutating func put(_ write: ContentWrite, scope: ScopeID) {
        if let entry = entries[write.key] {
            entry.content = write.content
            if entry.isDirty { return }
            entry.isDirty = true
        } else {
            entries[write.key] = Entry(content: write.content, scope: scope, isDirty: true)
        }
        dirty.append(write.key)
    }

    /// Documents of a collection that the journal does not have in their present form.
    func unsaved(_ collection: Collection) -> [DocumentKey] {
        dirty.filter { $0.collection == collection }
    }

    /// Forgets clean documents once there are too many, so that memory stays bounded.
    mutating func settle() {
        for key in dirty { entries[key]?.isDirty = false }
        dirty.removeAll(keepingCapacity: true)
        if entries.count > Limits.foldedDocumentsMax { entries.removeAll(keepingCapacity: true) }
    }
}

/// The kernel as a rule or a fold sees it: documents as the batch has them by now.
struct KernelSource<Store: Journal>: DocumentSource {
    typealias Failure = JournalError

    let kernel: Kernel<Store>

    func content(_ key: DocumentKey) throws(JournalError) -> Content? {
        if let entry = kernel.session.entries[key] { return entry.content }
        guard let stored = try kernel.journal.document(key) else { return nil }
        let content: Content
        do throws(JSONError) {
            content = try Content.decode(stored)
        } catch {
            throw .damaged("document \(key.collection) \(key.id.hex) is not of its form")
        }
        kernel.session.entries[key] = FoldSession.Entry(
            content: content, scope: stored.scope, isDirty: false)
        return content
    }

    func find(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey] {
        let unsaved = kernel.session.unsaved(collection)
        if unsaved.isEmpty { return try kernel.journal.documents(collection, label: label) }
        guard collection == .caseFile else {
            try kernel.flushDocuments()
            return try kernel.journal.documents(collection, label: label)
        }
        // Cases are found by number again and again within one batch: to store each first would
        // write it once a command instead of once a batch.
        var keys = try kernel.journal.documents(collection, label: label)
        keys.removeAll { kernel.session.entries[$0]?.isDirty == true }
        for key in unsaved {
            guard case .caseFile(let state)? = kernel.session.entries[key]?.content,
                state.number == label
            else { continue }
            keys.append(key)
        }
        return keys.sorted { $0.id < $1.id }
    }

    func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
        try kernel.journal.change(at: dot, in: scope)
    }

    func rewrapped(
        _ envelope: Envelope, for reader: EnvelopeReader
    ) throws(JournalError) -> Envelope? {
        guard let envelopes = kernel.envelopes else { return envelope }
        return envelopes(envelope, reader)
    }

    func missing(_ attachments: [Digest]) throws(JournalError) -> [Digest] {
        try kernel.attachments?(attachments) ?? []
    }
}
