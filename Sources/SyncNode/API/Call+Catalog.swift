import Account
import Base
import Console
import Domain
import Guide
import HTTP

/// The catalog beside its items: sheets, import and export, definitions, and the administrator's
/// pages.
extension Call {
    // MARK: programs

    func catalogAnswer() throws(Problem) -> HTTPResponse {
        switch route.operation {
        case .getSheet: return .json(try sheet().json)
        case .exportCatalog:
            guard let format = ItemFile.Format(rawValue: values[0]) else {
                throw .missing("no-such-route", "没有这个地址")
            }
            let items = try read { view throws(ViewError) in try view.catalog() }
            var response = HTTPResponse(
                status: 200, contentType: "application/octet-stream",
                body: ItemFile.bytes(items, format))
            response.headers.add("Cache-Control", "no-store")
            return response
        default:
            guard let family = DefinitionState.Family(rawValue: values[0]) else {
                throw .missing("no-such-route", "没有这个地址")
            }
            let found = try page(of: family.collection)
            var writer = JSONWriter(capacity: 1024 * found.documents.count + 64)
            writer.object { object in
                object.array("definitions") { array in
                    for document in found.documents { array.value(stored: document.state) }
                }
                object.field("next", found.next.map(JSON.text) ?? .null)
            }
            return .json(writer.bytes)
        }
    }

    private func sheet() throws(Problem) -> Sheet {
        guard let kind = SheetKind(rawValue: values[0]) else {
            throw .missing("no-such-route", "没有这个地址")
        }
        let code = try queryText("code", bytesMax: Limits.pathValueBytesMax) ?? ""
        return try sheet(kind, code)
    }

    private func sheet(_ kind: SheetKind, _ code: String) throws(Problem) -> Sheet {
        if kind == .binding, !principal.may(.viewCases) {
            throw Problem(403, "role-forbids", "无权查看办件")
        }
        var region: RegionCode?
        if let text = try queryText("region", bytesMax: 12) {
            guard let known = RegionCode(text) else {
                throw Problem(400, "region-code", "区划代码应为 12 位数字", field: "region")
            }
            region = known
        }
        let situation = try queryText("situation", bytesMax: Limits.pathValueBytesMax)
        guard !kind.needsCode || !code.isEmpty else {
            throw Problem(400, "field-required", "缺少 code", field: "code")
        }
        let question = SheetQuestion(kind, code: code, region: region, situation: situation)
        let found = try read { view throws(ViewError) in try view.sheet(question) }
        guard let found else { throw .missing("sheet-unknown", "本节点没有所要的内容") }
        return found
    }

    // MARK: import

    private func importOrder() throws(Problem) -> ImportOrder {
        var date: CivilDate?
        if let text = try queryText("effectiveFrom", bytesMax: 10) {
            guard let known = CivilDate(text) else {
                throw Problem(400, "date-malformed", "日期应形如 2026-09-28", field: "effectiveFrom")
            }
            date = known
        }
        let publishes = try flag("publish")
        let skips = try flag("skipRefused")
        _ = try replayKey()
        let rows: [ItemRow]
        do throws(ItemFile.Fault) {
            rows = try ItemFile.rows(request.body)
        } catch {
            let row = error.row.map { "第 \($0) 行：" } ?? ""
            throw .invalid("import-file", row + error.title, field: "body")
        }
        return ImportOrder(
            rows: rows, publishes: publishes, skipsRefused: skips, effectiveFrom: date)
    }

    private func flag(_ name: String) throws(Problem) -> Bool {
        guard let text = try queryText(name, bytesMax: 8) else { return false }
        guard text == "true" else {
            throw Problem(400, "query-malformed", "只能是 true", field: name)
        }
        return true
    }

    func importCheck() throws(Problem) -> HTTPResponse {
        let order = try importOrder()
        return .json(try read { view throws(ViewError) in try view.plan(order) }.answer)
    }

    func catalogImport() throws(Problem) -> Reply {
        let isEnglish = Acceptance.prefersEnglish(request.headers)
        return .submit(
            CommandOrder(
                command: .catalog(.importItems(try importOrder())), author: principal.author,
                replayKey: try replayKey()
            ) { outcome in
                guard case .done(let answer) = outcome else {
                    return (outcome.problem ?? .closed).told(inEnglish: isEnglish).response
                }
                return .json(answer)
            })
    }

    // MARK: people

    /// The public guide of one item.
    func guidePage(_ status: NodeStatus) throws(Problem) -> HTTPResponse {
        let sheet = try sheet(.guide, values[0])
        return Page.response(sheet.title, status, sheet.html)
    }

    func catalogPages() throws(Problem) -> HTTPResponse {
        let status = try status()
        guard route.operation == .sheetPage else {
            let found = try page(of: .item)
            let items = found.documents.map { ItemSheet($0, at: status.clock) }
            return Page.response(
                "事项目录", status,
                CatalogPage(
                    items: items.sorted { $0.code < $1.code }, next: found.next,
                    themes: try newest(.theme).map(\.label), viewer: principal
                ).html)
        }
        let sheet = try sheet()
        let kind = SheetKind(rawValue: values[0])
        let code = try queryText("code", bytesMax: Limits.pathValueBytesMax) ?? ""
        var acts: HTMLText = .empty
        if kind == .board { acts = CatalogPage.itemActs(code, principal) }
        if kind == .draft { acts = CatalogPage.draftActs(code, principal) }
        if kind == .history, principal.may(.draft) { acts = try draftForm(code) }
        return Page.response(sheet.title, status, sheet.html + acts)
    }

    /// The elements of the newest version to be changed, and what becomes of them.
    private func draftForm(_ code: String) throws(Problem) -> HTMLText {
        let status = try status()
        let found = try read { view throws(ViewError) in try view.documents(.item, label: code) }
        guard let document = found.first else { throw missing(.item) }
        let state: ItemState
        do throws(JSONError) {
            state = try ItemState(document)
        } catch {
            throw Problem(ViewError.failed)
        }
        guard let head = state.heads.first else { return .empty }
        return CatalogPage.draftForm(
            code, base: head.value.number,
            String(decoding: head.value.elements, as: UTF8.self), status.viewer)
    }

    /// A draft from the form: its elements are JSON as they stood in it.
    private func draft(_ form: FormBody) throws(Problem) -> Reply {
        var body = JSONObject([.init(key: "command", value: "item.draft")])
        body["code"] = .text(form.text("code") ?? "")
        if let base = form.text("base")?.digits { body["base"] = .int(Int64(base)) }
        if let date = form.text("effectiveFrom") {
            body["effectiveFrom"] = .text(date)
        } else {
            body["immediate"] = true
        }
        let text = form.text("elements") ?? ""
        do throws(JSONError) {
            body["elements"] = try JSON(parsing: Array(text.utf8))
        } catch {
            throw .invalid("item-elements", "要素不是合格的 JSON：第 \(error.offset) 字节", field: "elements")
        }
        return try order(body, form) { answer in
            "/catalog/draft?code=" + (AnswerField.text("draft", of: answer) ?? "")
        }
    }

    /// A form of the administrator's pages: the command's name and its fields, as texts.
    func catalogForm(_ form: FormBody) throws(Problem) -> Reply {
        let name = form.text("command") ?? ""
        if name == "item.draft" { return try draft(form) }
        guard let fields = CatalogPage.forms[name] else {
            throw .missing("no-such-action", "没有这个动作")
        }
        var body = JSONObject([.init(key: "command", value: .text(name))])
        for field in fields {
            guard let text = form.text(field) else { continue }
            body[field] =
                field == "to" ? text.digits.map { .int(Int64($0)) } ?? .text(text) : .text(text)
        }
        let code = form.text("code") ?? ""
        return try order(body, form) { _ in
            code.isEmpty ? "/catalog" : "/items/" + URLText.segment(code)
        }
    }
}

/// The administrator's way into the catalog.
struct CatalogPage {
    let items: [ItemSheet]
    /// Where the next page begins; nil on the last.
    let next: String?
    /// Codes of themes.
    let themes: [String]
    let viewer: Principal

    /// The commands that a form may give, with their fields.
    static let forms: [String: [String]] = [
        "item.suspend": ["code", "reason"], "item.resume": ["code", "reason"],
        "item.cancel": ["code", "reason"], "item.halt": ["code", "reason"],
        "item.widen": ["code", "reach", "reason"], "item.rollback": ["code", "to", "reason"],
        "item.discard": ["draft"], "knowledge.ask": ["question"],
    ]

    var html: HTMLText {
        let lists: [(SheetKind, String)] = [
            (.claims, "认领"), (.uniform, "十同差异"), (.sink, "下沉清单"), (.onspot, "当场办结目录"),
            (.deferrable, "容缺清单"), (.assisted, "帮办清单"),
        ]
        let links = lists.map { kind, title -> HTMLText in
            "<a class=\"button\" href=\"/catalog/\(kind.rawValue)\">\(title)</a> "
        }
        let rows = items.map { item -> HTMLText in
            let code = URLText.segment(item.code)
            return """
                <tr><td><a href="/items/\(code)">\(item.name)</a><td><code>\(item.code)</code>\
                <td>v\(item.current?.number ?? 0)<td>\(ItemSheet.standingName(item.standing))\
                <td><a href="/catalog/guide?code=\(code)">指南</a> \
                <a href="/catalog/notice?code=\(code)">告知单</a> \
                <a href="/catalog/board?code=\(code)">到达</a> \
                <a href="/catalog/impact?code=\(code)">影响</a> \
                <a href="/catalog/history?code=\(code)">版本</a></tr>
                """
        }
        let subjects = themes.map { code -> HTMLText in
            "<li><a href=\"/catalog/theme?code=\(URLText.segment(code))\">\(code)</a></li>"
        }
        let more: HTMLText =
            next.map { "<p><a href=\"/catalog?cursor=\($0)\">下一页</a></p>" } ?? .empty
        let list: HTMLText =
            subjects.isEmpty
            ? .empty : "<section class=\"card\"><h2>一件事</h2><ul>\(subjects)</ul></section>"
        return """
            <section class="card"><h1>事项目录</h1><p>\(links)\
            <a class="button" href="/drafts">待复核的草稿</a></p></section>
            <section class="card"><h2>事项</h2><div class="scroll"><table><thead><tr><th>事项<th>编码\
            <th>版本<th>状态<th></thead><tbody>\(rows)</tbody></table></div>\(more)</section>
            \(list)\(ask)
            """
    }

    private var ask: HTMLText {
        """
        <section class="card narrow"><h2>答不上的问题</h2>\
        <form method="post" action="/console/catalog">\(Page.token(viewer))\
        <input type="hidden" name="command" value="knowledge.ask">\
        <label>问题（不写个人信息）<input name="question" required maxlength="120" \
        autocomplete="off"></label><button>上报</button></form></section>
        """
    }

    /// What may be done with an item, below its board.
    static func itemActs(_ code: String, _ viewer: Principal) -> HTMLText {
        guard viewer.may(.publish) else { return .empty }
        let acts: [(String, String, HTMLText)] = [
            ("item.widen", "扩大到镇", hidden("reach", "town")),
            ("item.widen", "扩大到全县", hidden("reach", "all")), ("item.halt", "停止扩大", .empty),
            (
                "item.rollback", "回退",
                "<label>到版本<input name=\"to\" required inputmode=\"numeric\"></label>"
            ), ("item.suspend", "暂停", .empty), ("item.resume", "恢复", .empty),
            ("item.cancel", "取消", .empty),
        ]
        let forms = acts.map { command, title, more -> HTMLText in
            """
            <form class="inline" method="post" action="/console/catalog">\(Page.token(viewer))\
            \(hidden("command", command))\(hidden("code", code))\(more)\
            <label>理由<input name="reason" required maxlength="200"></label>\
            <button>\(title)</button></form>
            """
        }
        return "<section class=\"card\"><h2>管理</h2>\(forms)</section>"
    }

    /// 起草: what is in the fields becomes a draft, and its differences are shown.
    static func draftForm(
        _ code: String, base: Int, _ elements: String, _ viewer: Principal
    ) -> HTMLText {
        """
        <section class="card"><h2>起草下一版本</h2><form method="post" action="/console/catalog">\
        \(Page.token(viewer))\(hidden("command", "item.draft"))\(hidden("code", code))\
        \(hidden("base", String(base)))<label>生效日期（空为复核后立即）\
        <input name="effectiveFrom" type="date"></label><label>要素<textarea name="elements" \
        rows="16" required>\(elements)</textarea></label><button class="main">保存草稿</button>\
        </form></section>
        """
    }

    /// What may be done with a draft, below its differences.
    static func draftActs(_ id: String, _ viewer: Principal) -> HTMLText {
        let approve: HTMLText =
            viewer.may(.publish)
            ? """
            <form class="inline" method="post" action="/console/draft">\(Page.token(viewer))\
            \(hidden("draft", id))<button class="main">复核发布</button></form>
            """ : .empty
        let discard: HTMLText =
            viewer.may(.draft)
            ? """
            <form class="inline" method="post" action="/console/catalog">\(Page.token(viewer))\
            \(hidden("command", "item.discard"))\(hidden("draft", id))<button>作废</button></form>
            """ : .empty
        return "<section class=\"card\">\(approve)\(discard)</section>"
    }

    private static func hidden(_ name: String, _ value: String) -> HTMLText {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }
}
