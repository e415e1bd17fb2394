import Base
import Domain

/// What the journal has lately seen of documents' rows: a fold reads a document before it writes
/// it, so that the write needs no second look. As large as a transaction needs; between two of
/// them all is forgotten once there is much.
struct KnownDocuments {
    /// One document's row.
    struct Entry {
        /// nil where there is no row.
        let facts: DocumentTable.Facts?
        /// Its words.
        let search: String

        static func stored(_ facts: DocumentTable.Facts, search: String) -> Entry {
            Entry(facts: facts, search: search)
        }
    }

    private var entries: [DocumentKey: Entry] = [:]

    /// nil where nothing is known.
    subscript(key: DocumentKey) -> Entry? { entries[key] }

    /// - Parameter entry: nil where the store has no such document.
    mutating func remember(_ entry: Entry?, of key: DocumentKey) {
        entries[key] = entry ?? Entry(facts: nil, search: "")
    }

    /// After a commit: what it wrote stays known as long as there is little of it.
    mutating func settle() {
        guard entries.count > Limits.storeKnownDocumentsMax else { return }
        entries.removeAll(keepingCapacity: entries.count < 8 * Limits.storeKnownDocumentsMax)
    }

    /// After a rollback, and where rows went without being named.
    mutating func forgetAll() { entries = [:] }
}
