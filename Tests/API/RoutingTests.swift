import Base
import HTTP
import Testing

@testable import API

@Suite struct RoutingTests {
    private let ask = Ask()

    @Test func everyGetRouteAnswersGetAndHead() throws {
        let values = [
            "{number}": Fixture.number, "{code}": "I1", "{door}": "identity",
            "{hash}": String(repeating: "a", count: 64), "{sheet}": "guide", "{board}": "tickets",
            "{family}": "theme", "{format}": "json", "{what}": "theme",
            "{paper}": "receipt",
        ]
        for route in RouteTable.shipped.routes where route.method == .get {
            var target = route.pattern
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                target = target.replacing(name, with: value)
            }
            if [.search, .searchPage].contains(route.operation) { target += "?q=I1" }
            if [.getSheet, .sheetPage].contains(route.operation) { target += "?code=I1" }
            if route.operation == .checkReceipt { target += "?text=" + Fixture.paper.receipt.text }
            if route.operation == .getDueDate { target += "?from=2026-09-24&days=1" }
            for method in ["GET", "HEAD"] {
                switch try ask.reply(method, target) {
                // The case names no such file: it is nobody's.
                case .now(let response) where route.operation == .scanFile:
                    #expect(response.status == 404)
                case .now(let response):
                    #expect(response.status == route.answer.status, "\(method) \(target)")
                    let type = response.headers["content-type"] ?? ""
                    #expect(type.hasPrefix(route.answer.type ?? "?"), "\(target)")
                case .events: #expect(route.operation == .streamEvents)
                case .sync(let kind, _): #expect(kind == .identity)
                case .membership(let order):
                    #expect(order.wish["act"]?.text == "list")
                    let list = HTTPResponse(
                        status: 200, contentType: "application/json",
                        body: Array("{\"fingerprint\":\"ab\",\"book\":{},\"late\":[]}".utf8))
                    #expect(order.render(list).status == 200)
                    #expect(order.render(HTTPResponse(status: 503)).status == 503)
                case .blob(.get(let request)): #expect(request.isHead == (method == "HEAD"))
                default: Issue.record("\(target) is not for a writer")
                }
            }
        }
    }

    @Test(arguments: [
        ("DELETE", "/api/v1/cases", "GET, HEAD, POST, OPTIONS"),
        ("POST", "/api/v1/status", "GET, HEAD, OPTIONS"),
        ("GET", "/api/v1/commands", "POST, OPTIONS"),
        ("PUT", "/", "GET, HEAD, OPTIONS"),
        ("POST", "/api/v1/blobs/x", "GET, HEAD, PUT, OPTIONS"),
        ("REPORT", "/healthz", "GET, HEAD, OPTIONS"),
    ])
    func otherMethodsAreRefusedByName(method: String, target: String, allow: String) throws {
        let response = try ask.now(method, target)
        #expect(response.status == 405)
        #expect(response.headers["allow"] == allow)
        let options = try ask.now("OPTIONS", target)
        #expect(options.status == 204)
        #expect(options.headers["allow"] == allow)
    }

    @Test func optionsOfTheWholeServer() throws {
        #expect(try ask.now("OPTIONS", "*").status == 204)
    }

    @Test(arguments: [
        "/nothing", "/api/v1", "/api/v1/", "/api/v1/cases/", "/api/v1/cases/x/y/z", "/healthz/",
        "//", "/api//status", "/items/", "/api/v1/items/\(String(repeating: "9", count: 65))",
    ])
    func unknownPathsAreProblems(target: String) throws {
        let response = try ask.now("GET", target)
        #expect(response.status == 404)
        #expect(response.headers["content-type"] == "application/problem+json")
        #expect(try response.json["type"]?.text?.hasPrefix("/problems/") == true)
    }

    @Test func peopleGetAPageForAnUnknownPath() throws {
        let response = try ask.now("GET", "/nothing", [("Accept", "text/html,*/*;q=0.8")])
        #expect(response.status == 404)
        #expect(response.headers["content-type"] == "text/html; charset=utf-8")
        #expect(response.headers["content-security-policy"]?.contains("default-src 'none'") == true)
    }

    @Test func theCallersFormatIsKeptTo() throws {
        for target in ["/api/v1/status", "/api/v1/cases/" + Fixture.number] {
            #expect(try ask.now("GET", target, [("Accept", "text/html")]).status == 406)
            #expect(try ask.now("GET", target, [("Accept", "application/json;q=0")]).status == 406)
            #expect(try ask.now("GET", target, [("Accept", "application/*")]).status == 200)
            #expect(try ask.now("GET", target, [("Accept", "text/html, */*;q=0.1")]).status == 200)
        }
        #expect(try ask.now("GET", "/", [("Accept", "application/json")]).status == 406)
    }

    @Test func bodiesAreOfTheRoutesType() throws {
        for type in ["text/plain", "application/x-www-form-urlencoded"] {
            let response = try ask.now(
                "POST", "/api/v1/cases", [("Content-Type", type)], body: "{}")
            #expect(response.status == 415)
        }
        #expect(try ask.now("POST", "/api/v1/cases", body: "{}").status == 415)
        let form = try ask.now(
            "POST", "/console/cases", [("Content-Type", "application/json")], body: "{}")
        #expect(form.status == 415)
        #expect(form.headers["content-type"] == "text/html; charset=utf-8")
    }

    @Test func aBodyIsOnlyAllowedWhereARouteTakesOne() throws {
        func limit(_ method: String, _ target: String) throws -> Int {
            API.bodyBytesMax(for: try HTTPRequest.make(method, target))
        }
        #expect(try limit("POST", "/api/v1/cases") == Limits.commandBytesMax)
        #expect(try limit("POST", "/console/cases") == Limits.formBytesMax)
        #expect(try limit("POST", "/sync/v1/exchange") == Limits.messageBytesMax)
        #expect(try limit("GET", "/api/v1/cases") == 0)
        // Where there is no route, the caller hears of that and not of the body.
        #expect(try limit("POST", "/nothing") == Limits.formBytesMax)
        #expect(try limit("POST", "/login") == Limits.formBytesMax)
        #expect(try ask.now("POST", "/login", body: "login=x").status == 405)
    }

    @Test func syncDoorsAreHandedOn() throws {
        for kind in SyncRequestKind.allCases {
            let reply = try ask.reply("POST", "/sync/v1/" + kind.rawValue, body: "abc")
            guard case .sync(kind, let request) = reply else {
                Issue.record("\(kind) is a door")
                continue
            }
            #expect(request.body == Array("abc".utf8))
        }
        #expect(try ask.now("POST", "/sync/v1/other").status == 404)
    }

    @Test func eventsGoOnWhereTheListenerStopped() throws {
        func cursor(_ target: String, _ headers: [(String, String)] = []) throws -> EventCursor? {
            guard case .events(let cursor) = try ask.reply("GET", target, headers) else {
                return nil
            }
            return cursor
        }
        #expect(try cursor("/api/v1/events") == EventCursor(after: nil))
        #expect(try cursor("/api/v1/events?since=41") == EventCursor(after: 41))
        let header = [("Last-Event-ID", "42")]
        #expect(try cursor("/api/v1/events?since=41", header) == EventCursor(after: 42))
        #expect(try ask.now("GET", "/api/v1/events?since=-1").status == 400)
        #expect(try ask.now("GET", "/api/v1/events?since=99999999999999999999").status == 400)
    }

    @Test func anEventIsThreeLinesAndABlankOne() {
        let event = ServerEvent.encode(position: 7, kind: "document", data: Array("{}".utf8))
        #expect(event == Array("id: 7\nevent: document\ndata: {}\n\n".utf8))
    }
}
