import Base
import Board
import Console
import Domain
import Guide
import HTTP

/// Forms of the counter, below its sheets.
extension BoardPage {
    static let counterForms: [String: [String]] = [
        "window.set": ["code", "name", "slots", "ahead", "items", "closed", "weekend"],
        "booking.make": ["window", "region", "date", "start", "item", "applicant", "phone"],
        "booking.move": ["booking", "date", "start", "reason"],
        "booking.ask": ["booking", "date", "start", "reason"],
        "booking.decline": ["booking", "reason"], "booking.cancel": ["booking", "reason"],
        "booking.arrive": ["booking"], "booking.miss": ["booking"],
        "mailing.make": ["case", "to", "originals", "result"],
        "mailing.collect": ["mailing", "carrier", "tracking"],
        "mailing.receive": ["mailing", "note"], "mailing.return": ["mailing", "note"],
        "mailing.lose": ["mailing", "note"], "certificate.remind": ["case", "way"],
    ]

    /// Where a form of the counter leads; nil for one that is none.
    static func place(
        after name: String, _ form: FormBody
    ) -> (@Sendable ([UInt8]) -> String)? {
        for kind in ["booking", "mailing"] where name.hasPrefix(kind + ".") {
            let given = form.text(kind) ?? ""
            return { answer in
                let number = AnswerField.text(kind, of: answer) ?? given
                return "/board/\(kind)?code=" + URLText.segment(number)
            }
        }
        if name.hasPrefix("setting."), form.text("code") == "retention" {
            return { _ in "/board/archives" }
        }
        if name == "window.set" { return { _ in "/board/windows" } }
        guard name == "certificate.remind" else { return nil }
        return { _ in "/board/reminders" }
    }

    func counter(_ kind: BoardKind, _ sheet: Sheet, _ names: PlaceNames) -> HTMLText {
        switch kind {
        case .windows: return HTMLText([book(sheet, names), window])
        case .mailings: return mail(names)
        case .reminders: return remind
        case .booking: return bookingActs(sheet)
        case .mailing: return mailingActs(sheet)
        default: return .empty
        }
    }

    private func card(
        _ title: String, _ command: String, _ fields: HTMLText, _ button: String
    ) -> HTMLText {
        """
        <section class="card narrow"><h2>\(title)</h2>\
        <form method="post" action="/console/board">\(Page.token(viewer))\
        \(hidden("command", command))\(fields)\
        <button class="main">\(button)</button></form></section>
        """
    }

    private func book(_ sheet: Sheet, _ names: PlaceNames) -> HTMLText {
        guard viewer.may(.book) else { return .empty }
        let windows = (sheet.data["windows"]?.array ?? []).map { window -> HTMLText in
            let code = window["region"]?.text.flatMap { RegionCode($0) }
            return """
                <option value="\(window["window"]?.text ?? "")">\(names.name(code)) \
                \(window["name"]?.text ?? "")</option>
                """
        }
        let places = names.own.map { place -> HTMLText in
            let chosen: HTMLText = place.relation == .own ? " selected" : .empty
            return "<option value=\"\(place.code.text)\"\(chosen)>\(place.name)</option>"
        }
        return card(
            "登记预约", "booking.make",
            """
            <p class="quiet">上级的窗口由上级确认，确认前为待确认；断网时照常登记。</p>\
            <label>地点<select name="region">\(places)</select></label>\
            <label>窗口<select name="window">\(windows)</select></label>\
            <label>日期<input type="date" name="date" required></label>\
            <label>时段<input type="time" name="start" required></label>\
            <label>预约人<input name="applicant" autocomplete="off"></label>\
            <label>联系电话<input name="phone" autocomplete="off"></label>\
            <label>事项编码（可不填）<input name="item" maxlength="64"></label>
            """, "预约")
    }

    private var window: HTMLText {
        guard viewer.may(.window) else { return .empty }
        return card(
            "设置本站的预约窗口", "window.set",
            """
            <label>窗口编号<input name="code" required maxlength="32"></label>\
            <label>名称<input name="name" required maxlength="60"></label>\
            <label>时段和人数，如 09:00x4 10:00x4<input name="slots" required></label>\
            <label>可提前天数<input name="ahead" inputmode="numeric" value="14"></label>\
            <label>停约日期，如 2026-10-09<input name="closed"></label>\
            <label><input type="checkbox" name="weekend" value="yes"> 周末也开放</label>
            """, "发布")
    }

    var rate: HTMLText {
        guard viewer.may(.rate) else { return .empty }
        // None is chosen beforehand: the grade is the citizen's word.
        let choices = Grade.allCases.reversed().map { grade -> HTMLText in
            "<option value=\"\(grade.rawValue)\">\(grade.name)</option>"
        }
        let grades: HTMLText = "<option value=\"\">请选择</option>\(choices)"
        return """
            <section class="card narrow"><h2>登记评价</h2><p class="quiet">一次一评；只留下不可还原的记号，\
            少于 \(Limits.ratingsShownMin) 份不显示。</p>\
            <form method="post" action="/console/board">\(Page.token(viewer))\
            \(hidden("command", "rating.give"))<label>号票或凭证编号\
            <input name="contact" required maxlength="64" autocomplete="off"></label>\
            <label>服务日期（当日可不填）<input type="date" name="served"></label>\
            <label>评价<select name="grade" required>\(grades)</select></label>\
            <label>意见（差评转工单）<input name="text" maxlength="500"></label>\
            <label><input type="checkbox" name="named" value="yes"> 实名</label>\
            <button class="main">提交评价</button></form>\
            <h2>评价办件</h2><form method="post" action="/console/board">\(Page.token(viewer))\
            \(hidden("command", "case.rate"))<label>办件编号\
            <input name="case" required maxlength="32" autocomplete="off"></label>\
            <label>评价<select name="score" required>\(grades)</select></label>\
            <label>意见（差评转工单）<input name="note" maxlength="500"></label>\
            <label><input type="checkbox" name="named" value="yes"> 实名</label>\
            <button class="main">提交评价</button></form></section>
            """
    }

    private func mail(_ names: PlaceNames) -> HTMLText {
        guard viewer.may(.mail) else { return .empty }
        let places = names.targets.map { place -> HTMLText in
            "<option value=\"\(place.code.text)\">\(place.name)</option>"
        }
        return card(
            "登记寄递单", "mailing.make",
            """
            <label>办件编号<input name="case" required maxlength="32" autocomplete="off"></label>\
            <label>寄往<select name="to"><option value="">申请人</option>\(places)</select></label>\
            <label>原件编码，如 M1 M3<input name="originals"></label>\
            <label><input type="checkbox" name="result" value="yes"> 办理结果</label>
            """, "登记")
    }

    private var remind: HTMLText {
        guard viewer.may(.remind) else { return .empty }
        return card(
            "登记提醒", "certificate.remind",
            """
            <label>办件编号<input name="case" required maxlength="32" autocomplete="off"></label>\
            <label>方式<select name="way"><option>上门</option><option>电话</option>\
            <option>短信</option></select></label>
            """, "已提醒")
    }

    private func acts(
        _ kind: String, _ sheet: Sheet, fields: (String) -> HTMLText, name: (String) -> String
    ) -> HTMLText {
        let number = sheet.data[kind]?.text ?? ""
        let forms = (sheet.data["acts"]?.array ?? []).compactMap(\.text).map { act -> HTMLText in
            """
            <form class="inline" method="post" action="/console/board">\(Page.token(viewer))\
            \(hidden("command", kind + "." + act))\(hidden(kind, number))\(Self.seen(sheet))\
            \(fields(act))\
            <button>\(name(act))</button></form>
            """
        }
        return forms.isEmpty
            ? .empty : "<section class=\"card\"><h2>办理</h2>\(HTMLText(forms))</section>"
    }

    private func bookingActs(_ sheet: Sheet) -> HTMLText {
        guard viewer.may(.bookingStep) else { return .empty }
        let reason: HTMLText = "<label>说明<input name=\"reason\" required maxlength=\"200\"></label>"
        let other: HTMLText = """
            <label>日期<input type="date" name="date" required></label>\
            <label>时段<input type="time" name="start" required></label>\(reason)
            """
        func fields(_ act: String) -> HTMLText {
            [BookingAct.move, .ask].contains { $0.rawValue == act }
                ? other : act == BookingAct.decline.rawValue ? reason : .empty
        }
        return acts(
            "booking", sheet, fields: fields, name: { BookingAct(rawValue: $0)?.name ?? $0 })
    }

    private func mailingActs(_ sheet: Sheet) -> HTMLText {
        guard viewer.may(.mail) else { return .empty }
        let carried: HTMLText = """
            <label>承运单位<input name="carrier" required maxlength="60"></label>\
            <label>运单号<input name="tracking" required maxlength="60"></label>
            """
        let note: HTMLText = "<label>说明<input name=\"note\" maxlength=\"200\"></label>"
        return acts(
            "mailing", sheet,
            fields: { $0 == MailingAct.collect.rawValue ? carried : note },
            name: { MailingAct(rawValue: $0)?.name ?? $0 })
    }
}

/// What a county sets and enters for its board.
extension BoardPage {
    /// 亮灯阈值: of the county.
    var limits: HTMLText {
        guard viewer.may(.setting) else { return .empty }
        let labels = [
            ("blue", "蓝灯：剩余不多于"), ("yellow", "黄灯：剩余不多于"), ("red", "红灯：逾期超过"),
            ("offered", "移交未签收黄灯：超过"), ("unsigned", "移交未签收红灯：超过"),
        ]
        let fields = labels.map { name, label -> HTMLText in
            let value = String(lights["limits"]?[name]?.int ?? 0)
            return """
                <label>\(label)<input name="\(name)" required inputmode="numeric" \
                value="\(value)"></label>
                """
        }
        var waiting: HTMLText = .empty
        if let draft = lights["draft"], !draft.isNull {
            let words = labels.map { name, label in "\(label) \(draft[name]?.int ?? 0)" }
                .joined(separator: "，")
            waiting = """
                <p>待另一人复核：\(words)。</p>\
                <form method="post" action="/console/board">\(Page.token(viewer))\
                \(hidden("command", "setting.approve"))\(hidden("code", "lights"))\
                <button class="main">复核通过</button></form>
                """
        }
        return """
            <section class="card narrow"><h2>亮灯阈值（工作日）</h2>\
            <p class="quiet">所填为草稿，由另一人复核后生效。</p>\(waiting)\
            <form method="post" action="/console/board">\(Page.token(viewer))\
            \(hidden("command", "setting.set"))\(hidden("code", "lights"))\(fields)\
            <button>设置</button></form></section>\
            <section class="card narrow"><h2>填报（本系统不产生的数据）</h2>\
            <form method="post" action="/console/board">\(Page.token(viewer))\
            \(hidden("command", "figure.set"))<label>指标<select name="code">\
            <option value="14">14 工程建设全过程用时（工作日）</option>\
            <option value="20">20 自助终端镇街覆盖</option>\
            <option value="27">27 数据归集率</option>\
            <option value="30">30 执法下沉、服务专员、APP 分厅</option></select></label>\
            <label>数值（比率填分子）<input name="value" required inputmode="numeric"></label>\
            <label>总数（比率填分母，其余不填）<input name="whole" inputmode="numeric"></label>\
            <label>数据来源<input name="source" required maxlength="200"></label>\
            <button>填报</button></form></section>
            """
    }
}

// MARK: 预约 without a session

extension Call {
    /// Hours that are free, and nobody's name.
    func bookPage() throws(Problem) -> HTTPResponse {
        let sheet = try read { view throws(ViewError) in try view.board(BoardQuestion(.windows)) }
        let names = try names()
        let windows = (sheet?.data["windows"]?.array ?? []).map { window in
            let place = RegionCode(window["region"]?.text ?? "")
            return PublicPages.Window(
                name: "\(names.name(place)) \(window["name"]?.text ?? "")",
                hours: bookableHours(window))
        }
        let status = try status()
        return Page.response("预约", status, PublicPages.book(windows, key: formKey(status)))
    }

    /// The next free hours of a window, as a form names them.
    func bookableHours(_ window: JSON) -> [(value: String, text: String)] {
        let names = ["region", "window"].map { window[$0]?.text ?? "" }
        let free = (window["slots"]?.array ?? []).filter { ($0["free"]?.int ?? 0) > 0 }
        return free.prefix(Limits.publicHoursShown).map { slot in
            let (date, start) = (slot["date"]?.text ?? "", slot["start"]?.text ?? "")
            return (
                value: (names + [date, start]).joined(separator: "|"),
                text: "\(date) \(start)（余 \(slot["free"]?.int ?? 0)）"
            )
        }
    }

    /// Each is a turn: who books often from one telephone or place waits, as after wrong guesses.
    func bookForm(_ form: FormBody) throws(Problem) -> Reply {
        let parts = (form.text("hour") ?? "").split(separator: "|").map(String.init)
        guard parts.count == 4 else {
            throw .invalid("field-required", "请选择时段", field: "hour")
        }
        var body = CommandBody.object([
            ("command", "booking.make"), ("region", parts[0]), ("window", parts[1]),
            ("date", parts[2]), ("start", parts[3]),
        ])
        for (name, title) in [("applicant", "姓名"), ("phone", "联系电话")] {
            guard let text = form.text(name) else {
                throw .invalid("field-required", "请填写\(title)", field: name)
            }
            body[name] = .text(text)
        }
        let phone = form.text("phone") ?? ""
        let digits = phone.utf8.count { (0x30...0x39).contains($0) }
        guard (7...15).contains(digits) else {
            throw .invalid("phone", "联系电话应有 7 到 15 位数字", field: "phone")
        }
        if let item = form.text("item") { body["item"] = .text(item) }
        let status = try status()
        var order = DoorOrder(wish: .turn(subject: "book " + phone)) {
            ProblemPage.response(of: $0.refusal)
        }
        order.next = CommandOrder(
            command: try CommandBody.command(body), author: 0, replayKey: key(form)
        ) { outcome in
            guard case .done(let answer) = outcome else {
                return ProblemPage.response(of: outcome.problem ?? .closed)
            }
            return Page.response(
                "预约", status,
                PublicPages.booked(
                    number: AnswerField.text("booking", of: answer) ?? "",
                    state: AnswerField.text("state", of: answer) ?? "",
                    slot: AnswerField.text("slot", of: answer) ?? "",
                    window: AnswerField.text("window", of: answer) ?? ""))
        }
        return .door(order)
    }
}
