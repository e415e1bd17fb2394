import Base
import Change
import Testing

@testable import Domain

/// Receipts, the rollout board, and what the fold promises whatever the order.
@Suite struct CatalogRolloutTests {
    private let world: CatalogWorld
    private let start: Instant

    init() throws {
        world = try CatalogWorld()
        start = try Sample.moment("2026-09-23T09:00")
    }

    private func board(_ number: Int) throws -> [RolloutLine] {
        let item = try #require(world.county.item(Sample.code))
        let version = try #require(item.versions.entries.first { $0.value.number == number })
        return CatalogQuery.rollout(
            of: version.stamp, in: CatalogWorld.county, world.directory, from: world.county)
    }

    private func receipts(_ node: CatalogNode) -> Int {
        node.log.count { $0.change.kind == .catalogReceipt && $0.key == node.key }
    }

    @Test func boardTellsWhoHasAVersionSinceWhen() throws {
        let online = [CatalogWorld.county, CatalogWorld.town, CatalogWorld.otherVillage]
        world.county.run(try Sample.publication(), at: start)
        try world.sync(at: start)
        let published = try Sample.moment("2026-09-24T10:00")
        world.county.run(try Sample.publication(1, from: "2026-09-28"), at: published)
        let seen = try Sample.moment("2026-09-24T10:05")
        try world.sync(online, at: seen)
        var lines = try board(2)
        #expect(lines.map(\.region.id.rawValue) == [1, 5, 2, 3, 4])
        #expect(lines[0].reach == .reached(since: published, isExact: true))
        #expect(lines[1].reach == .waiting)
        #expect(lines[2].reach == .reached(since: seen, isExact: true))
        #expect(lines[3].reach == .waiting)
        #expect(lines[3].lastContact == start)
        let back = try Sample.moment("2026-09-29T09:00")
        try world.sync(at: back)
        lines = try board(2)
        #expect(lines[3].reach == .reached(since: back, isExact: true))
        #expect(try board(1)[3].reach == .reached(since: start, isExact: true))
        #expect(lines.allSatisfy { $0.reach != .waiting })
    }

    @Test func oneReceiptForABatchAndThenQuiet() throws {
        for number in 0..<20 {
            let code = "3701180090" + (number < 10 ? "0" : "") + String(number)
            world.county.run(try Sample.publication(code: code), at: start)
        }
        try world.sync(at: start)
        for node in world.nodes.dropFirst() { #expect(receipts(node) == 1) }
        #expect(receipts(world.county) == 0)
        try world.sync(at: start)
        for node in world.nodes.dropFirst() { #expect(receipts(node) == 1) }
        let key = CatalogReceiptState.key(
            catalog: CatalogWorld.county, region: CatalogWorld.county)
        #expect(world.village.stored(key)?.attention == false)
        let again = CatalogRules.decide(
            .receipt(catalog: CatalogWorld.county), at: world.village.desk(at: start),
            from: world.village)
        guard case .write(let drafts, _) = again else {
            Issue.record("nothing to write is no refusal")
            return
        }
        #expect(drafts.isEmpty)
    }

    @Test func overlaysOfOthersOweNoReceipt() throws {
        world.county.run(try Sample.publication(), at: start)
        try world.sync(at: start)
        let order = OverlayOrder(field: "hours", text: "8-12")
        world.village.run(.setOverlay(code: Sample.code, values: [order]), at: start)
        try world.sync(at: start)
        for node in world.nodes.dropFirst() { #expect(receipts(node) == 1) }
    }

    @Test func withoutASeatNoReceiptIsOwedOut() throws {
        world.county.run(try Sample.publication(), at: start)
        let stray = CatalogNode(
            region: CatalogWorld.village, key: try CatalogWorld.key(9), directory: world.directory)
        _ = try stray.take(world.county.log, at: start)
        #expect(try stray.react(at: start) == false)
        #expect(stray.item(Sample.code) != nil)
    }

    @Test func receiptsAreBoundedAndSayWhenTheyAreNotExact() throws {
        var state = CatalogReceiptState(owner: CatalogWorld.county, region: CatalogWorld.village)
        let actor = ActorID(1)
        func entry(_ seq: UInt64) -> CatalogReceiptState.Entry {
            CatalogReceiptState.Entry(
                dot: Dot(actor: ActorID(2), seq: Seq(seq)),
                time: HybridTime(millis: Int64(seq) * 1_000, counter: 0),
                heads: [Dot(actor: actor, seq: Seq(seq))])
        }
        let count = UInt64(Limits.catalogReceiptsKeptMax)
        for seq in 1...(count + 8) {
            state.advance(to: .init(actor: actor, seq: Seq(seq), hash: .zero))
            state.insert(entry(seq))
        }
        #expect(state.entries.count == Int(count))
        #expect(
            state.reach(Dot(actor: actor, seq: Seq(20)))
                == .reached(since: Instant(millis: 20_000), isExact: true))
        #expect(
            state.reach(Dot(actor: actor, seq: Seq(2)))
                == .reached(since: Instant(millis: 9_000), isExact: false))
        #expect(state.reach(Dot(actor: actor, seq: Seq(count + 9))) == .waiting)
        #expect(state.reach(Dot(actor: ActorID(3), seq: Seq(1))) == .waiting)
    }

    // MARK: order and form

    /// All kinds of changes, two admins at once, and a late settlement.
    private func history() throws -> [Arrival] {
        let twin = try world.twin()
        let county = world.county
        let later = start.advanced(byMillis: 60_000)
        func overlay(_ text: String) -> CatalogCommand {
            .setOverlay(code: Sample.code, values: [OverlayOrder(field: "hours", text: text)])
        }
        func grant(_ mode: SinkMode?) throws -> CatalogCommand {
            .setGrant(
                GrantOrder(
                    code: Sample.code, region: try CatalogWorld.name(CatalogWorld.county),
                    level: .village, mode: mode,
                    from: try Sample.date("2026-09-23"), document: "文"))
        }
        county.run(try Sample.publication(), at: start)
        county.run(overlay("一"), at: start)
        _ = try twin.take(county.log, at: start)
        for (node, word) in [(county, "甲"), (twin, "乙")] {
            node.run(
                try Sample.publication(1, from: "2026-09-28", Sample.elements(word)), at: later)
            node.run(overlay(word), at: later)
            node.run(try grant(word == "甲" ? .assist : .entrust), at: later)
            node.run(.setCalendar(HolidayYear.shipped[0]), at: later)
        }
        twin.run(
            .setStanding(StandingOrder(code: Sample.code, standing: .suspended, reason: "停")),
            at: later)
        county.directory = world.directory
        for node in world.nodes { node.directory = world.directory }
        _ = try twin.take(county.log, at: later)
        _ = try county.take(twin.log, at: later)
        let heads = try #require(twin.item(Sample.code)).heads.map(\.stamp.dot)
        twin.run(try Sample.publication(2, saw: heads), at: later.advanced(byMillis: 9))
        twin.run(overlay("终"), at: later.advanced(byMillis: 9))
        _ = try county.take(twin.log, at: later)
        try world.sync(at: later)
        world.village.run(overlay("村"), at: later)
        try world.sync(at: later)
        return county.log
    }

    /// A linear extension of causality: each chain in its order, nothing before what it replaces.
    private func extend(
        _ log: [Arrival], _ random: inout SystemRandomNumberGenerator
    ) -> [Arrival] {
        var rest = log
        var done: [Arrival] = []
        var dots: Set<Dot> = []
        while !rest.isEmpty {
            let ready = rest.indices.filter { index in
                let header = rest[index].change.header
                let previous = header.seq.rawValue - 1
                let isNext =
                    previous == 0 || dots.contains(Dot(actor: header.actor, seq: Seq(previous)))
                return isNext && header.supersedes.allSatisfy(dots.contains)
            }
            guard let pick = ready.randomElement(using: &random) else { return done }
            let arrival = rest.remove(at: pick)
            dots.insert(arrival.change.dot)
            done.append(arrival)
        }
        return done
    }

    @Test func foldDependsOnTheSetAlone() throws {
        let log = try history()
        let wanted = world.county.digest()
        #expect(Set(wanted.keys.map(\.collection)).count == 5)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<40 {
            let order = extend(log, &random)
            #expect(order.count == log.count)
            let node = CatalogNode(
                region: CatalogWorld.county, key: try CatalogWorld.key(0),
                directory: world.directory)
            for arrival in order { node.fold(arrival, at: start) }
            #expect(node.digest() == wanted)
        }
    }

    @Test func everyNodeHasTheSameCatalog() throws {
        _ = try history()
        let wanted = world.county.digest().filter { $0.key.collection == .item }
        for node in world.nodes {
            #expect(node.digest().filter { $0.key.collection == .item } == wanted)
        }
    }

    @Test func statesReadBackWhatTheyWrote() throws {
        _ = try history()
        for node in world.nodes {
            for key in node.documents.keys {
                let stored = try #require(node.stored(key))
                #expect(try Content.decode(stored).stored(key: key, scope: stored.scope) == stored)
            }
        }
    }

    @Test func damagedStatesAreRefusedAndNeverTrap() throws {
        _ = try history()
        for key in world.county.documents.keys {
            let stored = try #require(world.county.stored(key))
            for length in 0..<min(stored.state.count, 400) {
                let cut = StoredDocument(
                    key: key, scope: stored.scope, label: "", status: "", time: 0,
                    attention: false, search: "", state: Array(stored.state[..<length]))
                #expect(throws: JSONError.self) { try Content.decode(cut) }
            }
        }
    }

    @Test func brokenBodiesHaveNoEffect() throws {
        world.county.run(try Sample.publication(), at: start)
        let before = world.county.digest()
        let kinds: [ChangeKind] = [
            .itemPublish, .itemStanding, .overlaySet, .grantSet, .calendarSet,
            ChangeKind(rawValue: 0x806f),
        ]
        for kind in kinds {
            for body in ["", "{", "[]", "{}", #"{"code":7}"#, #"{"code":"x","version":0}"#] {
                world.county.write(
                    Draft(
                        scope: .catalog(CatalogWorld.county), kind: kind, body: Array(body.utf8)),
                    at: start)
            }
        }
        #expect(world.county.digest() == before)
    }

    @Test func absurdVersionNumbersHaveNoEffect() throws {
        world.county.run(try Sample.publication(), at: start)
        let before = world.county.digest()
        for number in [0, -1, Int64(Limits.itemVersionsMax) + 1, Limits.jsonIntegerMax] {
            let body: JSON = [
                "code": .text(Sample.code), "version": .int(number),
                "effectiveFrom": "2026-09-23", "elements": Sample.elements(),
            ]
            world.county.write(
                Draft(
                    scope: .catalog(CatalogWorld.county), kind: .itemPublish, body: body.bytes),
                at: start)
        }
        #expect(world.county.digest() == before)
    }

    @Test func quarantinedChangesHaveNoEffect() throws {
        world.county.run(try Sample.publication(), at: start)
        let arrival = try #require(world.county.log.first)
        let node = world.village
        node.fold(
            Arrival(
                change: arrival.change, scope: arrival.scope, key: arrival.key, quarantined: true),
            at: start)
        #expect(node.documents.isEmpty)
    }
}
