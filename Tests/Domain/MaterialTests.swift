import Base
import Change
import Civil
import Testing

@testable import Domain

/// What a material is worth, where it need not be brought again, and what is refused of it.
@Suite("materials of a case")
struct MaterialTests {
    private static let item = "残疾人补贴认定"

    /// M1 a form, M2 a certificate that is on the list, M3 one that may come later.
    private func publish(to node: CaseNode) throws {
        let county = try #require(node.directory.county(of: node.region.id))
        let scope = ScopeName.catalog(county).id
        let stamp = Stamp(
            dot: Dot(actor: ActorID(1), seq: Seq(1)), hash: 0,
            time: HybridTime(millis: 0, counter: 0), author: 0, from: Instant(millis: 0),
            supersedes: [])
        var item = ItemState(code: Self.item, authority: county)
        let elements = """
            {"name":"残疾人补贴认定","kind":"行政给付","handling":"承诺件","legalDays":20,"promisedDays":5,
            "materials":[{"code":"M1","name":"申请表","category":"表格"},
            {"code":"M2","name":"居民身份证","category":"证件","licence":"居民身份证"},
            {"code":"M3","name":"银行卡","deferrable":true,"required":false}]}
            """
        item.insert(
            ItemVersion(
                number: 1, effectiveFrom: CivilDate(of: Instant(millis: 0)),
                elements: Array(elements.utf8)), stamp)
        node.put(
            DocumentKey(collection: .item, id: ItemState.id(of: Self.item, in: scope)), .item(item))
        var grant = GrantState(code: Self.item, region: county, level: .village)
        grant.insert(GrantTerm(mode: .entrust, to: nil, document: "样例"), stamp)
        node.put(
            DocumentKey(
                collection: .grant,
                id: GrantState.id(of: Self.item, for: county, level: .village, in: scope)),
            .grant(grant))
    }

    private func world() throws -> CaseWorld {
        let world = try CaseWorld()
        for name in ["C", "T", "V1"] { try publish(to: world.node(name)) }
        return world
    }

    /// A case with what is given of its three materials; its number.
    private func receive(_ node: CaseNode, _ given: [String]) throws -> String {
        let before = Set(node.cases.map(\.state.number))
        let list = ["M1", "M2", "M3"].map { code in
            "{\"code\":\"\(code)\",\"present\":\(given.contains(code))}"
        }
        let refusal = try node.say(
            "{\"command\":\"case.receive\",\"item\":\"\(Self.item)\",\"applicant\":\"王某\","
                + "\"materials\":[\(list.joined(separator: ","))]}")
        #expect(refusal == nil)
        return try #require(node.cases.map(\.state.number).first { !before.contains($0) })
    }

    private func act(
        _ node: CaseNode, _ name: String, _ number: String, _ more: String,
        pool: [CaseCommand.PooledMaterial] = []
    ) throws -> String? {
        let json = "{\"command\":\"case.\(name)\",\"case\":\"\(number)\"\(more)}"
        let command = try Command(json: try JSON(parsing: Array(json.utf8)))
        guard case .refuse(let refusal) = node.run(command.knowing(pool)) else { return nil }
        return refusal.rule
    }

    private func state(_ node: CaseNode, _ number: String) throws -> CaseState {
        try #require(node.cases.first { $0.state.number == number }).state
    }

    @Test("a level is of the item's materials, and A is not for a village to say")
    func levels() throws {
        let world = try world()
        let village = world.node("V1")
        let number = try receive(village, ["M1", "M2"])
        #expect(try act(village, "material", number, #","codes":["M2"],"level":"B""#) == nil)
        #expect(try state(village, number).level(of: "M2") == "B")
        #expect(try state(village, number).level(of: "M1") == nil)
        #expect(
            try act(village, "material", number, #","codes":["M2"],"level":"A""#)
                == "level-above-station")
        #expect(
            try act(village, "material", number, #","codes":["M9"],"level":"B""#)
                == "material-unknown")
        for bad in [#","codes":["M2"]"#, #","codes":["M2"],"level":"E""#, #","level":"B""#] {
            #expect(throws: RuleRefusal.self, "\(bad)") {
                try act(village, "material", number, bad)
            }
        }
        let blob = String(repeating: "ab", count: 32)
        #expect(
            try act(village, "material", number, ",\"codes\":[\"M1\"],\"blob\":\"\(blob)\"") == nil)
        let last = try #require(try state(village, number).effective(.caseMaterial).last)
        let change = try #require(
            village.change(at: last.dot, in: try state(village, number).scopeID))
        #expect(change.namedBlobs.map(\.hex) == [blob])
        world.settle()
        world.node("C").now = village.now.advanced(byMillis: 60_000)
        #expect(
            try act(world.node("C"), "material", number, #","codes":["M2"],"level":"A""#) == nil)
        world.settle()
        #expect(try state(village, number).level(of: "M2") == "A")
    }

    @Test("what came from the applicant alone is looked at before it is granted")
    func originalsAreChecked() throws {
        let world = try world()
        let county = world.node("C")
        let number = try receive(county, ["M1", "M2"])
        #expect(try act(county, "accept", number, #","promise":true"#) == nil)
        #expect(try act(county, "material", number, #","codes":["M1","M2"],"level":"C""#) == nil)
        county.now = county.now.advanced(byMillis: 60_000)
        #expect(try act(county, "decide", number, #","outcome":"grant""#) == "original-unchecked")
        #expect(try act(county, "material", number, #","codes":["M1"],"level":"B""#) == nil)
        #expect(try act(county, "decide", number, #","outcome":"grant""#) == "original-unchecked")
        #expect(try act(county, "material", number, #","codes":["M2"],"level":"D""#) == nil)
        #expect(try act(county, "decide", number, #","outcome":"grant""#) == nil)
    }

    @Test("a certificate stands for what the item links to one, and nothing else is waived")
    func waivers() throws {
        let world = try world()
        let village = world.node("V1")
        let number = try receive(village, ["M1"])
        #expect(try act(village, "accept", number, #","promise":true"#) == "material-missing")
        #expect(
            try act(village, "waive", number, #","code":"M3","certificate":"1""#)
                == "waiver-not-offered")
        #expect(
            try act(village, "waive", number, #","code":"M1","certificate":"1""#) == "material-held"
        )
        #expect(try act(village, "waive", number, #","code":"M2","certificate":"1""#) == nil)
        #expect(
            try act(village, "waive", number, #","code":"M2","certificate":"1""#) == "material-held"
        )
        #expect(try state(village, number).spared == ["M2"])
        #expect(try act(village, "accept", number, #","promise":true"#) == nil)
        #expect(try state(village, number).deferred == ["M3"])
    }

    @Test("what the applicant gave before is not asked for, and is taken from there")
    func thePool() throws {
        let world = try world()
        let village = world.node("V1")
        let earlier = try #require(CaseNumber(try receive(village, ["M1", "M2"])))
        let number = try receive(village, ["M1"])
        let until = try #require(CivilDate("2027-09-24"))
        let pool = [
            CaseCommand.PooledMaterial(
                code: "M2", number: earlier, level: "B", until: until, blob: nil)
        ]
        let gap = #","gaps":[{"material":"M2","lack":"未带","way":"带来"}]"#
        #expect(try act(village, "correct", number, gap, pool: pool) == "material-in-pool")
        #expect(
            try act(village, "correct", number, #","gaps":["M2 未带"]"#, pool: pool)
                == "material-in-pool")
        #expect(
            try act(village, "reuse", number, ",\"code\":\"M2\",\"from\":\"\(earlier.text)\"")
                == "material-not-in-pool")
        #expect(
            try act(
                village, "reuse", number, ",\"code\":\"M3\",\"from\":\"\(earlier.text)\"",
                pool: pool)
                == "material-not-in-pool")
        #expect(
            try act(
                village, "reuse", number, ",\"code\":\"M2\",\"from\":\"\(earlier.text)\"",
                pool: pool)
                == nil)
        #expect(try state(village, number).spared == ["M2"])
        #expect(try act(village, "accept", number, #","promise":true"#) == nil)
    }

    @Test("the same words in another order come to the same")
    func orderDoesNotMatter() throws {
        let world = try world()
        let number = try receive(world.node("C"), ["M1", "M2"])
        world.settle()
        for (name, level) in [("C", "C"), ("T", "B"), ("V1", "D")] {
            guard world.node(name).cases.contains(where: { $0.state.number == number }) else {
                continue
            }
            #expect(
                try act(
                    world.node(name), "material", number,
                    ",\"codes\":[\"M2\"],\"level\":\"\(level)\"")
                    == nil)
        }
        world.settle()
        let words = ["C", "T"].compactMap { name in
            world.node(name).cases.first { $0.state.number == number }?.state.level(of: "M2")
        }
        #expect(Set(words).count == 1)
    }

    @Test("what a material is worth goes to the other county with the case, and follows it there")
    func worthTravels() throws {
        let world = try world()
        for name in ["T2", "LC", "LT"] { try publish(to: world.node(name)) }
        let (town, other) = (world.node("T2"), world.node("LT"))
        let number = try receive(town, ["M1"])
        let blob = String(repeating: "cd", count: 32)
        #expect(
            try act(
                town, "material", number, ",\"codes\":[\"M1\"],\"level\":\"C\",\"blob\":\"\(blob)\""
            )
                == nil)
        #expect(try act(town, "waive", number, #","code":"M2","certificate":"X1""#) == nil)
        #expect(try act(town, "offer", number, #","to":"371502101000""#) == nil)
        world.settle()
        #expect(try act(other, "sign", number, "") == nil)
        #expect(try state(other, number).level(of: "M1") == "C")
        #expect(try state(other, number).present.codes.sorted() == ["M1", "M2"])
        let genesis = try #require(try state(other, number).genesis)
        let arrived = try #require(
            other.change(at: genesis.dot, in: try state(other, number).scopeID))
        #expect(arrived.namedBlobs.map(\.hex) == [blob], "the scan goes along")
        #expect(
            try act(other, "waive", number, #","code":"M2","certificate":"X1""#) == "material-held")

        other.now = other.now.advanced(byMillis: 60_000)
        #expect(try act(other, "accept", number, #","promise":true"#) == nil)
        #expect(try act(other, "decide", number, #","outcome":"grant""#) == "original-unchecked")
        world.settle()
        #expect(try state(town, number).deferred == ["M3"], "what was promised there is known here")
        town.now = other.now.advanced(byMillis: 60_000)
        #expect(try act(town, "material", number, #","codes":["M1"],"level":"B""#) == nil)
        #expect(try act(town, "supplement", number, #","materials":["M3"]"#) == nil)
        world.settle()
        for node in [town, other] {
            #expect(try state(node, number).level(of: "M1") == "B")
            #expect(try state(node, number).deferred == [])
        }
        other.now = town.now.advanced(byMillis: 60_000)
        #expect(try act(other, "decide", number, #","outcome":"grant""#) == nil)
    }

    @Test("a clock that stands still in the other county stands still here")
    func stopsAreTold() throws {
        let world = try world()
        for name in ["T2", "LC", "LT"] { try publish(to: world.node(name)) }
        let (town, other) = (world.node("T2"), world.node("LT"))
        let number = try receive(town, ["M1", "M2", "M3"])
        #expect(try act(town, "offer", number, #","to":"371502101000""#) == nil)
        world.settle()
        #expect(try act(other, "sign", number, "") == nil)
        #expect(try act(other, "accept", number, "") == nil)
        #expect(
            try act(other, "pause", number, #","procedure":"鉴定","days":5,"reason":"意见内容""#) == nil)
        world.settle()
        #expect(try state(town, number).status == .special)
        #expect(try state(town, number).openPause?.procedure == "鉴定")
        for name in ["T2", "C"] {
            #expect(!world.mirrored(name).contains { $0.contains("意见内容") })
        }
        other.now = other.now.advanced(byMillis: 60_000)
        #expect(try act(other, "resume", number, "") == nil)
        #expect(
            try act(other, "extend", number, #","days":10,"reason":"r","approver":"a""#) == nil)
        world.settle()
        #expect(try state(town, number).status == .extended)
        #expect(try state(town, number).extendedDays == 10)
        #expect(try state(town, number).course?.pausedSince == nil)
    }
}
