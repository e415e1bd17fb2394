import Base
import Kernel

/// The numbered steps that make the database what it is. A step never changes once shipped;
/// `user_version` counts those that were taken, `application_id` says whose file it is.
enum Schema {
    /// "sync" in ASCII.
    static let applicationID: Int64 = 0x7379_6e63
    /// How many steps this program knows.
    static var version: Int64 { Int64(steps.count) }

    private static let steps = [SchemaSteps.first]

    /// Takes the steps that are missing, in one transaction.
    ///
    /// - Throws: `failed` for a newer database or another program's file: neither is read.
    static func bringUp(_ database: Database) throws(JournalError) {
        let present = try database.number("PRAGMA user_version")
        let application = try database.number("PRAGMA application_id")
        let isEmpty = try database.number("SELECT count(*) FROM sqlite_schema") == 0
        if isEmpty {
            try database.execute("PRAGMA page_size = 4096")
            try database.execute("PRAGMA auto_vacuum = NONE")
        }
        guard isEmpty || application == applicationID else {
            throw .failed("\(database.path) is another program's database")
        }
        try refuseNewer(present, path: database.path)
        try settle(database)
        guard present < version else { return }
        try database.execute("BEGIN IMMEDIATE")
        do throws(JournalError) {
            for step in steps[Int(present)...] { try database.execute(step) }
            try database.execute("PRAGMA application_id = \(applicationID)")
            try database.execute("PRAGMA user_version = \(version)")
            try database.execute("COMMIT")
        } catch {
            if !database.isAutocommit { try database.execute("ROLLBACK") }
            throw error
        }
    }

    /// - Throws: `failed` where a newer program wrote the database.
    static func refuseNewer(_ present: Int64, path: String) throws(JournalError) {
        guard present <= version else {
            throw .failed(
                "\(path) has schema \(present), this program knows up to \(version): "
                    + "install the newer program again")
        }
    }

    /// Settings of the writing connection (PROTOCOL §6).
    private static func settle(_ database: Database) throws(JournalError) {
        try database.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA busy_timeout = 2000;
            PRAGMA trusted_schema = OFF;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -\(Limits.storeWriterCacheKiB);
            PRAGMA wal_autocheckpoint = \(Limits.storeLogPagesMax);
            PRAGMA journal_size_limit = \(16 * 1024 * 1024);
            """)
        guard try database.number("PRAGMA synchronous") == 2 else {
            throw .failed("\(database.path): synchronous=FULL was not taken")
        }
    }
}
