package import Base
import Civil
import Domain

/// 办事指南 and 一次告知单: a version, a 情形 and a place's own elements, put together when asked.
extension SheetMaker {
    func guide(
        _ question: SheetQuestion, for region: RegionRecord
    ) throws(Source.Failure) -> Sheet? {
        guard
            let item = try CatalogQuery.effective(
                question.code, for: region.id, at: now, in: directory, from: source)
        else { return nil }
        let elements = parsed(item.version.value.elements)
        let situation = question.situation.flatMap { wanted in
            (elements["situations"]?.array ?? []).first { $0["code"]?.text == wanted }
        }
        if question.situation != nil, situation == nil { return nil }
        let isNotice = question.kind == .notice
        let title = elements["name"]?.text ?? question.code
        let stamp = stamp(
            "v\(item.version.value.number)", "生效 " + item.version.value.effectiveFrom.text,
            item.standing == .active ? "" : "已暂停", situation?["name"]?.text ?? "",
            region.name)
        let sections =
            isNotice
            ? notice(elements, situation, item.locals)
            : whole(question.code, elements, situation, item)
        return Sheet(
            title + (isNotice ? " 一次告知单" : " 办事指南"), stamp: stamp, sections,
            data: [
                "code": .text(question.code), "version": .int(Int64(item.version.value.number)),
                "effectiveFrom": .text(item.version.value.effectiveFrom.text),
                "region": .text(region.code.text),
                "materials": .array(materials(elements, situation)),
            ])
    }

    private func whole(
        _ code: String, _ elements: JSON, _ situation: JSON?, _ item: EffectiveItem
    ) -> [Sheet.Section] {
        var sections = Element.Group.allCases.map { group -> Sheet.Section in
            var rows = ElementTable.item.filter { $0.group == group && $0.isPlain }
                .compactMap { element -> [String]? in
                    guard let value = elements[element.key], !element.isEmpty(value) else {
                        return nil
                    }
                    return [element.label, element.words(value)]
                }
            if group == .basic { rows.insert(["事项编码", code], at: 1 <= rows.count ? 1 : 0) }
            if group == .handling, let mode = item.mode {
                rows.append(["本站办理", mode.rawValue])
            }
            return Sheet.Section(group.rawValue, [], rows)
        }
        if let conditions = situation?["conditions"]?.text {
            sections.append(Sheet.Section("情形条件", [], [[conditions]]))
        }
        sections.append(materialTable(materials(elements, situation)))
        sections.append(requirements(materials(elements, situation)))
        sections.append(forms(code, elements, situation))
        sections.append(fees(elements))
        sections.append(
            Sheet.Section(
                "办理结果", [],
                ElementTable.result.compactMap { element in
                    elements["result"]?[element.key].map { [element.label, element.words($0)] }
                }))
        sections.append(
            Sheet.Section(
                "办理情形", ["编码", "情形", "引导问题"],
                (elements["situations"]?.array ?? []).map { entry in
                    ["code", "name", "question"].map { entry[$0]?.text ?? "" }
                }))
        sections.append(local(item.locals))
        sections.append(
            Sheet.Section(
                "常见问题", [],
                (elements["questions"]?.array ?? []).map { entry in
                    [entry["question"]?.text ?? "", entry["answer"]?.text ?? ""]
                }))
        return sections
    }

    /// What to bring, where from, and where to: on one page, told once.
    private func notice(
        _ elements: JSON, _ situation: JSON?, _ locals: [EffectiveItem.Local]
    ) -> [Sheet.Section] {
        let rows = materials(elements, situation).map { material -> [String] in
            let source = material["source"]?.text ?? "申请人自备"
            let way = [source, material["issuer"]?.text, material["notes"]?.text]
                .compactMap { $0 }.joined(separator: "；")
            return [material["name"]?.text ?? "", need(material), copies(material), way]
        }
        let days = elements["promisedDays"]?.int ?? 0
        return [
            Sheet.Section("须带材料", ["材料", "必要性", "份数", "如何取得"], rows),
            Sheet.Section(
                "时限", [],
                [
                    ["承诺办结", "\(days) 个工作日"],
                    ["法定办结", "\(elements["legalDays"]?.int ?? 0) 个工作日"],
                ]),
            fees(elements), local(locals),
        ]
    }

    /// The materials of a 情形; without one, all.
    func materials(_ elements: JSON, _ situation: JSON?) -> [JSON] {
        let all = elements[ElementTable.materials]?.array ?? []
        guard let codes = situation?["materials"]?.array?.compactMap(\.text) else { return all }
        return all.filter { codes.contains($0["code"]?.text ?? "") }
    }

    private func materialTable(_ materials: [JSON]) -> Sheet.Section {
        Sheet.Section(
            "申请材料", ["编码", "名称", "必要性", "形式", "份数", "来源"],
            materials.map { material in
                [
                    material["code"]?.text ?? "", material["name"]?.text ?? "", need(material),
                    material["form"]?.text ?? "", copies(material),
                    material["source"]?.text ?? "",
                ]
            })
    }

    /// What else a version says of each material, as far as it says it: what it has to look like,
    /// how to fill it in, and what is looked at.
    private func requirements(_ materials: [JSON]) -> Sheet.Section {
        let told = [
            "code", "name", "required", "deferrable", "promisable", "form", "source", "originals",
            "copies", "blank", "sample",
        ]
        let rows = materials.flatMap { material in
            ElementTable.material.filter { !told.contains($0.key) }
                .compactMap { element -> [String]? in
                    guard let value = material[element.key], !element.isEmpty(value) else {
                        return nil
                    }
                    return [material["name"]?.text ?? "", element.label, element.words(value)]
                }
        }
        return Sheet.Section("材料要求", ["材料", "要求", "内容"], rows)
    }

    /// 空白表, 样表, the chart of the steps and the sample of the result: attachments by their
    /// digests, and where everybody gets them.
    private func forms(
        _ code: String, _ elements: JSON, _ situation: JSON?
    ) -> Sheet.Section {
        var rows = materials(elements, situation).flatMap { material in
            [("空白表", "blank"), ("样表", "sample")].compactMap { label, key -> [String]? in
                material[key]?["blob"]?.text.map { [material["name"]?.text ?? "", label, $0] }
            }
        }
        if let chart = elements["flowchart"]?["blob"]?.text { rows.append(["流程图", "", chart]) }
        if let sample = elements["result"]?["sample"]?["blob"]?.text {
            rows.append([elements["result"]?["name"]?.text ?? "办理结果", "结果样本", sample])
        }
        let files = "/guide/" + URLText.segment(code) + "/files/"
        return Sheet.Section("表格下载", ["名称", "种类", "附件摘要"], rows)
            .leading(rows.map { files + URLText.segment($0.last ?? "") })
    }

    private func need(_ material: JSON) -> String {
        if material["deferrable"]?.bool == true { return "可容缺" }
        if material["promisable"]?.bool == true { return "可承诺" }
        return material["required"]?.bool == false ? "情形必要" : "必要"
    }

    private func copies(_ material: JSON) -> String {
        let parts = [("原件", "originals"), ("复印件", "copies")].compactMap { label, key in
            material[key]?.int.flatMap { $0 > 0 ? "\(label) \($0)" : nil }
        }
        return parts.isEmpty ? material["kind"]?.text ?? "" : parts.joined(separator: "，")
    }

    private func fees(_ elements: JSON) -> Sheet.Section {
        guard elements["fees"]?["charged"]?.bool == true else {
            return Sheet.Section("收费", [], [["不收费"]])
        }
        let items = elements["fees"]?["items"]?.array ?? []
        return Sheet.Section(
            "收费", ["项目", "标准", "依据"],
            items.map { item in ["name", "standard", "basis"].map { item[$0]?.text ?? "" } })
    }

    private func local(_ locals: [EffectiveItem.Local]) -> Sheet.Section {
        Sheet.Section(
            "本地信息", [],
            locals.map { local in
                [
                    local.field.label,
                    local.text + (local.region == own ? "" : "（\(name(local.region))）"),
                ]
            })
    }
}

extension Element {
    /// Whether its value stands in one line.
    fileprivate var isPlain: Bool {
        switch form {
        case .object, .list, .attachment: key == "special"
        default: key != "keywords"
        }
    }

    /// A value for people.
    func words(_ value: JSON) -> String {
        if let text = value.text { return text }
        if let flag = value.bool { return flag ? "是" : "否" }
        if let number = value.int {
            if key == "validDays" { return "\(number) 天" }
            return key.hasSuffix("Days") ? "\(number) 个工作日" : String(number)
        }
        return (value.array ?? []).map { $0.text ?? $0["name"]?.text ?? "" }
            .joined(separator: "、")
    }
}

/// Attachments of an item that are for everybody once it is published.
package enum PublicFiles {
    /// Of blank forms, samples and the chart of a version's elements: 64 hexadecimal digits each.
    package static func digests(of elements: JSON) -> [String] {
        let forms = (elements[ElementTable.materials]?.array ?? []).flatMap {
            [$0["blank"], $0["sample"]]
        }
        return (forms + [elements["flowchart"], elements["result"]?["sample"]])
            .compactMap { $0?["blob"]?.text }
    }
}

extension OverlayState.Field {
    /// The element's name for people.
    package var label: String {
        switch self {
        case .place: "受理地点"
        case .window: "窗口号"
        case .hours: "办公时间"
        case .transport: "交通"
        case .phone: "咨询电话"
        case .complaintPhone: "投诉电话"
        case .mailAddress: "收件邮寄地址"
        case .pickup: "领取地点"
        case .leader: "负责人"
        case .sectionHead: "科室负责人"
        case .officer: "经办人"
        case .questions: "本地常见问题"
        case .assisted: "帮办代办"
        }
    }
}
