package import Base
package import Change
import Crypto
package import Disk
import Domain
package import Kernel

/// The node's durable state in SQLite: the journal of the kernel.
///
/// One writer, one thread at a time. Chains are kept in memory and written once at the end of a
/// transaction, so that a change costs one inserted row. A commit is durable in the database
/// first and in the sentinel second, and only then returns.
package final class SQLiteJournal: Journal {
    let database: Database
    let sentinel: Sentinel
    let values: ValueTable
    let scopeTable: ScopeTable
    let incarnationTable: IncarnationTable
    let chainTable: ChainTable
    let changes: ChangeTable
    let forkTable: ForkTable
    let attachmentTable: AttachmentTable
    let locator: LocatorTable
    let replyTable: ReplyTable
    let documentTable: DocumentTable
    let words: WordTable
    let cursors: RangeCursors
    private let beginning: Statement
    private let committing: Statement
    private let dataVersion: Statement
    private let copier: LogCopier

    var carried: [ScopeID: CarriedScope] = [:]
    var incarnations: [Int64: Incarnation] = [:]
    var recent = RecentHashes()
    var known = KnownDocuments()
    /// Whether an incarnation's row is the present one's: as last compared.
    private var compared: (row: Int64, isOwn: Bool) = (0, false)
    /// Counts that a transaction moves; put back by a rollback.
    var counts = JournalCounts()
    /// As before the running transaction; nil outside of one.
    private(set) var savedCounts: JournalCounts?
    /// Scopes that the running transaction touched, in that order.
    var touched: [CarriedScope] = []
    /// Scopes that it opened or dropped: as they were before, nil where they were not.
    var replaced: [(id: ScopeID, before: CarriedScope?)] = []
    /// Whether the sentinel is behind the database.
    private var owesSentinel = false
    private var knownDataVersion: Int64 = 0

    /// Why nothing may be written; nil in good health.
    package private(set) var fence: Fence?

    /// Opens a data directory, taking the writer's lock, and brings its schema up.
    ///
    /// - Parameters:
    ///   - machine: As `StoreDirectory.machine()` gives it.
    ///   - shim: The name of an SQLite VFS for tests; nil for the system's.
    /// - Throws: `locked` where another process has the lock or the directory is read-only,
    ///   `damaged`, or `failed` for a newer schema. A disagreement with the sentinel is no
    ///   error: see `fence`.
    package init(
        directory: StoreDirectory, machine: Digest, shim: String? = nil, faults: IOFaults? = nil
    ) throws(JournalError) {
        try directory.create()
        sentinel = try Sentinel(path: directory.sentinel, machine: machine, faults: faults)
        database = try Database(path: directory.database, mode: .write, shim: shim)
        try Schema.bringUp(database)
        database.watchLog()
        values = ValueTable(database)
        scopeTable = ScopeTable(database)
        incarnationTable = IncarnationTable(database)
        chainTable = ChainTable(database)
        changes = ChangeTable(database)
        forkTable = ForkTable(database)
        attachmentTable = AttachmentTable(database)
        locator = LocatorTable(database)
        replyTable = ReplyTable(database)
        documentTable = DocumentTable(database)
        words = WordTable(database)
        cursors = RangeCursors(database)
        beginning = Statement(database, "BEGIN IMMEDIATE")
        committing = Statement(database, "COMMIT")
        dataVersion = Statement(database, "PRAGMA data_version")
        copier = LogCopier(path: directory.database, isAlone: shim != nil)
        try load()
        knownDataVersion = try readDataVersion()
        fence = try sentinel.compare(sentinelState)
    }

    deinit { copier.stop() }

    /// The present incarnation; nil in a new node and in a restored backup, until `adopt`.
    package var incarnation: IncarnationKey? { counts.incarnation.map(IncarnationKey.init) }

    /// Random number of this incarnation's positions; 0 before `adopt`.
    package var storeEpoch: UInt64 { counts.storeEpoch }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { savedCounts != nil }

    /// Checks sentinel and database file, then takes the write lock: four small system calls.
    /// - Throws: `fenced` from the first disagreement on, until `adopt`.
    package func begin() throws(JournalError) {
        if let fence { throw .fenced(fence.description) }
        try settleSentinel()
        guard try sentinel.isUntouched(), !database.hasMoved else { throw replacedFence() }
        try beginTransaction()
        guard try readDataVersion() == knownDataVersion else {
            try rollback()
            throw replacedFence()
        }
    }

    /// Durable in the database, then in the sentinel. Where it throws before the first, the
    /// transaction is rolled back.
    package func commit() throws(JournalError) {
        invariant(isInTransaction, "a commit ends a transaction")
        do throws(JournalError) {
            try flush()
            try sentinel.await()
            try committing.run()
        } catch {
            try rollback()
            throw error
        }
        let moved = savedCounts?.isSameHistory(as: counts) != true
        savedCounts = nil
        for scope in touched { scope.settle() }
        known.settle()
        touched.removeAll(keepingCapacity: true)
        replaced.removeAll(keepingCapacity: true)
        owesSentinel = owesSentinel || moved
        try settleSentinel()
        copier.tend(database, pages: database.logPages)
    }

    /// Forgets the transaction, in the database and in memory; nothing outside of one.
    package func rollback() throws(JournalError) {
        guard let saved = savedCounts else { return }
        counts = saved
        savedCounts = nil
        for scope in touched { scope.restore() }
        touched.removeAll(keepingCapacity: true)
        for (id, before) in replaced.reversed() { carried[id] = before }
        replaced.removeAll(keepingCapacity: true)
        // any order: what is left does not depend on it
        for id in incarnations.keys.sorted() where id > saved.incarnations {
            incarnations[id] = nil
        }
        recent.forgetAll()
        known.forgetAll()
        // A full disk or a failed write makes SQLite roll back by itself.
        if !database.isAutocommit { try database.execute("ROLLBACK") }
    }

    /// Goes on as a new incarnation: the way out of a fence, and how a new node begins.
    ///
    /// - Parameter storeEpoch: Fresh and random: it tells peers that positions begin anew.
    package func adopt(
        _ key: IncarnationKey, storeEpoch: UInt64
    ) throws(JournalError) {
        invariant(!isInTransaction, "an incarnation changes between transactions")
        try beginTransaction()
        do throws(JournalError) {
            var writer = ByteWriter(capacity: 8)
            writer.write(storeEpoch)
            compared = (0, false)
            counts.ordinal = max(counts.ordinal, sentinel.last?.ordinal ?? 0) + 1
            counts.storeEpoch = storeEpoch
            counts.base = OwnHistory()
            try write(incarnation: key)
            try values.write(StoreValue.storeEpoch, writer.bytes)
            try writeBase()
        } catch {
            try rollback()
            throw error
        }
        fence = nil
        owesSentinel = true
        try commit()
        knownDataVersion = try readDataVersion()
    }

    /// As `Journal` says: one flush of the disk, or nothing. Where it throws, the next `begin`
    /// writes the sentinel anew before anything else, and throws where it cannot.
    package func settle() throws(JournalError) {
        invariant(!isInTransaction, "a writer out of work is between transactions")
        if fence != nil { return }
        try settleSentinel()
        do throws(JournalError) {
            try sentinel.settle()
        } catch {
            owesSentinel = true
            throw error
        }
    }

    /// Whether a chain is of the present incarnation. Compares keys where the last chain asked
    /// about was of another one.
    func isOwn(_ row: Int64) -> Bool {
        if compared.row != row {
            compared = (row, incarnations[row]?.key == counts.incarnation)
        }
        return compared.isOwn
    }

    private func beginTransaction() throws(JournalError) {
        invariant(!isInTransaction, "one transaction at a time")
        try beginning.run()
        savedCounts = counts
    }

    private func readDataVersion() throws(JournalError) -> Int64 {
        defer { dataVersion.reset() }
        guard try dataVersion.step() else { throw .damaged("no data_version") }
        return dataVersion.integer(0)
    }

    /// Writes the sentinel where a commit came to be without it.
    private func settleSentinel() throws(JournalError) {
        guard owesSentinel, counts.incarnation != nil else { return }
        try sentinel.write(sentinelState)
        owesSentinel = false
    }

    private func replacedFence() -> JournalError {
        fence = .replaced
        return .fenced(Fence.replaced.description)
    }

    private var sentinelState: SentinelRecord {
        SentinelRecord(
            ordinal: counts.ordinal, incarnation: counts.incarnationDigest,
            storeEpoch: counts.storeEpoch, own: counts.own)
    }
}
