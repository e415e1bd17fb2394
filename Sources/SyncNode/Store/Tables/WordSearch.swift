import Base
import Domain
import Kernel

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
