import Base
import Change
import Civil
import Document
import Testing

@testable import Counter

/// Windows and their hours.
@Suite struct ServiceWindowTests {
    private func window(_ json: String) throws -> ServiceWindow? {
        var state = DefinitionState(family: .window, code: "A1", region: RegionID(7))
        let stamp = Stamp(
            dot: Dot(actor: ActorID(1), seq: Seq(1)), hash: 1, time: HybridTime(rawValue: 1 << 16),
            author: 0, from: Instant(millis: 1), supersedes: [])
        state.insert(Array(json.utf8), stamp)
        return ServiceWindow(state)
    }

    @Test func hoursOfWorkingDays() throws {
        let window = try #require(
            try window(
                #"{"name":"综合窗口","slots":[{"from":"10:00","places":1},{"from":"09:00","places":2}],"closed":["2026-09-28"]}"#
            ))
        let calendar = WorkCalendar()
        func places(_ day: String, _ time: String) throws -> Int? {
            let date = try #require(CivilDate(day))
            return window.places(try #require(BookingSlot(date: date, time: time)), calendar)
        }
        #expect(window.hours.map(\.start) == [540, 600])
        #expect(try places("2026-09-24", "09:00") == 2)
        #expect(try places("2026-09-24", "09:30") == 0)
        // Mid-autumn, and the Sunday that is worked for it; a day that the window is shut.
        #expect(try places("2026-09-25", "09:00") == 0)
        #expect(try places("2026-09-20", "10:00") == 1)
        #expect(try places("2026-09-28", "09:00") == 0)
        // No notice of that year: nobody guesses.
        #expect(try places("2031-01-06", "09:00") == nil)
    }

    @Test(arguments: [
        (#"{"slots":[{"from":"09:00","places":1}]}"#, "name"),
        (#"{"name":"w","slots":[]}"#, "slots"),
        (#"{"name":"w","slots":[{"from":"9:00","places":1}]}"#, "slots"),
        (#"{"name":"w","slots":[{"from":"24:00","places":1}]}"#, "slots"),
        (#"{"name":"w","slots":[{"from":"09:00","places":0}]}"#, "slots"),
        (
            #"{"name":"w","slots":[{"from":"09:00","places":1},{"from":"09:00","places":2}]}"#,
            "slots"
        ),
        (#"{"name":"w","slots":[{"from":"09:00","places":1}],"ahead":90}"#, "ahead"),
        (#"{"name":"w","slots":[{"from":"09:00","places":1}],"closed":["morgen"]}"#, "closed"),
        (#"{"name":"w","slots":[{"from":"09:00","places":1}],"items":"all"}"#, "items"),
    ])
    func aBadWindowIsNamedByItsField(json: String, field: String) throws {
        let body = try JSON(parsing: Array(json.utf8))
        #expect(ServiceWindow.fault(body)?.field == field)
        #expect(try window(json) == nil)
    }

    @Test func theLifeOfABookingIsWhole() {
        let allowed: [BookingStatus: [BookingAct]] = [
            .pending: [.confirm, .move, .decline, .cancel, .ask],
            .confirmed: [.move, .decline, .cancel, .arrive, .miss, .ask],
            .moved: [.move, .decline, .cancel, .arrive, .miss, .ask],
            .changing: [.move, .decline, .cancel, .arrive, .miss, .ask, .keep],
            .missed: [.arrive],
        ]
        for status in BookingStatus.allCases {
            for act in BookingAct.allCases {
                let isAllowed = allowed[status]?.contains(act) ?? false
                #expect((act.next(from: status) != nil) == isAllowed, "\(status) \(act)")
            }
        }
    }
}
