package import Base
package import Civil

/// When a light turns on (亮灯): settings of a county, since no seed fixes them (DOMAIN §3.5).
package struct LightLimits: Hashable, Sendable {
    /// 蓝 and 黄: so many working days are left, or fewer.
    package let blue: Int
    package let yellow: Int
    /// 红: so many working days after the due date; 0 is the day after it.
    package let red: Int
    /// A hand-over that nobody signs for: more than so many working days show 黄, and 红.
    package let offered: Int
    package let unsigned: Int

    /// What holds where nobody set anything.
    package static let seed = LightLimits(blue: 3, yellow: 1, red: 0)

    package init(blue: Int, yellow: Int, red: Int, offered: Int = 1, unsigned: Int = 2) {
        invariant(blue >= yellow && yellow >= 0 && red >= 0, "lights turn on one after the other")
        invariant(unsigned >= offered && offered >= 0, "a hand-over warns before it is late")
        self.blue = blue
        self.yellow = yellow
        self.red = red
        self.offered = offered
        self.unsigned = unsigned
    }

    /// - Parameter json: {blue, yellow, red, offered?, unsigned?}, each 0 … 60, blue not below
    ///   yellow and unsigned not below offered; else nil.
    package init?(_ json: JSON) {
        var numbers = ["blue", "yellow", "red"].map { json[$0]?.int ?? -1 }
        numbers += [json["offered"]?.int ?? 1, json["unsigned"]?.int ?? 2]
        guard numbers.allSatisfy({ (0...60).contains($0) }), numbers[0] >= numbers[1],
            numbers[4] >= numbers[3]
        else { return nil }
        self.init(
            blue: Int(numbers[0]), yellow: Int(numbers[1]), red: Int(numbers[2]),
            offered: Int(numbers[3]), unsigned: Int(numbers[4]))
    }

    /// The light of something that is due on a day; nil where nothing is near, or where a year
    /// between is not known. Cost: a step for each calendar day between.
    package func light(
        due: CivilDate, on today: CivilDate, _ calendar: WorkCalendar
    ) -> CaseClock.Light? {
        if today > due {
            guard red > 0, let late = calendar.workingDays(after: due, through: today) else {
                return .red
            }
            return late > red ? .red : .yellow
        }
        guard let left = calendar.workingDays(after: today, through: due) else { return nil }
        if left <= yellow { return .yellow }
        return left <= blue ? .blue : nil
    }

    /// The last due dates of each light as a day has them: what is due up to `red` shows red, and
    /// so on. nil where a year is not known.
    package func days(
        on today: CivilDate, _ calendar: WorkCalendar
    ) -> (red: CivilDate, yellow: CivilDate, blue: CivilDate)? {
        var last = [CivilDate](repeating: today.advanced(by: -1), count: 3)
        for step in -Limits.lightDaysMax...Limits.lightDaysMax {
            let date = today.advanced(by: step)
            guard let light = light(due: date, on: today, calendar) else {
                if step > 0 { break }
                continue
            }
            switch light {
            case .red: last[0] = date
            case .yellow: last[1] = date
            case .blue: last[2] = date
            }
        }
        return (last[0], max(last[0], last[1]), max(last[0], last[1], last[2]))
    }
}
