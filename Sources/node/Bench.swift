import Bench
import Host
import Runtime

extension Verb {
    /// Figures of this build on this machine.
    static let bench = Verb(
        name: "bench",
        help: "[NAME…] [--data DIR] [--changes N] [--json] [--must]  ("
            + Bench.names.joined(separator: ", ") + ")"
    ) { words in
        await guarded("bench") {
            let arguments = try Arguments(words, flags: ["json", "must"])
            try arguments.allowOnly(["data", "changes", "json", "must"], words: .max)
            let folder = arguments.value("data") ?? "/tmp/syncnode-bench"
            if arguments.positional == ["idle"] {
                try Bench.idle(in: folder)
                return 0
            }
            for name in arguments.positional where !Bench.names.contains(name) {
                throw Arguments.Failure("\(name) is no measurement")
            }
            let figures = try await Bench.run(
                arguments.positional, in: folder, program: Console.program,
                changes: try arguments.number("changes", in: 1000...1_000_000, fallback: 200_000))
            if arguments.has("json") {
                Console.print(String(decoding: Figure.json(figures), as: UTF8.self))
            }
            return arguments.has("must") && !figures.allSatisfy(\.holds) ? 1 : 0
        }
    }
}
