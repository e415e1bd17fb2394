package import Base
package import Console
package import Domain

/// Fields for elements, made of the same tables that check them: what a table knows can be filled
/// in, and nothing else. No script: rows are added by a button that shows the form again.
package struct ElementForm: Sendable {
    /// A box that says that a list is empty on purpose.
    package static let none = "none"
    /// A box that strikes a row out.
    package static let struck = "struck"

    private let elements: [Element]
    private let value: JSON
    /// By the name of the field.
    private let findings: [String: String]
    /// Lists that get more empty rows than usual.
    private let more: String?

    /// - Parameters:
    ///   - value: What the fields show: an object, or null.
    ///   - findings: What is wrong, shown beside the fields.
    ///   - more: The name of a list whose rows were asked for.
    package init(
        _ elements: [Element], _ value: JSON, findings: [Finding] = [], more: String? = nil
    ) {
        self.elements = elements
        self.value = value
        self.more = more
        var named: [String: String] = [:]
        for finding in findings {
            let path = finding.field.replacing("[", with: ".").replacing("]", with: "")
            let name = "e." + path
            named[name] = named[name].map { $0 + "；" + finding.title } ?? finding.title
        }
        self.findings = named
    }

    /// All fields, group by group.
    package var html: HTMLText {
        let groups = Element.Group.allCases.compactMap { group -> HTMLText? in
            let own = elements.filter { $0.group == group }
            guard !own.isEmpty else { return nil }
            let body = own.map { field($0, value[$0.key], "e." + $0.key) }
            guard elements.contains(where: { $0.group != group }) else { return grid(body) }
            return "<fieldset><legend>\(group.rawValue)</legend>\(grid(body))</fieldset>"
        }
        return HTMLText(groups)
    }

    private func grid(_ fields: [HTMLText]) -> HTMLText { "<div class=\"grid\">\(fields)</div>" }

    // MARK: one field

    private func field(_ element: Element, _ value: JSON?, _ name: String) -> HTMLText {
        switch element.form {
        case .object(let inner):
            let body = inner.map { field($0, value?[$0.key], "\(name).\($0.key)") }
            return """
                <fieldset class="whole"><legend>\(caption(element))</legend>\(grid(body))\
                \(finding(name))</fieldset>
                """
        case .list(let inner): return list(element, inner, value?.array, name)
        case .choices(let words): return boxes(element, words, value, name)
        default: break
        }
        let whole: HTMLText = isLong(element) ? " class=\"whole\"" : .empty
        let shown = input(element, value, name)
        return "<label\(whole)>\(caption(element))\(shown)\(finding(name))</label>"
    }

    private func caption(_ element: Element) -> HTMLText {
        let uniform: HTMLText = element.isUniform ? " <span class=\"quiet\">十同</span>" : .empty
        let mandatory: HTMLText = element.isMandatory ? " <b class=\"must\">*</b>" : .empty
        return "\(element.label)\(mandatory)\(uniform)"
    }

    private func finding(_ name: String) -> HTMLText {
        findings[name].map { "<small class=\"wrong\">\($0)</small>" } ?? .empty
    }

    private func input(_ element: Element, _ value: JSON?, _ name: String) -> HTMLText {
        let shown = Self.shown(value)
        switch element.form {
        case .number(let range):
            return """
                <input name="\(name)" value="\(shown)" inputmode="numeric" \
                title="\(Int(range.lowerBound)) 至 \(Int(range.upperBound))" autocomplete="off">
                """
        case .flag: return select(["是", "否"], value?.bool.map { $0 ? "是" : "否" } ?? shown, name)
        case .date: return "<input type=\"date\" name=\"\(name)\" value=\"\(shown)\">"
        case .choice(let words): return select(words, shown, name)
        case .texts, .divisions:
            let lines = (value?.array ?? []).map { $0.text ?? "" }.joined(separator: "\n")
            let rows = max(2, min(8, (value?.array ?? []).count + 1))
            return """
                <textarea name="\(name)" rows="\(rows)" placeholder="一行一项">\(lines)</textarea>
                """
        case .attachment:
            return """
                <input name="\(name)" value="\(value?["blob"]?.text ?? "")" maxlength="64" \
                placeholder="附件摘要" autocomplete="off">
                """
        default:
            guard isLong(element) else {
                return "<input name=\"\(name)\" value=\"\(shown)\" autocomplete=\"off\">"
            }
            let rows = max(2, min(10, shown.count / 40 + 1))
            return "<textarea name=\"\(name)\" rows=\"\(rows)\">\(shown)</textarea>"
        }
    }

    private static func shown(_ value: JSON?) -> String {
        guard let value, !value.isNull else { return "" }
        if let number = value.int { return String(number) }
        return value.text ?? ""
    }

    private func select(_ words: [String], _ chosen: String, _ name: String) -> HTMLText {
        // What is none of the words stays to be seen, and is refused with its name.
        let known = chosen.isEmpty || words.contains(chosen) ? words : words + [chosen]
        let options = ([""] + known).map { word -> HTMLText in
            let isChosen: HTMLText = word == chosen ? " selected" : .empty
            return "<option value=\"\(word)\"\(isChosen)>\(EditTable.label(word))</option>"
        }
        return "<select name=\"\(name)\">\(options)</select>"
    }

    private func boxes(
        _ element: Element, _ words: [String], _ value: JSON?, _ name: String
    ) -> HTMLText {
        let given = (value?.array ?? []).compactMap(\.text)
        let boxes = words.map { word -> HTMLText in
            let isChosen: HTMLText = given.contains(word) ? " checked" : .empty
            return """
                <label class="box"><input type="checkbox" name="\(name)" value="\(word)"\
                \(isChosen)>\(word)</label>
                """
        }
        return """
            <fieldset class="whole boxes"><legend>\(caption(element))</legend>\(boxes)\
            \(finding(name))</fieldset>
            """
    }

    // MARK: rows

    private func list(
        _ element: Element, _ inner: [Element], _ value: [JSON]?, _ name: String
    ) -> HTMLText {
        let given = value ?? []
        let empty = more == name ? Limits.editRowsMore : given.isEmpty ? 1 : 0
        let count = min(given.count + empty, Limits.itemMaterialsMax)
        let rows = (0..<count).map { row -> HTMLText in
            self.row(inner, given.indices.contains(row) ? given[row] : .null, "\(name).\(row)", row)
        }
        let none: HTMLText =
            element.key == ElementTable.materials
            ? """
            <label class="box"><input type="checkbox" name="\(name).\(Self.none)" value="1"\
            \(value?.isEmpty == true ? " checked" as HTMLText : .empty)>无需提交材料</label>
            """ : .empty
        return """
            <fieldset class="whole"><legend>\(caption(element))</legend>\(rows)\(none)\
            <button name="more" value="\(name)" formnovalidate>加行</button>\(finding(name))\
            </fieldset>
            """
    }

    private func row(_ inner: [Element], _ value: JSON, _ name: String, _ row: Int) -> HTMLText {
        let first = inner.filter { Self.first.contains($0.key) || inner.count <= 9 }
        let rest = inner.filter { element in !first.contains { $0.key == element.key } }
        func fields(_ elements: [Element]) -> HTMLText {
            grid(elements.map { field($0, value[$0.key], "\(name).\($0.key)") })
        }
        let isWrong = rest.contains { findings["\(name).\($0.key)"] != nil }
        let open: HTMLText = isWrong ? " open" : .empty
        let further: HTMLText =
            rest.isEmpty
            ? .empty : "<details\(open)><summary>其余要素</summary>\(fields(rest))</details>"
        return """
            <div class="row"><span class="quiet">\(row + 1)</span><div>\(fields(first))\(further)\
            </div><label class="box"><input type="checkbox" name="\(name).\(Self.struck)" \
            value="1">删去</label></div>
            """
    }

    /// Of rows with many elements, those that are always in sight.
    private static let first: Set<String> = [
        "code", "name", "kind", "form", "originals", "copies", "required", "deferrable", "source",
    ]

    private func isLong(_ element: Element) -> Bool {
        if case .texts = element.form { return true }
        return Self.long.contains(element.key)
    }

    private static let long: Set<String> = [
        "conditions", "basis", "notes", "agents", "quota", "annual", "answer", "reason",
    ]
}
