import Base
import Change
import Crypto
import Domain
import Kernel
import Simulator
import Testing

/// A county, a town of it and a village of that, entered one after another as on real nodes:
/// each parent states its child's place and seat.
struct TreeFixture {
    static let countyID = RegionID(1)
    static let townID = RegionID(2)
    static let villageID = RegionID(3)
    static let item = "370118009002"

    let county: FixtureNode
    let town: FixtureNode
    let village: FixtureNode

    init(
        journal: SimulatedJournal = SimulatedJournal(), rules: KernelRules = KernelRules()
    ) throws {
        county = try FixtureNode(
            seed: 1, region: Self.countyID, journal: journal, rules: rules)
        let root = county.seat
        town = try FixtureNode(seed: 2, region: Self.townID, root: root, rules: rules)
        village = try FixtureNode(seed: 3, region: Self.villageID, root: root, rules: rules)
    }

    /// The county states itself and the town, the town the village.
    func state() throws {
        try county.commit([.state([.region(try Self.record(Self.countyID))])])
        try enter(town, under: county)
        try enter(village, under: town)
    }

    func enter(_ child: FixtureNode, under parent: FixtureNode) throws {
        let seat = child.seat
        try parent.commit([
            .state([
                .region(try Self.record(child.region)),
                .seat(
                    region: child.region, epoch: 1, key: seat.key, node: seat.node,
                    proof: child.proof),
            ])
        ])
    }

    static func record(_ id: RegionID) throws -> RegionRecord {
        let places: [RegionID: (String, Level, RegionID?)] = [
            countyID: ("370124000000", .county, nil), townID: ("370124106000", .town, countyID),
            villageID: ("370124106201", .village, townID),
        ]
        let place = try #require(places[id])
        let code = try #require(RegionCode(place.0))
        return RegionRecord(id: id, code: code, name: place.0, level: place.1, parent: place.2)
    }

    /// The county publishes an item.
    func publish(at millis: Int64 = 2_000) throws {
        let elements: JSON = [
            "name": "高龄津贴认定", "kind": "行政给付", "handling": "承诺件", "legalDays": 20,
            "promisedDays": 5, "conditions": "年满 80 周岁",
            "basis": "样例办法第一条", "level": "县级", "department": "县民政局",
            "agency": "县民政局", "audience": ["自然人"], "steps": ["收件与受理", "审查与决定"],
            "fees": ["charged": false], "result": ["kind": "其他", "name": "办理结果"],
            "materials": [["code": "M1", "name": "申请表", "required": true]],
        ]
        let publication = Publication(
            code: Self.item, base: nil, effectiveFrom: nil, elements: elements)
        let outcomes = try county.commit(
            [.command(.catalog(.publish(publication)), author: 0, replayKey: nil)],
            at: millis)
        guard case .done = try #require(outcomes.first) else {
            Issue.record("not published: \(outcomes)")
            return
        }
    }

    /// The county lets the village take the item's cases in.
    func grant() throws {
        let command = try Command(
            json: [
                "command": "grant.set", "code": .text(Self.item), "region": "370124106201",
                "mode": "授权办理", "from": "1970-01-01", "document": "平政发〔2026〕1 号",
            ])
        let outcomes = try county.commit(
            [.command(command, author: 0, replayKey: nil)], at: 2_500)
        guard case .done = try #require(outcomes.first) else {
            Issue.record("not granted: \(outcomes)")
            return
        }
    }

    /// Everything that either end carries and the other may have, in both directions, until it
    /// is quiet.
    ///
    /// - Parameter order: Scopes of an exchange in the order in which they go.
    func link(
        _ one: FixtureNode, _ other: FixtureNode,
        order: ([ScopeName]) -> [ScopeName] = { $0 }
    ) throws {
        var moved = true
        while moved {
            moved = try pass(one, other, order)
            moved = try pass(other, one, order) || moved
        }
    }

    private func pass(
        _ from: FixtureNode, _ to: FixtureNode, _ order: ([ScopeName]) -> [ScopeName]
    ) throws -> Bool {
        var moved = false
        let known = from.kernel.knowledge().map(\.name)
        for scope in order(Self.directoryFirst(known)) {
            guard from.kernel.directory.carries(to.region, scope) else { continue }
            if let report = try to.pull(scope, from: from), report.admitted > 0 {
                #expect(report.refusals.isEmpty)
                moved = true
            }
        }
        return moved
    }

    static func directoryFirst(_ scopes: [ScopeName]) -> [ScopeName] {
        scopes.filter { $0.family == .directory } + scopes.filter { $0.family != .directory }
    }

    /// Who has the item's first version, as the county's board tells it.
    func reached() throws -> [RegionID] {
        let catalog = Self.countyID
        var reached: [RegionID] = []
        let head = try #require(
            county.kernel.knowledge(of: ScopeName.catalog(catalog).id)?.vector.heads.first)
        for region in [Self.townID, Self.villageID] {
            let key = CatalogReceiptState.key(catalog: catalog, region: region)
            guard let stored = try county.journal.document(key) else { continue }
            let state = try CatalogReceiptState(stored)
            if state.covers(Dot(actor: head.actor, seq: head.seq)) { reached.append(region) }
        }
        return reached
    }
}
