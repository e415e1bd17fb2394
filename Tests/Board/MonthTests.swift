import Board
import Civil
import Testing

/// Months by their first and last days.
@Suite struct MonthTests {
    @Test func monthsEndWhereTheNextBegins() {
        for (day, first, last) in [
            ("2026-09-24", "2026-09-01", "2026-09-30"), ("2026-12-31", "2026-12-01", "2026-12-31"),
            ("2024-02-29", "2024-02-01", "2024-02-29"), ("2026-02-01", "2026-02-01", "2026-02-28"),
            ("9999-12-31", "9999-12-01", "9999-12-31"), ("9999-12-01", "9999-12-01", "9999-12-31"),
            ("0001-01-01", "0001-01-01", "0001-01-31"),
        ] {
            #expect(CivilDate(day)?.firstOfMonth.text == first)
            #expect(CivilDate(day)?.lastOfMonth.text == last)
        }
        #expect(CivilDate("2026-01-31")?.month == 2026 * 12)
    }
}
