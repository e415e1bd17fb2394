import Account
import Base
import Console
import Domain
import Foundation
import HTTP
import Testing

@testable import API

@Suite struct PageTests {
    private let ask = Ask()

    @Test func textIsNeverMarkup() {
        let evil = "<script>\"a\"&'b'\u{0}"
        let page: HTMLText =
            "<p title=\"\(evil)\">\(evil)\(HTMLText("<b>x</b>"))\([HTMLText(text: "<")])</p>"
        let escaped = "&lt;script&gt;&quot;a&quot;&amp;&#39;b&#39;\u{FFFD}"
        let expected = "<p title=\"\(escaped)\">\(escaped)<b>x</b>&lt;</p>"
        #expect(String(decoding: page.bytes, as: UTF8.self) == expected)
    }

    @Test func noPageHasWhatAnApplicantMadeOfMarkup() throws {
        for target in ["/", "/cases/37012410600020260924000041", "/search?q=accepted"] {
            let text = try ask.now("GET", target).text
            #expect(!text.contains("赵<b>"))
        }
        let text = try ask.now("GET", "/search?q=%3Cscript%3E%22").text
        #expect(!text.contains("<script"))
        #expect(text.contains("检索：&lt;script&gt;&quot;"))
    }

    @Test func everyPageHasAStrictPolicyAndNoScript() throws {
        let pages = [
            "/", "/receive", "/receive?item=I1", "/search?q=I1", "/scopes", "/items/I1",
            "/cases/" + Fixture.number, "/cases/" + Fixture.twice,
        ]
        for target in pages {
            let response = try ask.now("GET", target)
            #expect(response.status == 200, "\(target)")
            let policy = try #require(response.headers["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'self'"))
            #expect(!response.text.contains("<script") && !response.text.contains("style="))
            #expect(!response.text.contains(" onclick") && response.text.contains("lang=\"zh-CN\""))
        }
        #expect(try ask.now("GET", "/cases/1").status == 404)
        #expect(try ask.now("GET", "/items/none").status == 404)
    }

    @Test func thefirstPageTellsWhoAndHow() throws {
        let text = try ask.now("GET", "/").text
        for fact in ["玫瑰镇便民服务中心", "370124106000", "1234567", "2/4", "高龄津贴认定", "王*兰"] {
            #expect(text.contains(fact), "\(fact)")
        }
        #expect(!text.contains("王桂兰"))
        #expect(!text.contains("离线"))
    }

    @Test func aCutLinkIsSaidOnEveryPage() throws {
        let cut = Ask(view: FixtureView(isCutOff: true))
        for target in ["/", "/receive", "/items/I1", "/cases/" + Fixture.number] {
            let text = try cut.now("GET", target).text
            #expect(text.contains("离线") && text.contains("14 条变更待上传"))
        }
    }

    @Test func theReceiptHasWhatTheApplicantNeeds() throws {
        let text = try ask.now("GET", "/cases/" + Fixture.number).text
        for fact in ["收件凭证", "483920", "王*兰", "高龄津贴申请表", "居民身份证", "未交", "16:05"] {
            #expect(text.contains(fact), "\(fact)")
        }
    }

    @Test(arguments: [
        (
            "received",
            ["accept", "correct", "propose", "refuse", "withdraw", "offer", "originals"]
        ),
        (
            "correcting",
            ["accept", "supplement", "propose", "refuse", "withdraw", "offer", "originals"]
        ),
        (
            "accepted",
            [
                "assign", "pause", "suspend", "extend", "decide", "withdraw", "offer",
                "originals",
            ]
        ), ("special", ["resume", "withdraw", "offer", "originals"]),
        ("decided", ["askSeal", "ready", "deliver", "revoke", "offer", "originals"]),
        ("delivered", ["close", "revoke"]), ("closed", ["revoke"]), ("withdrawn", ["close"]),
        ("archived", []),
    ])
    func theActsFollowTheState(status: String, acts: [String]) throws {
        let document = Fixture.caseFile(Fixture.number, 1, status, "王某")
        let text = try Ask(view: FixtureView(cases: [document])).now(
            "GET", "/cases/" + Fixture.number
        ).text
        #expect(actions(in: text).filter { $0 != "reveal" } == acts)
    }

    @Test(arguments: ["separate", "three"])
    func whoAcceptedIsNotOfferedTheDecision(outcome: String) throws {
        let plain = Fixture.caseFile(Fixture.number, 1, "accepted", "王某")
        let author = Principal.machine.author
        let state = String(decoding: plain.state, as: UTF8.self).replacing(
            #""kind":"accept""#,
            with: #""kind":"accept","outcome":"\#(outcome)","author":"\#(ActorID(author).hex)""#)
        let document = StoredDocument(
            key: plain.key, scope: plain.scope, label: plain.label, status: plain.status,
            time: plain.time, attention: false, search: plain.search, state: Array(state.utf8))
        var ask = Ask(view: FixtureView(cases: [document]))
        let own = try ask.now("GET", "/cases/" + Fixture.number).text
        let offered = actions(in: own)
        #expect(!offered.contains("decide") && !offered.contains("review"))
        #expect(offered.contains("offer"))
        #expect(own.contains("受审分离"))
        ask.principal = Principal(
            kind: .account, author: author ^ 1, login: "b", name: "乙", roles: [.soleApprover],
            formToken: "t")
        let other = try ask.now("GET", "/cases/" + Fixture.number).text
        #expect(actions(in: other).contains("decide"))
    }

    @Test func anOfferFreezesTheActs() throws {
        let away = Fixture.caseFile(Fixture.number, 1, "accepted", "王某", to: Fixture.county.text)
        let here = Fixture.caseFile(Fixture.number, 1, "accepted", "王某", to: Fixture.town.text)
        for (document, acts) in [(away, ["recall"]), (here, ["sign", "reject"])] {
            let text = try Ask(view: FixtureView(cases: [document])).now(
                "GET", "/cases/" + Fixture.number
            ).text
            #expect(actions(in: text).filter { $0 != "reveal" } == acts)
        }
    }

    @Test func theStationsAreListedOneByOne() throws {
        let text = try ask.now("GET", "/items/I1").text
        #expect(text.components(separatedBy: "已达</span>").count == 3)
        #expect(text.components(separatedBy: "待达</span>").count == 3)
        #expect(text.contains("v4") && text.contains("待生效") && text.contains("历史"))
    }

    @Test func theFormOffersTheMaterialsOfTheItem() throws {
        let text = try ask.now("GET", "/receive?item=I1").text
        #expect(text.components(separatedBy: "type=\"checkbox\"").count == 5)
        #expect(text.contains("可容缺") && text.contains("value=\"I1\" selected"))
        let none = try ask.now("GET", "/receive").text
        #expect(!none.contains("checkbox"))
    }

    /// Writes the pages as files where `SYNCNODE_PAGES` names a directory, to look at them.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SYNCNODE_PAGES"] != nil))
    func pagesCanBeLookedAt() throws {
        let place = try #require(ProcessInfo.processInfo.environment["SYNCNODE_PAGES"])
        let cut = Ask(view: FixtureView(isCutOff: true))
        let pages: [(String, Ask, String)] = [
            ("home", ask, "/"), ("offline", cut, "/"), ("item", ask, "/items/I1"),
            ("case", ask, "/cases/" + Fixture.number), ("receive", ask, "/receive?item=I1"),
            ("frozen", ask, "/cases/37012410600020260924000041"), ("scopes", ask, "/scopes"),
            ("search", ask, "/search?q=accepted"), ("style.css", ask, "/style.css"),
        ]
        for (name, ask, target) in pages {
            let text = try ask.now("GET", target).text
                .replacing("href=\"/style.css\"", with: "href=\"style.css\"")
            let file = name.contains(".") ? name : name + ".html"
            try Data(text.utf8).write(to: URL(fileURLWithPath: place + "/" + file))
        }
        try Data(API.openAPI).write(to: URL(fileURLWithPath: place + "/openapi.json"))
    }

    private func actions(in text: String) -> [String] {
        text.components(separatedBy: "action=\"/console/cases/").dropFirst().map { part in
            part.components(separatedBy: "\"")[0].components(separatedBy: "/")[1]
        }
    }
}
