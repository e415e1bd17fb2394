import Base
import Change
import Testing

@testable import Domain

@Suite("Scenario C: a case to another county and back")
struct CaseCorridorTests {
    private let world: CaseWorld
    private let number: String

    init() throws {
        world = try CaseWorld()
        number = try world.receive("T2", applicant: "李某")
        #expect(try world.say("T2", "offer", number, #","to":"371502101000""#) == nil)
    }

    private func oneCustodian(_ name: String, line: Int = #line) throws {
        let found = try world.custodians(number)
        #expect(found == [name], "line \(line)")
        #expect(world.deciders(number).count <= 1, "line \(line)")
    }

    @Test("by hops over a cut link; signed once; progress and result come back; delivered here")
    func thereAndBack() throws {
        try oneCustodian("T2")
        world.cut("C", "LC")
        world.settle()
        #expect(world.holder("T2", number) == "C")
        #expect(world.state("T2", number)?.status == .forwarded)
        #expect(world.state("T2", number)?.outgoing != nil)
        try oneCustodian("C")
        #expect(try world.say("T2", "accept", number) == "case-not-held")
        #expect(try world.say("C", "accept", number) == "case-frozen")

        world.mend("C", "LC")
        world.settle()
        try oneCustodian("LC")
        #expect(world.state("LT", number)?.status == .received)
        #expect(Person(world.state("LT", number)?.sealed?.box ?? [])?.name == "李某")
        #expect(world.state("LT", number)?.itemVersion == 3)
        #expect(try world.say("LT", "accept", number) == "case-not-held")
        #expect(try world.say("LT", "sign", number) == nil)
        world.settle()
        try oneCustodian("LT")
        #expect(world.node("LC").cases.count == 1)

        #expect(try world.say("LT", "correct", number, #","gaps":["M3 残疾人证"]"#) == nil)
        world.settle()
        #expect(world.state("T2", number)?.status == .correcting)
        #expect(try world.say("T2", "supplement", number, #","materials":["M3"]"#) == nil)
        world.settle()
        #expect(world.state("LT", number)?.status == .received)
        #expect(world.state("T2", number)?.status == .handed)
        #expect(
            try world.say("LT", "correct", number, #","gaps":["M1"]"#) == "second-correction")
        #expect(try world.say("LT", "accept", number) == nil)
        world.settle()
        #expect(world.state("T2", number)?.status == .accepted)

        #expect(try world.say("LT", "offer", number, #","to":"371502000000""#) == nil)
        world.settle()
        #expect(try world.say("LC", "sign", number) == nil)
        world.settle()
        try oneCustodian("LC")
        #expect(try world.say("LC", "decide", number, #","outcome":"grant""#) == nil)
        world.settle()
        #expect(world.state("T2", number)?.status == .decided)
        #expect(world.state("T2", number)?.outcome == "grant")
        #expect(try world.say("T2", "deliver", number) == nil)
        #expect(try world.say("T2", "deliver", number) == "case-not-held")
        world.settle()
        #expect(world.state("LC", number)?.status == .delivered)
        #expect(world.state("LT", number)?.status == .delivered)
        try oneCustodian("LC")
        for name in ["V1", "V2", "T"] {
            #expect(world.state(name, number) == nil)
            #expect(world.node(name).logs.isEmpty)
        }
    }

    @Test("what a station notes after the hand-over reaches the other county, once; not back")
    func notesFollow() throws {
        #expect(try world.say("T2", "note", number, #","note":"移交后""#) == nil)
        world.settle()
        world.cut("T2", "C")
        #expect(try world.say("T2", "note", number, #","note":"并行""#) == nil)
        world.settle()
        world.mend("T2", "C")
        world.settle()
        #expect(try world.say("LT", "sign", number) == nil)
        world.settle()
        #expect(try world.say("T2", "note", number, #","note":"晚""#) == nil)
        #expect(try world.say("LT", "note", number, #","note":"内部意见""#) == nil)
        world.settle()
        for name in ["LC", "LT"] {
            let told = world.mirrored(name)
            for note in ["移交后", "并行", "晚"] {
                #expect(told.count { $0 == #"{"note":"\#(note)"}"# } == 1, "\(note) at \(name)")
            }
        }
        for name in ["T2", "C"] {
            #expect(!world.mirrored(name).contains { $0.contains("内部意见") })
        }
        #expect(world.state("LT", number)?.status == .received, "a note is no step")
    }

    @Test("replays and lost acknowledgements change nothing; one case stays one case")
    func replays() throws {
        world.settle()
        #expect(try world.say("LT", "sign", number) == nil)
        world.settle()
        let before = world.names.map { world.node($0).documents.count }
        let states = world.names.map { name in
            world.node(name).cases.map {
                $0.state.stored(key: .init(collection: .caseFile, id: $0.id))
            }
        }
        for name in world.names {
            for (_, log) in world.node(name).logs {
                for arrival in log { world.node(name).fold(again: arrival) }
            }
        }
        world.settle()
        #expect(world.names.map { world.node($0).documents.count } == before)
        let after = world.names.map { name in
            world.node(name).cases.map {
                $0.state.stored(key: .init(collection: .caseFile, id: $0.id))
            }
        }
        #expect(after == states)
        try oneCustodian("LT")
    }

    @Test("C-a: refused below, it travels back by the gateways' own offers, and may go again")
    func refusedBelow() throws {
        world.settle()
        #expect(try world.say("LT", "reject", number, #","reason":"非本辖区户籍""#) == nil)
        world.settle()
        #expect(world.holder("T2", number) == "T2")
        #expect(world.state("T2", number)?.status == .received)
        #expect(world.state("T2", number)?.isFrozen == false)
        try oneCustodian("T2")
        #expect(try world.say("T2", "offer", number, #","to":"371502101000""#) == nil)
        world.settle()
        #expect(try world.say("LT", "sign", number) == nil)
        world.settle()
        try oneCustodian("LT")
        #expect(try world.say("LT", "accept", number) == nil)
        world.settle()
        #expect(world.state("T2", number)?.status == .accepted)
    }

    @Test("C-b: a withdrawal against a concurrent acceptance loses and becomes a request")
    func lateWithdrawal() throws {
        world.cut("C", "LC")
        world.settle()
        // A carried bundle: LC accepts while the link is cut.
        _ = world.carry(from: world.node("C"), to: world.node("LC"))
        world.node("LC").react()
        try oneCustodian("LC")
        #expect(try world.say("T2", "recall", number) == nil)
        #expect(try world.say("T2", "recall", number) == "already-recalled")
        world.settle()
        #expect(world.holder("T2", number) == "C")
        world.mend("C", "LC")
        world.settle()
        try oneCustodian("LC")
        #expect(world.state("LT", number)?.status == .withdrawn)
        #expect(world.node("LC").cases.count == 1)
    }

    @Test("C-b': a withdrawal that comes before the package brings the case home")
    func earlyWithdrawal() throws {
        world.cut("C", "LC")
        world.settle()
        #expect(try world.say("T2", "recall", number) == nil)
        world.settle()
        world.mend("C", "LC")
        // Headers go before packages (PROTOCOL §7).
        world.carry(from: world.node("C"), to: world.node("LC"), families: [.custody])
        world.settle()
        #expect(world.holder("T2", number) == "T2")
        #expect(world.state("T2", number)?.status == .received)
        #expect(world.node("LC").cases.isEmpty)
        try oneCustodian("T2")
    }

    @Test("C-c: a package of another hash is refused, the case stays, an intact one goes through")
    func tampered() throws {
        world.cut("C", "LC")
        world.settle()
        let here = world.node("C")
        let there = world.node("LC")
        let corridor = try #require(here.logs.keys.first { $0.family == .corridor })
        world.carry(from: here, to: there, families: [.custody])
        there.react()
        #expect(there.cases.isEmpty)
        try oneCustodian("C")
        // The same package written anew: right in form, but not what the offer names.
        let intact = try #require(here.logs[corridor]?.first)
        let forger = CaseNode(
            region: here.region, key: here.key, directory: here.directory, seed: 77)
        let body = try #require(intact.change.body)
        forger.append(Draft(scope: corridor, kind: .parcelPackage, body: body))
        world.carry(from: forger, to: there)
        there.react()
        #expect(there.cases.isEmpty)
        world.carry(from: there, to: here)
        here.react()
        #expect(world.holder("C", number) == "C")
        #expect(world.state("C", number)?.isFrozen == false)
        try oneCustodian("C")
        #expect(try world.say("C", "offer", number, #","to":"371502101000""#) == nil)
        world.mend("C", "LC")
        world.settle()
        #expect(try world.say("LT", "sign", number) == nil)
        world.settle()
        try oneCustodian("LT")
    }

    @Test("a place that is nobody's is turned back at the gate")
    func unknownPlace() throws {
        let other = try world.receive("T2", applicant: "周某")
        #expect(try world.say("T2", "offer", other, #","to":"371502999000""#) == nil)
        #expect(try world.say("V1", "offer", other, #","to":"371502999000""#) == "case-not-found")
        world.settle()
        #expect(world.holder("C", other) == "C")
        #expect(world.state("C", other)?.isFrozen == false)
        #expect(try world.custodians(other) == ["C"])
        let third = try world.receive("T2", applicant: "吴某")
        #expect(try world.say("T2", "offer", third, #","to":"110101000000""#) == "no-corridor")
    }

    @Test("every step with every link cut in turn: one responsible place at each moment")
    func everyMoment() throws {
        for step in 0..<12 {
            let world = try CaseWorld()
            let number = try world.receive("T2")
            #expect(try world.say("T2", "offer", number, #","to":"371502101000""#) == nil)
            var moved = 0
            let hops = [("T2", "C"), ("C", "LC"), ("LC", "LT"), ("LC", "C"), ("C", "T2")]
            for round in 0..<3 {
                for (one, other) in hops {
                    if (moved + round) % 12 != step {
                        world.carry(from: world.node(one), to: world.node(other))
                        world.node(other).react()
                    }
                    moved += 1
                    #expect(try world.custodians(number).count == 1, "step \(step) \(moved)")
                    #expect(world.deciders(number).count <= 1)
                }
                if round == 1 { _ = try world.say("LT", "reject", number, #","reason":"x""#) }
            }
            world.settle()
            #expect(try world.custodians(number).count == 1)
        }
    }
}
