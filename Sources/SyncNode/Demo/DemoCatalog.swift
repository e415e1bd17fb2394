import Base
import Domain
import Runtime

/// Scenario B on live processes, line by line and on its own dates: a catalog update while a
/// village is off line. C, T, V1 and V2 are a county of their own, whose logs begin on the Monday
/// before, so that every time in them is one of the scenario's.
struct DemoCatalog: DemoPlaces {
    let script: DemoScript
    let c: DemoMember
    let t: DemoMember
    let v1: DemoMember
    let v2: DemoMember

    var all: [DemoMember] { [c, t, v1, v2] }

    static let item = "370511001001"
    static let other = "370511009001"

    /// The cases of the scenario by their letters.
    struct Numbers {
        var p1 = "", p2 = "", p3 = "", p4 = "", p5 = "", p6 = ""
    }

    /// Starts the four nodes, plays, and ends them.
    static func play(script: DemoScript) async {
        let codes = ["370124000000", "370124106000", "370124106201", "370124106202"]
        guard let begin = Instant(rfc3339: "2026-09-21T08:00:00+08:00") else { return }
        do throws(NodeRuntime.Failure) {
            let county = try DemoCounty(
                topology: script.county.topology.only(codes.compactMap(RegionCode.init(_:))),
                data: script.county.data + "/catalog",
                ports: DemoPorts(script.county.ports.spare[1], nodes: codes.count),
                begin: begin)
            do throws(NodeRuntime.Failure) {
                try await county.start()
                try await county.enterStaff()
            } catch {
                script.fact("场景二的四个节点能够启动：\(error.sentence)", false)
                return await county.stop()
            }
            let nodes = codes.compactMap { county.member($0) }
            if nodes.count == 4 {
                await DemoCatalog(
                    script: script, c: nodes[0], t: nodes[1], v1: nodes[2], v2: nodes[3]
                ).lines()
                await script.inspect(county)
            }
            await county.stop()
        } catch {
            script.fact("场景二的四个节点能够启动：\(error.sentence)", false)
        }
    }

    private func lines() async {
        await begin()
        var numbers = Numbers()
        await away(&numbers)
        let draft = await drafts(numbers)
        let published = await release(draft)
        await at("2026-09-24T15:00")
        numbers.p3 = await take(v2, Self.item)
        await script.cell("B.4 P3 依", "v3") { await governing(c, numbers.p3) }
        await midnight(&numbers)
        await unaware(&numbers)
        await back(numbers, noSoonerThan: published)
        await bound(numbers)
        await ruled(numbers)
        await mended(numbers)
        await table(numbers)
    }

    // MARK: what is published

    static func version(
        _ code: String, days: Int, _ last: [(String, String)], base: Int, from: String? = nil,
        basis: String = "样例办法第一条"
    ) -> String {
        let first = [("M1", "申请表"), ("M2", "居民身份证")]
        return DemoSeed.item(
            code, code == other ? "样例证明" : "高龄津贴认定", handling: "承诺件", legal: 20,
            promised: days,
            materials: (first + last).map { ($0.0, $0.1, $0.0 == "M4" || $0.0 == "M5") },
            base: base == 0 ? nil : base, from: from, basis: basis)
    }

    static let old = [("M3", "户口簿"), ("M4", "银行卡复印件")]
    static let new = [("M5", "社会保障卡复印件")]

    /// All on I1 v3; I9 as well, and both granted to every village.
    private func begin() async {
        await at("2026-09-21T09:00")
        var isDone = true
        for (base, days) in [(0, 7), (1, 6), (2, 5)] where isDone {
            isDone = await c.say(Self.version(Self.item, days: days, Self.old, base: base))
        }
        script.fact("B.0 I1 发布到 v3", isDone)
        let other = Self.version(Self.other, days: 5, [("M4", "银行卡复印件")], base: 0)
        script.fact("B.0 I9 发布", await c.say(other))
        for code in [Self.item, Self.other] {
            let isGranted = await c.say(
                "{\"command\":\"grant.set\",\"code\":\"\(code)\",\"region\":\"370124000000\","
                    + "\"level\":\"village\",\"mode\":\"委托受理\",\"from\":\"2026-01-01\","
                    + "\"document\":\"演示〔2026〕2号\"}")
            script.fact("B.0 \(code) 授权各村委托受理", isGranted)
        }
        for member in all {
            await script.cell("B.0 \(letter(member)) 依 I1", "v3") {
                await current(member, Self.item)
            }
            await script.cell("B.0 \(letter(member)) 有 I9 和两份授权", "2") {
                let grants = await member.get("/api/v1/grants?limit=200")["grants"]?.array ?? []
                let known = await current(member, Self.other) == "v1"
                return known ? "\(grants.count)" : "没有 I9"
            }
        }
    }

    /// P1, and P2 behind a link that is cut.
    private func away(_ numbers: inout Numbers) async {
        await at("2026-09-23T10:30")
        numbers.p1 = await take(v2, Self.item)
        await script.cell("B.0 P1 受理，承诺到期", "2026-10-08") { await due(v2, numbers.p1) }
        await script.cell("B.0 P1 到县，依", "v3") { await governing(c, numbers.p1) }
        await at("2026-09-23T18:00")
        await link(v1, t, cut: true)
        await at("2026-09-24T08:30")
        numbers.p2 = await take(v1, Self.item)
        await script.cell("B.0 P2 离线受理，承诺到期", "2026-10-09") {
            await due(v1, numbers.p2)
        }
        script.fact("B.0 P2 还没有到县", await !c.has(numbers.p2))
        // What each station that is on line says once a day by itself.
        for member in [t, v2] { _ = await member.post("/api/v1/receipt", "{}") }
    }

    // MARK: 1 to 5

    /// 1. and 2.: a draft, what is refused of it, what it changes, whom it concerns.
    private func drafts(_ numbers: Numbers) async -> String {
        await at("2026-09-24T09:00")
        let good = Self.version(
            Self.item, days: 3, Self.new, base: 3, from: "2026-09-28"
        ).replacing("item.publish", with: "item.draft")
        let vague = good.replacing("社会保障卡复印件", with: "其他材料")
        let refused = await c.post("/api/v1/commands", vague, as: "shixiang")
        await script.cell("B.1 材料名为“其他材料”的草稿", "vague-material") {
            refused.json["rule"]?.text ?? "保存了"
        }
        let draft = await c.post("/api/v1/commands", good, as: "shixiang")
        let id = draft.json["draft"]?.text ?? ""
        let diff = await data(c, "draft", id)["diff"]
        await script.cell("B.1 要素差异", "承诺办结时限 5→3") {
            (diff?["fields"]?.array ?? []).map { field in
                "\(field["label"]?.text ?? "") \(field["before"]?.int ?? 0)→"
                    + "\(field["after"]?.int ?? 0)"
            }.joined(separator: "；")
        }
        await script.cell("B.1 材料差异", "减少M3 减少M4 增加M5") {
            (diff?["materials"]?.array ?? []).map { material in
                "\(material["change"]?.text ?? "")\(material["code"]?.text ?? "")"
            }.joined(separator: " ")
        }
        await script.cell("B.2 影响范围：在途 \(numbers.p1)（v3）；未同步，可能有未知在途件", v1.node.name) {
            let found = await sheet(c, "impact", Self.item)
            let rows = Self.rows(found["sections"]?.array?.first)
            let open = rows.map { $0[2] }.filter { !$0.isEmpty }
            guard open == ["\(numbers.p1)（v3）"], found["data"]?["open"]?.int == 1 else {
                return "在途 \(open)"
            }
            return rows.filter { $0[3] == "未同步，可能有未知在途件" }.map { $0[1] }
                .joined(separator: " ")
        }
        return id
    }

    /// 3.: who drafted does not approve; three of four have it.
    ///
    /// - Returns: By how much of a real time, at most, the publish was later than 10:00.
    private func release(_ draft: String) async -> Duration {
        let approve = "{\"command\":\"item.approve\",\"draft\":\"\(draft)\"}"
        let own = await c.post("/api/v1/commands", approve, as: "shixiang")
        await script.cell("B.3 起草人复核", "role-forbids") { own.json["rule"]?.text ?? "发布了" }
        await at("2026-09-24T10:00", but: [c])
        let start = ContinuousClock.now
        await at("2026-09-24T10:00", [c])
        let done = await c.post("/api/v1/commands", approve, as: "fuhe")
        let spent = ContinuousClock.now - start
        script.fact("B.3 复核人 10:00 发布，生效 2026-09-28", done.status == 200)
        await script.cell("B.3 到达", "3/4，待达 \(v1.node.name)") { await reach() }
        await script.cell("B.3 尚未生效", "0") {
            await String(data(c, "board", Self.item)["effective"]?.int ?? -1)
        }
        return spent
    }

    /// `3/4，待达 焦庄村便民服务站`: of the newest version.
    func reach() async -> String {
        let board = await sheet(c, "board", Self.item)
        let lines = Self.rows(board["sections"]?.array?.last)
        let waiting = lines.filter { $0[2] == "待达" }.map { $0[1] }
        let word = "\(lines.count - waiting.count)/\(lines.count)"
        return waiting.isEmpty ? word : word + "，待达 " + waiting.joined(separator: " ")
    }

    /// 5.: the nodes' own clocks pass midnight; no line is up by which anything could come.
    private func midnight(_ numbers: inout Numbers) async {
        await link(c, t, cut: true)
        await link(t, v2, cut: true)
        let switching = [("C", c), ("T", t), ("V2", v2)]
        for (name, member) in switching {
            await script.cell("B.5 2026-09-27 最后一分钟 \(name) 依", "v3") {
                // However long the asking took: it counts where the day is still the same.
                await at("2026-09-27T23:59", [member])
                let found = await current(member, Self.item)
                return await today(member) == "2026-09-27" ? found : ""
            }
        }
        for (name, member) in switching {
            await at("2026-09-27T23:59:59", [member])
            await script.cell("B.5 过了零点，没有链路，\(name) 自行改依", "v4") {
                await current(member, Self.item)
            }
        }
        await at("2026-09-28T00:00", [v1])
        await script.cell("B.5 V1 仍依", "v3") { await current(v1, Self.item) }
        await link(c, t, cut: false)
        await link(t, v2, cut: false)
        await at("2026-09-28T09:30")
        numbers.p4 = await take(v2, Self.item)
        await script.cell("B.5 P4 依", "v4") { await governing(v2, numbers.p4) }
        await script.cell("B.5 P4 材料", "M1 M2 M5") {
            await materials(v2, numbers.p4).map(\.0).joined(separator: " ")
        }
    }
}
