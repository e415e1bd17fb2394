import Base
import Change
import Crypto
import Testing

@testable import Domain

/// The nodes of SCENARIOS.md, in memory: each decides, folds and hands changes on.
final class CatalogWorld {
    static let county = RegionID(1)
    static let town = RegionID(2)
    static let village = RegionID(3)
    static let otherVillage = RegionID(4)
    static let otherTown = RegionID(5)

    static let places: [(id: RegionID, code: String, level: Level, parent: RegionID?)] = [
        (county, "370124000000", .county, nil), (town, "370124106000", .town, county),
        (village, "370124106201", .village, town),
        (otherVillage, "370124106202", .village, town),
        (otherTown, "370124001000", .town, county),
    ]

    /// A place as people name it; a code that nobody bears for one that is not there.
    static func name(_ region: RegionID) throws -> PlaceName {
        let code = places.first { $0.id == region }?.code ?? "370124999000"
        return try #require(PlaceName(code))
    }

    /// Knows every seat, the twin's too.
    let directory: Directory
    private(set) var nodes: [CatalogNode] = []

    init() throws {
        directory = try Self.directory(twin: true)
        let single = try Self.directory(twin: false)
        for (index, place) in Self.places.enumerated() {
            nodes.append(
                CatalogNode(region: place.id, key: try Self.key(index), directory: single))
        }
    }

    /// A second incarnation that sits for the county, in a part of the network that does not
    /// know the first any more.
    func twin() throws -> CatalogNode {
        CatalogNode(
            region: Self.county, key: try Self.key(Self.places.count), directory: directory)
    }

    subscript(region: RegionID) -> CatalogNode { nodes[Int(region.rawValue) - 1] }

    var county: CatalogNode { self[Self.county] }
    var village: CatalogNode { self[Self.village] }

    /// Every node gives every other what its audience may have, and reacts, until it is quiet.
    func sync(_ names: [RegionID] = places.map(\.id), at now: Instant) throws {
        let members = names.map { self[$0] }
        var moved = true
        while moved {
            moved = false
            for from in members {
                for to in members where to !== from {
                    moved = try to.take(from.log, at: now) || moved
                }
            }
            for member in members { moved = try member.react(at: now) || moved }
        }
    }

    static func directory(twin: Bool) throws -> Directory {
        let seat = SeatRecord(
            region: county, epoch: 1, key: try key(0), node: .zero, grant: .zero)
        var directory = Directory(root: seat)
        var seq = Seq.none
        func state(_ entry: DirectoryEntry, by place: RegionID, _ key: IncarnationKey) {
            seq = seq.next
            directory.add(
                Directory.Statement(
                    region: place, key: key, seq: seq,
                    hash: Digest(words: (seq.rawValue, 0, 0, 0)),
                    time: HybridTime(rawValue: seq.rawValue), entry: entry))
        }
        for (index, place) in places.enumerated() {
            let code = try #require(RegionCode(place.code))
            let record = RegionRecord(
                id: place.id, code: code, name: place.code, level: place.level,
                parent: place.parent)
            let parent = place.parent ?? county
            let author = try key(Int(parent.rawValue) - 1)
            state(.region(record), by: parent, author)
            guard index > 0 else { continue }
            state(
                .seat(
                    region: place.id, epoch: 1, key: try key(index), node: .zero,
                    proof: .own(region: place.id, node: .zero, by: try signing(index))),
                by: parent, author)
        }
        if twin {
            let other = try key(places.count)
            let proof = SeatProof.own(
                region: county, node: .zero, by: try signing(places.count))
            state(
                .seat(region: county, epoch: 2, key: other, node: .zero, proof: proof),
                by: county, try key(0))
        }
        return directory
    }

    /// A key of suite 1, the same for the same number.
    static func key(_ number: Int) throws -> IncarnationKey {
        IncarnationKey(try signing(number).publicKey)
    }

    static func signing(_ number: Int) throws -> SigningKey {
        try SigningKey(
            suite: .sha256Ed25519, seed: [UInt8](repeating: UInt8(number + 1), count: 32))
    }

    enum Missing: Error { case key }
}

/// One node: documents, the log of what it holds, its chains.
final class CatalogNode: DocumentSource {
    typealias Failure = Never

    let region: RegionID
    let key: IncarnationKey
    var directory: Directory
    private(set) var log: [Arrival] = []
    private(set) var documents: [DocumentKey: (content: Content, scope: ScopeID)] = [:]
    private var known: Set<Digest> = []
    private var heads: [ScopeID: ChainHead] = [:]
    private var entropy: UInt64 = 0
    private var clock = HybridClock()

    init(region: RegionID, key: IncarnationKey, directory: Directory) {
        self.region = region
        self.key = key
        self.directory = directory
    }

    /// Who acts; 0 for the node itself.
    var author: UInt64 = 0

    // MARK: as a source

    func content(_ key: DocumentKey) -> Content? { documents[key]?.content }

    func find(_ collection: Domain.Collection, label: String) -> [DocumentKey] {
        documents.keys.filter {
            $0.collection == collection && stored($0)?.label == label
        }.sorted { $0.id < $1.id }
    }

    func change(at dot: Dot, in scope: ScopeID) -> Change? {
        log.first { $0.change.dot == dot && $0.change.scope == scope }?.change
    }

    func stored(_ key: DocumentKey) -> StoredDocument? {
        documents[key].map { $0.content.stored(key: key, scope: $0.scope) }
    }

    /// Every document as it is stored, without the hint that is local.
    func digest() -> [DocumentKey: StoredDocument] {
        var all: [DocumentKey: StoredDocument] = [:]
        for key in documents.keys {
            guard let document = stored(key) else { continue }
            all[key] = StoredDocument(
                key: key, scope: document.scope, label: document.label, status: document.status,
                time: document.time, attention: false, search: document.search,
                state: document.state)
        }
        return all
    }

    // MARK: acting

    func desk(at now: Instant) -> Desk {
        entropy += 1
        return Desk(
            region: region, key: key, directory: directory, author: author, now: now,
            entropy: Digest(words: (entropy, entropy, entropy, region.rawValue)))
    }

    /// Decides and writes; the refusal where there is one.
    @discardableResult
    func run(_ command: CatalogCommand, at now: Instant) -> RuleRefusal? {
        switch CatalogRules.decide(command, at: desk(at: now), from: self) {
        case .refuse(let refusal): return refusal
        case .write(let drafts, _):
            for draft in drafts { write(draft, at: now) }
            return nil
        }
    }

    /// Writes a draft as it is, whatever the rules say: what a hostile node does.
    func write(_ draft: Draft, at now: Instant) {
        let scope = draft.scope.id
        let actor = key.actor(in: scope)
        var header = ChangeHeader(
            scope: scope, actor: actor, seq: heads[scope]?.seq.next ?? Seq(1),
            previous: heads[scope]?.hash ?? .zero, time: clock.tick(at: now), kind: draft.kind)
        header.supersedes = draft.supersedes
        header.author = author
        let change = ChangeCodec.make(
            header, salt: .zero, body: draft.body, suite: key.publicKey.suite)
        heads[scope] = change.head
        fold(Arrival(change: change, scope: draft.scope, key: key, quarantined: false), at: now)
    }

    /// Takes in what is new and what the audience allows.
    func take(_ arrivals: [Arrival], at now: Instant) throws -> Bool {
        var moved = false
        for arrival in arrivals where !known.contains(arrival.change.hash) {
            guard directory.carries(region, arrival.scope) else { continue }
            fold(arrival, at: now)
            moved = true
        }
        return moved
    }

    /// Does what the seat owes.
    func react(at now: Instant) throws -> Bool {
        var wrote = false
        let owing = documents.keys.filter { stored($0)?.attention == true }
        for key in owing.sorted(by: { $0.id < $1.id }) {
            for command in CatalogReactions.due(key, at: desk(at: now), from: self) {
                let before = log.count
                run(command, at: now)
                wrote = wrote || log.count > before
            }
        }
        return wrote
    }

    func fold(_ arrival: Arrival, at now: Instant) {
        known.insert(arrival.change.hash)
        log.append(arrival)
        guard CatalogFold.handles(arrival) else { return }
        for write in CatalogFold.apply(arrival, at: desk(at: now), from: self) {
            let home = documents[write.key]?.scope ?? arrival.change.scope
            documents[write.key] = (write.content, home)
        }
    }

    // MARK: asking

    func item(_ code: String) -> ItemState? {
        CatalogQuery.item(code, for: region, in: directory, from: self)?.state
    }

    func effective(_ code: String, at now: Instant) -> EffectiveItem? {
        CatalogQuery.effective(code, for: region, at: now, in: directory, from: self)
    }

    func mode(_ code: String, at now: Instant) -> SinkMode? {
        guard let item = CatalogQuery.item(code, for: region, in: directory, from: self) else {
            return nil
        }
        return CatalogQuery.mode(of: item, for: region, at: now, in: directory, from: self)
    }
}

/// Words that the tests share.
enum Sample {
    static let code = "370118009002"
    static let other = "370118009003"

    static func moment(_ text: String) throws -> Instant {
        try #require(Instant(rfc3339: text + ":00+08:00"))
    }

    static func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    static func elements(
        _ name: String = "高龄津贴认定", kind: String = "行政给付", handling: String = "承诺件",
        legal: Int64 = 20, promised: Int64 = 5, materials: [String] = ["申请表", "身份证"],
        proof: String? = nil
    ) -> JSON {
        let list = materials.enumerated().map { index, name -> JSON in
            [
                "code": .text("M\(index + 1)"), "name": .text(name), "required": true,
                "proof": proof.map(JSON.text) ?? .null,
            ]
        }
        return [
            "name": .text(name), "kind": .text(kind), "handling": .text(handling),
            "legalDays": .int(legal), "promisedDays": .int(promised), "materials": .array(list),
            "conditions": "本县户籍，年满 80 周岁",
            "basis": "样例办法第一条", "level": "县级", "department": "县民政局",
            "agency": "县民政局", "audience": ["自然人"], "steps": ["收件与受理", "审查与决定"],
            "fees": ["charged": false], "result": ["kind": "其他", "name": "办理结果"],
        ]
    }

    /// An entry of the list of proofs.
    static func proof(_ code: String) throws -> CatalogCommand {
        try CatalogCommand(
            verb: "proof.set",
            json: ["code": .text(code), "name": "身份证明", "basis": "样例办法第三条"])
    }

    static func publication(
        _ base: Int? = nil, code: String = code, from: String? = nil, saw: [Dot] = [],
        _ elements: JSON = elements()
    ) throws -> CatalogCommand {
        .publish(
            Publication(
                code: code, base: base, saw: saw, effectiveFrom: try from.map(date),
                elements: elements))
    }
}
