package import Base

/// One element (要素) of an item, a material, a result: what it is called, what it may hold, and
/// who may say it.
package struct Element: Sendable {
    /// What its value may be.
    package enum Form: Sendable {
        case text
        case number(ClosedRange<Int64>)
        case flag
        case date
        case choice([String])
        /// Some of the words, each once.
        case choices([String])
        /// Texts in order.
        case texts
        /// Division codes of 12 digits.
        case divisions
        /// An attachment: {blob: 64 hexadecimal digits}, so that every node that has the item
        /// fetches it.
        case attachment
        /// An object with elements of its own.
        case object([Element])
        /// Objects with elements of their own.
        case list([Element])
    }

    /// Which part of the list (实施清单) it belongs to.
    package enum Group: String, Hashable, Sendable, CaseIterable {
        case basic = "基本要素"
        case general = "一般要素"
        case special = "特殊要素"
        case handling = "办理属性"
        case guide = "指南要素"
    }

    /// Its key in JSON.
    package let key: String
    /// Its name for people.
    package let label: String
    package let form: Form
    package let group: Group
    /// 十同: the same at every level, and written by the authority alone.
    package let isUniform: Bool
    /// Without it nothing is published.
    package let isMandatory: Bool

    package init(
        _ key: String, _ label: String, _ form: Form, _ group: Group = .general,
        uniform: Bool = false, mandatory: Bool = false
    ) {
        self.key = key
        self.label = label
        self.form = form
        self.group = group
        isUniform = uniform
        isMandatory = mandatory
    }

    /// Whether a value is of its form; a null stands for nothing and is of none.
    package func allows(_ value: JSON) -> Bool {
        switch form {
        case .text: value.text.map { $0.count <= Limits.elementCharactersMax } ?? false
        case .number(let range): value.int.map(range.contains) ?? false
        case .flag: value.bool != nil
        case .date: value.text.map(Self.isDate) ?? false
        case .choice(let words): value.text.map(words.contains) ?? false
        case .choices(let words): Self.texts(value).map { Self.areDistinct($0, of: words) } ?? false
        case .texts: Self.texts(value) != nil
        case .divisions: Self.texts(value)?.allSatisfy(Self.isDivision) ?? false
        case .attachment: value["blob"]?.text.map(Self.isDigest) ?? false
        case .object: value.object != nil
        case .list: value.array?.allSatisfy { $0.object != nil } ?? false
        }
    }

    /// Whether a value says nothing: absent, an empty text or list. An empty list of materials
    /// says that none are asked for.
    package func isEmpty(_ value: JSON?) -> Bool {
        guard let value, !value.isNull else { return true }
        if let text = value.text { return !text.contains { !$0.isWhitespace } }
        if key == ElementTable.materials { return false }
        if let list = value.array { return list.isEmpty }
        if let object = value.object { return object.members.isEmpty }
        return false
    }

    private static func texts(_ value: JSON) -> [String]? {
        guard let list = value.array, list.count <= Limits.elementListMax else { return nil }
        let texts = list.compactMap(\.text)
        guard texts.count == list.count,
            texts.allSatisfy({ $0.count <= Limits.elementCharactersMax })
        else { return nil }
        return texts
    }

    private static func areDistinct(_ texts: [String], of words: [String]) -> Bool {
        Set(texts).count == texts.count && texts.allSatisfy(words.contains)
    }
}
