import Base
internal import CSQLite
internal import Glibc
package import Kernel

/// One connection to the node's SQLite file. Used by one thread at a time; closes itself.
///
/// Opened without SQLite's own mutex: the writer owns one connection, and the read pool hands
/// each of its own to one borrower.
package final class Database {
    /// What is done with the file.
    package enum Mode {
        /// Reads and writes, creating the file where there is none.
        case write
        case read
    }

    /// Valid until deinit; every use is in this room.
    let handle: OpaquePointer
    let path: String
    private var log: OpaquePointer?

    /// - Parameter shim: The name of an SQLite VFS; nil for the system's. Tests cut the power
    ///   through one.
    /// - Throws: `locked` where the file cannot be opened, `damaged` where it is no database.
    package init(path: String, mode: Mode, shim: String? = nil) throws(JournalError) {
        invariant(Self.isPrepared, "SQLite is prepared before the first connection")
        let flags: Int32 =
            mode == .write
            ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, shim)
        guard code == SQLITE_OK, let opened else {
            let failure = Self.failure(code, opened, doing: "open \(path)")
            sqlite3_close_v2(opened)
            throw failure
        }
        handle = opened
        self.path = path
        sqlite3_extended_result_codes(opened, 1)
    }

    deinit {
        // Statements are finalised by their owners; v2 waits for the last of them.
        sqlite3_close_v2(handle)
        csqlite_forget_log(log)
    }

    /// From now on no commit of this connection copies the log back: whoever asks tends it.
    func watchLog() { if log == nil { log = csqlite_watch_log(handle) } }

    /// Pages that the write-ahead log had after the last commit since `watchLog`.
    var logPages: Int { Int(csqlite_log_pages(log)) }

    /// Whether another file stands where this one was opened, or none: what is written now is
    /// lost with the process. One system call; false under a shim that cannot tell.
    var hasMoved: Bool {
        var moved: Int32 = 0
        let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return code == SQLITE_OK && moved != 0
    }

    /// Whether no transaction is open.
    package var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Runs SQL that is fixed text: schema steps and settings.
    package func execute(_ sql: String) throws(JournalError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil), doing: sql)
    }

    /// Copies pages of the log back into the file, without waiting for anyone.
    /// - Returns: Pages in the log, and how many of them are copied by now; nil where another
    ///   connection is copying.
    func checkpoint() throws(JournalError) -> (pages: Int, copied: Int)? {
        var pages: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(
            handle, nil, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied)
        if code == SQLITE_BUSY { return nil }
        try check(code, doing: "copy the log back")
        return (Int(pages), Int(copied))
    }

    /// The single number that a query gives.
    package func number(_ sql: String) throws(JournalError) -> Int64 {
        let statement = Statement(self, sql)
        defer { statement.reset() }
        guard try statement.step() else { throw .damaged("no row from \(sql)") }
        return statement.integer(0)
    }

    /// - Throws: The error that `code` stands for, unless it is `SQLITE_OK`.
    func check(_ code: Int32, doing action: @autoclosure () -> String) throws(JournalError) {
        guard code == SQLITE_OK else { throw Self.failure(code, handle, doing: action()) }
    }

    func failure(_ code: Int32, doing action: String) -> JournalError {
        Self.failure(code, handle, doing: action)
    }

    /// Settings of the whole process, made once before SQLite starts. Where another part of the
    /// process has started it already, SQLite refuses and merely stays slower.
    private static let isPrepared: Bool = {
        csqlite_stop_counting_memory()
        return sqlite3_initialize() == SQLITE_OK
    }()
}

extension Database {
    /// What an SQLite result code means to a caller. The text names the action and says what
    /// SQLite said; programs look at the case only.
    static func failure(
        _ code: Int32, _ handle: OpaquePointer?, doing action: String
    ) -> JournalError {
        let said = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        // Of a statement of many lines the first says which it is.
        let first = action.prefix { $0 != "\n" && $0 != ";" }
        let text = "\(first): \(said.map { String(cString: $0) } ?? "code \(code)")"
        let system = handle.map { sqlite3_system_errno($0) } ?? 0
        switch code & 0xff {
        case SQLITE_FULL: return .full
        case SQLITE_IOERR where [ENOSPC, EDQUOT, EFBIG].contains(system): return .full
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM:
            return .locked(text)
        case SQLITE_CORRUPT, SQLITE_NOTADB: return .damaged(text)
        case SQLITE_IOERR: return .failed(text + "; look at the disk and at the kernel's log")
        default: return .failed(text)
        }
    }
}
