import Base
import Change
import Domain
import HTTP
import Testing

@testable import API

/// What a node's own catalog says beside its items.
@Suite struct LocalTests {
    private let ask = Ask()

    @Test func theNthWorkingDayIsToldWithTheShippedNotices() throws {
        let response = try ask.now("GET", "/api/v1/calendar/due?from=2026-09-24&days=1")
        #expect(response.status == 200)
        #expect(try response.json["due"]?.text == "2026-09-28", "the 25th to 27th are off")
    }

    @Test func aYearWithoutANoticeIsToldAndNeverGuessed() throws {
        let response = try ask.now("GET", "/api/v1/calendar/due?from=2026-12-31&days=1")
        #expect(response.status == 409)
        #expect(try response.json["rule"]?.text == "calendar-missing")
        #expect(try response.json["year"]?.int == 2027)
    }

    @Test func aCasesClockIsDerived() throws {
        let path = "/api/v1/cases/" + Fixture.number + "/clock"
        let json = try ask.now("GET", path).json
        let file = Fixture.cases[0]
        let received = CivilDate(of: Instant(millis: file.time))
        #expect(json["received"]?.text == received.text)
        #expect(json["number"]?.text == Fixture.number)
        let due = WorkCalendar().due(after: received, workingDays: 5).date?.text
        let isAccepted = file.status == "accepted"
        #expect(json[isAccepted ? "promised" : "reply"]?.text == due)
        let page = try ask.now("GET", "/cases/" + Fixture.number).text
        #expect(page.contains(isAccepted ? "承诺办结" : "答复期限"))
        #expect(page.contains(due ?? "?"))
        #expect(try ask.now("GET", path.replacing("1/", with: "9/")).status == 404)
    }

    @Test(arguments: [
        "from=2026-02-30&days=1", "days=1", "from=2026-09-24", "from=2026-09-24&days=-1",
    ])
    func badQueriesAreNamed(query: String) throws {
        let response = try ask.now("GET", "/api/v1/calendar/due?" + query)
        #expect(response.status == 400)
        #expect(["from", "days"].contains(try response.json["field"]?.text))
    }

    @Test func aGrantIsListedWithTheModeThatHoldsNow() throws {
        var state = GrantState(code: "I1", region: Fixture.places[0].id, level: .village)
        state.insert(
            GrantTerm(mode: .entrust, to: nil, document: "演示1号"),
            Stamp(
                dot: Dot(actor: ActorID(1), seq: Seq(1)), hash: 1,
                time: HybridTime(millis: Fixture.now.millis - 1, counter: 0), author: 0,
                from: Instant(millis: Fixture.now.millis - 1), supersedes: []))
        var view = FixtureView()
        let key = DocumentKey(
            collection: .grant,
            id: GrantState.id(of: "I1", for: state.region, level: .village, in: ScopeID(1)))
        view.grants = [state.stored(key: key, scope: ScopeID(1))]
        let json = try Ask(view: view).now("GET", "/api/v1/grants").json
        let grant = try #require(json["grants"]?[0])
        #expect(grant["mode"]?.text == "委托受理")
        #expect(grant["region"]?.text == Fixture.places[0].code.text)
        #expect(grant["contested"]?.bool == false)
        #expect(json["next"]?.isNull == true)
    }
}
