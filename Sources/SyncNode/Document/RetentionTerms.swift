package import Base
package import Civil

/// How long the record of a case is kept (保管期限), by the kind of its item: a county's setting.
package struct RetentionTerms: Hashable, Sendable {
    /// Years of what a setting names no kind for.
    package let usual: Int
    /// Years of an application that was refused or ended: until every appeal is out of time.
    package let refused: Int
    /// Years of one that was withdrawn: nothing came of it.
    package let withdrawn: Int
    /// Kinds of items (事项类型) that have years of their own.
    private let kinds: [Kind]

    private struct Kind: Hashable, Sendable {
        let name: String
        let years: Int
    }

    /// More kinds than there are.
    package static let kindsMax = 20

    /// What holds where nobody set anything: 定期 10 年, 行政许可 and 行政确认 30 年.
    package static let seed = RetentionTerms(
        usual: 10, refused: 2, withdrawn: 0,
        kinds: [Kind(name: "行政许可", years: 30), Kind(name: "行政确认", years: 30)])

    private init(usual: Int, refused: Int, withdrawn: Int, kinds: [Kind]) {
        self.usual = usual
        self.refused = refused
        self.withdrawn = withdrawn
        self.kinds = kinds
    }

    /// - Parameter json: {default, refused, withdrawn, kinds: [{kind, years}]}, years from 0 to
    ///   `Retention.permanent`; else nil.
    package init?(_ json: JSON) {
        let numbers = ["default", "refused", "withdrawn"].map { json[$0]?.int ?? -1 }
        let listed = json["kinds"]?.array ?? []
        let kinds = listed.compactMap { entry -> Kind? in
            guard let name = entry["kind"]?.text, let years = entry["years"]?.int,
                Self.isYears(years)
            else { return nil }
            return Kind(name: name, years: Int(years))
        }
        guard numbers.allSatisfy(Self.isYears), kinds.count == listed.count,
            kinds.count <= Self.kindsMax
        else { return nil }
        self.init(
            usual: Int(numbers[0]), refused: Int(numbers[1]), withdrawn: Int(numbers[2]),
            kinds: kinds)
    }

    private static func isYears(_ years: Int64) -> Bool {
        (0...Int64(Retention.permanent)).contains(years)
    }

    /// Years of a kind of items.
    package func years(of kind: String) -> Int {
        kinds.first { $0.name == kind }?.years ?? usual
    }

    /// What people write for a kind, `行政许可=30`, as a statement has it; years that are none
    /// become null.
    package static func kind(_ text: String) -> JSON {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        let years = parts.count == 2 ? Int64(parts[1]) : nil
        return ["kind": .text(parts.first ?? ""), "years": years.map(JSON.int) ?? .null]
    }

    /// What holds as `行政许可=30 …`: how people write it.
    package var kindsText: String {
        kinds.map { "\($0.name)=\($0.years)" }.joined(separator: " ")
    }

    /// Each kind with its term, the usual one first, for people.
    package var rows: [[String]] {
        func row(_ name: String, _ years: Int) -> [String] {
            [name, Retention(years: years, from: nil).term]
        }
        return kinds.map { row($0.name, $0.years) }
            + [row("其他事项", usual), row("不予受理、终止", refused), row("撤回", withdrawn)]
    }
}

/// How long one record is kept. Whole years count from the year after it was closed; at 0 it may go
/// with that day.
package struct Retention: Hashable, Sendable {
    package let years: Int
    /// The day from which it counts; nil where that has not come.
    package let from: CivilDate?

    /// 永久: nothing is ever erased.
    package static let permanent = 100

    package init(years: Int, from: CivilDate?) {
        invariant((0...Self.permanent).contains(years), "a term has a bounded number of years")
        self.years = years
        self.from = from
    }

    /// Whether it is kept for good.
    package var isPermanent: Bool { years == Self.permanent }

    /// The first day on which it may be erased; nil where it is kept for good, or not closed.
    package var due: CivilDate? {
        guard let from, !isPermanent else { return nil }
        guard years > 0 else { return from }
        return CivilDate(year: min(9999, from.year + years + 1), month: 1, day: 1)
    }

    /// `10 年`, `永久`.
    package var term: String {
        isPermanent ? "永久" : years == 0 ? "即可清除" : "\(years) 年"
    }

    /// With its last day: `10 年，至 2036-12-31`.
    package var words: String {
        guard years > 0, let due else { return term }
        return "\(term)，至 \(due.advanced(by: -1).text)"
    }
}
