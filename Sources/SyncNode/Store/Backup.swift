internal import CSQLite
package import Disk
internal import Glibc
package import Kernel

/// A copy of a running node's database without its incarnation: nobody can go on writing as
/// the node that was copied (PROTOCOL §2, §6).
package enum Backup {
    /// Copies a few pages at a time, so that the writer never waits long, then strips what
    /// makes the copy this node: its incarnation, store epoch and own history. The copy is
    /// durable under its name when this returns, or not there at all.
    ///
    /// - Parameters:
    ///   - path: Where the copy goes; nothing may stand there.
    ///   - pagesPerStep: Pages read under one lock.
    /// - Throws: `failed` where something stands at `path`; `full`; `locked`.
    package static func copy(
        of directory: StoreDirectory, to path: String, pagesPerStep: Int32 = 1024
    ) throws(JournalError) {
        guard access(path, F_OK) != 0 else { throw .failed("\(path) exists already") }
        let unfinished = path + ".unfinished"
        for ending in ["", "-wal", "-shm", "-journal"] { unlink(unfinished + ending) }
        do throws(JournalError) {
            try fill(unfinished, from: directory, pagesPerStep)
            try strip(unfinished)
            try FinishedFile.place(unfinished, as: path)
        } catch {
            for ending in ["", "-wal", "-shm", "-journal"] { unlink(unfinished + ending) }
            throw error
        }
    }

    private static func fill(
        _ path: String, from directory: StoreDirectory, _ pagesPerStep: Int32
    ) throws(JournalError) {
        let source = try Database(path: directory.database, mode: .read)
        let target = try Database(path: path, mode: .write)
        // One read transaction for all steps: a commit in between does not start it over.
        try source.execute("BEGIN")
        _ = try source.number("SELECT count(*) FROM scope")
        guard let run = sqlite3_backup_init(target.handle, "main", source.handle, "main") else {
            throw target.failure(sqlite3_errcode(target.handle), doing: "back up")
        }
        var code = SQLITE_OK
        while code == SQLITE_OK { code = sqlite3_backup_step(run, pagesPerStep) }
        let finished = sqlite3_backup_finish(run)
        guard code == SQLITE_DONE, finished == SQLITE_OK else {
            throw target.failure(code == SQLITE_DONE ? finished : code, doing: "back up")
        }
        try source.execute("COMMIT")
    }

    private static func strip(_ path: String) throws(JournalError) {
        let copy = try Database(path: path, mode: .write)
        // One file, whatever becomes of it: no log beside it.
        try copy.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
        try copy.execute(
            """
            DELETE FROM value
            WHERE name IN ('\(StoreValue.incarnation)', '\(StoreValue.storeEpoch)')
            """)
    }
}
