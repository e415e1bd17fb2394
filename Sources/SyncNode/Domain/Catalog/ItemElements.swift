package import Base

/// The uniform elements of a version as the rules need them. Whatever else was published stands
/// in the version's bytes and is served from there.
package struct ItemElements: Hashable, Sendable {
    /// 申请材料: one entry.
    package struct Material: Hashable, Sendable {
        package let code: String
        package let name: String
        /// 必要.
        package let isRequired: Bool
        /// 可容缺: may be handed in later.
        package let isDeferrable: Bool
    }

    /// 办件类型.
    package enum Handling: String, Hashable, Sendable, CaseIterable {
        /// Decided on the spot.
        case immediate = "即办件"
        /// Decided within the promised time.
        case promised = "承诺件"
    }

    package let name: String
    /// 事项类型: 行政许可, 行政给付, 公共服务 …
    package let kind: String
    package let handling: Handling
    /// 法定办结时限 in working days.
    package let legalDays: Int
    /// 承诺办结时限 in working days.
    package let promisedDays: Int
    package let materials: [Material]
    /// 受理条件.
    package let conditions: String

    /// 行政许可: may not be decided by a village (DOMAIN §3.4).
    package static let licence = "行政许可"

    /// 事项类型 that a catalog knows (S0, S1 and the portals of items.json).
    package static let kinds = [
        licence, "行政给付", "行政确认", "行政奖励", "行政裁决", "行政征收", "行政检查", "其他行政权力", "公共服务",
    ]

    /// - Parameter bytes: Strict JSON. nil where an element that the rules need is absent or of
    ///   another form; whether the elements are any good is `lint`'s to say.
    package init?(_ bytes: [UInt8]) {
        do throws(JSONError) {
            self.init(json: try JSON(parsing: bytes))
        } catch {
            return nil
        }
    }

    /// - Parameter json: As above.
    package init?(json: JSON) {
        guard let name = json["name"]?.text, let kind = json["kind"]?.text,
            let handling = json["handling"]?.text.flatMap(Handling.init(rawValue:)),
            let legalDays = json["legalDays"]?.int, let promisedDays = json["promisedDays"]?.int,
            let list = json["materials"]?.array
        else { return nil }
        let materials = list.compactMap(Material.init(json:))
        guard materials.count == list.count else { return nil }
        self.name = name
        self.kind = kind
        self.handling = handling
        self.legalDays = Int(legalDays)
        self.promisedDays = Int(promisedDays)
        self.materials = materials
        conditions = json["conditions"]?.text ?? ""
    }

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

extension ItemElements.Material {
    fileprivate init?(json: JSON) {
        guard let code = json["code"]?.text, let name = json["name"]?.text else { return nil }
        self.code = code
        self.name = name
        isRequired = json["required"]?.bool ?? true
        isDeferrable = json["deferrable"]?.bool ?? false
    }
}

extension RuleRefusal {
    /// The command itself is not well formed.
    static func invalid(_ rule: String, _ title: String, _ field: String) -> RuleRefusal {
        RuleRefusal(rule, title, field: field, category: .invalid)
    }
}
