import Base
import Runtime

/// Taking nodes in: `invite` at the parent, `enroll` at the newcomer.
extension Verb {
    static let invite = Verb(
        name: "invite",
        help: "--data DIR --region CODE --name NAME [--hours N] [--address HOST,…] [--replace]",
        details: [
            "  invite --data DIR --list",
            "  invite --data DIR --approve ID | --refuse ID | --withdraw ID",
        ]
    ) { words in
        await guarded("invite") {
            let arguments = try Arguments(words, flags: ["list", "replace", "json"])
            try arguments.allowOnly([
                "data", "region", "name", "hours", "address", "approve", "refuse", "withdraw",
                "list", "replace", "json",
            ])
            let order = try order(arguments)
            var writer = JSONWriter()
            writer.value(.object(order))
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/admin/v1/invite",
                body: String(decoding: writer.bytes, as: UTF8.self))
            return Report.finish(answer, isJSON: arguments.has("json"), lines: InviteLine.all)
        }
    }

    private static func order(_ arguments: Arguments) throws -> JSONObject {
        var order = JSONObject()
        for act in ["approve", "refuse", "withdraw"] {
            guard let id = arguments.value(act) else { continue }
            order["act"] = .text(act)
            order["id"] = .text(id)
            return order
        }
        if arguments.has("list") {
            order["act"] = "list"
            return order
        }
        order["act"] = "invite"
        order["region"] = .text(try arguments.region("region").text)
        if let name = arguments.value("name") { order["name"] = .text(name) }
        order["hosts"] = .array(try arguments.hosts("address").map(JSON.text))
        order["hours"] = .int(
            Int64(
                try arguments.number(
                    "hours", in: 1...Limits.inviteHoursMax, fallback: Limits.inviteHours)))
        if arguments.has("replace") { order["replace"] = true }
        return order
    }

    static let enroll = Verb(
        name: "enroll", help: "URL CODE --data DIR [--suite 1|2]",
        details: [
            "  enroll URL --request --fingerprint HEX --region CODE --name NAME --data DIR "
                + "[--address HOST,…]",
            "  enroll URL --data DIR    where the place was moved: at its new parent",
        ]
    ) { words in
        await guarded("enroll") {
            let arguments = try Arguments(words, flags: ["request", "json"])
            try arguments.allowOnly(
                [
                    "data", "suite", "request", "fingerprint", "region", "name", "address", "json",
                ], words: 2)
            if arguments.positional.count == 1, !arguments.has("request") {
                return try await goToParent(arguments)
            }
            let joining = try joining(arguments)
            let (outcome, exchange) = try await NodeCommands.enroll(joining)
            switch outcome {
            case .waiting(let id):
                Console.print("{\"state\":\"waiting\",\"id\":\"\(id)\"}")
                Console.say(
                    Words(
                        "已提交申请 \(id)，待上级批准后请再执行一次同样的命令",
                        "asked as \(id): once the parent approves, do the same again"
                    ).text)
                return 1
            case .joined(let region):
                Console.print(
                    "{\"state\":\"joined\",\"region\":\"\(region.code.text)\",\"id\":\""
                        + region.id.hex + "\"}")
                let isEqual = exchange.flatMap { Report.json($0.text)?["equal"]?.bool } ?? false
                Console.say(
                    isEqual
                        ? Words(
                            "\(region.name) 已入网并完成首次同步",
                            "\(region.name) is in, and has exchanged once"
                        ).text
                        : Words(
                            "\(region.name) 已入网，首次同步尚未完成，运行后会继续",
                            "\(region.name) is in; the first exchange goes on once it runs"
                        ).text)
                return 0
            }
        }
    }

    /// A node that is there already, whose place was moved.
    private static func goToParent(_ arguments: Arguments) async throws -> Int32 {
        var order = JSONObject()
        order["url"] = .text(arguments.positional[0])
        var writer = JSONWriter()
        writer.value(.object(order))
        let answer = try await NodeCommands.ask(
            try arguments.required("data"), "POST", "/admin/v1/parent",
            body: String(decoding: writer.bytes, as: UTF8.self))
        return Report.finish(answer, isJSON: arguments.has("json")) { answer in
            let name = answer["name"]?.text ?? ""
            return [Words("上级改为 \(name)", "the parent is \(name) now").text]
        }
    }

    private static func joining(_ arguments: Arguments) throws -> NodeJoining {
        let isRequest = arguments.has("request")
        let wanted = isRequest ? 1 : 2
        guard arguments.positional.count == wanted, let url = arguments.positional.first else {
            throw Arguments.Failure(
                isRequest ? "URL is missing" : "URL and CODE are needed",
                chinese: isRequest ? "缺少 URL" : "需要 URL 和邀请码")
        }
        let leave: NodeJoining.Leave
        if isRequest {
            let text = try arguments.required("fingerprint")
            guard let bytes = Hex.decode(text.lowercased()), bytes.count == 32 else {
                throw Arguments.Failure(
                    "--fingerprint must have 64 hexadecimal digits, as invite --list shows it",
                    chinese: "--fingerprint 应为 64 位十六进制数，见上级的 invite --list")
            }
            leave = .request(
                fingerprint: Digest(bytes: bytes), code: try arguments.region("region"),
                name: try arguments.required("name"))
        } else {
            guard let known = NodeJoining.Leave(code: arguments.positional[1]) else {
                throw Arguments.Failure(
                    "the code is mistyped: its checksum does not hold",
                    chinese: "邀请码有误：校验不符，请核对")
            }
            leave = known
        }
        let suite = try arguments.number("suite", in: 1...2, fallback: 1)
        return NodeJoining(
            data: try arguments.required("data"), url: url, leave: leave,
            hosts: try arguments.hosts("address"),
            isSM2: suite == 2)
    }
}

extension Arguments {
    /// A division code.
    func region(_ name: String) throws(Failure) -> RegionCode {
        let text = try required(name)
        guard let code = RegionCode(text) else {
            throw Failure(
                "--\(name) must be a code of 12 digits, not \(text)",
                chinese: "--\(name) 应为 12 位区划代码，不是 \(text)")
        }
        return code
    }

    /// Names and addresses, parted by commas; none where none is given.
    func hosts(_ name: String) throws(Failure) -> [String] {
        guard let text = value(name) else { return [] }
        let hosts = text.split(separator: ",").map(String.init)
        for host in hosts where !NodeJoining.isHost(host) {
            throw Failure(
                "--\(name) must be names or addresses parted by commas, not \(host)",
                chinese: "--\(name) 应为用逗号分开的主机名或地址，不是 \(host)")
        }
        return hosts
    }
}

/// What `invite` tells people.
enum InviteLine {
    static func all(_ answer: JSON) -> [String] {
        guard let code = answer["code"]?.text else { return list(answer) }
        let name = answer["name"]?.text ?? ""
        let until = answer["until"]?.text ?? ""
        return [
            code,
            Words(
                "请在\(name)的机器上执行：syncnode enroll URL \(code) --data 目录（有效至 \(until)，限用一次）",
                "at \(name): syncnode enroll URL \(code) --data DIR (until \(until), once)"
            ).text,
        ]
    }

    private static func list(_ answer: JSON) -> [String] {
        let book = answer["book"] ?? .null
        let fingerprint = answer["fingerprint"]?.text ?? "-"
        return [Words("根证书指纹 \(fingerprint)", "fingerprint \(fingerprint)").text]
            + (book["requests"]?.array ?? []).map { line($0, Words("申请", "request")) }
            + (book["invitations"]?.array ?? []).map { line($0, Words("邀请", "invitation")) }
    }

    private static func line(_ entry: JSON, _ kind: Words) -> String {
        let parts = [entry["id"], entry["region"], entry["name"], entry["state"]]
        return "  " + kind.text + "  " + parts.compactMap { $0?.text }.joined(separator: "  ")
    }
}
