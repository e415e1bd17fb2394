import Base
import Change
import Civil
import Crypto
import Kernel
import Support
import Testing

@testable import Board
@testable import Domain
@testable import Store
@testable import Tally

/// Numbers that look random and are the same in every run (SplitMix64).
struct TallyDice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    mutating func roll(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    /// True in so many of a hundred.
    mutating func hits(_ percent: Int) -> Bool { roll(100) < percent }

    mutating func one<Element>(of list: [Element]) -> Element { list[roll(list.count)] }
}

/// A county of three towns and six villages in a store of its own: documents put there straight,
/// each with a change that speaks of it, as the figures find them.
final class RandomCounty {
    static let county = RegionID(1)
    static let towns = [RegionID(2), RegionID(3), RegionID(4)]
    static let villages = (5...10).map { RegionID(UInt64($0)) }
    static let all = [county] + towns + villages

    var directory: Directory
    var dice: TallyDice
    let folder: TemporaryFolder
    let journal: SQLiteJournal
    let readers: ReadPool
    /// By document, what is there now.
    var cases: [DocumentKey: CaseState] = [:]
    var tickets: [DocumentKey: TicketState] = [:]
    var ratings: [DocumentKey: RatingState] = [:]
    /// What each place wrote and what the county said it has, in the order of its chain.
    var wrote: [RegionID: [(seq: UInt64, time: Int64)]] = [:]
    var signed: [RegionID: [(seq: UInt64, time: Int64)]] = [:]
    /// Up to which number of the catalog's chain each place has it.
    var reached: [RegionID: Int] = [:]
    private var heads: [TallyChain: ChainHead] = [:]
    private var statement = Seq.none
    private var salt: UInt64 = 0

    init(seed: UInt64) throws {
        dice = TallyDice(seed)
        folder = try TemporaryFolder()
        directory = Directory(
            root: SeatRecord(
                region: Self.county, epoch: 1, key: try Self.key(Self.county), node: .zero,
                grant: .zero))
        journal = try SQLiteJournal(
            directory: folder.directory, machine: Digest(words: (1, 2, 3, 4)))
        readers = ReadPool(directory: folder.directory)
        try journal.adopt(try Self.key(Self.county), storeEpoch: 7)
        for place in Self.all { try found(place) }
        try journal.begin()
        try journal.openScope(Self.catalog)
        for place in Self.all {
            try journal.openScope(Self.scope(place))
            try journal.openScope(.control(place))
        }
        try journal.commit()
    }

    static let catalog = ScopeName.catalog(county)

    static func scope(_ place: RegionID) -> ScopeName { .cases(place, year: 2026) }

    static func key(_ place: RegionID) throws -> IncarnationKey {
        IncarnationKey(try signing(place).publicKey)
    }

    private static func signing(_ place: RegionID) throws -> SigningKey {
        try SigningKey(
            suite: .sha256Ed25519, seed: [UInt8](repeating: UInt8(place.rawValue), count: 32))
    }

    static func parent(_ place: RegionID) -> RegionID? {
        if place == county { return nil }
        return towns.contains(place) ? county : towns[Int(place.rawValue) % 3]
    }

    // MARK: the directory

    private func state(_ entry: DirectoryEntry) throws {
        statement = statement.next
        directory.add(
            Directory.Statement(
                region: Self.county, key: try Self.key(Self.county), seq: statement,
                hash: Digest(words: (statement.rawValue, 0, 0, 0)),
                time: HybridTime(rawValue: statement.rawValue), entry: entry))
    }

    private func found(_ place: RegionID) throws {
        let number = Int(place.rawValue)
        let level: Level =
            place == Self.county ? .county : Self.towns.contains(place) ? .town : .village
        let code =
            switch level {
            case .county: "370124000000"
            case .town: "3701241\(number < 10 ? "0" : "")\(number)000"
            default: "370124101\(200 + number)"
            }
        try state(
            .region(
                RegionRecord(
                    id: place, code: try #require(RegionCode(code)), name: "处\(number)",
                    level: level, parent: Self.parent(place))))
        guard place != Self.county else { return }
        try state(
            .seat(
                region: place, epoch: 1, key: try Self.key(place), node: .zero,
                proof: .own(region: place, node: .zero, by: try Self.signing(place))))
    }

    /// Another town takes a village over.
    func move(_ village: RegionID, to town: RegionID) throws {
        try state(.move(region: village, parent: town))
    }

    // MARK: the store

    /// One thing that is written: a document and the change that speaks of it.
    func write(
        _ document: StoredDocument, _ kind: ChangeKind, _ body: [UInt8], at place: RegionID,
        _ time: Int64
    ) throws {
        try append(kind, body, to: Self.scope(place), by: place, time)
        try journal.putDocument(document)
    }

    /// The next change of a place's chain in a scope.
    @discardableResult
    func append(
        _ kind: ChangeKind, _ body: [UInt8], to scope: ScopeName, by place: RegionID, _ time: Int64
    ) throws -> Change {
        let key = try Self.key(place)
        let chain = TallyChain(scope: scope.id, actor: key.actor(in: scope.id))
        let suite = key.publicKey.suite
        if heads[chain] == nil {
            let genesis = Genesis(
                key: key.publicKey, node: .zero, predecessors: [], grant: .zero)
            let bytes = genesis.encode()
            let header = ChangeHeader(
                scope: scope.id, actor: chain.actor, seq: Seq(1),
                previous: Genesis.previous(
                    scope: scope.id, actor: chain.actor, body: bytes, suite: suite),
                time: HybridTime(millis: time, counter: 0), kind: .genesis)
            let change = ChangeCodec.make(header, salt: .zero, body: bytes, suite: suite)
            try journal.append(change, founding: genesis)
            heads[chain] = change.head
            note(change, scope, place)
        }
        let head = try #require(heads[chain])
        salt += 1
        let header = ChangeHeader(
            scope: scope.id, actor: chain.actor, seq: head.seq.next, previous: head.hash,
            time: HybridTime(millis: time, counter: 0), kind: kind)
        let change = ChangeCodec.make(
            header, salt: Digest(words: (salt, 0, 0, 0)), body: body, suite: suite)
        try journal.append(change, founding: nil)
        heads[chain] = change.head
        note(change, scope, place)
        return change
    }

    private func note(_ change: Change, _ scope: ScopeName, _ place: RegionID) {
        guard scope == Self.scope(place) else { return }
        wrote[place, default: []].append((change.header.seq.rawValue, change.header.time.millis))
    }

    /// 到站回执: the county says that it has all that a place wrote so far.
    func sign(_ place: RegionID, at time: Int64) throws {
        let scope = Self.scope(place)
        guard let last = wrote[place]?.last?.seq else { return }
        let actor = try Self.key(place).actor(in: scope.id)
        let head = CatalogReceiptState.Head(actor: actor, seq: Seq(last), hash: .zero)
        let word = [HoldingState.Scope(id: scope.id, heads: [head])]
        let body = HoldingState.body(word, at: Instant(millis: time))
        let change = try append(.scopeReceipt, body, to: scope, by: Self.county, time)
        var state = HoldingState(region: Self.county)
        state.take(word, at: change.header.time)
        let key = HoldingState.key(of: Self.county, in: scope.id)
        try journal.putDocument(state.stored(key: key, scope: scope.id))
        signed[place, default: []].append((last, time))
    }

    func put(_ content: Content, _ key: DocumentKey, _ scope: ScopeName) throws {
        try journal.putDocument(content.stored(key: key, scope: scope.id))
    }

    // MARK: the board

    /// Figures from a file of that name, made as far as the documents go.
    func tally(_ name: String) throws -> Tally {
        let tally = try Tally(folder.path + "/" + name, identity: [1], own: Self.county)
        try catchUp(tally)
        return tally
    }

    func catchUp(_ tally: Tally) throws {
        var isMore = true
        while isMore {
            isMore = try readers.read { reader throws(JournalError) in
                try tally.step(reader, TallySource(reader, directory), directory)
            }
        }
    }

    /// What the board says at a place of a subtree and a period.
    func board(
        _ tally: Tally, at own: RegionID, _ region: RegionID,
        _ period: ClosedRange<CivilDate>, now: Instant
    ) throws -> BoardInput {
        try readers.read { reader throws(JournalError) in
            let maker = BoardMaker(
                own: own, directory: directory, now: now,
                source: TallySource(reader, directory, tally: tally),
                figured: KeptFigures(tally, directory))
            guard let record = directory.region(region) else { throw .failed("no place") }
            return try maker.input(period, for: record)
        }
    }
}
