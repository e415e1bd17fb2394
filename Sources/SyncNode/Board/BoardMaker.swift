package import Base
package import Change
import Civil
package import Domain
package import Guide

/// Where the board's figures come from: kept ones, for any subtree and period.
package protocol FigureSource<Failure> {
    associatedtype Failure: Error

    /// What happened in a subtree on the days of a period.
    func figures(
        of region: RegionID, in period: ClosedRange<CivilDate>
    ) throws(Failure) -> Figures
    /// What is open in a subtree.
    func open(of region: RegionID) throws(Failure) -> OpenFigures
    /// Documents of a subtree that are due on a day or before it, the earliest first.
    func due(
        of region: RegionID, until day: CivilDate, limit: Int
    ) throws(Failure) -> [DocumentKey]
    /// Milliseconds since 1970 up to which a place's own is here: the newest that it wrote, and the
    /// last time at which its county said that it has it; nil for none, and where all of it lies
    /// behind `now`, so that a clock which is ahead proves nothing.
    func lastSign(of region: RegionID, until now: Instant) throws(Failure) -> Int64?
    /// Places of a subtree that have something of it in a period, by id.
    func places(
        of region: RegionID, with counted: Counted, in period: ClosedRange<CivilDate>
    ) throws(Failure) -> [RegionID]
    /// 收件 of a period in a subtree that a holder has not.
    ///
    /// - Parameter said: What the holder said of a scope; nil for nothing.
    func unsynced(
        of region: RegionID, in period: ClosedRange<CivilDate>,
        _ said: (ScopeID) throws(Failure) -> HoldingState?
    ) throws(Failure) -> Int
    /// What the catalog comes to on a day; made again only where it has changed.
    func census(
        on day: CivilDate, _ make: () throws(Failure) -> CatalogCensus
    ) throws(Failure) -> CatalogCensus
    /// How many changes are here that no figure knows of yet.
    var missing: Int { get }
}

/// Makes the board's sheets out of the documents of one moment and the figures that are kept.
package struct BoardMaker<Source: ListedSource, Figured: FigureSource>
where Figured.Failure == Source.Failure {
    package let own: RegionID
    package let directory: Directory
    package let now: Instant
    package let source: Source
    package let figured: Figured
    /// Who a ticket is from, as lists show it, out of what its state holds sealed.
    package let person: (String) -> String
    /// What a sealed text says; one that is not sealed is given back as it is.
    package let text: (String) -> String

    package init(
        own: RegionID, directory: Directory, now: Instant, source: Source,
        figured: Figured,
        person: @escaping (String) -> String = { _ in "" },
        text: @escaping (String) -> String = { $0 }
    ) {
        self.own = own
        self.directory = directory
        self.now = now
        self.source = source
        self.figured = figured
        self.person = person
        self.text = text
    }

    /// The sheet; nil where what it is about is not here.
    ///
    /// - Throws: What the source throws.
    package func sheet(_ question: BoardQuestion) throws(Source.Failure) -> Sheet? {
        guard let region = directory.region(code: question.region, or: own) else { return nil }
        switch question.kind {
        case .tickets: return try tickets(question, for: region)
        case .ticket: return try ticket(question.code)
        case .ratings: return try ratings(question, for: region)
        case .asked: return try asked(for: region)
        case .duty: return try duty(question.code)
        case .lights: return try lights(for: region)
        case .metrics: return try metrics(question, for: region)
        case .month: return try month(question, for: region)
        case .ranking: return try ranking(question, for: region)
        case .archives: return try archives(for: region)
        case .archive: return try archive(question.code)
        case .windows: return try windows(for: region)
        case .bookings: return try bookings(question, for: region)
        case .booking: return try booking(question.code)
        case .mailings: return try mailings(question, for: region)
        case .mailing: return try mailing(question.code)
        case .reminders: return try reminders(for: region)
        case .queues: return try queues(for: region)
        }
    }

    // MARK: parts

    var today: CivilDate { CivilDate(of: now) }

    /// The period that is asked for, else this month.
    func period(_ question: BoardQuestion) -> ClosedRange<CivilDate> {
        question.period ?? today.firstOfMonth...today.lastOfMonth
    }

    /// 数据截至, and what is not in the figures yet.
    func asOf(_ stations: StationCensus) -> String {
        let time = stations.asOf.map { Instant(millis: $0).minute } ?? "有站点从未联系"
        return "数据截至 " + time
            + (figured.missing > 0 ? " · 尚有 \(figured.missing) 条变更待计入" : "")
    }

    /// Working days as the node's own place counts them, around a day.
    func calendar(around date: CivilDate) throws(Source.Failure) -> WorkCalendar {
        try CatalogQuery.calendar(
            of: max(1, date.year - 1)...min(9999, date.year + 1), for: own, in: directory,
            from: source)
    }

    func name(_ region: RegionID?) -> String {
        guard let region else { return "—" }
        return directory.region(region)?.name ?? region.hex
    }
}

extension Instant {
    /// As people read it: `2026-09-24 09:05`.
    var minute: String {
        let text = Substring(rfc3339)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }
}

extension WorkCalendar.DueDate {
    /// The day, or why it is not known.
    var words: String {
        switch self {
        case .date(let date): date.text
        case .calendarMissing(let year): "缺 \(year) 年节假日安排"
        }
    }
}
