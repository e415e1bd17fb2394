import Base
import Change
import Civil
import Domain

/// 认领 and 一件事.
extension SheetMaker {
    // MARK: 认领

    func claims() throws(Source.Failure) -> Sheet {
        var rows: [[String]] = []
        var counts: [String: Int64] = [:]
        for document in try source.list(.basic, limit: Limits.importRowsMax) {
            guard let entry = definition(document) else { continue }
            let body = entry.body
            let step = try step(entry.code, body)
            counts[step, default: 0] += 1
            rows.append([
                entry.code, body["name"]?.text ?? "", step, body["department"]?.text ?? "",
                body["reason"]?.text ?? "",
            ])
        }
        let waiting = counts["待认领"] ?? 0
        let not = counts["不适用"] ?? 0
        let all = Int64(rows.count)
        let rate = all > not ? (all - not - waiting) * 100 / (all - not) : nil
        return Sheet(
            "基本目录认领", stamp: stamp(rate.map { "认领率 \($0)%" } ?? "没有须认领的事项"),
            [
                Sheet.Section(
                    "合计", ["步骤", "件数"],
                    Self.steps.map { [$0, String(counts[$0] ?? 0)] }),
                Sheet.Section(
                    "逐项", ["基本编码", "事项", "步骤", "部门", "理由"],
                    rows.sorted { $0[0] < $1[0] }),
            ],
            data: [
                "rate": rate.map(JSON.int) ?? .null, "entries": .int(all), "waiting": .int(waiting),
            ])
    }

    private static var steps: [String] { ["待认领", "已认领", "不适用", "要素维护", "审核", "发布"] }

    /// How far an entry has come: claimed, then as far as its item and its drafts.
    private func step(_ code: String, _ body: JSON) throws(Source.Failure) -> String {
        switch body["status"]?.text {
        case "notApplicable": return "不适用"
        case "claimed": break
        default: return "待认领"
        }
        if body["kind"]?.text == DefinitionCheck.themeKind { return try themeStep(code) }
        if try CatalogQuery.item(code, for: own, in: directory, from: source) != nil {
            return "发布"
        }
        for key in try source.find(.draft, label: code) {
            guard case .draft(let draft)? = try source.content(key), draft.isOpen else { continue }
            let elements = parsed(draft.publication)["elements"] ?? .null
            return ElementReport(elements).isComplete ? "审核" : "要素维护"
        }
        return "已认领"
    }

    /// A theme waits for a second person as a draft, like an item.
    private func themeStep(_ code: String) throws(Source.Failure) -> String {
        let key = DefinitionState.key(.theme, code, in: ScopeName.catalog(authority).id)
        guard case .definition(let state)? = try source.content(key) else { return "已认领" }
        switch state.body["status"]?.text {
        case "published": return "发布"
        case "draft": return "审核"
        default: return "已认领"
        }
    }

    private func definition(_ document: StoredDocument) -> DefinitionState? {
        do throws(JSONError) {
            return try DefinitionState(document)
        } catch {
            return nil
        }
    }

    // MARK: 一件事

    func theme(_ code: String, for region: RegionRecord) throws(Source.Failure) -> Sheet? {
        let key = DefinitionState.key(.theme, code, in: ScopeName.catalog(authority).id)
        guard case .definition(let state)? = try source.content(key) else { return nil }
        let body = state.body
        var rows: [[String]] = []
        var materials: [(name: String, items: [String])] = []
        var departments: [(name: String, count: Int)] = []
        for (round, codes) in DefinitionCheck.order(body).enumerated() {
            for child in codes {
                let item = try CatalogQuery.effective(
                    child, for: region.id, at: now, in: directory, from: source)
                let elements = item.map { parsed($0.version.value.elements) } ?? .null
                let department = elements["department"]?.text ?? "—"
                rows.append([
                    String(round + 1), child, item?.elements.name ?? "—", department,
                    item.map { "\($0.elements.promisedDays)" } ?? "",
                ])
                if let place = departments.firstIndex(where: { $0.name == department }) {
                    departments[place].count += 1
                } else {
                    departments.append((department, 1))
                }
                for material in item?.elements.materials ?? [] {
                    if let place = materials.firstIndex(where: { $0.name == material.name }) {
                        materials[place].items.append(child)
                    } else {
                        materials.append((material.name, [child]))
                    }
                }
            }
        }
        let lead = departments.max { $0.count < $1.count }?.name ?? ""
        return Sheet(
            "一件事 " + (body["name"]?.text ?? code),
            stamp: stamp(
                "v\(body["version"]?.int ?? 0)", Self.status(body["status"]?.text),
                "总时限 \(body["promisedDays"]?.int ?? 0) 个工作日",
                "牵头 " + (body["lead"]?.text ?? "")),
            [
                Sheet.Section("办理顺序", ["轮次", "编码", "事项", "部门", "承诺（工作日）"], rows),
                Sheet.Section(
                    "合并材料", ["材料", "用于"],
                    materials.map { [$0.name, $0.items.joined(separator: " ")] }),
                Sheet.Section("建议牵头", [], [[lead]]),
                Sheet.Section(
                    "一张表单", ["字段", "去往"],
                    (body["form"]?.array ?? []).map { field in
                        let maps = (field["maps"]?.array ?? []).map { map in
                            "\(map["item"]?.text ?? "")·\(map["field"]?.text ?? "")"
                        }
                        return [field["label"]?.text ?? "", maps.joined(separator: " ")]
                    }),
            ],
            data: ["theme": body, "suggestedLead": .text(lead)])
    }

    private static func status(_ word: String?) -> String {
        switch word {
        case "published": "已发布"
        case "ended": "已取消"
        default: "草稿"
        }
    }
}
