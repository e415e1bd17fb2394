package import Base

/// A day of the proleptic Gregorian calendar, without a clock or a zone.
package struct CivilDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01; years 1 to 9999.
    package let daysSince1970: Int

    /// - Parameters:
    ///   - year: 1 … 9999.
    ///   - month: 1 … 12.
    ///   - day: 1 … days of that month. Anything else gives nil.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        daysSince1970 = Self.days(year, month, day)
    }

    /// - Parameter text: `2026-09-28`, exactly; anything else gives nil.
    package init?(_ text: String) {
        var scan = DigitScan(text)
        guard let year = scan.number(4), scan.take("-"), let month = scan.number(2),
            scan.take("-"), let day = scan.number(2), scan.isAtEnd
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day on which a moment falls in Asia/Shanghai, taken as UTC+8 throughout: the summer
    /// time of 1986 to 1991 is before anything that is handled here. Held to the years above.
    package init(of instant: Instant) {
        let shifted = instant.advanced(byMillis: Self.offsetMillis).millis
        let day = shifted.quotient(floor: Self.dayMillis)
        daysSince1970 = Int(max(Int64(Self.daysMin), min(day, Int64(Self.daysMax))))
    }

    private init(days: Int) { daysSince1970 = days }

    /// The day so many days later; stays at the ends of the range.
    package func advanced(by days: Int) -> CivilDate {
        let (sum, overflow) = daysSince1970.addingReportingOverflow(days)
        let wanted = overflow ? (days > 0 ? Int.max : Int.min) : sum
        return CivilDate(days: max(Self.daysMin, min(wanted, Self.daysMax)))
    }

    /// The days from this one to another, both included; none where that is earlier. It comes to
    /// an end at the last day of all, too, behind which `advanced` stands still.
    package func through(_ last: CivilDate) -> [CivilDate] {
        guard self <= last else { return [] }
        return (daysSince1970...last.daysSince1970).map { CivilDate(days: $0) }
    }

    /// Its first moment in Asia/Shanghai.
    package var start: Instant {
        Instant(millis: Int64(daysSince1970) * Self.dayMillis - Self.offsetMillis)
    }

    /// Its last millisecond in Asia/Shanghai.
    package var end: Instant { start.advanced(byMillis: Self.dayMillis - 1) }

    /// 1 Monday … 7 Sunday (ISO 8601).
    package var weekday: Int { ((daysSince1970 + 3) % 7 + 7) % 7 + 1 }

    /// Year, month and day.
    package var parts: (year: Int, month: Int, day: Int) { Self.parts(daysSince1970) }

    /// 1 … 9999.
    package var year: Int { parts.year }

    /// 1 … 366.
    package var dayOfYear: Int { daysSince1970 - Self.days(year, 1, 1) + 1 }

    /// `2026-09-28`.
    package var text: String {
        let (year, month, day) = parts
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    package static func < (left: CivilDate, right: CivilDate) -> Bool {
        left.daysSince1970 < right.daysSince1970
    }

    /// 365 or 366.
    package static func days(inYear year: Int) -> Int { isLeap(year) ? 366 : 365 }

    static let dayMillis: Int64 = 86_400_000
    /// UTC+8.
    static let offsetMillis: Int64 = 8 * 3_600_000
    private static let daysMin = days(1, 1, 1)
    private static let daysMax = days(9999, 12, 31)

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: isLeap(year) ? 29 : 28
        default: 31
        }
    }

    /// Counts in eras of 400 years whose years begin in March, so that leap days come last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func parts(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        return (year, month < 10 ? month + 3 : month - 9, day)
    }
}

extension Instant {
    /// - Parameter text: RFC 3339, with any offset: `2026-09-28T09:30:00.250+08:00`. Digits past
    ///   the millisecond are dropped; a leap second counts as the next one. Else nil.
    package init?(rfc3339 text: String) {
        var scan = DigitScan(text)
        guard let year = scan.number(4), scan.take("-"), let month = scan.number(2),
            scan.take("-"), let day = scan.number(2), scan.take("T") || scan.take("t"),
            let hour = scan.number(2), hour < 24, scan.take(":"),
            let minute = scan.number(2), minute < 60, scan.take(":"),
            let second = scan.number(2), second <= 60, let millis = scan.fraction(),
            let offset = scan.offsetMinutes(), scan.isAtEnd,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let minutes = Int64(date.daysSince1970) * 1_440 + Int64(hour * 60 + minute - offset)
        self.init(millis: minutes * 60_000 + Int64(second) * 1_000 + Int64(millis))
    }

    /// RFC 3339 in Asia/Shanghai: `2026-09-28T09:30:00+08:00`, with milliseconds where there are
    /// any. Years 1 to 9999.
    package var rfc3339: String {
        let date = CivilDate(of: self)
        let rest = Int((millis - date.start.millis).clamped(to: 0...(CivilDate.dayMillis - 1)))
        let (seconds, fraction) = (rest / 1_000, rest % 1_000)
        return date.text + "T" + padded(seconds / 3_600, 2) + ":" + padded(seconds / 60 % 60, 2)
            + ":" + padded(seconds % 60, 2) + (fraction == 0 ? "" : "." + padded(fraction, 3))
            + "+08:00"
    }
}

extension Int64 {
    fileprivate func quotient(floor divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : -((-(self + 1)) / divisor) - 1
    }

    fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
        Swift.max(range.lowerBound, Swift.min(self, range.upperBound))
    }
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Reads fixed fields of ASCII digits.
private struct DigitScan {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(_ width: Int) -> Int? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy(CheckDigit.isDigit) else { return nil }
        rest = rest.dropFirst(width)
        return digits.reduce(0) { $0 * 10 + Int($1 - CheckDigit.zero) }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Milliseconds of a fraction; 0 where there is none, nil where it has no digits.
    mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        let digits = rest.prefix(while: CheckDigit.isDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let three = (Array(digits.prefix(3)) + [0x30, 0x30]).prefix(3)
        return three.reduce(0) { $0 * 10 + Int($1 - CheckDigit.zero) }
    }

    mutating func offsetMinutes() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : -1
        guard sign == 1 || take("-"), let hours = number(2), hours < 24, take(":"),
            let minutes = number(2), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
