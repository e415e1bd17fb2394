import Base
import Runtime

/// Nodes that go: `revoke`, `retire`, `replace` at a region above, and `late` for what came
/// behind their end.
extension Verb {
    static let revoke = departure(
        "revoke",
        "--data DIR --region CODE [--node ID] [--reason stolen|lost] [--before TIME] [--dry-run]",
        options: ["node", "reason", "before"])

    static let retire = departure(
        "retire", "--data DIR --region CODE [--force] [--dry-run]", options: ["node"],
        flags: ["force"])

    static let replace = departure(
        "replace", "--data DIR --region CODE [--hours N] [--dry-run]", options: ["node", "hours"])

    private static func departure(
        _ name: String, _ help: String, options: [String], flags: Set<String> = []
    ) -> Verb {
        Verb(name: name, help: help) { words in
            await guarded(name) {
                let flags = flags.union(["dry-run", "json"])
                let arguments = try Arguments(words, flags: flags)
                try arguments.allowOnly(flags.union(["data", "region"] + options))
                var order = JSONObject()
                order["act"] = .text(name)
                order["region"] = .text(try arguments.region("region").text)
                for option in ["node", "reason", "before"] {
                    if let value = arguments.value(option) { order[option] = .text(value) }
                }
                if arguments.value("hours") != nil {
                    order["hours"] = .int(
                        Int64(
                            try arguments.number(
                                "hours", in: 1...Limits.inviteHoursMax,
                                fallback: Limits.inviteHours)))
                }
                if arguments.has("force") { order["force"] = true }
                if arguments.has("dry-run") { order["dryRun"] = true }
                let answer = try await NodeCommands.ask(
                    try arguments.required("data"), "POST", "/admin/v1/departure",
                    body: text(order))
                return Report.finish(
                    answer, isJSON: arguments.has("json"),
                    lines: { DepartureLine.all($0, of: name) })
            }
        }
    }

    static let move = Verb(
        name: "move", help: "--data DIR --region CODE --to CODE [--dry-run]"
    ) { words in
        await guarded("move") {
            let arguments = try Arguments(words, flags: ["dry-run", "json"])
            try arguments.allowOnly(["data", "region", "to", "dry-run", "json"])
            var order = JSONObject()
            order["region"] = .text(try arguments.region("region").text)
            order["to"] = .text(try arguments.region("to").text)
            if arguments.has("dry-run") { order["dryRun"] = true }
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/admin/v1/move", body: text(order))
            return Report.finish(answer, isJSON: arguments.has("json"), lines: MoveLine.all)
        }
    }

    static let late = Verb(
        name: "late", help: "--data DIR [--json]",
        details: ["  late adopt ID… --data DIR", "  late adopt --all --data DIR"]
    ) { words in
        await guarded("late") {
            let arguments = try Arguments(words, flags: ["all", "json"])
            try arguments.allowOnly(["data", "all", "json"], words: 100)
            var order = JSONObject()
            order["act"] = "list"
            if let act = arguments.positional.first {
                guard act == "adopt" else {
                    throw Arguments.Failure(
                        "late knows adopt only, not \(act)",
                        chinese: "late 只有 adopt，没有 \(act)")
                }
                order["act"] = "adopt"
                order["ids"] = .array(arguments.positional.dropFirst().map(JSON.text))
                order["all"] = .bool(arguments.has("all"))
            }
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/admin/v1/late", body: text(order))
            return Report.finish(answer, isJSON: arguments.has("json"), lines: LateLine.all)
        }
    }

    private static func text(_ order: JSONObject) -> String {
        var writer = JSONWriter()
        writer.value(.object(order))
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// What a departure tells people.
private enum DepartureLine {
    /// What an act did to the node, in both languages.
    private static func done(_ act: String) -> (chinese: String, english: String) {
        switch act {
        case "retire": ("已停用", "retired")
        case "replace": ("已换下", "replaced")
        default: ("已吊销", "revoked")
        }
    }

    /// - Parameter act: `revoke`, `retire` or `replace`.
    static func all(_ answer: JSON, of act: String) -> [String] {
        let done = done(act)
        let isDry = answer["dryRun"]?.bool ?? false
        let name = answer["name"]?.text ?? ""
        let node = String((answer["node"]?.text ?? "").prefix(8))
        let changes = answer["changes"]?.int ?? 0
        let held = answer["casesHeld"]?.int ?? 0
        var lines = [
            (isDry
                ? Words(
                    "（试算，未执行）\(name) 的节点 \(node)", "(nothing was done) node \(node) of \(name)")
                : Words(
                    "\(done.chinese) \(name) 的节点 \(node)",
                    "node \(node) of \(name) is \(done.english)")).text,
            Words(
                "  已到达的 \(changes) 条变更继续有效，之后的一律待认",
                "  its \(changes) changes that are here count; what comes later does not"
            ).text,
            Words("  它持有 \(held) 件", "  it holds \(held) cases").text,
        ]
        for held in answer["cases"]?.array ?? [] {
            lines.append("    \(held["number"]?.text ?? "")  \(held["status"]?.text ?? "")")
        }
        let below = answer["below"]?.array ?? []
        if !below.isEmpty {
            let names = below.compactMap { $0["name"]?.text }.joined(separator: "、")
            lines.append(
                Words(
                    "  其下 \(below.count) 处的证书由它签发，须由接替者换发：\(names)",
                    "  \(below.count) places below need new certificates: \(names)"
                ).text)
        }
        let contact = answer["lastEqual"]?.text ?? answer["lastContact"]?.text ?? "-"
        lines.append(
            answer["unsent"]?.text == "none"
                ? Words("  没有未送到的工作", "  nothing is unsent").text
                : Words(
                    "  可能有未送到的工作（最近一致 \(contact)）",
                    "  it may hold unsent work (last equal \(contact))"
                ).text)
        if let code = answer["code"]?.text {
            let until = answer["until"]?.text ?? ""
            lines.append(
                Words(
                    "  新机器上执行：syncnode enroll URL \(code) --data 目录（有效至 \(until)）",
                    "  at the new machine: syncnode enroll URL \(code) --data DIR (until \(until))"
                ).text)
        }
        return lines
    }
}

/// What a move tells people.
private enum MoveLine {
    static func all(_ answer: JSON) -> [String] {
        let isDry = answer["dryRun"]?.bool ?? false
        let name = answer["name"]?.text ?? ""
        let from = answer["from"]?.text ?? "-"
        let to = answer["to"]?.text ?? ""
        let scopes = answer["scopes"]?.int ?? 0
        let held = answer["casesHeld"]?.int ?? 0
        return [
            (isDry
                ? Words(
                    "（试算，未执行）\(name)：\(from) → \(to)",
                    "(nothing was done) \(name): \(from) → \(to)")
                : Words("\(name)：\(from) → \(to)", "\(name): \(from) → \(to)")).text,
            Words(
                "  \(scopes) 个范围由 \(from) 交给 \(to)，在办 \(held) 件不变",
                "  \(scopes) scopes go from \(from) to \(to); its \(held) open cases stay its own"
            ).text,
            Words(
                "  请在\(name)的机器上执行：syncnode enroll 新上级URL --data 目录",
                "  at \(name): syncnode enroll URL --data DIR, with the new parent's address"
            ).text,
        ]
    }
}

/// What `late` tells people.
private enum LateLine {
    static func all(_ answer: JSON) -> [String] {
        let ended = (answer["ended"]?.array ?? []).map { one in
            let parts = [one["region"], one["name"], one["reason"]].compactMap { $0?.text }
            let node = String((one["node"]?.text ?? "").prefix(8))
            return Words("吊销", "ended").text + "  " + parts.joined(separator: "  ") + "  " + node
        }
        let rows = (answer["late"]?.array ?? []).map { row in
            let parts = [
                row["id"], row["region"], row["kind"], row["number"], row["time"],
            ].compactMap { $0?.text }
            let state =
                row["adopted"]?.bool == true
                ? Words("已认", "adopted") : Words("待认", "void")
            return "  " + parts.joined(separator: "  ") + "  " + state.text
        }
        return ended + rows
    }
}
