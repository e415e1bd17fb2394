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
    private struct Numbers {
        var a1 = ""
        var a2 = ""
        var a3 = ""
        var a4 = ""
        var a5 = ""
        var b1 = ""

        var ofV1: [String] { [a1, a2, a3, a4, a5] }
    }

    func play() async {
        await clock("2026-09-23T10:00", world.all)
        await publish()
        await world.link(world.v1, world.t, cut: true)
        var numbers = Numbers()
        await morning(&numbers)
        await powerCut(&numbers)
        await evening(numbers)
        await table(numbers)
        await clock(nil, world.all)
    }

    private func publish() async {
        let trader = DemoSeed.item(
            Item.trader, "个体工商户设立登记（场景一）", handling: "承诺件", legal: 5, promised: 1,
            materials: [(code: "M1", name: "登记申请书", deferrable: false)])
        let items = [
            DemoSeed.item(
                Item.allowance, "高龄津贴认定（场景一）", handling: "承诺件", legal: 20, promised: 5,
                materials: DemoSeed.allowanceMaterials),
            DemoSeed.item(
                Item.pension, "城乡居民养老保险参保登记（场景一）", handling: "即办件", legal: 1, promised: 1,
                materials: [(code: "M1", name: "参保登记表", deferrable: false)]), trader,
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

    // MARK: 08:30 to 11:45

    private func morning(_ numbers: inout Numbers) async {
        let v1 = world.v1
        await clock("2026-09-24T09:05", world.all)
        numbers.a1 = await receive(v1, "09:05", Item.allowance, "王某", Person.wang, missing: ["M4"])
        script.fact("2 缺 M4，无容缺承诺不得受理", await !act(v1, "09:05", "accept", numbers.a1))
        script.fact(
            "2 断网容缺受理 A1", await act(v1, "09:05", "accept", numbers.a1, ",\"promise\":true"))
        let due = await v1.get("/api/v1/cases/\(numbers.a1)/clock")
        script.fact(
            "2 回执：承诺 2026-10-09，法定 2026-10-29，补齐 2026-10-09",
            due["promised"]?.text == "2026-10-09" && due["legal"]?.text == "2026-10-29"
                && due["deferral"]?.text == "2026-10-09")
        await papers(numbers.a1)

        await clock("2026-09-24T09:40", [v1])
        numbers.a2 = await receive(v1, "09:40", Item.pension, "张某", Person.zhang)
        var isDone = await act(v1, "09:40", "accept", numbers.a2)
        isDone = await act(v1, "09:40", "decide", numbers.a2, ",\"outcome\":\"grant\"") && isDone
        isDone = await act(v1, "09:40", "deliver", numbers.a2) && isDone
        isDone = await act(v1, "09:40", "close", numbers.a2) && isDone
        script.fact("3 A2 当场办结、出件", isDone)
        script.fact("3 评价非常满意", await act(v1, "09:40", "rate", numbers.a2, ",\"score\":5"))

        await clock("2026-09-24T10:20", [v1])
        numbers.a3 = await receive(v1, "10:20", Item.trader, "张某", Person.zhang)
        let a3 = numbers.a3
        let isRegistered = await status(v1, a3) == "registered"
        script.fact("4 A3 代办登记，村里没有受理", await !act(v1, "10:20", "accept", a3) && isRegistered)
        script.fact("4 A3 提交县里，待签收", await act(v1, "10:20", "offer", a3, up))

        await clock("2026-09-24T11:20", [v1])
        numbers.a4 = await receive(v1, "11:20", Item.allowance, "赵某", Person.zhao, missing: ["M3"])
        let a4 = numbers.a4
        script.fact("5 缺 M3（不可容缺）不得受理", await !act(v1, "11:20", "accept", a4))
        let gap =
            ",\"gaps\":[{\"material\":\"M3\",\"lack\":\"户口簿未带\",\"way\":\"原件交任一站点\"}]"
        script.fact("5 一次性补正告知 A4，写明补齐途径", await act(v1, "11:20", "correct", a4, gap))
        script.fact("5 第二次补正告知被拒", await !act(v1, "11:20", "correct", a4, gap))
        script.fact(
            "5 实名差评记在 A4", await act(v1, "11:20", "rate", a4, ",\"score\":2,\"named\":true"))

        await clock("2026-09-24T11:45", [world.v2])
        numbers.b1 = await receive(world.v2, "11:45", Item.allowance, "王某", Person.wang)
        script.fact("6 夏沟村在线受理同一人 B1", await act(world.v2, "11:45", "accept", numbers.b1))
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
        let key = await world.c.get("/api/v1/county-key")["key"]?.text ?? ""
        let words = [
            "receipt", "verify", code, "--county", world.c.node.region.text, "--public", key,
            "--json",
        ]
        let genuine = await v1.run(words)
        script.fact(
            "2 断网出的回执，只凭县公钥即可核对真伪",
            genuine.code == 0 && genuine.json["verdict"]?.text == "genuine")
        var letters = Array(code)
        if letters.count > 60 { letters[60] = letters[60] == "A" ? "B" : "A" }
        var forged = words
        forged[2] = String(letters)
        script.fact("2 改动一个字母即被识破", await v1.run(forged).code != 0)
    }

    // MARK: 14:00 to 16:10

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
        numbers.a5 = await receive(v1, "14:30", Item.allowance, "孙某", Person.sun)
        script.fact(
            "9 编号接着走，不跳不重", Self.serial(numbers.a5) == Self.serial(numbers.a4) + 1)
        await clock("2026-09-24T16:10", [v1])
        script.fact(
            "9 A5 申请人撤回", await act(v1, "16:10", "withdraw", numbers.a5, ",\"reason\":\"材料改天再交\""))
        let waiting = await v1.get("/api/v1/unsent")["cases"]?.array ?? []
        let mine = waiting.filter { line in before.contains(line["number"]?.text ?? "") }
        script.fact(
            "10 断网时说得出哪些未送达、须在何日前联网",
            mine.count == 4
                && mine.contains {
                    $0["number"] == .text(before[0]) && $0["onlineBy"]?.text == "2026-10-09"
                })
    }

    // MARK: 17:20 to 17:40

    private func evening(_ numbers: Numbers) async {
        let (v1, c) = (world.v1, world.c)
        await clock("2026-09-24T17:20", world.all)
        await world.link(v1, world.t, cut: false)
        let first = await v1.post("/api/v1/sync", "{}")
        script.fact("10 联网一次同步即一致", first.json["equal"]?.bool == true)
        let second = await v1.post("/api/v1/sync", "{}")
        script.fact("10 再同步一次，送出 0 条", second.json["sent"]?.int == 0)
        await script.eventually("10 县里收到 A1–A5") {
            let known = await world.numbers(c)
            return numbers.ofV1.allSatisfy(known.contains)
        }
        await script.eventually("10 焦庄村知道镇、县都已收到 A1（端到端回执）", seconds: 40) {
            let said = await v1.get("/api/v1/cases/\(numbers.a1)/delivery")
            let words = (said["steps"]?.array ?? []).compactMap { $0["word"]?.text }
            return words == ["本站已存", "镇已收", "县已收"] && said["onlineBy"]?.isNull == true
        }
        await clock("2026-09-24T17:35", world.all)
        let keep = ",\"reason\":\"重复申请\",\"keep\":\"\(numbers.a1)\""
        let other = ",\"reason\":\"重复申请\",\"keep\":\"\(numbers.b1)\""
        script.fact("11 不能保留较晚的一件", await !act(c, "17:35", "end", numbers.a1, other))
        script.fact("11 保留 A1，B1 终止（重复申请）", await act(c, "17:35", "end", numbers.b1, keep))
        script.fact(
            "11 B1 归县里保管", await act(c, "17:35", "force", numbers.b1, up + ",\"reason\":\"重复\""))
        await clock("2026-09-24T17:40", world.all)
        await script.eventually("12 县签收 A3：已收件") { await act(c, "17:40", "sign", numbers.a3) }
        script.fact("12 县受理 A3", await act(c, "17:40", "accept", numbers.a3))
        let due = await c.get("/api/v1/cases/\(numbers.a3)/clock")
        script.fact(
            "12 A3 收件日 2026-09-24，到期 2026-09-28",
            due["received"]?.text == "2026-09-24" && due["promised"]?.text == "2026-09-28")
        script.fact("12 A1 分转到县", await act(v1, "17:40", "offer", numbers.a1, up))
        await script.eventually("12 县签收 A1") { await act(c, "17:40", "sign", numbers.a1) }
    }

    // MARK: the table

    private func table(_ numbers: Numbers) async {
        let (v1, v2, t, c) = (world.v1, world.v2, world.t, world.c)
        let rows = [
            ("A1", numbers.a1, "reviewing", c), ("A2", numbers.a2, "closed", v1),
            ("A3", numbers.a3, "accepted", c), ("A4", numbers.a4, "correcting", v1),
            ("A5", numbers.a5, "withdrawn", v1),
        ]
        for member in [v1, t, c] {
            for (name, number, wanted, holder) in rows {
                await script.eventually("\(member.node.name) \(name) \(wanted)", seconds: 40) {
                    let file = await member.file(number)
                    return file?["status"]?.text == wanted
                        && file?["holder"]?.text == holder.node.region.text
                }
            }
        }
        for member in [v2, t, c] {
            await script.eventually("\(member.node.name) B1 ended，由县保管", seconds: 40) {
                let file = await member.file(numbers.b1)
                return file?["status"]?.text == "ended"
                    && file?["holder"]?.text == c.node.region.text
            }
        }
        let a1 = await v1.file(numbers.a1)
        script.fact(
            "A1 仍容缺 M4，未补齐", a1?["deferred"]?.array?.compactMap(\.text) == ["M4"])
        let notes = (a1?["events"]?.array ?? []).filter { $0["kind"]?.text == "note" }
        script.fact("A1 记有“重复件已并”", !notes.isEmpty)
        let strange = await v1.has(numbers.b1)
        script.fact("焦庄村没有 B1", !strange)
        var leaked = false
        for number in numbers.ofV1 where await v2.has(number) { leaked = true }
        script.fact("夏沟村没有 A1–A5", !leaked)
        for (name, number, _, _) in rows {
            let one = await t.file(number)?["events"]
            let other = await c.file(number)?["events"]
            script.fact("镇与县的 \(name) 一字不差", one != nil && one == other)
        }
        let all = numbers.ofV1 + [numbers.b1]
        script.fact("没有一个编号用过两次", Set(all).count == all.count)
        for member in [v1, t, c] {
            let due = await member.get("/api/v1/cases/\(numbers.a1)/clock")
            script.fact(
                "\(member.node.name) 说的 A1 到期日一样",
                due["promised"]?.text == "2026-10-09" && due["legal"]?.text == "2026-10-29")
        }
    }

    // MARK: words

    private var up: String { ",\"to\":\"\(world.c.node.region.text)\"" }

    private static func serial(_ number: String) -> Int {
        Int(number.dropFirst(20).prefix(5)) ?? -1
    }

    private func status(_ member: DemoMember, _ number: String) async -> String? {
        await member.file(number)?["status"]?.text
    }

    /// - Parameter moment: nil for the machine's own clock.
    private func clock(_ moment: String?, _ members: [DemoMember]) async {
        let at = moment.map { $0 + ":00+08:00" } ?? SystemClock.now().rfc3339
        for member in members {
            _ = await member.post("/demo/v1/clock", "{\"at\":\"\(at)\"}")
        }
    }

    /// What stands in a command for the business time: the clock of a log never goes back.
    private func moment(_ time: String) -> String {
        ",\"at\":\"2026-09-24T\(time):00+08:00\""
    }

    private func act(
        _ member: DemoMember, _ time: String, _ name: String, _ number: String,
        _ more: String = ""
    ) async -> Bool {
        await member.act(name, number, more + moment(time))
    }

    private func receive(
        _ member: DemoMember, _ time: String, _ item: String, _ name: String,
        _ idNumber: String, missing: [String] = []
    ) async -> String {
        await world.receive(
            member, item, name, idNumber: idNumber, missing: missing, more: moment(time))
    }
}
