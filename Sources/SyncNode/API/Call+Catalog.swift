import Account
import Base
import Console
import Domain
import Editing
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
        if kind.isOfCases, !principal.may(.viewCases) {
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
        return ImportOrder(
            rows: try rows(of: request.body, "body"), publishes: publishes, skipsRefused: skips,
            effectiveFrom: date)
    }

    /// The rows of a file, in whatever encoding it came.
    private func rows(of bytes: [UInt8], _ field: String) throws(Problem) -> [ItemRow] {
        guard let text = view.utf8(bytes) else {
            throw .invalid("import-charset", "文件既不是 UTF-8 也不是 GB18030", field: field)
        }
        do throws(ItemFile.Fault) {
            return try ItemFile.rows(text)
        } catch {
            let row = error.row.map { "第 \($0) 行：" } ?? ""
            throw .invalid("import-file", row + error.title, field: field)
        }
    }

    /// A file out of a browser: tried, or taken in as drafts; either way its report.
    func importForm(_ texts: [String: String], _ bytes: ArraySlice<UInt8>) throws(Problem) -> Reply
    {
        guard bytes.count <= Limits.importBytesMax else {
            let most = Limits.importBytesMax / 1_048_576
            throw Problem(413, "file-too-long", "文件（file）过大：至多 \(most) MiB", field: "file")
        }
        var date: CivilDate?
        if let text = texts["effectiveFrom"], !text.isEmpty {
            guard let known = CivilDate(text) else {
                throw .invalid("date-malformed", "日期应形如 2026-09-28", field: "effectiveFrom")
            }
            date = known
        }
        let order = ImportOrder(
            rows: try rows(of: Array(bytes), "file"), publishes: false,
            skipsRefused: texts["skipRefused"] == "true", effectiveFrom: date)
        let status = try status()
        let page = ImportPage(token: Page.token(status.viewer))
        guard texts["mode"] == "draft" else {
            let plan = try read { view throws(ViewError) in try view.plan(order) }
            let report = page.report(plan.answer, isTried: true)
            return .now(Page.response("试导入", status, report + page.form))
        }
        let tag = StateTag(of: request.body)
        return .submit(
            CommandOrder(
                command: .catalog(.importItems(order)), author: principal.author,
                replayKey: ReplayKey("form-" + tag.text, request: tag)
            ) { outcome in
                guard case .done(let answer) = outcome else {
                    return ProblemPage.response(of: outcome.problem ?? .closed)
                }
                let report = page.report(answer, isTried: false)
                return Page.response("已导入", status, report + page.form)
            })
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

    /// A blank form or a sample of an item that is published: for everybody, and nothing else is.
    func guideFile() throws(Problem) -> Reply {
        let digest = try digest(values[1])
        let code = values[0]
        let found = try read { view throws(ViewError) in try view.documents(.item, label: code) }
        for document in found {
            do throws(JSONError) {
                let item = try ItemState(document)
                for entry in item.versions.entries {
                    let named = PublicFiles.digests(of: try JSON(parsing: entry.value.elements))
                    guard named.contains(values[1]) else { continue }
                    return .blob(.get(BlobRequest(digest, request)))
                }
            } catch {
                throw Problem(ViewError.failed)
            }
        }
        throw BlobRequest.unknown
    }

    func catalogPages() throws(Problem) -> HTTPResponse {
        let status = try status()
        switch route.operation {
        case .editPage: return try editPage(status)
        case .listPage: return try listPage(status)
        case .importPage:
            let page = ImportPage(token: Page.token(status.viewer))
            return Page.response("导入与导出", status, page.form)
        case .sheetPage: break
        default:
            let found = try page(of: .item)
            let rows = found.documents.map { ItemSheet($0, at: status.clock) }.map {
                CatalogPage.Row(
                    code: $0.code, name: $0.name, version: $0.current?.number ?? 0,
                    standing: ItemSheet.standingName($0.standing))
            }
            return Page.response(
                "事项目录", status,
                CatalogPage(
                    items: rows.sorted { $0.code < $1.code }, next: found.next,
                    viewer: principal, token: Page.token(status.viewer)
                ).html)
        }
        let sheet = try sheet()
        return Page.response(sheet.title, status, sheet.html + (try acts(below: sheet)))
    }

    /// What may be done with what a sheet is about.
    private func acts(below sheet: Sheet) throws(Problem) -> HTMLText {
        let code = try queryText("code", bytesMax: Limits.pathValueBytesMax) ?? ""
        let token = Page.token(try status().viewer)
        switch SheetKind(rawValue: values[0]) {
        case .board: return CatalogPage.itemActs(code, principal, token)
        case .draft:
            guard sheet.data["open"]?.bool == true else { return .empty }
            return CatalogPage.draftActs(code, principal, token) + (try files(of: code, token))
        case .materials: return MaterialPage(sheet: sheet, viewer: principal, token: token).html
        case .history: return CatalogPage.nextVersion(code, principal)
        case .theme:
            let status = sheet.data["theme"]?["status"]?.text ?? ""
            return CatalogPage.themeActs(code, status, principal, token)
        case .binding:
            let ruled = sheet.data["rulings"]
            var abouts: [String] = []
            if sheet.data["halted"]?.bool == true, ruled?["standing"] == nil {
                abouts.append("standing")
            }
            if sheet.data["overreach"]?.array?.isEmpty == false, ruled?["grant"] == nil {
                abouts.append("grant")
            }
            let id = sheet.data["case"]?.text ?? ""
            let ended = ["standing", "grant"].contains { ruled?[$0]?.text == "end" }
            return CatalogPage.rulingActs(id, abouts, principal, token)
                + (ended ? CatalogPage.endAct(id, principal, token) : .empty)
        case .terms:
            let dues = [sheet.data["printedDue"]?.text ?? "", sheet.data["due"]?.text ?? ""]
            return CatalogPage.toldAct(
                sheet.data["case"]?.text ?? "", "时限变更 " + dues.joined(separator: " → ") + "，已告知申请人",
                principal, token)
        default: return .empty
        }
    }

    /// Where a draft takes files.
    private func files(of draft: String, _ token: HTMLText) throws(Problem) -> HTMLText {
        guard principal.may(.draft), let id = Digest16(hex: draft) else { return .empty }
        let key = DocumentKey(collection: .draft, id: id)
        let found = try read { view throws(ViewError) in try view.document(key) }
        let elements = found.flatMap { Self.parsed($0.state)?["publication"]?["elements"] }
        return CatalogPage.fileForm(draft, AttachmentPlace.all(of: elements ?? .null), token)
    }

    /// A form of the administrator's pages: the command's name and its fields, as texts.
    func catalogForm(_ form: FormBody) throws(Problem) -> Reply {
        let name = form.text("command") ?? ""
        if name == "item.draft" {
            guard let elements = Self.parsed(Array((form.text("elements") ?? "").utf8))?.object
            else { throw .invalid("item-elements", "要素不是合格的 JSON 对象", field: "elements") }
            return try draft(form, form.text("code") ?? "", elements)
        }
        guard let fields = CatalogPage.forms[name] else {
            throw .missing("no-such-action", "没有这个动作")
        }
        var body = JSONObject([.init(key: "command", value: .text(name))])
        for field in fields {
            guard let text = form.text(field) else { continue }
            body[field] =
                field == "to" ? text.digits.map { .int(Int64($0)) } ?? .text(text) : .text(text)
        }
        let place = Self.place(after: name, form.text("code") ?? form.text("case") ?? "")
        return try order(body, form) { _ in place }
    }

    /// The page that shows what a form of the catalog has done.
    private static func place(after command: String, _ code: String) -> String {
        let family = command.prefix { $0 != "." }
        let name = URLText.segment(code)
        if command == "ruling.set" { return "/catalog/binding?code=" + name }
        if code.isEmpty { return "/catalog" }
        if family == "theme" { return "/catalog/theme?code=" + name }
        return family == "item" ? "/items/" + name : "/edit/\(family)?code=" + name
    }
}
