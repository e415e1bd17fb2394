package import Base
package import Change
import Civil
package import Domain
package import Guide

/// Makes the board's sheets out of the documents of one moment. Nothing of them is stored.
package struct BoardMaker<Source: ListedSource> {
    package let own: RegionID
    package let directory: Directory
    package let now: Instant
    package let source: Source
    /// Who a ticket is from, as lists show it, out of what its state holds sealed.
    package let person: (String) -> String

    package init(
        own: RegionID, directory: Directory, now: Instant, source: Source,
        person: @escaping (String) -> String = { _ in "" }
    ) {
        self.own = own
        self.directory = directory
        self.now = now
        self.source = source
        self.person = person
    }

    /// The sheet; nil where what it is about is not here.
    ///
    /// - Throws: What the source throws.
    package func sheet(_ question: BoardQuestion) throws(Source.Failure) -> Sheet? {
        let region: RegionRecord?
        if let code = question.region {
            region = directory.region(code: code)
        } else {
            region = directory.region(own)
        }
        guard let region else { return nil }
        switch question.kind {
        case .tickets: return try tickets(question, for: region)
        case .ticket: return try ticket(question.code)
        }
    }

    // MARK: parts

    var today: CivilDate { CivilDate(of: now) }

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
