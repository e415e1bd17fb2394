import Base

/// What is wrong most often in a file: before anybody reads it row by row.
package struct FindingTally: Sendable {
    /// One kind of gap or fault.
    package struct Line: Hashable, Sendable {
        /// The element, without the places of a list: `materials.proof`.
        package let field: String
        package let title: String
        /// Rows that have it.
        package let rows: Int
    }

    /// The most frequent first, `Limits.findingsMax` at most.
    package let lines: [Line]

    /// - Parameter rows: What was found in each. Cost: one pass.
    package init(_ rows: [[Finding]]) {
        var counts: [Kind: Int] = [:]
        for row in rows {
            for kind in Set(row.map(Kind.init)) { counts[kind, default: 0] += 1 }
        }
        let sorted = counts.map { Line(field: $0.key.field, title: $0.key.title, rows: $0.value) }
            .sorted { ($1.rows, $0.field, $0.title) < ($0.rows, $1.field, $1.title) }
        lines = Array(sorted.prefix(Limits.findingsMax))
    }

    /// `materials[3].name` and `materials[0].name` are one kind, whatever the materials are called.
    private struct Kind: Hashable {
        let field: String
        let title: String

        init(_ finding: Finding) {
            field = Self.cut(finding.field, from: "[", to: "]", leaving: "")
            title =
                field.contains(".")
                ? Self.cut(finding.title, from: "“", to: "”", leaving: "某项") : finding.title
        }

        private static func cut(
            _ text: String, from open: Character, to close: Character, leaving word: String
        ) -> String {
            var kept = ""
            var isInside = false
            for character in text {
                if character == open, !isInside {
                    isInside = true
                    kept += word
                }
                if !isInside { kept.append(character) }
                if character == close { isInside = false }
            }
            return kept
        }
    }
}
