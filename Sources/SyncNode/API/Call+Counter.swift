import Account
import Base
import Board
import Console
import Domain
import Guide
import HTTP

extension RouteTable {
    /// The counter: the line of this place, its public screen, ratings without a session.
    static let counter: [Route] = [
        Route(
            method: .get, pattern: "/api/v1/queue", operation: .getQueue, face: .api,
            summary: "本站今日的排队：等候、办理中、过号", answer: .json("Any", "号票"), problems: [403]),
        Route(
            method: .post, pattern: "/api/v1/queue", operation: .actOnQueue, face: .api,
            summary: "取号、叫号、重呼、过号、过号重排、办结；只留在本站",
            parameters: [.idempotencyKey], body: .json("Any"), answer: .json("Any", "号票"),
            problems: [400, 403, 409, 422, 503]),
        Route(
            method: .post, pattern: "/api/v1/queue/close", operation: .closeQueue, face: .api,
            summary: "叫号日结：只有当日的数目上报", parameters: [.idempotencyKey], body: .json("Any"),
            answer: .json("Any", "当日的数目"), problems: [400, 403, 404, 422, 503]),
        Route(
            method: .get, pattern: "/queue", operation: .queuePage, face: .console,
            summary: "排队叫号", parameters: [.window], answer: .page),
        Route(
            method: .get, pattern: "/screen", operation: .screenPage, face: .console,
            summary: "叫号屏（公开）", answer: .page),
        Route(
            method: .post, pattern: "/console/queue", operation: .queueForm, face: .console,
            summary: "取号、叫号等", body: .form("StaffForm"), answer: .redirect,
            problems: [400, 403, 404, 409, 415, 422, 503]),
        Route(
            method: .get, pattern: "/rate", operation: .ratePage, face: .console,
            summary: "评价（公开）", answer: .page),
        Route(
            method: .post, pattern: "/rate", operation: .rateForm, face: .console,
            summary: "评价（公开）：凭办件编号、查询码、证件号后四位，一事一评", body: .form("StaffForm"),
            answer: .page, problems: [404, 409, 415, 422, 429, 503]),
        Route(
            method: .get, pattern: "/book", operation: .bookPage, face: .console,
            summary: "预约（公开）：本站、其上级与下级的窗口", answer: .page),
        Route(
            method: .post, pattern: "/book", operation: .bookForm, face: .console,
            summary: "预约（公开）：凭姓名和电话；他处的窗口待其确认", body: .form("StaffForm"),
            answer: .page, problems: [400, 404, 409, 415, 422, 429, 503]),
        Route(
            method: .get, pattern: "/booking", operation: .ownBookingPage, face: .console,
            summary: "查询、取消、改约（公开）", parameters: [.bookingNumber], answer: .page,
            problems: [400]),
        Route(
            method: .post, pattern: "/booking", operation: .ownBookingForm, face: .console,
            summary: "查询、取消、改约（公开）：凭预约编号和电话后四位；他处的窗口待其确认",
            body: .form("StaffForm"), answer: .page,
            problems: [400, 404, 409, 415, 422, 429, 503]),
    ]
}

extension Parameter {
    static let bookingNumber = Parameter(
        "number", in: .query, "预约编号", .string(lengthMax: Limits.pathValueBytesMax))
    static let window = Parameter("window", in: .query, "窗口名称", .string(lengthMax: 64))
}

// MARK: the line

extension Call {
    func queueAnswer() throws(Problem) -> HTTPResponse {
        let answer = try read { view throws(ViewError) in try view.line(nil, key: nil) }
        return .json(LineText.json(answer))
    }

    private func queue(_ json: JSON, key: String?) throws(Problem) -> LineAnswer {
        let order: QueueOrder
        do throws(RuleRefusal) {
            order = try QueueOrder(json: json)
        } catch {
            throw Problem(error)
        }
        let answer = try read { view throws(ViewError) in try view.line(order, key: key) }
        if let refusal = answer.refusal { throw Problem(refusal) }
        return answer
    }

    func queueCommand() throws(Problem) -> HTTPResponse {
        let key = try replayKey().map { "\(principal.author) \($0.text)" }
        let object = try CommandBody.object(request.body, mayBeEmpty: false)
        return .json(LineText.json(try queue(.object(object), key: key)))
    }

    func queueForm(_ form: FormBody) throws(Problem) -> Reply {
        if form.text("act") == "close" { return try close(form) }
        var object = JSONObject()
        for name in ["act", "window", "priority", "ticket"] {
            if let text = form.text(name) { object[name] = .text(text) }
        }
        let key = form.text("key").map { "form \($0) \(StateTag(of: form.bytes).text)" }
        _ = try queue(.object(object), key: key)
        let place = form.text("at") ?? form.text("window") ?? ""
        return .now(
            .seeOther(place.isEmpty ? "/queue" : "/queue?window=" + URLText.segment(place)))
    }

    /// 叫号日结: {day?}, today where none is named.
    func queueClose() throws(Problem) -> Reply {
        let object = try CommandBody.object(request.body, mayBeEmpty: true)
        return try dayOrder(object["day"]?.text, try replayKey()) { outcome in
            guard case .done(let answer) = outcome else {
                return (outcome.problem ?? .closed).response
            }
            return .json(answer)
        }
    }

    private func close(_ form: FormBody) throws(Problem) -> Reply {
        try dayOrder(form.text("day"), key(form)) { outcome in
            guard case .done = outcome else {
                return ProblemPage.response(of: outcome.problem ?? .closed)
            }
            return .seeOther("/board/queues")
        }
    }

    private func dayOrder(
        _ day: String?, _ key: ReplayKey?,
        _ render: @escaping @Sendable (CommandOutcome) -> HTTPResponse
    ) throws(Problem) -> Reply {
        let today = CivilDate(of: try status().clock)
        guard let date = day.map({ CivilDate($0) }) ?? today, date <= today else {
            throw .invalid("date-malformed", "日期应形如 2026-09-28，且不晚于今日", field: "day")
        }
        let counts = try read { view throws(ViewError) in try view.queueCounts(date) }
        guard let counts else { throw .missing("queue-day", "当日没有取号") }
        return .submit(
            CommandOrder(
                command: .counter(.queueDay(counts)), author: principal.author, replayKey: key,
                render: render))
    }

    func queuePage() throws(Problem) -> HTTPResponse {
        let status = try status()
        let answer = try read { view throws(ViewError) in try view.line(nil, key: nil) }
        let window = try queryText("window", bytesMax: 64) ?? ""
        return Page.response(
            "叫号", status,
            LinePage(
                line: answer.line, window: window, viewer: status.viewer
            ).html)
    }

    /// Numbers and windows, and nobody's name: anybody may look.
    func screenPage() throws(Problem) -> HTTPResponse {
        let answer = try read { view throws(ViewError) in try view.line(nil, key: nil) }
        return Page.response(
            "叫号屏", try status(), everySeconds: Limits.screenSeconds, LinePage.screen(answer.line))
    }
}

/// The line for programs.
enum LineText {
    static func json(_ answer: LineAnswer) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("day", answer.line.day.text)
            if let ticket = answer.ticket {
                object.key("ticket")
                write(ticket, to: &object)
            }
            for (name, tickets) in [
                ("called", answer.line.called), ("waiting", answer.line.waiting),
            ] {
                object.array(name) { array in
                    for ticket in tickets { write(ticket, to: &array) }
                }
            }
            object.object("counts") { answer.line.counts.write(to: &$0) }
        }
        return writer.bytes
    }

    private static func write(_ ticket: WaitingLine.Ticket, to writer: inout JSONWriter) {
        writer.object { object in
            object.field("number", ticket.number)
            object.field("status", ticket.status.rawValue)
            if let priority = ticket.priority { object.field("priority", priority.rawValue) }
            if !ticket.window.isEmpty { object.field("window", ticket.window) }
            object.field("calls", ticket.calls)
            object.field("takenAt", ticket.takenAt.millis)
        }
    }
}

/// 叫号 at a window, and what hangs in the hall.
struct LinePage {
    let line: WaitingLine
    let window: String
    let viewer: Principal

    var html: HTMLText {
        let counts = line.counts
        let average = counts.averageSeconds.map { "\(($0 + 30) / 60) 分" } ?? "—"
        return """
            <section class="card"><h1>排队叫号</h1><p class="quiet">\(line.day.text) · 只在本站，\
            不上传；<a href="/screen">叫号屏</a></p><dl class="facts">\
            \(Page.fact("取号", text: "\(counts.taken)（优先 \(counts.priority)）"))\
            \(Page.fact("等候", text: "\(line.waiting.count)"))\
            \(Page.fact("平均等候", text: average))</dl>\(take)</section>\(desk)\(table)\(close)
            """
    }

    private func form(_ act: QueueAct, _ fields: HTMLText) -> HTMLText {
        """
        <form class="inline" method="post" action="/console/queue">\(Page.token(viewer))\
        <input type="hidden" name="act" value="\(act.rawValue)">\
        <input type="hidden" name="at" value="\(window)">\(fields)\
        <button>\(act.name)</button></form>
        """
    }

    private var take: HTMLText {
        let reasons = QueuePriority.allCases.map { reason -> HTMLText in
            "<option value=\"\(reason.rawValue)\">\(reason.name)（优先）</option>"
        }
        return form(
            .take,
            """
            <label>来人<select name="priority"><option value="">一般</option>\
            \(reasons)</select></label>
            """
        )
    }

    private var desk: HTMLText {
        let name: HTMLText = """
            <label>窗口<input name="window" required maxlength="16" value="\(window)"></label>
            """
        let acts = [QueueAct.call, .recall, .skip, .done].map { act -> HTMLText in
            let tone: HTMLText = act == .call ? " class=\"main\"" : .empty
            return "<button\(tone) name=\"act\" value=\"\(act.rawValue)\">\(act.name)</button> "
        }
        return """
            <section class="card"><h2>窗口</h2><form class="inline" method="post" \
            action="/console/queue">\(Page.token(viewer))\(name)\
            <span>\(acts)</span></form></section>
            """
    }

    private var table: HTMLText {
        let shown = line.called + line.waiting + line.tickets.filter { $0.status == .missed }
        let rows = shown.map { ticket -> HTMLText in
            let back: HTMLText =
                ticket.status == .missed
                ? form(.back, "<input type=\"hidden\" name=\"ticket\" value=\"\(ticket.number)\">")
                : .empty
            return """
                <tr><td><strong>\(ticket.number)</strong></td>\
                <td data-l="优先">\(ticket.priority?.name ?? "")</td>\
                <td data-l="状态">\(ticket.status.name)</td>\
                <td data-l="窗口">\(ticket.window)</td>\
                <td data-l="取号">\(ticket.takenAt.minuteText)</td><td>\(back)</td></tr>
                """
        }
        guard !rows.isEmpty else { return .empty }
        return """
            <section class="card"><h2>号票</h2><div class="scroll">\
            <table class="stack"><thead><tr><th>号\
            <th>优先<th>状态<th>窗口<th>取号<th></thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    private var close: HTMLText {
        """
        <section class="card narrow"><h2>日结</h2><p class="quiet">只有当日的取号数、优先数、办结数、过号数\
        和等候时长上报。</p><form method="post" action="/console/queue">\(Page.token(viewer))\
        <input type="hidden" name="act" value="close">\
        <input type="hidden" name="day" value="\(line.day.text)">\
        <button>日结上报</button></form></section>
        """
    }

    static func screen(_ line: WaitingLine) -> HTMLText {
        let called = line.called.prefix(Limits.screenRowsMax).map { ticket -> HTMLText in
            "<tr><td class=\"call\">\(ticket.number)<td class=\"call\">请到 \(ticket.window)</tr>"
        }
        let next = line.waiting.prefix(Limits.screenRowsMax).map(\.number).joined(separator: "　")
        let none: HTMLText = called.isEmpty ? "<p class=\"quiet\">暂无叫号</p>" : .empty
        return """
            <section class="card"><h1>叫号</h1><table>\
            <tbody>\(HTMLText(Array(called)))</tbody></table>\
            \(none)<p>等候 \(line.waiting.count) 人</p><p class="quiet">\(next)</p></section>
            """
    }
}

// MARK: 好差评 without a session

extension Call {
    /// By what only who has the slip knows, each wrong guess counted as for 进度查询; one word a
    /// case and place, in the window in which cases are rated.
    func rateForm(_ form: FormBody) throws(Problem) -> Reply {
        guard let grade = form.text("grade")?.digits, (1...Limits.gradesMax).contains(grade) else {
            throw .invalid("field-required", "请选择评价等次", field: "grade")
        }
        let number = form.text("number") ?? ""
        let found = try slip(form)
        var body = CommandBody.object([("command", "case.rate"), ("case", number)])
        body["score"] = .int(Int64(grade))
        if let text = form.text("note") { body["note"] = .text(text) }
        if form.text("named") != nil { body["named"] = true }
        let status = try status()
        var order = DoorOrder(wish: .guess(subject: "progress " + number, isRight: found != nil)) {
            switch $0 {
            case .wait, .busy: ProblemPage.response(of: $0.refusal)
            default:
                ProblemPage.response(
                    of: .missing("progress-unknown", "没有找到：请核对办件编号、查询码和证件号后四位"))
            }
        }
        if found != nil {
            order.next = CommandOrder(
                command: try CommandBody.command(body), author: 0, replayKey: nil
            ) { outcome in
                guard case .done = outcome else {
                    return ProblemPage.response(of: outcome.problem ?? .closed)
                }
                return Page.response("评价", status, PublicPages.rated)
            }
        }
        return .door(order)
    }
}
