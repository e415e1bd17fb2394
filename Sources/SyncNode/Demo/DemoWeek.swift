import Base
import Domain

/// The days of scenario B, moved by whole weeks to where the nodes' clocks may go: forward. With
/// them the holidays of 2026 move, so that every due day is the scenario's, moved.
struct DemoWeek: Sendable {
    /// Days by which the scenario is moved: a multiple of seven.
    private let shift: Int

    /// - Parameter today: The scenario's Wednesday lies behind it.
    init?(after today: CivilDate) {
        guard let first = CivilDate("2026-09-23") else { return nil }
        var shift = 0
        while first.advanced(by: shift) <= today { shift += 7 }
        self.shift = shift
    }

    /// A day of the scenario, moved.
    func day(_ text: String) -> String {
        CivilDate(text)?.advanced(by: shift).text ?? text
    }

    /// The scenario's holidays and its working Saturday, moved, as notices a year.
    var notices: [String] {
        let off = (25...27).map { "2026-09-\($0)" } + (1...7).map { "2026-10-0\($0)" }
        let holidays = off.map(day)
        let workdays = [day("2026-10-10")]
        let years = Set((holidays + workdays).map { String($0.prefix(4)) }).sorted()
        return years.map { year in
            func list(_ days: [String]) -> String {
                days.filter { $0.hasPrefix(year) }.map { "\"\($0)\"" }.joined(separator: ",")
            }
            return
                "{\"command\":\"calendar.set\",\"year\":\(year),\"holidays\":[\(list(holidays))],"
                + "\"workdays\":[\(list(workdays))]}"
        }
    }
}

/// Scenario B's table of what is true in the end, on live processes: each cell.
extension DemoCatalog {
    func table(_ week: DemoWeek, _ numbers: Numbers) async {
        await versions()
        await cases(week, numbers)
        await overlays()
        await metrics()
    }

    private var stations: [(String, DemoMember)] {
        [("C", world.c), ("T", world.t), ("V1", world.v1), ("V2", world.v2)]
    }

    private func versions() async {
        for (name, member) in stations {
            await script.eventually("\(name)：I1 v3、v4 历史，v5 生效；I9 暂停") {
                let history = await sheet(member, "history", Self.item)["versions"]?.array ?? []
                let places = history.map { "\($0["version"]?.int ?? 0)\($0["place"]?.text ?? "")" }
                let listed = await member.get("/api/v1/items?status=suspended&limit=200")
                let suspended = (listed["items"]?.array ?? []).compactMap { $0["code"]?.text }
                return places.contains("3history") && places.contains("4history")
                    && places.contains("5current") && suspended.contains(Self.other)
            }
        }
        await script.eventually("四处目录摘要相同") {
            var sums: Set<String> = []
            for (_, member) in stations {
                sums.insert(await sheet(member, "uniform", "")["uniform"]?.text ?? member.node.name)
            }
            return sums.count == 1
        }
    }

    private func cases(_ week: DemoWeek, _ numbers: Numbers) async {
        let rows: [(String, String, Int64, String)] = [
            ("P1", numbers.p1, 3, "2026-10-08"), ("P2", numbers.p2, 3, "2026-10-09"),
            ("P3", numbers.p3, 3, "2026-10-09"), ("P4", numbers.p4, 4, "2026-10-08"),
            ("P5", numbers.p5, 4, "2026-10-08"),
        ]
        for (letter, number, version, due) in rows {
            // Every node of the case's scope: its station, and the places above it.
            let station = ["P2", "P5"].contains(letter) ? "V1" : "V2"
            for (name, member) in stations where name == station || !name.hasPrefix("V") {
                await script.eventually("\(name)：\(letter) 依 v\(version)，\(week.day(due)) 到期") {
                    let found = await binding(member, number)
                    let counted = await self.due(member, number)
                    return found["governing"]?.int == version && counted == week.day(due)
                }
            }
        }
        let changed = await sheet(world.c, "terms", numbers.p5)
        script.fact(
            "P5 时限变更告知书：\(week.day("2026-10-10")) 改为 \(week.day("2026-10-08"))",
            changed["printedDue"]?.text == week.day("2026-10-10")
                && changed["due"]?.text == week.day("2026-10-08"))
        script.fact("P6 继续办理", await world.c.file(numbers.p6)?["status"]?.text == "accepted")
        script.fact("待裁定已清", await sheet(world.c, "pending", "")["waiting"]?.array?.isEmpty == true)
    }

    private func overlays() async {
        let guide = "/api/v1/catalog/guide?code=\(Self.item)&region="
        for (name, member) in [("T", world.t), ("C", world.c)] {
            await script.eventually("\(name) 看到焦庄村的办公时间，别处不变") {
                var found: [Bool] = []
                for code in ["370124106201", "370124106202", "370124106000"] {
                    found.append("\(await member.get(guide + code))".contains("8:30–16:00"))
                }
                return found == [true, false, false]
            }
        }
    }

    private func metrics() async {
        let history = await sheet(world.c, "history", Self.item)["versions"]?.array ?? []
        let fourth = history.first { $0["version"]?.int == 4 }?["spreadMillis"]?.int ?? 0
        script.fact(
            "v4 目录同步时效 \(fourth / 86_400_000) 天 \(fourth / 3_600_000 % 24) 小时",
            fourth / 3_600_000 == 4 * 24 + 23)
        let fifth = history.first { $0["version"]?.int == 5 }
        script.fact("材料减少率 25%", fifth?["fewerMaterials"]?.int == 25)
    }

    /// 承诺到期 as a node works it out.
    func due(_ member: DemoMember, _ number: String) async -> String {
        await member.get("/api/v1/cases/\(number)/clock")["promised"]?.text ?? "—"
    }
}
