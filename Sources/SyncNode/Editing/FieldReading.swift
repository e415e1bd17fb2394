package import Base
package import Domain

/// What a form's fields say, as the elements that they are for: the way back from `ElementForm`.
package struct FieldReading: Sendable {
    /// All values of each field.
    private let values: [String: [String]]
    /// Rows of each list that any field names.
    private let rows: [String: Set<Int>]

    /// - Parameter fields: Names and values, in the form's order. Cost: one pass.
    package init(_ fields: [(name: String, value: String)]) {
        var values: [String: [String]] = [:]
        var rows: [String: Set<Int>] = [:]
        for field in fields {
            values[field.name, default: []].append(field.value)
            let parts = field.name.split(separator: ".", omittingEmptySubsequences: false)
            for (place, part) in parts.enumerated() {
                guard let row = Int(part), (0..<Limits.itemMaterialsMax).contains(row) else {
                    continue
                }
                rows[parts[..<place].joined(separator: "."), default: []].insert(row)
            }
        }
        self.values = values
        self.rows = rows
    }

    /// The elements that say something; a row of which nothing is filled in, or that is struck
    /// out, is none.
    package func object(_ elements: [Element], at path: String = "e") -> JSONObject {
        var object = JSONObject()
        for element in elements {
            guard let value = value(element, path + "." + element.key) else { continue }
            object[element.key] = value
        }
        return object
    }

    private func text(_ name: String) -> String? {
        let text = values[name]?.first?.trimmed ?? ""
        return text.isEmpty ? nil : text
    }

    /// What is not of its form stays a text, which the element's own check names.
    private func value(_ element: Element, _ name: String) -> JSON? {
        switch element.form {
        case .text, .date, .choice: return text(name).map(JSON.text)
        case .number: return text(name).map { Int64($0).map(JSON.int) ?? .text($0) }
        case .flag: return text(name).map { $0 == "是" ? true : $0 == "否" ? false : .text($0) }
        case .choices:
            let words = (values[name] ?? []).map(\.trimmed).filter { !$0.isEmpty }
            return words.isEmpty ? nil : .array(words.map(JSON.text))
        case .texts, .divisions:
            let lines = (text(name) ?? "").split(whereSeparator: \.isNewline)
                .map { String($0).trimmed }.filter { !$0.isEmpty }
            return lines.isEmpty ? nil : .array(lines.map(JSON.text))
        case .attachment: return text(name).map { ["blob": .text($0)] }
        case .object(let inner):
            let object = object(inner, at: name)
            return object.members.isEmpty ? nil : .object(object)
        case .list(let inner): return list(inner, name)
        }
    }

    private func list(_ inner: [Element], _ name: String) -> JSON? {
        if text(name + "." + ElementForm.none) != nil { return .array([]) }
        var kept: [JSON] = []
        for row in (rows[name] ?? []).sorted() {
            let path = "\(name).\(row)"
            guard text(path + "." + ElementForm.struck) == nil else { continue }
            let object = object(inner, at: path)
            if !object.members.isEmpty { kept.append(.object(object)) }
        }
        return kept.isEmpty ? nil : .array(kept)
    }
}

extension String {
    /// Without space around it.
    var trimmed: String {
        var rest = Substring(self)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
