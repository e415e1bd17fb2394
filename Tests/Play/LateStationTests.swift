import Base
import Domain
import Guide
import Kernel
import Testing

@testable import Play

/// What a station that lagged brings back, on the simulator's stage: asked for once more, ratified
/// or not.
@Suite struct LateStationTests {
    private static let item = "370511001001"

    private let cast: Cast

    init() throws {
        cast = try Cast(
            [
                ("C", "370124000000", "平阴县", .county, nil),
                ("T", "370124106000", "玫瑰镇", .town, "C"),
                ("V1", "370124106201", "焦庄村", .village, "T"),
            ], from: "2026-09-21T08:00")
        try cast.stage.settle()
        try publish(base: 0, "M1")
        try cast.say("C", grant(mode: "\"委托受理\"", from: "2026-01-01"))
        try cast.stage.settle()
    }

    private func grant(mode: String, from: String) -> String {
        """
        {"command":"grant.set","code":"\(Self.item)","region":"370124000000","level":"village",
        "mode":\(mode),"from":"\(from)","document":"样例〔2026〕1号"}
        """
    }

    private func publish(base: Int, _ codes: String...) throws {
        let materials = codes.map {
            "{\"code\":\"\($0)\",\"name\":\"材料\($0)\",\"required\":true,\"deferrable\":false}"
        }
        let head = base == 0 ? "" : "\"base\":\(base),"
        let reply = try cast.say(
            "C",
            """
            {"command":"item.publish","code":"\(Self.item)",\(head)"immediate":true,"elements":
            {"name":"高龄津贴认定","kind":"行政给付","basis":"样例办法","level":"县级",
            "department":"县民政局","agency":"县民政局","conditions":"年满 80 周岁",
            "audience":["自然人"],"steps":["收件","审查","办结"],"legalDays":20,"promisedDays":5,
            "handling":"承诺件","fees":{"charged":false},"result":{"kind":"给付","name":"高龄津贴"},
            "materials":[\(materials.joined(separator: ","))]}}
            """)
        #expect(reply.rule == nil)
    }

    private func receive(_ item: String = item, _ codes: String...) throws -> String {
        let list = codes.map { "\"\($0)\"" }.joined(separator: ",")
        return try cast.say(
            "V1",
            """
            {"command":"case.receive","item":"\(item)","applicant":"王某","materials":[\(list)]}
            """
        ).text("number")
    }

    private func act(_ act: String, _ number: String, _ more: String = "") throws -> String? {
        try cast.say("V1", "{\"command\":\"case.\(act)\",\"case\":\"\(number)\"\(more)}").rule
    }

    /// DOMAIN §3.8: added and not 可容缺 → one 补正, beside the one that the case may have anyway.
    @Test func whatANewerVersionAddedIsAskedForOnce() throws {
        try cast.link("V1", "T", isCut: true)
        try cast.at("2026-09-22T09:00")
        try publish(base: 1, "M1", "M9")
        try cast.at("2026-09-22T10:00")
        let number = try receive()
        #expect(try act("correct", number, #","gaps":["M1 材料M1"]"#) == nil)
        #expect(try act("supplement", number, #","materials":["M1"]"#) == nil)
        #expect(try act("accept", number) == nil)
        // While it does not know the newer version, it may not ask again.
        #expect(try act("correct", number, #","gaps":["M9"]"#) == "case-accepted")
        try cast.at("2026-09-22T15:00")
        try cast.link("V1", "T", isCut: false)
        try cast.stage.settle()
        #expect(try act("correct", number, #","gaps":["M9","别的证件"]"#) == "case-accepted")
        #expect(try act("correct", number, #","gaps":["M9 材料M9"]"#) == nil)
        #expect(try act("correct", number, #","gaps":["M9"]"#) == "case-accepted")
        try cast.stage.settle()
        for name in ["C", "T", "V1"] {
            let file = try #require(try cast.file(name, number))
            let corrections = file.effective(.caseCorrection)
            #expect(corrections.map(\.isRebased).sorted { !$0 && $1 } == [false, true], "\(name)")
            #expect(file.status == .accepted)
        }
        #expect(try act("supplement", number, #","materials":["M9"]"#) == nil)
        #expect(try cast.end().violations == [])
    }

    /// 待裁定: where the authority ends it, nobody goes on with it, and a place above ends the case.
    @Test func whatIsRuledToEndIsEnded() throws {
        try cast.link("V1", "T", isCut: true)
        try cast.at("2026-09-22T09:00")
        let suspend = "{\"command\":\"item.suspend\",\"code\":\"\(Self.item)\",\"reason\":\"核查\"}"
        #expect(try cast.say("C", suspend).rule == nil)
        try cast.at("2026-09-22T10:00")
        let number = try receive(Self.item, "M1")
        try cast.link("V1", "T", isCut: false)
        try cast.stage.settle()
        #expect(try cast.sheet("C", .terms, number) == nil)
        #expect(try act("accept", number) == "case-pending-ruling")
        let ruling = """
            {"command":"ruling.set","case":"\(number)","about":"standing","outcome":"end",
            "reason":"事项已停办"}
            """
        #expect(try cast.say("C", ruling).rule == nil)
        try cast.stage.settle()
        #expect(try act("accept", number) == "case-ruled-ended")
        let end = "{\"command\":\"case.end\",\"case\":\"\(number)\",\"reason\":\"已裁定终止\"}"
        #expect(try cast.say("C", end).rule == nil)
        try cast.stage.settle()
        for name in ["C", "T", "V1"] {
            let file = try #require(try cast.file(name, number))
            #expect(file.status.isFinal, "\(name): \(file.status)")
        }
        #expect(try cast.data("C", .pending)["waiting"]?.array?.isEmpty == true)
        #expect(try cast.end().violations == [])
    }

    /// 越权待追认, until the authority says.
    @Test(arguments: [("continue", "越权已追认"), ("end", "越权不予追认")])
    func anActBehindTheEndOfAGrantIsRatifiedOrNot(outcome: String, word: String) throws {
        try cast.link("V1", "T", isCut: true)
        try cast.at("2026-09-22T09:00")
        let end = try cast.say("C", grant(mode: "null", from: "2026-09-22"))
        #expect(end.rule == nil)
        try cast.at("2026-09-22T10:00")
        let number = try receive(Self.item, "M1")
        #expect(try act("accept", number) == nil)
        try cast.link("V1", "T", isCut: false)
        try cast.stage.settle()
        func waiting() throws -> [String] {
            (try cast.data("C", .pending)["waiting"]?.array ?? []).map {
                "\($0["number"]?.text ?? "") \($0["about"]?.text ?? "")"
            }
        }
        func words(_ name: String) throws -> Set<String> {
            Set((try cast.sheet(name, .binding, number)?.sections.first?.rows ?? []).map { $0[0] })
        }
        #expect(try waiting() == [number + " grant"])
        for name in ["C", "V1"] { #expect(try words(name) == ["越权待追认"]) }
        let ruling = """
            {"command":"ruling.set","case":"\(number)","about":"grant","outcome":"\(outcome)",
            "reason":"已补办授权"}
            """
        #expect(try cast.say("C", ruling).rule == nil)
        try cast.stage.settle()
        #expect(try waiting() == [])
        for name in ["C", "V1"] { #expect(try words(name) == [word]) }
        #expect(try cast.end().violations == [])
    }
}
