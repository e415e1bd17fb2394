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
        /// 可承诺: a written promise stands in its place.
        package let isPromisable: Bool
        /// 来源渠道, and who issues it: where an applicant gets it.
        package let source: String
        /// 关联证照类型: the certificate that stands in its place; empty for none.
        package let licence: String
        /// 材料分类: 表格, 文本, 证件, 证明, 结果文书; empty where it is not said.
        package let category: String
        /// 有效天数: how long one that was given counts.
        package let validDays: Int
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
    /// How many different officers it asks for: 2, or 3 with one who examines (审查).
    package let officers: Int

    /// 审批模式: 独任, 一审一核, 审核批三级, 联席; nil where `officers` says it.
    package let approval: String?
    /// 告知承诺: may be granted on a written promise.
    package let isOnPromise: Bool
    /// 秒批秒办: decided by rule where nothing is missing.
    package let isInstant: Bool
    /// Whether it charges a fee; nil where it does not say.
    package let isCharged: Bool?
    /// 特殊环节: what the item's clock may stand still for beside the law's own.
    package let procedures: [String]

    /// What else people look for it by (同义词).
    package let keywords: [String]

    /// 行政许可: may not be decided by a village (DOMAIN §3.4).
    package static let licence = "行政许可"

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
        officers = json["officers"]?.int == 3 ? 3 : 2
        approval = json["approval"]?.text
        isOnPromise = json["promise"]?.bool ?? false
        isInstant = json["instant"]?.bool ?? false
        isCharged = json["fees"]?["charged"]?.bool
        procedures = (json["special"]?.array ?? []).compactMap { $0["name"]?.text }
        keywords = (json["keywords"]?.array ?? []).compactMap(\.text)
    }
}

extension ItemElements.Material {
    fileprivate init?(json: JSON) {
        guard let code = json["code"]?.text, let name = json["name"]?.text else { return nil }
        self.code = code
        self.name = name
        isRequired = json["required"]?.bool ?? true
        isDeferrable = json["deferrable"]?.bool ?? false
        isPromisable = json["promisable"]?.bool ?? false
        source = json["issuer"]?.text ?? json["source"]?.text ?? ""
        licence = json["licence"]?.text ?? ""
        category = json["category"]?.text ?? ""
        let days = json["validDays"]?.int ?? Int64(Limits.materialDaysDefault)
        validDays = Int(max(0, min(days, 36_500)))
    }
}
