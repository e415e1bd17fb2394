import Base

/// One fact of a written scenario: a line or a cell of a table, what it should be, what it was.
package struct Fact: Hashable, Sendable {
    /// The scenario's own number of it: `B.10`, `B 表 cases`.
    package let line: String
    package let sentence: String
    package let expected: String
    package let found: String

    /// Whether it is as it should be.
    package var holds: Bool { expected == found }

    package init(_ line: String, _ sentence: String, expected: String, found: String) {
        self.line = line
        self.sentence = sentence
        self.expected = expected
        self.found = found
    }

    /// `✔ B.10 …`, or with what was found instead.
    package var text: String {
        let head = (holds ? "✔ " : "✘ ") + line + " " + sentence
        if holds { return expected == "是" ? head : head + "：" + expected }
        return head + "：应为 " + expected + "，实为 " + found
    }
}

/// What a play came to.
package struct Playbill: Sendable {
    package private(set) var facts: [Fact] = []
    /// What the simulator's own checks found (PROTOCOL §12), a line each.
    package internal(set) var violations: [String] = []
    /// How often these checks looked at something.
    package internal(set) var checks = 0

    /// Whether everything is as it is written.
    package var isTrue: Bool { facts.allSatisfy(\.holds) && violations.isEmpty }

    mutating func add(_ fact: Fact) { facts.append(fact) }

    /// {facts: [{line, sentence, expected, found, holds}], checks, violations}.
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 128 * facts.count + 64)
        writer.object { object in
            object.array("facts") { array in
                for fact in facts {
                    array.object { entry in
                        entry.field("line", fact.line)
                        entry.field("sentence", fact.sentence)
                        entry.field("expected", fact.expected)
                        entry.field("found", fact.found)
                        entry.field("holds", fact.holds)
                    }
                }
            }
            object.field("checks", checks)
            object.array("violations") { array in
                for violation in violations { array.value(violation) }
            }
        }
        return writer.bytes
    }
}

/// The scenarios that are written out in SCENARIOS.md and played here line by line.
package enum Scenario: String, Hashable, Sendable, CaseIterable {
    /// A village's day without a link.
    case villageDay = "A"
    /// A catalog update while villages are offline.
    case catalogUpdate = "B"

    /// Plays it on virtual time.
    ///
    /// - Returns: Every line and every cell. Cost: a second or so.
    package func play() -> Playbill {
        switch self {
        case .villageDay: VillageDay.play()
        case .catalogUpdate: CatalogUpdate.play()
        }
    }
}
