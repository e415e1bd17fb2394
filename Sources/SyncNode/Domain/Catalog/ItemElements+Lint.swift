import Base
import Document

/// What keeps a version from being published.
extension ItemElements {
    /// The first reason not to publish it, or nil.
    package var lint: RuleRefusal? {
        lintWords ?? lintDays ?? lintMaterials
    }

    private var lintWords: RuleRefusal? {
        if !Self.isName(name) { return .invalid("item-name", "事项名称为空或过长", "name") }
        if !Self.kinds.contains(kind) { return .invalid("item-kind", "事项类型不在目录内", "kind") }
        return nil
    }

    private var lintDays: RuleRefusal? {
        guard (0...Limits.workingDaysMax).contains(legalDays) else {
            return .invalid("item-days", "法定时限超出范围", "legalDays")
        }
        guard (0...legalDays).contains(promisedDays) else {
            return .invalid("item-days", "承诺时限不得超过法定时限", "promisedDays")
        }
        if handling == .immediate, promisedDays > 1 {
            return .invalid("item-days", "即办件的承诺时限为 0 或 1 个工作日", "promisedDays")
        }
        if handling == .promised, promisedDays == 0 {
            return .invalid("item-days", "承诺件须有承诺时限", "promisedDays")
        }
        return nil
    }

    private var lintMaterials: RuleRefusal? {
        guard materials.count <= Limits.itemMaterialsMax else {
            return .invalid("item-materials", "申请材料过多", "materials")
        }
        var codes: Set<String> = []
        for (index, material) in materials.enumerated() {
            let field = "materials[\(index)]"
            if !Self.isName(material.code) || !codes.insert(material.code).inserted {
                return .invalid("item-materials", "材料编码为空或重复", field + ".code")
            }
            if !Self.isName(material.name) {
                return .invalid("item-materials", "材料名称为空或过长", field + ".name")
            }
            if Self.isVague(material.name) {
                return .invalid(
                    "vague-material", "材料名称“\(material.name)”含糊，须写明具体材料", field + ".name")
            }
        }
        return nil
    }

    /// 兜底条款 (DOMAIN row 35): a name that leaves open what to bring.
    package static func isVague(_ name: String) -> Bool {
        let openers = ["其他", "其它", "有关", "相关"]
        if openers.contains(where: name.hasPrefix) { return true }
        let endings = ["等", "材料", "资料", "文件", "证明", "手续"]
        let inside = openers.flatMap { opener in endings.map { opener + $0 } }
        let open = ["等材料", "等资料", "等文件", "等证明", "等相关", "等有关", "等其他", "等其它"]
        return (inside + open).contains(where: name.contains)
    }

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.count <= Limits.catalogNameCharactersMax
    }
}

extension RuleRefusal {
    /// The command itself is not well formed.
    static func invalid(_ rule: String, _ title: String, _ field: String) -> RuleRefusal {
        RuleRefusal(rule, title, field: field, category: .invalid)
    }
}
