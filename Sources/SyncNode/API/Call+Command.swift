import Base
import Domain
import HTTP

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
        .tooLong(ElementSize(heaviestIn: parsed(bytes)), Limits.commandBytesMax)
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
