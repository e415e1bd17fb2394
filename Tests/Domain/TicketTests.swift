import Account
import Base
import Change
import Civil
import Testing

@testable import Domain

extension CaseWorld {
    fileprivate func tickets(_ name: String) -> [TicketState] {
        let node = node(name)
        return node.find(.ticket, label: "").isEmpty ? all(node) : all(node)
    }

    private func all(_ node: CaseNode) -> [TicketState] {
        var found: [TicketState] = []
        for scope in node.logs.keys.sorted(by: { $0.id < $1.id }) {
            for arrival in node.logs[scope] ?? [] where arrival.change.kind == .ticketOpen {
                let body = JSON.orNull(arrival.change.body ?? [])
                guard let id = body["ticket"]?.text.flatMap(Digest16.init(hex:)),
                    case .ticket(let state)? = node.content(TicketState.key(id))
                else { continue }
                found.append(state)
            }
        }
        return found
    }

    fileprivate func ticket(_ name: String) throws -> TicketState {
        try #require(tickets(name).first)
    }
}

/// Ratings and tickets where they are decided and folded.
@Suite struct TicketTests {
    /// A minute later, as the hybrid clock of a real node would have it.
    private func step(
        _ world: CaseWorld, _ name: String, _ act: String, _ number: String, _ more: String = ""
    ) throws -> String? {
        let latest = world.names.map { world.node($0).now }.max() ?? world.node(name).now
        world.node(name).now = latest.advanced(byMillis: 60_000)
        return try world.node(name).say(
            #"{"command":"ticket.\#(act)","ticket":"\#(number)"\#(more)}"#)
    }

    /// Scenario A, step 5: a real-name 不满意 at 11:30 is a ticket due 2026-10-09, 待整改.
    @Test func aNamedBadRatingIsATicketToBePutRight() throws {
        let world = try CaseWorld()
        world.cut("V1", "T")
        let number = try world.receive("V1")
        let at = #","at":"2026-09-24T08:39:00+08:00""#
        #expect(try world.say("V1", "rate", number, #","score":2,"named":true\#(at)"#) == nil)
        let ticket = try world.ticket("V1")
        #expect(ticket.kind == .badRating)
        #expect(ticket.status.name(of: .badRating) == "待整改")
        #expect(ticket.due(WorkCalendar())?.date?.text == "2026-10-09")
        #expect(ticket.opening?.body["case"]?.text == number)
        // One a contact: a second word is refused here.
        #expect(try world.say("V1", "rate", number, #","score":5"#) == "rating-given")
        world.mend("V1", "T")
        world.settle()
        for name in ["T", "C"] { #expect(try world.ticket(name) == ticket) }
        #expect(world.tickets("V2").isEmpty)
    }

    @Test func anAnonymousOneIsVerifiedFirstAndTiedToNoCase() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        #expect(try world.say("V1", "rate", number, #","score":1"#) == nil)
        let ticket = try world.ticket("V1")
        #expect(ticket.status.name(of: .badRating) == "待核实")
        #expect(ticket.opening?.body["case"] == nil)
        #expect(try world.say("V1", "rate", try world.receive("V1"), #","score":5"#) == nil)
        #expect(world.tickets("V1").count == 1)
    }

    /// 评价期: on the day of the contact, or within five working days behind it; 9/25 to 9/27 and
    /// 10/1 to 10/7 are off.
    @Test func aContactIsRatedWithinFiveWorkingDays() throws {
        let world = try CaseWorld()
        let node = world.node("V1")
        func give(_ contact: String, served: String, on day: String) throws -> String? {
            node.now = try #require(Instant(rfc3339: day + "T10:00:00+08:00"))
            return try node.say(
                "{\"command\":\"rating.give\",\"contact\":\"\(contact)\",\"grade\":4,"
                    + "\"served\":\"\(served)\"}")
        }
        #expect(try give("A1", served: "2026-09-24", on: "2026-09-24") == nil)
        #expect(try give("A2", served: "2026-09-24", on: "2026-10-10") == "rating-over")
        #expect(try give("A2", served: "2026-09-24", on: "2026-10-09") == nil)
        #expect(try give("A3", served: "2026-09-29", on: "2026-09-28") == "rating-ahead")
        #expect(throws: RuleRefusal.self) {
            try give("A4", served: "2026-13-01", on: "2026-09-28")
        }
        // An old day behind a business time that is as old is no way around it.
        let old = #""served":"2025-01-02","at":"2025-01-03T09:00:00+08:00""#
        #expect(
            try node.say(#"{"command":"rating.give","contact":"A5","grade":4,\#(old)}"#)
                == "command-invalid")
        let number = try world.receive("V1")
        #expect(throws: RuleRefusal.self, "a case is rated as a case") {
            try node.say("{\"command\":\"rating.give\",\"contact\":\"\(number)\",\"grade\":4}")
        }
    }

    @Test func aBadRatingRunsItsCourseAcrossTheTiers() throws {
        let world = try CaseWorld()
        let give = #"{"command":"rating.give","contact":"A017","grade":2,"text":"等候太久"}"#
        #expect(try world.node("V1").say(give) == nil)
        #expect(try world.node("V1").say(give) == "rating-given")
        world.settle()
        let number = try world.ticket("V1").number
        // The town stands above, but the village has it.
        #expect(try step(world, "T", "judge", number, #","outcome":"yes""#) == "ticket-not-held")
        #expect(try step(world, "V1", "reply", number, #","note":"已道歉""#) == "ticket-state")
        #expect(try step(world, "V1", "judge", number, #","outcome":"yes""#) == nil)
        #expect(try step(world, "V1", "fix", number, #","note":"增开一窗""#) == nil)
        #expect(try step(world, "V1", "reply", number, #","note":"已道歉""#) == nil)
        world.settle()
        #expect(try step(world, "T", "review", number, #","outcome":"no","note":"未解决""#) == nil)
        world.settle()
        #expect(try world.ticket("V1").status == .working)
        #expect(try step(world, "V1", "fix", number, #","note":"再增一窗""#) == nil)
        #expect(try step(world, "V1", "reply", number, #","note":"已回电""#) == nil)
        world.settle()
        #expect(try step(world, "T", "review", number, #","outcome":"yes""#) == nil)
        #expect(try step(world, "T", "archive", number) == nil)
        #expect(try step(world, "T", "note", number) == "ticket-state")
        world.settle()
        for name in ["V1", "T", "C"] { #expect(try world.ticket(name).status == .archived) }
    }

    /// Scenario A, step 7: what is out of scope goes up; in the end 处理中 at T.
    @Test func whatAWindowMayNotRefuseGoesUp() throws {
        let world = try CaseWorld()
        let open = #"{"command":"ticket.open","kind":"request","text":"能否代收社保卡"}"#
        #expect(try world.node("V1").say(open) == nil)
        let number = try world.ticket("V1").number
        #expect(
            try step(world, "V1", "assign", number, #","to":"370124106202""#) == "ticket-target")
        world.settle()
        #expect(try step(world, "C", "assign", number, #","to":"370124106000""#) == nil)
        world.settle()
        #expect(try world.ticket("V1").status.name(of: .request) == "处理中")
        #expect(try world.ticket("V1").holder == CaseWorld.id("T"))
        #expect(try step(world, "V1", "reply", number, #","note":"可以""#) == "ticket-not-held")
        #expect(try step(world, "T", "reply", number, #","note":"可以""#) == nil)
    }

    /// Two places act at once without a link: one order at both in the end, the later in vain.
    @Test func concurrentStepsEndTheSameEverywhere() throws {
        let world = try CaseWorld()
        let open = #"{"command":"ticket.open","kind":"stuck","text":"办不成","days":0}"#
        #expect(try world.node("V1").say(open) == nil)
        world.settle()
        let number = try world.ticket("V1").number
        world.cut("V1", "T")
        #expect(try step(world, "T", "assign", number, #","to":"370124106000""#) == nil)
        #expect(try step(world, "V1", "reply", number, #","note":"已办""#) == nil)
        world.mend("V1", "T")
        world.settle()
        let seen = try ["V1", "T", "C"].map { try world.ticket($0) }
        #expect(seen.allSatisfy { $0 == seen[0] })
        #expect(seen[0].holder == CaseWorld.id("T"))
        #expect(seen[0].events.filter { !$0.counts }.map(\.act) == [.reply])
        #expect(seen[0].due(WorkCalendar())?.date?.text == "2026-09-24")
    }

    @Test func reviewIsForAnotherPerson() throws {
        let world = try CaseWorld()
        let town = world.node("T")
        #expect(try town.enter("zhao", [.townReviewer]) == nil)
        #expect(try town.enter("qian", [.townReviewer]) == nil)
        try town.act(as: "zhao")
        #expect(try town.say(#"{"command":"ticket.open","kind":"flaw","text":"标识不清"}"#) == nil)
        let number = try world.ticket("T").number
        #expect(try step(world, "T", "reply", number, #","note":"已更换""#) == nil)
        #expect(
            try step(world, "T", "review", number, #","outcome":"yes""#) == "separate-officers")
        try town.act(as: "qian")
        #expect(try step(world, "T", "review", number, #","outcome":"yes""#) == nil)
        #expect(town.auditLines.map(\.act).contains("ticket.review"))
    }

    /// 12345: when each row is due, worked by hand. Off: 9/25 to 9/27 and 10/1 to 10/7; worked:
    /// Saturday 10/10. The day of 登记时间 is not counted, whatever the hour or its zone.
    @Test(
        arguments: [
            ("诉求", "2026-09-24 08:00", "", "2026-10-09"),
            ("诉求", "2026-09-24 23:59", "1", "2026-09-28"),
            ("诉求", "2026-09-24 08:00", "0", "2026-09-24"),
            ("办不成事", "2026-09-24 08:00", "10", "2026-10-15"),
            ("找茬", "2026-09-24 08:00", "", "2026-10-15"),
            ("投诉", "2026-09-24 08:00", "", "2026-10-22"),
            ("投诉", "2026-10-01 08:00", "3", "2026-10-10"),
            ("投诉", "2026-10-10 12:00", "1", "2026-10-12"),
            ("投诉", "2026-10-08T17:00:00Z", "1", "2026-10-10"),
            ("投诉", "2026-12-31 09:00", "1", "缺 2027"),
        ])
    func aHotlinesRowIsDue(kind: String, at: String, days: String, due: String) throws {
        let world = try CaseWorld()
        let county = world.node("C")
        county.now = try #require(Instant(rfc3339: "2026-12-31T10:00:00+08:00"))
        let file = TicketFile([
            ["工单号", "类别", "内容", "登记时间", "办理时限"], ["H1", kind, "内容", at, days],
        ])
        #expect(file.findings.isEmpty)
        _ = county.run(.ticket(.importRows(file.rows)))
        let ticket = try world.ticket("C")
        let counted = ticket.due(WorkCalendar())
        if case .calendarMissing(let year)? = counted {
            #expect("缺 \(year)" == due)
        } else {
            #expect(counted?.date?.text == due)
        }
        // Every node counts the same.
        world.settle()
        #expect(try world.ticket("C").due(WorkCalendar()) == counted)
    }

    @Test func anAbsurdDayIsRefused() throws {
        let world = try CaseWorld()
        let county = world.node("C")
        for at in ["1926-09-24 08:00", "2062-09-24 08:00"] {
            let file = TicketFile([
                ["工单号", "类别", "内容", "登记时间"], ["H1", "投诉", "内容", at],
            ])
            guard case .refuse(let refusal) = county.run(.ticket(.importRows(file.rows))) else {
                Issue.record("taken: \(at)")
                continue
            }
            #expect(refusal.title.hasPrefix("第 2 行"))
        }
        #expect(world.tickets("C").isEmpty)
    }

    @Test func aHotlinesFileIsTakenWholeOrNotAtAll() throws {
        let world = try CaseWorld()
        let county = world.node("C")
        let heading = ["工单号", "类别", "内容", "登记时间", "办理时限", "交办区划"]
        func rows(_ place: String) -> [TicketRow] {
            TicketFile([
                heading, ["H1", "投诉", "窗口无人", "2026-09-24 08:00", "3", "370124106201"],
                ["H2", "诉求", "修路", "2026-09-24 08:10", "", place],
            ]).rows
        }
        guard
            case .refuse(let refusal) = county.run(.ticket(.importRows(rows("371502101000"))))
        else {
            Issue.record("a place of another county")
            return
        }
        #expect(refusal.title.hasPrefix("第 3 行"))
        #expect(world.tickets("C").isEmpty)
        _ = county.run(.ticket(.importRows(rows(""))))
        #expect(world.tickets("C").map(\.number).sorted() == ["RH1", "RH2"])
        // A second time nothing is new.
        _ = county.run(.ticket(.importRows(rows(""))))
        #expect(world.tickets("C").count == 2)
        world.settle()
        #expect(try world.ticket("V1").holder == CaseWorld.id("V1"))
        #expect(try world.ticket("V1").due(WorkCalendar())?.date?.text == "2026-09-30")
        #expect(world.tickets("V2").isEmpty)
    }

    /// 办结 on Thursday 2026-09-24: five working days with mid-autumn and the week of the national
    /// day between are 9/28, 9/29, 9/30, 10/8, 10/9. Until then it is rated and not put away.
    @Test func aCaseIsRatedUntilFiveWorkingDaysAfterItsEnd() throws {
        func closed() throws -> (CaseWorld, String) {
            let world = try CaseWorld()
            let number = try world.receive("T")
            for (act, more) in [
                ("accept", ""), ("decide", #","outcome":"grant""#), ("deliver", ""), ("close", ""),
            ] {
                #expect(try world.say("T", act, number, more) == nil)
            }
            return (world, number)
        }
        let digest = #","digest":"\#(String(repeating: "b", count: 64))""#
        for (day, rating, archive) in [
            ("2026-09-24T18:00", nil, "rating-open"), ("2026-10-09T23:59", nil, "rating-open"),
            ("2026-10-10T00:01", "rating-over", nil),
        ] as [(String, String?, String?)] {
            let (world, number) = try closed()
            world.node("T").now = try #require(Instant(rfc3339: day + ":00+08:00"))
            #expect(try world.say("T", "archive", number, digest) == archive, "\(day)")
            let (other, again) = try closed()
            other.node("T").now = world.node("T").now
            #expect(try other.say("T", "rate", again, #","score":5"#) == rating, "\(day)")
        }
    }
}
