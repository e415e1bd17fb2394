package import Base
import Console
import Domain
package import HTTP

/// Commands of programs: JSON in, the rule's answer out.
extension Call {
    func command() throws(Problem) -> Reply {
        switch route.operation {
        case .syncNow: return try exchange()
        case .writeReceipt: return .receipt(ReceiptOrder(peer: try peer()))
        case .receiveCase:
            return try order([("command", "case.receive")], created: ("/api/v1/cases/", "number"))
        case .publishItem:
            return try order([("command", "item.publish")], created: ("/api/v1/items/", "code"))
        case .actOnCase:
            try checkAction(RouteTable.caseActions.map(\.name))
            return try order(
                named([("command", "case." + values[1]), ("case", values[0])], .caseFile))
        case .actOnItem:
            try checkAction(RouteTable.itemActions.map(\.name))
            let name = Self.itemCommand(values[1])
            return try order(named([("command", name), ("code", values[0])], .item))
        case .submitCommand: return try order([])
        default:
            invariant(false, "every command has its reply")
            throw .missing("no-such-route", "没有这个地址")
        }
    }

    static func itemCommand(_ action: String) -> String {
        switch action {
        case "overlay", "grant": action + ".set"
        default: "item." + action
        }
    }

    func checkAction(_ known: [String]) throws(Problem) {
        guard known.contains(values[1]) else {
            throw .missing("no-such-action", "没有这个动作")
        }
    }

    private func named(
        _ members: [(key: String, value: String)], _ collection: Collection
    ) throws(Problem) -> [(key: String, value: String)] {
        guard let seen = try seen(collection) else { return members }
        return members + [("seen", seen)]
    }

    private func order(
        _ members: [(key: String, value: String)],
        created: (place: String, field: String)? = nil
    ) throws(Problem) -> Reply {
        var replayKey = try replayKey()
        let isEnglish = Acceptance.prefersEnglish(request.headers)
        guard request.body.count <= Limits.commandBytesMax else {
            throw CommandBody.tooLong(request.body)
        }
        let given = try CommandBody.object(request.body, mayBeEmpty: route.operation == .actOnCase)
        let object = try CommandBody.name(given, members)
        let command = try CommandBody.command(object)
        // What it shows is kept nowhere, and each look is a line of the audit.
        if command.isReveal { replayKey = nil }
        return .submit(
            CommandOrder(
                command: command, author: principal.author, replayKey: replayKey
            ) { outcome in
                guard case .done(let answer) = outcome else {
                    return (outcome.problem ?? .closed).told(inEnglish: isEnglish).response
                }
                guard let created else { return .json(answer.isEmpty ? Array("{}".utf8) : answer) }
                return .created(answer, below: created.place, field: created.field)
            })
    }

    /// The peer that the body names, if any.
    private func peer() throws(Problem) -> RegionCode? {
        // A replay exchanges or states once more, which changes nothing that is equal already.
        _ = try replayKey()
        let object = try CommandBody.object(request.body, mayBeEmpty: true)
        guard let given = object["peer"], !given.isNull else { return nil }
        guard let code = given.text.flatMap({ RegionCode($0) }) else {
            throw .invalid("region-code", "区划代码应为 12 位数字", field: "peer")
        }
        return code
    }

    private func exchange() throws(Problem) -> Reply {
        let peer = try peer()
        let isEnglish = Acceptance.prefersEnglish(request.headers)
        return .exchange(
            ExchangeOrder(peer: peer) { outcome in
                guard case .done(let report) = outcome else {
                    return (outcome.problem ?? .closed).told(inEnglish: isEnglish).response
                }
                return .json(report.json)
            })
    }
}

/// Makes a command's JSON out of a request: one flat object with the command's name, what it is
/// about, and what the caller saw.
enum CommandBody {
    /// The object of a JSON body; an empty body counts as an empty object where that may be.
    static func object(_ bytes: [UInt8], mayBeEmpty: Bool) throws(Problem) -> JSONObject {
        if bytes.isEmpty, mayBeEmpty { return JSONObject() }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            var problem = Problem(400, "json-malformed", "正文不是合格的 JSON")
            problem.members = [
                .init(name: "reason", value: .text(error.reason.rawValue)),
                .init(name: "offset", value: JSON(count: error.offset)),
            ]
            throw problem
        }
        guard let object = json.object else {
            throw .invalid("json-not-an-object", "正文应为 JSON 对象")
        }
        guard object.members.count <= Limits.commandFieldsMax else {
            throw .invalid("command-too-many-fields", "命令的字段过多")
        }
        return object
    }

    /// What of a body that is no command's length is too long.
    static func tooLong(_ bytes: [UInt8]) -> Problem {
        let heaviest = ElementSize(heaviestIn: parsed(bytes))
        // Of very many members no single one is what is too long.
        let isOne = heaviest.map { $0.bytes > bytes.count / 16 } ?? false
        return .tooLong(isOne ? heaviest : nil, Limits.commandBytesMax)
    }

    /// An object of texts.
    static func object(_ members: [(key: String, value: String)]) -> JSONObject {
        JSONObject(members.map { JSONObject.Member(key: $0.key, value: .text($0.value)) })
    }

    /// Sets what the route says; a body that says something else is refused.
    static func name(
        _ object: JSONObject, _ members: [(key: String, value: String)]
    ) throws(Problem) -> JSONObject {
        var named = self.object(members)
        for member in object.members {
            if let given = named[member.key] {
                guard given == member.value else {
                    throw .invalid("field-not-of-route", "正文与地址不一致", field: member.key)
                }
            } else {
                named[member.key] = member.value
            }
        }
        return named
    }

    /// What bytes of this node's own say; null where they are none.
    static func parsed(_ bytes: [UInt8]) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            return .null
        }
    }

    /// The command that an object stands for.
    static func command(_ object: JSONObject) throws(Problem) -> Command {
        guard let name = object["command"]?.text, !name.isEmpty else {
            throw .invalid("command-missing", "没有写明命令", field: "command")
        }
        do throws(RuleRefusal) {
            return try Command(json: .object(object))
        } catch {
            throw Problem(error)
        }
    }
}

/// Newcomers: their queue is the runtime's.
extension Call {
    func enrolmentPage() throws(Problem) -> Reply {
        .membership(
            MembershipOrder(.newcomers, ["act": "list"], render: try enrolmentRender(false)))
    }

    func enrolment(_ form: FormBody) throws(Problem) -> Reply {
        let act = form.text("act") ?? ""
        guard ["invite", "approve", "refuse", "withdraw"].contains(act) else {
            throw .invalid("field-required", "缺少动作", field: "act")
        }
        var wish = JSONObject([.init(key: "act", value: .text(act))])
        for name in ["id", "region", "name"] {
            if let text = form.text(name) { wish[name] = .text(text) }
        }
        if let hours = form.text("hours").flatMap(Int64.init) { wish["hours"] = .int(hours) }
        return .membership(
            MembershipOrder(
                .newcomers, .object(wish), render: try enrolmentRender(act == "invite")))
    }

    private func enrolmentRender(
        _ isInvitation: Bool
    ) throws(Problem) -> @Sendable (HTTPResponse) -> HTTPResponse {
        let status = try status()
        let token = Page.token(principal)
        return { answer in
            MembershipOrder.page(of: answer) { json in
                let list = isInvitation ? json["list"] ?? .null : json
                let table = EnrolmentTable(
                    list, token: token, code: isInvitation ? .some(json) : Optional.none)
                return Page.response("节点入网", status, table.html)
            }
        }
    }
}

/// What came behind the end of a node or an account: the lane is the runtime's.
extension Call {
    /// For programs: the list, or the list after what the body named was adopted.
    func late() throws(Problem) -> Reply {
        var wish: JSON = ["act": "list"]
        if route.operation == .adoptLate {
            var body = try CommandBody.object(request.body, mayBeEmpty: false)
            body["act"] = "adopt"
            wish = .object(body)
        }
        return .membership(MembershipOrder(.late, wish) { $0 })
    }

    func latePage() throws(Problem) -> Reply {
        let id = try queryText("id", bytesMax: 32)
        let status = try status()
        let token = Page.token(principal)
        let (mayAdopt, seesCases) = (principal.may(.adopt), principal.may(.viewCases))
        return .membership(
            MembershipOrder(.late, ["act": "list"]) { answer in
                MembershipOrder.page(of: answer) { list in
                    Page.response(
                        "迟到记录", status,
                        LateTable(
                            list, token: token, mayAdopt: mayAdopt, seesCases: seesCases,
                            chosen: id
                        ).html)
                }
            })
    }

    func adopt(_ form: FormBody) throws(Problem) -> Reply {
        guard let id = form.text("id") else {
            throw .invalid("field-required", "没有选定记录", field: "id")
        }
        guard let reason = form.text("reason") else {
            throw .invalid("field-required", "没有填写理由", field: "reason")
        }
        guard form.text("confirmed") != nil else {
            throw .invalid("field-required", "没有勾选已核对", field: "confirmed")
        }
        var wish = JSONObject([
            .init(key: "act", value: "adopt"), .init(key: "reason", value: .text(reason)),
        ])
        if id == "all" { wish["all"] = true } else { wish["ids"] = [.text(id)] }
        return .membership(
            MembershipOrder(.late, .object(wish)) { answer in
                MembershipOrder.page(of: answer) { _ in HTTPResponse.seeOther("/late") }
            })
    }
}

/// A look at nodes that come or went, or a word about one.
package struct MembershipOrder: Sendable {
    /// Who answers.
    package enum Desk: Hashable, Sendable {
        /// {act: list | invite | approve | refuse | withdraw, id?, region?, name?, hours?}.
        case newcomers
        /// {act: list | adopt, ids?, all?, reason?}.
        case late
    }

    package let desk: Desk
    package let wish: JSON
    /// Makes the answer out of the runtime's JSON or problem. Cheap, pure, any thread.
    package let render: @Sendable (HTTPResponse) -> HTTPResponse

    init(
        _ desk: Desk, _ wish: JSON,
        render: @escaping @Sendable (HTTPResponse) -> HTTPResponse
    ) {
        self.desk = desk
        self.wish = wish
        self.render = render
    }

    /// The runtime's JSON as a page, its problem as a problem's.
    fileprivate static func page(
        of answer: HTTPResponse, _ body: (JSON) -> HTTPResponse
    ) -> HTTPResponse {
        let json = CommandBody.parsed(answer.body)
        guard answer.status == 200 else {
            return ProblemPage.response(
                of: Problem(
                    answer.status, json["rule"]?.text ?? "membership",
                    json["title"]?.text ?? "不能办理"))
        }
        return body(json)
    }
}
