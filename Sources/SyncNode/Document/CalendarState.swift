package import Base
package import Change
package import Civil

/// One year's notice as a county or a higher region pushed it, in the form of the shipped one.
package struct CalendarState: Hashable, Sendable {
    package let region: RegionID
    package let year: Int
    package private(set) var notices = Timeline<HolidayYear>()

    package init(region: RegionID, year: Int) {
        self.region = region
        self.year = year
    }

    /// The document of one year in the catalog of one region.
    package static func id(of year: Int, in scope: ScopeID) -> Digest16 {
        Digest16(high: scope.rawValue, low: UInt64(year))
    }

    /// Takes a notice of its year in; one that is known changes nothing.
    package mutating func insert(_ notice: HolidayYear, _ stamp: Stamp) {
        invariant(notice.year == year, "a notice stands with its year")
        notices.insert(Timeline.Entry(stamp: stamp, value: notice))
    }

    /// The notice that stands; of contested ones the latest by clock.
    package var current: HolidayYear? { Timeline.latest(of: notices.heads)?.value }
}

// MARK: as a document

extension CalendarState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("region", region.hex)
            object.field("year", year)
            object.key("notices")
            notices.write(to: &object) { notice, writer in notice.write(to: &writer) }
        }
        return StoredDocument(
            key: key, scope: scope, label: String(year),
            status: notices.heads.count > 1 ? "contested" : "set",
            time: notices.entries.map(\.stamp.time).max()?.millis ?? 0, attention: false,
            search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let bytes = stored.state
        var scanner = try JSONScanner(bytes)
        guard let region = try scanner.text("region").flatMap(RegionID.init(hex:)),
            let year = try scanner.int("year"), let notices = try scanner.member("notices")
        else { throw JSONError(.kind, offset: 0) }
        self.init(region: region, year: Int(year))
        self.notices = try Timeline(bytes, in: notices.value) {
            (range) throws(JSONError) -> HolidayYear in
            let json = try JSON(parsing: bytes, in: range)
            guard let notice = HolidayYear(json: json), notice.year == Int(year) else {
                throw JSONError(.kind, offset: range.lowerBound)
            }
            return notice
        }
    }
}

extension HolidayYear {
    /// {year, holidays, workdays}, dates as texts in order.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("year", year)
            object.array("holidays") { array in
                for date in holidays { array.value(date.text) }
            }
            object.array("workdays") { array in
                for date in workdays { array.value(date.text) }
            }
        }
    }

    /// - Parameter json: As `write` gives it, dates in any order; anything else gives nil.
    package init?(json: JSON) {
        guard let year = json["year"]?.int, (1...9999).contains(year),
            let holidays = Self.dates(json["holidays"]), let workdays = Self.dates(json["workdays"])
        else { return nil }
        self.init(year: Int(year), holidays: holidays, workdays: workdays)
    }

    private static func dates(_ json: JSON?) -> [CivilDate]? {
        guard let list = json?.array, list.count <= 366 else { return nil }
        let dates = list.compactMap { $0.text.flatMap(CivilDate.init(_:)) }
        return dates.count == list.count ? dates : nil
    }
}
