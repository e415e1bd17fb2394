import Runtime

/// One verb of the command line (CONTRACT §2).
struct Verb: Sendable {
    let name: String
    /// One line for people.
    let help: String
    let run: @Sendable ([String]) async -> Int32

    static let all: [Verb] = [
        .initialise, .serve, .demo, .status, .sync, .command, .seat, .verify, .backup, .restore,
        .export, .importing, .simulate,
    ]

    static var usage: String {
        let width = all.map(\.name.count).max() ?? 0
        let lines = all.map { verb in
            "  \(verb.name)\(String(repeating: " ", count: width - verb.name.count))  \(verb.help)"
        }
        return "usage: syncnode VERB …\n" + lines.joined(separator: "\n")
    }

    /// Runs a body, turning its failures into a sentence and an exit code.
    static func guarded(
        _ verb: String, _ body: () async throws -> Int32
    ) async -> Int32 {
        do {
            return try await body()
        } catch let failure as Arguments.Failure {
            Console.say("\(verb): \(failure.sentence)\n" + (help(of: verb)))
            return 2
        } catch let failure as NodeRuntime.Failure {
            Console.say("\(verb): \(failure.sentence)")
            return failure.exitCode
        } catch {
            Console.say("\(verb): \(error)")
            return 1
        }
    }

    private static func help(of verb: String) -> String {
        all.first { $0.name == verb }.map { "  \($0.name)  \($0.help)" } ?? ""
    }
}
