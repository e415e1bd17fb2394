import Base
package import Domain
import Guide

/// What can be written on the administrator's pages, each with its elements and its command.
package enum EditTable: String, Hashable, Sendable, CaseIterable {
    /// 事项的下一版本, 本地要素, 下沉授权, 节假日.
    case item, overlay, grant, calendar
    /// 一件事, 基本目录与认领, 知识库, 证明事项清单, 对一个办件的裁定.
    case theme, basic, knowledge, proof, ruling

    /// The page's heading.
    package var title: String {
        switch self {
        case .item: "事项"
        case .overlay: "本地要素"
        case .grant: "下沉授权"
        case .calendar: "节假日安排"
        case .theme: "一件事"
        case .basic: "基本目录认领"
        case .knowledge: "知识库条目"
        case .proof: "证明事项"
        case .ruling: "裁定"
        }
    }

    /// What its code is called.
    package var codeLabel: String {
        switch self {
        case .item, .overlay, .grant: "事项编码"
        case .calendar: "年份"
        case .basic: "基本编码（12 位），或一件事的编码"
        case .ruling: "办件"
        case .theme, .knowledge, .proof: "编码"
        }
    }

    /// The command that takes it.
    package var command: String { self == .item ? "item.draft" : rawValue + ".set" }

    /// Whose statements stand in a collection of definitions; nil for what stands elsewhere.
    package var family: DefinitionState.Family? { DefinitionState.Family(rawValue: rawValue) }

    /// The collection that its list shows; nil where it has none of its own.
    package var collection: Collection? {
        switch self {
        case .item: .item
        case .overlay: nil
        case .grant: .grant
        case .calendar: .calendar
        case .theme, .basic, .knowledge, .proof, .ruling: family?.collection
        }
    }

    /// Its fields.
    package var elements: [Element] {
        switch self {
        case .item: ElementTable.item
        case .overlay:
            OverlayState.Field.allCases.map { Element($0.rawValue, $0.label, .text) }
        case .grant: Self.grantElements
        case .calendar:
            [Element("holidays", "放假日期", .texts), Element("workdays", "调休上班日期", .texts)]
        case .theme: Self.themeElements
        case .basic: Self.basicElements
        case .knowledge: Self.knowledgeElements
        case .proof:
            [
                Element("name", "证明名称", .text, mandatory: true),
                Element("basis", "设定依据", .text, mandatory: true),
            ]
        case .ruling: Self.rulingElements
        }
    }

    private static let grantElements: [Element] = [
        Element("region", "地区（12 位区划）", .text, mandatory: true),
        Element("level", "其下的层级（空为该地区自己）", .choice(["town", "village"])),
        Element("mode", "下沉方式（空为收回）", .choice(SinkMode.allCases.map(\.rawValue))),
        Element("from", "自", .date, mandatory: true),
        Element("to", "至（空为不限）", .date),
        Element("document", "授权文号", .text, mandatory: true),
    ]

    private static let themeElements: [Element] = [
        Element("name", "主题名称", .text, mandatory: true),
        Element("object", "面向对象", .choice(["企业", "个人"]), mandatory: true),
        Element("lead", "牵头部门", .text, mandatory: true),
        Element(
            "promisedDays", "总时限（工作日）", .number(0...Int64(Limits.themeDaysMax)),
            mandatory: true),
        Element("outlet", "统一出件地点", .text),
        Element(
            "children", "所含事项",
            .list([
                Element("item", "事项编码", .text, mandatory: true),
                Element("after", "前置事项编码", .texts),
                Element("situation", "仅在此情形", .text),
            ]), mandatory: true),
        Element(
            "form", "一张表单",
            .list([
                Element("label", "字段", .text, mandatory: true),
                Element(
                    "maps", "去往",
                    .list([
                        Element("item", "事项编码", .text, mandatory: true),
                        Element("field", "该事项的字段", .text, mandatory: true),
                    ])),
            ])),
    ]

    private static let basicElements: [Element] = [
        Element("name", "事项名称", .text, mandatory: true),
        Element("kind", "事项类型", .choice(DefinitionCheck.claimKinds), mandatory: true),
        Element(
            "status", "认领状态", .choice(["waiting", "claimed", "notApplicable"]), mandatory: true),
        Element("department", "认领部门", .text),
        Element("reason", "不适用的理由", .text),
    ]

    private static let knowledgeElements: [Element] = [
        Element("question", "问题", .text, mandatory: true),
        Element("answer", "解答", .text, mandatory: true),
        Element("labels", "三级标签", .texts, mandatory: true),
        Element("synonyms", "同义词", .texts),
        Element("item", "相关事项编码", .text),
    ]

    private static let rulingElements: [Element] = [
        Element("about", "事由", .choice(["standing", "grant"]), mandatory: true),
        Element("outcome", "裁定", .choice(["continue", "end"]), mandatory: true),
        Element("reason", "理由", .text, mandatory: true),
    ]

    /// What a stored word is called; the word itself where it is one of ours already.
    package static func label(_ word: String) -> String { labels[word] ?? word }

    private static let labels = [
        "": "—", "town": "镇街", "village": "村居", "county": "县", "waiting": "待认领",
        "claimed": "已认领", "notApplicable": "不适用", "standing": "事项已暂停或取消", "grant": "越权",
        "continue": "继续办理（追认）", "end": "终止（不予追认）", "draft": "草稿", "published": "已发布",
        "ended": "已取消", "current": "有效", "withdrawn": "已撤下", "open": "待答", "set": "有效",
        "active": "正常", "suspended": "暂停", "cancelled": "取消", "contested": "冲突待裁",
    ]
}
