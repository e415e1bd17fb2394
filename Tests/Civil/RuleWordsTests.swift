import Civil
import Testing

@Suite struct RuleWordsTests {
    @Test func everySentenceIsFoundByItsRule() {
        let rules = RuleWords.sentences.map(\.rule)
        #expect(rules == rules.sorted() && Set(rules).count == rules.count)
        for (rule, english) in RuleWords.sentences {
            #expect(RuleWords.english(rule) == english)
            #expect(english.utf8.allSatisfy { $0 < 0x80 } && !english.isEmpty)
        }
        for absent in ["", "a", "item-codf", "zz"] { #expect(RuleWords.english(absent) == nil) }
    }
}
