import Base
import Change
import Civil
import Testing

@testable import Domain

/// The clock as events make it: commands over a real calendar, and ten thousand random courses
/// against a twin that only walks days.
@Suite("the clock of a case, from its events")
struct CaseCourseTests {
    private static let day: Int64 = 86_400_000

    private func clock(_ world: CaseWorld, _ name: String, _ number: String, on day: String)
        throws -> CaseClock
    {
        let node = world.node(name)
        let state = try #require(world.state(name, number))
        let today = try #require(CivilDate(day))
        return try #require(
            CatalogQuery.clock(of: state, on: today, in: node.directory, from: node))
    }

    private func set(_ world: CaseWorld, _ name: String, _ date: String) throws {
        world.node(name).now = try #require(Instant(rfc3339: date + "T09:00:00+08:00"))
    }

    @Test("a procedure stops the clock, an extension adds to it, at every node alike")
    func stopsAndExtensions() throws {
        let world = try CaseWorld()
        try set(world, "C", "2026-10-08")
        let number = try world.receive("C")
        #expect(try world.say("C", "accept", number) == nil)
        #expect(
            try clock(world, "C", number, on: "2026-10-08").promised?.date?.text == "2026-10-14")
        try set(world, "C", "2026-10-12")
        let stop = #","procedure":"鉴定","days":5,"reason":"残疾等级鉴定""#
        #expect(try world.say("C", "pause", number, stop) == nil)
        #expect(try world.say("C", "pause", number, stop) == "case-state")
        #expect(try world.say("C", "decide", number, #","outcome":"grant""#) == "case-state")
        let early = try clock(world, "C", number, on: "2026-10-14")
        #expect(early.isPaused)
        #expect(early.light == nil)
        try set(world, "C", "2026-10-16")
        #expect(try world.say("C", "resume", number) == nil)
        #expect(try world.say("C", "resume", number) == "case-state")
        // 10-09 and 10-10 count; 10-12 to 10-16 do not; then 10-19, 20, 21.
        #expect(
            try clock(world, "C", number, on: "2026-10-19").promised?.date?.text == "2026-10-21")
        let longer = #","reason":"案情复杂","approver":"李主任""#
        #expect(
            try world.say("C", "extend", number, #","days":11"# + longer) == "extension-too-long")
        #expect(throws: RuleRefusal.self) {
            try world.say("C", "extend", number, #","days":10,"reason":"x""#)
        }
        #expect(try world.say("C", "extend", number, #","days":10"# + longer) == nil)
        #expect(try world.say("C", "extend", number, #","days":10"# + longer) == "case-state")
        #expect(world.state("C", number)?.status == .extended)
        let late = try clock(world, "C", number, on: "2026-10-19")
        #expect(late.promised?.date?.text == "2026-11-04")
        #expect(late.course.extended == 10)
        #expect(
            try world.say("C", "pause", number, #","procedure":"公示","days":5,"reason":"x""#)
                == "procedure-not-of-item")
    }

    @Test("an answer behind the limit is none: silence had accepted the case by then")
    func aLateAnswerIsNone() throws {
        let world = try CaseWorld()
        try set(world, "C", "2026-10-12")
        let number = try world.receive("C")
        try set(world, "C", "2026-10-21")
        #expect(try world.say("C", "accept", number) == nil)
        let clock = try clock(world, "C", number, on: "2026-10-21")
        #expect(clock.deemedAccepted?.text == "2026-10-12")
        #expect(clock.promised?.date?.text == "2026-10-19")
        #expect(clock.light == .red)
    }

    @Test("wrong years, wrong numbers, unknown materials are refused with their field")
    func badInput() throws {
        let world = try CaseWorld()
        let before = world.node("V1").cases.count
        func receive(_ more: String) throws -> String? {
            try world.node("V1").say(
                #"{"command":"case.receive","item":"\#(CaseWorld.item)","applicant":"王某"\#(more)}"#)
        }
        #expect(try receive(#","at":"2062-09-24T09:00:00+08:00""#) == "command-invalid")
        #expect(try receive(#","at":"1926-09-24T09:00:00+08:00""#) == "command-invalid")
        for number in [
            "370124194401081235", "37012419440101123X", "91110000600037341M", "3701241944010812",
            "370124209001011236", "999999", "370124194413081234",
        ] {
            #expect(throws: RuleRefusal.self, "\(number)") {
                let refusal = try receive(#","idNumber":"\#(number)""#)
                // Not born yet is known at the desk, all else where it is read.
                if refusal == "id-number" {
                    throw RuleRefusal("id-number", "", category: .invalid)
                }
            }
        }
        #expect(world.node("V1").cases.count == before)
        #expect(try receive(#","idNumber":"370124194401081234""#) == nil)
        #expect(try receive(#","idNumber":"91110000600037341L""#) == nil)
        #expect(try receive(#","idNumber":"E12345678""#) == nil)
        let number = try #require(world.node("V1").cases.first?.state.number)
        #expect(
            try world.say("V1", "accept", number, #","at":"2026-09-23T09:00:00+08:00""#)
                == "command-invalid")
    }

    // MARK: ten thousand courses

    private struct Happened {
        let kind: ChangeKind
        let day: CivilDate
        var about: Digest16?
        var outcome: String?
        let hash: Digest16
    }

    @Test("ten thousand random courses of events: the same days as a twin that walks them")
    func agreesWithANaiveTwin() throws {
        var random = Numbers(state: 20_261_122)
        let calendar = WorkCalendar()
        let first = try #require(CivilDate("2026-01-05"))
        let scope = ScopeName.cases(RegionID(7), year: 2026)
        for round in 0..<10_000 {
            let received = first.advanced(by: random.below(120))
            let events = Self.course(from: received, &random)
            var state = CaseState(scope: scope, id: scope.id)
            for (index, event) in events.enumerated() {
                var folded = CaseEvent(
                    dot: Dot(actor: ActorID(1), seq: Seq(UInt64(index + 1))), hash: event.hash,
                    kind: event.kind, time: event.day.start.millis, author: 0)
                folded.about = event.about
                folded.outcome = event.outcome
                state.events.append(folded)
            }
            state.links = [
                CustodyLink(
                    event: events[0].hash, actor: ActorID(1), region: RegionID(7), epoch: 1)
            ]
            let promised = random.below(21)
            let legal = 20 + random.below(20)
            let today = received.advanced(by: random.below(90))
            let course = try #require(state.course)
            let clock = CaseClock(
                course, .init(promised: promised, legal: legal, isImmediate: false), calendar,
                on: today)
            let twin = Twin(events, today, calendar)
            #expect(clock.deemedAccepted == twin.deemed, "\(round)")
            #expect(clock.promised?.date == twin.due(promised), "\(round)")
            #expect(clock.legal?.date == twin.due(legal), "\(round)")
            #expect(clock.delivery?.date == twin.delivery, "\(round)")
            #expect(clock.isPaused == twin.isPaused, "\(round)")
        }
    }

    /// What may happen to a case, day after day, at random.
    private static func course(from received: CivilDate, _ random: inout Numbers) -> [Happened] {
        var count: UInt64 = 0
        func hash() -> Digest16 {
            count += 1
            return Digest16(high: 9, low: count)
        }
        var events = [Happened(kind: .caseReceive, day: received, hash: hash())]
        var day = received
        var isAccepted = false
        var open: Digest16?
        for _ in 0..<(2 + random.below(9)) {
            day = day.advanced(by: random.below(6))
            var event = Happened(kind: .caseNote, day: day, hash: hash())
            switch (isAccepted, random.below(10)) {
            case (false, 0..<5):
                event = Happened(kind: .caseAccept, day: day, hash: event.hash)
                isAccepted = true
            case (false, 5..<7):
                event = Happened(kind: .caseCorrection, day: day, hash: event.hash)
            case (true, 0..<3) where open == nil:
                event = Happened(kind: .casePause, day: day, outcome: "鉴定", hash: event.hash)
                open = event.hash
            case (true, 0..<6) where open != nil:
                event = Happened(kind: .caseResume, day: day, about: open, hash: event.hash)
                open = nil
            case (true, 6):
                let days = 1 + random.below(10)
                event = Happened(kind: .caseExtend, day: day, outcome: "\(days)", hash: event.hash)
            case (true, 7) where open == nil:
                event = Happened(kind: .caseDecide, day: day, outcome: "grant", hash: event.hash)
                events.append(event)
                return events
            case (_, 8) where random.below(4) == 0:
                event = Happened(kind: .caseWithdraw, day: day, hash: event.hash)
                events.append(event)
                return events
            default: break
            }
            events.append(event)
        }
        return events
    }

    /// Knows no shortcut: it walks from day to day and asks the list what holds on each.
    private struct Twin {
        let events: [Happened]
        let today: CivilDate
        let calendar: WorkCalendar

        init(_ events: [Happened], _ today: CivilDate, _ calendar: WorkCalendar) {
            self.events = events
            self.today = today
            self.calendar = calendar
        }

        private func day(_ kinds: [ChangeKind]) -> CivilDate? {
            events.first { kinds.contains($0.kind) }?.day
        }

        private func walk(_ start: CivilDate, _ days: Int, _ isStopped: (CivilDate) -> Bool)
            -> CivilDate
        {
            var day = start
            var left = days
            while left > 0 {
                day = day.advanced(by: 1)
                if calendar.isWorkingDay(day) == true, !isStopped(day) { left -= 1 }
            }
            return day
        }

        var end: CivilDate? { day([.caseDecide, .caseWithdraw]) }

        var deemed: CivilDate? {
            let limit = walk(events[0].day, 5) { _ in false }
            let answer = day([.caseAccept, .caseCorrection, .caseDecide, .caseWithdraw]) ?? today
            return answer > limit ? events[0].day : nil
        }

        private func isStopped(_ day: CivilDate) -> Bool {
            for event in events where event.kind == .casePause && event.day <= day {
                let resumed = events.first { $0.kind == .caseResume && $0.about == event.hash }?.day
                if day <= resumed ?? end ?? today { return true }
            }
            return false
        }

        func due(_ days: Int) -> CivilDate? {
            guard let start = deemed ?? day([.caseAccept]) else { return nil }
            let more = events.filter { $0.kind == .caseExtend }
                .reduce(0) { $0 + (Int($1.outcome ?? "") ?? 0) }
            return walk(start, days + more, isStopped)
        }

        var delivery: CivilDate? { day([.caseDecide]).map { walk($0, 10) { _ in false } } }

        var isPaused: Bool { end == nil && isStopped(today) }
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
