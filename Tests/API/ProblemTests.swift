import Base
import Domain
import HTTP
import Testing

@testable import API

@Suite struct ProblemTests {
    @Test(arguments: [
        (RuleRefusal.Category.invalid, UInt16(422)), (.missing, 404), (.conflict, 409),
        (.stale, 412), (.forbidden, 403),
    ])
    func refusalsKeepTheirRuleAndField(category: RuleRefusal.Category, status: UInt16) throws {
        let refusal = RuleRefusal("some-rule", "不可以“\"这样\"”", field: "item", category: category)
        let order = try Ask().order("/api/v1/cases", body: Fixture.application)
        let response = order.render(.refused(refusal))
        #expect(response.status == status)
        #expect(response.headers["content-type"] == "application/problem+json")
        let json = try response.json
        #expect(json["type"] == "/problems/some-rule")
        #expect(json["title"] == "不可以“\"这样\"”")
        #expect(json["status"] == .int(Int64(status)))
        #expect(json["rule"] == "some-rule")
        #expect(json["field"] == "item")
    }

    @Test(arguments: [
        ("en", true), ("en-GB,zh;q=0.5", true), ("zh-CN,en;q=0.9", false), ("zh;q=0.3, en", true),
        ("fr,en;q=0.2", true), ("fr", false), ("*", false), ("en;q=0", false), ("en;q=x", false),
        ("en;q=0.700,zh;q=0.7", true), ("", false), (";,;q=,-", false),
    ])
    func aProblemSpeaksTheLanguageAskedFor(wanted: String, isEnglish: Bool) throws {
        let headers = [("Accept-Language", wanted)]
        let response = try Ask().now("GET", "/api/v1/cases?limit=0", headers)
        let title = try response.json["title"]?.text
        #expect(title == (isEnglish ? "limit is out of its range" : "条数应为 1 到 200"))
        let order = try Ask().order("/api/v1/cases", headers, body: Fixture.application)
        #expect(
            try (order.render(.queueFull).json["title"]?.text ?? "").hasPrefix("the") == isEnglish)
    }

    @Test(arguments: [
        (ViewError.busy, UInt16(503)), (.closed, 503), (.full, 503), (.failed, 500),
    ])
    func aFailingViewIsAProblem(error: ViewError, status: UInt16) throws {
        let ask = Ask(view: FixtureView(error: error))
        for target in ["/api/v1/status", "/api/v1/cases/" + Fixture.number, "/", "/metrics"] {
            let response = try ask.now("GET", target)
            #expect(response.status == status)
            #expect((response.headers["retry-after"] != nil) == (status == 503))
        }
    }

    @Test func aFullOrClosedWriterSaysWhenToComeBack() throws {
        let order = try Ask().order("/api/v1/cases", body: Fixture.application)
        for outcome in [CommandOutcome.queueFull, .closed] {
            let response = order.render(outcome)
            #expect(response.status == 503)
            #expect(response.headers["retry-after"] != nil)
        }
        #expect(order.render(.failed).status == 500)
    }

    @Test func anExchangeThatFailsSaysWhy() throws {
        let headers = [("Content-Type", "application/json")]
        let reply = try Ask().reply("POST", "/api/v1/sync", headers, body: "{}")
        guard case .exchange(let order) = reply else {
            Issue.record("it is an exchange")
            return
        }
        #expect(order.peer == nil)
        #expect(order.render(.unknownPeer).status == 404)
        #expect(order.render(.refused("吊销")).status == 409)
        #expect(order.render(.unreachable("无路由")).status == 503)
        #expect(order.render(.closed).status == 503)
        var report = ExchangeReport()
        report.equal = true
        #expect(try order.render(.done(report)).json["equal"] == true)
    }

    @Test func theApiNeverAnswersAProblemAsAPage() throws {
        let headers = [("Accept", "text/html,application/json")]
        let response = try Ask().now("GET", "/api/v1/cases/1", headers)
        #expect(response.headers["content-type"] == "application/problem+json")
    }
}
