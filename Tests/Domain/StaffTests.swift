import Account
import Base
import Change
import Testing

@testable import Domain

extension CaseNode {
    static let password = PasswordRecord(
        "yanshi-2026", salt: [UInt8](repeating: 1, count: Limits.saltBytes), costLog2: 1
    ).text

    /// Enters an account as the machine's operator; the refusal's rule where there is one.
    @discardableResult
    func enter(_ login: String, _ roles: [Role], at code: String? = nil) throws -> String? {
        author = AccountID.operatorAuthor
        let words = roles.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        let place = code.map { ",\"regions\":[\"\($0)\"]" } ?? ""
        return try say(
            """
            {"command":"account.add","login":"\(login)","name":"某人","roles":[\(words)],
            "password":"\(Self.password)"\(place)}
            """)
    }

    /// From now on this account acts.
    func act(as login: String) throws {
        let key = try #require(
            find(.account, label: login).first {
                $0.id.low == ScopeName.staff(region.id).id.rawValue
            })
        author = key.id.high
    }

    func account(_ login: String) -> AccountState? {
        for key in find(.account, label: login) {
            if case .account(let state)? = content(key) { return state }
        }
        return nil
    }

    var auditLines: [AuditState] {
        documents.keys.filter { $0.collection == .audit }.sorted { $0.id < $1.id }.compactMap {
            if case .audit(let line)? = content($0) { return line }
            return nil
        }
    }
}

/// Accounts, roles and two-person rules where they are decided.
@Suite struct StaffTests {
    private static let acts: [(act: Act, json: String)] = [
        (.receive, #""case.receive","item":"I","applicant":{"name":"王某"},"materials":[]"#),
        (.accept, #""case.accept","case":"N""#),
        (.refuse, #""case.refuse","case":"N","reason":"r""#),
        (.correct, #""case.correct","case":"N","gaps":["g"]"#),
        (.supplement, #""case.supplement","case":"N","materials":["M"]"#),
        (.review, #""case.review","case":"N","outcome":"grant""#),
        (.decide, #""case.decide","case":"N","outcome":"grant""#),
        (.deliver, #""case.deliver","case":"N""#), (.close, #""case.close","case":"N""#),
        (.withdraw, #""case.withdraw","case":"N""#), (.note, #""case.note","case":"N","note":"n""#),
        (.rate, #""case.rate","case":"N","score":5"#),
        (.offer, #""case.offer","case":"N","to":"370124106000""#),
        (.sign, #""case.sign","case":"N""#), (.reject, #""case.reject","case":"N","reason":"r""#),
        (.recall, #""case.recall","case":"N""#),
        (.force, #""case.force","case":"N","to":"370124106000","reason":"r""#),
        (.ratify, #""case.ratify","case":"N","event":"00000000000000000000000000000001""#),
        (.forkCut, #""case.forkCut","case":"N","event":"00000000000000000000000000000001""#),
        (.passDuty, #""case.passDuty","case":"N","reason":"r""#),
        (.takeDuty, #""case.takeDuty","case":"N""#),
        (.reveal, #""case.reveal","case":"N","reason":"r""#),
        (.erase, #""case.erase","case":"N","reason":"r""#),
        (.preserve, #""case.preserve","case":"N","reason":"r""#),
        (.dispose, #""case.dispose","case":"N","reason":"r""#),
        (.export, #""case.export","case":"N","reason":"r""#),
        (.draft, #""item.draft","code":"370511001001","immediate":true,"elements":{}"#),
        (.publish, #""item.approve","draft":"00000000000000000000000000000001""#),
        (.suspend, #""item.suspend","code":"I","reason":"r""#),
        (.resume, #""item.resume","code":"I","reason":"r""#),
        (.cancel, #""item.cancel","code":"I","reason":"r""#),
        (.overlay, #""overlay.set","code":"I","values":{"hours":"9-17"}"#),
        (
            .grant,
            #""grant.set","code":"I","region":"370124106201","mode":null,"from":"2026-01-01","document":"d""#
        ),
        (.calendar, #""calendar.set","year":2027,"holidays":[],"workdays":[]"#),
        (.ticketOpen, #""ticket.open","kind":"stuck","text":"t""#),
        (.ticketStep, #""ticket.fix","ticket":"X","note":"n""#),
        (.ticketReview, #""ticket.review","ticket":"X","outcome":"yes""#),
        (.window, #""window.set","code":"W","name":"w","slots":[{"from":"09:00","places":1}]"#),
        (.book, #""booking.make","window":"X","date":"2026-09-28","start":"09:00""#),
        (.bookingStep, #""booking.cancel","booking":"X""#),
        (.mail, #""mailing.make","case":"N","result":true"#),
        (.mail, #""mailing.receive","mailing":"X""#),
        (.remind, #""certificate.remind","case":"N","way":"上门""#),
        (.setting, #""setting.set","code":"lights","blue":5,"yellow":2,"red":1"#),
        (.setting, #""figure.set","code":"20","value":6,"whole":8,"source":"局""#),
        (.rate, #""rating.give","contact":"A1","grade":5"#),
        (.account, #""account.disable","login":"niemand""#),
    ]

    /// Every role against every command: refused by role exactly where the table says so.
    @Test(arguments: Role.allCases) func theTableHoldsAtTheDoor(role: Role) throws {
        let world = try CaseWorld()
        let place = role.levels.contains(.county) ? "C" : role.levels.contains(.town) ? "T" : "V1"
        let number = try world.receive(place)
        let node = world.node(place)
        #expect(try node.enter("person", [role]) == nil)
        try node.act(as: "person")
        for (act, json) in Self.acts {
            let text = json.replacing("\"N\"", with: "\"\(number)\"")
                .replacing("\"I\"", with: "\"\(CaseWorld.item)\"")
            let rule = try node.say("{\"command\":\(text)}")
            let isBarred = rule == "role-forbids"
            #expect(isBarred == !Permissions.allow(role, act), "\(role) \(act): \(rule ?? "done")")
        }
    }

    @Test func whoAcceptedMayNotDecide() throws {
        let world = try CaseWorld()
        let town = world.node("T")
        #expect(try town.enter("both", [.townAcceptor, .townReviewer]) == nil)
        #expect(try town.enter("other", [.townReviewer]) == nil)
        try town.act(as: "both")
        let number = try world.receive("T")
        #expect(try world.say("T", "accept", number) == nil)
        #expect(try world.say("T", "decide", number, #","outcome":"grant""#) == "separate-officers")
        try town.act(as: "other")
        #expect(try world.say("T", "decide", number, #","outcome":"grant""#) == nil)
        #expect(world.state("T", number)?.status == .decided)
    }

    /// A node that leaves the rule out writes such a decision: no fold lets it stand.
    @Test func theFoldKnowsTheRuleToo() throws {
        let world = try CaseWorld()
        let town = world.node("T")
        #expect(try town.enter("both", [.townAcceptor, .townReviewer]) == nil)
        try town.act(as: "both")
        let number = try world.receive("T")
        #expect(try world.say("T", "accept", number) == nil)
        try town.decideWithoutRules(number, "grant")
        world.settle()
        for name in ["T", "C"] {
            let state = try #require(world.state(name, number))
            #expect(state.status == .accepted)
            #expect(state.events.contains { $0.status == .void(.sameOfficer) })
        }
        // Kept, shown, and in nobody's way.
        #expect(try town.enter("other", [.townReviewer]) == nil)
        try town.act(as: "other")
        #expect(try world.say("T", "decide", number, #","outcome":"refuse""#) == nil)
        #expect(world.state("T", number)?.outcome == "refuse")
    }

    /// 受理, 审查 and 决定 by three, where the item says so; the fold knows the rule, too.
    @Test func threeOfficersWhereTheItemSaysSo() throws {
        let world = try CaseWorld()
        let town = world.node("T")
        CaseWorld.publish(to: town, officers: 3)
        #expect(try town.enter("yi", [.townAcceptor, .townReviewer]) == nil)
        for login in ["er", "san"] { #expect(try town.enter(login, [.townReviewer]) == nil) }
        let opinion = #","outcome":"grant""#
        try town.act(as: "yi")
        let number = try world.receive("T")
        #expect(try world.say("T", "review", number, opinion) == "case-not-accepted")
        #expect(try world.say("T", "accept", number) == nil)
        #expect(try world.say("T", "review", number, opinion) == "separate-officers")
        #expect(try world.say("T", "decide", number, opinion) == "separate-officers")
        try town.act(as: "er")
        #expect(try world.say("T", "decide", number, opinion) == "third-officer")
        #expect(try world.say("T", "review", number, opinion) == nil)
        #expect(try world.say("T", "decide", number, opinion) == "third-officer", "not both")

        // A node that leaves the rule out: no fold lets it stand.
        try town.decideWithoutRules(number, "refuse")
        world.settle()
        #expect(world.state("C", number)?.status == .accepted)
        #expect(
            world.state("C", number)?.events.contains { $0.status == .void(.sameOfficer) } == true)

        try town.act(as: "san")
        #expect(try world.say("T", "decide", number, opinion) == nil)
        world.settle()
        for name in ["T", "C"] { #expect(world.state(name, number)?.status == .decided) }
    }

    @Test func accountsGoWhereTheyWorkAndNoFarther() throws {
        let world = try CaseWorld()
        #expect(try world.node("C").enter("cunban", [.villageClerk], at: "370124106201") == nil)
        world.settle()
        for name in ["V1", "T", "C"] {
            #expect(world.node(name).account("cunban") != nil, "\(name)")
        }
        for name in ["V2", "T2", "LC", "LT"] {
            #expect(world.node(name).account("cunban") == nil, "\(name)")
        }
        // The clerk logs in at the village alone: at the town there is no such account.
        let village = world.node("V1")
        try village.act(as: "cunban")
        #expect(
            try village.say(
                #"{"command":"case.receive","item":"\#(CaseWorld.item)","applicant":{"name":"王某"},"materials":[]}"#
            ) == nil)
        let town = world.node("T")
        town.author = village.author
        #expect(
            try town.say(
                #"{"command":"case.receive","item":"\#(CaseWorld.item)","applicant":{"name":"王某"},"materials":[]}"#
            ) == "account-unknown")
    }

    @Test func aDisabledAccountStopsAtTheNextSync() throws {
        let world = try CaseWorld()
        #expect(try world.node("C").enter("cunban", [.villageClerk], at: "370124106201") == nil)
        world.settle()
        let number = try world.receive("V1")
        world.cut("V1", "T")
        let county = world.node("C")
        county.now = county.now.advanced(byMillis: 60_000)
        #expect(
            try county.say(
                #"{"command":"account.disable","login":"cunban","regions":["370124106201"]}"#)
                == nil)
        let village = world.node("V1")
        try village.act(as: "cunban")
        #expect(try world.say("V1", "note", number, #","note":"offline""#) == nil)
        world.mend("V1", "T")
        world.settle()
        #expect(try world.say("V1", "note", number, #","note":"later""#) == "account-disabled")
    }

    @Test func aPlaceBesideOrBelowSaysNothingOfAnAccount() throws {
        let world = try CaseWorld()
        #expect(try world.node("C").enter("cunban", [.villageClerk], at: "370124106201") == nil)
        world.settle()
        let village = world.node("V2")
        let region = world.node("V1").region.id
        var word = AccountWord(
            id: try #require(world.node("V1").account("cunban")?.id), login: "cunban")
        word.roles = [.villageClerk]
        word.isDisabled = true
        // Later than all that was said before, so that it would count if it were heard.
        for name in ["V2", "T"] {
            let author = world.node(name)
            author.now = author.now.advanced(byMillis: 600_000)
            author.append(Draft(scope: .staff(region), kind: .accountSet, body: word.body))
            for arrival in author.logs[.staff(region)] ?? [] { world.node("V1").take(arrival) }
            let isOut = world.node("V1").account("cunban")?.isDisabled
            #expect(isOut == (name == "T"), "a town above is heard, a village beside is not")
        }
        #expect(try village.enter("boss", [.nodeAdmin], at: "370124106000") == "region-not-below")
    }

    @Test func accountsHaveTheirRules() throws {
        let node = try CaseWorld().node("C")
        #expect(try node.enter("guanli", [.nodeAdmin]) == nil)
        #expect(try node.enter("guanli", [.nodeAdmin]) == "account-exists")
        #expect(try node.enter("cunban", [.villageClerk]) == "role-level")
        #expect(try node.enter("viel", [.auditor, .approver]) == "roles-clash")
        #expect(try node.enter("shenpi", [.approver]) == nil)
        try node.act(as: "guanli")
        let more = #"{"command":"account.roles","login":"guanli","roles":["approver"]}"#
        #expect(try node.say(more) == "own-account")
        #expect(try node.say(more.replacing("guanli", with: "niemand")) == "account-not-found")
        #expect(try node.say(#"{"command":"account.disable","login":"shenpi"}"#) == nil)
        try node.act(as: "shenpi")
        let own =
            #"{"command":"account.password","login":"shenpi","password":"\#(CaseNode.password)"}"#
        #expect(try node.say(own) == "account-disabled")
        try node.act(as: "guanli")
        #expect(try node.say(#"{"command":"account.enable","login":"shenpi"}"#) == nil)
        try node.act(as: "shenpi")
        #expect(try node.say(own) == nil)
        #expect(try node.say(own.replacing("shenpi", with: "guanli")) == "role-forbids")
    }

    @Test func aFullNameIsALineOfTheAudit() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1", applicant: "王小某")
        world.settle()
        let village = world.node("V1")
        #expect(try village.enter("cunban", [.villageClerk]) == nil)
        try village.act(as: "cunban")
        let command = try Command(
            json: try JSON(
                parsing: Array(
                    #"{"command":"case.reveal","case":"\#(number)","reason":"打印凭证"}"#.utf8)))
        guard case .write(_, let answer) = village.run(command) else {
            Issue.record("refused")
            return
        }
        let sealed = try JSON(parsing: answer)["sealed"]?.text.flatMap(Envelope.init(text:))
        #expect(Person(sealed?.box ?? [])?.idNumber == "370124194401081234")
        let line = try #require(village.auditLines.last { $0.act == "case.reveal" })
        #expect(line.about == number && line.reason == "打印凭证" && line.author == village.author)
        // The county carries the case, but it is not its own.
        let county = world.node("C")
        #expect(try county.enter("chuangkou", [.countyWindow]) == nil)
        try county.act(as: "chuangkou")
        #expect(
            try county.say(#"{"command":"case.reveal","case":"\#(number)","reason":"x"}"#)
                == "case-not-own")
        #expect(throws: RuleRefusal.self, "no full name without a reason") {
            try village.say(#"{"command":"case.reveal","case":"\#(number)"}"#)
        }
    }

    @Test func everyActOfAPersonIsALine() throws {
        let world = try CaseWorld()
        let town = world.node("T")
        #expect(try town.enter("shouli", [.townAcceptor]) == nil)
        try town.act(as: "shouli")
        let number = try world.receive("T")
        #expect(try world.say("T", "accept", number) == nil)
        world.settle()
        for name in ["T", "C"] {
            let mine = world.node(name).auditLines.filter { $0.author == town.author }
            #expect(mine.map(\.act).sorted() == ["case.accept", "case.receive"], "\(name)")
            #expect(mine.allSatisfy { $0.about == number && $0.region == town.region.id })
        }
    }

    @Test func aPersonIsNotTheNode() throws {
        let node = try CaseWorld().node("T")
        #expect(try node.enter("shouli", [.townAcceptor]) == nil)
        try node.act(as: "shouli")
        let line = AuditState(act: "login", region: node.region.id)
        guard case .refuse(let refusal) = node.run(.staff(.record(line))) else {
            Issue.record("a person wrote a line of the audit")
            return
        }
        #expect(refusal.rule == "command-of-node")
    }

    /// Set where the account was made, a password opens everywhere below where it works; set
    /// below, it opens there alone: a stolen station gives nobody a way into its county.
    @Test func aPasswordGoesDownAndNeverUp() throws {
        let world = try CaseWorld()
        let county = world.node("C")
        county.author = AccountID.operatorAuthor
        let regions = #"["370124000000","370124106201","370124106202"]"#
        let made = try county.say(
            """
            {"command":"account.add","login":"liudong","name":"刘流动","roles":["node-admin"],
            "password":"\(CaseNode.password)","regions":\(regions)}
            """)
        #expect(made == nil)
        world.settle()
        func record(_ name: String) -> String? {
            let node = world.node(name)
            return node.find(.account, label: "liudong").lazy.compactMap { key -> String? in
                guard key.id.low == ScopeName.staff(node.region.id).id.rawValue,
                    case .account(let state)? = node.content(key)
                else { return nil }
                return state.password
            }.first
        }
        let places = ["C", "V1", "V2"]
        #expect(places.allSatisfy { record($0) == CaseNode.password })
        func word(_ salt: UInt8) -> (text: String, json: String) {
            let text = PasswordRecord(
                "another-2026", salt: [UInt8](repeating: salt, count: Limits.saltBytes),
                costLog2: 1
            ).text
            let json =
                #"{"command":"account.password","login":"liudong","password":"\#(text)"}"#
            return (text, json)
        }
        let above = word(2)
        try county.act(as: "liudong")
        county.now = county.now.advanced(byMillis: 1000)
        #expect(try county.say(above.json) == nil)
        world.settle()
        #expect(places.allSatisfy { record($0) == above.text })
        let below = word(3)
        let village = world.node("V1")
        try village.act(as: "liudong")
        village.now = county.now.advanced(byMillis: 2000)
        #expect(try village.say(below.json) == nil)
        world.settle()
        #expect(record("V1") == below.text)
        #expect(record("C") == above.text && record("V2") == above.text)
        county.author = AccountID.operatorAuthor
        county.now = village.now.advanced(byMillis: 2000)
        #expect(try county.say(#"{"command":"account.disable","login":"liudong"}"#) == nil)
        world.settle()
        for name in places {
            let node = world.node(name)
            try node.act(as: "liudong")
            #expect(try node.say(above.json) == "account-disabled", "\(name)")
        }
    }

    @Test func anAdministratorEndsCodesAndBeginsNone() throws {
        let node = try CaseWorld().node("C")
        #expect(try node.enter("guanli", [.nodeAdmin]) == nil)
        #expect(try node.enter("shenpi", [.approver]) == nil)
        let begin = #"{"command":"account.code","login":"shenpi","code":"00ff"}"#
        try node.act(as: "guanli")
        #expect(try node.say(begin) == "own-code")
        try node.act(as: "shenpi")
        #expect(try node.say(begin) == nil)
        #expect(node.account("shenpi")?.code == "00ff")
        let other = #"{"command":"account.code","login":"guanli"}"#
        #expect(try node.say(other) == "role-forbids")
        try node.act(as: "guanli")
        node.now = node.now.advanced(byMillis: 1000)
        #expect(try node.say(#"{"command":"account.code","login":"shenpi"}"#) == nil)
        #expect(node.account("shenpi")?.code == nil)
        try node.act(as: "shenpi")
        #expect(try node.say(begin) == nil)
        try node.act(as: "guanli")
        node.now = node.now.advanced(byMillis: 1000)
        // Who resets a password cannot keep a secret that lies under the old one.
        let reset =
            #"{"command":"account.password","login":"shenpi","password":"\#(CaseNode.password)"}"#
        #expect(try node.say(reset) == nil)
        #expect(node.account("shenpi")?.code == nil)
    }
}
