import Base

/// A field of a public portal's export (`items-shape.md`) and the element that it states.
struct PortalField: Sendable {
    /// nil: it says nothing of the item.
    let element: String?
    /// The element's value; nil where the portal's word is none of ours.
    let value: @Sendable (JSON) -> JSON?

    private init(_ element: String?, _ value: @escaping @Sendable (JSON) -> JSON? = { $0 }) {
        self.element = element
        self.value = value
    }

    static let byKey: [String: PortalField] = [
        "item_type": PortalField("kind") { one($0, of: ElementTable.kinds) },
        "legal_days": PortalField("legalDays"),
        "promised_days": PortalField("promisedDays"),
        "legal_basis": PortalField("basis"),
        "parent_item": PortalField("parent"),
        "domain": PortalField("category"),
        "visits": PortalField("visits"),
        "fee": PortalField("fees", fees),
        "cross_region": PortalField("reach", reach),
        "source": PortalField(nil), "source_id": PortalField(nil),
        "audience_derived": PortalField(nil), "audience_stated": PortalField(nil),
        "legal_limit_text": PortalField(nil), "promised_limit_text": PortalField(nil),
        "joint_department": PortalField(nil),
    ]

    @Sendable private static func one(_ value: JSON, of words: [String]) -> JSON? {
        value.text.flatMap { words.contains($0) ? .text($0) : nil }
    }

    /// Amounts are stated nowhere: an item that costs something keeps a gap.
    @Sendable private static func fees(_ value: JSON) -> JSON? {
        switch value.text {
        case "不收费": ["charged": false]
        case "收费": ["charged": true]
        default: nil
        }
    }

    @Sendable private static func reach(_ value: JSON) -> JSON? {
        switch value.text {
        case "全国": "全国"
        case "全省", "全自治区": "全省"
        case "全市": "全市"
        case "全县", "区县": "全县"
        default: nil
        }
    }

    /// A material with our keys: `from` says whence it comes.
    static func material(_ json: JSON) -> JSON {
        guard let members = json.object?.members else { return json }
        var object = JSONObject()
        for member in members where !member.value.isNull {
            object[member.key == "from" ? "source" : member.key] = member.value
        }
        return .object(object)
    }
}
