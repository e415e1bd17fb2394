import Base

/// One act of a family of verbs: `case accept`.
struct Act: Sendable {
    /// What the act does once its words are read.
    typealias Body = @Sendable (Order) async throws -> Int32

    let name: String
    let about: Words
    /// What stands behind the act without a name, such as `NUMBER`; nil where nothing does.
    let subject: String?
    let options: [Option]
    /// Whether it asks a node, so that `--data` must be given.
    var needsNode = true
    let body: Body

    /// A command of the domain: its subject and options as fields of one flat object.
    ///
    /// - Parameters:
    ///   - field: The subject's field.
    ///   - line: What to tell people, out of the answer.
    static func command(
        _ name: String, _ about: Words, _ command: String,
        subject: (name: String, field: String)?, _ options: [Option],
        line: @escaping @Sendable (Order, JSON) -> Words
    ) -> Act {
        Act(name: name, about: about, subject: subject?.name, options: options + [.key]) { order in
            var object = JSONObject()
            object["command"] = .text(command)
            if let subject { object[subject.field] = .text(order.subject) }
            try order.fill(&object)
            return try await order.submit(object, line: line)
        }
    }

    /// A sheet about one thing, shown as it is.
    ///
    /// - Parameter place: Its address below `/api/v1/`, to which the subject is added as `code`.
    static func sheet(
        _ name: String, _ about: Words, of subject: String = "NUMBER", at place: String
    ) -> Act {
        Act(name: name, about: about, subject: subject, options: []) { order in
            let path = "/api/v1/\(place)?code=" + URLText.segment(order.subject)
            return try await order.query(path, lines: CatalogActs.lines)
        }
    }

    func usage(of family: String) -> String {
        let words =
            [family, name] + [subject].compactMap { $0 }
            + (needsNode ? ["--data DIR"] : []) + options.map(\.usage) + ["[--json]"]
        return words.joined(separator: " ")
    }
}

extension Option {
    /// A replay under the same key gets the first answer.
    static let key = optional("key", "")
}

/// The words of one act, read.
struct Order: Sendable {
    let act: Act
    /// How the act is used, for whoever used it otherwise.
    let usage: String
    let arguments: Arguments
    /// What stands behind the act; empty where it takes nothing.
    let subject: String
    let data: String?

    init(_ act: Act, of family: String, _ words: [String]) throws(Arguments.Failure) {
        let flags = act.options.filter(\.isFlag).map(\.name) + ["json"]
        let arguments = try Arguments(words, flags: Set(flags))
        var names = Set(act.options.map(\.name) + flags)
        names.insert("data")
        let wanted = act.subject == nil ? 0 : 1
        let repeating = act.options.filter(\.mayRepeat).map(\.name)
        try arguments.allowOnly(names, words: wanted, repeating: Set(repeating))
        if arguments.positional.count < wanted, let name = act.subject {
            throw Arguments.Failure("\(name) is missing", chinese: "缺少 \(name)")
        }
        for option in act.options where option.isRequired {
            _ = try arguments.required(option.name)
        }
        self.act = act
        usage = act.usage(of: family)
        self.arguments = arguments
        subject = arguments.positional.first ?? ""
        data = act.needsNode ? try arguments.required("data") : arguments.value("data")
    }

    var isJSON: Bool { arguments.has("json") }

    /// Puts every option that was given into the command; `--key` goes beside it.
    func fill(_ object: inout JSONObject) throws(Arguments.Failure) {
        for option in act.options where !option.field.isEmpty {
            if option.isFlag {
                if arguments.has(option.name) { try option.add("", to: &object) }
                continue
            }
            for given in arguments.fields where given.name == option.name {
                try option.add(given.value, to: &object)
            }
        }
    }
}
