package import Base

/// What is wrong with, or missing from, an item's elements.
package struct Finding: Hashable, Sendable {
    /// How far it keeps the item from going on.
    package enum Weight: String, Hashable, Sendable {
        /// Nothing of it is kept.
        case refused
        /// Nobody saves it, and an import keeps it as a draft that says so.
        case lint
        /// A draft is kept, and nothing is published.
        case gap
    }

    /// `materials[2].name`.
    package let field: String
    /// Stable name of the rule.
    package let rule: String
    /// One sentence for people.
    package let title: String
    package let weight: Weight

    package init(_ field: String, _ rule: String, _ title: String, _ weight: Weight = .refused) {
        self.field = field
        self.rule = rule
        self.title = title
        self.weight = weight
    }
}

/// All that can be said of an item's elements without asking the catalog.
package struct ElementReport: Hashable, Sendable {
    /// In the order of the elements.
    package let findings: [Finding]
    /// Elements that say something, of those that a complete item states: 0 … 100.
    package let score: Int

    /// The first reason not to save it.
    package var refusal: Finding? { findings.first { $0.weight != .gap } }

    /// The mandatory elements that say nothing.
    package var gaps: [Finding] { findings.filter { $0.weight == .gap } }

    /// Whether it may be published as far as its elements go.
    package var isComplete: Bool { findings.isEmpty }

    /// - Parameter elements: An object; anything else has every gap. Cost: one pass.
    package init(_ elements: JSON) {
        var check = ElementCheck()
        check.object(elements, ElementTable.item, "")
        check.itemRules(elements)
        findings = check.findings
        let known = ElementTable.item.filter { $0.isMandatory || Self.scored.contains($0.key) }
        let filled = known.filter { !$0.isEmpty(elements[$0.key]) }.count
        score = filled * 100 / known.count
    }

    /// Elements that a complete item states beside the mandatory ones.
    private static let scored: Set<String> = [
        "parent", "channels", "way", "reach", "online", "visits", "oneVisit", "inHall",
        "powerSource", "body", "procedure", "approval", "situations", "questions",
    ]
}
