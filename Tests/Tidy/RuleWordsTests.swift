import Support
import Testing

/// A rule that is told in Chinese is told in English, too.
@Suite struct RuleWordsTests {
    private static let told = Pattern(
        #"(?:Refusal|Problem|problem|\.(?:invalid|missing|conflict|forbidden|stale))\("#
            + #"\s*(?:\d+, )?"([a-z]+-[a-z-]+)",\s*""#)

    @Test func everyRuleHasItsEnglishSentence() throws {
        let words = try SourceTree.file("Sources/SyncNode/Civil/RuleWords.swift").text
        var rules = Set<String>()
        for file in try SourceTree.files(under: "Sources/SyncNode", ending: ".swift") {
            for groups in Self.told.allGroups(in: file.text) { rules.insert(groups[1]) }
        }
        #expect(rules.count > 60)
        for rule in rules.sorted() where !words.contains("\"\(rule)\"") {
            Issue.record("\(rule) has no English sentence in Civil/RuleWords.swift")
        }
    }
}
