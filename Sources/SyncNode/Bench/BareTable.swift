internal import CSQLite

/// SQLite without a layer: one table, one prepared insert, WAL and FULL. What any program on
/// this machine could reach at most.
final class BareTable {
    struct Failure: Error { let code: Int32 }

    private let database: OpaquePointer
    private let insert: OpaquePointer
    private let range: OpaquePointer
    private var last: Int64 = 0

    init(_ path: String) throws(Failure) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(
            path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else { throw Failure(code: code) }
        database = opened
        for sql in [
            "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA cache_size = -4096",
            """
            CREATE TABLE IF NOT EXISTS change (
                id INTEGER PRIMARY KEY, position INTEGER NOT NULL, signature BLOB,
                bytes BLOB NOT NULL)
            """,
        ] {
            let code = sqlite3_exec(opened, sql, nil, nil, nil)
            guard code == SQLITE_OK else { throw Failure(code: code) }
        }
        insert = try Self.prepared(
            opened, "INSERT INTO change (id, position, bytes) VALUES (?, ?, ?)")
        range = try Self.prepared(
            opened, "SELECT id, position, signature, bytes FROM change WHERE id > ? ORDER BY id")
    }

    deinit {
        sqlite3_finalize(insert)
        sqlite3_finalize(range)
        sqlite3_close_v2(database)
    }

    private static func prepared(
        _ database: OpaquePointer, _ sql: String
    ) throws(Failure) -> OpaquePointer {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(database, sql, -1, &statement, nil)
        guard code == SQLITE_OK, let statement else { throw Failure(code: code) }
        return statement
    }

    /// One transaction with these rows.
    func commit(_ rows: some Collection<[UInt8]>) throws(Failure) {
        try execute("BEGIN IMMEDIATE")
        for row in rows {
            last += 1
            let code = csqlite_insert_row(insert, last, row, UInt64(row.count))
            guard code == SQLITE_DONE else { throw Failure(code: code) }
        }
        try execute("COMMIT")
    }

    private func execute(_ sql: String) throws(Failure) {
        let code = sqlite3_exec(database, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw Failure(code: code) }
    }

    /// Reads `count` rows after `id` one behind the other, as a sender without layers would.
    /// - Returns: The id of the last one, and the bytes of all.
    func read(
        after id: Int64, _ count: Int, into bytes: inout [UInt8]
    ) -> (last: Int64, bytes: Int) {
        sqlite3_bind_int64(range, 1, id)
        defer { sqlite3_reset(range) }
        var reached = id
        var filled = 0
        for _ in 0..<count {
            guard sqlite3_step(range) == SQLITE_ROW else { break }
            reached = sqlite3_column_int64(range, 0)
            filled += Int(csqlite_copy_column(range, 3, &bytes, filled, bytes.count))
        }
        return (reached, filled)
    }
}
