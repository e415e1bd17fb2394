import Base
import Change
package import Domain

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
    /// Keys in the order in which they were first written since documents were last stored.
    private(set) var dirty: [DocumentKey] = []
    /// Keys that the present batch wrote, stored by now or not; one may stand twice.
    private(set) var written: [DocumentKey] = []
    /// Of the dirty ones, those that owe a reaction.
    private(set) var owing = Set<DocumentKey>()
    /// Of these, the collections, a bit for each by its number; and the cases by theirs.
    private(set) var collections: UInt64 = 0
    private var numbers: [String: [DocumentKey]] = [:]

    /// Another batch begins.
    mutating func begin() { written.removeAll(keepingCapacity: true) }

    mutating func put(_ write: ContentWrite, scope: ScopeID) {
        written.append(write.key)
        if write.content.owes {
            owing.insert(write.key)
        } else if !owing.isEmpty {
            owing.remove(write.key)
        }
        if case .caseFile(let state) = write.content,
            numbers[state.number]?.contains(write.key) != true
        {
            numbers[state.number, default: []].append(write.key)
        }
        if let entry = entries[write.key] {
            entry.content = write.content
            if entry.isDirty { return }
            entry.isDirty = true
        } else {
            entries[write.key] = Entry(content: write.content, scope: scope, isDirty: true)
        }
        dirty.append(write.key)
        collections |= Self.bit(write.key.collection)
    }

    /// Whether the journal lacks the present form of a document of this collection.
    func lacks(_ collection: Collection) -> Bool { collections & Self.bit(collection) != 0 }

    /// Whether each of the documents that the journal lacks is of a kind that may wait.
    var mayWait: Bool { collections & ~Self.waiting == 0 }

    private static let waiting = Collection.allCases.filter(\.mayWait)
        .reduce(0 as UInt64) { $0 | bit($1) }

    private static func bit(_ collection: Collection) -> UInt64 {
        1 << UInt64(collection.rawValue)
    }

    /// Cases of this number that the journal does not have in their present form.
    func unsavedCases(_ number: String) -> [DocumentKey] {
        (numbers[number] ?? []).filter { key in
            guard let entry = entries[key], entry.isDirty, case .caseFile(let state) = entry.content
            else { return false }
            return state.number == number
        }
    }

    /// Says that the journal has them all.
    mutating func clean() {
        for key in dirty { entries[key]?.isDirty = false }
        dirty.removeAll(keepingCapacity: true)
        owing.removeAll()
        collections = 0
        numbers.removeAll(keepingCapacity: true)
    }

    /// Between batches: forgets clean documents once there are too many, so that memory stays
    /// bounded.
    mutating func settle() {
        guard entries.count > Limits.foldedDocumentsMax else { return }
        if dirty.isEmpty {
            entries.removeAll(keepingCapacity: true)
        } else {
            entries = entries.filter { $0.value.isDirty }
        }
    }
}

/// The kernel as a rule or a fold sees it: documents as the batch has them by now.
struct KernelSource<Store: Journal>: DocumentSource {
    typealias Failure = JournalError

    let kernel: Kernel<Store>

    func content(_ key: DocumentKey) throws(JournalError) -> Content? {
        if let entry = kernel.session.entries[key] { return entry.content }
        guard let stored = try kernel.journal.document(key) else { return nil }
        let content = try Content.decoded(stored)
        kernel.session.entries[key] = FoldSession.Entry(
            content: content, scope: stored.scope, isDirty: false)
        return content
    }

    func find(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey] {
        guard kernel.session.lacks(collection) else {
            return try kernel.journal.documents(collection, label: label)
        }
        guard collection == .caseFile else {
            try kernel.flushDocuments()
            return try kernel.journal.documents(collection, label: label)
        }
        // Cases are found by number again and again within one batch: to store each first would
        // write it once a command instead of once a batch.
        var keys = try kernel.journal.documents(collection, label: label)
        keys.removeAll { kernel.session.entries[$0]?.isDirty == true }
        keys += kernel.session.unsavedCases(label)
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

extension Content {
    /// What a store kept.
    ///
    /// - Throws: `damaged` where it is not of its form.
    package static func decoded(_ stored: StoredDocument) throws(JournalError) -> Content {
        do throws(JSONError) {
            return try decode(stored)
        } catch {
            let key = stored.key
            throw .damaged("document \(key.collection) \(key.id.hex) is not of its form")
        }
    }
}
