import Base
import Change
import Civil
import Testing

@testable import Domain

/// DOMAIN §3.3: every pair of state and event, tried out on real cases against the one table.
@Suite("the life of a case: every state × every event")
struct LifeCycleTests {
    /// How a case at the county comes into a state, without anything but commands.
    private static let ways: [(CaseStatus, [String])] = [
        (.received, []),
        (.correcting, [#"correct","gaps":["M9 x"]"#]),
        (.proposed, [#"propose","reason":"x""#]),
        (.accepted, ["accept\""]),
        (.reviewing, ["accept\"", #"assign","department":"民政局""#]),
        (.special, ["accept\"", #"pause","procedure":"鉴定","days":5,"reason":"x""#]),
        (.suspended, ["accept\"", #"suspend","reason":"x","approver":"李主任""#]),
        (.extended, ["accept\"", #"extend","days":10,"reason":"x","approver":"李主任""#]),
        (.decided, ["accept\"", #"decide","outcome":"grant""#]),
        (
            .sealing,
            [
                "accept\"", #"decide","outcome":"grant""#,
                #"askSeal","document":"决定书","to":"370124106000""#,
            ]
        ),
        (.ready, ["accept\"", #"decide","outcome":"grant""#, "ready\""]),
        (.delivered, ["accept\"", #"decide","outcome":"grant""#, "deliver\""]),
        (.closed, ["accept\"", #"decide","outcome":"grant""#, "deliver\"", "close\""]),
        (
            .archived,
            [
                "accept\"", #"decide","outcome":"grant""#, "deliver\"", "close\"",
                "archive\",\"digest\":\"\(String(repeating: "a", count: 64))\"",
            ]
        ),
        (.refused, [#"refuse","reason":"x""#]),
        (.withdrawn, ["withdraw\""]),
        (.ended, [#"end","reason":"x""#]),
    ]

    /// The words of each event as a command behind `case.`.
    private static func words(_ event: LifeCycle.Event) -> String {
        switch event {
        case .confirm: #"answer","outcome":"refuse","reason":"x""#
        case .guide: #"answer","outcome":"way","reason":"x""#
        case .correct:
            #"correct","override":true,"reason":"x","gaps":["M8 y"]"#
        case .supplement: #"supplement","materials":["M9"]"#
        case .propose, .refuse, .revoke, .end: "\(event.rawValue)\",\"reason\":\"x\""
        case .assign: #"assign","department":"x""#
        case .review, .decide: "\(event.rawValue)\",\"outcome\":\"grant\""
        case .pause: #"pause","procedure":"鉴定","days":5,"reason":"x""#
        case .suspend: #"suspend","reason":"x","approver":"x""#
        case .extend: #"extend","days":5,"reason":"x","approver":"x""#
        case .askSeal: #"askSeal","document":"x","to":"370124106000""#
        case .seal: #"seal","outcome":"sealed","seal":"x""#
        case .verify: #"verify","outcome":"kept""#
        case .fee: #"fee","outcome":"notice","cents":1250,"purpose":"工本费""#
        case .archive: "archive\",\"digest\":\"\(String(repeating: "b", count: 64))\""
        case .offer: #"offer","to":"370124106000""#
        case .take, .accept, .resume, .ready, .deliver, .close, .withdraw:
            event.rawValue + "\""
        }
    }

    private func say(
        _ world: CaseWorld, _ name: String, _ number: String, _ words: String
    ) throws -> String? {
        try world.node(name).say(#"{"command":"case.\#(words),"case":"\#(number)"}"#)
    }

    /// A case that a town received and the county holds, in the state.
    private func made(_ status: CaseStatus, _ steps: [String]) throws -> (CaseWorld, String) {
        let world = try CaseWorld()
        let number = try world.receive("T")
        #expect(try world.say("T", "offer", number, #","to":"370124000000""#) == nil)
        world.settle()
        #expect(try world.say("C", "sign", number) == nil)
        for step in steps { #expect(try say(world, "C", number, step) == nil, "\(step)") }
        world.settle()
        #expect(world.state("C", number)?.status == status)
        return (world, number)
    }

    @Test(
        "what the table has is done and leads where it says; all else is refused", arguments: 0..<17
    )
    func everyPair(place: Int) throws {
        let (status, steps) = Self.ways[place]
        for event in LifeCycle.Event.allCases {
            let (world, number) = try made(status, steps)
            let row = LifeCycle.row(event, in: status)
            // The place that was asked for a seal gives it; all else the county does.
            let refusal = try say(world, event == .seal ? "T" : "C", number, Self.words(event))
            let told = "\(status) × \(event)"
            // A supplement needs something that was promised; once it is accepted, a list of gaps
            // needs a version that the station could not know of.
            let isIdle =
                (event == .supplement && status != .correcting)
                || (event == .correct && LifeCycle.handling.contains(status))
            #expect((refusal == nil) == (row != nil && !isIdle), "\(told): \(refusal ?? "done")")
            world.settle()
            let now = world.state("C", number)?.status
            guard let row, refusal == nil else {
                #expect(now == status, "\(told): refused, and nothing changed")
                continue
            }
            switch row.next {
            case .to(let next): #expect(now == next, "\(told)")
            case .same: #expect(now == status, "\(told)")
            case .back: #expect(now != status && now != nil, "\(told)")
            }
        }
    }

    @Test("every state of the table has a way into it, and every event a row")
    func theTableIsWhole() {
        let reached = Set(Self.ways.map(\.0))
        let others: Set<CaseStatus> = [
            .unknown, .prechecked, .registered, .forwarded, .handed,
        ]
        #expect(reached.isDisjoint(with: others))
        #expect(reached.union(others).count == CaseStatus.allCases.count)
        for event in LifeCycle.Event.allCases {
            #expect(LifeCycle.rows.contains { $0.event == event }, "\(event)")
        }
        for status in CaseStatus.allCases {
            for event in LifeCycle.Event.allCases {
                let found = LifeCycle.rows.filter {
                    $0.event == event && $0.from.contains(status)
                }
                #expect(found.count <= 1, "\(status) × \(event) has one row at most")
            }
        }
    }

    @Test("an agent's errand is received where it is signed for, a check where it is taken")
    func beforeTheReceipt() throws {
        let world = try CaseWorld()
        #expect(
            try world.node("V1").say(
                """
                {"command":"case.receive","item":"\(CaseWorld.item)","applicant":"王某",
                "stage":"agent","materials":["M1"]}
                """) == nil)
        let number = try #require(world.node("V1").cases.first?.state.number)
        #expect(world.state("V1", number)?.status == .registered)
        #expect(world.state("V1", number)?.course == nil)
        #expect(try world.say("V1", "accept", number) == "case-state")
        #expect(try world.say("V1", "correct", number, #","gaps":["M1 x"]"#) == "case-state")
        #expect(try world.say("V1", "offer", number, #","to":"370124000000""#) == nil)
        world.settle()
        world.node("C").now = Instant(millis: 1_790_210_400_000 + 4 * 86_400_000)
        #expect(try world.say("C", "sign", number) == nil)
        world.settle()
        for name in ["V1", "T", "C"] {
            #expect(world.state(name, number)?.status == .received)
            #expect(world.state(name, number)?.course?.received.text == "2026-09-28")
        }
        #expect(try world.say("C", "accept", number) == nil)

        #expect(
            try world.node("V1").say(
                """
                {"command":"case.receive","item":"\(CaseWorld.item)","applicant":"赵某",
                "stage":"precheck"}
                """) == nil)
        let check = try #require(
            world.node("V1").cases.first { $0.state.status == .prechecked }?.state.number)
        #expect(try world.say("V1", "accept", check) == "case-state")
        #expect(try world.say("V1", "take", check) == nil)
        #expect(world.state("V1", check)?.status == .received)
        #expect(try world.say("V1", "take", check) == "case-state")
    }

    @Test("a window proposes; above it is confirmed, or comes back with a way")
    func noVetoAtAWindow() throws {
        let world = try CaseWorld()
        world.cut("V1", "T")
        let first = try world.receive("V1")
        let second = try world.receive("V1")
        for number in [first, second] {
            #expect(try world.say("V1", "refuse", number, #","reason":"x""#) == "refusal-above")
            #expect(try world.say("V1", "propose", number, #","reason":"年龄不符""#) == nil)
            #expect(world.state("V1", number)?.status == .proposed)
            #expect(try world.say("V1", "accept", number) == "case-state")
        }
        let way = #","outcome":"way","reason":"可凭户籍证明办理""#
        #expect(try world.say("V1", "answer", first, way) == "not-supervisor")
        world.mend("V1", "T")
        world.settle()
        #expect(try world.say("T", "answer", first, way) == nil)
        #expect(try world.say("T", "answer", first, way) == "case-state")
        #expect(
            try world.say("C", "answer", second, #","outcome":"refuse","reason":"依法不符""#) == nil)
        world.settle()
        for name in ["V1", "T", "C"] {
            #expect(world.state(name, first)?.status == .received)
            #expect(world.state(name, second)?.status == .refused)
            #expect(world.state(name, second)?.course?.endedWithout == true)
        }
        #expect(try world.say("V1", "accept", first) == nil)
    }

    @Test("two applications of one person: the earlier stays, the other ends with its number")
    func theEarlierStays() throws {
        let world = try CaseWorld()
        let a1 = try world.receive("V1")
        world.node("V2").now = world.node("V2").now.advanced(byMillis: 3_600_000)
        let b1 = try world.receive("V2")
        world.settle()
        let wrong = #","reason":"重复申请","keep":"\#(b1)""#
        #expect(try world.say("C", "end", a1, wrong) == "keep-earlier")
        #expect(
            try world.say("V2", "end", b1, #","reason":"重复申请""#) == "not-supervisor")
        let right = #","reason":"重复申请","keep":"\#(a1)""#
        #expect(try world.say("C", "end", b1, right) == nil)
        world.settle()
        #expect(world.state("V2", b1)?.status == .ended)
        #expect(world.state("V1", a1)?.status == .received)
        #expect(world.state("V1", a1)?.effective(.caseNote).count == 1)
        #expect(world.state("V1", b1) == nil)
        #expect(world.state("V2", a1) == nil)
    }
}
