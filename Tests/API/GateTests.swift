import Account
import Base
import Change
import Crypto
import Domain
import HTTP
import Testing

@testable import API

/// What a session and a role open, and what stands against forged forms and stored script.
@Suite struct GateTests {
    static func person(_ roles: [Role], formToken: String = "") -> Principal {
        Principal(
            kind: .account, author: 9, login: "person", name: "某人", roles: roles,
            formToken: formToken)
    }

    private static let open: Set<Operation> = [
        .health, .readiness, .stylePage, .syncMessage, .loginPage, .loginForm, .openSession,
        .guidePage, .guideItemPage, .guideFile, .progressPage, .progressForm,
        .checkReceipt, .getCountyKey, .verifyPage, .screenPage, .ratePage, .rateForm,
        .bookPage, .bookForm, .ownBookingPage, .ownBookingForm,
    ]

    /// Every route of the table, asked by nobody: only the public ones answer.
    @Test func nobodyPassesButToPublicPages() throws {
        let ask = Ask(principal: .nobody)
        for route in RouteTable.shipped.routes where !Self.open.contains(route.operation) {
            let target = route.pattern.replacing("{number}", with: Fixture.number)
                .replacing("{code}", with: "I1").replacing("{action}", with: "accept")
                .replacing("{login}", with: "zhang").replacing("{door}", with: "identity")
                .replacing("{hash}", with: String(repeating: "a", count: 64))
            let type =
                route.face == .console
                ? "application/x-www-form-urlencoded" : "application/json"
            let headers = route.method == .post ? [("Content-Type", type)] : []
            let body = route.method == .post ? (route.face == .console ? "a=b" : "{}") : ""
            let answer = try ask.now(route.method.name, target, headers, body: body)
            if route.face == .console, route.method == .get {
                #expect(answer.status == 303, "\(target)")
                #expect(answer.headers["location"]?.hasPrefix("/login?next=%2F") == true)
            } else {
                #expect(answer.status == 401, "\(route.method.name) \(target)")
            }
        }
    }

    @Test func publicPagesShowNoCase() throws {
        let ask = Ask(principal: .nobody)
        for target in ["/guide", "/guide/I1", "/progress", "/login"] {
            let answer = try ask.now("GET", target)
            #expect(answer.status == 200, "\(target)")
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(!text.contains("王"), "\(target)")
        }
    }

    @Test(arguments: [
        (Role.auditor, "/api/v1/cases", 403), (.auditor, "/cases/" + Fixture.number, 403),
        (.auditor, "/audit", 200),
        (.auditor, "/reconciliations", 200), (.nodeAdmin, "/reconciliations", 200),
        (.itemEditor, "/api/v1/reconciliations", 200), (.monitor, "/reconciliations", 403),
        (.nodeAdmin, "/audit", 403), (.nodeAdmin, "/scopes", 200),
        (.inspector, "/api/v1/cases", 200), (.inspector, "/api/v1/audit", 403),
        (.monitor, "/metrics", 403), (.itemEditor, "/search?q=I1", 403),
        (.countyWindow, "/api/v1/accounts", 403), (.inspector, "/receive", 403),
        (.inspector, "/late", 403), (.countyWindow, "/api/v1/late", 403),
    ])
    func aRoleOpensItsOwnDoors(role: Role, target: String, status: Int) throws {
        let ask = Ask(principal: Self.person([role]))
        #expect(Int(try ask.now("GET", target).status) == status)
    }

    /// Who ends nodes sees what came behind; that it counts is another's word.
    @Test func whatCameLateCountsByTheWordOfThoseWhoDecide() throws {
        let json = [("Content-Type", "application/json")]
        let admin = Ask(principal: Self.person([.nodeAdmin]))
        #expect(try admin.now("POST", "/api/v1/late", json, body: #"{"all":true}"#).status == 403)
        guard case .membership(let order) = try admin.reply("GET", "/late") else {
            Issue.record("who ends nodes may look")
            return
        }
        #expect(order.desk == .late && order.wish["act"]?.text == "list")
        for role in [Role.chief, .townReviewer] {
            let ask = Ask(principal: Self.person([role]))
            guard
                case .membership(let order) = try ask.reply(
                    "POST", "/api/v1/late", json, body: #"{"ids":["01234567"],"act":"list"}"#)
            else {
                Issue.record("\(role) says what counts")
                return
            }
            #expect(order.wish["act"]?.text == "adopt")
        }
    }

    @Test func aSingleCaseOnTheShortWayIsGuardedToo() throws {
        let path = "/api/v1/cases/" + Fixture.number
        #expect(try Ask(principal: .nobody).now("GET", path).status == 401)
        #expect(try Ask(principal: Self.person([.auditor])).now("GET", path).status == 403)
    }

    @Test func namesAreMaskedEverywhere() throws {
        let view = FixtureView()
        let state: JSON = [
            "number": .text(Fixture.number), "sealed": .text(Fixture.sealed("张小三\"<b>")),
        ]
        let masked = String(
            decoding: CaseMask.masked(state.bytes, view.person), as: UTF8.self)
        #expect(masked.contains("\"张*****>\"") && !masked.contains("小"))
        #expect(!masked.contains("19440101") && !masked.contains("sealed"))
        #expect(
            CaseMask.masked(Array("nonsense".utf8), view.person) == Array("{}".utf8))
        let altered: JSON = ["sealed": "!"]
        #expect(
            String(decoding: CaseMask.masked(altered.bytes, view.person), as: UTF8.self)
                .contains(#""person":"damaged""#))
        let ask = Ask(principal: Self.person([.countyWindow]))
        for target in [
            "/api/v1/cases", "/api/v1/cases/" + Fixture.number, "/",
            "/cases/" + Fixture.number, "/api/v1/search?q=I1",
        ] {
            let text = String(decoding: try ask.now("GET", target).body, as: UTF8.self)
            #expect(!text.contains("桂") && !text.contains("晓"), "\(target)")
        }
    }

    @Test func whatCannotBeOpenedIsSaid() throws {
        var ask = Ask(principal: Self.person([.countyWindow]))
        let file = Fixture.caseFile(Fixture.number, 1, "received", "王桂兰")
        let altered = String(decoding: file.state, as: UTF8.self)
            .replacing(Fixture.sealed("王桂兰"), with: "!" + Fixture.sealed("王桂兰"))
        ask.view.cases = [
            StoredDocument(
                key: file.key, scope: file.scope, label: file.label, status: file.status,
                time: file.time, attention: false, search: "", state: Array(altered.utf8))
        ]
        let page = try ask.now("GET", "/cases/" + Fixture.number)
        #expect(page.status == 200 && page.text.contains("密文已损坏，无法解密"))
        #expect(!page.text.contains("显示完整信息"), "nothing to be shown")
        let json = try ask.now("GET", "/api/v1/cases/" + Fixture.number).json
        #expect(json["person"]?.text == "damaged" && json["idNumber"] == nil)
    }

    // MARK: forged forms

    private let form = [("Content-Type", "application/x-www-form-urlencoded")]

    @Test func aFormNeedsItsSessionsToken() throws {
        let ask = Ask(principal: Self.person([.countyWindow], formToken: "abc"))
        let bodies = ["item=I1&applicant=A", "item=I1&applicant=A&token=abd", "token="]
        for body in bodies {
            #expect(try ask.now("POST", "/console/cases", form, body: body).status == 403)
        }
        guard
            case .submit = try ask.reply(
                "POST", "/console/cases", form, body: "item=I1&applicant=A&token=abc")
        else {
            Issue.record("the own form was refused")
            return
        }
        for path in ["logout", "password", "account", "draft", "sync"] {
            #expect(try ask.now("POST", "/console/" + path, form, body: "a=b").status == 403)
        }
    }

    @Test func aFormOfAnotherSiteIsRefused() throws {
        let ask = Ask(principal: Self.person([.countyWindow], formToken: "abc"))
        let headers = form + [("Origin", "http://evil.example")]
        let body = "item=I1&applicant=A&token=abc"
        #expect(try ask.now("POST", "/console/cases", headers, body: body).status == 403)
        let login = "login=a&password=b"
        #expect(
            try Ask(principal: .nobody).now("POST", "/console/login", headers, body: login).status
                == 403)
    }

    @Test func aBrowsersSessionOpensNoProgramsDoor() throws {
        let ask = Ask(principal: Self.person([.countyWindow], formToken: "abc"))
        let answer = try ask.now(
            "POST", "/api/v1/commands", [("Content-Type", "application/json")], body: "{}")
        #expect(answer.status == 403)
    }

    @Test func everyFormOfASessionCarriesItsToken() throws {
        let all = Self.person(Role.allCases, formToken: "abc")
        let ask = Ask(principal: all)
        for target in [
            "/", "/account", "/audit", "/drafts", "/receive?item=I1",
            "/cases/" + Fixture.number,
        ] {
            let text = String(decoding: try ask.now("GET", target).body, as: UTF8.self)
            let forms = text.components(separatedBy: "method=\"post\"").dropFirst()
            for form in forms {
                let end = form.range(of: "</form>")?.lowerBound ?? form.endIndex
                #expect(form[..<end].contains("name=\"token\" value=\"abc\""), "\(target)")
            }
        }
    }

    @Test func aLoginLeadsToThisNodeOnly() {
        #expect(Gate.place("/cases/1?a=b") == "/cases/1?a=b")
        for bad in ["//evil.example", "https://evil.example", "/\\evil", "x", "", "/a b"] {
            #expect(Gate.place(bad) == "/", "\(bad)")
        }
        #expect(Gate.place(nil) == "/")
    }

    // MARK: stored script

    @Test func whatWasStoredBecomesNoMarkup() throws {
        let script = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
        let evil = Principal(
            kind: .account, author: 9, login: script, name: script, roles: Role.allCases,
            formToken: "abc")
        var view = FixtureView()
        let line = AuditState(act: script, region: RegionID(1))
        var full = line
        (full.login, full.about, full.outcome, full.reason, full.from) =
            (script, script, script, script, script)
        let key = DocumentKey(collection: .audit, id: Digest16(high: 1, low: 1))
        view.audit = [full.stored(key: key, scope: ScopeID(9))]
        var account = AccountWord(id: "a@b", login: "ab")
        account.name = script
        let ask = Ask(view: view, principal: evil)
        for target in [
            "/", "/account", "/audit?login=" + "%3Cscript%3E", "/audit",
            "/audit?act=%3Cscript%3E", "/drafts", "/receive", "/search?q=%3Cscript%3E",
            "/login?next=%2F%22%3E%3Cscript%3E", "/progress",
        ] {
            let answer = try ask.now("GET", target)
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(!text.contains("<script") && !text.contains("<img"), "\(target)")
            let policy = answer.headers["content-security-policy"] ?? ""
            #expect(
                policy.contains("default-src 'none'") && !policy.contains("unsafe"), "\(target)")
        }
    }
}
