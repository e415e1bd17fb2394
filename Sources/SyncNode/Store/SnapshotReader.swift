package import Base
package import Change
import Crypto
package import Domain
package import Kernel

/// Reads over one connection of the pool: what pages, queries and exchanges ask of the store.
/// Used by one borrower at a time.
package final class SnapshotReader {
    private let database: Database
    private let values: ValueTable
    private let documentTable: DocumentTable
    private let words: WordTable
    private let forkTable: ForkTable
    private let changes: ChangeTable
    private let cursors: RangeCursors
    private let chainRows: Statement
    private let incarnationRow: Statement
    private let stateByLabel: Statement
    private let list: Statement
    private let listStatus: Statement
    private let search: Statement
    private let searchPlain: Statement
    private let counts: Statement
    private var incarnations: [Int64: Incarnation] = [:]

    init(_ directory: StoreDirectory) throws(JournalError) {
        database = try Database(path: directory.database, mode: .read)
        try database.execute(
            "PRAGMA busy_timeout = 2000; PRAGMA cache_size = -\(Limits.storeReaderCacheKiB)")
        values = ValueTable(database)
        documentTable = DocumentTable(database)
        words = WordTable(database)
        forkTable = ForkTable(database)
        changes = ChangeTable(database)
        cursors = RangeCursors(database)
        chainRows = Statement(
            database,
            """
            SELECT no, actor, incarnation, seq, position, hash, quarantined FROM chain
            WHERE scope = ? ORDER BY no
            """)
        incarnationRow = Statement(
            database, "SELECT suite, key, node FROM incarnation WHERE id = ?")
        stateByLabel = Statement(
            database, "SELECT state FROM document WHERE collection = ? AND label = ? LIMIT 2")
        let columns = "SELECT collection, id FROM document WHERE collection = ?1"
        let page = "AND (time < ?2 OR (time = ?2 AND id > ?3)) ORDER BY time DESC, id LIMIT ?4"
        list = Statement(database, "\(columns) \(page)")
        listStatus = Statement(database, "\(columns) AND status = ?5 \(page)")
        search = Statement(
            database,
            """
            SELECT collection, id FROM words WHERE no IN
                (SELECT rowid FROM words_index WHERE words_index MATCH ?1)
            ORDER BY no DESC LIMIT ?2
            """)
        searchPlain = Statement(
            database,
            "SELECT collection, id FROM words WHERE instr(text, ?1) > 0 ORDER BY no DESC LIMIT ?2")
        counts = Statement(database, "SELECT coalesce(sum(seq), 0), count(*) FROM chain")
    }

    /// A small named value of the node.
    package func value(_ name: String) throws(JournalError) -> [UInt8]? {
        try values.read(name)
    }

    /// As `Journal.run`.
    package func run(
        of scope: ScopeID, after vector: [Dot], except: [ActorID]
    ) throws(JournalError) -> ChangeRun {
        let chains = try chains(of: scope)
        return try cursors.run(
            RangeStretch.wanted(of: chains, after: vector, except: except))
    }

    /// As `Journal.hash(at:in:)`. Reads and hashes one change.
    package func hash(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Digest? {
        try change(at: dot, in: scope)?.hash
    }

    /// As `Journal.change(at:in:)`.
    package func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
        guard let chain = try chains(of: scope).first(where: { $0.state.actor == dot.actor }),
            dot.seq > .none, dot.seq <= chain.state.head.seq,
            let bytes = try changes.read(key: chain.key(dot.seq))
        else { return nil }
        return try ChangeTable.decode(bytes, suite: chain.state.suite)
    }

    /// As `Journal.forks`.
    package func forks() throws(JournalError) -> [ForkRecord] { try forkTable.load() }

    /// A document by its key.
    package func document(_ key: DocumentKey) throws(JournalError) -> StoredDocument? {
        try documentTable.read(key, words: words)
    }

    /// Every document with a label, by id.
    package func documents(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [StoredDocument] {
        var found: [StoredDocument] = []
        for key in try documentTable.keys(collection, label: label) {
            if let document = try document(key) { found.append(document) }
        }
        return found
    }

    /// The states of up to two documents with a label: the hot path of a look-up by number.
    package func states(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [[UInt8]] {
        defer { stateByLabel.reset() }
        try stateByLabel.bind(1, Int64(collection.rawValue))
        try stateByLabel.bind(2, label)
        var states: [[UInt8]] = []
        while try stateByLabel.step() { states.append(stateByLabel.bytes(0)) }
        return states
    }

    /// A page of a collection, newest first; equal times by id.
    ///
    /// - Parameters:
    ///   - after: The last document of the page before; nil for the first.
    ///   - limit: Most documents wanted.
    package func documents(
        _ collection: Collection, status: String?, after: (time: Int64, id: Digest16)?,
        limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        let statement = status == nil ? list : listStatus
        defer { statement.reset() }
        try statement.bind(1, Int64(collection.rawValue))
        try statement.bind(2, after?.time ?? Int64.max)
        try statement.bind(3, after?.id.bytes ?? [])
        try statement.bind(4, Int64(limit))
        if let status { try statement.bind(5, status) }
        return try read(statement)
    }

    /// Documents whose words contain a text, newest first.
    package func search(_ text: String, limit: Int) throws(JournalError) -> [StoredDocument] {
        let words = text.split(separator: " ").map(String.init)
        // Trigrams find nothing shorter than three characters, and words that are not indexed
        // yet stand in the plain rows only.
        var found: [StoredDocument] = []
        if words.allSatisfy({ $0.count >= 3 }), !words.isEmpty {
            let phrases = words.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
            defer { search.reset() }
            try search.bind(1, phrases.joined(separator: " AND "))
            try search.bind(2, Int64(limit))
            found = try read(search)
        }
        if found.count < limit, let first = words.first {
            defer { searchPlain.reset() }
            try searchPlain.bind(1, first)
            try searchPlain.bind(2, Int64(limit))
            for document in try read(searchPlain)
            where words.allSatisfy({ document.search.contains($0) })
                && !found.contains(where: { $0.key == document.key })
            {
                found.append(document)
            }
        }
        return Array(found.prefix(limit))
    }

    /// Changes and chains in the log.
    package func totals() throws(JournalError) -> (changes: Int, chains: Int) {
        defer { counts.reset() }
        guard try counts.step() else { return (0, 0) }
        return (Int(counts.integer(0)), Int(counts.integer(1)))
    }

    private func read(_ statement: Statement) throws(JournalError) -> [StoredDocument] {
        var keys: [DocumentKey] = []
        while try statement.step() { keys.append(try DocumentTable.key(statement, 0)) }
        var found: [StoredDocument] = []
        for key in keys {
            if let document = try document(key) { found.append(document) }
        }
        return found
    }

    private func chains(of scope: ScopeID) throws(JournalError) -> [StoredChain] {
        defer { chainRows.reset() }
        try chainRows.bind(1, scope.rawValue)
        var chains: [StoredChain] = []
        while try chainRows.step() {
            let incarnation = try incarnation(chainRows.integer(2))
            let head = ChainHead(
                actor: ActorID(chainRows.unsigned(1)), seq: Seq(chainRows.unsigned(3)),
                hash: try chainRows.digest(5))
            let state = ChainState(
                key: incarnation.key, node: incarnation.node, head: head,
                quarantined: chainRows.integer(6) != 0)
            chains.append(
                StoredChain(
                    no: chainRows.integer(0), incarnation: incarnation.id, state: state,
                    position: chainRows.integer(4), cited: []))
        }
        return chains.sorted { $0.state.actor < $1.state.actor }
    }

    private func incarnation(_ id: Int64) throws(JournalError) -> Incarnation {
        if let known = incarnations[id] { return known }
        defer { incarnationRow.reset() }
        try incarnationRow.bind(1, id)
        guard try incarnationRow.step(),
            let suite = Suite(rawValue: UInt8(truncatingIfNeeded: incarnationRow.integer(0)))
        else { throw .damaged("incarnation \(id)") }
        let key: PublicKey
        do throws(CryptoError) {
            key = try PublicKey(suite: suite, bytes: incarnationRow.bytes(1))
        } catch {
            throw .damaged("key of incarnation \(id)")
        }
        let found = Incarnation(id: id, key: key, node: try incarnationRow.digest(2))
        incarnations[id] = found
        return found
    }
}
