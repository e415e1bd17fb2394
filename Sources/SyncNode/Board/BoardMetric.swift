package import Base
package import Civil
package import Domain

/// What a metric comes to.
package enum MetricValue: Hashable, Sendable {
    /// A share of a whole; nothing to be said where the whole is 0.
    case share(Int, of: Int)
    /// A number with its unit.
    case number(Int, String)
    /// In tenths, with its unit.
    case tenths(Int, String)
    /// Why there is nothing to count.
    case none(String)

    /// In thousandths, rounded half up; nil where it is no share, or of nothing.
    package var thousandths: Int? {
        guard case .share(let part, let whole) = self, whole > 0 else { return nil }
        return Self.rounded(1000 * part, whole)
    }

    /// Half up, below nothing, too.
    static func rounded(_ part: Int, _ whole: Int) -> Int {
        let (quotient, rest) = (2 * part + whole).quotientAndRemainder(dividingBy: 2 * whole)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// `83.3%`, `12 件`, or why there is none.
    package var text: String {
        switch self {
        case .share(_, let whole):
            guard whole > 0, let value = thousandths else { return "无数据" }
            return Self.tenth(value) + "%"
        case .number(let number, let unit): return "\(number) \(unit)"
        case .tenths(let number, let unit): return Self.tenth(number) + " " + unit
        case .none(let reason): return reason
        }
    }

    /// What it was made of: `5/6`; empty for what is no share.
    package var fraction: String {
        guard case .share(let part, let whole) = self else { return "" }
        return "\(part)/\(whole)"
    }

    private static func tenth(_ value: Int) -> String {
        (value < 0 ? "-" : "") + "\(abs(value) / 10).\(abs(value) % 10)"
    }

    /// For programs: {value?, part?, whole?, unit?, reason?}; a share in thousandths.
    package var json: JSON {
        switch self {
        case .share(let part, let whole):
            [
                "thousandths": thousandths.map { .int(Int64($0)) } ?? .null,
                "part": .int(Int64(part)), "whole": .int(Int64(whole)),
            ]
        case .number(let number, let unit):
            ["value": .int(Int64(number)), "unit": .text(unit)]
        case .tenths(let number, let unit):
            ["tenths": .int(Int64(number)), "unit": .text(unit)]
        case .none(let reason): ["reason": .text(reason)]
        }
    }
}

/// Everything that metrics are made of, for one subtree and period.
package struct BoardInput: Sendable {
    package let period: ClosedRange<CivilDate>
    package let today: CivilDate
    package var figures = Figures()
    /// Of cases closed so long ago that their rating window is over by today.
    package var settled = Figures()
    package var lights = LightCounts()
    package var census = CatalogCensus()
    package var stations = StationCensus()
    package var entered = EnteredFigures()
    /// Items whose course is 企业开办.
    package var startupItems: [String] = []
    /// Figures of the villages and towns of the subtree alone.
    package var below = Figures()
    /// How many of the versions in force the places of the subtree have.
    package var reach = CatalogCensus.Reach()
    /// 收件 of the period that the county has not said it holds.
    package var unsynced = 0
    /// Places with 收件 in the period, and of these those with 评价.
    package var served = 0
    package var rated = 0
    /// 后两位 and 后五位 of the subtree, by name, the last one last.
    package var lastPlaces: [String] = []
    package var lastDepartments: [String] = []

    package init(period: ClosedRange<CivilDate>, today: CivilDate) {
        self.period = period
        self.today = today
    }
}

extension BoardInput {
    /// How many of these days lie in the period.
    func count(_ days: [Int]) -> Int {
        let period = period.lowerBound.daysSince1970...period.upperBound.daysSince1970
        return days.filter { period.contains($0) }.count
    }

    /// 收件 of these items.
    func received(_ items: Set<String>) -> Int {
        figures.list(.itemReceived).filter { items.contains($0.key) }
            .reduce(0) { $0 + $1.amount.count }
    }
}

/// Figures that nobody can count here and that are entered with their source (填报): by metric.
package struct EnteredFigures: Hashable, Sendable {
    /// One entry.
    package struct Entry: Hashable, Sendable {
        package let part: Int
        package let whole: Int?
        package let source: String

        package init(part: Int, whole: Int?, source: String) {
            self.part = part
            self.whole = whole
            self.source = source
        }
    }

    /// By the number of the metric.
    package var entries: [Int: Entry] = [:]

    package init() {}

    func share(_ number: Int) -> MetricValue {
        guard let entry = entries[number] else { return .none("待填报") }
        return entry.whole.map { .share(entry.part, of: $0) } ?? .number(entry.part, "")
    }

    /// Who says so.
    func source(_ number: Int) -> [(String, MetricValue)] {
        guard let entry = entries[number], !entry.source.isEmpty else { return [] }
        return [("来源", .none(entry.source))]
    }
}

/// Places of a subtree and when each was last heard of.
package struct StationCensus: Hashable, Sendable {
    /// One place.
    package struct Station: Hashable, Sendable {
        package let name: String
        package let level: Level
        /// Milliseconds since 1970 of the last sign of it; nil for none. The own place's is now.
        package let lastSign: Int64?

        package init(name: String, level: Level, lastSign: Int64?) {
            self.name = name
            self.level = level
            self.lastSign = lastSign
        }
    }

    package var stations: [Station] = []
    package var now: Int64 = 0
    /// Neighbouring counties' cities with an agreement.
    package var partnerCities = 0

    package init() {}

    /// Stations heard of within some days, of a level or all.
    package func alive(_ level: Level? = nil, days: Int = Limits.stationAliveDays) -> Int {
        stations.filter { station in
            (level == nil || station.level == level)
                && station.lastSign.map { now - $0 <= Int64(days) * 86_400_000 } == true
        }.count
    }

    /// Hours of a period until now for which stations have been silent, by the last sign of each,
    /// and all hours of it. Silence of less than a day is none.
    package func silence(
        _ period: ClosedRange<CivilDate>
    ) -> (silent: Int, all: Int) {
        let start = period.lowerBound.start.millis
        let end = min(now, period.upperBound.advanced(by: 1).start.millis)
        guard end > start else { return (0, 0) }
        var silent = 0
        for station in stations {
            let sign = station.lastSign ?? start
            guard
                station.lastSign == nil
                    || now - sign > Int64(Limits.stationSilentHours) * 3_600_000
            else { continue }
            silent += Int(max(0, end - max(start, sign)) / 3_600_000)
        }
        return (silent, Int((end - start) / 3_600_000) * stations.count)
    }

    /// All of a level.
    package func count(_ level: Level) -> Int { stations.filter { $0.level == level }.count }

    /// 数据截至: the last sign of the station that was silent longest; nil where one was never
    /// heard of.
    package var asOf: Int64? {
        let signs = stations.map(\.lastSign)
        return signs.contains(nil) ? nil : signs.compactMap { $0 }.min()
    }

    /// The lag that 95 of 100 stations keep, in minutes; nil without a station that was heard of.
    package var lagMinutes: Int? {
        let lags = stations.compactMap { $0.lastSign.map { max(0, now - $0) / 60_000 } }.sorted()
        guard !lags.isEmpty else { return nil }
        return Int(lags[min(lags.count - 1, (lags.count * 95 + 99) / 100 - 1)])
    }
}

/// What shows which light now.
package struct LightCounts: Hashable, Sendable {
    package var blue = 0
    package var yellow = 0
    package var red = 0
    /// Open in all, and of these paused or without a known due day.
    package var open = 0
    package var paused = 0
    package var undated = 0

    package init() {}

    /// Counts what is open, on a day; nil where a year is not known.
    package init?(
        _ open: OpenFigures, on today: CivilDate, _ calendar: WorkCalendar, _ limits: LightLimits
    ) {
        guard let days = limits.days(on: today, calendar) else { return nil }
        for entry in open.entries { count(entry, today, calendar, days, limits) }
    }

    private typealias Days = (red: CivilDate, yellow: CivilDate, blue: CivilDate)

    private mutating func count(
        _ entry: OpenFigures.Entry, _ today: CivilDate, _ calendar: WorkCalendar, _ days: Days,
        _ limits: LightLimits
    ) {
        let beside = OpenBeside(key: entry.counted == .openTicket ? "" : entry.key)
        var lights: [CaseClock.Light?] = []
        func passed(since day: Int) -> Int? {
            let date = today.advanced(by: day - today.daysSince1970)
            return calendar.workingDays(after: date, through: today)
        }
        switch entry.counted {
        case .paused, .waiting: paused += entry.count
        case .undated: undated += entry.count
        case .openReply:
            guard entry.day >= today.daysSince1970 else { return }
            // The fourth of five working days: one is left.
            if entry.day <= days.yellow.daysSince1970 { lights.append(.yellow) }
        case .openDeemed:
            guard let reply = beside.reply, reply < today.daysSince1970 else { return }
            lights.append(Self.light(entry.day, days))
        case .openImmediate:
            if entry.day < today.daysSince1970 {
                let late = passed(since: entry.day) ?? 2
                lights.append(late > 1 ? .red : late == 1 ? .yellow : nil)
            }
        case .openTwice: lights.append(.red)
        case .openVerification:
            if entry.day < today.daysSince1970 { lights.append(.yellow) }
        default: lights.append(Self.light(entry.day, days))
        }
        let isCase = ![.openTicket, .openVerification].contains(entry.counted)
        if isCase { open += entry.count }
        // Overdue is a warning: the applicant's limit is not that of the case.
        let warnings = [beside.deferral, beside.verification].compactMap { $0 }
        if warnings.contains(where: { $0 < today.daysSince1970 }) { lights.append(.yellow) }
        if let offered = beside.offered.map({ passed(since: $0) ?? 0 }) {
            lights.append(
                offered > limits.unsigned ? .red : offered > limits.offered ? .yellow : nil)
        }
        show(lights.compactMap { $0 }.max(), entry.count)
    }

    private mutating func show(_ light: CaseClock.Light?, _ count: Int) {
        switch light {
        case .red: red += count
        case .yellow: yellow += count
        case .blue: blue += count
        case nil: break
        }
    }

    private static func light(_ due: Int, _ days: Days) -> CaseClock.Light? {
        if due <= days.red.daysSince1970 { return .red }
        if due <= days.yellow.daysSince1970 { return .yellow }
        return due <= days.blue.daysSince1970 ? .blue : nil
    }
}
