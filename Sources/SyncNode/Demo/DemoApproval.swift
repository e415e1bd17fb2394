import Base
import Domain
import Runtime

/// 审批模式, 秒批, 告知承诺 and 电子签印 on live processes: each with other people's accounts.
struct DemoApproval: Sendable {
    let script: DemoScript
    let world: DemoWorld

    private enum Item {
        static let sole = "370511012001"
        static let examined = "370511012002"
        static let tiered = "370511012003"
        static let joint = "370511012004"
        static let instant = "370511012005"
        static let pledged = "370511012006"
    }

    func play() async {
        await publish()
        await officers("独任", Item.sole, reviews: 0)
        await officers("一审一核", Item.examined, reviews: 1)
        await officers("审核批三级", Item.tiered, reviews: 2)
        await officers("联席", Item.joint, reviews: 2)
        await instant()
        await pledge()
        await sealedAbove()
        await sealedBelow()
    }

    private func publish() async {
        let modes = [
            (Item.sole, "独任"), (Item.examined, "一审一核"), (Item.tiered, "审核批三级"),
            (Item.joint, "联席"),
        ]
        var bodies = modes.map { code, mode in
            Self.item(code, "样例许可（\(mode)）", more: "\"approval\":\"\(mode)\",")
        }
        bodies.append(
            Self.item(Item.instant, "样例登记（秒批）", handling: "即办件", more: "\"instant\":true,"))
        bodies.append(
            Self.item(Item.pledged, "样例许可（告知承诺）", more: "\"promise\":true,").replacing(
                "\"name\":\"承诺材料\",", with: "\"name\":\"承诺材料\",\"promisable\":true,"))
        var isDone = true
        for body in bodies { isDone = await world.c.say(body) && isDone }
        let grants = [
            ("370124000000\",\"level\":\"village", "授权办理"), ("370124106202", "委托受理"),
        ]
        for (place, mode) in grants {
            let body =
                "{\"command\":\"grant.set\",\"code\":\"\(Item.instant)\",\"region\":\"\(place)\","
                + "\"mode\":\"\(mode)\",\"from\":\"2026-01-01\",\"document\":\"演示〔2026〕2号\"}"
            isDone = await world.c.say(body) && isDone
        }
        script.fact("审批模式：六个样例事项已发布", isDone)
    }

    private static func item(
        _ code: String, _ name: String, handling: String = "承诺件", more: String
    ) -> String {
        DemoSeed.item(
            code, name, handling: handling, legal: 20, promised: handling == "即办件" ? 1 : 5,
            materials: [
                (code: "M1", name: "申请表", deferrable: false),
                (code: "M2", name: "承诺材料", deferrable: false),
            ]
        ).replacing("\"conditions\":", with: more + "\"conditions\":")
    }

    // MARK: officers

    /// Nobody has two parts in one case, and nothing is decided before all had theirs.
    private func officers(_ mode: String, _ item: String, reviews: Int) async {
        let c = world.c
        let number = await world.receive(c, item, "冯某")
        let accepted = await act(c, "accept", number, as: "chuangkou")
        let own = await act(c, "decide", number, Self.grant, as: "chuangkou")
        script.fact("\(mode)：窗口受理，受理人不得决定（\(own ?? "准予")）", accepted == nil && own != nil)
        let examiners = ["shenpi", "shenpi2"].prefix(reviews)
        if reviews > 0 {
            _ = await act(c, "review", number, Self.grant, as: "duren")
        }
        for examiner in examiners {
            let early = await act(c, "decide", number, Self.grant, as: "duren")
            script.fact("\(mode)：人数不足不得决定", early == "third-officer")
            let reviewed = await act(c, "review", number, Self.grant, as: examiner)
            script.fact("\(mode)：\(examiner) 审查", reviewed == nil)
        }
        let decided = await act(c, "decide", number, Self.grant, as: "duren")
        let events = await c.file(number)?["events"]?.array ?? []
        let authors = events.filter { event in
            ["accept", "decide"].contains(event["kind"]?.text ?? "")
                || (event["kind"]?.text == "review" && reviews > 0)
        }.compactMap { $0["author"]?.text }
        // Who decides gave an opinion before, which does not count: so many and no more persons.
        script.fact(
            "\(mode)：\(reviews + 2) 人各不相同后决定（\(decided ?? "准予")）",
            decided == nil && Set(authors).count == reviews + 2)
    }

    // MARK: 秒批, 告知承诺

    private func instant() async {
        for member in [world.v1, world.v2] {
            await script.eventually("\(member.node.name) 有秒批事项和授权") {
                let known = await member.get("/api/v1/grants?limit=200")["grants"]?.array ?? []
                return known.filter { $0["code"]?.text == Item.instant }.count == 2
            }
        }
        let full = await world.receive(world.v1, Item.instant, "陈某")
        script.fact("秒批：授权办理的村站受理", await world.v1.act("accept", full))
        script.fact("秒批：随受理即决定", await world.v1.file(full)?["status"]?.text == "decided")
        let lacking = await world.receive(world.v1, Item.instant, "褚某", missing: ["M2"])
        let refused = await act(world.v1, "accept", lacking, as: "cunban")
        script.fact("秒批：材料不齐不受理", refused == "material-missing")
        let below = await world.receive(world.v2, Item.instant, "蒋某")
        script.fact("秒批：委托受理的村站受理", await world.v2.act("accept", below))
        script.fact(
            "秒批：未授权办理的不自动决定", await world.v2.file(below)?["status"]?.text == "accepted")
    }

    private func pledge() async {
        let c = world.c
        let number = await world.receive(c, Item.pledged, "韩某", missing: ["M2"])
        let plain = await act(c, "accept", number, as: "chuangkou")
        script.fact("告知承诺：无承诺书不得受理", plain == "material-missing")
        let pledged = await act(c, "accept", number, ",\"pledge\":true", as: "chuangkou")
        let papers = await c.get("/api/v1/cases/\(number)/papers")["papers"]?.array ?? []
        script.fact(
            "告知承诺：凭承诺书受理，出告知承诺书",
            pledged == nil && papers.contains { $0["paper"]?.text == "pledge" })
        let decided = await act(c, "decide", number, Self.grant, as: "duren")
        let clock = await c.get("/api/v1/cases/\(number)/clock")
        // Forty working days reach into a year of which no notice may be known yet: never guessed.
        let year = clock["missingYear"]?.int.map { "（缺 \($0) 年节假日安排，不猜测）" }
        let due = clock["verification"]?.text ?? year
        script.fact("告知承诺：决定后须于 \(due ?? "—") 前核查", decided == nil && due != nil)
        let verified = await act(c, "verify", number, ",\"outcome\":\"kept\"", as: "shenpi")
        let after = await c.get("/api/v1/cases/\(number)/clock")["verification"]
        script.fact("告知承诺：核查属实，任务了结", verified == nil && after?.isNull == true)
    }

    // MARK: 电子签印

    /// Upwards: asked for without a link, pending until the town has sealed.
    private func sealedAbove() async {
        let (v1, t) = (world.v1, world.t)
        let number = await world.receive(v1, DemoSeed.Item.pension, "杨某")
        _ = await v1.act("accept", number)
        await world.link(v1, t, cut: true)
        _ = await v1.act("decide", number, Self.grant)
        let asked = await v1.act(
            "askSeal", number,
            ",\"document\":\"批准决定书\",\"to\":\"\(t.node.region.text)\"")
        let status = await v1.file(number)?["status"]?.text
        script.fact("签印上行：断网请求，待签印", asked && status == "sealing")
        script.fact("签印上行：打印件注明待签印", await isMarked(v1, number))
        let early = await act(v1, "deliver", number, as: "cunban")
        script.fact("签印上行：签印前不得送达", early == "case-state")
        await world.link(v1, t, cut: false)
        await script.eventually("签印上行：镇里签印") {
            await act(
                t, "seal", number, ",\"outcome\":\"sealed\",\"seal\":\"Z-1\"", as: "shenhe") == nil
        }
        await script.eventually("签印上行：村站收到签印，可以送达") {
            await v1.file(number)?["status"]?.text == "decided"
        }
        script.fact("签印上行：打印件不再注明", await !isMarked(v1, number))
    }

    /// Downwards: the county asks the station that took the case in.
    private func sealedBelow() async {
        let (v1, c) = (world.v1, world.c)
        let number = await world.receive(v1, DemoSeed.Item.allowance, "朱某")
        _ = await v1.act("accept", number)
        _ = await v1.act("offer", number, ",\"to\":\"\(c.node.region.text)\"")
        await script.eventually("签印下行：县里签收") {
            await act(c, "sign", number, as: "chuangkou") == nil
        }
        _ = await act(c, "decide", number, Self.grant, as: "duren")
        let asked = await act(
            c, "askSeal", number,
            ",\"document\":\"送达回执\",\"to\":\"\(v1.node.region.text)\"", as: "chuangkou")
        let status = await c.file(number)?["status"]?.text
        script.fact("签印下行：县里请求村站签印，待签印", asked == nil && status == "sealing")
        await script.eventually("签印下行：村站签印") {
            await act(
                v1, "seal", number, ",\"outcome\":\"sealed\",\"seal\":\"V-1\"", as: "cunban")
                == nil
        }
        await script.eventually("签印下行：县里收到") {
            await c.file(number)?["status"]?.text == "decided"
        }
    }

    // MARK: words

    private static let grant = ",\"outcome\":\"grant\""

    private func isMarked(_ member: DemoMember, _ number: String) async -> Bool {
        "\(await member.get("/api/v1/cases/\(number)/papers/grant"))".contains("待签印")
    }

    /// An act of one person; the rule that refused it, or nil.
    private func act(
        _ member: DemoMember, _ name: String, _ number: String, _ more: String = "",
        as login: String
    ) async -> String? {
        let answer = await member.post(
            "/api/v1/commands",
            "{\"command\":\"case.\(name)\",\"case\":\"\(number)\"\(more)}", as: login)
        if (200...299).contains(answer.status) { return nil }
        return answer.json["rule"]?.text ?? "\(answer.status)"
    }
}
