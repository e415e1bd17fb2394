import Base
import Domain
import Kernel

/// The words of documents, and their full-text index by trigrams.
///
/// FTS5 writes a segment of its own at each commit that touches it, which would cost more than
/// the commit; so words are kept as plain rows first and indexed a thousand at a time. Until
/// then a search reads them one by one.
final class WordTable {
    private let select: Statement
    private let insert: Statement
    private let delete: Statement
    private let index: Statement
    private let unindex: Statement
    private let last: Statement
    private let tail: Statement

    init(_ database: Database) {
        select = Statement(database, "SELECT text FROM words WHERE no = ?")
        insert = Statement(
            database, "INSERT INTO words (no, collection, id, text) VALUES (?, ?, ?, ?)")
        delete = Statement(database, "DELETE FROM words WHERE no = ?")
        index = Statement(
            database,
            """
            INSERT INTO words_index (rowid, text)
            SELECT no, text FROM words WHERE no > ? AND no <= ?
            """)
        unindex = Statement(
            database,
            "INSERT INTO words_index (words_index, rowid, text) VALUES ('delete', ?, ?)")
        last = Statement(database, "SELECT max(no) FROM words")
        tail = Statement(database, "SELECT count(*) FROM words WHERE no > ?")
    }

    /// The highest row, 0 where there is none.
    func lastRow() throws(JournalError) -> Int64 {
        defer { last.reset() }
        return try last.step() ? last.integer(0) : 0
    }

    func read(_ row: Int64) throws(JournalError) -> String {
        defer { select.reset() }
        try select.bind(1, row)
        guard try select.step() else { throw .damaged("words \(row) are missing") }
        return select.text(0)
    }

    func add(_ row: Int64, _ key: DocumentKey, _ text: String) throws(JournalError) {
        try insert.bind(1, row)
        try insert.bind(2, Int64(key.collection.rawValue))
        try insert.bind(3, key.id.bytes)
        try insert.bind(4, text)
        try insert.run()
    }

    func remove(_ row: Int64, isIndexed: Bool) throws(JournalError) {
        if isIndexed {
            try unindex.bind(1, row)
            try unindex.bind(2, try read(row))
            try unindex.run()
        }
        try delete.bind(1, row)
        try delete.run()
    }

    /// Rows above `row`.
    func count(above row: Int64) throws(JournalError) -> Int {
        defer { tail.reset() }
        try tail.bind(1, row)
        return try tail.step() ? Int(tail.integer(0)) : 0
    }

    func index(above first: Int64, upTo last: Int64) throws(JournalError) {
        try index.bind(1, first)
        try index.bind(2, last)
        try index.run()
    }
}

/// Finds documents by a part of their words.
///
/// The index knows which rows hold every three-character piece of a text, in any order; the
/// row itself then says whether they stand together. Rows that are not indexed yet, and texts
/// too short to have a piece, are looked at one by one.
final class WordSearch {
    private let indexed: Statement
    private let plain: Statement

    init(_ database: Database) {
        let filter = """
            instr(lower(words.text), lower(?2)) > 0 AND (?3 IS NULL OR words.collection = ?3)
            """
        indexed = Statement(
            database,
            """
            SELECT words.collection, words.id FROM words_index
            JOIN words ON words.no = words_index.rowid
            WHERE words_index MATCH ?1 AND \(filter)
            ORDER BY words_index.rowid DESC LIMIT ?4
            """)
        plain = Statement(
            database,
            """
            SELECT words.collection, words.id FROM words WHERE words.no > ?1 AND \(filter)
            ORDER BY words.no DESC LIMIT ?4
            """)
    }

    func keys(
        _ text: String, in collection: Collection?, indexedUpTo last: Int64, limit: Int
    ) throws(JournalError) -> [DocumentKey] {
        let pieces = Self.pieces(of: text)
        try plain.bind(1, pieces.isEmpty ? 0 : last)
        var keys = try rows(plain, text, collection, limit)
        guard !pieces.isEmpty, keys.count < limit else { return keys }
        try indexed.bind(1, pieces)
        keys += try rows(indexed, text, collection, limit - keys.count)
        return keys
    }

    private func rows(
        _ statement: Statement, _ text: String, _ collection: Collection?, _ limit: Int
    ) throws(JournalError) -> [DocumentKey] {
        defer { statement.reset() }
        try statement.bind(2, text)
        if let collection {
            try statement.bind(3, Int64(collection.rawValue))
        } else {
            try statement.bindNull(3)
        }
        try statement.bind(4, Int64(limit))
        var keys: [DocumentKey] = []
        while try statement.step() { keys.append(try DocumentTable.key(statement, 0)) }
        return keys
    }

    /// The FTS5 query for every piece of three characters; empty where the text is shorter.
    static func pieces(of text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count >= 3 else { return "" }
        var query = ""
        for index in 0...(scalars.count - 3) {
            if index > 0 { query += " AND " }
            query += "\""
            for scalar in scalars[index..<index + 3] {
                query.unicodeScalars.append(scalar)
                if scalar == "\"" { query += "\"" }
            }
            query += "\""
        }
        return query
    }
}
