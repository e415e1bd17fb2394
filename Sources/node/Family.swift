import Runtime

/// Verbs that share a name and part by their second word: `case`, `handoff`, `catalog`, …
enum Family {
    static func verb(_ name: String, _ acts: [Act]) -> Verb {
        Verb(
            name: name, help: acts.map(\.name).joined(separator: "|") + " …",
            details: acts.map { act in "  \(act.usage(of: name))\n      \(act.about.text)" }
        ) { words in
            guard let act = acts.first(where: { $0.name == words.first }) else {
                let failure = Arguments.Failure(
                    words.first.map { "there is no act named \($0)" } ?? "the act is missing",
                    chinese: words.first.map { "没有 \($0) 这个动作" } ?? "没有写明动作")
                return Verb.refuse(name, failure, help: acts.map { $0.usage(of: name) })
            }
            return await Verb.guarded("\(name) \(act.name)", help: [act.usage(of: name)]) {
                try await act.body(try Order(act, of: name, Array(words.dropFirst())))
            }
        }
    }
}
