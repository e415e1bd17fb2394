import Base
import Change
import Domain

/// The documents that a batch has touched, decoded; encoded once when the batch ends.
struct FoldSession {
    struct Entry {
        var content: Content
        let scope: ScopeID
        var isDirty: Bool
    }

    var entries: [DocumentKey: Entry] = [:]
    /// Keys in the order in which they were first written in this batch.
    var dirty: [DocumentKey] = []

    mutating func put(_ write: ContentWrite, scope: ScopeID) {
        let wasDirty = entries[write.key]?.isDirty ?? false
        let home = entries[write.key]?.scope ?? scope
        entries[write.key] = Entry(content: write.content, scope: home, isDirty: true)
        if !wasDirty { dirty.append(write.key) }
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
        try kernel.flushDocuments()
        return try kernel.journal.documents(collection, label: label)
    }

    func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
        try kernel.journal.change(at: dot, in: scope)
    }
}
