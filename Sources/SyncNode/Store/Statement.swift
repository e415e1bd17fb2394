package import Base
internal import CSQLite
package import Kernel

/// One SQL statement: prepared at its first use, once, and bound anew each time.
///
/// Whoever steps it resets it when done, also on failure: a statement left in the middle of its
/// rows holds back checkpoints. `reset` repeats the code of the step before it, which was
/// thrown already, so its code is the one that is not looked at.
package final class Statement {
    private let database: Database
    private let sql: String
    private var handle: OpaquePointer?

    /// - Parameter sql: Fixed text; prepared at the first use.
    package init(_ database: Database, _ sql: String) {
        self.database = database
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    private func prepared() throws(JournalError) -> OpaquePointer {
        if let handle { return handle }
        let code = sqlite3_prepare_v3(
            database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw database.failure(code, doing: sql) }
        return handle
    }

    /// A whole number.
    package func bind(_ index: Int32, _ value: Int64) throws(JournalError) {
        try database.check(sqlite3_bind_int64(prepared(), index, value), doing: sql)
    }

    /// The same bits as SQLite's signed number.
    package func bind(_ index: Int32, _ value: UInt64) throws(JournalError) {
        try bind(index, Int64(bitPattern: value))
    }

    /// SQLite takes a copy.
    package func bind(_ index: Int32, _ bytes: [UInt8]) throws(JournalError) {
        let handle = try prepared()
        let code = bytes.withUnsafeBytes { all in
            // An empty array may have no address, which would bind NULL.
            all.isEmpty
                ? sqlite3_bind_zeroblob(handle, index, 0)
                : sqlite3_bind_blob64(
                    handle, index, all.baseAddress, UInt64(all.count), csqlite_transient())
        }
        try database.check(code, doing: sql)
    }

    /// SQLite takes a copy.
    package func bind(_ index: Int32, _ text: String) throws(JournalError) {
        let handle = try prepared()
        var text = text
        let code = text.withUTF8 { all in
            all.withMemoryRebound(to: CChar.self) { characters in
                sqlite3_bind_text(
                    handle, index, characters.baseAddress ?? Self.nothing,
                    Int32(characters.count), csqlite_transient())
            }
        }
        try database.check(code, doing: sql)
    }

    /// NULL.
    package func bindNull(_ index: Int32) throws(JournalError) {
        try database.check(sqlite3_bind_null(prepared(), index), doing: sql)
    }

    /// - Returns: Whether there is a row.
    package func step() throws(JournalError) -> Bool {
        let code = sqlite3_step(try prepared())
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw database.failure(code, doing: sql)
        }
    }

    /// Steps a statement that gives no rows, and resets it.
    package func run() throws(JournalError) {
        defer { reset() }
        let hasRow = try step()
        invariant(!hasRow, "a statement that is run gives no rows")
    }

    /// Runs a statement whose parameter `index` is `bytes`, without a copy of them.
    func run(_ index: Int32, blob bytes: [UInt8]) throws(JournalError) {
        let handle = try prepared()
        let code = bytes.withUnsafeBytes { all in
            let bound = sqlite3_bind_blob64(
                handle, index, all.baseAddress, UInt64(all.count), csqlite_static())
            guard bound == SQLITE_OK else { return bound }
            let stepped = sqlite3_step(handle)
            sqlite3_reset(handle)
            // The bytes are the caller's again from here on.
            sqlite3_bind_null(handle, index)
            return stepped
        }
        guard code == SQLITE_DONE else { throw database.failure(code, doing: sql) }
    }

    /// Ends its rows, so that it may be bound anew.
    package func reset() { sqlite3_reset(handle) }

    // MARK: columns of the present row

    /// A whole number; 0 for NULL.
    package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// The same bits without a sign.
    package func unsigned(_ column: Int32) -> UInt64 { UInt64(bitPattern: integer(column)) }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// A copy.
    package func bytes(_ column: Int32) -> [UInt8] { Array(borrowed(column)) }

    /// A copy; empty for NULL.
    package func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// SQLite's own memory, valid until the next step or reset.
    func borrowed(_ column: Int32) -> UnsafeRawBufferPointer {
        guard let start = sqlite3_column_blob(handle, column) else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(
            start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    /// - Throws: `damaged` where the column is no digest.
    func digest(_ column: Int32) throws(JournalError) -> Digest {
        let bytes = borrowed(column)
        guard bytes.count == 32 else { throw .damaged("a digest of \(bytes.count) bytes") }
        return Digest(
            words: (
                word(bytes, 0), word(bytes, 8), word(bytes, 16), word(bytes, 24)
            ))
    }

    /// - Throws: `damaged` where the column is no 16-byte id.
    package func digest16(_ column: Int32) throws(JournalError) -> Digest16 {
        let bytes = borrowed(column)
        guard bytes.count == 16 else { throw .damaged("an id of \(bytes.count) bytes") }
        return Digest16(high: word(bytes, 0), low: word(bytes, 8))
    }

    private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    // The address of an empty text; immutable and never freed.
    nonisolated(unsafe) private static let nothing: UnsafePointer<CChar> = {
        let place = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        place.pointee = 0
        return UnsafePointer(place)
    }()
}
