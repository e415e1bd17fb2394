import Base
import Domain
import Runtime

/// Scenario B on live processes: a catalog update while a village is offline. The nodes' clocks
/// are set forward, so that days pass; weekdays stand where the scenario has them.
struct DemoCatalog: Sendable {
    let script: DemoScript
    let world: DemoWorld

    private static let item = "370511001009"
    private static let other = "370511009001"

    /// Wednesday to the Tuesday after, none of them a holiday of 2026.
    private struct Week {
        let wednesday, thursday, monday, tuesday: String

        init?(after today: CivilDate) {
            var day = today.advanced(by: 1)
            while day.weekday != 3 { day = day.advanced(by: 1) }
            let all = [0, 1, 5, 6].map { day.advanced(by: $0) }
            let calendar = WorkCalendar()
            guard all.allSatisfy({ calendar.isWorkingDay($0) == true }) else { return nil }
            (wednesday, thursday) = (all[0].text, all[1].text)
            (monday, tuesday) = (all[2].text, all[3].text)
        }
    }

    func play() async {
        guard let week = Week(after: CivilDate(of: SystemClock.now())) else {
            return script.fact("本周前后没有节假日安排，场景二未演", false)
        }
        await clock(week.wednesday, "10:00", world.all)
        await begin()
        let p1 = await take(world.v2, Self.item)
        await script.eventually("县里收到夏沟村的 P1") { await world.c.has(p1) }
        await world.link(world.v1, world.t, cut: true)
        await clock(week.thursday, "08:30", world.all)
        let p2 = await take(world.v1, Self.item)
        await clock(week.thursday, "09:00", world.all)
        await publish(week, p1)
        await clock(week.thursday, "15:00", world.all)
        let p3 = await take(world.v2, Self.item)
        await clock(week.monday, "09:30", world.all)
        let p4 = await take(world.v2, Self.item)
        await script.eventually("P3 仍依 v3，P4 依 v4") {
            let early = await binding(world.c, p3)
            let late = await binding(world.c, p4)
            return early["governing"]?.int == 3 && late["governing"]?.int == 4
                && codes(late) == ["M1", "M2", "M5"]
        }
        await clock(week.monday, "10:00", world.all)
        let p5 = await take(world.v1, Self.item)
        let p6 = await whileItIsAway()
        await clock(week.tuesday, "09:00", world.all)
        await world.link(world.v1, world.t, cut: false)
        await script.eventually("焦庄村恢复链路，全部已生效", seconds: 30) {
            let board = await sheet(world.c, "board", Self.item)
            return board["effective"]?.int == board["stations"]?.int
        }
        await bound(week, p2: p2, p5: p5)
        await ruled(p6)
        await mended(week, p4: p4, p5: p5)
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
    private func begin() async {
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

    private func publish(_ week: Week, _ p1: String) async {
        let good = Self.item(Self.item, days: 3, Self.new, base: 3, from: week.monday)
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

    private func bound(_ week: Week, p2: String, p5: String) async {
        await script.eventually("P2 依 v3，户口簿免交，新材料不得要求") {
            let found = await binding(world.c, p2)
            return found["governing"]?.int == 3 && standing(found, "M3") == "免交"
                && standing(found, "M5") == nil
        }
        await script.eventually("P5 版本滞后改依 v4，新材料容缺，时限按较早者") {
            let found = await binding(world.c, p5)
            let path = "/api/v1/calendar/due?from=\(week.monday)&days=3"
            let due = await world.c.get(path)["due"]?.text
            let clock = await world.c.get("/api/v1/cases/\(p5)/clock")
            return found["lagging"]?.bool == true && found["governing"]?.int == 4
                && standing(found, "M3") == "免交" && standing(found, "M5") == "容缺"
                && due != nil && clock["promised"]?.text == due
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
    private func mended(_ week: Week, p4: String, p5: String) async {
        await clock(week.tuesday, "11:00", world.all)
        await world.c.say(
            Self.item(Self.item, days: 3, Self.new, base: 4, basis: "样例办法第一条（2026 修订）"))
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
            let body = Self.item(Self.item, days: days, [], base: 5)
                .replacing("item.publish", with: "item.draft")
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

    private func sheet(_ member: DemoMember, _ kind: String, _ code: String) async -> JSON {
        let path = "/api/v1/catalog/" + kind + (code.isEmpty ? "" : "?code=" + code)
        return await member.get(path)["data"] ?? .null
    }

    private func binding(_ member: DemoMember, _ number: String) async -> JSON {
        await sheet(member, "binding", number)
    }

    private func codes(_ binding: JSON) -> [String] {
        (binding["materials"]?.array ?? []).compactMap { $0["code"]?.text }
    }

    private func standing(_ binding: JSON, _ code: String) -> String? {
        (binding["materials"]?.array ?? []).first { $0["code"]?.text == code }?["standing"]?.text
    }
}
