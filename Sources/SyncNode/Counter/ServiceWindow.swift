package import Base
package import Change
package import Civil
package import Document

/// An hour at a window that may be booked.
package struct BookingSlot: Hashable, Sendable {
    package let date: CivilDate
    /// Minutes since midnight in Asia/Shanghai.
    package let start: Int

    package init(date: CivilDate, start: Int) {
        self.date = date
        self.start = start
    }

    /// - Parameter time: `09:30`; nil for anything else.
    package init?(date: CivilDate, time: String) {
        guard let start = Self.minutes(time) else { return nil }
        self.init(date: date, start: start)
    }

    /// Minutes since midnight of `09:30`; nil for anything else.
    package static func minutes(_ text: String) -> Int? {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == 0x3a, let hour = Int(text.prefix(2)),
            let minute = Int(text.suffix(2)), (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }

    /// `09:30`.
    package var time: String {
        let (hour, minute) = (start / 60, start % 60)
        return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
    }

    /// `2026-10-09 09:30`.
    package var text: String { date.text + " " + time }

    /// When it begins.
    package var moment: Instant { date.start.advanced(byMillis: Int64(start) * 60_000) }
}

extension BookingSlot: Comparable {
    package static func < (left: BookingSlot, right: BookingSlot) -> Bool {
        (left.date, left.start) < (right.date, right.start)
    }
}

/// A window that takes bookings (预约窗口), as the place that owns it has published it: which hours
/// of each working day, and how many people in each.
package struct ServiceWindow: Hashable, Sendable {
    /// An hour of each open day.
    package struct Hour: Hashable, Sendable {
        /// Minutes since midnight.
        package let start: Int
        /// People who may come then.
        package let places: Int
    }

    /// The place that owns it, and alone gives its hours away.
    package let region: RegionID
    package let code: String
    package let name: String
    /// Codes of the items that it serves; empty for all.
    package let items: [String]
    /// By start.
    package let hours: [Hour]
    /// Days ahead that may be booked.
    package let aheadDays: Int
    /// Whether it opens on rest days, too (周末服务).
    package let opensOnRestDays: Bool
    /// Days on which it is shut although it would be open.
    package let closed: [CivilDate]
    /// False once it was withdrawn.
    package let isOpen: Bool

    /// - Parameter state: Of family `window`; nil where it is not of its form.
    package init?(_ state: DefinitionState) {
        let body = state.body
        guard state.family == .window, Self.fault(body) == nil else { return nil }
        region = state.region
        code = state.code
        name = body["name"]?.text ?? state.code
        items = (body["items"]?.array ?? []).compactMap(\.text)
        hours = Self.hours(body).sorted { $0.start < $1.start }
        aheadDays = body["ahead"]?.int.flatMap(Int.init(exactly:)) ?? Limits.bookingAheadDays
        opensOnRestDays = body["weekend"]?.bool ?? false
        closed = (body["closed"]?.array ?? []).compactMap { $0.text.flatMap { CivilDate($0) } }
        isOpen = body["status"]?.text != "withdrawn"
    }

    /// What people write for an hour, `09:00x4`, as a statement has it.
    package static func hour(_ text: String) -> JSON {
        let parts = text.split { "xX×*".contains($0) }.map(String.init)
        return [
            "from": .text(parts.first ?? ""),
            "places": parts.last.flatMap(Int64.init).map(JSON.int) ?? .null,
        ]
    }

    private static func hours(_ body: JSON) -> [Hour] {
        (body["slots"]?.array ?? []).compactMap { entry in
            guard let start = entry["from"]?.text.flatMap(BookingSlot.minutes),
                let places = entry["places"]?.int.flatMap(Int.init(exactly:)),
                (1...Limits.bookingPlacesMax).contains(places)
            else { return nil }
            return Hour(start: start, places: places)
        }
    }

    /// What is wrong with a statement of a window, with its field; nil where nothing is.
    package static func fault(_ body: JSON) -> (field: String, title: String)? {
        guard let name = body["name"]?.text, !name.isEmpty,
            name.count <= Limits.elementCharactersMax
        else { return ("name", "“窗口名称”未填或过长") }
        let given = body["slots"]?.array ?? []
        guard (1...Limits.bookingHoursMax).contains(given.count) else {
            return ("slots", "须有 1 到 \(Limits.bookingHoursMax) 个时段")
        }
        let hours = hours(body)
        guard hours.count == given.count else {
            return ("slots", "时段应形如 09:00x4，每个时段 1 到 \(Limits.bookingPlacesMax) 人")
        }
        guard Set(hours.map(\.start)).count == hours.count else { return ("slots", "时段重复") }
        if let ahead = body["ahead"], !ahead.isNull,
            !(1...Int64(Limits.bookingAheadDaysMax)).contains(ahead.int ?? 0)
        {
            return ("ahead", "可预约天数应为 1 到 \(Limits.bookingAheadDaysMax)")
        }
        for (key, most) in [("items", Limits.bookingItemsMax), ("closed", Limits.bookingClosedMax)]
        {
            guard let list = body[key], !list.isNull else { continue }
            guard let entries = list.array, entries.count <= most,
                entries.allSatisfy({ $0.text.map { !$0.isEmpty } ?? false })
            else { return (key, "应为至多 \(most) 项文字的列表") }
        }
        let days = (body["closed"]?.array ?? []).compactMap(\.text)
        if days.contains(where: { CivilDate($0) == nil }) {
            return ("closed", "停约日期应形如 2026-10-09")
        }
        return nil
    }

    /// How many people a slot takes: 0 where it is none of this window's, nil where no notice of
    /// that year's holidays is known.
    package func places(_ slot: BookingSlot, _ calendar: WorkCalendar) -> Int? {
        guard isOpen, let hour = hours.first(where: { $0.start == slot.start }) else { return 0 }
        guard let isOpenDay = isOpenDay(slot.date, calendar) else { return nil }
        return isOpenDay ? hour.places : 0
    }

    /// Whether it is open on a day; nil where that year's notice is not known.
    package func isOpenDay(_ date: CivilDate, _ calendar: WorkCalendar) -> Bool? {
        guard isOpen, !closed.contains(date) else { return false }
        return opensOnRestDays ? true : calendar.isWorkingDay(date)
    }

    /// The last day that may be booked on a day.
    package func lastDay(from today: CivilDate) -> CivilDate { today.advanced(by: aheadDays) }
}
