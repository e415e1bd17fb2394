import Base

/// One year's statutory holidays, and the weekend days worked in their stead.
package struct HolidayYear: Hashable, Sendable {
    package let year: Int
    /// Days off of the yearly notice, weekend days inside a holiday too. Sorted.
    package let holidays: [CivilDate]
    /// Weekend days that are worked. Sorted.
    package let workdays: [CivilDate]
    /// One bit a day of the year, set where it is worked.
    private let worked: [UInt64]

    /// - Returns: nil where a date lies in another year or stands in both lists, or where a
    ///   worked day is no weekend day.
    package init?(year: Int, holidays: [CivilDate], workdays: [CivilDate]) {
        let off = Set(holidays)
        let on = Set(workdays)
        guard let first = CivilDate(year: year, month: 1, day: 1), off.isDisjoint(with: on),
            (holidays + workdays).allSatisfy({ $0.year == year }),
            workdays.allSatisfy({ $0.weekday > 5 })
        else { return nil }
        self.year = year
        self.holidays = off.sorted()
        self.workdays = on.sorted()
        var bits = [UInt64](repeating: 0, count: 6)
        for index in 0..<CivilDate.days(inYear: year) {
            let date = first.advanced(by: index)
            let isWorked = on.contains(date) || (date.weekday <= 5 && !off.contains(date))
            if isWorked { bits[index / 64] |= 1 << UInt64(index % 64) }
        }
        worked = bits
    }

    /// How many days of the year are worked.
    package var workingDayCount: Int { worked.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// - Parameter index: Days since the first of January.
    func isWorked(_ index: Int) -> Bool { worked[index / 64] >> UInt64(index % 64) & 1 == 1 }

    /// The year that ships with the product: the State Council's notice of 2025-11-04.
    package static let shipped: [HolidayYear] = {
        let off = [
            (1, 1, 3), (2, 15, 23), (4, 4, 6), (5, 1, 5), (6, 19, 21), (9, 25, 27), (10, 1, 7),
        ]
        let on = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
        let holidays = off.flatMap { month, from, to in
            (from...to).compactMap { CivilDate(year: 2026, month: month, day: $0) }
        }
        let workdays = on.compactMap { CivilDate(year: 2026, month: $0.0, day: $0.1) }
        let year = HolidayYear(year: 2026, holidays: holidays, workdays: workdays)
        invariant(year != nil, "the shipped year is of its form")
        return year.map { [$0] } ?? []
    }()
}

/// Working days over the years of which the notice is known (DOMAIN §3.5). A year that is not
/// known is told, never guessed.
package struct WorkCalendar: Hashable, Sendable {
    /// What counting comes to.
    package enum DueDate: Hashable, Sendable {
        case date(CivilDate)
        /// The notice of this year is not known: counting stopped there.
        case calendarMissing(year: Int)

        /// The date, where it is known.
        package var date: CivilDate? {
            guard case .date(let date) = self else { return nil }
            return date
        }
    }

    private var years: [Int: HolidayYear]

    /// - Parameter years: Of two for one year the later one stands.
    package init(_ years: [HolidayYear] = HolidayYear.shipped) {
        self.years = [:]
        for year in years { self.years[year.year] = year }
    }

    /// Takes in a year, or another notice of one.
    package mutating func set(_ year: HolidayYear) { years[year.year] = year }

    /// The years known, in order.
    package var known: [Int] { years.keys.sorted() }

    /// Whether a day is worked; nil where its year is not known.
    package func isWorkingDay(_ date: CivilDate) -> Bool? {
        years[date.year]?.isWorked(date.dayOfYear - 1)
    }

    /// The n-th working day strictly after a day; the day itself where n is 0. A working day
    /// that a pause touches (its first and last day too) is not counted.
    ///
    /// - Parameters:
    ///   - count: 0 … `Limits.workingDaysMax`.
    ///   - pauses: In any order; they may overlap.
    /// - Returns: Cost: one step a calendar day.
    package func due(
        after start: CivilDate, workingDays count: Int, pauses: [ClosedRange<CivilDate>] = []
    ) -> DueDate {
        invariant((0...Limits.workingDaysMax).contains(count), "working days are in range")
        var date = start
        var left = count
        while left > 0 {
            let last = date
            date = date.advanced(by: 1)
            // Behind the last day of all no day follows.
            guard date > last, let isWorked = isWorkingDay(date) else {
                return .calendarMissing(year: date.year)
            }
            let isPaused = !pauses.isEmpty && pauses.contains { $0.contains(date) }
            if isWorked, !isPaused { left -= 1 }
        }
        return .date(date)
    }

    /// Working days after `start` up to and including `end`; 0 where `end` is not later.
    ///
    /// - Returns: nil where a year between is not known.
    package func workingDays(
        after start: CivilDate, through end: CivilDate, pauses: [ClosedRange<CivilDate>] = []
    ) -> Int? {
        var count = 0
        var date = start
        while date < end {
            date = date.advanced(by: 1)
            guard let isWorked = isWorkingDay(date) else { return nil }
            if isWorked, !pauses.contains(where: { $0.contains(date) }) { count += 1 }
        }
        return count
    }
}
