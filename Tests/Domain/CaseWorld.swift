import Base
import Change
import Crypto
import Testing

@testable import Domain

/// What a store is asked for without the document itself.
private struct StoredRow {
    let label: String
    let owes: Bool
}

/// A case's world without I/O: nodes with their documents and logs, changes carried by hand.
final class CaseNode: DocumentSource {
    typealias Failure = Never

    var region: RegionRecord
    var key: IncarnationKey
    var directory: Directory
    var custody = CustodyRules.standard
    /// Attachments that have not come.
    var wanted: [Digest] = []
    private(set) var documents: [DocumentKey: Content] = [:]
    private var rows: [DocumentKey: StoredRow] = [:]
    /// By scope, in arrival order.
    private(set) var logs: [ScopeName: [Arrival]] = [:]
    var now = Instant(millis: 1_790_210_400_000)  // 2026-09-24T08:40:00+08:00
    /// Who acts; 0 for the node itself.
    var author: UInt64 = 0
    private var counter: UInt64

    init(region: RegionRecord, key: IncarnationKey, directory: Directory, seed: UInt64) {
        self.region = region
        self.key = key
        self.directory = directory
        counter = seed << 32
    }

    // MARK: DocumentSource

    func content(_ key: DocumentKey) -> Content? { documents[key] }

    func find(_ collection: Collection, label: String) -> [DocumentKey] {
        documents.keys.filter { $0.collection == collection && row($0)?.label == label }
            .sorted { $0.id < $1.id }
    }

    /// What a store would keep beside a document: made once for each of its forms.
    private func row(_ key: DocumentKey) -> StoredRow? {
        if let known = rows[key] { return known }
        guard let content = documents[key] else { return nil }
        let stored = content.stored(key: key, scope: ScopeID(0))
        let row = StoredRow(label: stored.label, owes: stored.attention)
        rows[key] = row
        return row
    }

    func change(at dot: Dot, in scope: ScopeID) -> Change? {
        for (name, log) in logs where name.id == scope {
            return log.first { $0.change.dot == dot }?.change
        }
        return nil
    }

    func missing(_ attachments: [Digest]) -> [Digest] { attachments.filter(wanted.contains) }

    // MARK: acting

    func fresh() -> Digest {
        counter += 1
        let salt = counter &* 0x9E37_79B9_7F4A_7C15
        return Digest(words: (salt, ~salt, counter, counter &* 7919))
    }

    var desk: Desk {
        Desk(
            region: region.id, key: key, directory: directory, author: author, now: now,
            entropy: fresh())
    }

    @discardableResult
    func run(_ command: Command) -> Decision {
        let decision = Rules.decide(command, at: desk, from: self, under: custody)
        guard case .write(let drafts, _) = decision else { return decision }
        for draft in drafts { append(draft) }
        return decision
    }

    /// What the shell does before a command reaches the rules; the box is left open here, so that
    /// a test can see what moved.
    static func sealed(_ command: Command) -> Command {
        guard case .cases(let order) = command, case .receive(var application) = order.act else {
            return command
        }
        application.sealed = Envelope(
            form: .scopeKey, scope: ScopeID(1), key: 2,
            wrapped: Array(repeating: 7, count: 60), box: application.person.encoded)
        return .cases(CaseCommand(.receive(application), on: order.target, at: order.at))
    }

    /// Parses and runs, as the API does; nil where it was written, else the refusal's rule.
    func say(_ json: String) throws -> String? {
        let command = Self.sealed(try Command(json: try JSON(parsing: Array(json.utf8))))
        guard case .refuse(let refusal) = run(command) else { return nil }
        return refusal.rule
    }

    func append(_ draft: Draft) {
        let actor = key.actor(in: draft.scope.id)
        let chain = (logs[draft.scope] ?? []).filter { $0.change.header.actor == actor }
        let last = chain.last?.change
        var header = ChangeHeader(
            scope: draft.scope.id, actor: actor, seq: (last?.header.seq ?? .none).next,
            previous: last?.hash ?? .zero,
            time: HybridTime(millis: now.millis, counter: UInt16(truncatingIfNeeded: counter)),
            kind: draft.kind)
        header.author = author == 0 ? 7 : author
        header.refs = draft.refs
        header.supersedes = draft.supersedes
        let change = ChangeCodec.make(
            header, salt: fresh(), body: draft.body, suite: key.publicKey.suite)
        take(Arrival(change: change, scope: draft.scope, key: key, quarantined: false))
    }

    /// Takes a change in, as from a peer; one that is here already changes nothing.
    func take(_ arrival: Arrival) {
        let log = logs[arrival.scope] ?? []
        guard !log.contains(where: { $0.change.hash == arrival.change.hash }) else { return }
        logs[arrival.scope, default: []].append(arrival)
        for write in Fold.apply(arrival, at: desk, from: self, under: custody) {
            put(write.key, write.content)
        }
    }

    func fold(again arrival: Arrival) {
        for write in Fold.apply(arrival, at: desk, from: self, under: custody) {
            put(write.key, write.content)
        }
    }

    func put(_ key: DocumentKey, _ content: Content) {
        documents[key] = content
        rows[key] = nil
    }

    /// Does what is owed, until nothing is. Returns how many commands wrote.
    @discardableResult
    func react() -> Int {
        var count = 0
        for _ in 0..<20 {
            var wrote = false
            let keys = documents.keys.sorted {
                ($0.collection.rawValue, $0.id) < ($1.collection.rawValue, $1.id)
            }
            for key in keys {
                guard row(key)?.owes == true else { continue }
                for command in Reactions.due(key, at: desk, from: self) {
                    if case .write = run(command) {
                        wrote = true
                        count += 1
                    }
                }
            }
            if !wrote { return count }
        }
        Issue.record("reactions do not end")
        return count
    }

    var cases: [(id: Digest16, state: CaseState)] {
        documents.keys.filter { $0.collection == .caseFile }.sorted { $0.id < $1.id }
            .compactMap { key in
                guard case .caseFile(let state) = documents[key] else { return nil }
                return (key.id, CaseFold.refold(state, in: directory, under: custody))
            }
    }
}

/// The regions of SCENARIOS.md, their seats and directories, and links that can be cut.
final class CaseWorld {
    private(set) var nodes: [String: CaseNode] = [:]
    private(set) var names: [String] = []
    private var cuts: Set<[String]> = []
    static let item = "高龄津贴认定"

    init() throws {
        let jinan = [
            Self.record("C", "370124000000", .county, nil),
            Self.record("T", "370124106000", .town, "C"),
            Self.record("V1", "370124106201", .village, "T"),
            Self.record("V2", "370124106202", .village, "T"),
            Self.record("T2", "370124001000", .town, "C"),
        ]
        let liaocheng = [
            Self.record("LC", "371502000000", .county, nil),
            Self.record("LT", "371502101000", .town, "LC"),
        ]
        let here = try Self.directory(of: jinan, partner: liaocheng[0])
        let there = try Self.directory(of: liaocheng, partner: jinan[0])
        for (records, directory) in [(jinan, here), (liaocheng, there)] {
            for record in records {
                let node = CaseNode(
                    region: record, key: try Self.key(record.id), directory: directory,
                    seed: record.id.rawValue)
                nodes[record.name] = node
                names.append(record.name)
            }
        }
        for name in names { Self.publish(to: node(name)) }
    }

    static func id(_ name: String) -> RegionID {
        RegionID(name.utf8.reduce(17) { $0 * 131 + UInt64($1) })
    }

    static func key(_ region: RegionID, incarnation: UInt8 = 0) throws -> IncarnationKey {
        IncarnationKey(try signing(region, incarnation: incarnation).publicKey)
    }

    static func proof(_ region: RegionID, incarnation: UInt8 = 0) throws -> SeatProof {
        .own(region: region, node: .zero, by: try signing(region, incarnation: incarnation))
    }

    private static func signing(
        _ region: RegionID, incarnation: UInt8
    ) throws -> SigningKey {
        var seed = [UInt8](repeating: incarnation, count: 24)
        for shift in stride(from: 56, through: 0, by: -8) {
            seed.append(UInt8(truncatingIfNeeded: region.rawValue >> UInt64(shift)))
        }
        return try SigningKey(suite: .sha256Ed25519, seed: seed)
    }

    private static func record(
        _ name: String, _ code: String, _ level: Level, _ parent: String?
    ) -> RegionRecord {
        guard let code = RegionCode(code) else { fatalError("no code \(code)") }
        return RegionRecord(
            id: id(name), code: code, name: name, level: level, parent: parent.map(id))
    }

    private static func directory(
        of records: [RegionRecord], partner: RegionRecord
    ) throws -> Directory {
        let root = records[0]
        let key = try key(root.id)
        var directory = Directory(
            root: SeatRecord(region: root.id, epoch: 1, key: key, node: .zero, grant: .zero))
        var seq = Seq(1)
        func state(_ entry: DirectoryEntry, by author: RegionRecord) throws {
            seq = seq.next
            directory.add(
                Directory.Statement(
                    region: author.id, key: try Self.key(author.id), seq: seq, hash: .zero,
                    time: HybridTime(rawValue: seq.rawValue), entry: entry))
        }
        for record in records {
            let parent = records.first { $0.id == record.parent } ?? root
            try state(.region(record), by: parent)
            try state(
                .seat(
                    region: record.id, epoch: 1, key: try Self.key(record.id), node: .zero,
                    proof: try Self.proof(record.id)),
                by: parent)
        }
        try state(
            .partner(
                partner, epoch: 1, key: try Self.key(partner.id), node: .zero,
                proof: try Self.proof(partner.id)),
            by: root)
        return directory
    }

    /// Gives a later incarnation of a region the seat, at every node of its county.
    func seat(_ name: String, incarnation: UInt8, epoch: UInt64) throws {
        let region = node(name).region
        let county = node(name).directory.county(of: region.id)
        let author = region.parent ?? region.id
        for other in names where node(other).directory.county(of: node(other).region.id) == county {
            node(other).directory.add(
                Directory.Statement(
                    region: author, key: try Self.key(author), seq: Seq(100 + epoch),
                    hash: .zero, time: HybridTime(rawValue: 100 + epoch),
                    entry: .seat(
                        region: region.id, epoch: epoch,
                        key: try Self.key(region.id, incarnation: incarnation), node: .zero,
                        proof: try Self.proof(region.id, incarnation: incarnation))))
        }
    }

    /// - Parameter officers: How many different ones the item asks for.
    static func publish(to node: CaseNode, officers: Int = 2) {
        guard let county = node.directory.county(of: node.region.id) else { return }
        let scope = ScopeName.catalog(county).id
        var item = ItemState(code: Self.item, authority: county)
        let stamp = Stamp(
            dot: Dot(actor: ActorID(1), seq: Seq(1)), hash: 0,
            time: HybridTime(millis: 0, counter: 0), author: 0, from: Instant(millis: 0),
            supersedes: [])
        item.insert(
            ItemVersion(
                number: 3, effectiveFrom: CivilDate(of: Instant(millis: 0)),
                elements: Array(
                    """
                    {"name":"高龄津贴认定","kind":"公共服务","handling":"承诺件","legalDays":20,
                    "promisedDays":5,"materials":[],"officers":\(officers)}
                    """.utf8)), stamp)
        node.put(
            DocumentKey(collection: .item, id: ItemState.id(of: Self.item, in: scope)),
            .item(item))
        var grant = GrantState(code: Self.item, region: county, level: .village)
        grant.insert(GrantTerm(mode: .entrust, to: nil, document: "样例"), stamp)
        let id = GrantState.id(of: Self.item, for: county, level: .village, in: scope)
        node.put(DocumentKey(collection: .grant, id: id), .grant(grant))
    }

    func node(_ name: String) -> CaseNode {
        guard let node = nodes[name] else { fatalError("no node \(name)") }
        return node
    }

    /// What the other county told of what it, or its stations, wrote: the details as stored.
    func mirrored(_ name: String) -> [String] {
        var found: [String] = []
        for scope in node(name).logs.keys.sorted(by: { $0.id < $1.id }) {
            for arrival in node(name).logs[scope] ?? [] where arrival.change.kind == .caseMirror {
                let change = arrival.change
                guard let range = CaseBody(change)?.detail else { continue }
                found.append(String(decoding: change.bytes[range], as: UTF8.self))
            }
        }
        return found
    }

    func cut(_ one: String, _ other: String) { cuts.insert([one, other].sorted()) }
    func mend(_ one: String, _ other: String) { cuts.remove([one, other].sorted()) }

    private static let links = [
        ("V1", "T"), ("V2", "T"), ("T", "C"), ("T2", "C"), ("LT", "LC"), ("C", "LC"),
    ]

    /// Exchanges over every link that is up until nothing moves, reactions included.
    func settle(reacting: Bool = true) {
        for _ in 0..<40 {
            var moved = 0
            if reacting { for name in names { moved += node(name).react() } }
            for (one, other) in Self.links where !cuts.contains([one, other].sorted()) {
                moved += exchange(node(one), node(other))
            }
            if moved == 0 { return }
        }
        Issue.record("the world does not settle")
    }

    @discardableResult
    func exchange(_ one: CaseNode, _ other: CaseNode) -> Int {
        carry(from: one, to: other) + carry(from: other, to: one)
    }

    /// Carries what the receiver's audience allows. Returns how many changes were new.
    @discardableResult
    func carry(
        from: CaseNode, to: CaseNode, families: [ScopeName.Family] = ScopeName.Family.allCases
    ) -> Int {
        var count = 0
        for scope in from.logs.keys.sorted(by: { $0.id < $1.id })
        where to.directory.carries(to.region.id, scope) && families.contains(scope.family) {
            for arrival in from.logs[scope] ?? [] {
                let known = to.logs[scope]?.contains { $0.change.hash == arrival.change.hash }
                guard known != true else { continue }
                to.take(arrival)
                count += 1
            }
        }
        return count
    }
}

extension CaseNode {
    /// A decision as a node writes it that leaves the rules out.
    func decideWithoutRules(_ number: String, _ outcome: String) throws {
        let file = try #require(cases.first { $0.state.number == number })
        let sheet = CaseSheet(
            id: file.id, state: file.state, desk: desk, at: nil, rules: .standard,
            mode: .authorise)
        let tip = try #require(file.state.holder?.event)
        append(sheet.draft(.caseDecide, on: tip) { $0.field("outcome", outcome) })
    }
}
