import Base
import Domain
import Runtime

/// What the demo county begins with: a catalog with grants, and cases in flight.
struct DemoSeed: Sendable {
    let county: DemoCounty

    /// 12-digit item codes of the demo (SCENARIOS: I1, I2, I4).
    enum Item {
        static let allowance = "370511001001"
        static let pension = "370511002001"
        static let disability = "370511004001"
    }

    /// Publishes and grants what is not there yet, at every root of the topology.
    func plant() async throws(NodeRuntime.Failure) {
        for member in county.members where member.node.parent == nil {
            let known = await member.get("/api/v1/items")
            guard known["items"]?.array?.isEmpty ?? true else { continue }
            for item in Self.items { try await need(member, item) }
            for grant in Self.grants(member.node.region.text) { try await need(member, grant) }
            let imported = await member.post(
                "/api/v1/catalog/import?publish=true", DemoItems.file)
            guard imported.json["published"]?.int == Int64(DemoItems.count) else {
                throw NodeRuntime.Failure(
                    "\(member.node.name) did not import its catalog: \(imported.json)", exitCode: 1)
            }
            try await DemoDefinitions.plant(at: member)
        }
    }

    /// Cases in flight, where the nodes of SCENARIOS.md are and have none yet: one of each kind
    /// that a clerk meets on a morning.
    func plantCases() async {
        guard let world = DemoWorld(county) else { return }
        for member in [world.v1, world.v2, world.t, world.t2] {
            await wait("\(member.node.name) 还没有事项") {
                let items = await member.get("/api/v1/items?limit=200")["items"]
                return items?.array?.count == Self.count
            }
        }
        guard await world.numbers(world.v1).isEmpty else { return }
        await plantVillages(world)
        await plantTowns(world)
    }

    /// 受理容缺, 当场办结, 待补正.
    private func plantVillages(_ world: DemoWorld) async {
        let (v1, v2) = (world.v1, world.v2)
        let accepted = await world.receive(v1, Item.allowance, "王桂英", missing: ["M4"])
        await v1.act("accept", accepted, ",\"promise\":true")
        let done = await world.receive(v1, Item.pension, "李德福")
        await v1.act("accept", done)
        await v1.act("decide", done, ",\"outcome\":\"grant\"")
        await v1.act("deliver", done)
        let gap = await world.receive(v2, Item.allowance, "赵玉芬", missing: ["M3"])
        await v2.act("correct", gap, ",\"gaps\":[\"M3 户口簿\"]")
    }

    /// 待县签收, 跨县已受理.
    private func plantTowns(_ world: DemoWorld) async {
        let up = await world.receive(world.t, Item.allowance, "张建国")
        await world.t.act("accept", up)
        await world.t.act("offer", up, ",\"to\":\"\(world.c.node.region.text)\"")
        let away = await world.receive(world.t2, Item.disability, "刘秀英")
        await world.t2.act("offer", away, ",\"to\":\"\(world.lt.node.region.text)\"")
        await wait("沙镇镇还没有收到移交") { await world.lt.has(away) }
        await world.lt.act("sign", away)
        await world.lt.act("accept", away)
    }

    /// For at most ten seconds; says what did not come.
    private func wait(_ complaint: String, _ isThere: () async -> Bool) async {
        for _ in 0..<100 {
            if await isThere() { return }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
        }
        Console.say(complaint)
    }

    private func need(
        _ member: DemoMember, _ command: String
    ) async throws(NodeRuntime.Failure) {
        guard await member.say(command) else {
            throw NodeRuntime.Failure("\(member.node.name) refused \(command)", exitCode: 1)
        }
    }

    /// A version of an item, effective at once.
    static func item(
        _ code: String, _ name: String, handling: String, legal: Int, promised: Int,
        materials: [(code: String, name: String, deferrable: Bool)], base: Int? = nil,
        from: String? = nil, basis text: String = "样例办法第一条"
    ) -> String {
        let list = materials.map { material in
            "{\"code\":\"\(material.code)\",\"name\":\"\(material.name)\",\"required\":true,"
                + "\"deferrable\":\(material.deferrable)}"
        }
        let basis = base.map { "\"base\":\($0)," } ?? ""
        return "{\"command\":\"item.publish\",\"code\":\"\(code)\",\(basis)"
            + (from.map { "\"effectiveFrom\":\"\($0)\"," } ?? "\"immediate\":true,")
            + "\"elements\":{\"name\":\"\(name)\",\"kind\":\"公共服务\","
            + "\"handling\":\"\(handling)\",\"legalDays\":\(legal),"
            + "\"promisedDays\":\(promised),\"materials\":[\(list.joined(separator: ","))],"
            + "\"basis\":\"\(text)\",\"level\":\"县级\",\"department\":\"县民政局\",\"agency\":\"县民政局\","
            + "\"audience\":[\"自然人\"],\"steps\":[\"收件与受理\",\"审查与决定\"],\"fees\":{\"charged\":false},"
            + "\"result\":{\"kind\":\"其他\",\"name\":\"办理结果\"},"
            + "\"conditions\":\"本县户籍居民\"}}"
    }

    static let allowanceMaterials = [
        (code: "M1", name: "申请表", deferrable: false),
        (code: "M2", name: "身份证", deferrable: false),
        (code: "M3", name: "户口簿", deferrable: false),
        (code: "M4", name: "银行卡复印件", deferrable: true),
    ]

    /// Items that every root publishes: these, the file's, and the one with every element.
    static var count: Int { items.count + DemoItems.count + 1 }

    static let items = [
        item(
            Item.allowance, "高龄津贴认定", handling: "承诺件", legal: 20, promised: 5,
            materials: allowanceMaterials),
        item(
            Item.pension, "城乡居民养老保险参保登记", handling: "即办件", legal: 1, promised: 1,
            materials: [(code: "M1", name: "参保登记表", deferrable: false)]),
        item(
            Item.disability, "残疾人两项补贴认定", handling: "承诺件", legal: 20, promised: 10,
            materials: [
                (code: "M1", name: "申请表", deferrable: false),
                (code: "M3", name: "残疾人证", deferrable: false),
            ]),
    ]

    private static func grants(_ county: String) -> [String] {
        [(Item.allowance, "委托受理"), (Item.pension, "授权办理")].map { code, mode in
            "{\"command\":\"grant.set\",\"code\":\"\(code)\",\"region\":\"\(county)\","
                + "\"level\":\"village\",\"mode\":\"\(mode)\",\"from\":\"2026-01-01\","
                + "\"document\":\"演示〔2026〕1号\"}"
        }
    }
}
