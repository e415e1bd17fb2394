package import Civil

extension CivilDate {
    /// The first day of its month.
    package var firstOfMonth: CivilDate { advanced(by: 1 - parts.day) }

    /// The last day of its month.
    package var lastOfMonth: CivilDate {
        // 31 days behind the first lie in the next month, whatever this one's length; behind the
        // last month of all there is none.
        let next = firstOfMonth.advanced(by: 31)
        return next.month == month ? next : next.firstOfMonth.advanced(by: -1)
    }

    /// Its month as a number: year × 12 + month − 1.
    package var month: Int { parts.year * 12 + parts.month - 1 }

    /// `2026-09`.
    package var monthText: String { String(text.prefix(7)) }
}
