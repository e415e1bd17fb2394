import Base

/// The words of a command line after its verb: positional ones, `--name value` and `--name`.
struct Arguments: Sendable {
    /// A bad word, for exit code 2.
    struct Failure: Error, Hashable, Sendable {
        let sentence: String
        /// The same in Chinese; the English one where nobody wrote it.
        let chinese: String

        init(_ sentence: String, chinese: String? = nil) {
            self.sentence = sentence
            self.chinese = chinese ?? sentence
        }
    }

    /// The words without a leading `--`, in order.
    private(set) var positional: [String] = []
    private var options: [(name: String, value: String)] = []
    private var flags: [String] = []

    /// - Parameters:
    ///   - words: As given by the shell.
    ///   - flags: Names that take no value.
    init(_ words: [String], flags known: Set<String>) throws(Failure) {
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word.utf8.count > 2 else {
                positional.append(word)
                continue
            }
            let name = String(word.dropFirst(2))
            if known.contains(name) {
                flags.append(name)
            } else if let value = rest.popFirst() {
                options.append((name, value))
            } else {
                throw Failure("--\(name) needs a value", chinese: "--\(name) 后面缺少值")
            }
        }
    }

    /// Whether a flag was given.
    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// The last value given for a name.
    func value(_ name: String) -> String? { options.last { $0.name == name }?.value }

    /// The value, or a failure that names the option.
    func required(_ name: String) throws(Failure) -> String {
        guard let value = value(name) else {
            throw Failure("--\(name) is missing", chinese: "缺少 --\(name)")
        }
        return value
    }

    /// A whole number within a range, or `fallback` where it is not given.
    func number(
        _ name: String, in range: ClosedRange<Int>, fallback: Int
    ) throws(Failure) -> Int {
        guard let text = value(name) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw Failure(
                "--\(name) must be a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound), not \(text)",
                chinese: "--\(name) 应为 \(range.lowerBound) 到 \(range.upperBound) 的整数，不是 \(text)")
        }
        return number
    }

    /// A moment as RFC 3339 has it; nil where it is not given.
    func moment(_ name: String) throws(Failure) -> Instant? {
        guard let text = value(name) else { return nil }
        guard let moment = Instant(rfc3339: text) else {
            throw Failure(
                "--\(name) must be a time like 2026-09-24T08:30:00+08:00, not \(text)",
                chinese: "--\(name) 应为形如 2026-09-24T08:30:00+08:00 的时间，不是 \(text)")
        }
        return moment
    }

    /// Every option, in order: for verbs that pass them on as fields.
    var fields: [(name: String, value: String)] { options }

    /// - Parameters:
    ///   - words: How many words there may be beside the options.
    ///   - repeating: Options that may be given more than once.
    /// - Throws: where an option or flag is given that is not among `names`, one is given twice,
    ///   or a word stands where none belongs.
    func allowOnly(
        _ names: Set<String>, words: Int = 0, repeating: Set<String> = []
    ) throws(Failure) {
        if let word = positional.dropFirst(words).first {
            throw Failure("\(word) is one word too many", chinese: "多了一个词：\(word)")
        }
        var seen = repeating
        for name in options.map(\.name) where !seen.insert(name).inserted {
            if !repeating.contains(name) {
                throw Failure("--\(name) is given twice", chinese: "--\(name) 写了两次")
            }
        }
        for option in options where !names.contains(option.name) {
            throw unknown(option.name)
        }
        for flag in flags where !names.contains(flag) {
            throw unknown(flag)
        }
    }

    private func unknown(_ name: String) -> Failure {
        Failure("--\(name) is not an option here", chinese: "这里没有 --\(name) 这个选项")
    }
}
