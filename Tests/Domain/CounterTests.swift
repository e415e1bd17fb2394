import Base
import Change
import Civil
import Counter
import Testing

@testable import Domain

/// Bookings, parcels and certificates where they are decided and folded: 2026-09-24 08:40, a
/// Thursday before mid-autumn (9/25 to 9/27).
@Suite struct CounterTests {
    private func open(_ world: CaseWorld, _ name: String, _ slots: String) throws {
        let json =
            #"{"command":"window.set","code":"A1","name":"综合窗口","slots":[\#(slots)],"ahead":7}"#
        #expect(try world.node(name).say(json) == nil)
        world.settle()
    }

    private static let two = #"{"from":"09:00","places":1},{"from":"10:00","places":2}"#

    private func book(
        _ world: CaseWorld, _ name: String, _ start: String, on day: String = "2026-09-28",
        at time: String, region: String = "370124000000"
    ) throws -> (rule: String?, number: String) {
        let json = """
            {"command":"booking.make","window":"A1","region":"\(region)","date":"\(day)",
            "start":"\(start)","at":"2026-09-24T\(time):00+08:00"}
            """
        let command = try Command(json: try JSON(parsing: Array(json.utf8)))
        switch world.node(name).run(command) {
        case .refuse(let refusal): return (refusal.rule, refusal.title)
        case .write(_, let answer):
            return (nil, try JSON(parsing: answer)["booking"]?.text ?? "")
        }
    }

    private func state(_ world: CaseWorld, _ name: String, _ number: String) -> BookingState? {
        guard case .booking(let state)? = world.node(name).content(BookingState.key(number)) else {
            return nil
        }
        return state
    }

    private func word(_ world: CaseWorld, _ name: String, _ number: String) -> String {
        let known = state(world, name, number)
        return "\(known?.status.name ?? "无") \(known?.slot?.text ?? "")"
    }

    /// Two villages without a link want one place of the county; the earlier by business time gets
    /// it, whichever came first, and the other is moved to the next free hour.
    @Test func theEarlierGetsTheHourAndTheOtherIsMoved() throws {
        let world = try CaseWorld()
        try open(world, "C", Self.two)
        world.cut("V1", "T")
        world.cut("V2", "T")
        let one = try book(world, "V1", "09:00", at: "08:35").number
        let two = try book(world, "V2", "09:00", at: "08:30").number
        #expect(word(world, "V1", one) == "待确认 2026-09-28 09:00")
        world.mend("V1", "T")
        world.settle()
        #expect(word(world, "V1", one) == "已确认 2026-09-28 09:00")
        world.mend("V2", "T")
        world.settle()
        for name in ["V2", "T", "C"] { #expect(word(world, name, two) == "已确认 2026-09-28 09:00") }
        for name in ["V1", "T", "C"] {
            #expect(word(world, name, one) == "已改约 2026-09-28 10:00")
            #expect(state(world, name, one)?.reason == "先约者优先，请改约")
        }
        // Neither village learns of the other's booking.
        #expect(state(world, "V1", two) == nil)
        // A third and a fourth: 10:00 has one place left, then the next day's first hour.
        let three = try book(world, "T", "09:00", at: "08:36").number
        world.settle()
        let four = try book(world, "T", "09:00", at: "08:37").number
        world.settle()
        #expect(word(world, "T", three) == "已改约 2026-09-28 10:00")
        #expect(word(world, "T", four) == "已改约 2026-09-29 09:00")
    }

    /// Whoever is to come today is not sent away for an earlier wish that came late.
    @Test func todaysHoursStay() throws {
        let world = try CaseWorld()
        try open(world, "C", Self.two)
        world.cut("V1", "T")
        let early = try book(world, "V1", "09:00", on: "2026-09-24", at: "08:20").number
        let here = try book(world, "C", "09:00", on: "2026-09-24", at: "08:38").number
        #expect(word(world, "C", here) == "已确认 2026-09-24 09:00")
        world.mend("V1", "T")
        world.settle()
        #expect(word(world, "C", here) == "已确认 2026-09-24 09:00")
        #expect(word(world, "V1", early) == "已改约 2026-09-24 10:00")
    }

    @Test func whatCannotBeBookedIsRefusedByItsField() throws {
        let world = try CaseWorld()
        #expect(try book(world, "V1", "09:00", at: "08:30").rule == "window-unknown")
        try open(world, "C", Self.two)
        #expect(try book(world, "V1", "09:30", at: "08:30").rule == "slot-unknown")
        #expect(
            try book(world, "V1", "09:00", on: "2026-09-25", at: "08:30").rule == "slot-unknown")
        #expect(try book(world, "V1", "09:00", on: "2026-10-09", at: "08:30").rule == "slot-far")
        #expect(try book(world, "V1", "09:00", on: "2026-09-23", at: "08:30").rule == "slot-past")
        #expect(try book(world, "V1", "09:00", at: "09:30").rule == "command-invalid")
        // A village's own window is nobody else's to book but its own.
        try open(world, "V2", Self.two)
        #expect(
            try book(world, "V1", "09:00", at: "08:30", region: "370124106202").rule
                == "window-unknown")
        #expect(
            try book(world, "V2", "09:00", at: "08:30", region: "370124106201").rule
                == "window-unknown")
        // At the owner's own counter a full hour is told at once, with the next.
        #expect(try book(world, "C", "09:00", at: "08:30").rule == nil)
        let full = try book(world, "C", "09:00", at: "08:31")
        #expect(full.rule == "slot-full")
        #expect(full.number == "该时段已约满，最近可约 2026-09-28 10:00")
    }

    /// A place above books for somebody at a place below: it stands there, and that place answers.
    @Test func aPlaceAboveBooksAtAPlaceBelow() throws {
        let world = try CaseWorld()
        try open(world, "V2", Self.two)
        world.cut("V2", "T")
        let village = "370124106202"
        let one = try book(world, "C", "09:00", at: "08:30", region: village)
        #expect(one.rule == nil)
        #expect(word(world, "C", one.number) == "待确认 2026-09-28 09:00")
        #expect(state(world, "C", one.number)?.scope.region == world.node("V2").region.id)
        let own = try book(world, "V2", "09:00", at: "08:35", region: village)
        #expect(own.rule == nil)
        world.mend("V2", "T")
        world.settle()
        for name in ["C", "T", "V2"] {
            #expect(word(world, name, one.number) == "已确认 2026-09-28 09:00", "the earlier one")
            #expect(word(world, name, own.number) == "已改约 2026-09-28 10:00")
        }
        #expect(state(world, "V1", one.number) == nil)
        let cancel = "{\"command\":\"booking.cancel\",\"booking\":\"\(one.number)\"}"
        #expect(try world.node("T").say(cancel) == "booking-not-owned")
        #expect(try world.node("C").say(cancel) == nil, "by whoever made it")
        world.settle()
        #expect(word(world, "V2", one.number) == "已取消 2026-09-28 09:00")
    }

    @Test func stepsBelongToTheOwner() throws {
        let world = try CaseWorld()
        try open(world, "C", Self.two)
        let number = try book(world, "V1", "09:00", at: "08:30").number
        world.settle()
        func say(_ name: String, _ act: String, _ more: String = "") throws -> String? {
            world.node(name).now = world.node(name).now.advanced(byMillis: 60_000)
            return try world.node(name).say(
                #"{"command":"booking.\#(act)","booking":"\#(number)"\#(more)}"#)
        }
        #expect(try say("V1", "arrive") == "booking-not-owned")
        #expect(try say("C", "arrive") == "slot-ahead")
        #expect(try say("C", "miss") == "slot-ahead")
        #expect(
            try say("C", "move", #","date":"2026-09-29","start":"10:00","reason":"窗口检修""#) == nil)
        #expect(word(world, "C", number) == "已改约 2026-09-29 10:00")
        for name in ["C", "V1"] {
            world.node(name).now =
                Instant(rfc3339: "2026-09-29T09:58:00+08:00") ?? world.node(name).now
        }
        world.settle()
        #expect(try say("C", "miss") == "slot-ahead")
        #expect(try say("C", "arrive") == nil)
        world.settle()
        #expect(try say("V1", "cancel") == "booking-state")
        #expect(word(world, "V1", number) == "已到场 2026-09-29 10:00")
    }

    /// A cancelled hour is free again, also where the cancel crosses the owner's word.
    @Test func whatIsCancelledIsFree() throws {
        let world = try CaseWorld()
        try open(world, "C", #"{"from":"09:00","places":1}"#)
        let number = try book(world, "V1", "09:00", at: "08:30").number
        world.settle()
        world.cut("V1", "T")
        world.node("V1").now = world.node("V1").now.advanced(byMillis: 60_000)
        #expect(
            try world.node("V1").say(#"{"command":"booking.cancel","booking":"\#(number)"}"#) == nil
        )
        #expect(try book(world, "C", "09:00", at: "08:31").rule == "slot-full")
        world.mend("V1", "T")
        world.settle()
        #expect(word(world, "C", number) == "已取消 2026-09-28 09:00")
        #expect(try book(world, "C", "09:00", at: "08:31").rule == nil)
    }

    /// Another hour is wished for where it was booked, off line: the one that was given stays until
    /// the owner answers, and is not lost where the other is taken.
    @Test func anotherHourIsWishedForAndTheFirstIsNotLost() throws {
        let world = try CaseWorld()
        try open(world, "C", Self.two)
        func ask(_ name: String, _ number: String, _ day: String, _ start: String) throws -> String?
        {
            world.node(name).now = world.node(name).now.advanced(byMillis: 60_000)
            return try world.node(name).say(
                #"{"command":"booking.ask","booking":"\#(number)","date":"\#(day)","#
                    + #""start":"\#(start)"}"#)
        }
        let one = try book(world, "V1", "09:00", at: "08:30").number
        world.settle()
        let other = try book(world, "C", "09:00", on: "2026-09-29", at: "08:31").number
        world.settle()
        world.cut("V1", "T")
        for (day, start, rule) in [
            ("2026-09-28", "09:00", "slot-same"), ("2026-09-28", "09:30", "slot-unknown"),
            ("2026-10-09", "09:00", "slot-far"), ("2026-09-23", "09:00", "slot-past"),
        ] {
            #expect(try ask("V1", one, day, start) == rule, "\(day) \(start)")
        }
        #expect(throws: RuleRefusal.self) { try ask("V1", one, "2026-09-31", "09:00") }
        #expect(throws: RuleRefusal.self) { try ask("V1", one, "2026-09-28", "9") }
        #expect(try ask("V1", one, "2026-09-29", "09:00") == nil, "taken, but who knows that here")
        #expect(word(world, "V1", one) == "改约待确认 2026-09-28 09:00")
        // What it has is not given away meanwhile.
        #expect(try book(world, "C", "09:00", at: "08:20").rule == "slot-full")
        world.mend("V1", "T")
        world.settle()
        for name in ["V1", "T", "C"] {
            #expect(word(world, name, one) == "已确认 2026-09-28 09:00")
            #expect(state(world, name, one)?.reason.contains("保留原时段") == true)
        }
        #expect(word(world, "C", other) == "已确认 2026-09-29 09:00", "nobody is sent away")
        // The hour that is free is given, and the first one with it to others.
        #expect(try ask("V1", one, "2026-09-29", "10:00") == nil)
        world.settle()
        #expect(word(world, "V1", one) == "已改约 2026-09-29 10:00")
        #expect(try book(world, "C", "09:00", at: "08:40").rule == nil)
        // At the owner itself it is answered at once.
        #expect(try ask("C", one, "2026-09-28", "09:00") == "slot-full")
        #expect(try ask("C", one, "2026-09-30", "09:00") == nil)
        world.settle()
        #expect(word(world, "V1", one) == "已改约 2026-09-30 09:00")
        #expect(try ask("T", one, "2026-09-30", "10:00") == "booking-not-owned")
    }

    /// A wish before any answer is the hour that is asked for; one that crosses the answer stays
    /// open: what was confirmed is the hour that was wanted first.
    @Test func aWishThatCrossesTheAnswerStaysOpen() throws {
        for crosses in [false, true] {
            let world = try CaseWorld()
            try open(world, "C", Self.two)
            world.cut("T", "C")
            let one = try book(world, "V1", "09:00", at: "08:30").number
            world.settle()
            if crosses {
                world.cut("V1", "T")
                world.mend("T", "C")
                world.node("C").now = world.node("C").now.advanced(byMillis: 600_000)
                world.settle()
                #expect(word(world, "C", one) == "已确认 2026-09-28 09:00")
            }
            world.node("V1").now = world.node("V1").now.advanced(byMillis: 60_000)
            let ask = #"{"command":"booking.ask","booking":"\#(one)","date":"2026-09-29","#
            #expect(try world.node("V1").say(ask + #""start":"10:00"}"#) == nil)
            #expect(word(world, "V1", one) == "待确认 2026-09-28 09:00")
            #expect(state(world, "V1", one)?.wish?.slot.text == "2026-09-29 10:00")
            world.mend("T", "C")
            world.mend("V1", "T")
            world.settle()
            for name in ["V1", "T", "C"] {
                let wanted = crosses ? "已改约 2026-09-29 10:00" : "已确认 2026-09-29 10:00"
                #expect(word(world, name, one) == wanted)
                #expect(state(world, name, one)?.wish == nil)
            }
        }
    }

    /// Ninety bookings of three places in random order, cuts and cancels between: no hour is ever
    /// given to more people than it takes, and in the end all see the same.
    @Test(arguments: 1...8) func noHourIsGivenTwice(seed: UInt64) throws {
        let world = try CaseWorld()
        try open(world, "C", Self.two)
        var word = seed &* 0x9E37_79B9_7F4A_7C15
        func dice(_ sides: UInt64) -> Int {
            word ^= word << 13
            word ^= word >> 7
            word ^= word << 17
            return Int(word % sides)
        }
        var numbers: [String] = []
        for round in 0..<90 {
            let name = ["V1", "V2", "T"][dice(3)]
            let day = ["2026-09-28", "2026-09-29", "2026-09-30"][dice(3)]
            let made = try book(
                world, name, ["09:00", "10:00"][dice(2)], on: day,
                at: "0\(dice(9)):\(10 + dice(40))")
            if made.rule == nil { numbers.append(made.number) }
            if dice(4) == 0 { dice(2) == 0 ? world.cut("V1", "T") : world.mend("V1", "T") }
            if dice(6) == 0, !numbers.isEmpty {
                let number = numbers[dice(UInt64(numbers.count))]
                for name in ["V1", "V2", "T"] where state(world, name, number) != nil {
                    _ = try world.node(name).say(
                        dice(2) == 0
                            ? #"{"command":"booking.cancel","booking":"\#(number)"}"#
                            : #"{"command":"booking.ask","booking":"\#(number)","date":"2026-09-30","#
                                + #""start":"10:00"}"#)
                    break
                }
            }
            if round % 3 == 0 { world.settle() }
            try check(world)
        }
        world.mend("V1", "T")
        world.settle()
        try check(world)
        var given = 0
        for number in numbers {
            let owner = try #require(state(world, "C", number))
            #expect(!owner.status.isOpen)
            #expect(state(world, "T", number)?.status == owner.status)
            for name in ["V1", "V2"] where state(world, name, number) != nil {
                #expect(state(world, name, number)?.slot == owner.slot)
            }
            given += owner.status.holdsPlace ? 1 : 0
        }
        #expect(given > 8)
    }

    private func check(_ world: CaseWorld) throws {
        var held: [BookingSlot: Int] = [:]
        for (key, content) in world.node("C").documents {
            guard key.collection == .booking, case .booking(let state) = content,
                state.status.holdsPlace, let slot = state.slot
            else { continue }
            held[slot, default: 0] += 1
        }
        for (slot, count) in held {
            #expect(count <= (slot.time == "09:00" ? 1 : 2), "\(slot.text)")
        }
    }

    // MARK: parcels

    /// An original goes by post to the county and from there to the applicant: at each moment the
    /// 交接单 of the case says who has it.
    @Test func whoHasAnOriginalIsKnownAtEveryHandOver() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        func say(_ name: String, _ json: String) throws -> (rule: String?, number: String) {
            for node in world.names {
                world.node(node).now = world.node(node).now.advanced(byMillis: 60_000)
            }
            let command = try Command(json: try JSON(parsing: Array(json.utf8)))
            switch world.node(name).run(command) {
            case .refuse(let refusal): return (refusal.rule, "")
            case .write(_, let answer):
                world.settle()
                return (nil, try JSON(parsing: answer)["mailing"]?.text ?? "")
            }
        }
        func holder(_ name: String) throws -> OriginalHolder? {
            let state = try #require(world.state(name, number))
            return CounterDoor.holders(of: state, from: world.node(name))["M1"]
        }
        let make = #""command":"mailing.make","case":"\#(number)""#
        #expect(
            try say("V1", "{\(make),\"to\":\"370124000000\",\"originals\":[\"M1\"]}").rule
                == "original-not-held")
        #expect(
            try say(
                "V1", #"{"command":"case.originals","case":"\#(number)","codes":["M1"],"way":"in"}"#
            ).rule == nil)
        #expect(try holder("V1") == .place(CaseWorld.id("V1")))
        #expect(try say("V1", "{\(make)}").rule == "command-invalid")
        #expect(try say("V1", "{\(make),\"result\":true}").rule == "result-not-ready")
        #expect(
            try say("V1", "{\(make),\"to\":\"371502000000\",\"originals\":[\"M1\"]}").rule
                == "mailing-target")
        let parcel = try say("V1", "{\(make),\"to\":\"370124000000\",\"originals\":[\"M1\"]}")
        #expect(parcel.rule == nil && parcel.number.hasPrefix("J370124106201-260924-"))
        // It is packed, and still at the village.
        #expect(try holder("C") == .place(CaseWorld.id("V1")))
        #expect(
            try say("V1", "{\(make),\"originals\":[\"M1\"]}").rule == "original-in-mail")
        func step(_ name: String, _ act: String, _ more: String = "") throws -> String? {
            try say(
                name, #"{"command":"mailing.\#(act)","mailing":"\#(parcel.number)"\#(more)}"#
            ).rule
        }
        #expect(try step("C", "receive") == "mailing-state")
        #expect(try step("V1", "collect", #","carrier":"邮政","tracking":"EMS1""#) == nil)
        for name in ["V1", "T", "C"] { #expect(try holder(name) == .parcel(parcel.number)) }
        #expect(try step("V1", "receive") == "mailing-not-yours")
        #expect(try step("V1", "lose") == nil)
        #expect(try step("C", "receive") == nil)
        for name in ["V1", "T", "C"] { #expect(try holder(name) == .place(CaseWorld.id("C"))) }
        #expect(try step("C", "receive") == "mailing-state")
        // And back to the applicant, from the county.
        let back = try say("C", "{\(make),\"originals\":[\"M1\"]}")
        #expect(back.rule == nil)
        for act in [#"collect","carrier":"邮政","tracking":"EMS2"#, "receive"] {
            #expect(
                try say("C", #"{"mailing":"\#(back.number)","command":"mailing.\#(act)"}"#).rule
                    == nil)
        }
        for name in ["V1", "T", "C"] {
            #expect(try holder(name) == nil)
            #expect(try #require(world.state(name, number)).originals.isEmpty)
        }
    }

    /// The result goes out by post; when the applicant has it, it is delivered.
    @Test func aResultThatArrivedIsDelivered() throws {
        let world = try CaseWorld()
        let number = try world.receive("T")
        #expect(try world.say("T", "accept", number) == nil)
        #expect(try world.say("T", "decide", number, #","outcome":"grant""#) == nil)
        let town = world.node("T")
        let make = #"{"command":"mailing.make","case":"\#(number)","result":true}"#
        let command = try Command(json: try JSON(parsing: Array(make.utf8)))
        guard case .write(_, let answer) = town.run(command) else {
            Issue.record("not packed")
            return
        }
        let parcel = try #require(try JSON(parsing: answer)["mailing"]?.text)
        #expect(try town.say(make) == "result-in-mail")
        #expect(
            try town.say(
                #"{"command":"mailing.collect","mailing":"\#(parcel)","carrier":"邮政","tracking":"1"}"#
            )
                == nil)
        #expect(world.state("T", number)?.status == .decided)
        #expect(try town.say(#"{"command":"mailing.receive","mailing":"\#(parcel)"}"#) == nil)
        #expect(world.state("T", number)?.status == .delivered)
    }

    // MARK: certificates

    @Test func aCertificateThatRunsOutIsRemindedOfOnceAStage() throws {
        let world = try CaseWorld()
        let number = try world.receive("T")
        #expect(try world.say("T", "accept", number) == nil)
        #expect(try world.say("T", "decide", number, #","outcome":"grant""#) == nil)
        #expect(
            try world.say("T", "ready", number, #","validUntil":"2026-09-24""#) == "command-invalid"
        )
        #expect(
            try world.say(
                "T", "ready", number, #","certificate":"LN-1","validUntil":"2026-12-23""#) == nil)
        world.settle()
        func remind(_ day: String) throws -> String? {
            world.node("T").now = Instant(rfc3339: day + "T10:00:00+08:00") ?? world.node("T").now
            return try world.node("T").say(
                #"{"command":"certificate.remind","case":"\#(number)","way":"上门"}"#)
        }
        #expect(try remind("2026-09-24") == nil)
        #expect(try remind("2026-09-25") == "reminder-not-due")
        #expect(try remind("2026-10-24") == nil)
        #expect(try remind("2026-12-01") == nil)
        #expect(try remind("2026-12-02") == "reminder-not-due")
        world.settle()
        let id = try #require(world.node("C").find(.certificate, label: number).first)
        guard case .certificate(let state)? = world.node("C").content(id) else {
            Issue.record("no certificate at the county")
            return
        }
        #expect(state.reminders.map(\.stage.rawValue) == [90, 60, 30])
        #expect(state.validUntil?.text == "2026-12-23")
    }

    /// Only the place itself says how its day went.
    @Test func aDayOfALineIsItsOwnPlaces() throws {
        let world = try CaseWorld()
        var counts = QueueCounts(day: try #require(CivilDate("2026-09-24")))
        counts.taken = 12
        _ = world.node("V1").run(.counter(.queueDay(counts)))
        world.settle()
        let key = QueueDayState.key(CaseWorld.id("V1"), counts.day)
        guard case .queueDay(let told)? = world.node("C").content(key) else {
            Issue.record("nothing came")
            return
        }
        #expect(told.counts == counts)
        #expect(world.node("V2").content(key) == nil)
    }
}
