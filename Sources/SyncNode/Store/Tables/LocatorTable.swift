package import Base
import Domain
package import Kernel

/// By which tokens the cases of this node are found although they are sealed: a local index, made
/// from what the vault opens, of no use without its key. Token 0 marks a case that this node could
/// not open yet.
final class LocatorTable {
    private let insert: Statement
    private let select: Statement
    private let delete: Statement
    private let deleteAll: Statement
    private let tail: Statement

    init(_ database: Database) {
        insert = Statement(database, "INSERT OR IGNORE INTO locator (token, id) VALUES (?, ?)")
        select = Statement(
            database, "SELECT id FROM locator WHERE token = ? ORDER BY id DESC LIMIT ?")
        delete = Statement(database, "DELETE FROM locator WHERE token = ? AND id = ?")
        deleteAll = Statement(database, "DELETE FROM locator WHERE id = ?")
        tail = Statement(
            database,
            """
            SELECT no, collection, id, state FROM document WHERE no > ? ORDER BY no LIMIT ?
            """)
    }

    func add(_ token: UInt64, _ id: Digest16) throws(JournalError) {
        try insert.bind(1, token)
        try insert.bind(2, id.bytes)
        try insert.run()
    }

    func remove(_ token: UInt64, _ id: Digest16) throws(JournalError) {
        try delete.bind(1, token)
        try delete.bind(2, id.bytes)
        try delete.run()
    }

    /// Scans the index: after an erasure.
    func remove(_ id: Digest16) throws(JournalError) {
        try deleteAll.bind(1, id.bytes)
        try deleteAll.run()
    }

    /// The newest first.
    func ids(_ token: UInt64, limit: Int) throws(JournalError) -> [Digest16] {
        defer { select.reset() }
        try select.bind(1, token)
        try select.bind(2, Int64(limit))
        var ids: [Digest16] = []
        while try select.step() { ids.append(try select.digest16(0)) }
        return ids
    }

    /// Documents behind a row, in the order in which they came to be.
    func documents(
        after row: Int64, limit: Int
    ) throws(JournalError) -> (cases: [(id: Digest16, state: [UInt8])], last: Int64) {
        defer { tail.reset() }
        try tail.bind(1, row)
        try tail.bind(2, Int64(limit))
        var found: [(id: Digest16, state: [UInt8])] = []
        var last = row
        while try tail.step() {
            last = tail.integer(0)
            guard tail.integer(1) == Int64(Collection.caseFile.rawValue) else { continue }
            found.append((try tail.digest16(2), tail.bytes(3)))
        }
        return (found, last)
    }
}

extension SnapshotReader {
    /// Cases that have a token, the newest first. One walk of an index.
    package func located(_ token: UInt64, limit: Int) throws(JournalError) -> [Digest16] {
        try locator.ids(token, limit: limit)
    }

    /// Documents behind a row that were not looked at yet: the cases among them, and the last row.
    package func unlocated(
        after row: Int64, limit: Int
    ) throws(JournalError) -> (cases: [(id: Digest16, state: [UInt8])], last: Int64) {
        try locator.documents(after: row, limit: limit)
    }
}

extension SQLiteJournal {
    /// Scans the index.
    package func unlocate(_ id: Digest16) throws(JournalError) { try locator.remove(id) }

    /// Keeps what cases are found by. A row for each token.
    package func locate(_ finds: Locations) throws(JournalError) {
        invariant(isInTransaction, "the journal is written in a transaction")
        for find in finds.cases {
            for token in find.tokens { try locator.add(token, find.id) }
            if !find.tokens.contains(0) { try locator.remove(0, find.id) }
        }
        try values.write(
            Locations.valueName, Array(String(finds.row).utf8))
    }
}
