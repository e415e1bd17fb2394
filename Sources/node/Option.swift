import Base

/// One `--option` of a verb and the JSON field that it becomes.
struct Option: Sendable {
    /// How words become JSON.
    enum Kind: Sendable {
        case text
        case number(ClosedRange<Int>)
        /// Given or not: `true`.
        case flag
        /// Each time it is given adds texts, parted by commas.
        case list
        /// As `list`, each as a sentence: commas do not part.
        case sentences
        /// Adds materials that were handed in, or that were not.
        case materials(isPresent: Bool)
        /// `FIELD=TEXT`: sets a member.
        case member
        /// `FIELD`: sets a member to null.
        case clearedMember
        /// One of the words, with what each stands for.
        case choice([(word: String, value: JSON)])
    }

    /// Without its dashes.
    let name: String
    let field: String
    var kind = Kind.text
    var isRequired = false

    static func required(_ name: String, _ field: String, _ kind: Kind = .text) -> Option {
        Option(name: name, field: field, kind: kind, isRequired: true)
    }

    static func optional(_ name: String, _ field: String, _ kind: Kind = .text) -> Option {
        Option(name: name, field: field, kind: kind)
    }

    /// Business time, of every act on a case.
    static let at = optional("at", "at")

    var isFlag: Bool { if case .flag = kind { true } else { false } }

    /// Whether a second one adds to the first.
    var mayRepeat: Bool {
        switch kind {
        case .list, .materials, .sentences, .member, .clearedMember: true
        case .flag, .number, .choice, .text: false
        }
    }

    /// As the help shows it.
    var usage: String {
        let word =
            switch kind {
            case .flag: "--\(name)"
            case .number: "--\(name) N"
            case .list, .materials: "--\(name) A,B"
            case .sentences: "--\(name) TEXT…"
            case .member: "--\(name) FIELD=TEXT…"
            case .clearedMember: "--\(name) FIELD…"
            case .choice(let words): "--\(name) " + words.map(\.word).joined(separator: "|")
            case .text: "--\(name) TEXT"
            }
        return isRequired ? word : "[\(word)]"
    }

    /// Puts one value in.
    ///
    /// - Throws: Where the words are not of the option's form, by its name.
    func add(_ text: String, to object: inout JSONObject) throws(Arguments.Failure) {
        switch kind {
        case .text: object[field] = .text(text)
        case .flag: object[field] = true
        case .number(let range):
            guard let number = Int(text), range.contains(number) else {
                throw bad("a whole number from \(range)", "\(range) 的整数", text)
            }
            object[field] = .int(Int64(number))
        case .list: append(Self.parts(text).map(JSON.text), to: &object)
        case .sentences: append([.text(text)], to: &object)
        case .materials(let isPresent):
            let entries = Self.parts(text).map { code -> JSON in
                ["code": .text(code), "present": .bool(isPresent)]
            }
            append(entries, to: &object)
        case .member:
            guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
                throw bad("FIELD=TEXT", "FIELD=TEXT", text)
            }
            set(
                String(text[..<sign]), .text(String(text[text.index(after: sign)...])),
                in: &object)
        case .clearedMember: set(text, .null, in: &object)
        case .choice(let words):
            guard let known = words.first(where: { $0.word == text || $0.value == .text(text) })
            else {
                let all = words.map(\.word)
                throw bad(
                    "one of " + all.joined(separator: ", "), all.joined(separator: " 或 "), text)
            }
            object[field] = known.value
        }
    }

    private func append(_ entries: [JSON], to object: inout JSONObject) {
        object[field] = .array((object[field]?.array ?? []) + entries)
    }

    private func set(_ key: String, _ value: JSON, in object: inout JSONObject) {
        var inner = object[field]?.object ?? JSONObject()
        inner[key] = value
        object[field] = .object(inner)
    }

    private func bad(_ english: String, _ chinese: String, _ text: String) -> Arguments.Failure {
        Arguments.Failure(
            "--\(name) must be \(english), not \(text)",
            chinese: "--\(name) 应为 \(chinese)，不是 \(text)")
    }

    private static func parts(_ text: String) -> [String] {
        text.split(separator: ",").map(String.init)
    }
}
