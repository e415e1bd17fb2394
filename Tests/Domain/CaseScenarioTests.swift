import Base
import Change
import Civil
import Crypto
import Testing

@testable import Domain

extension CaseWorld {
    /// Receives at a node; returns the 26-digit number.
    func receive(_ name: String, applicant: String = "王某") throws -> String {
        let before = Set(node(name).cases.map(\.state.number))
        let refusal = try node(name).say(
            """
            {"command":"case.receive","item":"\(Self.item)","applicant":{"name":"\(applicant)",
            "idNumber":"370124194401081234"},"materials":["M1","M2","M3"]}
            """)
        #expect(refusal == nil)
        return try #require(node(name).cases.map(\.state.number).first { !before.contains($0) })
    }

    func say(_ name: String, _ act: String, _ number: String, _ more: String = "") throws
        -> String?
    {
        try node(name).say(#"{"command":"case.\#(act)","case":"\#(number)"\#(more)}"#)
    }

    func state(_ name: String, _ number: String) -> CaseState? {
        node(name).cases.first { $0.state.number == number }?.state
    }

    func holder(_ name: String, _ number: String) -> String? {
        state(name, number)?.holder?.region.flatMap { node(name).directory.region($0)?.name }
    }

    /// Who may decide now, by each node's own word.
    func deciders(_ number: String) -> [String] {
        names.filter { name in
            guard let file = node(name).cases.first(where: { $0.state.number == number }),
                let link = file.state.holder, !file.state.isFrozen
            else { return false }
            let sheet = CaseSheet(
                id: file.id, state: file.state, desk: node(name).desk, at: nil,
                rules: node(name).custody, mode: .authorise)
            return sheet.isMine(link.actor, link.region) && node(name).desk.isSeated
        }
    }

    /// The places responsible for a case, over both counties: one at every moment (I16, I17).
    /// All nodes' changes are taken together, as one who saw everything would judge.
    func custodians(_ number: String) throws -> [String] {
        let all = try CaseWorld()
        for seer in ["C", "LC"] {
            for name in names { _ = all.carry(from: node(name), to: all.node(seer)) }
        }
        var found: [String] = []
        for seer in ["C", "LC"] {
            guard let state = all.state(seer, number), let region = state.holder?.region,
                let name = all.node(seer).directory.region(region)?.name
            else { continue }
            if let left = state.event(state.outgoing)?.handover {
                let key = DocumentKey(collection: .handover, id: left)
                if case .handover(let handover) = all.node(seer).content(key),
                    handover.answer?.kind == .handoverAccept
                {
                    continue
                }
            }
            found.append(name)
        }
        return found
    }
}

@Suite("Scenario A: a village's day without a link")
struct CaseScenarioATests {
    @Test("acceptance, correction, withdrawal offline; numbers without gap; one holder")
    func villageOfflineDay() throws {
        let world = try CaseWorld()
        world.cut("V1", "T")
        let a1 = try world.receive("V1")
        #expect(CaseNumber(a1)?.serial == 1)
        #expect(a1.hasPrefix("37012410620120260924"))
        #expect(try world.say("V1", "accept", a1) == nil)
        #expect(world.state("V1", a1)?.status == .accepted)
        #expect(try world.say("V1", "accept", a1) == "case-accepted")
        // 委托受理 does not reach as far as 决定, and a window refuses nothing.
        let grant = #","outcome":"grant""#
        #expect(try world.say("V1", "decide", a1, grant) == "item-not-granted")

        let a4 = try world.receive("V1", applicant: "赵某")
        #expect(CaseNumber(a4)?.serial == 2)
        #expect(try world.say("V1", "correct", a4, #","gaps":["M3 户口簿"]"#) == nil)
        #expect(world.state("V1", a4)?.status == .correcting)
        let second = #","gaps":["M2"]"#
        #expect(try world.say("V1", "correct", a4, second) == "second-correction")
        #expect(try world.say("V1", "refuse", a4, #","reason":"x""#) == "refusal-above")

        let b1 = try world.receive("V2")
        #expect(try world.say("V2", "accept", b1) == nil)

        let a5 = try world.receive("V1", applicant: "孙某")
        #expect(CaseNumber(a5)?.serial == 3)
        #expect(try world.say("V1", "withdraw", a5) == nil)
        #expect(world.state("V1", a5)?.status == .withdrawn)
        #expect(try world.say("V1", "accept", a5) == "case-withdrawn")
        #expect(world.state("C", a1) == nil)

        world.mend("V1", "T")
        world.settle()
        for name in ["V1", "T", "C"] {
            for (number, status) in [
                (a1, CaseStatus.accepted), (a4, .correcting), (a5, .withdrawn),
            ] {
                #expect(world.state(name, number)?.status == status)
                #expect(world.holder(name, number) == "V1")
            }
        }
        #expect(world.state("V1", b1) == nil)
        #expect(world.state("V2", a1) == nil)
        #expect(world.state("C", b1)?.status == .accepted)

        // 分转: the case goes up by hand, signed by hand.
        #expect(try world.say("V1", "offer", a1, #","to":"370124000000""#) == nil)
        #expect(try world.say("V1", "accept", a1) == "case-frozen")
        world.settle()
        #expect(try world.say("C", "sign", a1) == nil)
        #expect(try world.say("C", "sign", a1) == "no-open-offer")
        world.settle()
        #expect(world.holder("V1", a1) == "C")
        #expect(try world.say("V1", "decide", a1, grant) == "case-not-held")
        #expect(try world.say("C", "decide", a1, grant) == nil)
        #expect(try world.say("C", "decide", a1, grant) == "case-decided")
        #expect(try world.custodians(a1) == ["C"])
        #expect(world.deciders(a1) == ["C"])
    }

    @Test("every node says the same days: 5 and 20 working days over a holiday")
    func theSameDaysEverywhere() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        let today = try #require(CivilDate("2026-09-24"))
        func clock(_ name: String) throws -> CaseClock {
            let node = world.node(name)
            let state = try #require(world.state(name, number))
            let clock = CatalogQuery.clock(of: state, on: today, in: node.directory, from: node)
            return try #require(clock)
        }
        #expect(try clock("V1").reply?.date?.text == "2026-10-09")
        #expect(try clock("V1").promised == nil)
        #expect(try world.say("V1", "accept", number) == nil)
        world.settle()
        for name in ["V1", "T", "C"] {
            let clock = try clock(name)
            #expect(clock.promised?.date?.text == "2026-10-09", "\(name)")
            #expect(clock.legal?.date?.text == "2026-10-29", "\(name)")
            #expect(clock.reply == nil)
        }
        #expect(try world.say("V1", "withdraw", number) == nil)
        #expect(try clock("V1").next == nil)
    }

    @Test("a clerk signs for a case once its attachments are all there; a gateway does not wait")
    func signedOnceAttachmentsAreThere() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        #expect(try world.say("V1", "correct", number, #","gaps":["M4","M5"]"#) == nil)
        let first = Hash.digest([1], suite: .sha256Ed25519)
        let second = Hash.digest([2], suite: .sha256Ed25519)
        let added = zip(["M4", "M5"], [first, second]).map { code, scan in
            #"{"code":"\#(code)","blob":"\#(scan.hex)"}"#
        }
        #expect(
            try world.say(
                "V1", "supplement", number, #","materials":[\#(added.joined(separator: ","))]"#)
                == nil)
        #expect(try world.say("V1", "offer", number, #","to":"370124000000""#) == nil)
        world.settle()
        world.node("C").wanted = [second]
        #expect(try world.say("C", "sign", number) == "attachments-missing")
        #expect(world.holder("C", number) == "V1")
        world.node("C").wanted = [Hash.digest([3], suite: .sha256Ed25519)]
        #expect(try world.say("C", "sign", number) == nil)
        world.settle()
        #expect(world.holder("V1", number) == "C")
    }

    @Test("what the clerk saw is held against what is when it is decided, not before")
    func staleIsRefused() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        func tag() throws -> String {
            let file = try #require(
                world.node("V1").cases.first { $0.state.number == number })
            let key = DocumentKey(collection: .caseFile, id: file.id)
            return StateTag(of: file.state.stored(key: key).state).text
        }
        let seen = try tag()
        #expect(try world.say("V1", "note", number, #","note":"先到","seen":"\#(seen)""#) == nil)
        #expect(
            try world.say("V1", "accept", number, #","seen":"\#(seen)""#) == "state-changed")
        let json = try JSON(
            parsing: Array(#"{"command":"case.accept","case":"\#(number)","seen":"\#(seen)"}"#.utf8)
        )
        guard case .refuse(let refusal) = world.node("V1").run(try Command(json: json)) else {
            Issue.record("a stale wish is refused")
            return
        }
        #expect(refusal.category == .stale)
        #expect(refusal.tags?.seen.text == seen)
        #expect(try refusal.tags?.current.text == tag())
        #expect(try world.say("V1", "accept", number, #","seen":"\#(tag())""#) == nil)
        #expect(throws: RuleRefusal.self) {
            try world.say("V1", "note", number, #","note":"x","seen":"7""#)
        }
    }

    @Test("a replayed batch changes nothing")
    func replay() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        #expect(try world.say("V1", "accept", number) == nil)
        world.settle()
        let node = world.node("C")
        let before = node.cases.map {
            $0.state.stored(key: .init(collection: .caseFile, id: $0.id))
        }
        for arrivals in node.logs.values {
            for arrival in arrivals { node.fold(again: arrival) }
        }
        let after = node.cases.map { $0.state.stored(key: .init(collection: .caseFile, id: $0.id)) }
        #expect(before == after)
        #expect(!before.isEmpty)
    }

    @Test("what a disk's clone gave unheard repeats a number: both cases are shown and marked")
    func duplicateNumber() throws {
        let world = try CaseWorld()
        let first = try world.receive("V1")
        let clone = CaseNode(
            region: world.node("V1").region, key: world.node("V1").key,
            directory: world.node("V1").directory, seed: 99)
        for (key, content) in world.node("V1").documents where key.collection != .caseFile {
            if case .serial = content { continue }
            clone.put(key, content)
        }
        let command = try Command(
            json: [
                "command": "case.receive", "item": .text(CaseWorld.item), "applicant": "李某",
            ])
        let decision = Rules.decide(CaseNode.sealed(command), at: clone.desk, from: clone)
        guard case .write(let drafts, _) = decision else {
            Issue.record("not received: \(decision)")
            return
        }
        // Found out, it writes that anew as its next incarnation.
        clone.key = try CaseWorld.key(CaseWorld.id("V1"), incarnation: 9)
        for draft in drafts { clone.append(draft) }
        #expect(clone.cases.first?.state.number == first)
        for node in [world.node("T"), world.node("C")] {
            let order =
                node === world.node("T") ? [world.node("V1"), clone] : [clone, world.node("V1")]
            for source in order { _ = world.carry(from: source, to: node) }
            #expect(node.cases.count == 2)
            #expect(node.cases.allSatisfy { $0.state.duplicateNumber })
        }
    }

    @Test("an incarnation without a seat receives and decides nothing (I21), until it is seated")
    func suspendedSeat() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        world.settle()
        let node = world.node("V1")
        node.key = try CaseWorld.key(CaseWorld.id("V1"), incarnation: 1)
        #expect(try world.say("V1", "accept", number) == "seat-suspended")
        let next = try world.receive("V1")
        let serial = try #require(CaseNumber(next)?.serial)
        #expect(serial > CaseNumber.firstSeatSerialMax, "apart from what the first one gives")
        #expect(try world.say("V1", "accept", next) == "seat-suspended")
        try world.seat("V1", incarnation: 1, epoch: 2)
        #expect(try world.say("V1", "accept", number) == nil)
        #expect(try world.say("V1", "accept", next) == nil)
        world.settle()
        #expect(world.state("C", number)?.status == .accepted)
        #expect(world.state("C", next)?.status == .accepted)
    }
}
