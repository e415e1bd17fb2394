import Base
import Domain
import HTTP
import Testing

@testable import API

@Suite struct CommandTests {
    private let ask = Ask()
    private let json = [("Content-Type", "application/json")]
    private var act: String { "/api/v1/cases/\(Fixture.number)/accept" }

    @Test func theRouteNamesTheCommand() throws {
        let body = JSONObject([.init(key: "note", value: "x")])
        let named = try CommandBody.name(body, [("command", "case.accept"), ("case", "1")])
        #expect(
            JSON.object(named).bytes
                == Array(#"{"command":"case.accept","case":"1","note":"x"}"#.utf8))
    }

    @Test func aBodyMayRepeatTheRouteButNotContradictIt() throws {
        let same = JSONObject([.init(key: "case", value: "1")])
        #expect(try CommandBody.name(same, [("case", "1")]) == same)
        let other = JSONObject([.init(key: "case", value: "2")])
        #expect(throws: Problem.self) { try CommandBody.name(other, [("case", "1")]) }
    }

    @Test(arguments: [
        ("", UInt16(400)), ("{", 400), ("[]", 422), ("{\"a\":1.5}", 400), ("{\"a\":1,\"a\":2}", 400),
        ("{\"a\":\"\u{FFFD}", 400), ("null", 422), ("{} {}", 400),
    ])
    func badJSONIsRefused(body: String, status: UInt16) throws {
        #expect(try ask.now("POST", "/api/v1/cases", json, body: body).status == status)
    }

    @Test func aCommandHasAName() throws {
        #expect(try ask.now("POST", "/api/v1/commands", json, body: "{}").status == 422)
        let numbered = try ask.now("POST", "/api/v1/commands", json, body: "{\"command\":1}")
        #expect(try numbered.json["field"] == "command")
    }

    @Test func aCommandHasFewFields() throws {
        let fields = (0...Limits.commandFieldsMax).map { "\"f\($0)\":1" }
        let body = "{" + fields.joined(separator: ",") + "}"
        #expect(try ask.now("POST", "/api/v1/cases", json, body: body).status == 422)
    }

    @Test func unknownActionsAreNotThere() throws {
        let target = "/api/v1/cases/\(Fixture.number)/explode"
        #expect(try ask.now("POST", target, json, body: "{}").status == 404)
        #expect(try ask.now("POST", "/api/v1/items/I1/accept", json, body: "{}").status == 404)
    }

    @Test func everyKnownActionIsSubmitted() throws {
        for action in RouteTable.itemActions.map(\.name) {
            let name = Call<FixtureView>.itemCommand(action)
            #expect(name.hasPrefix("item.") || name.hasSuffix(".set"))
        }
    }

    @Test func theKeyOfAReplayIsPassedOn() throws {
        let order = try ask.order(
            "/api/v1/commands", [("Idempotency-Key", "abc-1")], body: "{\"command\":\"x.y\"}")
        #expect(order.idempotencyKey == "abc-1")
        #expect(order.author == 0)
        for key in ["", "a b", String(repeating: "k", count: 65), "键"] {
            let headers = json + [("Idempotency-Key", key)]
            let response = try ask.now(
                "POST", "/api/v1/commands", headers, body: "{\"command\":\"x.y\"}")
            #expect(response.status == 400)
        }
    }

    @Test func whatTheCallerSawIsHeldAgainstWhatIs() throws {
        let tag = StateTag(of: Fixture.cases[0].state).text
        for seen in ["\"\(tag)\"", "*", "\"0\", \"\(tag)\""] {
            _ = try ask.order(act, [("If-Match", seen)])
        }
        for seen in ["\"0000000000000000\"", "W/\"\(tag)\""] {
            let response = try ask.now("POST", act, json + [("If-Match", seen)], body: "{}")
            #expect(response.status == 412)
            #expect(try response.json["current"]?.text == tag)
            #expect(try response.json["seen"]?.text == seen.replacing("\"", with: ""))
        }
        let malformed = try ask.now("POST", act, json + [("If-Match", tag)], body: "{}")
        #expect(malformed.status == 400)
        let unknown = "/api/v1/cases/37012410600020260924000999/accept"
        #expect(try ask.now("POST", unknown, json + [("If-Match", "*")], body: "{}").status == 404)
    }

    @Test func whatIsMadeHasAPlace() throws {
        let order = try ask.order("/api/v1/cases", body: "{\"item\":\"I1\"}")
        let response = order.render(.done(answer: Array(#"{"number":"37"}"#.utf8)))
        #expect(response.status == 201)
        #expect(response.headers["location"] == "/api/v1/cases/37")
        #expect(response.text == #"{"number":"37"}"#)
        let step = try ask.order(act)
        #expect(step.render(.done(answer: [])).text == "{}")
    }

    @Test func anExchangeMayNameItsPeer() throws {
        let body = "{\"peer\":\"370124000000\"}"
        guard case .exchange(let order) = try ask.reply("POST", "/api/v1/sync", json, body: body)
        else {
            Issue.record("it is an exchange")
            return
        }
        #expect(order.peer == Fixture.county)
        for bad in ["{\"peer\":\"x\"}", "{\"peer\":1}"] {
            #expect(try ask.now("POST", "/api/v1/sync", json, body: bad).status == 422)
        }
    }
}
