package import Base
package import Change
import Crypto
import Disk
import Domain
package import Kernel

/// What one reader sees: the database as of one commit, from the first read of a borrowing to
/// its end. Used by one thread at a time; see `ReadPool`.
package final class SnapshotReader {
    let database: Database
    let values: ValueTable
    let scopeTable: ScopeTable
    let incarnationTable: IncarnationTable
    let chainTable: ChainTable
    let changes: ChangeTable
    let forkTable: ForkTable
    let attachmentTable: AttachmentTable
    let locator: LocatorTable
    let documentTable: DocumentTable
    let documentLists: DocumentLists
    let words: WordTable
    let search: WordSearch
    let cursors: RangeCursors
    private let beginning: Statement
    private let ending: Statement
    /// Kept between borrowings: rows of incarnations never change.
    private var incarnations: [Int64: Incarnation] = [:]

    /// - Throws: `locked` where there is no database, `failed` for a newer schema.
    init(directory: StoreDirectory, shim: String?) throws(JournalError) {
        database = try Database(path: directory.database, mode: .read, shim: shim)
        try database.execute(
            """
            PRAGMA busy_timeout = \(Limits.storeReaderWaitMillisMax);
            PRAGMA trusted_schema = OFF;
            PRAGMA cache_size = -\(Limits.storeReaderCacheKiB);
            """)
        let version = try database.number("PRAGMA user_version")
        try Schema.refuseNewer(version, path: directory.database)
        guard version > 0 else { throw .damaged("\(directory.database) holds nothing of a node") }
        values = ValueTable(database)
        scopeTable = ScopeTable(database)
        incarnationTable = IncarnationTable(database)
        chainTable = ChainTable(database)
        changes = ChangeTable(database)
        forkTable = ForkTable(database)
        attachmentTable = AttachmentTable(database)
        locator = LocatorTable(database)
        documentTable = DocumentTable(database)
        documentLists = DocumentLists(database)
        words = WordTable(database)
        search = WordSearch(database)
        cursors = RangeCursors(database)
        beginning = Statement(database, "BEGIN")
        ending = Statement(database, "COMMIT")
    }

    func begin() throws(JournalError) { try beginning.run() }

    func end() throws(JournalError) {
        if !database.isAutocommit { try ending.run() }
    }

    /// Carried scopes, by id, with their positions. Reads all chains.
    package func scopes() throws(JournalError) -> [ScopeRecord] {
        try leaves().map(\.record)
    }

    /// Every scope with its vector, by id: what a digest tree is made of. About 4 µs a scope.
    package func leaves() throws(JournalError) -> [ScopeVector] {
        var found: [ScopeID: (record: ScopeRecord, heads: [ChainHead])] = [:]
        for record in try scopeTable.load() { found[record.id] = (record, []) }
        try chainTable.eachHead { (id, head, position) throws(JournalError) in
            guard found[id] != nil else { throw .damaged("chain without scope") }
            found[id]?.heads.append(head)
            if let known = found[id]?.record.position, known < position {
                found[id]?.record.position = position
            }
        }
        return found.keys.sorted().compactMap { id in
            found[id].map {
                ScopeVector(record: $0.record, heads: $0.heads.sorted { $0.actor < $1.actor })
            }
        }
    }

    /// Every chain of a scope, by actor.
    package func chains(of scope: ScopeID) throws(JournalError) -> [ChainState] {
        try stored(scope).map(\.state)
    }

    /// A change that the scope holds at a dot. One read and one hash.
    package func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
        guard let chain = try stored(scope).first(where: { $0.state.actor == dot.actor }),
            dot.seq > .none, let bytes = try changes.read(key: chain.key(dot.seq))
        else { return nil }
        return try ChangeTable.decode(bytes, suite: chain.state.suite)
    }

    /// As `Journal.run`.
    package func run(
        of scope: ScopeID, after vector: [Dot], except: [ActorID]
    ) throws(JournalError) -> ChangeRun {
        let stretches = RangeStretch.wanted(
            of: try stored(scope), after: vector, except: except)
        return try cursors.run(stretches)
    }

    /// As `run`, encoded as a batch straight from the rows.
    package func wireRun(
        of scope: ScopeID, after vector: [Dot], except: [ActorID]
    ) throws(JournalError) -> WireRun {
        let stretches = RangeStretch.wanted(
            of: try stored(scope), after: vector, except: except)
        return try cursors.wireRun(scope, stretches)
    }

    /// By scope, then dot.
    package func forks() throws(JournalError) -> [ForkRecord] { try forkTable.load() }

    /// Attachments that changes name, by digest and scope, after the last of a page before.
    package func namedBlobs(
        after last: NamedBlob?, limit: Int
    ) throws(JournalError) -> [NamedBlob] {
        try attachmentTable.read(after: last, limit: limit)
    }

    /// Attachments that changes of one scope name, sorted. Scans the table.
    package func namedBlobs(in scope: ScopeID) throws(JournalError) -> [Digest] {
        try attachmentTable.digests(of: scope)
    }

    /// The scopes whose changes name an attachment, by id.
    package func scopes(naming digest: Digest) throws(JournalError) -> [ScopeID] {
        try attachmentTable.scopes(of: digest)
    }

    /// A small named value of the node.
    package func value(_ name: String) throws(JournalError) -> [UInt8]? {
        try values.read(name)
    }

    func stored(_ scope: ScopeID) throws(JournalError) -> [StoredChain] {
        let chains = try chainTable.read(scope) { (id) throws(JournalError) in
            if let known = self.incarnations[id] { return known }
            self.incarnations = try self.incarnationTable.load()
            return self.incarnations[id]
        }
        return chains.sorted { $0.state.actor < $1.state.actor }
    }
}

/// A scope and what this node knows of it.
package struct ScopeVector: Hashable, Sendable {
    package let record: ScopeRecord
    /// Sorted by actor.
    package let heads: [ChainHead]
}
