import Account
import Base
import Change
import Domain
import HTTP
import Testing

@testable import API

@Suite struct CommandTests {
    private let ask = Ask()
    private let json = [("Content-Type", "application/json")]
    private let step = "{\"command\":\"case.accept\",\"case\":\"\(Fixture.number)\"}"
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
        ("", UInt16(400)), ("{", 400), ("[]", 422), ("{\"a\":1.5}", 400),
        ("{\"a\":1,\"a\":2}", 400),
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

    @Test func everyActionOfAnItemIsItsCommand() throws {
        func command(_ action: String, _ body: String) throws -> CatalogCommand? {
            let order = try ask.order("/api/v1/items/I1/" + action, body: body)
            guard case .catalog(let command) = order.command else { return nil }
            return command
        }
        let reason = #"{"reason":"政策调整"}"#
        for (action, standing) in [
            ("suspend", Standing.suspended), ("resume", .active), ("cancel", .cancelled),
        ] {
            let order = StandingOrder(code: "I1", standing: standing, reason: "政策调整")
            #expect(try command(action, reason) == .setStanding(order))
        }
        let values = [OverlayOrder(field: "hours", text: "9-17")]
        #expect(
            try command("overlay", #"{"values":{"hours":"9-17"}}"#)
                == .setOverlay(code: "I1", values: values))
        let grant = #"{"region":"370124106201","mode":null,"from":"2026-09-01","document":"x"}"#
        guard case .setGrant(let order) = try command("grant", grant) else {
            Issue.record("it is a grant")
            return
        }
        #expect(order.code == "I1" && order.region == PlaceName("370124106201"))
    }

    @Test func everyActionOfACaseIsItsCommand() throws {
        let bodies: [(action: String, body: String, act: CaseCommand.Act)] = [
            ("accept", "", .accept), ("refuse", #"{"reason":"r"}"#, .refuse(reason: "r")),
            (
                "correct", #"{"gaps":["g"]}"#, .correct(gaps: ["g"], override: false, reason: "")
            ),
            ("supplement", #"{"materials":["M4"]}"#, .supplement(materials: [.init(code: "M4")])),
            ("review", #"{"outcome":"grant"}"#, .review(isGranted: true, note: "")),
            ("decide", #"{"outcome":"grant"}"#, .decide(isGranted: true, note: "")),
            (
                "deliver", #"{"receiver":"王某"}"#,
                .deliver(receiver: CaseCommand.Receiver(name: "王某"))
            ), ("close", "", .close),
            ("withdraw", "", .withdraw(reason: "")), ("note", #"{"note":"n"}"#, .note("n")),
            ("rate", #"{"score":5}"#, .rate(score: 5, note: "")),
            ("offer", #"{"to":"370124000000"}"#, .offer(to: Fixture.county, reason: "")),
            ("sign", "", .sign), ("reject", #"{"reason":"r"}"#, .reject(reason: "r")),
            ("recall", "", .recall(reason: "")),
            (
                "force", #"{"to":"370124000000","reason":"r"}"#,
                .force(to: Fixture.county, reason: "r")
            ),
            (
                "ratify", #"{"event":"00000000000000000000000000000001"}"#,
                .ratify(Digest16(high: 0, low: 1))
            ), ("take", "", .step(.take)),
            ("propose", #"{"reason":"r"}"#, .step(.propose(reason: "r"))),
            (
                "answer", #"{"outcome":"way","reason":"r"}"#,
                .step(.answer(isConfirmed: false, reason: "r"))
            ), ("assign", #"{"department":"d"}"#, .step(.assign(department: "d"))),
            (
                "pause", #"{"procedure":"鉴定","days":5,"reason":"r"}"#,
                .step(.pause(procedure: "鉴定", days: 5, reason: "r"))
            ),
            (
                "suspend", #"{"reason":"r","approver":"a"}"#,
                .step(.suspend(reason: "r", approver: "a"))
            ), ("resume", "", .step(.resume(note: ""))),
            (
                "extend", #"{"days":10,"reason":"r","approver":"a"}"#,
                .step(.extend(days: 10, reason: "r", approver: "a"))
            ),
            (
                "askSeal", #"{"document":"d","to":"370124000000"}"#,
                .step(.askSeal(document: "d", to: Fixture.county))
            ),
            (
                "seal", #"{"outcome":"sealed","seal":"s"}"#,
                .step(.seal(isGiven: true, seal: "s", note: ""))
            ), ("ready", "", .step(.ready(certificate: ""))),
            ("end", #"{"reason":"r"}"#, .step(.end(reason: "r", keep: nil))),
            ("verify", #"{"outcome":"kept"}"#, .step(.verify(isKept: true, note: ""))),
            ("revoke", #"{"reason":"r"}"#, .step(.revoke(reason: "r"))),
            (
                "originals", #"{"codes":["M1"],"way":"in"}"#,
                .step(.originals(codes: ["M1"], way: "in", to: ""))
            ),
            (
                "archive", #"{"digest":"\#(String(repeating: "a", count: 64))"}"#,
                .step(.archive(digest: String(repeating: "a", count: 64)))
            ),
            (
                "material", #"{"codes":["M1"],"level":"B"}"#,
                .step(.material(codes: ["M1"], level: "B", blob: nil, note: ""))
            ),
            (
                "reuse", #"{"code":"M1","from":"\#(Fixture.number)"}"#,
                .step(.reuse(code: "M1", from: try #require(CaseNumber(Fixture.number))))
            ),
            (
                "waive", #"{"code":"M1","certificate":"c"}"#,
                .step(.waive(code: "M1", certificate: "c"))
            ),
            (
                "fee", #"{"outcome":"notice","cents":500,"purpose":"工本费"}"#,
                .step(.fee(isNotice: true, cents: 500, purpose: "工本费", note: ""))
            ),
            (
                "passDuty", #"{"to":"370124000000","reason":"r"}"#,
                .step(.passDuty(to: Fixture.county, reason: "r"))
            ), ("takeDuty", "", .step(.takeDuty)),
        ]
        #expect(
            bodies.map(\.action) + ["reveal", "erase", "preserve", "dispose", "export"]
                == RouteTable.caseActions.map(\.name))
        for (action, body, act) in bodies {
            let target = "/api/v1/cases/\(Fixture.number)/" + action
            guard case .cases(let command) = try ask.order(target, body: body).command else {
                Issue.record("\(action) is of a case")
                continue
            }
            #expect(command.act == act)
            #expect(command.target == CaseNumber(Fixture.number).map { .number($0) })
        }
    }

    @Test func theKeyOfAReplayIsPassedOn() throws {
        let order = try ask.order(
            "/api/v1/commands", [("Idempotency-Key", "abc-1")], body: step)
        #expect(order.replayKey?.text == "abc-1")
        #expect(order.author == Principal.machine.author)
        for key in ["", "a b", String(repeating: "k", count: 65), "键"] {
            let headers = json + [("Idempotency-Key", key)]
            let response = try ask.now(
                "POST", "/api/v1/commands", headers, body: step)
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

    /// Under a key the writer decides: a replay is told its first answer, not that it is stale.
    @Test func aReplayIsNotStale() throws {
        let seen = "0000000000000000"
        let order = try ask.order(
            act, [("If-Match", "\"\(seen)\""), ("Idempotency-Key", "k")])
        guard case .ifSeen(let tag, .cases) = order.command else {
            Issue.record("what was seen goes with the command: \(order.command)")
            return
        }
        #expect(tag.text == seen)
    }

    @Test func whatIsMadeHasAPlace() throws {
        let order = try ask.order("/api/v1/cases", body: Fixture.application)
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
