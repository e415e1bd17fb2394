import Base
import Domain
import Kernel

/// Rows of folded documents, in the order in which they came to be.
final class DocumentTable {
    private let select: Statement
    private let facts: Statement
    private let insert: Statement
    private let update: Statement
    private let updateState: Statement
    private let updateStatus: Statement
    private let delete: Statement
    private let byLabel: Statement
    private let stateByLabel: Statement
    private let attention: Statement
    private let ofScope: Statement
    private let last: Statement

    /// What decides which indexes a write must touch.
    struct Facts {
        let scope: ScopeID
        let label: String
        let status: String
        let time: Int64
        let attention: Bool
        /// Row of its words; 0 where it has none.
        let words: Int64
        /// Number of the row.
        let row: Int64

        init(of document: StoredDocument, words: Int64, row: Int64) {
            self.init(
                scope: document.scope, label: document.label, status: document.status,
                time: document.time, attention: document.attention, words: words, row: row)
        }

        init(
            scope: ScopeID, label: String, status: String, time: Int64, attention: Bool,
            words: Int64, row: Int64
        ) {
            self.scope = scope
            self.label = label
            self.status = status
            self.time = time
            self.attention = attention
            self.words = words
            self.row = row
        }
    }

    init(_ database: Database) {
        let key = "WHERE collection = ? AND id = ?"
        select = Statement(
            database,
            """
            SELECT scope, label, status, time, attention, words, state, no
            FROM document \(key)
            """)
        facts = Statement(
            database,
            "SELECT scope, label, status, time, attention, words, no FROM document \(key)")
        insert = Statement(
            database,
            """
            INSERT INTO document
                (collection, id, status, state, scope, label, time, attention, words, no)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        update = Statement(
            database,
            """
            UPDATE document SET status = ?3, state = ?4, scope = ?5, label = ?6, time = ?7,
                attention = ?8, words = ?9 WHERE no = ?1
            """)
        updateState = Statement(database, "UPDATE document SET state = ?2 WHERE no = ?1")
        updateStatus = Statement(
            database, "UPDATE document SET state = ?2, status = ?3 WHERE no = ?1")
        delete = Statement(database, "DELETE FROM document \(key)")
        byLabel = Statement(
            database,
            "SELECT id FROM document WHERE collection = ? AND label = ? ORDER BY id")
        stateByLabel = Statement(
            database, "SELECT state FROM document WHERE collection = ? AND label = ? LIMIT 2")
        attention = Statement(
            database,
            """
            SELECT collection, id FROM document INDEXED BY document_attention
            WHERE attention = 1 AND (collection, id) > (?, ?)
            ORDER BY collection, id LIMIT ?
            """)
        ofScope = Statement(
            database, "SELECT collection, id, words FROM document WHERE scope = ?")
        last = Statement(database, "SELECT max(no) FROM document")
    }

    /// The highest row, 0 where there is none.
    func lastRow() throws(JournalError) -> Int64 {
        defer { last.reset() }
        return try last.step() ? last.integer(0) : 0
    }

    func read(_ key: DocumentKey, words: WordTable) throws(JournalError) -> StoredDocument? {
        try known(key, words: words)?.document
    }

    /// A document with what a later write of it has to know.
    func known(
        _ key: DocumentKey, words: WordTable
    ) throws(JournalError) -> (document: StoredDocument, facts: Facts)? {
        defer { select.reset() }
        try bind(key, to: select)
        guard try select.step() else { return nil }
        let row = select.integer(5)
        let document = StoredDocument(
            key: key, scope: ScopeID(select.unsigned(0)), label: select.text(1),
            status: select.text(2), time: select.integer(3), attention: select.integer(4) != 0,
            search: row == 0 ? "" : try words.read(row), state: select.bytes(6))
        return (document, Facts(of: document, words: row, row: select.integer(7)))
    }

    func facts(_ key: DocumentKey) throws(JournalError) -> Facts? {
        defer { facts.reset() }
        try bind(key, to: facts)
        guard try facts.step() else { return nil }
        return Facts(
            scope: ScopeID(facts.unsigned(0)), label: facts.text(1), status: facts.text(2),
            time: facts.integer(3), attention: facts.integer(4) != 0,
            words: facts.integer(5), row: facts.integer(6))
    }

    /// Writes a document; indexes are touched only where what they hold has changed.
    ///
    /// - Parameter row: The number of a new one's row: above all that were ever given out.
    /// - Returns: What the next write of it has to know.
    func write(
        _ document: StoredDocument, words: Int64, replacing old: Facts?, row: Int64
    ) throws(JournalError) -> Facts {
        if let old, old.scope == document.scope, old.label == document.label,
            old.time == document.time, old.attention == document.attention, old.words == words
        {
            let isSame = old.status == document.status
            let statement = isSame ? updateState : updateStatus
            try statement.bind(1, old.row)
            if !isSame { try statement.bind(3, document.status) }
            try statement.run(2, blob: document.state)
            return isSame ? old : Facts(of: document, words: words, row: old.row)
        }
        let statement = old == nil ? insert : update
        if let old {
            try update.bind(1, old.row)
        } else {
            try bind(document.key, to: insert)
            try insert.bind(10, row)
        }
        try statement.bind(3, document.status)
        try statement.bind(5, document.scope.rawValue)
        try statement.bind(6, document.label)
        try statement.bind(7, document.time)
        try statement.bind(8, document.attention ? 1 : 0 as Int64)
        try statement.bind(9, words)
        try statement.run(4, blob: document.state)
        return Facts(of: document, words: words, row: old?.row ?? row)
    }

    func remove(_ key: DocumentKey) throws(JournalError) {
        try bind(key, to: delete)
        try delete.run()
    }

    func keys(_ collection: Collection, label: String) throws(JournalError) -> [DocumentKey] {
        defer { byLabel.reset() }
        try byLabel.bind(1, Int64(collection.rawValue))
        try byLabel.bind(2, label)
        var keys: [DocumentKey] = []
        while try byLabel.step() {
            keys.append(DocumentKey(collection: collection, id: try byLabel.digest16(0)))
        }
        return keys
    }

    /// The states of up to two documents with a label.
    func states(_ collection: Collection, label: String) throws(JournalError) -> [[UInt8]] {
        defer { stateByLabel.reset() }
        try stateByLabel.bind(1, Int64(collection.rawValue))
        try stateByLabel.bind(2, label)
        var states: [[UInt8]] = []
        while try stateByLabel.step() { states.append(stateByLabel.bytes(0)) }
        return states
    }

    func attention(
        after key: DocumentKey?, limit: Int
    ) throws(JournalError) -> [DocumentKey] {
        defer { attention.reset() }
        try attention.bind(1, Int64(key?.collection.rawValue ?? 0))
        try attention.bind(2, key?.id.bytes ?? [])
        try attention.bind(3, Int64(limit))
        var keys: [DocumentKey] = []
        while try attention.step() { keys.append(try Self.key(attention, 0)) }
        return keys
    }

    /// Every document of a scope with the row of its words: a scan of the table, for the rare
    /// drop of a scope.
    func keys(of scope: ScopeID) throws(JournalError) -> [(key: DocumentKey, words: Int64)] {
        defer { ofScope.reset() }
        try ofScope.bind(1, scope.rawValue)
        var keys: [(DocumentKey, Int64)] = []
        while try ofScope.step() { keys.append((try Self.key(ofScope, 0), ofScope.integer(2))) }
        return keys
    }

    /// The key that stands in two columns of a row.
    static func key(_ row: Statement, _ column: Int32) throws(JournalError) -> DocumentKey {
        guard
            let collection = Collection(rawValue: UInt8(truncatingIfNeeded: row.integer(column)))
        else { throw .damaged("collection \(row.integer(column)) of a document") }
        return DocumentKey(collection: collection, id: try row.digest16(column + 1))
    }

    private func bind(_ key: DocumentKey, to statement: Statement) throws(JournalError) {
        try statement.bind(1, Int64(key.collection.rawValue))
        try statement.bind(2, key.id.bytes)
    }
}

/// Pages of documents by time, walked along an index: whole rows, so that a page costs its rows
/// and no second look at each. Cases of one state have an index of their own, in which the rare
/// ones lie together; of other collections those of another state are stepped over.
final class DocumentLists {
    private let newest: Statement
    private let oldest: Statement
    private let newestOfStatus: Statement
    private let oldestOfStatus: Statement

    init(_ database: Database) {
        func sql(
            _ filter: String, _ sign: String, _ direction: String, by index: String = ""
        ) -> String {
            """
            SELECT document.collection, document.id, scope, label, status, time, attention,
                document.words, state, coalesce(words.text, '')
            FROM document \(index)
            LEFT JOIN words ON words.no = document.words
            WHERE \(filter) AND (time, document.id) \(sign) (?2, ?3)
            ORDER BY time \(direction), document.id \(direction) LIMIT ?5
            """
        }
        let all = "document.collection = ?1 AND (?4 IS NULL OR status = ?4)"
        let cases = "document.collection = \(Collection.caseFile.rawValue) AND status = ?4"
        newest = Statement(database, sql(all, "<", "DESC"))
        oldest = Statement(database, sql(all, ">", "ASC"))
        let index = "INDEXED BY document_status"
        newestOfStatus = Statement(database, sql(cases, "<", "DESC", by: index))
        oldestOfStatus = Statement(database, sql(cases, ">", "ASC", by: index))
    }

    func documents(
        _ query: PageQuery, limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        let isOfStatus = query.collection == .caseFile && query.status != nil
        let statement =
            isOfStatus
            ? query.newestFirst ? newestOfStatus : oldestOfStatus
            : query.newestFirst ? newest : oldest
        defer { statement.reset() }
        if !isOfStatus { try statement.bind(1, Int64(query.collection.rawValue)) }
        if let after = query.after {
            try statement.bind(2, after.time)
            try statement.bind(3, after.id.bytes)
        } else {
            // Beyond every id at either end: longer than any, shorter than any.
            try statement.bind(2, query.newestFirst ? Int64.max : Int64.min)
            try statement.bind(
                3, query.newestFirst ? [UInt8](repeating: 255, count: 17) : [])
        }
        if let status = query.status {
            try statement.bind(4, status)
        } else {
            try statement.bindNull(4)
        }
        try statement.bind(5, Int64(limit))
        var found: [StoredDocument] = []
        while try statement.step() {
            found.append(
                StoredDocument(
                    key: try DocumentTable.key(statement, 0), scope: ScopeID(statement.unsigned(2)),
                    label: statement.text(3), status: statement.text(4), time: statement.integer(5),
                    attention: statement.integer(6) != 0, search: statement.text(9),
                    state: statement.bytes(8)))
        }
        return found
    }
}
