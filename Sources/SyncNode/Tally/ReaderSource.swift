package import Base
package import Change
package import Domain
import Guide
package import Kernel
package import Store

/// A reader as the domain's queries want it.
package struct ReaderSource: ListedSource {
    /// What the store throws.
    package typealias Failure = JournalError

    /// Lent for as long as this is used.
    package let reader: SnapshotReader

    package init(reader: SnapshotReader) { self.reader = reader }

    /// One read.
    package func content(_ key: DocumentKey) throws(JournalError) -> Content? {
        guard let document = try reader.document(key) else { return nil }
        return try decode(document)
    }

    /// One walk of the label index.
    package func find(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey] {
        try reader.documents(collection, label: label)
    }

    /// The newest, page by page.
    package func list(
        _ collection: Collection, limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        try pages(PageQuery(collection, limit: Limits.listRowsMax), limit: limit)
    }

    /// Along the index of times, page by page.
    package func list(
        _ collection: Collection, from: Int64, limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        var query = PageQuery(collection, limit: Limits.listRowsMax)
        query.newestFirst = false
        query.after = PageCursor(time: from - 1, id: Digest16(high: .max, low: .max))
        return try pages(query, limit: limit)
    }

    /// Along the index of states, page by page.
    package func list(
        _ collection: Collection, status: String, limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        var query = PageQuery(collection, limit: min(limit, Limits.listRowsMax))
        query.newestFirst = false
        query.status = status
        return try pages(query, limit: limit)
    }

    private func pages(
        _ first: PageQuery, limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        var found: [StoredDocument] = []
        var query = first
        while found.count < limit {
            let page = try reader.documents(query)
            found += page.documents
            guard let next = page.next else { break }
            query.after = next
        }
        return Array(found.prefix(limit))
    }

    /// One read and one hash.
    package func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
        try reader.change(at: dot, in: scope)
    }

    /// - Throws: `damaged` where it is not of its form.
    package func decode(_ document: StoredDocument) throws(JournalError) -> Content {
        try Content.decoded(document)
    }
}
