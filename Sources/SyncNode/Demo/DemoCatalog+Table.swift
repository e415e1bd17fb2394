import Base
import Domain
import Runtime

/// Scenario B's table of what is true in the end, each cell; and the words for asking.
extension DemoCatalog {
    func table(_ numbers: Numbers) async {
        await catalogs()
        await cases(numbers)
        await overlays()
        await metrics()
    }

    // MARK: one row each

    private func catalogs() async {
        for member in all {
            await script.cell(
                "B 表 目录 \(letter(member)) I1",
                "v6 scheduled，v5 current，v4 history，v3 history，v2 history，v1 history"
            ) {
                let history = await data(member, "history", Self.item)["versions"]?.array ?? []
                return history.map { "v\($0["version"]?.int ?? 0) \($0["place"]?.text ?? "")" }
                    .joined(separator: "，")
            }
            await script.cell("B 表 目录 \(letter(member)) I9", "暂停") { await standing(member) }
        }
        await script.cell("B 表 目录 四处的目录摘要有几种", "1") {
            var sums: Set<StateTag> = []
            for member in all { sums.insert(await digest(member)) }
            return String(sums.count)
        }
        await script.cell("B 表 目录 v5 到全部四处", "是") {
            await fact(of: 5)["spreadMillis"]?.int == nil ? "否" : "是"
        }
    }

    /// Every item, grant and ruling that a node has, and its own sum of the ten elements.
    private func digest(_ member: DemoMember) async -> StateTag {
        var bytes: [UInt8] = []
        for path in ["export/json", "items?limit=200", "grants?limit=200", "definitions/ruling"] {
            bytes += await member.fetch("GET", "/api/v1/" + path).bytes
        }
        bytes += Array((await data(member, "uniform")["uniform"]?.text ?? "").utf8)
        return StateTag(of: bytes)
    }

    private func cases(_ numbers: Numbers) async {
        let above = [("C", c), ("T", t)]
        let one = above + [("V1", v1)]
        let two = above + [("V2", v2)]
        let rows: [(String, String, [(String, DemoMember)], String, String)] = [
            ("P1", numbers.p1, two, "v3", "2026-10-08"),
            ("P2", numbers.p2, one, "v3", "2026-10-09"),
            ("P3", numbers.p3, two, "v3", "2026-10-09"),
            ("P4", numbers.p4, two, "v4", "2026-10-08"),
            ("P5", numbers.p5, one, "v4，版本滞后", "2026-10-08"),
        ]
        for (letter, number, members, version, day) in rows {
            for (name, member) in members {
                await script.cell("B 表 办件 \(name) \(letter)", "\(version)，\(day) 到期") {
                    await "\(governing(member, number))，\(due(member, number)) 到期"
                }
            }
        }
        for (name, member) in one {
            await script.cell("B 表 办件 \(name) P2 的 M3", "免交") {
                await materials(member, numbers.p2).first { $0.0 == "M3" }?.1 ?? "—"
            }
            await script.cell("B 表 办件 \(name) P5 的 M5", "容缺") {
                await materials(member, numbers.p5).first { $0.0 == "M5" }?.1 ?? "—"
            }
            await script.cell("B 表 办件 \(name) P6 I9 继续办理", "accepted") {
                await member.file(numbers.p6)?["status"]?.text ?? "—"
            }
        }
        for number in [numbers.p2, numbers.p5, numbers.p6] {
            script.fact("B 表 办件 V2 没有 V1 的办件", await !v2.has(number))
        }
    }

    private func overlays() async {
        for (name, member) in [("T", t), ("C", c)] {
            for place in all {
                let expected = place === v1 ? "8:30–16:00（\(v1.node.name)）" : "—"
                await script.cell("B 表 本地要素 \(name) 看到 \(letter(place)) 的办公时间", expected) {
                    await hours(of: place, at: member)
                }
            }
        }
        await script.cell("B 表 本地要素 V2 自己的办公时间", "—") { await hours(of: v2, at: v2) }
        for member in all {
            await script.cell("B 表 本地要素 \(letter(member)) 的冲突记录", "0") {
                let listed = await member.get("/api/v1/items?status=contested&limit=200")
                return String(listed["items"]?.array?.count ?? -1)
            }
        }
    }

    /// As the guide of a place says it, made at a node.
    private func hours(of place: DemoMember, at member: DemoMember) async -> String {
        let code = place.node.region.text
        let path = "/api/v1/catalog/guide?code=\(Self.item)&region=\(code)"
        let rows = (await member.get(path)["sections"]?.array ?? []).flatMap { Self.rows($0) }
        return rows.first { $0.first == "办公时间" }?.last ?? "—"
    }

    private func metrics() async {
        await script.cell("B 表 指标 v4", "2026-09-24 10:00 发布，2026-09-28 生效，同步时效 4 天 23 小时") {
            let found = await sheet(c, "history", Self.item)["sections"]?.array?.first
            guard let row = Self.rows(found).first(where: { $0[0] == "v4" }) else { return "—" }
            return "\(row[2]) 发布，\(row[3]) 生效，同步时效 \(row[4])"
        }
        await script.cell("B 表 指标 十同一致率", "4/4，差异 0") {
            let found = await data(c, "uniform")
            return "\(found["agreeing"]?.int ?? -1)/\(found["stations"]?.int ?? -1)，差异 "
                + "\(found["differing"]?.int ?? -1)"
        }
        await script.cell("B 表 指标 材料 v3、v5", "4 3") {
            let counts = [await fact(of: 3)["materials"]?.int, await fact(of: 5)["materials"]?.int]
            return counts.map { String($0 ?? -1) }.joined(separator: " ")
        }
        await script.cell("B 表 指标 材料减少率", "25%") {
            await "\(fact(of: 5)["fewerMaterials"]?.int ?? -1)%"
        }
    }

    /// What the county's history says of a version.
    private func fact(of version: Int64) async -> JSON {
        let history = await data(c, "history", Self.item)["versions"]?.array ?? []
        return history.first { $0["version"]?.int == version } ?? .null
    }

    // MARK: asking

    func letter(_ member: DemoMember) -> String {
        member === c ? "C" : member === t ? "T" : member === v1 ? "V1" : "V2"
    }

    /// Sets the nodes' clocks, in Shanghai.
    func at(_ moment: String, _ members: [DemoMember]? = nil, but left: [DemoMember] = []) async {
        let text = moment.utf8.count == 16 ? moment + ":00" : moment
        for member in members ?? all where !left.contains(where: { $0 === member }) {
            _ = await member.post("/demo/v1/clock", "{\"at\":\"\(text)+08:00\"}")
        }
    }

    /// The day that a node's own clock has.
    func today(_ member: DemoMember) async -> String {
        let told = await member.get("/api/v1/status")["clock"]?.text ?? ""
        return Instant(rfc3339: told).map { CivilDate(of: $0).text } ?? told
    }

    /// 收件 and 受理; the number.
    func take(_ member: DemoMember, _ item: String) async -> String {
        let number = await receive(member, item, "王某")
        await member.act("accept", number)
        return number
    }

    func sheet(_ member: DemoMember, _ kind: String, _ code: String = "") async -> JSON {
        await member.get("/api/v1/catalog/" + kind + (code.isEmpty ? "" : "?code=" + code))
    }

    func data(_ member: DemoMember, _ kind: String, _ code: String = "") async -> JSON {
        await sheet(member, kind, code)["data"] ?? .null
    }

    /// The rows of a sheet's section.
    static func rows(_ section: JSON?) -> [[String]] {
        (section?["rows"]?.array ?? []).map { ($0.array ?? []).map { $0.text ?? "" } }
    }

    /// The version that a node's own guide is made of now.
    func current(_ member: DemoMember, _ code: String) async -> String {
        "v\(await data(member, "guide", code)["version"]?.int ?? 0)"
    }

    /// Of I9.
    func standing(_ member: DemoMember) async -> String {
        let listed = await member.get("/api/v1/items?status=suspended&limit=200")["items"]
        return listed?.array?.contains { $0["code"]?.text == Self.other } == true ? "暂停" : "正常"
    }

    /// `v4，版本滞后`: what governs a case, as a node works it out.
    func governing(_ member: DemoMember, _ number: String) async -> String {
        let found = await data(member, "binding", number)
        let lagging = found["lagging"]?.bool == true ? "，版本滞后" : ""
        return "v\(found["governing"]?.int ?? 0)" + lagging
    }

    /// Codes with what each is to the case, in the sheet's order.
    func materials(_ member: DemoMember, _ number: String) async -> [(String, String)] {
        (await data(member, "binding", number)["materials"]?.array ?? []).map {
            ($0["code"]?.text ?? "", $0["standing"]?.text ?? "")
        }
    }

    func words(_ member: DemoMember, _ number: String) async -> String {
        await materials(member, number).map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    /// 承诺到期 as a node works it out.
    func due(_ member: DemoMember, _ number: String) async -> String {
        await member.get("/api/v1/cases/\(number)/clock")["promised"]?.text ?? "—"
    }
}
