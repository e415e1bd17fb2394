import Base
import Change
import Console
import Domain
import Editing
import Guide
import HTTP

/// Pages on which the catalog is written, and what their forms come to.
extension Call {
    private func table() throws(Problem) -> EditTable {
        guard let table = EditTable(rawValue: values[0]) else {
            throw .missing("no-such-route", "没有这个地址")
        }
        return table
    }

    /// What the address asks for, each checked whether this page needs it or not.
    private struct Wish {
        var code = ""
        var draft: Digest16?
        var of = ""
        var region = ""
        var level = ""
    }

    private func wish() throws(Problem) -> Wish {
        var wish = Wish()
        wish.code = try queryText("code", bytesMax: Limits.pathValueBytesMax) ?? ""
        wish.of = try queryText("of", bytesMax: Limits.searchBytesMax) ?? ""
        if let text = try queryText("draft", bytesMax: 32) {
            guard let id = Digest16(hex: text) else {
                throw Problem(400, "query-malformed", "草稿标识应为 32 位十六进制数", field: "draft")
            }
            wish.draft = id
        }
        if let text = try queryText("region", bytesMax: 12) {
            guard let region = RegionCode(text) else {
                throw Problem(400, "region-code", "区划代码应为 12 位数字", field: "region")
            }
            wish.region = region.text
        }
        if let text = try queryText("level", bytesMax: 8) {
            guard let level = Level(rawValue: text) else {
                throw Problem(400, "query-malformed", "没有这个层级", field: "level")
            }
            wish.level = level.rawValue
        }
        return wish
    }

    // MARK: lists

    func listPage(_ status: NodeStatus) throws(Problem) -> HTTPResponse {
        if values[0] == DefinitionState.Family.question.rawValue {
            let found = try page(of: .question)
            let mayAnswer = principal.may(.knowledge)
            let rows = found.documents.map { ListPage.Row(question: $0, mayAnswer: mayAnswer) }
            return Page.response(
                "答不上的问题", status,
                ListPage(title: "答不上的问题", rows: rows, new: nil, next: found.next).html)
        }
        let table = try table()
        guard let collection = table.collection else {
            throw .missing("no-such-route", "没有这个地址")
        }
        let found = try page(of: collection)
        let names = try names()
        let isWritten = table != .ruling && mayWrite(table)
        let rows = found.documents.map { document in
            ListPage.Row(document, in: table, mayWrite: isWritten) { id in
                (names.name(id: id), names.code(id: id)?.text ?? "")
            }
        }
        return Page.response(
            table.title, status,
            ListPage(
                title: table.title, rows: rows, new: isWritten ? "/edit/" + table.rawValue : nil,
                next: found.next
            ).html)
    }

    private func mayWrite(_ table: EditTable) -> Bool {
        switch table {
        case .item, .theme, .basic: principal.may(.draft)
        case .overlay: principal.may(.overlay)
        case .grant: principal.may(.grant)
        case .calendar: principal.may(.calendar)
        case .knowledge, .proof: principal.may(.knowledge)
        case .ruling: principal.may(.rule)
        }
    }

    private func definition(_ document: StoredDocument) -> DefinitionState? {
        do throws(JSONError) {
            return try DefinitionState(document)
        } catch {
            return nil
        }
    }

    private func grant(_ document: StoredDocument) -> GrantState? {
        do throws(JSONError) {
            return try GrantState(document)
        } catch {
            return nil
        }
    }

    // MARK: one page

    func editPage(_ status: NodeStatus) throws(Problem) -> HTTPResponse {
        let table = try table()
        guard mayWrite(table), table != .ruling else {
            throw Problem(403, "role-forbids", "无权填写" + table.title)
        }
        let wish = try wish()
        var page = EditPage(table, code: wish.code)
        switch table {
        case .item: page = try itemPage(wish)
        case .overlay: page.value = try overlay(wish.code)
        case .grant: page.value = try grantFields(wish)
        case .calendar: page.value = try calendar(wish.code)
        default: try define(&page, wish.of)
        }
        return shown(page, status)
    }

    private func shown(_ page: EditPage, _ status: NodeStatus) -> HTTPResponse {
        var page = page
        page.token = Page.token(status.viewer)
        return Page.response(page.title, status, page.html)
    }

    /// A new item, the next version of one, or a draft that goes on.
    private func itemPage(_ wish: Wish) throws(Problem) -> EditPage {
        let code = wish.code
        if let id = wish.draft {
            let key = DocumentKey(collection: .draft, id: id)
            let found = try read { view throws(ViewError) in try view.document(key) }
            guard let found, let json = Self.parsed(found.state),
                let publication = json["publication"]
            else { throw .missing("draft-unknown", "没有这份草稿") }
            var page = EditPage(.item, code: publication["code"]?.text ?? "")
            page.value = publication["elements"] ?? .null
            page.from = publication["effectiveFrom"]?.text ?? ""
            page.stage = (publication["stage"]?.array ?? []).compactMap(\.text)
                .joined(separator: "\n")
            page.hidden = hidden(publication["base"]?.int, [], page.value)
            let isOpen =
                json["published"]?.bool != true && json["discarded"]?.bool != true
            if isOpen { page.hidden.append(("replaces", id.hex)) }
            return page
        }
        guard !code.isEmpty else { return EditPage(.item, code: "") }
        let found = try read { view throws(ViewError) in try view.documents(.item, label: code) }
        guard let document = found.first else { throw missing(.item) }
        let state: ItemState
        do throws(JSONError) {
            state = try ItemState(document)
        } catch {
            throw Problem(ViewError.failed)
        }
        var page = EditPage(.item, code: code)
        let head = Timeline.latest(of: state.heads)
        page.value = head.flatMap { Self.parsed($0.value.elements) } ?? .null
        let rivals = state.heads.count > 1 ? state.heads : []
        page.hidden = hidden(
            head.map { Int64($0.value.number) }, rivals.map(\.stamp.dot.text), page.value)
        return page
    }

    /// What no field shows and the draft must keep.
    private func hidden(
        _ base: Int64?, _ saw: [String], _ elements: JSON
    ) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = saw.map { ("saw", $0) }
        if let base { fields.append(("base", String(base))) }
        let known = Set(ElementTable.item.map(\.key))
        let rest = (elements.object?.members ?? []).filter { !known.contains($0.key) }
        if !rest.isEmpty {
            let text = String(decoding: JSON.object(JSONObject(rest)).bytes, as: UTF8.self)
            fields.append(("rest", text))
        }
        return fields
    }

    private func overlay(_ code: String) throws(Problem) -> JSON {
        guard !code.isEmpty else { throw Problem(400, "field-required", "缺少 code", field: "code") }
        guard
            let own = try read({ view throws(ViewError) in try view.places() })
                .first(where: { $0.relation == .own })
        else { return .null }
        let id = OverlayState.id(of: code, in: ScopeName.catalog(own.id).id)
        let key = DocumentKey(collection: .overlay, id: id)
        guard let found = try read({ view throws(ViewError) in try view.document(key) }) else {
            return .null
        }
        do throws(JSONError) {
            let state = try OverlayState(found)
            return .object(
                JSONObject(
                    OverlayState.Field.allCases.compactMap { field in
                        state[field].map {
                            JSONObject.Member(key: field.rawValue, value: .text($0))
                        }
                    }))
        } catch {
            throw Problem(ViewError.failed)
        }
    }

    private func grantFields(_ wish: Wish) throws(Problem) -> JSON {
        let (code, region, level) = (wish.code, wish.region, wish.level)
        let names = try names()
        let found = try read { view throws(ViewError) in try view.documents(.grant, label: code) }
        var fields = JSONObject()
        for (key, text) in [("region", region), ("level", level)] where !text.isEmpty {
            fields[key] = .text(text)
        }
        for state in found.compactMap(grant)
        where names.code(id: state.region.hex)?.text == region
            && (state.level?.rawValue ?? "") == level
        {
            guard let term = Timeline.latest(of: state.terms.heads) else { continue }
            fields["mode"] = term.value.mode.map { .text($0.rawValue) }
            fields["from"] = .text(String(term.stamp.from.minuteText.prefix(10)))
            fields["to"] = term.value.to.map { .text($0.text) }
            fields["document"] = .text(term.value.document)
        }
        return .object(fields)
    }

    private func calendar(_ code: String) throws(Problem) -> JSON {
        guard !code.isEmpty else { return .null }
        guard let found = try newest(.calendar).first(where: { $0.label == code }) else {
            throw .missing("definition-unknown", "没有这一条")
        }
        do throws(JSONError) {
            guard let notice = try CalendarState(found).current else { return .null }
            var writer = JSONWriter(capacity: 1024)
            notice.write(to: &writer)
            return Self.parsed(writer.bytes) ?? .null
        } catch {
            throw Problem(ViewError.failed)
        }
    }

    private func define(_ page: inout EditPage, _ of: String) throws(Problem) {
        guard !page.code.isEmpty else {
            if page.table == .knowledge, !of.isEmpty { page.value = ["question": .text(of)] }
            return
        }
        guard let collection = page.table.collection else { return }
        let code = page.code
        let found = try read { view throws(ViewError) in
            try view.documents(collection, label: code)
        }
        guard let state = found.first.flatMap(definition) else {
            throw .missing("definition-unknown", "没有这一条")
        }
        page.value = state.body
        guard state.isContested else { return }
        page.rivals = state.entries.heads.map { entry in
            EditPage.Rival(
                id: entry.stamp.dot.text, time: entry.stamp.time.instant.minuteText,
                value: Self.parsed(entry.value) ?? .null)
        }
        if let chosen = page.rivals.first(where: { $0.id == of }) {
            page.value = chosen.value
            page.rivals = []
        }
    }

    static func parsed(_ bytes: [UInt8]) -> JSON? {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            return nil
        }
    }

    // MARK: what a form comes to

    func editForm(_ form: FormBody) throws(Problem) -> Reply {
        let table = try table()
        let reading = FieldReading(form.all)
        var object = reading.object(table.elements)
        for member in form.text("rest").flatMap({ Self.parsed(Array($0.utf8)) })?.object?.members
            ?? []
        { object[member.key] = member.value }
        let code = form.text("code") ?? ""
        let findings = self.findings(table, code, object)
        let isAsked = form.text("more") != nil || form.text("do") == "check"
        if isAsked || findings.contains(where: { table != .item || $0.weight != .gap }) {
            var response = try again(table, form, .object(object), findings)
            // What was to be saved and is not is no page that went well.
            if !isAsked { response.status = 422 }
            return .now(response)
        }
        switch table {
        case .item: return try draft(form, code, object)
        case .overlay: return try place(form, code, object)
        default: break
        }
        var body = JSONObject([.init(key: "command", value: .text(table.command))])
        if table == .calendar {
            body["year"] = code.digits.map { .int(Int64($0)) } ?? .text(code)
            for key in ["holidays", "workdays"] { body[key] = object[key] ?? .array([]) }
        } else {
            body["code"] = .text(code)
            for member in object.members { body[member.key] = member.value }
            if table == .grant, object["mode"] == nil { body["mode"] = .null }
        }
        let next = "/lists/" + table.rawValue
        return try order(body, form) { _ in next }
    }

    private func findings(_ table: EditTable, _ code: String, _ object: JSONObject) -> [Finding] {
        if table == .item { return ElementReport(.object(object)).findings }
        guard let family = table.family else { return [] }
        var body = object
        if body["status"] == nil {
            body["status"] = table == .theme ? "draft" : table == .basic ? "waiting" : "current"
        }
        return DefinitionCheck.findings(family, code, .object(body))
    }

    /// The form again, as it was filled in, with what was found.
    private func again(
        _ table: EditTable, _ form: FormBody, _ value: JSON, _ findings: [Finding]
    ) throws(Problem) -> HTTPResponse {
        var page = EditPage(table, code: form.text("code") ?? "")
        page.value = value
        page.more = form.text("more")
        page.isChecked = page.more == nil
        page.findings = page.isChecked ? findings : []
        page.from = form.text("effectiveFrom") ?? ""
        page.stage = form.text("stage") ?? ""
        for name in ["base", "replaces", "rest"] {
            if let text = form.text(name) { page.hidden.append((name, text)) }
        }
        for dot in form.texts("saw") { page.hidden.append(("saw", dot)) }
        return shown(page, try status())
    }

    func draft(
        _ form: FormBody, _ code: String, _ elements: JSONObject
    ) throws(Problem) -> Reply {
        var body = JSONObject([.init(key: "command", value: "item.draft")])
        body["code"] = .text(code)
        if let base = form.text("base")?.digits { body["base"] = .int(Int64(base)) }
        if let replaced = form.text("replaces") { body["replaces"] = .text(replaced) }
        let saw = form.texts("saw")
        if !saw.isEmpty { body["saw"] = .array(saw.map(JSON.text)) }
        let stage = (form.text("stage") ?? "").split(whereSeparator: \.isWhitespace)
        if !stage.isEmpty { body["stage"] = .array(stage.map { .text(String($0)) }) }
        if let date = form.text("effectiveFrom") {
            body["effectiveFrom"] = .text(date)
        } else {
            body["immediate"] = true
        }
        body["elements"] = .object(elements)
        return try order(body, form) { answer in
            "/catalog/draft?code=" + (AnswerField.text("draft", of: answer) ?? "")
        }
    }

    /// A place's own elements: what the form leaves empty is cleared.
    private func place(
        _ form: FormBody, _ code: String, _ object: JSONObject
    ) throws(Problem) -> Reply {
        var values = JSONObject()
        for field in OverlayState.Field.allCases {
            values[field.rawValue] = object[field.rawValue] ?? .null
        }
        let body = JSONObject([
            .init(key: "command", value: "overlay.set"), .init(key: "code", value: .text(code)),
            .init(key: "values", value: .object(values)),
        ])
        return try order(body, form) { _ in
            "/catalog/guide?code=" + URLText.segment(code)
        }
    }
}
