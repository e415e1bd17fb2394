import Base
import Civil
import Domain

/// The lists that are published: each generated from versions, grants and overlays.
extension SheetMaker {
    /// 下沉清单: what was granted to whom.
    func sinkList(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        var rows: [[String]] = []
        for document in try source.list(.grant, limit: Limits.importRowsMax) {
            guard let grant = grant(document), let mode = grant.mode(at: now) else { continue }
            let isHere =
                directory.isWithin(grant.region, region.id)
                || directory.isWithin(region.id, grant.region)
            guard isHere, let term = grant.terms.standing(at: now).first else { continue }
            let level = grant.level.map { "（\($0.label)）" } ?? ""
            rows.append([
                grant.code, try itemName(grant.code, region), name(grant.region) + level,
                mode.rawValue, CivilDate(of: term.stamp.from).text, term.value.to?.text ?? "",
                term.value.document,
            ])
        }
        return Sheet(
            "下沉清单", stamp: stamp(region.name),
            [
                Sheet.Section(
                    "下沉事项", ["编码", "事项", "站点", "方式", "起", "止", "文号"],
                    rows.sorted { ($0[0], $0[2]) < ($1[0], $1[2]) })
            ])
    }

    private func grant(_ document: StoredDocument) -> GrantState? {
        do throws(JSONError) {
            return try GrantState(document)
        } catch {
            return nil
        }
    }

    private func itemName(_ code: String, _ region: RegionRecord) throws(Source.Failure) -> String {
        try CatalogQuery.effective(
            code, for: region.id, at: now, in: directory, from: source)?.elements.name ?? ""
    }

    /// 当场办结目录, level by level (DOMAIN row 38).
    func onSpotList(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        let items = try items(for: region)
        let sections = ElementTable.onSpotLevels.map { level in
            Sheet.Section(
                level, ["编码", "事项", "版本"],
                items.compactMap { item in
                    let levels = parsed(item.version.value.elements)["onSpot"]?.array ?? []
                    guard levels.contains(.text(level)) else { return nil }
                    return row(item)
                })
        }
        return Sheet("当场办结事项目录", stamp: stamp(region.name), sections)
    }

    /// 容缺清单: what may be handed in later, item by item.
    func deferrableList(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        let rows = try items(for: region).flatMap { item in
            item.elements.materials.filter(\.isDeferrable).map { material in
                row(item) + [material.name, "\(item.elements.promisedDays) 个工作日"]
            }
        }
        return Sheet(
            "容缺受理清单", stamp: stamp(region.name),
            [Sheet.Section("可容缺材料", ["编码", "事项", "版本", "材料", "补齐期限"], rows)])
    }

    /// 帮办清单: by the authority's word, or by the place's own.
    func assistedList(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        let rows = try items(for: region).compactMap { item -> [String]? in
            let local = item.locals.first { $0.field == .assisted }?.text
            let isAssisted =
                parsed(item.version.value.elements)["assisted"]?.bool == true || local != nil
                || item.mode == .assist
            return isAssisted ? row(item) + [local ?? item.mode?.rawValue ?? ""] : nil
        }
        return Sheet(
            "帮办代办事项清单", stamp: stamp(region.name),
            [Sheet.Section("帮办事项", ["编码", "事项", "版本", "说明"], rows)])
    }

    private func row(_ item: EffectiveItem) -> [String] {
        [item.item.state.code, item.elements.name, "v\(item.version.value.number)"]
    }
}

extension Level {
    /// The level for people.
    var label: String {
        switch self {
        case .province: "省级"
        case .city: "市级"
        case .county: "县级"
        case .town: "镇级"
        case .village: "村级"
        }
    }
}
