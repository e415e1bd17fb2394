import Base
import Domain
import Runtime

/// Scenario B on live processes: a catalog update while a village is offline. The nodes' clocks
/// are set forward, so that days pass; weekdays stand where the scenario has them.
struct DemoCatalog: Sendable {
    let script: DemoScript
    let world: DemoWorld

    static let item = "370511001009"
    static let other = "370511009001"

    func play() async {
        guard let week = DemoWeek(after: CivilDate(of: SystemClock.now())) else {
            return script.fact("场景二的日子排不出来", false)
        }
        await clock(week.day("2026-09-23"), "10:00", world.all)
        await begin(week)
        var numbers = Numbers()
        numbers.p1 = await take(world.v2, Self.item)
        await script.eventually("县里收到夏沟村的 P1") { await world.c.has(numbers.p1) }
        await world.link(world.v1, world.t, cut: true)
        await clock(week.day("2026-09-24"), "08:30", world.all)
        numbers.p2 = await take(world.v1, Self.item)
        await clock(week.day("2026-09-24"), "09:00", world.all)
        await publish(week)
        await clock(week.day("2026-09-24"), "15:00", world.all)
        numbers.p3 = await take(world.v2, Self.item)
        await clock(week.day("2026-09-28"), "09:30", world.all)
        numbers.p4 = await take(world.v2, Self.item)
        await script.eventually("P3 仍依 v3，P4 依 v4") {
            let early = await binding(world.c, numbers.p3)
            let late = await binding(world.c, numbers.p4)
            return early["governing"]?.int == 3 && late["governing"]?.int == 4
                && codes(late) == ["M1", "M2", "M5"]
        }
        await clock(week.day("2026-09-28"), "10:00", world.all)
        numbers.p5 = await take(world.v1, Self.item)
        let printed = await due(world.v1, numbers.p5)
        script.fact("P5 打印的承诺到期：\(printed)", printed == week.day("2026-10-10"))
        numbers.p6 = await whileItIsAway()
        await clock(week.day("2026-09-29"), "09:00", world.all)
        await world.link(world.v1, world.t, cut: false)
        await script.eventually("焦庄村恢复链路，全部已生效", seconds: 30) {
            let board = await sheet(world.c, "board", Self.item)
            return board["effective"]?.int == board["stations"]?.int
        }
        await bound(week, p2: numbers.p2, p5: numbers.p5)
        await ruled(numbers.p6)
        await mended(week, p4: numbers.p4, p5: numbers.p5)
        await table(week, numbers)
    }

    /// The cases of the scenario by their letters.
    struct Numbers: Sendable {
        var p1 = "", p2 = "", p3 = "", p4 = "", p5 = "", p6 = ""
    }

    // MARK: steps

    private static func item(
        _ code: String, days: Int, _ last: [(String, String)], base: Int, from: String? = nil,
        basis: String = "样例办法第一条"
    ) -> String {
        let first = [("M1", "申请表", false), ("M2", "居民身份证", false)]
        return DemoSeed.item(
            code, code == other ? "样例证明" : "高龄津贴认定（场景二）", handling: "承诺件", legal: 20,
            promised: days,
            materials: first + last.map { ($0.0, $0.1, $0.0 == "M4" || $0.0 == "M5") },
            base: base == 0 ? nil : base, from: from, basis: basis)
    }

    private static let old = [("M3", "户口簿"), ("M4", "银行卡复印件")]
    private static let new = [("M5", "社会保障卡复印件")]

    /// I1 at v3 and I9, both granted to every village.
    private func begin(_ week: DemoWeek) async {
        for notice in week.notices { await world.c.say(notice) }
        for (number, days) in [(0, 7), (1, 6), (2, 5)] {
            await world.c.say(Self.item(Self.item, days: days, Self.old, base: number))
        }
        await world.c.say(Self.item(Self.other, days: 5, [], base: 0))
        for code in [Self.item, Self.other] {
            await world.c.say(
                "{\"command\":\"grant.set\",\"code\":\"\(code)\",\"region\":\"370124000000\","
                    + "\"level\":\"village\",\"mode\":\"委托受理\",\"from\":\"2026-01-01\","
                    + "\"document\":\"演示〔2026〕2号\"}")
        }
        await script.eventually("I1 第 3 版、I9 与授权到达全县") {
            for code in [Self.item, Self.other] {
                let board = await sheet(world.c, "board", code)
                guard board["stations"] != nil,
                    board["effective"]?.int == board["stations"]?.int
                else { return false }
            }
            return await world.v1.get("/api/v1/grants?limit=200")["grants"]?.array?
                .contains { $0["code"]?.text == Self.other } == true
        }
    }

    private func publish(_ week: DemoWeek) async {
        let from = week.day("2026-09-28")
        let good = Self.item(Self.item, days: 3, Self.new, base: 3, from: from)
            .replacing("item.publish", with: "item.draft")
        let vague = good.replacing("社会保障卡复印件", with: "其他材料")
        let refused = await world.c.post("/api/v1/commands", vague, as: "shixiang")
        script.fact("“其他材料”存不进草稿", refused.json["rule"]?.text == "vague-material")
        let draft = await world.c.post("/api/v1/commands", good, as: "shixiang")
        let id = draft.json["draft"]?.text ?? ""
        let impact = await sheet(world.c, "impact", Self.item)
        script.fact(
            "影响范围：在途 1 件，焦庄村未同步",
            impact["open"]?.int == 1
                && impact["silent"]?.array?.contains("370124106201") == true)
        let diff = await sheet(world.c, "draft", id)["diff"]
        script.fact(
            "草稿差异：承诺时限一项，材料减二增一",
            diff?["fields"]?.array?.compactMap { $0["key"]?.text } == ["promisedDays"]
                && diff?["materials"]?.array?.compactMap { $0["change"]?.text }
                    == ["减少", "减少", "增加"]
        )
        let approve = "{\"command\":\"item.approve\",\"draft\":\"\(id)\"}"
        let own = await world.c.post("/api/v1/commands", approve, as: "shixiang")
        script.fact("起草人不得复核", own.status == 403)
        await clock(week.day("2026-09-24"), "10:00", world.all)
        let done = await world.c.post("/api/v1/commands", approve, as: "fuhe")
        script.fact("复核人发布，下周一生效", done.status == 200)
        await script.eventually("除焦庄村外都已达，均未生效") {
            let board = await sheet(world.c, "board", Self.item)
            return board["waiting"]?.int == 1 && board["effective"]?.int == 0
        }
    }

    /// V1's own hours, T's refusal, I9 suspended, and P6 received without knowing it.
    private func whileItIsAway() async -> String {
        let hours = "{\"command\":\"overlay.set\",\"code\":\"\(Self.item)\",\"values\":"
        script.fact(
            "焦庄村改自己的办公时间", await world.v1.say(hours + "{\"hours\":\"8:30–16:00\"}}"))
        let materials = await world.t.command(hours + "{\"materials\":\"无\"}}")
        script.fact(
            "玫瑰镇改申请材料被拒：统一要素只读",
            materials.json["rule"]?.text == "uniform-element-read-only")
        script.fact(
            "县里暂停 I9",
            await world.c.say(
                "{\"command\":\"item.suspend\",\"code\":\"\(Self.other)\",\"reason\":\"核查\"}"))
        return await world.receive(world.v1, Self.other, "孙某")
    }

    private func bound(_ week: DemoWeek, p2: String, p5: String) async {
        await script.eventually("P2 依 v3，户口簿免交，新材料不得要求") {
            let found = await binding(world.c, p2)
            return found["governing"]?.int == 3 && standing(found, "M3") == "免交"
                && standing(found, "M5") == nil
        }
        await script.eventually("P5 版本滞后改依 v4，新材料容缺，时限按较早者") {
            let found = await binding(world.c, p5)
            let due = await due(world.c, p5)
            return found["lagging"]?.bool == true && found["governing"]?.int == 4
                && standing(found, "M3") == "免交" && standing(found, "M5") == "容缺"
                && due == week.day("2026-10-08")
        }
        let asked = await world.v1.command(
            "{\"command\":\"case.correct\",\"case\":\"\(p2)\",\"gaps\":[\"M3 户口簿\"]}")
        script.fact("已免交的材料要求不了", asked.json["rule"]?.text == "material-not-asked")
        let own = "/api/v1/catalog/guide?code=\(Self.item)&region="
        await script.eventually("办公时间在县里看得到，夏沟村不变") {
            let here = await world.c.get(own + "370124106201")
            let there = await world.c.get(own + "370124106202")
            return "\(here)".contains("8:30–16:00") && !"\(there)".contains("8:30–16:00")
        }
    }

    private func ruled(_ p6: String) async {
        await script.eventually("P6 待裁定，没有被自动不予受理") {
            let found = await binding(world.c, p6)
            let file = await world.c.file(p6)
            return found["halted"]?.bool == true && file?["status"]?.text == "received"
        }
        let early = await world.v1.command("{\"command\":\"case.accept\",\"case\":\"\(p6)\"}")
        script.fact("裁定前不得受理", early.json["rule"]?.text == "case-pending-ruling")
        script.fact(
            "县里裁定继续办理",
            await world.c.say(
                "{\"command\":\"ruling.set\",\"case\":\"\(p6)\",\"about\":\"standing\","
                    + "\"outcome\":\"continue\",\"reason\":\"暂停前已有申请\"}"))
        await script.eventually("焦庄村受理 P6") {
            await world.v1.command("{\"command\":\"case.accept\",\"case\":\"\(p6)\"}").status == 200
        }
    }

    /// v5 at once; two drafts from it, of which the second must rebase; nothing differs.
    private func mended(_ week: DemoWeek, p4: String, p5: String) async {
        await clock(week.day("2026-09-29"), "11:00", world.all)
        let basis = "样例办法第一条（2026 修订）"
        await world.c.say(Self.item(Self.item, days: 3, Self.new, base: 4, basis: basis))
        await script.eventually("v5 立即生效，全县 5/5") {
            let board = await sheet(world.c, "board", Self.item)
            return board["version"]?.int == 5
                && board["effective"]?.int == board["stations"]?.int
        }
        let fourth = await binding(world.c, p4)
        let fifth = await binding(world.c, p5)
        script.fact(
            "P4、P5 留在 v4", fourth["governing"]?.int == 4 && fifth["governing"]?.int == 4)
        var drafts: [String] = []
        for days in [3, 2] {
            let body = Self.item(
                Self.item, days: days, Self.new, base: 5, from: week.day("2026-11-02"),
                basis: basis
            ).replacing("item.publish", with: "item.draft")
            let answer = await world.c.post("/api/v1/commands", body, as: "shixiang")
            drafts.append(answer.json["draft"]?.text ?? "")
        }
        var rules: [String?] = []
        for id in drafts {
            let body = "{\"command\":\"item.approve\",\"draft\":\"\(id)\"}"
            let answer = await world.c.post("/api/v1/commands", body, as: "fuhe")
            rules.append(answer.json["rule"]?.text)
        }
        let ways = await sheet(world.c, "draft", drafts[1])["threeWay"]
        script.fact(
            "两份草稿，后复核者版本冲突，有三方对照",
            rules == [nil, "version-conflict"] && ways?.array?.isEmpty == false)
        await script.eventually("十同一致率 100%") {
            let found = await sheet(world.c, "uniform", "")
            return found["differing"]?.int == 0 && found["agreeing"] == found["stations"]
        }
    }

    // MARK: words

    private func clock(_ date: String, _ time: String, _ members: [DemoMember]) async {
        for member in members {
            _ = await member.post("/demo/v1/clock", "{\"at\":\"\(date)T\(time):00+08:00\"}")
        }
    }

    /// 收件 and 受理; the number.
    private func take(_ member: DemoMember, _ item: String) async -> String {
        let number = await world.receive(member, item, "孙某")
        await member.act("accept", number)
        return number
    }

    func sheet(_ member: DemoMember, _ kind: String, _ code: String) async -> JSON {
        let path = "/api/v1/catalog/" + kind + (code.isEmpty ? "" : "?code=" + code)
        return await member.get(path)["data"] ?? .null
    }

    func binding(_ member: DemoMember, _ number: String) async -> JSON {
        await sheet(member, "binding", number)
    }

    func codes(_ binding: JSON) -> [String] {
        (binding["materials"]?.array ?? []).compactMap { $0["code"]?.text }
    }

    func standing(_ binding: JSON, _ code: String) -> String? {
        (binding["materials"]?.array ?? []).first { $0["code"]?.text == code }?["standing"]?.text
    }
}
