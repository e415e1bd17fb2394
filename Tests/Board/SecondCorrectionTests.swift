import Base
import Change
import Civil
import Testing

@testable import Board
@testable import Domain

/// 一次告知: what counts against the rate and lights red, by events and worked by hand.
@Suite struct SecondCorrectionTests {
    /// Received on Thursday 2026-09-24, and told on these days what is missing.
    private func state(_ corrections: [(day: String, outcome: String?)]) throws -> CaseState {
        let scope = ScopeName.cases(RegionID(7), year: 2026)
        var state = CaseState(scope: scope, id: scope.id)
        var days: [(ChangeKind, String, String?)] = [(.caseReceive, "2026-09-24", nil)]
        days += corrections.map { (.caseCorrection, $0.day, $0.outcome) }
        for (index, (kind, day, outcome)) in days.enumerated() {
            let date = try #require(CivilDate(day))
            let seq = UInt64(index + 1)
            var event = CaseEvent(
                dot: Dot(actor: ActorID(1), seq: Seq(seq)), hash: Digest16(high: 1, low: seq),
                kind: kind, time: date.start.millis, author: 0)
            event.outcome = outcome
            state.events.append(event)
        }
        state.links = [
            CustodyLink(
                event: Digest16(high: 1, low: 1), actor: ActorID(1), region: RegionID(7), epoch: 1)
        ]
        return state
    }

    private func counts(_ state: CaseState) -> [Counted: Int] {
        var found: [Counted: Int] = [:]
        for cell in Portion.of(state, nil, WorkCalendar()).cells {
            found[cell.counted, default: 0] += cell.count
        }
        return found
    }

    private func light(_ state: CaseState, on day: String) throws -> CaseClock.Light? {
        let course = try #require(state.course)
        return CaseClock(course, nil, WorkCalendar(), on: try #require(CivilDate(day))).light
    }

    @Test func oneIsNoneAndTwoAreRed() throws {
        let once = try state([("2026-09-28", nil)])
        #expect(counts(once)[.corrected] == 1)
        #expect(counts(once)[.correctedTwice] == nil)
        #expect(counts(once)[.waiting] == 1)
        #expect(try light(once, on: "2026-09-29") == nil)

        let twice = try state([("2026-09-28", nil), ("2026-09-29", "override")])
        #expect(counts(twice)[.corrected] == 1)
        #expect(counts(twice)[.correctedTwice] == 1)
        #expect(counts(twice)[.openTwice] == 1)
        #expect(counts(twice)[.waiting] == nil)
        #expect(try light(twice, on: "2026-09-29") == .red)
        // Of this one and three others, three were told once at most: 31 says 75 of 100.
        var input = BoardInput(
            period: try #require(CivilDate("2026-09-01"))...#require(CivilDate("2026-09-30")),
            today: try #require(CivilDate("2026-09-30")))
        for state in [once, twice, once, once] {
            input.figures.add(Portion.of(state, nil, WorkCalendar()))
        }
        let rate = BoardMetric.all.first { $0.number == 31 }
        #expect(rate?.value(input).text == "75.0%")
        #expect(rate?.value(input).fraction == "3/4")
    }

    @Test func whatANewerVersionAddedCountsAgainstNobody() throws {
        let rebased = try state([("2026-09-28", nil), ("2026-09-29", CaseEvent.rebased)])
        #expect(counts(rebased)[.correctedTwice] == nil)
        #expect(try light(rebased, on: "2026-09-29") == nil)
    }

    @Test func theRedOneIsCountedOnTheBoard() throws {
        let today = try #require(CivilDate("2026-09-30"))
        let day = try #require(CivilDate("2026-09-29")).daysSince1970
        let open = OpenFigures([.init(.openTwice, day, "", 2), .init(.waiting, 0, "", 3)])
        let lights = try #require(LightCounts(open, on: today, WorkCalendar(), .seed))
        #expect(lights.red == 2)
        #expect(lights.open == 5)
        #expect(lights.paused == 3)
    }
}
