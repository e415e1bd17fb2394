import Base
import Civil
import Testing
import Ticket

/// The one table of a ticket's life, and its limits.
@Suite struct TicketTableTests {
    private func path(_ kind: TicketKind, _ acts: [(TicketAct, Bool)]) -> [TicketStatus?] {
        var status: TicketStatus? = .open
        return acts.map { act, isGood in
            status = status.flatMap { TicketTable.next(kind, $0, act, isGood: isGood) }
            return status
        }
    }

    @Test func aBadRatingIsVerifiedPutRightAnsweredAndReviewed() {
        #expect(
            path(
                .badRating,
                [(.judge, true), (.fix, true), (.reply, true), (.review, true), (.archive, true)])
                == [.working, .fixed, .replied, .closed, .archived])
        // 反馈 before 整改 is refused, and what is not reviewed is not closed.
        #expect(path(.badRating, [(.reply, true)]) == [nil])
        #expect(path(.badRating, [(.judge, true), (.reply, true)]) == [.working, nil])
        #expect(
            path(.badRating, [(.judge, true), (.fix, true), (.review, true)]).last == .some(nil))
    }

    @Test func aReviewThatFailsSendsItBack() {
        #expect(
            path(
                .stuck, [(.judge, true), (.fix, true), (.reply, true), (.review, false)]
            ).last == .working)
    }

    @Test func whatIsNotSoIsToldToWhoeverSaidIt() {
        #expect(
            path(.badRating, [(.judge, false), (.reply, true), (.review, true)])
                == [.fixed, .replied, .closed])
    }

    @Test func aPushIsClaimedAndAnswered() {
        #expect(
            path(.push, [(.claim, true), (.reply, true), (.archive, true)])
                == [.working, .closed, .archived])
        #expect(path(.push, [(.judge, true)]) == [nil])
        #expect(path(.request, [(.claim, true)]) == [nil])
    }

    @Test func nothingIsDoneAfterTheArchive() {
        for kind in TicketKind.allCases {
            #expect(TicketTable.acts(kind, .archived).isEmpty)
            #expect(TicketTable.acts(kind, .closed).contains(.archive))
        }
    }

    /// 2026-09-24 is a Thursday; 9/25–27 and 10/1–7 are off, 10/10 is worked.
    @Test func lightsTurnOnByWorkingDays() {
        let calendar = WorkCalendar()
        func day(_ text: String) -> CivilDate {
            CivilDate(text) ?? CivilDate(of: Instant(millis: 0))
        }
        let due = day("2026-10-09")
        func light(_ text: String, _ limits: LightLimits = .seed) -> CaseClock.Light? {
            limits.light(due: due, on: day(text), calendar)
        }
        // From 9/28 there are 9/29, 9/30, 10/8, 10/9: four.
        #expect(light("2026-09-28") == nil)
        #expect(light("2026-09-29") == .blue)
        #expect(light("2026-10-07") == .blue)
        #expect(light("2026-10-08") == .yellow)
        #expect(light("2026-10-09") == .yellow)
        #expect(light("2026-10-10") == .red)
        let late = LightLimits(blue: 5, yellow: 2, red: 1)
        #expect(light("2026-09-28", late) == .blue)
        #expect(light("2026-09-30", late) == .yellow)
        // One working day late is still 黄 there, two are 红.
        #expect(light("2026-10-10", late) == .yellow)
        #expect(light("2026-10-12", late) == .red)
    }

    @Test func theDaysOfLightsAreThoseOfEachDate() {
        let calendar = WorkCalendar()
        for limits in [LightLimits.seed, LightLimits(blue: 5, yellow: 2, red: 1)] {
            for text in ["2026-09-24", "2026-09-28", "2026-10-03", "2026-10-10", "2026-06-18"] {
                guard let today = CivilDate(text), let days = limits.days(on: today, calendar)
                else {
                    Issue.record("a day of the shipped year")
                    continue
                }
                for step in -40...40 {
                    let date = today.advanced(by: step)
                    let expected: CaseClock.Light? =
                        date <= days.red
                        ? .red : date <= days.yellow ? .yellow : date <= days.blue ? .blue : nil
                    #expect(limits.light(due: date, on: today, calendar) == expected)
                }
            }
        }
    }

    @Test func limitsAreReadStrictly() {
        #expect(
            LightLimits(["blue": 5, "yellow": 2, "red": 1])
                == LightLimits(blue: 5, yellow: 2, red: 1))
        #expect(LightLimits(["blue": 1, "yellow": 2, "red": 1]) == nil)
        #expect(LightLimits(["blue": 61, "yellow": 2, "red": 1]) == nil)
        #expect(LightLimits(["blue": 3, "yellow": 1]) == nil)
    }
}
