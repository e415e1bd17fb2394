import Base
import Runtime

/// Verbs that ask a running node, by its data directory.
extension Verb {
    static let status = Verb(name: "status", help: "--data DIR [--json]") { words in
        await guarded("status") {
            let arguments = try Arguments(words, flags: ["json"])
            try arguments.allowOnly(["data", "json"])
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "GET", "/api/v1/status", body: nil)
            return Report.finish(answer, isJSON: arguments.has("json"), lines: StatusLine.all)
        }
    }

    static let sync = Verb(name: "sync", help: "--data DIR [--peer CODE] [--json]") { words in
        await guarded("sync") {
            let arguments = try Arguments(words, flags: ["json"])
            try arguments.allowOnly(["data", "peer", "json"])
            var order = JSONWriter()
            order.object { object in
                if let peer = arguments.value("peer") { object.field("peer", peer) }
            }
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/api/v1/sync",
                body: String(decoding: order.bytes, as: UTF8.self))
            return Report.finish(answer, isJSON: arguments.has("json"), lines: StatusLine.exchange)
        }
    }

    static let command = Verb(
        name: "command", help: "--data DIR --json TEXT  (a command as POST /api/v1/commands takes)"
    ) { words in
        await guarded("command") {
            let arguments = try Arguments(words, flags: [])
            try arguments.allowOnly(["data", "json", "key"])
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/api/v1/commands",
                body: try arguments.required("json"), key: arguments.value("key"))
            return Report.finish(answer, isJSON: true) { _ in [] }
        }
    }

    static let partner = Verb(
        name: "partner", help: "URL --fingerprint HEX --data DIR [--wait]",
        details: ["  --wait: the other county dials"]
    ) { words in
        await guarded("partner") {
            let arguments = try Arguments(words, flags: ["wait", "json"])
            try arguments.allowOnly(["data", "fingerprint", "wait", "json"], words: 1)
            guard let url = arguments.positional.first else {
                throw Arguments.Failure("one URL is needed", chinese: "需要对方县的地址 URL")
            }
            var order = JSONObject()
            order["url"] = .text(url)
            order["fingerprint"] = .text(try arguments.required("fingerprint"))
            order["dial"] = .bool(!arguments.has("wait"))
            var writer = JSONWriter()
            writer.value(.object(order))
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/admin/v1/partner",
                body: String(decoding: writer.bytes, as: UTF8.self))
            return Report.finish(answer, isJSON: arguments.has("json")) { answer in
                let name = answer["name"]?.text ?? ""
                return [Words("已与\(name)约定跨域协作", "a corridor with \(name)").text]
            }
        }
    }

    static let seat = Verb(
        name: "seat",
        help: "--data DIR --region CODE  (gives a child's new incarnation its seat; a root its own)"
    ) { words in
        await guarded("seat") {
            let arguments = try Arguments(words, flags: ["json"])
            try arguments.allowOnly(["data", "region", "json"])
            let code = try arguments.required("region")
            guard RegionCode(code) != nil else {
                throw Arguments.Failure(
                    "--region must be a code of 12 digits, not \(code)",
                    chinese: "--region 应为 12 位区划代码，不是 \(code)")
            }
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/admin/v1/seat",
                body: "{\"region\":\"\(code)\"}")
            return Report.finish(answer, isJSON: true) { _ in [] }
        }
    }
}

/// A node's own words for people.
enum StatusLine {
    static func all(_ status: JSON) -> [String] {
        let changes = status["changes"]?.int ?? 0
        let unsent = status["unsent"]?.int ?? 0
        let head = [status["name"], status["region"], status["level"]].compactMap { $0?.text }
        let rest = Words(
            "变更 \(changes)，未送出 \(unsent)", "\(changes) changes, \(unsent) unsent")
        var lines = [head.joined(separator: "  ") + "  " + rest.text]
        if status["fenced"]?.bool == true {
            lines.append(
                Words("本节点已隔离：是恢复出来的或是副本", "fenced: restored, or a copy").text)
        } else if status["seated"]?.bool == false {
            lines.append(
                Words("席位暂停：收件，不决定", "no seat: it receives and does not decide").text)
        }
        if let days = status["certificate"]?["daysLeft"]?.int,
            days < Limits.certificateWarningDays
        {
            lines.append(
                days < 0
                    ? Words("证书已过期：连通上级后自动换发", "the certificate ran out").text
                    : Words(
                        "证书还有 \(days) 天到期：连通上级后自动换发",
                        "the certificate ends in \(days) days: renewed once the parent is reached"
                    ).text)
        }
        for entry in status["peers"]?.array ?? [] {
            lines.append(peer(entry))
            if entry["ended"]?.bool == true {
                lines.append(
                    Words(
                        "    ! 上级已吊销本节点：此后所办一律无效，待上级核对",
                        "    ! it has ended this node: what it does from then on counts for nothing"
                    ).text)
            }
            for alarm in entry["alarms"]?.array ?? [] {
                lines.append("    ! " + (alarm["text"]?.text ?? ""))
            }
        }
        return lines
    }

    private static func peer(_ peer: JSON) -> String {
        let unsent = peer["unsent"]?.int ?? 0
        let lag = peer["lagSeconds"]?.int.map(String.init) ?? "?"
        let rest = Words("落后 \(lag) 秒，未送出 \(unsent)", "lag \(lag) s, \(unsent) unsent")
        let head = [peer["region"], peer["name"], peer["state"]].compactMap { $0?.text }
        let error = peer["lastError"]?.text.map { "  " + $0 } ?? ""
        return "  " + head.joined(separator: "  ") + "  " + rest.text + error
    }

    static func exchange(_ report: JSON) -> [String] {
        let sent = report["sent"]?.int ?? 0
        let received = report["received"]?.int ?? 0
        let isEqual = report["equal"]?.bool == true
        return [
            Words(
                "送出 \(sent) 条，收到 \(received) 条，" + (isEqual ? "两端一致" : "尚未一致"),
                "sent \(sent), received \(received), " + (isEqual ? "equal" : "not equal yet")
            ).text
        ]
    }
}
