import Base
import Console
import Crypto
import Domain
import HTTP

/// Forms of the console: urlencoded in, and on to a page.
extension Call {
    func form() throws(Problem) -> Reply {
        try checkOrigin()
        let form = try FormBody(request.body, isWhole: route.operation == .editForm)
        try checkToken(form)
        switch route.operation {
        case .receiveForm: return try receive(form)
        case .caseForm: return try act(form)
        case .syncForm: return exchange()
        case .enrolmentForm: return try enrolment(form)
        case .catalogForm: return try catalogForm(form)
        case .editForm: return try editForm(form)
        case .boardForm: return try boardForm(form)
        case .queueForm: return try queueForm(form)
        case .rateForm: return try rateForm(form)
        case .loginForm, .logoutForm, .passwordForm, .codeForm, .accountForm, .draftForm,
            .progressForm:
            return try staffForm(form)
        default:
            invariant(false, "every form has its reply")
            throw .missing("no-such-route", "没有这个地址")
        }
    }

    /// A form sent by another site's page is refused: browsers say where it came from.
    private func checkOrigin() throws(Problem) {
        guard let origin = request.headers["origin"] else { return }
        let host = request.headers["host"] ?? ""
        guard origin == "http://" + host || origin == "https://" + host else {
            throw Problem(403, "foreign-origin", "表单来自别的网站")
        }
    }

    /// A form of a session brings back what its page held (docs/SECURITY.md).
    private func checkToken(_ form: FormBody) throws(Problem) {
        guard !principal.formToken.isEmpty else { return }
        let given = Array((form.text("token") ?? "").utf8)
        guard Secret.isSame(given, Array(principal.formToken.utf8)) else {
            throw Problem(403, "form-token", "表单已过期或不是本页发出，请刷新后重试")
        }
    }

    // MARK: a new case

    private func receive(_ form: FormBody) throws(Problem) -> Reply {
        guard let item = form.text("item") else {
            throw .invalid("field-required", "没有选定事项", field: "item")
        }
        guard let applicant = form.text("applicant") else {
            throw .invalid("field-required", "没有填写申请人", field: "applicant")
        }
        var object = CommandBody.object([
            ("command", "case.receive"), ("item", item), ("applicant", applicant),
            ("channel", "window"),
        ])
        let given = form.texts("material")
        let listed = form.texts("listed")
        object["materials"] = .array(
            given.map(JSON.text)
                + listed.filter { !given.contains($0) }.map {
                    ["code": .text($0), "present": false]
                })
        if let stage = form.text("stage") { object["stage"] = .text(stage) }
        for name in ["idNumber", "phone", "address"] {
            if let text = form.text(name) { object[name] = .text(text) }
        }
        if let text = form.text("version") {
            guard let version = text.digits.map(Int64.init) else {
                throw .invalid("field-required", "事项版本应为整数", field: "version")
            }
            object["version"] = .int(version)
        }
        return try order(object, form) { answer in
            AnswerField.text("number", of: answer).map { "/cases/" + URLText.segment($0) } ?? "/"
        }
    }

    // MARK: a step

    private func act(_ form: FormBody) throws(Problem) -> Reply {
        if values[1] == "reveal" { return try reveal(form) }
        try checkAction(RouteTable.caseActions.map(\.name))
        var object = CommandBody.object([
            ("command", "case." + values[1]), ("case", values[0]),
        ])
        if let seen = form.text("seen") {
            let current = StateTag(of: try document(.caseFile).state).text
            // The second of two clicks gets the first one's answer; the writer tells it from a
            // page that is stale.
            guard seen == current || form.text("key") != nil else {
                throw .stale(seen: seen, current: current)
            }
            object["seen"] = .text(seen)
        }
        if values[1] == "rate" {
            object["score"] = form.text("score")?.digits.map { .int(Int64($0)) }
            if form.text("named") != nil { object["named"] = true }
        }
        let texts = [
            "outcome", "note", "receiver", "to", "reason", "procedure", "approver", "department",
            "document", "seal", "certificate", "validUntil", "keep", "way", "purpose",
        ]
        for name in texts {
            if let text = form.text(name) { object[name] = .text(text) }
        }
        for name in ["promise", "pledge", "override"] where form.text(name) != nil {
            object[name] = true
        }
        for name in ["days", "cents"] {
            if let number = form.text(name).flatMap(\.digits) { object[name] = .int(Int64(number)) }
        }
        let codes = form.texts("code")
        if !codes.isEmpty { object["codes"] = .array(codes.map(JSON.text)) }
        if let gaps = form.text("gaps") {
            let lines = gaps.split(whereSeparator: \.isNewline).map(String.init)
            object["gaps"] = .array(lines.map(FormBody.gap))
        }
        let materials = form.texts("material")
        if !materials.isEmpty { object["materials"] = .array(materials.map(JSON.text)) }
        let place = "/cases/" + URLText.segment(values[0])
        return try order(object, form) { _ in place }
    }

    /// The command, and the page that follows it.
    func order(
        _ object: JSONObject, _ form: FormBody,
        _ place: @escaping @Sendable ([UInt8]) -> String
    ) throws(Problem) -> Reply {
        let command = try CommandBody.command(object)
        return .submit(
            CommandOrder(
                command: command, author: principal.author, replayKey: key(form)
            ) { outcome in
                guard case .done(let answer) = outcome else {
                    return ProblemPage.response(of: outcome.problem ?? .closed)
                }
                return HTTPResponse.seeOther(place(answer))
            })
    }

    /// The page's key and the form's content: a double click is one command.
    private func key(_ form: FormBody) -> ReplayKey? {
        guard form.text("key") != nil else { return nil }
        let tag = StateTag(of: Array(request.path.utf8) + form.bytes)
        return ReplayKey("form-" + tag.text, request: tag)
    }

    private func exchange() -> Reply {
        .exchange(
            ExchangeOrder(peer: nil) { outcome in
                if let problem = outcome.problem { return ProblemPage.response(of: problem) }
                return HTTPResponse.seeOther("/")
            })
    }
}

/// Newcomers: their queue is the runtime's.
extension Call {
    func enrolmentPage() throws(Problem) -> Reply {
        .enrolment(EnrolmentOrder(wish: ["act": "list"], render: try enrolmentRender(false)))
    }

    private func enrolment(_ form: FormBody) throws(Problem) -> Reply {
        let act = form.text("act") ?? ""
        guard ["invite", "approve", "refuse", "withdraw"].contains(act) else {
            throw .invalid("field-required", "缺少动作", field: "act")
        }
        var wish = JSONObject([.init(key: "act", value: .text(act))])
        for name in ["id", "region", "name"] {
            if let text = form.text(name) { wish[name] = .text(text) }
        }
        if let hours = form.text("hours").flatMap(Int64.init) { wish["hours"] = .int(hours) }
        return .enrolment(
            EnrolmentOrder(wish: .object(wish), render: try enrolmentRender(act == "invite")))
    }

    private func enrolmentRender(
        _ isInvitation: Bool
    ) throws(Problem) -> @Sendable (HTTPResponse) -> HTTPResponse {
        let status = try status()
        let token = Page.token(principal)
        return { answer in
            let json = CommandBody.parsed(answer.body)
            guard answer.status == 200 else {
                return ProblemPage.response(
                    of: Problem(
                        answer.status, json["rule"]?.text ?? "enrolment",
                        json["title"]?.text ?? "不能办理"))
            }
            let list = isInvitation ? json["list"] ?? .null : json
            let table = EnrolmentTable(
                list, token: token, code: isInvitation ? .some(json) : Optional.none)
            return Page.response("节点入网", status, table.html)
        }
    }
}

extension FormBody {
    /// `M3 户口簿：缺什么；怎样补` as a gap with its way; a line without a semicolon as it is.
    static func gap(_ line: String) -> JSON {
        guard let sign = line.firstIndex(where: { $0 == "；" || $0 == ";" }) else {
            return .text(line)
        }
        let gap = CaseGap(String(line[..<sign]))
        let way = line[line.index(after: sign)...]
        guard !gap.lack.isEmpty, !way.isEmpty else { return .text(line) }
        return ["material": .text(gap.code), "lack": .text(gap.lack), "way": .text(String(way))]
    }
}
