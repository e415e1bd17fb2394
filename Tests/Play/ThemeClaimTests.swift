import Base
import Domain
import Guide
import Kernel
import Testing

@testable import Play

/// 一件事 is claimed and released like an item: entered, claimed, drafted, published by another.
@Suite struct ThemeClaimTests {
    private let cast: Cast

    init() throws {
        cast = try Cast(
            [("C", "370124000000", "平阴县", .county, nil)], from: "2026-09-21T08:00")
        try cast.enter("qicao", ["item-editor"], at: "C")
        try cast.enter("fuhe", ["item-reviewer"], at: "C")
    }

    private func claim(_ more: String) throws -> String? {
        try cast.say(
            "C",
            """
            {"command":"basic.set","code":"T1","name":"我要退休","kind":"一件事",\(more)}
            """, as: "qicao"
        ).rule
    }

    private func step() throws -> String {
        let rows = try cast.sheet("C", .claims)?.sections.last?.rows ?? []
        return rows.first { $0[0] == "T1" }?[2] ?? "—"
    }

    @Test func aThemeGoesTheStepsOfAnItem() throws {
        for code in ["370118009101", "370118009102"] {
            let item = """
                {"command":"item.publish","code":"\(code)","immediate":true,"elements":
                {"name":"事项\(code)","kind":"公共服务","basis":"样例","level":"县级",
                "department":"县人社局","agency":"县人社局","conditions":"无","audience":["自然人"],
                "steps":["收件"],"legalDays":20,"promisedDays":5,"handling":"承诺件",
                "fees":{"charged":false},"result":{"kind":"其他","name":"样例"},"materials":[]}}
                """
            #expect(try cast.say("C", item).rule == nil)
        }
        #expect(try claim(#""status":"waiting""#) == nil)
        #expect(try step() == "待认领")
        #expect(try cast.data("C", .claims)["rate"]?.int == 0)
        #expect(try claim(#""status":"claimed""#) == "element-missing")
        #expect(try claim(#""status":"claimed","department":"县人社局""#) == nil)
        #expect(try step() == "已认领")
        #expect(try cast.data("C", .claims)["rate"]?.int == 100)
        let theme = """
            {"command":"theme.set","code":"T1","name":"我要退休","object":"个人","lead":"县人社局",
            "promisedDays":20,"children":[{"item":"370118009101"},{"item":"370118009102"}]}
            """
        #expect(try cast.say("C", theme, as: "qicao").rule == nil)
        #expect(try step() == "审核")
        let publish = "{\"command\":\"theme.publish\",\"code\":\"T1\"}"
        #expect(try cast.say("C", publish, as: "qicao").rule == "role-forbids")
        #expect(try cast.say("C", publish, as: "fuhe").rule == nil)
        #expect(try step() == "发布")
    }

    /// An item's entry still has an item's code.
    @Test func onlyAThemeHasAThemesCode() throws {
        let entry = """
            {"command":"basic.set","code":"T2","name":"样例","kind":"公共服务","status":"waiting"}
            """
        #expect(try cast.say("C", entry, as: "qicao").rule == "item-code")
    }
}
