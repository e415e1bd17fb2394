import Base
import Kernel

/// The numbered steps that make the database what it is. A step never changes once shipped;
/// `user_version` counts those that were taken, `application_id` says whose file it is.
enum Schema {
    /// "sync" in ASCII.
    static let applicationID: Int64 = 0x7379_6e63
    /// How many steps this program knows.
    static var version: Int64 { Int64(steps.count) }

    private static let steps = [
        SchemaSteps.first, SchemaSteps.second, SchemaSteps.third, SchemaSteps.fourth,
        SchemaSteps.fifth,
    ]

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
            PRAGMA journal_size_limit = \(Limits.storeLogFileBytes);
            """)
        guard try database.number("PRAGMA synchronous") == 2 else {
            throw .failed("\(database.path): synchronous=FULL was not taken")
        }
    }
}

/// The text of the schema steps, frozen once shipped.
enum SchemaSteps {
    /// Ids of scopes, actors and regions are 64-bit numbers kept as SQLite's signed integers.
    ///
    /// `change` is clustered by chain number and seq, `no << 40 | seq`, and has no other index:
    /// a chain is read and appended in one place, and the arrival order of a scope is the merge
    /// of its chains by `position`, one counter for the whole node.
    ///
    /// `document` is not clustered by its key: a state of more than a kilobyte would take an
    /// overflow page of its own there, while a table with row numbers keeps four in its leaf.
    static let first = """
        CREATE TABLE value (
            name TEXT NOT NULL PRIMARY KEY,
            bytes BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE scope (
            id INTEGER PRIMARY KEY,
            family INTEGER NOT NULL,
            region INTEGER NOT NULL,
            other INTEGER NOT NULL,
            year INTEGER NOT NULL,
            epoch INTEGER NOT NULL
        );
        CREATE TABLE incarnation (
            id INTEGER PRIMARY KEY,
            suite INTEGER NOT NULL,
            key BLOB NOT NULL,
            node BLOB NOT NULL
        );
        CREATE TABLE chain (
            no INTEGER PRIMARY KEY,
            scope INTEGER NOT NULL,
            actor INTEGER NOT NULL,
            incarnation INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            position INTEGER NOT NULL,
            hash BLOB NOT NULL,
            quarantined INTEGER NOT NULL,
            cited BLOB NOT NULL
        );
        CREATE UNIQUE INDEX chain_actor ON chain (scope, actor);
        CREATE TABLE change (
            id INTEGER PRIMARY KEY,
            position INTEGER NOT NULL,
            signature BLOB,
            bytes BLOB NOT NULL
        );
        CREATE TABLE fork (
            id INTEGER PRIMARY KEY,
            scope INTEGER NOT NULL,
            actor INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            held BLOB NOT NULL,
            other BLOB NOT NULL,
            evidence BLOB NOT NULL,
            UNIQUE (scope, actor, seq, other)
        );
        CREATE TABLE document (
            no INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL,
            id BLOB NOT NULL,
            scope INTEGER NOT NULL,
            label TEXT NOT NULL,
            status TEXT NOT NULL,
            time INTEGER NOT NULL,
            attention INTEGER NOT NULL,
            words INTEGER NOT NULL,
            state BLOB NOT NULL,
            UNIQUE (collection, id)
        );
        CREATE INDEX document_label ON document (collection, label, id);
        CREATE INDEX document_time ON document (collection, time, id);
        CREATE INDEX document_attention ON document (collection, id) WHERE attention = 1;
        CREATE TABLE words (
            no INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL,
            id BLOB NOT NULL,
            text TEXT NOT NULL
        );
        CREATE VIRTUAL TABLE words_index USING fts5 (
            text, content = 'words', content_rowid = 'no', detail = 'none',
            tokenize = 'trigram case_sensitive 0'
        );
        """ + views

    /// Answers for replays, with a number that says which is the oldest. They stood in `value`
    /// before, without an end.
    static let second = """
        CREATE TABLE reply (
            no INTEGER PRIMARY KEY,
            author INTEGER NOT NULL,
            key TEXT NOT NULL,
            request INTEGER NOT NULL,
            answer BLOB NOT NULL,
            UNIQUE (author, key)
        );
        DELETE FROM value WHERE name GLOB 'answer:*';
        """

    /// Which attachments the changes of a scope name.
    static let third = """
        CREATE TABLE attachment (
            digest BLOB NOT NULL,
            scope INTEGER NOT NULL,
            PRIMARY KEY (digest, scope)
        ) WITHOUT ROWID;
        """

    /// By which blind tokens cases are found (docs/decisions/0008).
    static let fourth = """
        CREATE TABLE locator (
            token INTEGER NOT NULL,
            id BLOB NOT NULL,
            PRIMARY KEY (token, id)
        ) WITHOUT ROWID;
        """

    /// Cases of one state, however few they are among all. Only cases: other documents are fewer,
    /// or are not asked for by state, and each index is one more to write.
    static let fifth = """
        CREATE INDEX document_status ON document (status, time, id) WHERE collection = 4;
        """

    /// For any SQLite tool: docs/FORMAT.md names the columns. Nothing in the program reads them.
    private static let views = """
        CREATE VIEW v_case AS
            SELECT hex(id) AS id, label AS number, status, time AS time_millis,
                printf('%016x', scope) AS scope, CAST(state AS TEXT) AS state
            FROM document WHERE collection = 4;
        CREATE VIEW v_item AS
            SELECT hex(id) AS id, label AS code, status, time AS time_millis,
                printf('%016x', scope) AS scope, CAST(state AS TEXT) AS state
            FROM document WHERE collection = 1;
        CREATE VIEW v_change AS
            SELECT printf('%016x', chain.scope) AS scope, printf('%016x', chain.actor) AS actor,
                change.id & 1099511627775 AS seq, change.position, length(bytes) AS size,
                signature IS NOT NULL AS signed, chain.quarantined, bytes
            FROM change JOIN chain ON chain.no = change.id >> 40;
        CREATE VIEW v_peer AS
            SELECT hex(incarnation.node) AS node, hex(incarnation.key) AS key,
                incarnation.suite, count(*) AS scopes, sum(chain.seq) AS changes,
                max(chain.position) AS last_position, max(chain.quarantined) AS quarantined
            FROM incarnation JOIN chain ON chain.incarnation = incarnation.id
            GROUP BY incarnation.id;
        """
}
