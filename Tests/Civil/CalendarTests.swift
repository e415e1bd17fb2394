import Base
import Foundation
import Support
import Testing

@testable import Civil

@Suite struct CalendarTests {
    private static let vectors = SharedData.path("workday-vectors.csv")
    private static let years = SharedData.path("workdays.json")

    private static func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    private static func known() throws -> WorkCalendar {
        let path = try #require(years)
        let json = try JSON(parsing: String(contentsOfFile: path, encoding: .utf8))
        let found = try #require(json.object).members.map { member -> HolidayYear in
            let year = try #require(Int(member.key))
            let holidays = try dates(member.value["holidays"])
            let workdays = try dates(member.value["workdays"])
            return try #require(
                HolidayYear(year: year, holidays: holidays, workdays: workdays))
        }
        return WorkCalendar(found)
    }

    private static func dates(_ json: JSON?) throws -> [CivilDate] {
        let texts = try #require(json?.array).compactMap(\.text)
        return try texts.map(date)
    }

    /// A notice that makes the last day of all a holiday: counting on from there once never ended.
    @Test func countingEndsWithTheDays() throws {
        let year = try #require(
            HolidayYear(year: 9999, holidays: [try Self.date("9999-12-31")], workdays: []))
        let due = WorkCalendar([year]).due(after: try Self.date("9999-12-30"), workingDays: 3)
        #expect(due == .calendarMissing(year: 9999))
    }

    @Test func daysComeToAnEnd() throws {
        func days(_ from: String, _ to: String) throws -> [String] {
            try #require(CivilDate(from)).through(try #require(CivilDate(to))).map(\.text)
        }
        #expect(try days("2026-02-28", "2026-03-01") == ["2026-02-28", "2026-03-01"])
        #expect(try days("2026-03-01", "2026-02-28") == [])
        #expect(try days("9999-12-30", "9999-12-31") == ["9999-12-30", "9999-12-31"])
    }

    @Test(
        .enabled(if: vectors != nil && years != nil, "shared/data is not on this machine"))
    func dueDatesAsTheVectorsSay() throws {
        let calendar = try Self.known()
        let text = try String(contentsOfFile: #require(Self.vectors), encoding: .utf8)
        let rows = text.split(separator: "\n").dropFirst()
        #expect(rows.count == 300)
        for row in rows {
            let fields = row.split(separator: ",")
            let start = try Self.date(String(fields[0]))
            let count = try #require(Int(fields[1]))
            let due = calendar.due(after: start, workingDays: count)
            #expect(due.date?.text == String(fields[2]), "\(row)")
            #expect(due.date.flatMap { calendar.workingDays(after: start, through: $0) } == count)
        }
    }

    @Test(.enabled(if: years != nil, "shared/data is not on this machine"))
    func shippedYearIsTheNotice() throws {
        let shipped = try #require(HolidayYear.shipped.first)
        #expect(shipped.workingDayCount == 248)
        let known = try Self.known()
        for index in 0..<365 {
            let day = try Self.date("2026-01-01").advanced(by: index)
            #expect(WorkCalendar().isWorkingDay(day) == known.isWorkingDay(day), "\(day.text)")
        }
    }

    @Test func scenarioDates() throws {
        let calendar = WorkCalendar()
        let start = try Self.date("2026-09-24")
        #expect(calendar.due(after: start, workingDays: 5).date?.text == "2026-10-09")
        #expect(calendar.due(after: start, workingDays: 20).date?.text == "2026-10-29")
        #expect(calendar.due(after: start, workingDays: 0).date == start)
        let pause = try Self.date("2026-10-12")...Self.date("2026-10-16")
        let accepted = try Self.date("2026-10-08")
        #expect(calendar.due(after: accepted, workingDays: 10).date?.text == "2026-10-21")
        #expect(
            calendar.due(after: accepted, workingDays: 10, pauses: [pause, pause]).date?.text
                == "2026-10-28")
    }

    @Test func unknownYearIsToldNotGuessed() throws {
        let calendar = WorkCalendar()
        let late = try Self.date("2026-12-30")
        #expect(calendar.due(after: late, workingDays: 1).date?.text == "2026-12-31")
        #expect(calendar.due(after: late, workingDays: 2) == .calendarMissing(year: 2027))
        #expect(calendar.workingDays(after: late, through: try Self.date("2027-01-02")) == nil)
        #expect(calendar.isWorkingDay(try Self.date("2025-12-31")) == nil)
    }

    @Test func aYearRefusesWhatContradictsItself() throws {
        let monday = try Self.date("2026-09-28")
        let sunday = try Self.date("2026-09-27")
        #expect(HolidayYear(year: 2026, holidays: [monday], workdays: [sunday]) != nil)
        #expect(HolidayYear(year: 2026, holidays: [sunday], workdays: [sunday]) == nil)
        #expect(HolidayYear(year: 2026, holidays: [], workdays: [monday]) == nil)
        #expect(HolidayYear(year: 2025, holidays: [monday], workdays: []) == nil)
    }

    @Test func everyDayOfFourCenturiesCountsOn() throws {
        var day = try Self.date("1899-12-31")
        let end = try Self.date("2300-01-01")
        var previous = day
        while day < end {
            day = day.advanced(by: 1)
            let parts = day.parts
            #expect(CivilDate(year: parts.year, month: parts.month, day: parts.day) == day)
            #expect(day.weekday == previous.weekday % 7 + 1)
            #expect(parts.day == previous.parts.day + 1 || parts.day == 1)
            previous = day
        }
        #expect(try Self.date("1970-01-01").daysSince1970 == 0)
        #expect(try Self.date("2026-09-24").weekday == 4)
        #expect(try Self.date("2024-12-31").dayOfYear == 366)
    }

    @Test(
        arguments: [
            "", "2026-9-28", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "0000-01-01",
            "2026-09-31", "2026-09-28 ", "2026/09/28", "２026-09-28",
        ])
    func datesThatAreNone(text: String) { #expect(CivilDate(text) == nil) }

    @Test func momentsAreReadAndWritten() throws {
        let moment = try #require(Instant(rfc3339: "2026-09-28T00:00:00+08:00"))
        #expect(CivilDate(of: moment).text == "2026-09-28")
        #expect(CivilDate(of: moment.advanced(byMillis: -1)).text == "2026-09-27")
        #expect(try Self.date("2026-09-28").start == moment)
        #expect(Instant(rfc3339: "2026-09-27T16:00:00Z") == moment)
        #expect(Instant(rfc3339: "2026-09-27T11:30:00-04:30") == moment)
        #expect(Instant(rfc3339: "1970-01-01T00:00:00.1259Z")?.millis == 125)
        #expect(Instant(rfc3339: "1970-01-01T00:00:00.5Z")?.millis == 500)
        for text in ["2026-09-28T09:30:00+08:00", "1969-12-31T23:59:59.999+08:00"] {
            #expect(Instant(rfc3339: text)?.rfc3339 == text)
        }
        #expect(CivilDate(of: Instant(millis: .max)).text == "9999-12-31")
        #expect(CivilDate(of: Instant(millis: .min)).text == "0001-01-01")
        #expect(!Instant(millis: .max).rfc3339.isEmpty)
    }

    @Test(
        arguments: [
            "2026-09-28", "2026-09-28T09:30:00", "2026-09-28T24:00:00Z", "2026-09-28T09:60:00Z",
            "2026-09-28T09:30:61Z", "2026-09-28T09:30:00.Z", "2026-09-28T09:30:00+0800",
            "2026-09-28T09:30:00+24:00", "2026-09-28T09:30:00Z ", "2026-09-28 09:30:00Z",
        ])
    func momentsThatAreNone(text: String) { #expect(Instant(rfc3339: text) == nil) }
}
