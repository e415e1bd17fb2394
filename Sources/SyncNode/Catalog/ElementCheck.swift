import Base

/// Goes through an item's elements and notes what is wrong.
struct ElementCheck {
    private(set) var findings: [Finding] = []

    private mutating func note(
        _ field: String, _ rule: String, _ title: String, _ weight: Finding.Weight = .refused
    ) {
        guard findings.count < Limits.findingsMax else { return }
        findings.append(Finding(field, rule, title, weight))
    }

    /// Forms and gaps, by the table.
    mutating func object(_ json: JSON, _ elements: [Element], _ path: String) {
        for element in elements {
            let field = path + element.key
            guard let value = json[element.key], !value.isNull else {
                if element.isMandatory { gap(element, field) }
                continue
            }
            guard element.allows(value) else {
                note(
                    field, (path.isEmpty ? Self.rules[element.key] : nil) ?? "element-form",
                    "“\(element.label)”的内容不合格式")
                continue
            }
            if element.isMandatory, element.isEmpty(value) { gap(element, field) }
            switch element.form {
            case .object(let inner): object(value, inner, field + ".")
            case .list(let inner):
                guard let list = value.array, list.count <= Limits.itemMaterialsMax else {
                    note(field, "item-materials", "“\(element.label)”过多")
                    continue
                }
                for (index, entry) in list.enumerated() {
                    object(entry, inner, "\(field)[\(index)].")
                }
            default: break
            }
        }
    }

    /// Rules that programs know by other names.
    private static let rules = [
        "name": "item-name", "kind": "item-kind", "legalDays": "item-days",
        "promisedDays": "item-days", ElementTable.materials: "item-materials",
        "handling": "item-elements",
    ]

    private mutating func gap(_ element: Element, _ field: String) {
        note(field, "element-missing", "必填要素“\(element.label)”未填", .gap)
    }

    /// What the elements say of each other.
    mutating func itemRules(_ json: JSON) {
        names(json)
        days(json)
        fees(json)
        materials(json)
        situations(json)
    }

    private mutating func names(_ json: JSON) {
        if let name = json["name"]?.text, !Self.isName(name) {
            note("name", "item-name", "事项名称为空或过长")
        }
    }

    private mutating func days(_ json: JSON) {
        guard let promised = json["promisedDays"]?.int else { return }
        if let legal = json["legalDays"]?.int, promised > legal {
            note("promisedDays", "item-days", "承诺时限不得超过法定时限")
        }
        if json["handling"]?.text == "即办件", promised > 1 {
            note("promisedDays", "item-days", "即办件的承诺时限为 0 或 1 个工作日")
        }
        if json["handling"]?.text == "承诺件", promised == 0 {
            note("promisedDays", "item-days", "承诺件须有承诺时限")
        }
    }

    private mutating func fees(_ json: JSON) {
        guard let fees = json["fees"], fees["charged"]?.bool == true,
            fees["items"]?.array?.isEmpty ?? true
        else { return }
        note("fees.items", "fee-unstated", "收费事项须写明收费项目、标准和依据", .gap)
    }

    private mutating func materials(_ json: JSON) {
        var codes: Set<String> = []
        for (index, material) in (json[ElementTable.materials]?.array ?? []).enumerated() {
            let field = "materials[\(index)]"
            if let code = material["code"]?.text, !code.isEmpty {
                if !Self.isName(code) || !codes.insert(code).inserted {
                    note(field + ".code", "item-materials", "材料编码“\(code)”重复或过长")
                }
            }
            guard let name = material["name"]?.text, !name.isEmpty else { continue }
            if !Self.isName(name) { note(field + ".name", "item-materials", "材料名称过长") }
            if MaterialNames.isVague(name) {
                note(field + ".name", "vague-material", "材料名称“\(name)”含糊，须写明具体材料", .lint)
            }
            if MaterialNames.isProof(name, category: material["category"]?.text),
                material["proof"]?.text?.isEmpty ?? true
            {
                note(
                    field + ".proof", "proof-unlisted",
                    "“\(name)”属证明，须列入证明事项清单并写明清单编号", .gap)
            }
        }
    }

    private mutating func situations(_ json: JSON) {
        let known = Set(
            (json[ElementTable.materials]?.array ?? []).compactMap { $0["code"]?.text })
        var codes: Set<String> = []
        for (index, situation) in (json["situations"]?.array ?? []).enumerated() {
            let field = "situations[\(index)]"
            if let code = situation["code"]?.text, !codes.insert(code).inserted {
                note(field + ".code", "situation-code", "情形编码“\(code)”重复")
            }
            for entry in situation["materials"]?.array ?? [] {
                guard let code = entry.text, !known.contains(code) else { continue }
                note(field + ".materials", "situation-material", "情形所需材料“\(code)”不在申请材料中")
            }
        }
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.count <= Limits.catalogNameCharactersMax
    }
}

/// What a material may not be called.
package enum MaterialNames {
    /// 兜底条款 (DOMAIN row 35): a name that leaves open what to bring.
    package static func isVague(_ name: String) -> Bool {
        let openers = ["其他", "其它", "有关", "相关"]
        if openers.contains(where: name.hasPrefix) { return true }
        let endings = ["等", "材料", "资料", "文件", "证明", "手续"]
        let inside = openers.flatMap { opener in endings.map { opener + $0 } }
        let open = ["等材料", "等资料", "等文件", "等证明", "等相关", "等有关", "等其他", "等其它"]
        return (inside + open).contains(where: name.contains)
    }

    /// 证明 (DOMAIN row 37): what somebody else has to certify. A certificate that the law itself
    /// names, such as 出生医学证明, stands on the list like any other.
    package static func isProof(_ name: String, category: String?) -> Bool {
        category == "证明" || name.hasSuffix("证明")
    }
}
