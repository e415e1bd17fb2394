import Base
import Change
import Testing

@testable import Domain

@Suite struct CatalogCommandTests {
    private func read(_ text: String) throws -> CatalogCommand {
        let json = try JSON(parsing: text)
        return try CatalogCommand(verb: json["command"]?.text ?? "", json: json)
    }

    private func field(_ text: String) throws -> String? {
        let json = try JSON(parsing: text)
        do throws(CommandFault) {
            _ = try CatalogCommand(verb: json["command"]?.text ?? "", json: json)
            return nil
        } catch {
            #expect(error.refusal.category == .invalid)
            return error.refusal.field
        }
    }

    @Test func everyCommandIsRead() throws {
        let publish = try read(
            #"{"command":"item.publish","code":"1","base":3,"effectiveFrom":"2026-09-28","#
                + #""elements":{"name":"甲"},"saw":["0000000000000001-7"]}"#)
        #expect(
            publish
                == .publish(
                    Publication(
                        code: "1", base: 3, saw: [Dot(actor: ActorID(1), seq: Seq(7))],
                        effectiveFrom: try Sample.date("2026-09-28"),
                        elements: ["name": "甲"])))
        #expect(
            try read(#"{"command":"item.publish","code":"1","immediate":true,"elements":{}}"#)
                == .publish(Publication(code: "1", base: nil, effectiveFrom: nil, elements: [:])))
        #expect(
            try read(#"{"command":"item.cancel","code":"1","reason":"停"}"#)
                == .setStanding(StandingOrder(code: "1", standing: .cancelled, reason: "停")))
        #expect(
            try read(#"{"command":"item.resume","code":"1","reason":"停","from":"2026-10-01"}"#)
                == .setStanding(
                    StandingOrder(
                        code: "1", standing: .active, reason: "停",
                        from: try Sample.date("2026-10-01"))))
        #expect(
            try read(#"{"command":"overlay.set","code":"1","values":{"hours":"8","phone":null}}"#)
                == .setOverlay(
                    code: "1",
                    values: [
                        OverlayOrder(field: "hours", text: "8"),
                        OverlayOrder(field: "phone", text: nil),
                    ]))
        #expect(
            try read(
                #"{"command":"grant.set","code":"1","region":"370124106201","level":"village","#
                    + #""mode":"委托受理","from":"2026-09-28","document":"文"}"#)
                == .setGrant(
                    GrantOrder(
                        code: "1", region: try CatalogWorld.name(CatalogWorld.village),
                        level: .village, mode: .entrust,
                        from: try Sample.date("2026-09-28"), document: "文")))
        #expect(
            try read(
                #"{"command":"calendar.set","year":2027,"holidays":["2027-01-01"],"workdays":[]}"#)
                == .setCalendar(
                    try #require(
                        HolidayYear(
                            year: 2027, holidays: [Sample.date("2027-01-01")], workdays: []))))
    }

    @Test func brokenCommandsNameTheirField() throws {
        let broken = [
            ("{}", "command"), (#"{"command":"item.burn"}"#, "command"),
            (#"{"command":"item.publish","immediate":true,"elements":{}}"#, "code"),
            (#"{"command":"item.publish","code":"1","elements":{}}"#, "effectiveFrom"),
            (
                #"{"command":"item.publish","code":"1","immediate":true,"#
                    + #""effectiveFrom":"2026-01-01","elements":{}}"#, "effectiveFrom"
            ),
            (
                #"{"command":"item.publish","code":"1","effectiveFrom":"2026-02-30","elements":{}}"#,
                "effectiveFrom"
            ),
            (#"{"command":"item.publish","code":"1","immediate":true,"elements":[]}"#, "elements"),
            (
                #"{"command":"item.publish","code":"1","immediate":true,"saw":["x"],"elements":{}}"#,
                "saw"
            ),
            (#"{"command":"item.suspend","code":"1"}"#, "reason"),
            (#"{"command":"overlay.set","code":"1","values":{"hours":8}}"#, "hours"),
            (#"{"command":"grant.set","code":"1","region":"3"}"#, "region"),
            (
                #"{"command":"grant.set","code":"1","region":"370124106201","mode":"全权"}"#,
                "mode"
            ),
            (
                #"{"command":"calendar.set","year":2027,"holidays":["2026-01-01"],"workdays":[]}"#,
                "holidays"
            ),
        ]
        for (text, name) in broken { #expect(try field(text) == name, "\(text)") }
    }

    @Test func dotsReadBack() {
        let dot = Dot(actor: ActorID(0xff), seq: Seq(12))
        #expect(dot.text == "00000000000000ff-12")
        #expect(Dot(text: dot.text) == dot)
        for text in ["", "-", "ff-1", "00000000000000ff-", "00000000000000ff-1-2"] {
            #expect(Dot(text: text) == nil)
        }
        #expect(Dot(text: "00000000000000ff-99999999999999999999") == nil)
        #expect(Dot(text: "00000000000000ff-2000000000000000") == nil)
    }
}
