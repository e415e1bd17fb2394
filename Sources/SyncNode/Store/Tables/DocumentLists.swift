import Base
import Domain
import Kernel

/// Pages of documents by time, walked along the index.
final class DocumentLists {
    private let newest: Statement
    private let oldest: Statement

    init(_ database: Database) {
        func sql(_ sign: String, _ direction: String) -> String {
            """
            SELECT collection, id FROM document
            WHERE collection = ?1 AND (time, id) \(sign) (?2, ?3) AND (?4 IS NULL OR status = ?4)
            ORDER BY time \(direction), id \(direction) LIMIT ?5
            """
        }
        newest = Statement(database, sql("<", "DESC"))
        oldest = Statement(database, sql(">", "ASC"))
    }

    func keys(_ query: PageQuery, limit: Int) throws(JournalError) -> [DocumentKey] {
        let statement = query.newestFirst ? newest : oldest
        defer { statement.reset() }
        try statement.bind(1, Int64(query.collection.rawValue))
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
        var keys: [DocumentKey] = []
        while try statement.step() { keys.append(try DocumentTable.key(statement, 0)) }
        return keys
    }
}
