import Base
import Glibc
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

    static let backup = Verb(name: "backup", help: "--data DIR --out DIR|FILE.db") { words in
        await guarded("backup") {
            let arguments = try Arguments(words, flags: [])
            try arguments.allowOnly(["data", "out"])
            try NodeBackup.save(
                data: try arguments.required("data"), to: try arguments.required("out"))
            return 0
        }
    }

    static let restore = Verb(name: "restore", help: "--from DIR|FILE.db --data DIR") { words in
        await guarded("restore") {
            let arguments = try Arguments(words, flags: [])
            try arguments.allowOnly(["data", "from"])
            try NodeBackup.restore(
                from: try arguments.required("from"), data: try arguments.required("data"))
            return 0
        }
    }

    /// Has the keys lie under another secret.
    static let secret = Verb(
        name: "secret", help: "--data DIR --new FILE|- [--passphrase]"
    ) { words in
        await guarded("secret") {
            let arguments = try Arguments(words, flags: [])
            try arguments.allowOnly(["data", "new"])
            let data = try arguments.required("data")
            let new = try arguments.required("new")
            let old = try KeySecret.find(for: data)
            let next =
                new == "-"
                ? KeySecret(
                    try Passphrase.ask(isNew: true), source: "the new passphrase",
                    isPassphrase: true)
                : try KeySecret(file: new)
            try KeyFiles.reseal(in: data + "/keys", from: old, to: next)
            return 0
        }
    }

    static let export = Verb(name: "export", help: "--data DIR --for CODE --out FILE") { words in
        await guarded("export") {
            let arguments = try Arguments(words, flags: ["json"])
            try arguments.allowOnly(["data", "for", "out", "json"])
            let answer = try await NodeCommands.exportBundle(
                data: try arguments.required("data"), for: try arguments.required("for"),
                to: try arguments.required("out"))
            return Report.finish(answer, isJSON: true) { _ in [] }
        }
    }

    static let importing = Verb(name: "import", help: "--data DIR FILE") { words in
        await guarded("import") {
            let arguments = try Arguments(words, flags: ["json"])
            try arguments.allowOnly(["data", "json"], words: 1)
            guard arguments.positional.count == 1, let file = arguments.positional.first else {
                throw Arguments.Failure("one FILE is needed", chinese: "需要一个文件 FILE")
            }
            let answer = try await NodeCommands.importBundle(
                data: try arguments.required("data"), from: file)
            return Report.finish(answer, isJSON: true) { _ in [] }
        }
    }
}

/// A secret that a person types: without an echo on a terminal, else a line of standard input.
enum Passphrase {
    static func ask(isNew: Bool = false) throws(Arguments.Failure) -> [UInt8] {
        let bytes = read(
            Words(isNew ? "新的密钥口令：" : "密钥口令：", isNew ? "new passphrase: " : "passphrase: "))
        guard bytes.count >= Limits.passphraseBytesMin else {
            throw Arguments.Failure(
                "the passphrase has fewer than \(Limits.passphraseBytesMin) bytes",
                chinese: "密钥口令不足 \(Limits.passphraseBytesMin) 字节")
        }
        return bytes
    }

    private static func read(_ prompt: Words) -> [UInt8] {
        var before = termios()
        let isTerminal = isatty(0) == 1 && tcgetattr(0, &before) == 0
        if isTerminal {
            var quiet = before
            quiet.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(0, TCSAFLUSH, &quiet)
            Console.say(prompt.text)
        }
        let line = readLine(strippingNewline: true) ?? ""
        if isTerminal { tcsetattr(0, TCSAFLUSH, &before) }
        return Array(line.utf8)
    }
}
