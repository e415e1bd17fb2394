package import Base
package import Console
package import Domain

/// The page on which one thing of the catalog is written.
package struct EditPage: Sendable {
    /// One of several statements that stand beside each other (冲突待裁).
    package struct Rival: Sendable {
        /// What names it in an address.
        package let id: String
        package let time: String
        package let value: JSON

        package init(id: String, time: String, value: JSON) {
            self.id = id
            self.time = time
            self.value = value
        }
    }

    package let table: EditTable
    /// Empty where it is new.
    package let code: String
    package var value: JSON = .null
    /// Fields beside the elements, as they stand in the form: hidden.
    package var hidden: [(name: String, value: String)] = []
    /// 生效日期 and 先行站点 of an item's version.
    package var from = ""
    package var stage = ""
    package var findings: [Finding] = []
    /// The list that rows were asked for.
    package var more: String?
    /// Whether findings are what was asked for.
    package var isChecked = false
    package var rivals: [Rival] = []
    /// The form's hidden token.
    package var token: HTMLText = .empty

    package init(_ table: EditTable, code: String) {
        self.table = table
        self.code = code
    }

    /// `新建一件事`, `高龄津贴认定`.
    package var title: String {
        let name = value["name"]?.text ?? value["question"]?.text ?? code
        return code.isEmpty ? "新建" + table.title : table.title + " " + name
    }

    /// The page's body.
    package var html: HTMLText {
        let form = ElementForm(table.elements, value, findings: findings, more: more)
        let fields = hidden.map { field -> HTMLText in
            "<input type=\"hidden\" name=\"\(field.name)\" value=\"\(field.value)\">"
        }
        return """
            <section class="card"><h1>\(title)</h1>\(lead)\(report)</section>\(settlement)
            <form class="card" method="post" action="/console/edit/\(table.rawValue)">\(token)\
            <button name="do" value="check" hidden></button>\(fields)\
            <div class="grid">\(codeField)\(days)</div>\(form.html)
            <p><button class="main" name="do" value="save">\(verb)</button> \
            <button name="do" value="check" formnovalidate>检查</button></p></form>\(acts)
            """
    }

    private var verb: String { table == .item || table == .theme ? "保存草稿" : "保存" }

    private var lead: HTMLText {
        switch table {
        case .item: "<p class=\"quiet\">星号为必填要素：缺项可存为草稿，补齐后由另一人复核发布。</p>"
        case .theme: "<p class=\"quiet\">保存为草稿，由另一人发布。</p>"
        case .basic: "<p class=\"quiet\">认领须写部门，不适用须写理由。</p>"
        case .calendar: "<p class=\"quiet\">国务院办公厅的年度通知：放假日期与调休上班日期，一行一日。</p>"
        default: .empty
        }
    }

    private var codeField: HTMLText {
        guard code.isEmpty else {
            return "<input type=\"hidden\" name=\"code\" value=\"\(code)\">"
        }
        return """
            <label>\(table.codeLabel)<input name="code" required maxlength="64" \
            autocomplete="off"></label>
            """
    }

    private var days: HTMLText {
        guard table == .item else { return .empty }
        return """
            <label>生效日期（空为复核后立即）<input type="date" name="effectiveFrom" value="\(from)">\
            </label><label>先行站点（12 位区划，一行一个；空为各站同时）\
            <textarea name="stage" rows="2">\(stage)</textarea></label>
            """
    }

    private var report: HTMLText {
        guard isChecked else { return .empty }
        guard !findings.isEmpty else {
            return "<p class=\"banner\">没有缺项和问题。</p>"
        }
        let rows = findings.map { finding -> HTMLText in
            let tone: HTMLText = finding.weight == .gap ? "waiting" : "bad"
            let word = finding.weight == .gap ? "缺项" : "问题"
            return """
                <li><span class="mark \(tone)">\(word)</span> <code>\(finding.field)</code> \
                \(finding.title)</li>
                """
        }
        let score: HTMLText =
            table == .item ? "<p>完整度 \(ElementReport(value).score)%</p>" : .empty
        return "\(score)<ul>\(rows)</ul>"
    }

    /// 冲突待裁: each statement with what differs, and the way to let it stand.
    private var settlement: HTMLText {
        guard rivals.count > 1 else { return .empty }
        let keys = table.elements.filter { element in
            Set(rivals.map { $0.value[element.key]?.bytes ?? [] }).count > 1
        }
        let heads = rivals.map { rival -> HTMLText in "<th>\(rival.time)" }
        let rows = keys.map { element -> HTMLText in
            let cells = rivals.map { rival -> HTMLText in
                "<td>\(Self.words(rival.value[element.key]))"
            }
            return "<tr><td>\(element.label)\(cells)</tr>"
        }
        let choices = rivals.map { rival -> HTMLText in
            let address = "/edit/\(table.rawValue)?code=\(URLText.segment(code))&of=\(rival.id)"
            return "<td><a class=\"button\" href=\"\(address)\">以此为准</a>"
        }
        return """
            <section class="card"><h2>冲突待裁</h2><p class="quiet">有 \(rivals.count) 份同时作出的内容，\
            现以时间最晚的为准。选定一份，核对后保存，其余即被取代。</p><div class="scroll"><table>\
            <thead><tr><th>要素\(heads)</thead><tbody>\(rows)<tr><td>\(choices)</tr></tbody></table>\
            </div></section>
            """
    }

    private var acts: HTMLText {
        guard !code.isEmpty, let status = value["status"]?.text else { return .empty }
        var forms: [HTMLText] = []
        if [.theme, .knowledge, .proof].contains(table), status != "ended", status != "withdrawn" {
            forms.append(act(table.rawValue + ".end", table == .theme ? "取消主题" : "撤下"))
        }
        guard !forms.isEmpty else { return .empty }
        let word = EditTable.label(status)
        return "<section class=\"card\"><p>现为 \(word)</p>\(forms)</section>"
    }

    private func act(_ command: String, _ title: String) -> HTMLText {
        """
        <form class="inline" method="post" action="/console/catalog">\(token)\
        <input type="hidden" name="command" value="\(command)">\
        <input type="hidden" name="code" value="\(code)"><button>\(title)</button></form>
        """
    }

    /// A value in a cell.
    static func words(_ value: JSON?) -> String {
        guard let value, !value.isNull else { return "—" }
        if let text = value.text { return EditTable.label(text) }
        if let number = value.int { return String(number) }
        if let list = value.array {
            return list.map { $0.text ?? $0["item"]?.text ?? $0["label"]?.text ?? "…" }
                .joined(separator: "、")
        }
        return String(decoding: value.bytes, as: UTF8.self)
    }
}
