package import Base
import Civil

/// One row of an import: an item's code, its elements, and what could not be taken over.
package struct ItemRow: Hashable, Sendable {
    /// 1 for the first item, whatever stands above it.
    package let number: Int
    /// Empty where the row states none.
    package let code: String
    /// An object of known elements.
    package let elements: JSON
    /// What stands in the row and was left out, or is wrong; rows with a refusal are not taken.
    package private(set) var findings: [Finding]

    /// - Parameters:
    ///   - number: Its place.
    ///   - json: An object: elements by their keys, by their Chinese names, or as public portals
    ///     name them.
    package init(_ number: Int, _ json: JSON) {
        self.number = number
        var reading = RowReading()
        reading.read(json)
        code = reading.code
        elements = .object(reading.elements)
        findings = reading.findings
        let size = elements.bytes.count
        if size > Limits.itemElementsBytesMax {
            let most = ElementSize(heaviestIn: elements).map { "，其中\($0.words)" } ?? ""
            note(
                "elements", "item-too-large",
                "事项要素过大：\(size) 字节，至多 \(Limits.itemElementsBytesMax) 字节\(most)")
        }
        if !code.isEmpty, ItemCode(code) == nil {
            note("code", "item-code", "事项编码不合规则（12、31 或 33 位，含校验位）")
        }
    }

    /// Adds what whoever imports found out beside it.
    package mutating func note(
        _ field: String, _ rule: String, _ title: String, _ weight: Finding.Weight = .refused
    ) {
        findings.append(Finding(field, rule, title, weight))
    }

    /// Findings that keep the row, and with it the whole import, from being taken.
    package var refusals: [Finding] { findings.filter { $0.weight == .refused } }
}

/// Reads one row, element by element.
private struct RowReading {
    var code = ""
    var elements = JSONObject()
    var findings: [Finding] = []
    /// Whether it is a portal's: what is none of our words is left out, not refused.
    private var isForeign = false

    mutating func read(_ json: JSON) {
        guard let members = json.object?.members else {
            findings.append(Finding("", "row-form", "这一行不是一个事项"))
            return
        }
        isForeign = json["source"] != nil
        for member in members where !member.value.isNull {
            take(member.key, member.value)
        }
        number()
    }

    private mutating func take(_ key: String, _ value: JSON) {
        if key == "code" || key == "编码" || key == "事项编码" { return takeCode(value) }
        if let element = Self.byName[key] {
            return take(element, value)
        }
        guard let portal = PortalField.byKey[key] else {
            findings.append(Finding(key, "field-unknown", "没有这个要素，未导入", .gap))
            return
        }
        guard let element = portal.element else { return }
        guard let value = portal.value(value) else {
            findings.append(
                Finding(
                    key, "value-unknown",
                    "“\(Self.byName[element]?.label ?? element)”的取值不在目录内，未导入", .gap))
            return
        }
        if elements[element] == nil { elements[element] = value }
    }

    private mutating func take(_ element: Element, _ given: JSON) {
        var value = element.key == ElementTable.materials ? materials(given) : given
        if case .choices = element.form, value.text != nil { value = .array([value]) }
        if isForeign, !element.allows(value) {
            findings.append(
                Finding(element.key, "value-unknown", "“\(element.label)”的取值不在目录内，未导入", .gap))
            return
        }
        elements[element.key] = value
    }

    /// A portal's own long code says which place and body it is of; both are checked, and the
    /// code itself is none of ours.
    private mutating func takeCode(_ value: JSON) {
        guard let text = value.text else {
            findings.append(Finding("code", "item-code", "事项编码应为文字"))
            return
        }
        guard text.contains("-") else {
            code = text
            return
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        let division = parts.first { part in
            part.utf8.count == 12 && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        let credit = parts.first { $0.utf8.count == 18 }
        if let division, !Element.isDivision(division) {
            findings.append(Finding("code", "division-unknown", "没有区划 \(division)"))
        } else if let credit, CreditCode(credit) == nil {
            findings.append(Finding("code", "credit-code", "统一社会信用代码校验不符，未导入", .gap))
        } else {
            findings.append(Finding("code", "code-foreign", "外系统编码，未导入：须另行赋码", .gap))
        }
    }

    /// As public portals state them, or as ours; one named 无需材料 is their way to say none.
    private func materials(_ value: JSON) -> JSON {
        guard let list = value.array else { return value }
        var kept: [JSON] = []
        for entry in list {
            let object = entry.text.map {
                JSON.object(JSONObject([.init(key: "name", value: .text($0))]))
            }
            let material = PortalField.material(object ?? entry)
            let name = material["name"]?.text ?? ""
            if name == "无需材料" || name == "无" { continue }
            kept.append(material)
        }
        return .array(kept)
    }

    /// Gives materials without a code one, by their place.
    private mutating func number() {
        guard let list = elements[ElementTable.materials]?.array else { return }
        elements[ElementTable.materials] = .array(
            list.enumerated().map { index, entry in
                guard var object = entry.object, object["code"] == nil else { return entry }
                object["code"] = .text("M\(index + 1)")
                return .object(object)
            })
    }

    private static let byName: [String: Element] = {
        var table: [String: Element] = [:]
        for element in ElementTable.item {
            table[element.key] = element
            table[element.label] = element
        }
        return table
    }()
}
