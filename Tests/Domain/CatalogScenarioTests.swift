import Account
import Base
import Change
import Civil
import Testing

@testable import Domain

/// Scenario B of SCENARIOS.md on pure nodes: a catalog update while a village is offline.
@Suite struct CatalogScenarioTests {
    private static let allowance = "370511001001"
    private static let proof = "370511009001"

    private let world: CaseWorld

    init() throws {
        world = try CaseWorld()
        try at("2026-09-21T09:00")
        for (number, days) in [(1, 7), (2, 6), (3, 5)] {
            #expect(try publish(Self.allowance, base: number - 1, days: days, ["M3", "M4"]) == nil)
        }
        #expect(try publish(Self.proof, base: 0, days: 5, ["M4"]) == nil)
        for code in [Self.allowance, Self.proof] {
            let grant = """
                {"command":"grant.set","code":"\(code)","region":"370124000000",
                "level":"village","mode":"委托受理","from":"2026-01-01","document":"样例〔2026〕1号"}
                """
            #expect(try world.node("C").say(grant) == nil)
        }
        let editor = try world.node("C").enter("qicao", [.itemEditor])
        let reviewer = try world.node("C").enter("fuhe", [.itemReviewer])
        #expect(editor == nil && reviewer == nil)
        world.node("C").author = 0
        world.settle()
    }

    // MARK: words

    private func moment(_ text: String) throws -> Instant {
        try #require(Instant(rfc3339: text + ":00+08:00"))
    }

    private func at(_ text: String) throws {
        for name in world.names { world.node(name).now = try moment(text) }
    }

    private static let names = [
        "M1": "申请表", "M2": "居民身份证", "M3": "户口簿", "M4": "银行卡复印件", "M5": "社会保障卡复印件",
    ]

    private static func elements(_ days: Int, _ more: [String], basis: String = "样例办法") -> String {
        let materials = (["M1", "M2"] + more).map { code in
            """
            {"code":"\(code)","name":"\(names[code] ?? code)","required":true,
            "deferrable":\(code == "M4" || code == "M5")}
            """
        }
        return """
            {"name":"高龄津贴认定","kind":"行政给付","basis":"\(basis)","level":"县级",
            "department":"县民政局","agency":"县民政局","conditions":"年满 80 周岁","audience":["自然人"],
            "steps":["收件","审查","办结"],"legalDays":20,"promisedDays":\(days),"handling":"承诺件",
            "fees":{"charged":false},"result":{"kind":"给付","name":"高龄津贴"},
            "materials":[\(materials.joined(separator: ","))]}
            """
    }

    private func publish(
        _ code: String, base: Int, days: Int, _ materials: [String], basis: String = "样例办法"
    ) throws -> String? {
        let base = base == 0 ? "" : "\"base\":\(base),"
        return try world.node("C").say(
            """
            {"command":"item.publish","code":"\(code)",\(base)"immediate":true,
            "elements":\(Self.elements(days, materials, basis: basis))}
            """)
    }

    private func say(_ name: String, _ json: String) throws -> String? {
        try world.node(name).say(json)
    }

    /// 收件 and 受理 at a station, at its own time; the number.
    private func take(
        _ name: String, _ item: String, _ time: String, accepting: Bool = true
    ) throws -> String {
        world.node(name).now = try moment(time)
        let before = Set(world.node(name).cases.map(\.state.number))
        let node = world.node(name)
        let known = CatalogQuery.effective(
            item, for: node.region.id, at: node.now, in: node.directory, from: node)
        let codes = known?.elements.materials.map { "\"\($0.code)\"" } ?? []
        let refusal = try say(
            name,
            """
            {"command":"case.receive","item":"\(item)","applicant":"王某",
            "materials":[\(codes.joined(separator: ","))]}
            """)
        #expect(refusal == nil)
        let number = try #require(
            world.node(name).cases.map(\.state.number).first { !before.contains($0) })
        if accepting { #expect(try world.say(name, "accept", number) == nil) }
        return number
    }

    private func binding(_ name: String, _ number: String) throws -> CaseBinding {
        let state = try #require(world.state(name, number))
        return try #require(
            CatalogQuery.binding(
                of: state, in: world.node(name).directory, from: world.node(name)))
    }

    private func due(_ name: String, _ number: String) throws -> String? {
        let state = try #require(world.state(name, number))
        let node = world.node(name)
        let clock = CatalogQuery.clock(
            of: state, on: CivilDate(of: node.now), in: node.directory, from: node)
        return clock?.promised?.date?.text
    }

    private func standing(_ binding: CaseBinding, _ code: String) -> CaseBinding.Standing? {
        binding.materials.first { $0.code == code }?.standing
    }

    private func version(_ name: String, _ time: String) throws -> Int? {
        let node = world.node(name)
        return CatalogQuery.effective(
            Self.allowance, for: node.region.id, at: try moment(time), in: node.directory,
            from: node)?.version.value.number
    }

    private func reached(_ number: Int) throws -> [String] {
        let node = world.node("C")
        let item = try #require(
            CatalogQuery.item(
                Self.allowance, for: node.region.id, in: node.directory, from: node))
        let version = try #require(
            item.state.versions.entries.last { $0.value.number == number })
        return CatalogQuery.rollout(
            of: version.stamp, in: node.region.id, node.directory, from: node
        ).filter { $0.reach != .waiting }.map(\.region.name).sorted()
    }

    // MARK: the scenario

    @Test func aCatalogUpdateWhileAVillageIsOffline() throws {
        // Start: V1 is offline from 9/23 18:00 on.
        try at("2026-09-23T10:00")
        let p1 = try take("V2", Self.allowance, "2026-09-23T10:30")
        world.settle()
        #expect(try binding("C", p1).pinned == 3)
        #expect(try due("C", p1) == "2026-10-08")
        world.cut("V1", "T")
        let p2 = try take("V1", Self.allowance, "2026-09-24T08:30")
        #expect(try due("V1", p2) == "2026-10-09")

        let draft = try draftOfTheFourth()
        try publishTheFourth(draft, p1)

        // 4. 9/24 15:00: not effective yet.
        let p3 = try take("V2", Self.allowance, "2026-09-24T15:00")
        world.settle()
        #expect(try binding("C", p3).pinned == 3)

        // 5. 9/28 00:00: C, T, V2 switch by themselves, V1 does not know.
        for name in ["C", "T", "V2"] {
            #expect(try version(name, "2026-09-27T23:59") == 3)
            #expect(try version(name, "2026-09-28T00:00") == 4)
        }
        #expect(try version("V1", "2026-09-28T00:00") == 3)
        let p4 = try take("V2", Self.allowance, "2026-09-28T09:30")
        #expect(try binding("V2", p4).materials.map(\.code) == ["M1", "M2", "M5"])

        // 6. 9/28 10:00: V1 takes P5 under the version that it knows, and prints five days.
        let p5 = try take("V1", Self.allowance, "2026-09-28T10:00")
        #expect(try due("V1", p5) == "2026-10-10")

        let p6 = try whileItIsAway()
        try itComesBack()
        try casesAreBound(p2: p2, p5: p5)
        try theSuspendedOneIsRuled(p6)
        try theTextIsMended(p4: p4, p5: p5)
        try theSecondPublisherIsStale()
        try finalState(p1: p1, p2: p2, p3: p3, p4: p4, p5: p5, p6: p6)
    }

    /// 1. C drafts v4; “其他材料” is refused as soon as it is saved.
    private func draftOfTheFourth() throws -> String {
        try at("2026-09-24T09:00")
        try world.node("C").act(as: "qicao")
        let vague = Self.elements(3, ["M5"]).replacing("社会保障卡复印件", with: "其他材料")
        let head = """
            {"command":"item.draft","code":"\(Self.allowance)","base":3,
            "effectiveFrom":"2026-09-28","elements":
            """
        #expect(try say("C", head + vague + "}") == "vague-material")
        #expect(try say("C", head + Self.elements(3, ["M5"]) + "}") == nil)
        return try #require(
            world.node("C").find(.draft, label: Self.allowance).last?.id.hex)
    }

    /// 2. and 3. Who drafted does not approve; three of four have it, V1 does not.
    private func publishTheFourth(_ draft: String, _ p1: String) throws {
        try at("2026-09-24T10:00")
        let approve = "{\"command\":\"item.approve\",\"draft\":\"\(draft)\"}"
        #expect(try say("C", approve) == "role-forbids")
        try world.node("C").act(as: "fuhe")
        #expect(try say("C", approve) == nil)
        world.node("C").author = 0
        world.settle()
        #expect(try reached(4) == ["C", "T", "T2", "V2"])
        let open = world.node("C").cases.filter { !$0.state.status.isFinal }
        #expect(open.map(\.state.number) == [p1])
    }

    /// 7. V1 edits its own hours; T may not touch the materials; C suspends I9.
    private func whileItIsAway() throws -> String {
        let hours = """
            {"command":"overlay.set","code":"\(Self.allowance)","values":{"hours":"8:30–16:00"}}
            """
        world.node("V1").now = try moment("2026-09-28T11:00")
        #expect(try say("V1", hours) == nil)
        let materials = """
            {"command":"overlay.set","code":"\(Self.allowance)","values":{"materials":"无"}}
            """
        #expect(try say("T", materials) == "uniform-element-read-only")
        world.node("C").now = try moment("2026-09-28T14:00")
        #expect(
            try say(
                "C", "{\"command\":\"item.suspend\",\"code\":\"\(Self.proof)\",\"reason\":\"核查\"}")
                == nil)
        return try take("V1", Self.proof, "2026-09-28T15:00", accepting: false)
    }

    /// 8. 9/29 09:00: V1 gives and takes; all four have it.
    private func itComesBack() throws {
        try at("2026-09-29T09:00")
        world.mend("V1", "T")
        world.settle()
        #expect(try reached(4) == ["C", "T", "T2", "V1", "V2"])
        #expect(try version("V1", "2026-09-29T09:00") == 4)
        let node = world.node("C")
        let own = try #require(
            CatalogQuery.effective(
                Self.allowance, for: CaseWorld.id("V1"), at: node.now, in: node.directory,
                from: node))
        #expect(own.locals.map(\.text) == ["8:30–16:00"])
        let other = try #require(
            CatalogQuery.effective(
                Self.allowance, for: CaseWorld.id("V2"), at: node.now, in: node.directory,
                from: node))
        #expect(other.locals.isEmpty)
    }

    /// 9. and 10. P2 stays under v3, P5 is rebased in the applicant's favour.
    private func casesAreBound(p2: String, p5: String) throws {
        for name in ["C", "T", "V1"] {
            let early = try binding(name, p2)
            #expect((early.pinned, early.governing) == (3, 3))
            #expect(!early.isLagging)
            #expect(standing(early, "M3") == .waived)
            #expect(!early.mayAsk("M5"))
            #expect(try due(name, p2) == "2026-10-09")
            let late = try binding(name, p5)
            #expect((late.pinned, late.governing) == (3, 4))
            #expect(late.isLagging)
            #expect(standing(late, "M3") == .waived)
            #expect(standing(late, "M4") == .waived)
            #expect(standing(late, "M5") == .deferred)
            #expect(late.printedDays == 5)
            #expect(try due(name, p5) == "2026-10-08")
        }
        // No 补正告知 was made, and none for what was dropped can be.
        #expect(world.state("V1", p5)?.effective(.caseCorrection).isEmpty == true)
        #expect(
            try world.say("V1", "correct", p2, #","gaps":["M3 户口簿"]"#) == "material-not-asked")
    }

    /// 11. P6 waits for a ruling and is never refused by itself.
    private func theSuspendedOneIsRuled(_ p6: String) throws {
        for name in ["C", "V1"] {
            #expect(try binding(name, p6).isHalted)
            #expect(world.state(name, p6)?.status == .received)
        }
        #expect(try world.say("V1", "accept", p6) == "case-pending-ruling")
        let id = try #require(world.node("C").cases.first { $0.state.number == p6 }?.id.hex)
        let ruling = """
            {"command":"ruling.set","case":"\(id)","about":"standing","outcome":"continue",
            "reason":"暂停前已有此类申请"}
            """
        #expect(try say("T", ruling) == "uniform-element-read-only")
        #expect(try say("C", ruling) == nil)
        world.settle()
        #expect(try world.say("V1", "accept", p6) == nil)
        world.settle()
        #expect(world.state("C", p6)?.status == .accepted)
    }

    /// 12. v5 at once; P4 and P5 stay under v4.
    private func theTextIsMended(p4: String, p5: String) throws {
        try at("2026-09-29T11:00")
        #expect(
            try publish(Self.allowance, base: 4, days: 3, ["M5"], basis: "样例办法（2026 修订）") == nil)
        world.settle()
        #expect(try version("V1", "2026-09-29T11:00") == 5)
        for number in [p4, p5] { #expect(try binding("C", number).governing == 4) }
    }

    /// 13. Two drafts from v5: the second publisher must rebase.
    private func theSecondPublisherIsStale() throws {
        try at("2026-09-29T14:00")
        try world.node("C").act(as: "qicao")
        let before = Set(world.node("C").find(.draft, label: Self.allowance).map(\.id.hex))
        for days in [3, 2] {
            world.node("C").now = world.node("C").now.advanced(byMillis: 1_000)
            let draft = """
                {"command":"item.draft","code":"\(Self.allowance)","base":5,"immediate":true,
                "elements":\(Self.elements(days, ["M5"]))}
                """
            #expect(try say("C", draft) == nil)
        }
        let drafts = world.node("C").find(.draft, label: Self.allowance).map(\.id.hex)
            .filter { !before.contains($0) }
        #expect(drafts.count == 2)
        // The first to be approved would be v6; the scenario ends with v5, so that both are given
        // up once the conflict was seen on a copy of the node.
        let spare = try CaseWorld()
        for name in world.names {
            _ = spare.carry(from: world.node(name), to: spare.node("C"))
        }
        spare.node("C").now = world.node("C").now
        try spare.node("C").act(as: "fuhe")
        func approve(_ node: CaseNode, _ draft: String) throws -> String? {
            try node.say("{\"command\":\"item.approve\",\"draft\":\"\(draft)\"}")
        }
        #expect(try approve(spare.node("C"), drafts[0]) == nil)
        #expect(try approve(spare.node("C"), drafts[1]) == "version-conflict")
        for draft in drafts {
            #expect(
                try say("C", "{\"command\":\"item.discard\",\"draft\":\"\(draft)\"}") == nil)
        }
        world.node("C").author = 0
        world.settle()
    }

    private func finalState(
        p1: String, p2: String, p3: String, p4: String, p5: String, p6: String
    ) throws {
        let now = try moment("2026-09-29T15:00")
        var sums: Set<UInt64> = []
        for name in ["C", "T", "V1", "V2"] {
            let node = world.node(name)
            let item = try #require(
                CatalogQuery.item(
                    Self.allowance, for: node.region.id, in: node.directory, from: node))
            #expect(item.state.history(at: now).map(\.entry.value.number) == [5, 4, 3, 2, 1])
            #expect(
                item.state.history(at: now).map(\.place)
                    == [.current, .history, .history, .history, .history])
            let suspended = try #require(
                CatalogQuery.item(
                    Self.proof, for: node.region.id, in: node.directory, from: node))
            #expect(suspended.state.standing(at: now) == .suspended)
            let key = CatalogReceiptState.key(
                catalog: CaseWorld.id("C"), region: CaseWorld.id("C"))
            if case .receipt(let state)? = node.content(key) { sums.insert(state.uniform) }
        }
        #expect(try reached(5) == ["C", "T", "T2", "V1", "V2"])
        // 十同一致率 100%: one sum at all, and nobody's receipt says another.
        #expect(sums.count == 1)
        for name in ["T", "T2", "V1", "V2"] {
            let node = world.node("C")
            let owner = CatalogFold.receipts(
                of: CaseWorld.id("C"), at: CaseWorld.id("C"), from: node)
            let said = CatalogFold.receipts(
                of: CaseWorld.id("C"), at: CaseWorld.id(name), from: node)
            #expect(said.agrees(with: owner) == true, "\(name)")
        }
        // 目录同步时效 of v4: from its publishing to V1's receipt, 4 days and 23 hours.
        let node = world.node("C")
        let item = try #require(
            CatalogQuery.item(
                Self.allowance, for: node.region.id, in: node.directory, from: node))
        let fourth = try #require(item.state.versions.entries.last { $0.value.number == 4 })
        let lines = CatalogQuery.rollout(
            of: fourth.stamp, in: node.region.id, node.directory, from: node)
        let spread = try #require(CatalogQuery.complete(lines))
        #expect((spread.millis - fourth.stamp.time.millis) / 3_600_000 == 4 * 24 + 23)
        let counts = try [3, 4].map { number in
            let version = try #require(
                item.state.versions.entries.last { $0.value.number == number })
            return ItemElements(version.value.elements)?.materials.count
        }
        #expect(counts == [4, 3])
        let table = try [p1, p2, p3, p4, p5].map { try binding("C", $0).governing }
        #expect(table == [3, 3, 3, 4, 4])
        #expect(try binding("C", p5).isLagging)
        #expect(try due("C", p1) == "2026-10-08")
        #expect(try due("C", p5) == "2026-10-08")
        #expect(world.state("C", p6)?.status == .accepted)
    }

    /// A grant that was taken back while the station was offline: its acts are flagged.
    @Test func actsBehindTheEndOfAGrantWaitForTheirRatification() throws {
        world.cut("V1", "T")
        try at("2026-09-24T09:00")
        let end = """
            {"command":"grant.set","code":"\(Self.allowance)","region":"370124000000",
            "level":"village","mode":null,"from":"2026-09-24","document":"样例〔2026〕9号"}
            """
        #expect(try say("C", end) == nil)
        let early = try take("V2", Self.proof, "2026-09-24T10:00")
        let late = try take("V1", Self.allowance, "2026-09-24T10:00")
        world.mend("V1", "T")
        world.settle()
        func flagged(_ name: String, _ number: String) throws -> [ChangeKind] {
            let state = try #require(world.state(name, number))
            return CatalogQuery.overreach(
                of: state, in: world.node(name).directory, from: world.node(name)
            ).map(\.kind)
        }
        for name in ["C", "T", "V1"] {
            let kinds = try flagged(name, late)
            #expect(kinds == [.caseReceive, .caseAccept])
            #expect(world.state(name, late)?.status == .accepted)
        }
        #expect(try flagged("C", early).isEmpty)
        world.node("V2").now = try moment("2026-09-24T11:00")
        let refused = try say(
            "V2",
            """
            {"command":"case.receive","item":"\(Self.allowance)","applicant":"王某","materials":[]}
            """)
        #expect(refused == "item-not-granted")
    }
}
