import Base
import Domain
import Runtime

/// Scenario B from 28 September 10:00 on, on live processes.
extension DemoCatalog {
    /// 6. and 7.: V1 knows of nothing; it has its own hours, and nobody below has the elements.
    func unaware(_ numbers: inout Numbers) async {
        await at("2026-09-28T10:00")
        numbers.p5 = await take(v1, Self.item)
        await script.cell("B.6 P5 打印的承诺到期", "2026-10-10") {
            await v1.get("/api/v1/cases/\(numbers.p5)/papers/acceptance")["data"]?["due"]?.text
                ?? "—"
        }
        await at("2026-09-28T11:00")
        let head = "{\"command\":\"overlay.set\",\"code\":\"\(Self.item)\",\"values\":"
        script.fact("B.7 V1 改自己的办公时间", await v1.say(head + "{\"hours\":\"8:30–16:00\"}}"))
        for (name, member) in [("在线的 T", t), ("断网的 V1", v1)] {
            let answer = await member.command(head + "{\"materials\":\"无\"}}")
            await script.cell("B.7 \(name) 改申请材料", "uniform-element-read-only") {
                answer.json["rule"]?.text ?? "写入了"
            }
        }
        await at("2026-09-28T14:00")
        let suspend =
            "{\"command\":\"item.suspend\",\"code\":\"\(Self.other)\",\"reason\":\"核查\"}"
        script.fact("B.7 C 暂停 I9", await c.say(suspend))
        await script.cell("B.7 T 的 I9", "暂停") { await standing(t) }
        await at("2026-09-28T15:00")
        numbers.p6 = await receive(v1, Self.other, "孙某")
        script.fact("B.7 V1 离线收件 P6", numbers.p6.utf8.count == 26)
    }

    /// 8.
    ///
    /// - Parameter published: No earlier in its minute than the publish was: what lies between is
    ///   then whole hours, on any machine.
    func back(_ numbers: Numbers, noSoonerThan published: Duration) async {
        await at("2026-09-29T09:00")
        do { try await Task.sleep(for: published) } catch { return }
        await link(v1, t, cut: false)
        for (name, number) in [("P2", numbers.p2), ("P5", numbers.p5), ("P6", numbers.p6)] {
            await script.eventually("B.8 \(name) 到县") { await c.has(number) }
        }
        await script.cell("B.8 V1 依", "v4") { await current(v1, Self.item) }
        await script.cell("B.8 V1 的 I9", "暂停") { await standing(v1) }
        await script.cell("B.8 到达", "4/4") { await reach() }
        await script.cell("B.8 生效", "4") {
            await String(data(c, "board", Self.item)["effective"]?.int ?? -1)
        }
    }

    /// 9. and 10., at every node that has the case.
    func bound(_ numbers: Numbers) async {
        for (name, member) in [("C", c), ("T", t), ("V1", v1)] {
            await script.cell("B.9 \(name) P2 依", "v3") { await governing(member, numbers.p2) }
            await script.cell("B.9 \(name) P2 材料", "M1 须交 M2 须交 M3 免交 M4 免交") {
                await words(member, numbers.p2)
            }
            await script.cell("B.9 \(name) P2 承诺到期", "2026-10-09") {
                await due(member, numbers.p2)
            }
            await script.cell("B.10 \(name) P5 依", "v4，版本滞后") {
                await governing(member, numbers.p5)
            }
            await script.cell("B.10 \(name) P5 材料", "M1 须交 M2 须交 M5 容缺 M3 免交 M4 免交") {
                await words(member, numbers.p5)
            }
            await script.cell("B.10 \(name) P5 承诺到期", "2026-10-08") {
                await due(member, numbers.p5)
            }
            await script.cell(
                "B.10 \(name) P5 事件", "时限变更：5 → 3 个工作日，2026-10-10 → 2026-10-08，按较早者"
            ) {
                let found = await sheet(member, "binding", numbers.p5)["sections"]?.array?.first
                return Self.rows(found).filter { $0[0] == "时限变更" }
                    .map { $0.joined(separator: "：") }.joined()
            }
            await script.cell(
                "B.10 \(name) 给申请人的告知书", "回执所印 2026-10-10，变更为 2026-10-08"
            ) {
                let found = await sheet(member, "terms", numbers.p5)["sections"]?.array?.first
                return Self.rows(found).map { "\($0[0]) \($0[2])" }.joined(separator: "，")
            }
            let none = await member.ask("GET", "/api/v1/catalog/terms?code=\(numbers.p2)")
            script.fact("B.9 \(name) P2 没有时限变更", none.status == 404)
        }
        for (name, number, code) in [
            ("B.9 向 P2", numbers.p2, "M5"), ("B.10 向 P5", numbers.p5, "M3"),
        ] {
            let asked = await v1.command(
                "{\"command\":\"case.correct\",\"case\":\"\(number)\",\"gaps\":[\"\(code)\"]}")
            await script.cell("\(name) 索要 \(code)", "material-not-asked") {
                asked.json["rule"]?.text ?? "告知了"
            }
        }
        await script.cell("B.10 P5 的补正告知", "0") {
            let events = await v1.file(numbers.p5)?["events"]?.array ?? []
            return String(events.count { $0["kind"]?.text == "correction" })
        }
    }

    /// 11.
    func ruled(_ numbers: Numbers) async {
        for (name, member) in [("C", c), ("V1", v1)] {
            await script.cell("B.11 \(name) P6", "received，待裁定") {
                let isHalted = await data(member, "binding", numbers.p6)["halted"]?.bool == true
                let status = await member.file(numbers.p6)?["status"]?.text ?? "—"
                return status + (isHalted ? "，待裁定" : "")
            }
        }
        await script.cell("B.11 C 的待裁定", numbers.p6) { await pending() }
        let accept = "{\"command\":\"case.accept\",\"case\":\"\(numbers.p6)\"}"
        let early = await v1.command(accept)
        await script.cell("B.11 裁定前受理", "case-pending-ruling") {
            early.json["rule"]?.text ?? "受理了"
        }
        let ruling =
            "{\"command\":\"ruling.set\",\"case\":\"\(numbers.p6)\",\"about\":\"standing\","
            + "\"outcome\":\"continue\",\"reason\":\"暂停前已有此类申请\"}"
        script.fact("B.11 C 裁定继续办理", await c.say(ruling))
        await script.cell("B.11 C 的待裁定", "") { await pending() }
        await script.eventually("B.11 裁定到 V1，受理 P6") { await v1.command(accept).status == 200 }
    }

    /// Cases that wait for the county's word.
    private func pending() async -> String {
        let waiting = await data(c, "pending")["waiting"]?.array ?? []
        return waiting.map { $0["number"]?.text ?? "" }.joined(separator: " ")
    }

    /// 12. and 13.: v5 at once; two drafts from it, of which the second must begin anew.
    func mended(_ numbers: Numbers) async {
        await at("2026-09-29T11:00")
        let basis = "样例办法第一条（2026 修订）"
        let fifth = Self.version(Self.item, days: 3, Self.new, base: 4, basis: basis)
        script.fact("B.12 C 发布 v5，立即生效", await c.say(fifth))
        for member in all {
            await script.cell("B.12 \(letter(member)) 依", "v5") { await current(member, Self.item) }
        }
        await script.cell("B.12 v5 到达", "4/4") { await reach() }
        await script.cell("B.12 P4 留在", "v4") { await governing(c, numbers.p4) }
        await script.cell("B.12 P5 留在", "v4，版本滞后") { await governing(c, numbers.p5) }
        await at("2026-09-29T14:00")
        var drafts: [String] = []
        for days in [3, 2] {
            let body = Self.version(
                Self.item, days: days, Self.new, base: 5, from: "2026-11-02", basis: basis
            ).replacing("item.publish", with: "item.draft")
            let answer = await c.post("/api/v1/commands", body, as: "shixiang")
            drafts.append(answer.json["draft"]?.text ?? "")
        }
        var rules: [String] = []
        for id in drafts {
            let body = "{\"command\":\"item.approve\",\"draft\":\"\(id)\"}"
            let answer = await c.post("/api/v1/commands", body, as: "fuhe")
            rules.append(answer.json["rule"]?.text ?? "发布")
        }
        await script.cell("B.13 两份草稿先后复核", "发布 version-conflict") {
            rules.joined(separator: " ")
        }
        await script.cell("B.13 三方对照", "promisedDays 3 3 2") {
            let ways = await data(c, "draft", drafts[1])["threeWay"]?.array ?? []
            return ways.map { way in
                let values = ["base", "theirs", "mine"].map { String(way[$0]?.int ?? -1) }
                return ([way["key"]?.text ?? ""] + values).joined(separator: " ")
            }.joined(separator: "；")
        }
        let discard = "{\"command\":\"item.discard\",\"draft\":\"\(drafts[1])\"}"
        let gone = await c.post("/api/v1/commands", discard, as: "shixiang")
        script.fact("B.13 须重新起草：作废", gone.status == 200)
    }
}
