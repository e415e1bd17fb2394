import Base
import Domain
import Network
import Runtime

/// Scenario A on live processes, line by line and on its own dates: a village's day without a
/// link, Thursday 2026-09-24. The nodes' clocks are set to it; items of its own are published
/// the day before.
struct DemoVillageDay: Sendable {
    let script: DemoScript
    let world: DemoWorld
    let kills: DemoKills

    init(script: DemoScript, world: DemoWorld, isKilled: Bool = false) {
        self.script = script
        self.world = world
        kills = DemoKills(isKilled, world)
    }

    private enum Item {
        static let allowance = "370511001011"
        static let pension = "370511002011"
        static let trader = "370511003011"
    }

    private enum Person {
        static let wang = "370124194401081234"
        static let zhang = "370124199001191234"
        static let zhao = "370124194401011236"
        static let sun = "37012419900101123X"
    }

    /// The numbers of the day, by their letters in SCENARIOS.md.
    struct Numbers {
        var a1 = "", a2 = "", a3 = "", a4 = "", a5 = "", b1 = "", d1 = "", k1 = ""

        var ofV1: [String] { [a1, a2, a3, a4, a5] }
    }

    func play() async {
        await clock("2026-09-23T10:00", world.all)
        await publish()
        var numbers = Numbers()
        await begin()
        await deferral(&numbers)
        await onTheSpot(&numbers)
        await agency(&numbers)
        await correction(&numbers)
        await above(&numbers)
        await powerCut(&numbers)
        await meet(numbers)
        await settle(numbers)
        await table(numbers)
        await metrics()
        await silence()
        let (broken, unanswered) = kills.tally
        if broken > 0 {
            script.fact("请求途中 kill -9 共 \(broken) 次，其中 \(unanswered) 次未及答复，凭原幂等键重发后各只一件", true)
        }
        await clock(nil, world.all)
    }

    private func publish() async {
        let allowance = [7, 6, 5].enumerated().map { base, promised in
            DemoSeed.item(
                Item.allowance, "高龄津贴认定（场景一）", handling: "承诺件", legal: 20,
                promised: promised, materials: DemoSeed.allowanceMaterials,
                base: base == 0 ? nil : base)
        }
        let items =
            allowance + [
                DemoSeed.item(
                    Item.pension, "城乡居民养老保险参保登记（场景一）", handling: "即办件", legal: 1, promised: 1,
                    materials: [(code: "M1", name: "参保登记表", deferrable: false)]),
                DemoSeed.item(
                    Item.trader, "个体工商户设立登记（场景一）", handling: "承诺件", legal: 5, promised: 1,
                    materials: [(code: "M1", name: "登记申请书", deferrable: false)]),
            ]
        var isDone = true
        for item in items where isDone { isDone = await world.c.say(item) }
        let modes = [
            (Item.allowance, "委托受理"), (Item.pension, "授权办理"), (Item.trader, "帮办代办"),
        ]
        for (code, mode) in modes where isDone {
            isDone = await world.c.say(
                "{\"command\":\"grant.set\",\"code\":\"\(code)\",\"region\":\"370124000000\","
                    + "\"level\":\"village\",\"mode\":\"\(mode)\",\"from\":\"2026-01-01\","
                    + "\"document\":\"演示〔2026〕1号\"}")
        }
        script.fact("场景一：三个事项已发布并下沉", isDone)
        for member in [world.v1, world.v2] {
            await script.eventually("\(member.node.name) 已有三个事项和授权") {
                let grants = await member.get("/api/v1/grants?limit=200")["grants"]?.array ?? []
                return modes.allSatisfy { code, _ in
                    grants.contains { $0["code"]?.text == code }
                }
            }
        }
    }

    // MARK: 08:30 to 13:10

    /// 1.
    private func begin() async {
        let v1 = world.v1
        let known = await world.numbers(v1).first ?? ""
        await script.eventually("1 县里已为焦庄村的签名密钥作保") {
            let paper = await v1.get("/api/v1/cases/\(known)/papers/receipt")
            return await verdict(paper["receipt"]?.text ?? "") == "genuine"
        }
        kills.remember(clock: nil, isCut: true)
        await world.link(v1, world.t, cut: true)
        await clock("2026-09-24T08:35", world.all)
        await kills.behind("1", script)
        await script.eventually("1 控制台显示离线与最后同步") {
            let page = String(decoding: await v1.fetch("GET", "/").bytes, as: UTF8.self)
            return page.contains("<strong>离线</strong>")
                && (page.contains("最后同步") || page.contains("尚未同步过"))
        }
        let read = await v1.read("/api/v1/catalog/guide?code=\(Item.allowance)", as: "cunban")
        script.fact("1 断网登录缓存的账户", read.status == 200)
        let guide = NodeSettings.json(read.bytes)?["data"]
        script.fact("1 目录 v3", guide?["version"]?.int == 3)
    }

    /// 2.
    private func deferral(_ numbers: inout Numbers) async {
        let v1 = world.v1
        await clock("2026-09-24T09:05", world.all)
        numbers.a1 = await receive(v1, "09:05", Item.allowance, "王某", Person.wang, missing: ["M4"])
        script.fact("2 缺 M4，无容缺承诺不得受理", await refused(v1, "09:05", "accept", numbers.a1))
        script.fact(
            "2 断网容缺受理 A1", await act(v1, "09:05", "accept", numbers.a1, ",\"promise\":true"))
        let due = await v1.get("/api/v1/cases/\(numbers.a1)/clock")
        script.fact(
            "2 回执：承诺 2026-10-09，法定 2026-10-29，补齐 2026-10-09",
            due["promised"]?.text == "2026-10-09" && due["legal"]?.text == "2026-10-29"
                && due["deferral"]?.text == "2026-10-09")
        await papers(numbers.a1)
        await kills.behind("2", script)
    }

    /// 3.
    private func onTheSpot(_ numbers: inout Numbers) async {
        let v1 = world.v1
        await clock("2026-09-24T09:40", [v1])
        numbers.a2 = await receive(v1, "09:40", Item.pension, "张某", Person.zhang)
        var isDone = await act(v1, "09:40", "accept", numbers.a2)
        isDone = await act(v1, "09:40", "decide", numbers.a2, ",\"outcome\":\"grant\"") && isDone
        isDone = await act(v1, "09:40", "deliver", numbers.a2) && isDone
        isDone = await act(v1, "09:40", "close", numbers.a2) && isDone
        script.fact("3 A2 当场办结、出件", isDone)
        await clock("2026-09-24T10:00", [v1])
        script.fact("3 评价非常满意", await act(v1, "10:00", "rate", numbers.a2, ",\"score\":5"))
        await kills.behind("3", script)
    }

    /// 4.
    private func agency(_ numbers: inout Numbers) async {
        let v1 = world.v1
        await clock("2026-09-24T10:20", [v1])
        numbers.a3 = await receive(v1, "10:20", Item.trader, "张某", Person.zhang)
        let a3 = numbers.a3
        let isRegistered = await status(v1, a3) == "registered"
        script.fact("4 A3 代办登记，村里没有受理", await refused(v1, "10:20", "accept", a3) && isRegistered)
        let listed = await v1.get("/api/v1/cases/\(a3)/papers")["papers"]?.array ?? []
        let names = listed.compactMap { $0["paper"]?.text }
        script.fact("4 代办委托书和材料交接单", ["agency", "transfer"].allSatisfy(names.contains))
        let page = await v1.read("/cases/\(a3)", as: "cunban")
        let text = String(decoding: page.bytes, as: UTF8.self)
        script.fact(
            "4 控制台没有受理 A3 的按钮", page.status == 200 && !text.contains("/accept\""))
        script.fact("4 A3 提交县里，待签收", await act(v1, "10:20", "offer", a3, up))
        await kills.behind("4", script)
    }

    /// 5. and 6.
    private func correction(_ numbers: inout Numbers) async {
        let v1 = world.v1
        await clock("2026-09-24T11:20", [v1])
        numbers.a4 = await receive(v1, "11:20", Item.allowance, "赵某", Person.zhao, missing: ["M3"])
        let a4 = numbers.a4
        script.fact("5 缺 M3（不可容缺）不得受理", await refused(v1, "11:20", "accept", a4))
        let gap =
            ",\"gaps\":[{\"material\":\"M3\",\"lack\":\"户口簿未带\",\"way\":\"原件交任一站点\"}]"
        script.fact("5 一次性补正告知 A4，写明补齐途径", await act(v1, "11:20", "correct", a4, gap))
        script.fact("5 第二次补正告知被拒", await refused(v1, "11:20", "correct", a4, gap))
        await clock("2026-09-24T11:30", [v1])
        let rated = await kills.command(
            v1,
            "{\"command\":\"case.rate\",\"case\":\"\(a4)\",\"score\":2,\"named\":true"
                + moment("11:30") + "}")
        numbers.d1 = rated.json["ticket"]?.text ?? ""
        let d1 = await ticket(v1, numbers.d1)
        script.fact(
            "5 实名差评：D1 待整改，2026-10-09 到期",
            d1["status"]?.text == "working" && d1["due"]?.text == "2026-10-09")
        await kills.behind("5", script)
        await clock("2026-09-24T11:45", [world.v2])
        numbers.b1 = await receive(world.v2, "11:45", Item.allowance, "王某", Person.wang)
        script.fact("6 夏沟村在线受理同一人 B1", await act(world.v2, "11:45", "accept", numbers.b1))
        await kills.behind("6", script)
    }

    /// 7.
    private func above(_ numbers: inout Numbers) async {
        let v1 = world.v1
        await clock("2026-09-24T13:10", [v1])
        script.fact(
            "7 窗口无否决权：不能不予受理",
            await refused(v1, "13:10", "refuse", numbers.a4, ",\"reason\":\"不归本站\""))
        let opened = await kills.command(
            v1,
            "{\"command\":\"ticket.open\",\"kind\":\"request\",\"text\":\"村里没有的事项怎么办\""
                + up + moment("13:10") + "}")
        numbers.k1 = opened.json["number"]?.text ?? ""
        let k1 = await ticket(v1, numbers.k1)
        script.fact(
            "7 否决权上移：K1 交县里，答复期 2026-10-09",
            k1["holder"]?.text == world.c.node.region.text && k1["due"]?.text == "2026-10-09")
        await kills.behind("7", script)
    }

    /// 文书 with a receipt that is checked off line, by the station itself and by a key alone.
    private func papers(_ number: String) async {
        let v1 = world.v1
        let path = "/api/v1/cases/\(number)/papers"
        let names = (await v1.get(path)["papers"]?.array ?? []).compactMap { $0["paper"]?.text }
        let wanted = ["receipt", "acceptance", "deferral-promise", "deferral-notice"]
        script.fact("2 文书：收件凭证、受理回执、容缺承诺书和通知书", wanted.allSatisfy(names.contains))
        let paper = await v1.get(path + "/acceptance")
        let code = paper["receipt"]?.text ?? ""
        script.fact(
            "2 受理回执写明到期日 2026-10-09", paper["data"]?["due"]?.text == "2026-10-09")
        let genuine = await verdict(code)
        script.fact("2 断网出的回执，只凭县公钥即可核对真伪", genuine == "genuine")
        var letters = Array(code)
        if letters.count > 60 { letters[60] = letters[60] == "A" ? "B" : "A" }
        let forged = await verdict(String(letters))
        script.fact("2 改动一个字母即被识破", forged == "forged" || forged == "altered")
    }

    /// What the program says of a receipt by the county's key alone.
    private func verdict(_ code: String) async -> String {
        let key = await world.c.get("/api/v1/county-key")["key"]?.text ?? ""
        let words = [
            "receipt", "verify", code, "--county", world.c.node.region.text, "--public", key,
            "--json",
        ]
        return await world.v1.run(words).json["verdict"]?.text ?? ""
    }

    // MARK: 14:00 to 16:10

    /// 8. and 9.
    private func powerCut(_ numbers: inout Numbers) async {
        let v1 = world.v1
        await v1.stop(ProcessSignal.kill)
        do {
            try await v1.start()
        } catch {
            return script.fact("8 断电后重启", false)
        }
        await world.link(v1, world.t, cut: true)
        await clock("2026-09-24T14:30", [v1])
        let kept = await world.numbers(v1)
        let before = [numbers.a1, numbers.a2, numbers.a3, numbers.a4]
        script.fact("8 断电重启后 A1–A4 都在", before.allSatisfy(kept.contains))
        let tickets = await [ticket(v1, numbers.d1), ticket(v1, numbers.k1)]
        script.fact(
            "8 D1、K1 都在", tickets.compactMap { $0["status"]?.text } == ["working", "open"])
        await kills.behind("8", script)
        numbers.a5 = await receive(v1, "14:30", Item.allowance, "孙某", Person.sun)
        script.fact(
            "9 A1–A5 的流水是 1 到 5，不跳不重", numbers.ofV1.map(Self.serial) == [1, 2, 3, 4, 5])
        await clock("2026-09-24T16:10", [v1])
        script.fact(
            "9 A5 申请人撤回", await act(v1, "16:10", "withdraw", numbers.a5, ",\"reason\":\"材料改天再交\""))
        await kills.behind("9", script)
        let waiting = await v1.get("/api/v1/unsent")["cases"]?.array ?? []
        let mine = waiting.filter { line in before.contains(line["number"]?.text ?? "") }
        script.fact(
            "10 断网时说得出哪些未送达、须在何日前联网",
            mine.count == 4
                && mine.contains {
                    $0["number"] == .text(before[0]) && $0["onlineBy"]?.text == "2026-10-09"
                })
    }

    /// 13.: a case that nobody answers, on the same day.
    private func silence() async {
        let v1 = world.v1
        await clock("2026-09-24T17:50", world.all)
        let number = await receive(v1, "17:50", Item.allowance, "钱某", Person.sun)
        for member in [world.t, world.c] {
            await script.eventually("13 \(member.node.name) 收到无人答复的一件") {
                await member.has(number)
            }
        }
        for (moment, wanted) in [("2026-10-09T23:50", nil), ("2026-10-10T00:10", "2026-09-24")] {
            await clock(moment, world.all)
            for member in [v1, world.t, world.c] {
                let found = await member.get("/api/v1/cases/\(number)/clock")
                let due = wanted == nil || found["promised"]?.text == "2026-10-09"
                script.fact(
                    "13 \(moment) \(member.node.name) 视为受理：\(wanted ?? "尚未")",
                    found["deemedAccepted"]?.text == wanted && due)
            }
        }
        await kills.behind("13", script)
    }
}

extension DemoVillageDay {
    // MARK: words

    var up: String { ",\"to\":\"\(world.c.node.region.text)\"" }

    static func serial(_ number: String) -> Int {
        Int(number.dropFirst(20).prefix(5)) ?? -1
    }

    func status(_ member: DemoMember, _ number: String) async -> String? {
        await member.file(number)?["status"]?.text
    }

    /// A ticket as a node's board lists it; null where it has none.
    func ticket(_ member: DemoMember, _ number: String) async -> JSON {
        let listed = await member.get("/api/v1/board/tickets")["data"]?["tickets"]?.array ?? []
        return listed.first { $0["number"]?.text == number } ?? .null
    }

    /// - Parameter moment: nil for the machine's own clock.
    func clock(_ moment: String?, _ members: [DemoMember]) async {
        let at = moment.map { $0 + ":00+08:00" } ?? SystemClock.now().rfc3339
        if members.contains(where: { $0 === world.v1 }) { kills.remember(clock: at) }
        for member in members {
            _ = await member.post("/demo/v1/clock", "{\"at\":\"\(at)\"}")
        }
    }

    /// What stands in a command for the business time: the clock of a log never goes back.
    func moment(_ time: String) -> String {
        ",\"at\":\"2026-09-24T\(time):00+08:00\""
    }

    func act(
        _ member: DemoMember, _ time: String, _ name: String, _ number: String,
        _ more: String = ""
    ) async -> Bool {
        let answer = await kills.command(
            member,
            "{\"command\":\"case.\(name)\",\"case\":\"\(number)\"\(more)\(moment(time))}")
        let isDone = (200...299).contains(answer.status)
        if !isDone { Console.say("  \(name): \(answer.status) \(answer.json["rule"] ?? .null)") }
        return isDone
    }

    /// Whether the node refuses an act by rule.
    func refused(
        _ member: DemoMember, _ time: String, _ name: String, _ number: String,
        _ more: String = ""
    ) async -> Bool {
        let answer = await member.command(
            "{\"command\":\"case.\(name)\",\"case\":\"\(number)\"\(more)\(moment(time))}")
        return (400...499).contains(answer.status) && answer.json["rule"] != nil
    }

    private func receive(
        _ member: DemoMember, _ time: String, _ item: String, _ name: String,
        _ idNumber: String, missing: [String] = []
    ) async -> String {
        await world.receive(
            member, item, name, idNumber: idNumber, missing: missing, more: moment(time)
        ) { member, body in await kills.command(member, body) }
    }
}
