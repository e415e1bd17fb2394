internal import CSQLite
internal import Glibc
import Kernel

extension Database {
    /// What an SQLite result code means to a caller. The text names the action and says what
    /// SQLite said; programs look at the case only.
    static func failure(
        _ code: Int32, _ handle: OpaquePointer?, doing action: String
    ) -> JournalError {
        let said = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        let text = "\(action): \(said.map { String(cString: $0) } ?? "code \(code)")"
        let system = handle.map { sqlite3_system_errno($0) } ?? 0
        switch code & 0xff {
        case SQLITE_FULL: return .full
        case SQLITE_IOERR where system == ENOSPC || system == EDQUOT: return .full
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM:
            return .locked(text)
        case SQLITE_CORRUPT, SQLITE_NOTADB: return .damaged(text)
        default: return .failed(text)
        }
    }
}

extension JournalError {
    /// The error of a failed system call, by its `errno`.
    static func system(_ number: Int32, doing action: String) -> JournalError {
        let text = "\(action): \(String(cString: strerror(number)))"
        switch number {
        case ENOSPC, EDQUOT: return .full
        case EROFS, EACCES, EPERM, EWOULDBLOCK: return .locked(text)
        default: return .failed(text)
        }
    }
}
