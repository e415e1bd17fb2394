import Base
import Testing

@testable import Civil

/// The statutory clock against the dates of SCENARIOS.md, and against a naive twin.
@Suite struct CaseClockTests {
    private static func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    private static let terms = CaseClock.Terms(promised: 5, legal: 20, isImmediate: false)

    private func clock(
        _ course: CaseClock.Course, _ terms: CaseClock.Terms = terms, on today: String
    ) throws -> CaseClock {
        CaseClock(course, terms, WorkCalendar(), on: try Self.date(today))
    }

    @Test func aVillagesReceiptSaysBothDays() throws {
        var course = CaseClock.Course(received: try Self.date("2026-09-24"))
        course.answered = course.received
        course.accepted = course.received
        let clock = try clock(course, on: "2026-09-24")
        #expect(clock.promised?.date?.text == "2026-10-09")
        #expect(clock.legal?.date?.text == "2026-10-29")
        #expect(clock.reply == nil)
        #expect(clock.next == clock.promised)
    }

    @Test func silenceAcceptsOnTheDayOfReceipt() throws {
        let course = CaseClock.Course(received: try Self.date("2026-09-24"))
        let before = try clock(course, on: "2026-10-09")
        #expect(before.reply?.date?.text == "2026-10-09")
        #expect(before.deemedAccepted == nil)
        #expect(before.promised == nil)
        let after = try clock(course, on: "2026-10-10")
        #expect(after.deemedAccepted == course.received)
        #expect(after.reply == nil)
        #expect(after.promised?.date?.text == "2026-10-09")
        #expect(after.light == .red)
    }

    @Test func anAnswerKeepsTheCaseFromBeingDeemedAccepted() throws {
        var course = CaseClock.Course(received: try Self.date("2026-09-24"))
        course.answered = try Self.date("2026-09-24")
        let clock = try clock(course, on: "2026-11-30")
        #expect(clock.deemedAccepted == nil)
        #expect(clock.promised == nil)
        #expect(clock.light == nil)
    }

    @Test func aSpecialProcedureStopsTheClock() throws {
        var course = CaseClock.Course(received: try Self.date("2026-09-30"))
        course.answered = try Self.date("2026-10-08")
        course.accepted = try Self.date("2026-10-08")
        let terms = CaseClock.Terms(promised: 10, legal: 20, isImmediate: false)
        #expect(try clock(course, terms, on: "2026-10-08").promised?.date?.text == "2026-10-21")
        course.pausedSince = try Self.date("2026-10-12")
        let open = try clock(course, terms, on: "2026-10-16")
        #expect(open.isPaused)
        #expect(open.light == nil)
        #expect(open.promised?.date?.text == "2026-10-28")
        course.pausedSince = nil
        course.pauses = [try Self.date("2026-10-12")...Self.date("2026-10-16")]
        let over = try clock(course, terms, on: "2026-10-19")
        #expect(!over.isPaused)
        #expect(over.promised?.date?.text == "2026-10-28")
    }

    @Test func theRebasedVillageCase() throws {
        // SCENARIOS B, 6 and 10: three days instead of five, accepted on the day of effect.
        var course = CaseClock.Course(received: try Self.date("2026-09-28"))
        course.answered = course.received
        course.accepted = course.received
        #expect(try clock(course, on: "2026-09-28").promised?.date?.text == "2026-10-10")
        let terms = CaseClock.Terms(promised: 3, legal: 20, isImmediate: false)
        #expect(try clock(course, terms, on: "2026-09-29").promised?.date?.text == "2026-10-08")
    }

    @Test(
        arguments: [
            ("2026-09-24", nil), ("2026-09-28", nil), ("2026-09-29", CaseClock.Light.blue),
            ("2026-10-07", .blue), ("2026-10-08", .yellow), ("2026-10-09", .yellow),
            ("2026-10-10", .red),
        ] as [(String, CaseClock.Light?)])
    func lightsBeforeAndAfterTheDay(today: String, light: CaseClock.Light?) throws {
        var course = CaseClock.Course(received: try Self.date("2026-09-24"))
        course.answered = course.received
        course.accepted = course.received
        #expect(try clock(course, on: today).light == light)
        course.decided = try Self.date("2026-09-28")
        course.delivered = course.decided
        #expect(try clock(course, on: today).light == nil)
    }

    @Test func theFourthDayOfTheReplyClockWarns() throws {
        let course = CaseClock.Course(received: try Self.date("2026-09-24"))
        #expect(try clock(course, on: "2026-09-30").light == nil)
        #expect(try clock(course, on: "2026-10-08").light == .yellow)
    }

    @Test func whatIsDoneInTheVisitWarnsTheNextDay() throws {
        let terms = CaseClock.Terms(promised: 0, legal: 20, isImmediate: true)
        var course = CaseClock.Course(received: try Self.date("2026-10-12"))
        course.answered = course.received
        course.accepted = course.received
        #expect(try clock(course, terms, on: "2026-10-12").light == nil)
        #expect(try clock(course, terms, on: "2026-10-13").light == .yellow)
        #expect(try clock(course, terms, on: "2026-10-14").light == .red)
    }

    @Test func theResultIsDeliveredInTenDays() throws {
        var course = CaseClock.Course(received: try Self.date("2026-10-12"))
        course.answered = course.received
        course.accepted = course.received
        course.decided = try Self.date("2026-10-13")
        #expect(try clock(course, on: "2026-10-13").delivery?.date?.text == "2026-10-27")
        #expect(try clock(course, on: "2026-10-28").light == .red)
        course.endedWithout = true
        let ended = try clock(course, on: "2026-10-28")
        #expect(ended.delivery == nil)
        #expect(ended.light == nil)
        #expect(ended.next == nil)
    }

    @Test func anExtensionAddsWorkingDays() throws {
        var course = CaseClock.Course(received: try Self.date("2026-09-24"))
        course.answered = course.received
        course.accepted = course.received
        course.extended = 10
        let clock = try clock(course, on: "2026-10-10")
        #expect(clock.promised?.date?.text == "2026-10-22")
        #expect(clock.light == nil)
    }

    @Test func aMissingYearShowsNoLightAndNoDay() throws {
        var course = CaseClock.Course(received: try Self.date("2026-12-30"))
        course.answered = course.received
        course.accepted = course.received
        let clock = try clock(course, on: "2026-12-31")
        #expect(clock.promised == .calendarMissing(year: 2027))
        #expect(clock.light == nil)
    }

    /// Ten thousand courses against a twin that walks day by day and knows no shortcuts.
    @Test func agreesWithANaiveTwin() throws {
        var random = Numbers(state: 20_261_121)
        let calendar = WorkCalendar()
        let first = try Self.date("2026-01-05")
        for _ in 0..<10_000 {
            var course = CaseClock.Course(received: first.advanced(by: random.below(200)))
            let today = course.received.advanced(by: random.below(60))
            if random.below(4) > 0 {
                course.answered = course.received.advanced(by: random.below(16))
                if random.below(3) > 0 { course.accepted = course.answered }
            }
            if let accepted = course.accepted, random.below(2) == 0 {
                let start = accepted.advanced(by: random.below(9))
                course.pauses.append(start...start.advanced(by: random.below(12)))
            }
            if random.below(5) == 0 { course.extended = random.below(16) }
            let terms = CaseClock.Terms(
                promised: random.below(21), legal: 20 + random.below(26), isImmediate: false)
            let clock = CaseClock(course, terms, calendar, on: today)
            let start = naiveDeemed(course, calendar, today) ?? course.accepted
            #expect(clock.deemedAccepted == naiveDeemed(course, calendar, today))
            let promised = start.map {
                naiveDue($0, terms.promised + course.extended, course.pauses, calendar)
            }
            #expect(clock.promised?.date == promised)
            let legal = start.map {
                naiveDue($0, terms.legal + course.extended, course.pauses, calendar)
            }
            #expect(clock.legal?.date == legal)
        }
    }

    private func naiveDeemed(
        _ course: CaseClock.Course, _ calendar: WorkCalendar, _ today: CivilDate
    ) -> CivilDate? {
        let answer = course.answered ?? today
        return naiveDue(course.received, 5, [], calendar) < answer ? course.received : nil
    }

    private func naiveDue(
        _ start: CivilDate, _ days: Int, _ pauses: [ClosedRange<CivilDate>],
        _ calendar: WorkCalendar
    ) -> CivilDate {
        var counted: [CivilDate] = []
        var day = start
        while counted.count < days {
            day = day.advanced(by: 1)
            if calendar.isWorkingDay(day) == false { continue }
            if pauses.first(where: { $0.lowerBound <= day && day <= $0.upperBound }) != nil {
                continue
            }
            counted.append(day)
        }
        return counted.last ?? start
    }
}

/// Numbers that are the same in every run.
private struct Numbers {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
