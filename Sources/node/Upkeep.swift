import Runtime

/// Verbs that look after a node's data.
extension Verb {
    static let verify = Verb(name: "verify", help: "--data DIR [--json]") { words in
        await guarded("verify") {
            let arguments = try Arguments(words, flags: ["json"])
            try arguments.allowOnly(["data", "json"])
            let report = try Verification.run(data: try arguments.required("data"))
            Console.print(report.json)
            return report.isSound ? 0 : 1
        }
    }
}
