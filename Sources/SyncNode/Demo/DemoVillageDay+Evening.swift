import Base
import Disk
import Domain
import Network
import Runtime

/// Scenario A from 17:20 on, and its table, on live processes.
extension DemoVillageDay {
    /// 10.
    func meet(_ numbers: Numbers) async {
        let (v1, c) = (world.v1, world.c)
        guard let folder = SmallFile.temporaryFolder("syncnode-demo") else {
            return script.fact("10 旧批次有地方放", false)
        }
        let made = await v1.run(
            [
                "export", "--data", v1.data, "--for", world.t.node.region.text, "--out",
                folder + "/old",
            ])
        script.fact("10 断网时录下一批", made.code == 0)
        await clock("2026-09-24T17:20", world.all)
        kills.remember(clock: nil, isCut: false)
        await world.link(v1, world.t, cut: false)
        let first = await v1.post("/api/v1/sync", "{}")
        script.fact("10 联网一次同步即一致", first.json["equal"]?.bool == true)
        let second = await v1.post("/api/v1/sync", "{}")
        script.fact("10 再同步一次，送出 0 条", second.json["sent"]?.int == 0)
        await script.eventually("10 县里收到 A1–A5") {
            let known = await world.numbers(c)
            return numbers.ofV1.allSatisfy(known.contains)
        }
        await script.eventually("10 焦庄村知道镇、县都已收到 A1（端到端回执）") {
            let said = await v1.get("/api/v1/cases/\(numbers.a1)/delivery")
            let words = (said["steps"]?.array ?? []).compactMap { $0["word"]?.text }
            return words == ["本站已存", "镇已收", "县已收"] && said["onlineBy"]?.isNull == true
        }
        await replayed(numbers, folder + "/old")
        ScratchFolder.remove(folder)
        await kills.behind("10", script)
    }

    /// 17:30: a batch of the offline hours comes again, as the file that was recorded then.
    private func replayed(_ numbers: Numbers, _ file: String) async {
        let t = world.t
        await clock("2026-09-24T17:30", world.all)
        let before = await t.file(numbers.a1)
        let taken = await t.run(["import", "--data", t.data, file])
        let after = await t.file(numbers.a1)
        script.fact(
            "10 重放旧批次（\(taken.json["duplicates"]?.int ?? 0) 条），什么也不变",
            taken.code == 0 && taken.json["admitted"]?.int == 0
                && (taken.json["duplicates"]?.int ?? 0) > 10 && before == after)
    }

    /// 11. and 12.
    func settle(_ numbers: Numbers) async {
        let (v1, c) = (world.v1, world.c)
        await clock("2026-09-24T17:35", world.all)
        await script.eventually("11 县里显示 A1、B1 疑似重复") {
            let page = await c.fetch("GET", "/cases/\(numbers.a1)")
            let text = String(decoding: page.bytes, as: UTF8.self)
            return text.contains("疑似重复") && text.contains(numbers.b1)
        }
        let keep = ",\"reason\":\"重复申请\",\"keep\":\"\(numbers.a1)\""
        let other = ",\"reason\":\"重复申请\",\"keep\":\"\(numbers.b1)\""
        script.fact("11 不能保留较晚的一件", await refused(c, "17:35", "end", numbers.a1, other))
        script.fact("11 保留 A1，B1 终止（重复申请）", await act(c, "17:35", "end", numbers.b1, keep))
        script.fact(
            "11 B1 归县里保管", await act(c, "17:35", "force", numbers.b1, up + ",\"reason\":\"重复\""))
        await kills.behind("11", script)
        await clock("2026-09-24T17:40", world.all)
        await script.eventually("12 县签收 A3：已收件") { await act(c, "17:40", "sign", numbers.a3) }
        script.fact("12 县受理 A3", await act(c, "17:40", "accept", numbers.a3))
        let due = await c.get("/api/v1/cases/\(numbers.a3)/clock")
        script.fact(
            "12 A3 收件日 2026-09-24，到期 2026-09-28",
            due["received"]?.text == "2026-09-24" && due["promised"]?.text == "2026-09-28")
        script.fact("12 A1 分转到县", await act(v1, "17:40", "offer", numbers.a1, up))
        await script.eventually("12 县签收 A1") { await act(c, "17:40", "sign", numbers.a1) }
        let assigned = await c.post(
            "/api/v1/commands",
            "{\"command\":\"ticket.assign\",\"ticket\":\"\(numbers.k1)\",\"to\":"
                + "\"\(world.t.node.region.text)\"\(moment("17:40"))}", as: "shouxi")
        script.fact("12 K1 交办玫瑰镇", (200...299).contains(assigned.status))
        await kills.behind("12", script)
    }

    // MARK: the table

    func table(_ numbers: Numbers) async {
        await rows(numbers)
        await tickets(numbers)
        await notes(numbers)
        await due(numbers)
    }

    private func rows(_ numbers: Numbers) async {
        let (v1, v2, t, c) = (world.v1, world.v2, world.t, world.c)
        let rows = [
            ("A1", numbers.a1, "reviewing", c), ("A2", numbers.a2, "closed", v1),
            ("A3", numbers.a3, "accepted", c), ("A4", numbers.a4, "correcting", v1),
            ("A5", numbers.a5, "withdrawn", v1),
        ]
        for member in [v1, t, c] {
            for (name, number, wanted, holder) in rows {
                await script.eventually(
                    "\(member.node.name) \(name) \(wanted)，由\(holder.node.name)保管"
                ) {
                    let file = await member.file(number)
                    return file?["status"]?.text == wanted
                        && file?["holder"]?.text == holder.node.region.text
                }
            }
        }
        for member in [v2, t, c] {
            await script.eventually("\(member.node.name) B1 ended，由县保管") {
                let file = await member.file(numbers.b1)
                return file?["status"]?.text == "ended"
                    && file?["holder"]?.text == c.node.region.text
            }
        }
        for (name, number) in rows.map({ ($0.0, $0.1) }) + [("B1", numbers.b1)] {
            await script.eventually("镇与县的 \(name) 一字不差") {
                let one = await t.file(number)?["events"]
                let other = await c.file(number)?["events"]
                return one != nil && one == other
            }
        }
        let all = numbers.ofV1 + [numbers.b1]
        script.fact("没有一个编号用过两次", Set(all).count == all.count)
        await script.eventually("焦庄村待上传 0 条") {
            await v1.get("/api/v1/status")["unsent"]?.int == 0
        }
    }

    private func tickets(_ numbers: Numbers) async {
        for member in [world.v1, world.t, world.c] {
            await script.eventually("\(member.node.name) D1 待整改，K1 处理中@玫瑰镇") {
                let d1 = await ticket(member, numbers.d1)
                let k1 = await ticket(member, numbers.k1)
                return d1["status"]?.text == "working" && d1["due"]?.text == "2026-10-09"
                    && k1["status"]?.text == "working" && k1["due"]?.text == "2026-10-09"
                    && k1["holder"]?.text == world.t.node.region.text
            }
        }
        let listed = await world.v2.get("/api/v1/board/tickets")["data"]?["tickets"]?.array ?? []
        let strange = listed.filter {
            [numbers.d1, numbers.k1].contains($0["number"]?.text ?? "")
        }
        script.fact("夏沟村没有 D1、K1", strange.isEmpty)
    }

    private func notes(_ numbers: Numbers) async {
        let (v1, v2, c) = (world.v1, world.v2, world.c)
        let a1 = await v1.file(numbers.a1)
        script.fact(
            "A1 仍容缺 M4，未补齐", a1?["deferred"]?.array?.compactMap(\.text) == ["M4"])
        let notes = (a1?["events"]?.array ?? []).filter { $0["kind"]?.text == "note" }
        script.fact("A1 记有“重复件已并”", notes.count == 1)
        let strange = await v1.has(numbers.b1)
        script.fact("焦庄村没有 B1", !strange)
        var leaked = false
        for number in numbers.ofV1 where await v2.has(number) { leaked = true }
        script.fact("夏沟村没有 A1–A5", !leaked)
        let ended = "\(await v2.get("/api/v1/cases/\(numbers.b1)/papers/ended"))"
        script.fact("夏沟村 B1 只有 A1 的编号", ended.contains(numbers.a1))
        let said = await c.get("/api/v1/cases/\(numbers.a1)/delivery")["events"]?.array?.first
        let at = said?["at"]?.int.map { Instant(millis: $0).rfc3339 } ?? ""
        let stored = (said?["stored"]?.array ?? []).compactMap { place in
            place["at"]?.int.map { Instant(millis: $0).rfc3339 }
        }
        script.fact(
            "县里 A1 业务时间 09:05，入库时间不早于 17:20",
            at.hasPrefix("2026-09-24T09:05") && stored.count == 2
                && stored.allSatisfy { $0 >= "2026-09-24T17:20" && $0 < "2026-09-24T18" })
    }

    private func due(_ numbers: Numbers) async {
        let (v1, v2, t, c) = (world.v1, world.v2, world.t, world.c)
        let rows: [(String, String, String?, String?, [DemoMember])] = [
            ("A1", numbers.a1, "2026-10-09", "2026-10-29", [v1, t, c]),
            ("A2", numbers.a2, "2026-09-28", "2026-09-28", [v1, t, c]),
            ("A3", numbers.a3, "2026-09-28", "2026-10-09", [v1, t, c]),
            ("A4", numbers.a4, nil, nil, [v1, t, c]), ("A5", numbers.a5, nil, nil, [v1, t, c]),
            ("B1", numbers.b1, "2026-10-09", "2026-10-29", [v2, t, c]),
        ]
        for (name, number, promised, legal, members) in rows {
            for member in members {
                let found = await member.get("/api/v1/cases/\(number)/clock")
                script.fact(
                    "\(member.node.name) \(name) 承诺 \(promised ?? "—")，法定 \(legal ?? "—")",
                    found["promised"]?.text == promised && found["legal"]?.text == legal)
            }
        }
    }

    /// The day's figures at the county.
    func metrics() async {
        let path = "/api/v1/board/month?from=2026-09-24&to=2026-09-24"
        let wanted: [(String, String, Int64)] = [
            ("收件", "received", 6), ("受理", "accepted", 4), ("当场办结", "sameDay", 1),
            ("补正", "corrected", 1), ("撤回", "withdrawn", 1), ("终止", "ended", 1),
            ("离线登记", "offline", 5), ("其中收件", "offlineReceived", 4),
        ]
        await script.eventually("县里的当日指标已计入") {
            let data = await world.c.get(path)["data"]
            return data?["missing"]?.int == 0 && data?["volumes"]?["received"]?.int == 6
        }
        let sheet = await world.c.get(path)
        for (name, key, count) in wanted {
            let found = sheet["data"]?["volumes"]?[key]?.int
            script.fact("指标 \(name) \(count)（实为 \(found ?? -1)）", found == count)
        }
        for (number, name) in [(31, "一次告知率"), (33, "就近办率")] {
            let metric = (sheet["data"]?["metrics"]?.array ?? []).first {
                $0["number"]?.int == Int64(number)
            }
            script.fact("指标 \(name) 100%", metric?["value"]?["thousandths"]?.int == 1000)
        }
        let tickets = (sheet["sections"]?.array ?? []).first {
            $0["heading"]?.text == "工单"
        }
        let bad = (tickets?["rows"]?.array ?? []).first { $0.array?.first?.text == "差评整改" }
        script.fact("指标 差评 1", bad?.array?.dropFirst().first?.text == "1")
    }
}
