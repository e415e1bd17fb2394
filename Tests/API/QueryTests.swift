import Base
import Domain
import HTTP
import Testing

@testable import API

@Suite struct QueryTests {
    private let ask = Ask()
    private let path = "/api/v1/cases/" + Fixture.number

    @Test func aCaseIsServedAsStoredButForTheName() throws {
        let response = try ask.now("GET", path)
        let stored = String(decoding: Fixture.cases[0].state, as: UTF8.self)
        let shown = #""person":"open","applicant":"王*兰","idNumber":"370124********1234""#
        let sealed = "\"sealed\":\"\(Fixture.sealed("王桂兰"))\""
        #expect(stored.contains(sealed))
        #expect(response.text == stored.replacing(sealed, with: shown))
        #expect(response.headers["content-type"] == "application/json")
        let tag = "\"" + StateTag(of: Fixture.cases[0].state).text + "\""
        #expect(response.headers["etag"] == tag)
        let byID = try ask.now("GET", "/api/v1/cases/" + Fixture.cases[0].key.id.hex)
        #expect(byID.body == response.body)
        #expect(byID.headers["etag"] == tag)
    }

    @Test func aKnownStateIsNotSentAgain() throws {
        let tag = "\"" + StateTag(of: Fixture.cases[0].state).text + "\""
        for known in [tag, "W/" + tag, "\"0\", " + tag, "*"] {
            let response = try ask.now("GET", path, [("If-None-Match", known)])
            #expect(response.status == 304)
            #expect(response.body.isEmpty)
            #expect(response.headers["etag"] == tag)
        }
        for other in ["\"0\"", tag.replacing("\"", with: ""), ""] {
            #expect(try ask.now("GET", path, [("If-None-Match", other)]).status == 200)
        }
    }

    @Test func aNumberUsedTwiceNamesBoth() throws {
        let response = try ask.now("GET", "/api/v1/cases/" + Fixture.twice)
        #expect(response.status == 409)
        let ids = try response.json["ids"]?.array?.compactMap(\.text)
        #expect(ids == Fixture.cases.suffix(2).map(\.key.id.hex))
        for id in ids ?? [] { #expect(try ask.now("GET", "/api/v1/cases/" + id).status == 200) }
    }

    @Test func listsArePagedToTheirEnd() throws {
        var seen: [String] = []
        var target = "/api/v1/cases?limit=2"
        for _ in 0..<4 {
            let json = try ask.now("GET", target).json
            seen += json["cases"]?.array?.compactMap { $0["applicant"]?.text } ?? []
            guard let next = json["next"]?.text else { break }
            target = "/api/v1/cases?limit=2&cursor=" + next
        }
        #expect(seen == ["王*兰", "李*", "赵*******>", "陈*燕", "孙*", "孙*"])
    }

    @Test func aListIsFilteredByStatus() throws {
        let json = try ask.now("GET", "/api/v1/cases?status=accepted").json
        #expect(json["cases"]?.array?.count == 2)
        #expect(json["next"] == .null)
    }

    @Test(arguments: [
        "/api/v1/cases?limit=0", "/api/v1/cases?limit=201", "/api/v1/cases?limit=x",
        "/api/v1/cases?limit=-1", "/api/v1/cases?cursor=zz", "/api/v1/items?cursor=00",
        "/api/v1/cases?status=\(String(repeating: "s", count: 33))", "/api/v1/scopes?cursor=1",
        "/api/v1/scopes?cursor=zzzzzzzzzzzzzzzz", "/api/v1/search", "/api/v1/search?q=",
        "/api/v1/search?q=\(String(repeating: "q", count: 193))",
    ])
    func badParametersAreNamed(target: String) throws {
        let response = try ask.now("GET", target)
        #expect(response.status == 400)
        #expect(try response.json["field"]?.text != nil)
    }

    @Test func cursorsComeBackAsTheyWent() {
        for time in [Int64.min, -1, 0, 1_790_240_700_000, .max] {
            let cursor = ListCursor(time: time, id: Digest16(high: 3, low: 4))
            #expect(ListCursor(cursor.text) == cursor)
        }
        #expect(ListCursor(String(repeating: "0", count: 47)) == nil)
        #expect(ListCursor(String(repeating: "g", count: 48)) == nil)
    }

    @Test func statusIsTheContractsDocument() throws {
        let json = try ask.now("GET", "/api/v1/status").json
        let keys = json.object?.members.map(\.key) ?? []
        #expect(
            keys == [
                "region", "name", "level", "nodeId", "incarnation", "carryRoot", "scopes",
                "changes", "unsent", "peers", "fenced", "seated", "diskFreeBytes",
                "blobsWanted", "clock",
            ])
        let peer = json["peers"]?[0]?.object?.members.map(\.key) ?? []
        let contract = [
            "region", "url", "state", "lagSeconds", "unsent", "lastContact",
            "clockOffsetMillis", "lastError",
        ]
        #expect(contract.allSatisfy(peer.contains))
        #expect(json["clock"]?.text == "2026-09-24T17:05:00+08:00")
        #expect(try ask.now("GET", "/api/v1/peers").json["peers"] == json["peers"])
    }

    @Test func scopesArePaged() throws {
        let first = try ask.now("GET", "/api/v1/scopes?limit=2").json
        #expect(first["scopes"]?.array?.count == 2)
        #expect(first["scopes"]?[0]?["vector"]?[0]?["seq"] == 1)
        let next = try #require(first["next"]?.text)
        let second = try ask.now("GET", "/api/v1/scopes?cursor=" + next).json
        #expect(second["scopes"]?.array?.count == 1)
        #expect(second["next"] == .null)
    }

    @Test func rolloutCountsTheStations() throws {
        let json = try ask.now("GET", "/api/v1/items/I1/rollout").json
        #expect(json["reached"] == 2)
        #expect(json["stations"] == 4)
        #expect(json["lines"]?[3]?["version"] == .null)
        #expect(try ask.now("GET", "/api/v1/items/I9/rollout").status == 404)
    }

    @Test func searchTellsWhatItFound() throws {
        let json = try ask.now("GET", "/api/v1/search?q=closed").json
        #expect(json["results"]?.array?.count == 1)
        #expect(json["results"]?[0]?["kind"] == "case")
        #expect(json["results"]?[0]?["state"]?["status"] == "closed")
    }

    @Test func metricsAreEscapedAndEnd() throws {
        let response = try ask.now("GET", "/metrics")
        #expect(
            response.text == """
                # TYPE node_log_changes gauge
                # HELP node_log_changes Changes in the log.
                node_log_changes 12345
                # TYPE node_peer_lag_seconds gauge
                # HELP node_peer_lag_seconds Age of \\"common\\" state.
                node_peer_lag_seconds{peer="a\\"b\\\\c\\nd"} 1.5
                # TYPE node_commits counter
                # HELP node_commits Group commits.
                node_commits_total 7
                # EOF

                """)
    }

    @Test func aNodeThatIsNotReadySaysSo() throws {
        let closed = Ask(view: FixtureView(ready: false))
        let response = try closed.now("GET", "/readyz")
        #expect(response.status == 503)
        #expect(response.headers["retry-after"] != nil)
        #expect(try closed.now("GET", "/healthz").status == 200)
        let failed = Ask(view: FixtureView(error: .failed))
        #expect(try failed.now("GET", "/healthz").status == 200)
    }
}
