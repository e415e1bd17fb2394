import Base
import Board
import Change
import Domain
import Glibc
import Kernel
import Store

/// The figures in a file of their own beside the database (`board.db`): all of it follows from the
/// documents, so it may be thrown away at any time.
final class TallyFile {
    private let database: Database
    private let addCell: Statement
    private let sums: Statement
    private let opens: Statement
    private let owns: Statement
    private let getPart: Statement
    private let setPart: Statement
    private let dropPart: Statement
    private let duePart: Statement
    private let allOpen: Statement
    private let countOwn: Statement
    private let behind: Statement
    private let ofItem: Statement
    private let openCount: Statement
    private let waiting: Statement
    private let waitingCount: Statement
    let allMarks: Statement
    let setMark: Statement
    let getValue: Statement
    let setValue: Statement
    let allPlaces: Statement
    let setPlace: Statement

    /// Numbered like the store's own steps; another number has the file made anew.
    static let version: Int64 = 5

    private static let schema = """
        CREATE TABLE cell (
            region INTEGER NOT NULL,
            band INTEGER NOT NULL,
            period INTEGER NOT NULL,
            counted INTEGER NOT NULL,
            key TEXT NOT NULL,
            count INTEGER NOT NULL,
            sum INTEGER NOT NULL,
            PRIMARY KEY (region, band, period, counted, key)
        ) WITHOUT ROWID;
        CREATE TABLE part (
            collection INTEGER NOT NULL,
            id BLOB NOT NULL,
            region INTEGER NOT NULL,
            due INTEGER,
            bytes BLOB NOT NULL,
            item TEXT,
            open INTEGER NOT NULL,
            received INTEGER NOT NULL,
            waits INTEGER NOT NULL,
            scope INTEGER,
            actor INTEGER,
            seq INTEGER,
            PRIMARY KEY (collection, id)
        ) WITHOUT ROWID;
        CREATE INDEX part_due ON part (due) WHERE due IS NOT NULL;
        CREATE INDEX part_item ON part (item, open) WHERE item IS NOT NULL;
        CREATE INDEX part_waits ON part (received, id) WHERE waits <> 0;
        CREATE INDEX part_first ON part (scope, actor, seq) WHERE seq IS NOT NULL;
        CREATE TABLE mark (
            scope INTEGER NOT NULL,
            actor INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            signed INTEGER NOT NULL,
            met INTEGER NOT NULL,
            PRIMARY KEY (scope, actor)
        ) WITHOUT ROWID;
        CREATE TABLE place (
            id INTEGER PRIMARY KEY, above BLOB NOT NULL, sign INTEGER NOT NULL, met INTEGER NOT NULL
        );
        CREATE TABLE value (name TEXT NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 5;
        """

    /// - Parameter identity: Of the store that it is about; a file about another is made anew.
    static func open(_ path: String, identity: [UInt8]) throws(JournalError) -> TallyFile {
        do throws(JournalError) {
            let file = try TallyFile(path)
            if try file.value("identity") == identity { return file }
        } catch .damaged {
            // Made anew below.
        }
        try remove(path)
        let file = try TallyFile(path)
        try file.begin()
        try file.set("identity", identity)
        try file.commit()
        return file
    }

    private static func remove(_ path: String) throws(JournalError) {
        for name in [path, path + "-wal", path + "-shm"] where access(name, F_OK) == 0 {
            guard unlink(name) == 0 else { throw .failed("\(name) cannot be removed") }
        }
    }

    private init(_ path: String) throws(JournalError) {
        database = try Database(path: path, mode: .write)
        try database.execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF;")
        let present = try database.number("PRAGMA user_version")
        if try database.number("SELECT count(*) FROM sqlite_schema") == 0 {
            try database.execute(Self.schema)
        } else if present != Self.version {
            throw .damaged("\(path) is of another version")
        }
        addCell = Statement(
            database,
            """
            INSERT INTO cell VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
            SET count = count + excluded.count, sum = sum + excluded.sum
            """)
        sums = Statement(database, TallySQL.sums)
        opens = Statement(database, TallySQL.opens)
        owns = Statement(database, TallySQL.owns)
        getPart = Statement(
            database, "SELECT region, bytes FROM part WHERE collection = ? AND id = ?")
        setPart = Statement(
            database, "INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        dropPart = Statement(database, "DELETE FROM part WHERE collection = ? AND id = ?")
        duePart = Statement(
            database,
            """
            SELECT collection, id, region FROM part INDEXED BY part_due
            WHERE due IS NOT NULL AND due <= ? ORDER BY due, collection, id
            """)
        allOpen = Statement(
            database,
            "SELECT collection, id FROM part WHERE open <> 0 ORDER BY collection, id")
        countOwn = Statement(database, TallySQL.countOwn)
        behind = Statement(database, TallySQL.behind)
        ofItem = Statement(database, TallySQL.ofItem)
        openCount = Statement(database, TallySQL.openCount)
        waiting = Statement(database, TallySQL.waiting)
        waitingCount = Statement(
            database, "SELECT count(*) FROM part INDEXED BY part_waits WHERE waits <> 0")
        allMarks = Statement(
            database, "SELECT scope, actor, seq, signed, met FROM mark ORDER BY scope, actor")
        setMark = Statement(database, "INSERT OR REPLACE INTO mark VALUES (?, ?, ?, ?, ?)")
        getValue = Statement(database, "SELECT bytes FROM value WHERE name = ?")
        setValue = Statement(database, "INSERT OR REPLACE INTO value VALUES (?, ?)")
        allPlaces = Statement(database, "SELECT id, above, sign, met FROM place")
        setPlace = Statement(database, "INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?)")
    }

    // MARK: transactions

    func begin() throws(JournalError) { try database.execute("BEGIN IMMEDIATE") }
    func commit() throws(JournalError) { try database.execute("COMMIT") }
    /// Nothing where a full disk has made SQLite roll back by itself.
    func rollback() throws(JournalError) {
        if !database.isAutocommit { try database.execute("ROLLBACK") }
    }

    // MARK: cells

    func add(_ key: TallyKey, count: Int, sum: Int) throws(JournalError) {
        try addCell.bind(1, key.region.rawValue)
        try addCell.bind(2, key.band.rawValue)
        try addCell.bind(3, Int64(key.period))
        try addCell.bind(4, Int64(key.counted))
        try addCell.bind(5, key.key)
        try addCell.bind(6, Int64(count))
        try addCell.bind(7, Int64(sum))
        try addCell.run()
    }

    /// Adds what a subtree has in a range of periods.
    func sums(
        of region: RegionID, in periods: ClosedRange<Int>, to figures: inout Figures
    ) throws(JournalError) {
        defer { sums.reset() }
        try sums.bind(1, region.rawValue)
        try sums.bind(2, Int64(periods.lowerBound))
        try sums.bind(3, Int64(periods.upperBound))
        while try sums.step() {
            guard let counted = Counted(rawValue: UInt8(clamping: sums.integer(0))) else {
                continue
            }
            figures.add(
                counted, sums.text(1),
                Figures.Amount(count: Int(sums.integer(2)), sum: Int(sums.integer(3))))
        }
    }

    func open(of region: RegionID) throws(JournalError) -> OpenFigures {
        defer { opens.reset() }
        try opens.bind(1, region.rawValue)
        var entries: [OpenFigures.Entry] = []
        while try opens.step() {
            guard let counted = Counted(rawValue: UInt8(clamping: opens.integer(0))) else {
                continue
            }
            entries.append(
                OpenFigures.Entry(
                    counted, Int(opens.integer(1)), opens.text(2), Int(opens.integer(3))))
        }
        return OpenFigures(entries)
    }

    /// How many of one kind a place has of its own in a range of periods.
    func count(
        _ counted: Counted, of region: RegionID, in periods: ClosedRange<Int>
    ) throws(JournalError) -> Int {
        defer { countOwn.reset() }
        try countOwn.bind(1, region.rawValue)
        try countOwn.bind(2, Int64(periods.lowerBound))
        try countOwn.bind(3, Int64(periods.upperBound))
        try countOwn.bind(4, Int64(counted.rawValue))
        return try countOwn.step() ? Int(countOwn.integer(0)) : 0
    }

    /// What a place has of its own.
    func own(
        _ region: RegionID
    ) throws(JournalError) -> [(key: TallyKey, count: Int, sum: Int)] {
        defer { owns.reset() }
        try owns.bind(1, region.rawValue)
        var found: [(key: TallyKey, count: Int, sum: Int)] = []
        while try owns.step() {
            guard let band = TallyKey.Band(rawValue: owns.integer(0)) else { continue }
            let key = TallyKey(
                region: region, band: band, period: Int(owns.integer(1)),
                counted: UInt8(clamping: owns.integer(2)), key: owns.text(3))
            found.append((key, Int(owns.integer(4)), Int(owns.integer(5))))
        }
        return found
    }

    // MARK: parts

    func part(
        _ key: DocumentKey
    ) throws(JournalError) -> (region: RegionID, bytes: [UInt8])? {
        defer { getPart.reset() }
        try getPart.bind(1, Int64(key.collection.rawValue))
        try getPart.bind(2, key.id.bytes)
        guard try getPart.step() else { return nil }
        return (RegionID(getPart.unsigned(0)), getPart.bytes(1))
    }

    func setPart(_ key: DocumentKey, _ part: TallyPart) throws(JournalError) {
        try setPart.bind(1, Int64(key.collection.rawValue))
        try setPart.bind(2, key.id.bytes)
        try setPart.bind(3, part.region.rawValue)
        if let due = part.portion.due {
            try setPart.bind(4, Int64(due.daysSince1970))
        } else {
            try setPart.bindNull(4)
        }
        try setPart.bind(5, part.portion.bytes)
        if let item = part.item {
            try setPart.bind(6, item)
        } else {
            try setPart.bindNull(6)
        }
        try setPart.bind(7, part.isOpen ? 1 : 0 as Int64)
        try setPart.bind(8, part.received)
        try setPart.bind(9, part.waits ? 1 : 0 as Int64)
        if let first = part.first {
            try setPart.bind(10, first.chain.scope.rawValue)
            try setPart.bind(11, first.chain.actor.rawValue)
            try setPart.bind(12, first.seq)
        } else {
            for column in 10...12 { try setPart.bindNull(Int32(column)) }
        }
        try setPart.run()
    }

    func dropPart(_ key: DocumentKey) throws(JournalError) {
        try dropPart.bind(1, Int64(key.collection.rawValue))
        try dropPart.bind(2, key.id.bytes)
        try dropPart.run()
    }

    /// Documents that are due until a day, at places that pass, the earliest first.
    func due(
        until day: Int, limit: Int, at passes: (RegionID) -> Bool
    ) throws(JournalError) -> [DocumentKey] {
        defer { duePart.reset() }
        try duePart.bind(1, Int64(day))
        var keys: [DocumentKey] = []
        while keys.count < limit, try duePart.step() {
            guard passes(RegionID(duePart.unsigned(2))),
                let collection = Collection(rawValue: UInt8(clamping: duePart.integer(0)))
            else { continue }
            keys.append(DocumentKey(collection: collection, id: try duePart.digest16(1)))
        }
        return keys
    }

    /// Whether anything is counted.
    func hasParts() throws(JournalError) -> Bool {
        try database.number("SELECT EXISTS (SELECT 1 FROM part)") != 0
    }

    /// Every document that is not at its end.
    func openParts() throws(JournalError) -> [DocumentKey] { try keys(allOpen) }

    /// Cases of an item, by id; of the open ones alone, or of all.
    func parts(
        of item: String, isOpen: Bool, limit: Int
    ) throws(JournalError) -> [DocumentKey] {
        try ofItem.bind(1, item)
        try ofItem.bind(2, isOpen ? 1 : 0 as Int64)
        try ofItem.bind(3, Int64(limit))
        return try keys(ofItem)
    }

    /// Open cases of an item. Walks an index.
    func openCount(of item: String) throws(JournalError) -> Int {
        defer { openCount.reset() }
        try openCount.bind(1, item)
        return try openCount.step() ? Int(openCount.integer(0)) : 0
    }

    /// Cases that wait for a word of the catalog's authority, the longest waiting first, and how
    /// many there are.
    func waiting(limit: Int) throws(JournalError) -> (keys: [DocumentKey], total: Int) {
        try waiting.bind(1, Int64(limit))
        let keys = try keys(waiting)
        defer { waitingCount.reset() }
        let total = try waitingCount.step() ? Int(waitingCount.integer(0)) : 0
        return (keys, total)
    }

    /// 收件 of a chain behind a number, received in a range of milliseconds, by place.
    func received(
        by chain: TallyChain, after seq: UInt64, in moments: ClosedRange<Int64>
    ) throws(JournalError) -> [(region: RegionID, count: Int)] {
        defer { behind.reset() }
        try behind.bind(1, chain.scope.rawValue)
        try behind.bind(2, chain.actor.rawValue)
        try behind.bind(3, seq)
        try behind.bind(4, moments.lowerBound)
        try behind.bind(5, moments.upperBound)
        var found: [(region: RegionID, count: Int)] = []
        while try behind.step() {
            found.append((RegionID(behind.unsigned(0)), Int(behind.integer(1))))
        }
        return found
    }

    private func keys(_ statement: Statement) throws(JournalError) -> [DocumentKey] {
        defer { statement.reset() }
        var keys: [DocumentKey] = []
        while try statement.step() {
            guard let collection = Collection(rawValue: UInt8(clamping: statement.integer(0)))
            else { continue }
            keys.append(DocumentKey(collection: collection, id: try statement.digest16(1)))
        }
        return keys
    }
}
