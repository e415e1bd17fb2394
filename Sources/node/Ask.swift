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
            Console.print(answer.text)
            return answer.exitCode
        }
    }

    static let sync = Verb(name: "sync", help: "--data DIR [--peer CODE] [--json]") { words in
        await guarded("sync") {
            let arguments = try Arguments(words, flags: ["json"])
            try arguments.allowOnly(["data", "peer", "json"])
            let query = arguments.value("peer").map { "?peer=\($0)" } ?? ""
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/api/v1/sync\(query)", body: "{}")
            Console.print(answer.text)
            return answer.exitCode
        }
    }

    static let command = Verb(
        name: "command", help: "--data DIR --json TEXT  (a command as POST /api/v1/commands takes)"
    ) { words in
        await guarded("command") {
            let arguments = try Arguments(words, flags: [])
            try arguments.allowOnly(["data", "json"])
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/api/v1/commands",
                body: try arguments.required("json"))
            Console.print(answer.text)
            return answer.exitCode
        }
    }

    static let seat = Verb(
        name: "seat", help: "--data DIR --region CODE  (gives a child's new incarnation its seat)"
    ) { words in
        await guarded("seat") {
            let arguments = try Arguments(words, flags: [])
            try arguments.allowOnly(["data", "region"])
            let code = try arguments.required("region")
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "POST", "/admin/v1/seat",
                body: "{\"region\":\"\(code)\"}")
            Console.print(answer.text)
            return answer.exitCode
        }
    }
}
