import Base
import Change
import Domain
import Guide
import Kernel

/// Scenario B's table of what is true in the end.
extension CatalogUpdate {
    func table(_ numbers: Numbers) throws(JournalError) {
        try catalogs()
        try cases(numbers)
        try overlays()
        try metrics()
    }

    // MARK: one row each

    private func catalogs() throws(JournalError) {
        var sums: Set<String> = []
        for name in cast.names {
            let history = try cast.data(name, .history, Self.item)["versions"]?.array ?? []
            let places = history.map { "v\($0["version"]?.int ?? 0) \($0["place"]?.text ?? "")" }
            cast.cell(
                "B 表 目录", "\(name) I1",
                "v6 scheduled，v5 current，v4 history，v3 history，v2 history，v1 history",
                places.joined(separator: "，"))
            cast.cell("B 表 目录", "\(name) I9", "暂停", try standing(name))
            sums.insert(try digest(name))
        }
        cast.cell("B 表 目录", "四处的目录摘要有几种", "1", String(sums.count))
    }

    /// Every item, grant and ruling of the county's catalog as a node has stored it.
    private func digest(_ name: String) throws(JournalError) -> String {
        let (source, _, _) = try cast.source(name)
        var bytes: [UInt8] = []
        for collection in [Collection.item, .grant, .ruling] {
            for document in try source.list(collection, limit: Limits.importRowsMax) {
                bytes += document.key.id.bytes + document.state
            }
        }
        return StateTag(of: bytes).text
    }

    private func cases(_ numbers: Numbers) throws(JournalError) {
        let rows: [(String, String, [String], String, String)] = [
            ("P1", numbers.p1, ["C", "T", "V2"], "v3", "2026-10-08"),
            ("P2", numbers.p2, ["C", "T", "V1"], "v3", "2026-10-09"),
            ("P3", numbers.p3, ["C", "T", "V2"], "v3", "2026-10-09"),
            ("P4", numbers.p4, ["C", "T", "V2"], "v4", "2026-10-08"),
            ("P5", numbers.p5, ["C", "T", "V1"], "v4，版本滞后", "2026-10-08"),
        ]
        for (letter, number, names, version, due) in rows {
            for name in names {
                cast.cell("B 表 办件", "\(name) \(letter) 依", version, try governing(name, number))
                cast.cell(
                    "B 表 办件", "\(name) \(letter) 承诺到期", due, try cast.due(name, number))
            }
        }
        for name in ["C", "T", "V1"] {
            cast.cell("B 表 办件", "\(name) P2 的 M3", "免交", try standing(name, numbers.p2, "M3"))
            cast.cell("B 表 办件", "\(name) P5 的 M5", "容缺", try standing(name, numbers.p5, "M5"))
            cast.cell(
                "B 表 办件", "\(name) P6 继续办理", "accepted",
                try cast.file(name, numbers.p6)?.status.rawValue ?? "—")
        }
        for number in [numbers.p2, numbers.p5, numbers.p6] {
            cast.fact("B 表 办件", "V2 没有 V1 的办件", try cast.file("V2", number) == nil)
        }
    }

    private func overlays() throws(JournalError) {
        for name in ["T", "C"] {
            for (place, expected) in [("V1", "8:30–16:00"), ("V2", "—"), ("T", "—"), ("C", "—")] {
                let (source, directory, _) = try cast.source(name)
                let region = try cast.source(place).2
                let item = try CatalogQuery.effective(
                    Self.item, for: region, at: cast.stage.now, in: directory, from: source)
                let hours = item?.locals.first { $0.field.rawValue == "hours" }?.text ?? "—"
                cast.cell("B 表 本地要素", "\(name) 看到 \(place) 的办公时间", expected, hours)
            }
            let (source, _, _) = try cast.source(name)
            let contested = try source.list(.item, limit: 100).filter { $0.status == "contested" }
            cast.cell("B 表 本地要素", "\(name) 的冲突记录", "0", String(contested.count))
        }
    }

    private func metrics() throws(JournalError) {
        let history = try cast.data("C", .history, Self.item)["versions"]?.array ?? []
        let fourth = history.first { $0["version"]?.int == 4 }
        let spread = fourth?["spreadMillis"]?.int ?? 0
        cast.cell(
            "B 表 指标", "v4 目录同步时效", "4 天 23 小时 0 分",
            "\(spread / 86_400_000) 天 \(spread / 3_600_000 % 24) 小时 \(spread / 60_000 % 60) 分")
        let uniform = try cast.data("C", .uniform)
        let stations = uniform["stations"]?.int ?? 0
        cast.cell(
            "B 表 指标", "十同一致率", "100%",
            "\(stations > 0 ? (uniform["agreeing"]?.int ?? 0) * 100 / stations : 0)%")
        cast.cell("B 表 指标", "十同差异", "0", String(uniform["differing"]?.int ?? -1))
        let counts = [3, 5].map { number in
            history.first { $0["version"]?.int == number }?["materials"]?.int ?? 0
        }
        cast.cell("B 表 指标", "材料 v3、v5", "4 3", "\(counts[0]) \(counts[1])")
        let fewer = history.first { $0["version"]?.int == 5 }?["fewerMaterials"]?.int ?? -1
        cast.cell("B 表 指标", "材料减少率", "25%", "\(fewer)%")
    }

    // MARK: words

    /// `v4，版本滞后`: what governs a case, as a place works it out.
    func governing(_ name: String, _ number: String) throws(JournalError) -> String {
        let binding = try cast.data(name, .binding, number)
        let lagging = binding["lagging"]?.bool == true ? "，版本滞后" : ""
        return "v\(binding["governing"]?.int ?? 0)" + lagging
    }

    /// Codes with what each is to the case, in the sheet's order.
    func materials(
        _ name: String, _ number: String
    ) throws(JournalError) -> [(String, String)] {
        let binding = try cast.data(name, .binding, number)
        return (binding["materials"]?.array ?? []).map {
            ($0["code"]?.text ?? "", $0["standing"]?.text ?? "")
        }
    }

    func standing(
        _ name: String, _ number: String, _ code: String
    ) throws(JournalError) -> String {
        try materials(name, number).first { $0.0 == code }?.1 ?? "—"
    }

    /// Of I9.
    func standing(_ name: String) throws(JournalError) -> String {
        let (source, directory, region) = try cast.source(name)
        let item = try CatalogQuery.item(
            Self.other, for: region, in: directory, from: source)
        return item?.state.standing(at: cast.stage.now) == .suspended ? "暂停" : "正常"
    }
}
