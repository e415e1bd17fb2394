/// The text of the schema steps, frozen once shipped.
enum SchemaSteps {
    /// Ids of scopes, actors and regions are 64-bit numbers kept as SQLite's signed integers.
    ///
    /// `change` is clustered by chain number and seq, `no << 40 | seq`, and has no other index:
    /// a chain is read and appended in one place, and the arrival order of a scope is the merge
    /// of its chains by `position`, one counter for the whole node.
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
            collection INTEGER NOT NULL,
            id BLOB NOT NULL,
            scope INTEGER NOT NULL,
            label TEXT NOT NULL,
            status TEXT NOT NULL,
            time INTEGER NOT NULL,
            attention INTEGER NOT NULL,
            words INTEGER NOT NULL,
            state BLOB NOT NULL,
            PRIMARY KEY (collection, id)
        ) WITHOUT ROWID;
        CREATE INDEX document_label ON document (collection, label);
        CREATE INDEX document_time ON document (collection, time);
        CREATE INDEX document_attention ON document (attention) WHERE attention = 1;
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
