import API
import Account
import Base
import Glibc
import Runtime

/// `user`: accounts of a node; `audit`: who did what.
extension Verb {
    static let user = Family.verb(
        "user",
        [
            Act(
                name: "add", about: Words("新建账户，口令从标准输入读", "adds one; password from stdin"),
                subject: "LOGIN",
                options: [
                    .required("name", "name"), .required("role", "roles", .list),
                    .optional("at", "regions", .list),
                ]
            ) { order in
                var object = try order.object()
                object["password"] = .text(try Secrets.read())
                return try await order.post("/api/v1/accounts", object) {
                    Words("已建账户 \(order.subject)", "added \($0["login"]?.text ?? "?")")
                }
            },
            onAccount(
                "roles", Words("改角色", "changes roles"), [.required("role", "roles", .list)],
                done: "已改角色"),
            onAccount("disable", Words("停用", "disables it"), [], done: "已停用"),
            onAccount("enable", Words("启用", "enables it"), [], done: "已启用"),
            onAccount(
                "code", Words("取消动态码（如手机丢失）", "ends its one-time codes"), [],
                done: "已取消动态码"),
            Act(
                name: "password",
                about: Words("重设口令，从标准输入读", "sets the password read from stdin"),
                subject: "LOGIN", options: [.optional("at", "regions", .list)]
            ) { order in
                var object = try order.object()
                object["password"] = .text(try Secrets.read())
                return try await order.post(account(order, "password"), object) { _ in
                    Words("已重设口令 \(order.subject)", "password set: \(order.subject)")
                }
            },
            Act(
                name: "list", about: Words("账户", "accounts"), subject: nil,
                options: [
                    .optional("limit", "limit", .number(1...Limits.listMax)),
                    .optional("cursor", "cursor"),
                ]
            ) { order in
                try await order.query(try order.page("/api/v1/accounts")) { page in
                    (page["accounts"]?.array ?? []).map(AccountLine.text) + Order.more(page)
                }
            },
            Act(
                name: "roles-known", about: Words("有哪些角色", "the roles that there are"),
                subject: nil, options: [], needsNode: false
            ) { _ in
                for role in Role.allCases {
                    Console.print("\(role.rawValue)  \(role.name)")
                }
                return 0
            },
        ])

    private static func account(_ order: Order, _ action: String) -> String {
        "/api/v1/accounts/" + URLText.segment(order.subject) + "/" + action
    }

    private static func onAccount(
        _ name: String, _ about: Words, _ options: [Option], done: String
    ) -> Act {
        Act(
            name: name, about: about, subject: "LOGIN",
            options: options + [.optional("at", "regions", .list)]
        ) { order in
            try await order.post(account(order, name), try order.object()) { _ in
                Words("\(done) \(order.subject)", "\(name): done, \(order.subject)")
            }
        }
    }

    static let audit = Verb(
        name: "audit",
        help: "--data DIR [--login NAME] [--act ACT] [--limit N] [--cursor C] [--json] "
            + "| verify --data DIR [--json]"
    ) { words in
        if words.first == "verify" {
            return await guarded("audit verify") {
                let arguments = try Arguments(Array(words.dropFirst()), flags: ["json"])
                try arguments.allowOnly(["data", "json"])
                let report = try Verification.run(data: try arguments.required("data"))
                Console.print(report.json)
                return report.isSound ? 0 : 1
            }
        }
        return await guarded("audit") {
            let arguments = try Arguments(words, flags: ["json"])
            try arguments.allowOnly(["data", "login", "act", "limit", "cursor", "json"])
            let query = ["login", "act", "limit", "cursor"].compactMap { name in
                arguments.value(name).map { name + "=" + URLText.segment($0) }
            }
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "GET",
                "/api/v1/audit" + (query.isEmpty ? "" : "?" + query.joined(separator: "&")),
                body: nil)
            return Report.finish(answer, isJSON: arguments.has("json")) { page in
                (page["lines"]?.array ?? []).map(AccountLine.audit) + Order.more(page)
            }
        }
    }
}

/// Accounts and the audit's lines for people.
enum AccountLine {
    static func text(_ account: JSON) -> String {
        let roles = (account["roles"]?.array ?? []).compactMap(\.text).joined(separator: " ")
        let state = account["disabled"]?.bool == true ? Words("已停用", "disabled").text : ""
        return [account["login"]?.text, account["name"]?.text, roles, state].compactMap { $0 }
            .joined(separator: "  ")
    }

    static func audit(_ line: JSON) -> String {
        [
            line["recorded"]?.text, line["region"]?.text, line["login"]?.text,
            line["act"]?.text, line["about"]?.text, line["outcome"]?.text, line["reason"]?.text,
            line["from"]?.text,
        ].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
    }
}

/// Passwords come from standard input: an option would stand in the list of processes.
enum Secrets {
    /// The first line, without its end.
    static func read() throws(Arguments.Failure) -> String {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw Arguments.Failure(
                "the password is expected on standard input", chinese: "请从标准输入给出口令")
        }
        return line
    }
}

extension Order {
    /// The act's subject as `login`, and its options.
    fileprivate func object() throws(Arguments.Failure) -> JSONObject {
        var object = JSONObject()
        object["login"] = .text(subject)
        try fill(&object)
        return object
    }

    fileprivate func post(
        _ path: String, _ object: JSONObject, line: @escaping @Sendable (JSON) -> Words
    ) async throws -> Int32 {
        let body = String(decoding: JSON.object(object).bytes, as: UTF8.self)
        let answer = try await NodeCommands.ask(data ?? "", "POST", path, body: body)
        return Report.finish(answer, isJSON: isJSON) { [line($0).text] }
    }
}
