import Account
import Base
import Board
import Console
import Domain
import Guide
import HTTP

extension RouteTable {
    /// The board: tickets, ratings, lights, metrics, reports.
    static let board: [Route] = [
        Route(
            method: .get, pattern: "/api/v1/board/{board}", operation: .getBoard, face: .api,
            summary: "督查看板：工单、评价、亮灯、指标、月报；format=csv 为表格文件",
            parameters: [
                .boardSheet, .boardCode, .boardRegion, .boardFrom, .boardTo, .status,
                .boardFormat,
            ],
            answer: .json("Sheet", "标题、截至、各节，以及供程序的数据"), problems: [400, 403, 404]),
        Route(
            method: .post, pattern: "/api/v1/tickets/check", operation: .checkTickets, face: .api,
            summary: "试导入热线工单（CSV）：逐行逐字段给出结果，不写入", body: .bytes,
            answer: .json("Any", "每行的结果"), problems: [400, 403, 422, 503]),
        Route(
            method: .post, pattern: "/api/v1/tickets/import", operation: .importTickets,
            face: .api, summary: "导入热线工单（CSV）：全部或一行也不；已有的工单号略过",
            parameters: [.idempotencyKey], body: .bytes,
            answer: .json("Any", "每行的结果"), problems: [400, 403, 409, 422, 503]),
        Route(
            method: .get, pattern: "/board", operation: .boardIndex, face: .console,
            summary: "督查看板", answer: .page),
        Route(
            method: .get, pattern: "/board/{board}", operation: .boardPage, face: .console,
            summary: "督查看板的一张",
            parameters: [.boardSheet, .boardCode, .boardRegion, .boardFrom, .boardTo, .status],
            answer: .page, problems: [400, 403, 404]),
        Route(
            method: .post, pattern: "/console/board", operation: .boardForm, face: .console,
            summary: "登记、办理工单，登记评价", body: .form("StaffForm"), answer: .redirect,
            problems: [400, 403, 404, 409, 415, 422, 503]),
    ]
}

extension Parameter {
    static let boardSheet = Parameter(
        "board", in: .path, "哪一张", .words(BoardKind.allCases.map(\.rawValue)))
    static let boardCode = Parameter(
        "code", in: .query, "工单编号或标识", .string(lengthMax: Limits.pathValueBytesMax))
    static let boardRegion = Parameter(
        "region", in: .query, "哪一处及其下级：12 位区划代码，缺省为本节点", .string(lengthMax: 12))
    static let boardFrom = Parameter("from", in: .query, "起日，缺省为本月一日", .day)
    static let boardTo = Parameter("to", in: .query, "止日，缺省为当月末日", .day)
    static let boardFormat = Parameter(
        "format", in: .query, "csv：UTF-8 表格文件", .words(["json", "csv"]))
}

/// The board, and what is done on it.
extension Call {
    private func boardQuestion() throws(Problem) -> BoardQuestion {
        guard let kind = BoardKind(rawValue: values[0]) else {
            throw .missing("no-such-route", "没有这个地址")
        }
        let code = try queryText("code", bytesMax: Limits.pathValueBytesMax) ?? ""
        guard !kind.needsCode || !code.isEmpty else {
            throw Problem(400, "field-required", "缺少 code", field: "code")
        }
        var region: RegionCode?
        if let text = try queryText("region", bytesMax: 12) {
            guard let known = RegionCode(text) else {
                throw Problem(400, "region-code", "区划代码应为 12 位数字", field: "region")
            }
            region = known
        }
        let from = try day("from")
        let to = try day("to")
        var period: ClosedRange<CivilDate>?
        if let first = from ?? to.map(\.firstOfMonth) {
            let last = to ?? first.lastOfMonth
            guard first <= last, last.daysSince1970 - first.daysSince1970 <= Limits.boardDaysMax
            else { throw Problem(400, "period", "起日不得晚于止日，且至多三年", field: "to") }
            period = first...last
        }
        return BoardQuestion(
            kind, code: code, region: region, period: period,
            status: try queryText("status", bytesMax: 32))
    }

    private func day(_ name: String) throws(Problem) -> CivilDate? {
        guard let text = try queryText(name, bytesMax: 10) else { return nil }
        guard let date = CivilDate(text) else {
            throw Problem(400, "date-malformed", "日期应形如 2026-09-28", field: name)
        }
        return date
    }

    private func boardSheet() throws(Problem) -> Sheet {
        let question = try boardQuestion()
        let found = try read { view throws(ViewError) in try view.board(question) }
        guard let found else { throw .missing("sheet-unknown", "本节点没有所要的内容") }
        return found
    }

    func boardAnswer() throws(Problem) -> HTTPResponse {
        let format = try queryText("format", bytesMax: 8) ?? "json"
        guard format == "json" || format == "csv" else {
            throw Problem(400, "query-malformed", "只能是 json 或 csv", field: "format")
        }
        let sheet = try boardSheet()
        guard format == "csv" else { return .json(sheet.json) }
        var response = HTTPResponse(
            status: 200, contentType: "text/csv; charset=utf-8", body: CSV.spreadsheet(sheet.table))
        response.headers.add(
            "Content-Disposition", "attachment; filename=\"board-\(values[0]).csv\"")
        response.headers.add("Cache-Control", "no-store")
        return response
    }

    // MARK: a hotline's file

    /// The rows of the body; what has not the columns of such a file is none.
    private func ticketFile() throws(Problem) -> TicketFile {
        _ = try replayKey()
        let file: TicketFile
        do throws(CSV.Fault) {
            file = TicketFile(try CSV.rows(request.body))
        } catch {
            throw .invalid("import-file", "第 \(error.row) 行：\(error.title)", field: "body")
        }
        if let finding = file.findings.first(where: { $0.row == 1 }) {
            throw .invalid(
                "import-file", "第 1 行 \(finding.field)：\(finding.title)", field: "body")
        }
        return file
    }

    func ticketCheck() throws(Problem) -> HTTPResponse {
        let file = try ticketFile()
        return .json(try read { view throws(ViewError) in try view.plan(file) }.answer)
    }

    func ticketImport() throws(Problem) -> Reply {
        let file = try ticketFile()
        if let finding = file.findings.first {
            throw .invalid(
                "ticket-import", "第 \(finding.row) 行 \(finding.field)：\(finding.title)",
                field: finding.field)
        }
        return .submit(
            CommandOrder(
                command: .ticket(.importRows(file.rows)), author: principal.author,
                replayKey: try replayKey()
            ) { outcome in
                guard case .done(let answer) = outcome else {
                    return (outcome.problem ?? .closed).response
                }
                return .json(answer)
            })
    }

    // MARK: people

    func boardPages() throws(Problem) -> HTTPResponse {
        let status = try status()
        guard route.operation == .boardPage else {
            var page = BoardPage(viewer: status.viewer)
            if page.viewer.may(.setting) {
                let lights = BoardQuestion(.lights)
                page.lights =
                    try read { view throws(ViewError) in try view.board(lights) }?.data ?? .null
            }
            return Page.response("督查看板", status, page.index)
        }
        let sheet = try boardSheet()
        var acts: HTMLText = .empty
        let kind = BoardKind(rawValue: values[0]) ?? .tickets
        if kind == .archive || kind == .archives {
            acts = ArchiveForms(viewer: status.viewer, sheet: sheet).html
        } else if kind == .ticket {
            acts = BoardPage(viewer: status.viewer).acts(on: sheet, try names())
        } else if kind.isOfCounter {
            acts = BoardPage(viewer: status.viewer).counter(kind, sheet, try names())
        }
        let choice = try boardChoice(kind, try names())
        return Page.response(sheet.title, status, choice + sheet.html + acts)
    }

    /// Which places and days the sheet is for, and the same as a table.
    private func boardChoice(_ kind: BoardKind, _ names: PlaceNames) throws(Problem) -> HTMLText {
        guard !kind.needsCode else { return .empty }
        func field(_ name: String) -> String { request.queryItem(name) ?? "" }
        let places = names.own.map { place -> HTMLText in
            let chosen: HTMLText = place.code.text == field("region") ? " selected" : .empty
            return "<option value=\"\(place.code.text)\"\(chosen)>\(place.name)</option>"
        }
        let query = ["region", "from", "to"].compactMap { name in
            field(name).isEmpty ? nil : name + "=" + URLText.segment(field(name))
        }
        let path =
            "/api/v1/board/\(kind.rawValue)?"
            + (query + ["format=csv"]).joined(separator: "&")
        return """
            <section class="card screen"><form method="get" action="/board/\(kind.rawValue)" \
            class="inline"><label>范围<select name="region">\(places)</select></label>\
            <label>自<input type="date" name="from" value="\(field("from"))"></label>\
            <label>至<input type="date" name="to" value="\(field("to"))"></label>\
            <button>查看</button></form> <a href="\(path)">下载表格（CSV）</a></section>
            """
    }

    /// Words parted by commas or white space.
    private static func words(_ text: String) -> [String] {
        text.split { $0.isWhitespace || ",，、;；".contains($0) }.map(String.init)
    }

    /// A form of the board: the command's name and its fields, as texts.
    func boardForm(_ form: FormBody) throws(Problem) -> Reply {
        let name = form.text("command") ?? ""
        guard let fields = BoardPage.forms[name] else {
            throw .missing("no-such-action", "没有这个动作")
        }
        var body = JSONObject([.init(key: "command", value: .text(name))])
        for field in fields {
            guard let text = form.text(field) else { continue }
            switch field {
            case "days", "grade", "score", "blue", "yellow", "red", "offered", "unsigned", "ahead",
                "value", "whole", "default", "refused", "withdrawn":
                body[field] = text.digits.map { .int(Int64($0)) } ?? .text(text)
            case "named", "result", "weekend": body[field] = .bool(text == "yes")
            case "items", "originals", "closed":
                body[field] = .array(Self.words(text).map(JSON.text))
            case "kinds": body[field] = .array(Self.words(text).map(RetentionTerms.kind))
            case "slots": body[field] = .array(Self.words(text).map(ServiceWindow.hour))
            default: body[field] = .text(text)
            }
        }
        let ticket = form.text("ticket")
        let place = BoardPage.place(after: name, form)
        var both: [Problem.Member] = []
        if let seen = form.text("seen") {
            body["seen"] = .text(seen)
            both = try self.both(name, form)
        }
        return try order(body, form, stale: both) { answer in
            if let place { return place(answer) }
            if let ticket { return "/board/ticket?code=" + URLText.segment(ticket) }
            let opened = name == "ticket.open" ? AnswerField.text("number", of: answer) : nil
            return opened.map { "/board/ticket?code=" + URLText.segment($0) } ?? "/board"
        }
    }
}

/// The way into the board, and the forms of a ticket.
struct BoardPage {
    let viewer: Principal
    /// What the sheet of lights says of the thresholds.
    var lights = JSON.null

    /// The commands that a form may give, with their fields.
    static let forms: [String: [String]] = [
        "ticket.open": ["kind", "text", "days", "applicant", "phone", "to", "case", "item"],
        "ticket.judge": ["ticket", "outcome", "note"],
        "ticket.review": ["ticket", "outcome", "note"],
        "ticket.assign": ["ticket", "to", "note"], "ticket.claim": ["ticket", "note"],
        "ticket.fix": ["ticket", "note"], "ticket.reply": ["ticket", "note"],
        "ticket.archive": ["ticket", "note"], "ticket.note": ["ticket", "note"],
        "rating.give": ["contact", "grade", "served", "item", "named", "text"],
        "case.rate": ["case", "score", "named", "note"],
        "setting.set": [
            "code", "blue", "yellow", "red", "offered", "unsigned", "default", "refused",
            "withdrawn", "kinds", "document",
        ],
        "setting.approve": ["code"],
        "figure.set": ["code", "value", "whole", "source"],
    ].merging(counterForms) { first, _ in first }

    var index: HTMLText {
        func links(_ isOfCounter: Bool) -> HTMLText {
            let kinds = BoardKind.allCases.filter { !$0.needsCode && $0.isOfCounter == isOfCounter }
            return HTMLText(
                kinds.map { kind -> HTMLText in
                    "<a class=\"button\" href=\"/board/\(kind.rawValue)\">\(kind.title)</a> "
                })
        }
        return """
            <section class="card"><h1>督查看板</h1><p>\(links(false))</p>\
            <h2>柜台</h2><p>\(links(true))</p></section>\(open)\(rate)\(limits)
            """
    }

    private var open: HTMLText {
        guard viewer.may(.ticketOpen) else { return .empty }
        let kinds = TicketKind.allCases.filter { $0 != .badRating }.map { kind -> HTMLText in
            "<option value=\"\(kind.rawValue)\">\(kind.name)</option>"
        }
        return """
            <section class="card narrow"><h2>登记工单</h2>\
            <form method="post" action="/console/board">\(Page.token(viewer))\
            \(hidden("command", "ticket.open"))<label>类别<select name="kind">\(kinds)</select>\
            </label><label>内容（不写个人信息）<textarea name="text" rows="4" required maxlength="2000">\
            </textarea></label><label>办理时限（工作日，空为该类别的时限）\
            <input name="days" inputmode="numeric"></label>\
            <label>反映人（可不填）<input name="applicant" autocomplete="off"></label>\
            <label>联系电话<input name="phone" autocomplete="off"></label>\
            <button class="main">登记</button></form></section>
            """
    }

    /// What may be done with a ticket, below its sheet.
    func acts(on sheet: Sheet, _ names: PlaceNames) -> HTMLText {
        let kind = sheet.data["kind"]?.text.flatMap(TicketKind.init(rawValue:)) ?? .request
        let number = sheet.data["number"]?.text ?? ""
        let acts = (sheet.data["acts"]?.array ?? [])
            .compactMap { $0.text.flatMap(TicketAct.init(rawValue:)) }
            .filter { viewer.may($0 == .review || $0 == .archive ? .ticketReview : .ticketStep) }
        guard !acts.isEmpty else { return .empty }
        let forms = acts.map { act -> HTMLText in
            """
            <form class="inline" method="post" action="/console/board">\(Page.token(viewer))\
            \(hidden("command", "ticket." + act.rawValue))\(hidden("ticket", number))\
            \(Self.seen(sheet))\
            \(fields(act, names))<button>\(act.name(of: kind))</button></form>
            """
        }
        return "<section class=\"card\"><h2>办理</h2>\(forms)</section>"
    }

    private func fields(_ act: TicketAct, _ names: PlaceNames) -> HTMLText {
        var parts: [HTMLText] = []
        if act == .judge || act == .review {
            parts.append(
                """
                <label>结果<select name="outcome"><option value="yes">属实/通过</option>\
                <option value="no">不属实/退回</option></select></label>
                """)
        }
        if act == .assign {
            let places = names.targets.map { place -> HTMLText in
                "<option value=\"\(place.code.text)\">\(place.name)</option>"
            }
            parts.append("<label>交给<select name=\"to\">\(places)</select></label>")
        }
        let must: HTMLText = act == .fix || act == .reply ? "required " : .empty
        parts.append("<label>说明<input name=\"note\" \(must)maxlength=\"500\"></label>")
        return HTMLText(parts)
    }

    /// What a form brings back of the document that its page showed; nothing where there is none.
    static func seen(_ sheet: Sheet) -> HTMLText {
        guard let tag = sheet.data["seen"]?.text else { return .empty }
        return """
            <input type="hidden" name="seen" value="\(tag)">\
            <input type="hidden" name="seenState" value="\(sheet.data["state"]?.text ?? "")">
            """
    }

    func hidden(_ name: String, _ value: String) -> HTMLText {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }
}
