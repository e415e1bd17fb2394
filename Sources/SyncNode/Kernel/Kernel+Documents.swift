import Base
import Change
package import Domain

/// How far the stored documents have come in the order of arrival, as the store keeps it. Nothing
/// is kept where documents never waited.
package enum FoldedMark {
    /// Under which name.
    package static let name = "folded"

    static func encode(_ position: Int64) -> [UInt8] {
        var writer = ByteWriter(capacity: 8)
        writer.write(UInt64(bitPattern: position))
        return writer.bytes
    }

    /// - Returns: nil where nothing is kept.
    package static func decode(_ stored: [UInt8]?) -> Int64? {
        guard let stored, stored.count == 8 else { return nil }
        return Int64(bitPattern: stored.reduce(0) { $0 << 8 | UInt64($1) })
    }
}

/// Documents and the log. What is acknowledged stands in the log; documents are folded from it
/// and may be stored some commits later: while many write, each commit then holds the changes
/// alone, and the pages of documents and their indexes are written once for many of them. What
/// arrived behind the mark is folded again at the next start (docs/decisions/0011).
extension Kernel {
    /// Whether documents wait to be stored.
    package var isBehind: Bool { !session.dirty.isEmpty }

    /// Documents that the last batch wrote, stored by now or not; one may stand twice.
    package var writtenDocuments: [DocumentKey] { session.written }

    /// A document that waits to be stored; nil where the journal has its present form.
    package func waitingContent(_ key: DocumentKey) -> Content? {
        session.entries[key].flatMap { $0.isDirty ? $0.content : nil }
    }

    /// At the end of a batch.
    ///
    /// - Parameter count: Submissions in the batch: a few are stored at once, many may wait. Where
    ///   none changed, the mark moves at once.
    func storeDocuments(after count: Int) throws(JournalError) {
        if let deferral, count >= deferral, !isDue, folded != nil, isBehind, session.mayWait,
            behind < Limits.waitingBatchesMax,
            session.dirty.count < Limits.waitingDocumentsMax
        {
            behind += 1
            return
        }
        try flushDocuments()
    }

    /// Encodes and stores the documents that changed since they were last stored.
    func flushDocuments() throws(JournalError) {
        for key in session.dirty {
            guard let entry = session.entries[key], entry.isDirty else { continue }
            let document = entry.content.stored(key: key, scope: entry.scope)
            invariant(document.attention == entry.content.owes, "a document says what it owes")
            try journal.putDocument(document)
            effects.documents.append(key)
        }
        session.clean()
        behind = 0
        isDue = false
        guard deferral != nil || folded != nil, folded != journal.position else { return }
        try journal.setValue(FoldedMark.name, FoldedMark.encode(journal.position))
        folded = journal.position
    }

    /// Documents that owe a reaction, stored or not, by key.
    func owing(after key: DocumentKey?, limit: Int) throws(JournalError) -> [DocumentKey] {
        var stored = try journal.attention(after: key, limit: limit)
        if stored.contains(where: { session.entries[$0]?.isDirty == true }) {
            try flushDocuments()
            stored = try journal.attention(after: key, limit: limit)
        }
        if session.owing.isEmpty { return stored }
        let waiting = session.owing.filter { owed in key.map { $0 < owed } ?? true }
        return Array((stored + waiting).sorted().prefix(limit))
    }

    /// Folds what arrived after documents were last stored: after a crash, and where a batch
    /// failed. They are stored by the next batch or by `settle`.
    func foldArrivals() throws(JournalError) {
        behind = 0
        isDue = false
        folded = FoldedMark.decode(try journal.value(FoldedMark.name))
        guard let mark = folded, mark < journal.position else { return }
        isDue = true
        for change in try journal.arrivals(after: mark) {
            guard let state = scopes[change.header.scope] else { continue }
            try project(change, in: state)
        }
    }

    /// Says that no further batch is at hand, so that nothing waits for the next one: documents
    /// are stored, and what the next sync would make durable is. Costs a commit, one flush of
    /// the disk, or nothing.
    ///
    /// - Returns: The documents that were stored, for whoever listens.
    @discardableResult
    package func settle() throws(JournalError) -> [DocumentKey] {
        guard !session.dirty.isEmpty else {
            try journal.settle()
            return []
        }
        let effects = try transaction { () throws(JournalError) in try flushDocuments() }
        try journal.settle()
        return effects.documents
    }
}
