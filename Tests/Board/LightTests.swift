import Base
import Change
import Civil
import Guide
import Testing

@testable import Board
@testable import Domain

/// 蓝, 黄, 红 of one case on the days on which they turn, worked by hand: what the list shows is what
/// the counts say. No holiday lies in December 2026; the 10th is a Thursday.
@Suite struct LightTests {
    private static func day(_ day: Int) throws -> CivilDate {
        try #require(CivilDate("2026-12-\(day < 10 ? "0" : "")\(day)"))
    }

    private typealias Event = (kind: ChangeKind, day: Int, outcome: String?)

    private func state(
        _ events: [Event], promised codes: [String] = [], offered: Int? = nil
    ) throws -> CaseState {
        let scope = ScopeName.cases(RegionID(7), year: 2026)
        var state = CaseState(scope: scope, id: scope.id)
        for (index, (kind, day, outcome)) in events.enumerated() {
            var event = CaseEvent(
                dot: Dot(actor: ActorID(1), seq: Seq(UInt64(index + 1))),
                hash: Digest16(high: 1, low: UInt64(index + 1)), kind: kind,
                time: try Self.day(day).start.millis, author: 0)
            event.outcome = outcome
            if kind == .caseAccept, !codes.isEmpty { event.terms.codes = codes }
            state.events.append(event)
            if let offered, index == offered { state.offer = event.hash }
        }
        state.links = [
            CustodyLink(
                event: Digest16(high: 1, low: 1), actor: ActorID(1), region: RegionID(7), epoch: 1)
        ]
        return state
    }

    /// An item of so many promised days, of 20 legal ones; 即办件 where it is none.
    private func binding(_ promised: Int) throws -> CaseBinding {
        var item = ItemState(code: "I", authority: RegionID(1))
        let handling = promised == 0 ? "即办件" : "承诺件"
        let elements = Array(
            """
            {"name":"甲","kind":"公共服务","handling":"\(handling)","legalDays":20,
            "promisedDays":\(promised),"materials":[{"code":"M3","name":"丙","deferrable":true}]}
            """.utf8)
        let date = try #require(CivilDate("2026-01-01"))
        let time = HybridTime(millis: date.start.millis, counter: 0)
        item.insert(
            ItemVersion(number: 1, effectiveFrom: date, elements: elements),
            Stamp(
                dot: Dot(actor: ActorID(1), seq: Seq(1)), hash: 0, time: time, author: 0,
                from: date.start, supersedes: []))
        return try #require(
            CaseBinding(
                item, received: try Self.day(10).start, pinned: 1,
                place: StagePlace(region: RegionID(7), level: .village)))
    }

    private struct Shown: Equatable {
        let light: String
        let due: Int
        let why: String
    }

    private func shown(
        _ state: CaseState, on day: Int, promised: Int = 5, _ limits: LightLimits = .seed
    ) throws -> Shown? {
        let today = try Self.day(day)
        let calendar = WorkCalendar()
        let terms = CaseClock.Terms(promised: promised, legal: 20, isImmediate: promised == 0)
        let clock = CaseClock(try #require(state.course), terms, calendar, on: today)
        let found = CaseLight(clock, calendar, limits).shown(state)
        // The counts of the same case on the same day.
        let portion = Portion.of(state, try binding(promised), calendar)
        let open = OpenFigures(
            portion.cells.filter(\.counted.isOpen).map { cell in
                OpenFigures.Entry(cell.counted, cell.day, cell.key, cell.count)
            })
        let counts = try #require(LightCounts(open, on: today, calendar, limits))
        let counted = [counts.blue, counts.yellow, counts.red].map { $0 > 0 }
        #expect(
            found.map(\.light.name)
                == (counted[2] ? "红" : counted[1] ? "黄" : counted[0] ? "蓝" : nil))
        guard let found else { return nil }
        let ahead = today.advanced(by: Limits.lightDaysAhead)
        let until = max(try #require(limits.days(on: today, calendar)).blue, ahead)
        #expect(try #require(portion.due) <= until, "and the list looks that far")
        return Shown(light: found.light.name, due: found.due.parts.day, why: found.why)
    }

    /// Accepted on the 10th within five days: due on Thursday the 17th.
    @Test func aPromiseTurnsOnItsDays() throws {
        let state = try state([(.caseReceive, 10, nil), (.caseAccept, 10, nil)])
        for (day, light) in [
            (11, nil), (13, nil), (14, "蓝"), (15, "蓝"), (16, "黄"), (17, "黄"), (18, "红"),
        ] as [(Int, String?)] {
            #expect(
                try shown(state, on: day)
                    == light.map { Shown(light: $0, due: 17, why: "承诺时限") }, "\(day)")
        }
        // The county's own thresholds: five, two, and one working day late.
        let limits = LightLimits(blue: 5, yellow: 2, red: 1)
        for (day, light) in [
            (9, nil), (10, "蓝"), (14, "蓝"), (15, "黄"), (18, "黄"), (20, "黄"), (21, "红"),
        ] as [(Int, String?)] {
            #expect(try shown(state, on: day, limits)?.light == light, "\(day)")
        }
        // Narrower than those of the seed: three days ahead nothing shows.
        let narrow = LightLimits(blue: 1, yellow: 0, red: 0)
        #expect(try shown(state, on: 15, narrow) == nil)
        #expect(try shown(state, on: 16, narrow)?.light == "蓝")
        #expect(try shown(state, on: 17, narrow)?.light == "黄")
    }

    @Test func aPausedClockShowsNothing() throws {
        let paused = try state([
            (.caseReceive, 10, nil), (.caseAccept, 10, nil), (.casePause, 14, "鉴定"),
        ])
        for day in [14, 17, 18, 31] { #expect(try shown(paused, on: day) == nil, "\(day)") }
    }

    /// 答复 is due on the 17th: a warning on the fourth working day, and then silence has accepted.
    @Test func theFourthOfFiveDaysWarns() throws {
        let state = try state([(.caseReceive, 10, nil)])
        #expect(try shown(state, on: 15) == nil)
        for day in [16, 17] {
            #expect(try shown(state, on: day) == Shown(light: "黄", due: 17, why: "答复时限"))
        }
        #expect(try shown(state, on: 18) == Shown(light: "红", due: 17, why: "承诺时限"))
    }

    @Test func whatWasDueInTheVisitWarnsTheNextDay() throws {
        let state = try state([(.caseReceive, 10, nil), (.caseAccept, 10, nil)])
        #expect(try shown(state, on: 10, promised: 0) == nil)
        #expect(
            try shown(state, on: 11, promised: 0) == Shown(light: "黄", due: 10, why: "当场件未办结"))
        #expect(try shown(state, on: 14, promised: 0)?.light == "红")
    }

    /// Extended to the 24th; what was promised was due on the 17th all the same.
    @Test func aDeferralThatIsOverdueWarns() throws {
        let state = try state(
            [(.caseReceive, 10, nil), (.caseAccept, 10, nil), (.caseExtend, 11, "5")],
            promised: ["M3"])
        #expect(try shown(state, on: 17) == nil)
        #expect(try shown(state, on: 18) == Shown(light: "黄", due: 17, why: "容缺逾期"))
        #expect(try shown(state, on: 25)?.light == "红")
    }

    /// Decided on the 10th: ten working days for 送达 end on the 24th.
    @Test func deliveryHasItsOwnDays() throws {
        let state = try state([
            (.caseReceive, 10, nil), (.caseAccept, 10, nil), (.caseDecide, 10, "grant"),
        ])
        for (day, light) in [(18, nil), (21, "蓝"), (23, "黄"), (24, "黄"), (25, "红")]
            as [(Int, String?)]
        {
            #expect(try shown(state, on: day)?.light == light, "\(day)")
        }
    }

    /// Offered on Wednesday the 9th: more than one working day warns, more than two is late.
    @Test func aHandoverThatNobodySignsForIsShown() throws {
        let state = try state(
            [(.caseReceive, 9, nil), (.caseAccept, 9, nil), (.custodyOffer, 9, nil)], offered: 2)
        #expect(try shown(state, on: 10, promised: 20) == nil)
        #expect(try shown(state, on: 11, promised: 20) == Shown(light: "黄", due: 9, why: "移交未签收"))
        #expect(try shown(state, on: 14, promised: 20)?.light == "红")
        let patient = LightLimits(blue: 3, yellow: 1, red: 0, offered: 3, unsigned: 4)
        #expect(try shown(state, on: 14, promised: 20, patient) == nil)
        #expect(try shown(state, on: 15, promised: 20, patient)?.light == "黄")
        #expect(try shown(state, on: 16, promised: 20, patient)?.light == "红")
    }

    @Test func aSecondCorrectionIsRedAtOnce() throws {
        let state = try state([
            (.caseReceive, 10, nil), (.caseCorrection, 10, nil), (.caseCorrection, 11, "override"),
        ])
        #expect(try shown(state, on: 11) == Shown(light: "红", due: 11, why: "再次补正"))
    }

    // MARK: what a case adds, by hand

    private func counts(_ state: CaseState) throws -> [Counted: (Int, Int)] {
        var found: [Counted: (Int, Int)] = [:]
        let portion = Portion.of(state, try binding(5), WorkCalendar(), mode: "委托受理")
        for cell in portion.cells {
            let known = found[cell.counted] ?? (0, 0)
            found[cell.counted] = (known.0 + cell.count, known.1 + cell.sum)
        }
        return found
    }

    /// 容缺 promised on the 10th within five days: brought on the 17th is in time, on the 18th late.
    @Test func whatWasPromisedIsCountedByWhenItCame() throws {
        func brought(_ day: Int?) throws -> CaseState {
            var events: [Event] = [(.caseReceive, 10, nil), (.caseAccept, 10, nil)]
            if let day { events.append((.caseSupplement, day, nil)) }
            var state = try state(events, promised: ["M3"])
            if day != nil { state.events[2].terms.codes = ["M3"] }
            return state
        }
        let open = try counts(try brought(nil))
        #expect(open[.deferred]?.0 == 1 && open[.deferralOpen]?.0 == 1 && open[.completed] == nil)
        let cells = Portion.of(try brought(nil), try binding(5), WorkCalendar()).cells
        let due = try Self.day(17).daysSince1970
        #expect(cells.first { $0.counted == .deferralOpen }?.key == Portion.padded(due))
        let good = try counts(try brought(17))
        #expect(
            good[.completed]?.0 == 1 && good[.deferralLate] == nil && good[.deferralOpen] == nil)
        let late = try counts(try brought(18))
        #expect(late[.completed]?.0 == 1 && late[.deferralLate]?.0 == 1)
    }

    @Test func whatWasSparedIsCountedByHow() throws {
        var state = try state([
            (.caseReceive, 10, nil), (.caseMaterial, 10, CaseEvent.reused),
            (.caseMaterial, 10, CaseEvent.waived),
        ])
        state.events[1].terms.codes = ["M1", "M2"]
        state.events[2].terms.codes = ["M3"]
        let found = try counts(state)
        #expect(found[.reused]?.1 == 2 && found[.waived]?.1 == 1 && found[.spared]?.1 == 3)
        #expect(found[.receivedMode]?.0 == 1)
    }
}
