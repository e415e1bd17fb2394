import Testing

@testable import Play

/// The scenarios of SCENARIOS.md on virtual time: each line and each cell.
@Suite struct PlayTests {
    @Test(arguments: Scenario.allCases) func everyLineAndCellIsSo(scenario: Scenario) {
        let bill = scenario.play()
        for fact in bill.facts where !fact.holds { Issue.record("\(fact.text)") }
        #expect(bill.violations == [])
        #expect(bill.facts.count >= 100)
        #expect(bill.checks > 100)
    }

    /// Twice the same: nothing in it hangs on dice or on a clock.
    @Test(arguments: Scenario.allCases) func aPlayIsTheSameEachTime(scenario: Scenario) {
        #expect(scenario.play().json == scenario.play().json)
    }

    /// Every line of the scenario is there.
    @Test func noLineOfBIsLeftOut() {
        let lines = Set(Scenario.catalogUpdate.play().facts.map(\.line))
        for number in 0...13 { #expect(lines.contains("B.\(number)"), "B.\(number)") }
        for row in ["目录", "办件", "本地要素", "指标"] { #expect(lines.contains("B 表 \(row)")) }
    }

    @Test func noLineOfAIsLeftOut() {
        let lines = Set(Scenario.villageDay.play().facts.map(\.line))
        for number in 0...13 { #expect(lines.contains("A.\(number)"), "A.\(number)") }
        for row in ["V1", "V2", "T", "C", "指标", "全体"] { #expect(lines.contains("A 表 \(row)")) }
    }

    /// With a line after all, nothing was registered without one, and what was said comes earlier.
    @Test func aVillageOnLineIsNoticed() {
        let wrong = VillageDay.play(isCut: false).facts.filter { !$0.holds }.map(\.sentence)
        #expect(wrong.contains("V1 离线") && wrong.contains("离线登记"))
    }

    /// Where the village is on line after all, the facts say so.
    @Test func aPlayNoticesWhatIsNotSo() {
        let bill = CatalogUpdate.play(isCut: false)
        let wrong = Set(bill.facts.filter { !$0.holds }.map(\.line))
        #expect(wrong.isSuperset(of: ["B.2", "B.3", "B.5", "B.6", "B.10"]))
        #expect(!bill.isTrue)
    }
}
