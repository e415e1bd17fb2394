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
