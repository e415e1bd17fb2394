import Base
import Runtime

/// A node's answer told: one JSON document on standard output with `--json`, else lines for
/// people; a refusal on standard error; and the exit code of CONTRACT §2.
enum Report {
    /// - Parameters:
    ///   - options: To name the option whose field was refused.
    ///   - usage: Shown where it is a matter of usage.
    ///   - lines: What to tell people of a good answer.
    static func finish(
        _ answer: NodeCommands.Answer, isJSON: Bool, options: [Option] = [],
        usage: String? = nil, lines: (JSON) -> [String]
    ) -> Int32 {
        let json = json(answer.text)
        if isJSON, json != nil { Console.print(answer.text) }
        guard answer.exitCode != 0 else {
            if !isJSON { print(lines(json ?? .null)) }
            return 0
        }
        let problem = json ?? .null
        let option = options.first { $0.field == problem["field"]?.text && !$0.field.isEmpty }
        Console.say((option.map { "--\($0.name): " } ?? "") + Words.refusal(problem).text)
        let code = exitCode(problem, else: answer.exitCode)
        if code == 2, let usage { Console.say("  " + usage) }
        return code
    }

    /// Lines for people; a list without entries says so.
    static func print(_ lines: [String]) {
        if lines.isEmpty {
            Console.say(Words("没有", "none").text)
        } else {
            Console.print(lines.joined(separator: "\n"))
        }
    }

    /// The document of an answer; nil where it is none.
    static func json(_ text: String) -> JSON? {
        do throws(JSONError) {
            return try JSON(parsing: Array(text.utf8))
        } catch {
            return nil
        }
    }

    /// A status says too little: a command that is not well formed is a matter of usage, a
    /// store that failed or is fenced is one of this node's data.
    private static func exitCode(_ problem: JSON, else code: Int32) -> Int32 {
        switch problem["rule"]?.text {
        case "command-invalid", "command-unknown", "command-missing", "field-required",
            "json-malformed", "json-not-an-object":
            2
        case "internal", "not-serving", "disk-full", "store-locked": 3
        default: code
        }
    }
}
