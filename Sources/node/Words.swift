import Glibc

/// A sentence for people, in the language that they asked for.
struct Words: Sendable {
    let chinese: String
    let english: String

    init(_ chinese: String, _ english: String) {
        self.chinese = chinese
        self.english = english
    }

    /// The one to show.
    var text: String { Self.isEnglish ? english : chinese }

    /// `--lang en` or `--lang zh` anywhere on the line, else `LANG=en*`; else Chinese.
    static let isEnglish: Bool = {
        if let asked = language(in: CommandLine.arguments) { return asked == "en" }
        guard let value = getenv("LANG") else { return false }
        return String(cString: value).hasPrefix("en")
    }()

    /// The words of a line without `--lang` and its value, and without `--passphrase`, which every
    /// verb takes.
    ///
    /// - Throws: Where the language is another than `zh` or `en`.
    static func strip(_ words: [String]) throws(Arguments.Failure) -> [String] {
        let words = words.filter { $0 != "--passphrase" }
        guard let place = words.firstIndex(of: "--lang") else { return words }
        guard language(in: words) != nil else {
            throw Arguments.Failure(
                "--lang must be zh or en", chinese: "--lang 应为 zh 或 en")
        }
        var rest = words
        rest.removeSubrange(place...(place + 1))
        return rest
    }

    private static func language(in words: [String]) -> String? {
        guard let place = words.firstIndex(of: "--lang"), place + 1 < words.count,
            ["zh", "en"].contains(words[place + 1])
        else { return nil }
        return words[place + 1]
    }
}
