import Base
import Change
import Testing

@testable import Domain

/// A small generator, so that a seed names a run.
struct CaseDice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(sides))
    }

    mutating func shuffle<Element>(_ elements: [Element]) -> [Element] {
        var rest = elements
        var out: [Element] = []
        while !rest.isEmpty { out.append(rest.remove(at: roll(rest.count))) }
        return out
    }
}

@Suite("The fold of cases")
struct CaseFoldTests {
    private func stored(_ node: CaseNode) -> [StoredDocument] {
        node.documents.keys.filter {
            [.caseFile, .handover, .parcel, .serial].contains($0.collection)
        }
        .sorted { ($0.collection.rawValue, $0.id) < ($1.collection.rawValue, $1.id) }
        .compactMap { key in node.documents[key]?.stored(key: key, scope: ScopeID(0)) }
    }

    /// A station's cases under random acts, carried at random, with a Force and a re-seating.
    private func randomWorld(_ seed: UInt64) throws -> CaseWorld {
        let world = try CaseWorld()
        var dice = CaseDice(state: seed)
        let number = try world.receive("V1")
        let acts = [
            ("accept", ""), ("decide", #","outcome":"grant""#), ("deliver", ""),
            ("note", #","note":"x""#), ("offer", #","to":"370124106000""#),
            ("offer", #","to":"370124000000""#), ("offer", #","to":"370124106201""#),
            ("sign", ""), ("sign", ""), ("reject", #","reason":"x""#), ("recall", ""),
            ("withdraw", ""), ("correct", #","gaps":["M1"]"#),
            ("supplement", #","materials":["M"]"#),
            ("force", #","to":"370124106000","reason":"x""#),
        ]
        let places = ["V1", "T", "C"]
        for step in 0..<30 {
            let act = acts[dice.roll(acts.count)]
            _ = try world.say(places[dice.roll(3)], act.0, number, act.1)
            if dice.roll(2) == 0 {
                world.carry(
                    from: world.node(places[dice.roll(3)]), to: world.node(places[dice.roll(3)]))
            }
            if step == 15, dice.roll(3) == 0 {
                world.node("V1").key = try CaseWorld.key(CaseWorld.id("V1"), incarnation: 1)
                try world.seat("V1", incarnation: 1, epoch: 2)
            }
        }
        return world
    }

    @Test("depends on the set of changes alone (I22): forty runs, five orders each")
    func orderIndependence() throws {
        var statuses: Set<String> = []
        for seed in 0..<40 {
            let world = try randomWorld(UInt64(seed))
            var dice = CaseDice(state: UInt64(seed) ^ 0xABCD)
            var arrivals: [Arrival] = []
            for name in ["V1", "T", "C"] {
                for arrival in world.node(name).logs.values.joined()
                where !arrivals.contains(where: { $0.change.hash == arrival.change.hash }) {
                    arrivals.append(arrival)
                }
            }
            var first: [StoredDocument]?
            for _ in 0..<5 {
                let reader = try CaseWorld().node("C")
                reader.directory = world.node("C").directory
                for arrival in dice.shuffle(arrivals) { reader.take(arrival) }
                let documents = stored(reader)
                #expect(documents == first ?? documents, "seed \(seed)")
                first = documents
                // Step by step comes to the same as judging everything anew.
                for file in reader.cases {
                    let key = DocumentKey(collection: .caseFile, id: file.id)
                    #expect(documents.contains(file.state.stored(key: key)), "seed \(seed)")
                }
                for file in reader.cases {
                    statuses.formUnion(file.state.events.map(\.status.text))
                    #expect(file.state.events.count == arrivals.count)
                    #expect(file.state.holder != nil)
                }
            }
        }
        #expect(statuses.isSuperset(of: ["effective", "superseded"]), "\(statuses)")
    }

    @Test("a stored state is read back as it was")
    func storedForms() throws {
        for seed in 100..<110 {
            let world = try randomWorld(UInt64(seed))
            let other = try world.receive("T2")
            _ = try world.say("T2", "offer", other, #","to":"371502101000""#)
            world.settle()
            for name in world.names {
                for document in stored(world.node(name)) {
                    let again = try Content.decode(document)
                        .stored(key: document.key, scope: document.scope)
                    #expect(again == document)
                }
            }
        }
    }

    @Test("shifting every clock changes no custody and no status (I26)")
    func clocksDoNotMatter() throws {
        func shape(_ shift: Int64) throws -> [[String]] {
            let world = try CaseWorld()
            let number = try world.receive("V1")
            world.node("V1").now = world.node("V1").now.advanced(byMillis: shift)
            world.node("C").now = world.node("C").now.advanced(byMillis: -shift)
            _ = try world.say("V1", "accept", number)
            _ = try world.say("V1", "offer", number, #","to":"370124000000""#)
            world.settle()
            _ = try world.say("C", "sign", number)
            _ = try world.say("C", "decide", number, #","outcome":"grant""#)
            world.settle()
            return ["V1", "T", "C"].map { name in
                guard let state = world.state(name, number) else { return [] }
                return state.events.map { $0.kind.caseName + $0.status.text }.sorted()
                    + [state.status.rawValue, world.holder(name, number) ?? "-"]
            }
        }
        #expect(try shape(0) == shape(50 * 365 * 86_400_000))
    }

    @Test("Force supersedes what it had not seen; Ratify makes it stand if the slot is empty")
    func forceAndRatify() throws {
        let world = try CaseWorld()
        let number = try world.receive("T")
        world.settle()
        world.cut("T", "C")
        #expect(try world.say("T", "accept", number) == nil)
        let reason = #","reason":"断网多日""#
        #expect(
            try world.say("T", "force", number, #","to":"370124000000""# + reason)
                == "not-supervisor")
        #expect(try world.say("C", "force", number, #","to":"370124000000""# + reason) == nil)
        world.mend("T", "C")
        world.settle()
        #expect(world.holder("T", number) == "C")
        #expect(world.state("C", number)?.status == .received)
        let lost = try #require(world.state("C", number)?.events.first { $0.kind == .caseAccept })
        #expect(lost.status == .superseded)
        #expect(try world.say("T", "decide", number, #","outcome":"grant""#) == "case-not-held")
        #expect(try world.say("C", "ratify", number, #","event":"\#(lost.hash.hex)""#) == nil)
        world.settle()
        for name in ["T", "C"] {
            #expect(world.state(name, number)?.status == .accepted)
        }
        #expect(
            try world.say("C", "ratify", number, #","event":"\#(lost.hash.hex)""#)
                == "not-superseded")
    }

    @Test("a kind of tomorrow makes the case read-only, or is passed over, by its bit")
    func unknownKinds() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        let node = world.node("V1")
        let id = try #require(node.cases.first?.id)
        let scope = try #require(node.cases.first?.state.scope)
        let body = Array(#"{"case":"\#(id.hex)"}"#.utf8)
        node.append(Draft(scope: scope, kind: ChangeKind(rawValue: 0x0031), body: body))
        #expect(node.cases.first?.state.needsUpgrade == false)
        #expect(try world.say("V1", "note", number, #","note":"n""#) == nil)
        node.append(Draft(scope: scope, kind: ChangeKind(rawValue: 0x803f), body: body))
        #expect(node.cases.first?.state.needsUpgrade == true)
        #expect(try world.say("V1", "accept", number) == "case-needs-upgrade")
        #expect(node.cases.first?.state.events.count == 3)
    }

    @Test("a decision whose author's seat is not known yet waits for the directory")
    func seatComesLater() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        world.settle()
        let node = world.node("C")
        let before = node.directory
        world.node("V1").key = try CaseWorld.key(CaseWorld.id("V1"), incarnation: 1)
        try world.seat("V1", incarnation: 1, epoch: 2)
        let after = node.directory
        node.directory = before
        #expect(try world.say("V1", "accept", number) == nil)
        world.carry(from: world.node("V1"), to: node)
        #expect(node.cases.first?.state.status == .received)
        node.directory = after
        let key = try #require(node.documents.keys.first { $0.collection == .caseFile })
        let writes = Fold.judgeAgain(key, at: node.desk, from: node)
        guard case .caseFile(let state) = writes.first?.content else {
            Issue.record("no case")
            return
        }
        #expect(state.status == .accepted)
    }

    @Test("a forked chain is contested beyond its fork; a supervisor names the branch")
    func forkAndCut() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        world.settle()
        #expect(try world.say("V1", "accept", number) == nil)
        world.settle()
        let node = world.node("C")
        let file = try #require(node.cases.first)
        let accept = try #require(file.state.effective(.acceptance))
        let contested = CaseFold.quarantine(
            accept.dot, in: file.state, directory: node.directory)
        #expect(contested.status == .received)
        #expect(contested.event(accept.hash)?.status == .quarantined)
        node.put(DocumentKey(collection: .caseFile, id: file.id), .caseFile(contested))
        #expect(try world.say("C", "forkCut", number, #","event":"\#(accept.hash.hex)""#) == nil)
        #expect(node.cases.first?.state.status == .accepted)
    }

    @Test(
        "bodies of any bytes are stored and fold to nothing",
        arguments: [
            "", "{", "[]", "null", #"{"case":1}"#, #"{"case":"xyz"}"#, #"{"case":null,"on":[]}"#,
            #"{"handover":"00000000000000000000000000000000"}"#,
        ])
    func badBodies(body: String) throws {
        let world = try CaseWorld()
        let node = world.node("C")
        for raw in [0x8020, 0x8022, 0x8030, 0x8035, 0x8040, 0x8050] as [UInt16] {
            let scope: ScopeName =
                raw < 0x8040
                ? .cases(CaseWorld.id("V1"), year: 2026)
                : raw < 0x8050
                    ? .custody(CaseWorld.id("C"), CaseWorld.id("LC"), year: 2026)
                    : .corridor(CaseWorld.id("C"), CaseWorld.id("LC"), year: 2026)
            node.append(
                Draft(scope: scope, kind: ChangeKind(rawValue: raw), body: Array(body.utf8)))
        }
        #expect(node.cases.isEmpty)
        #expect(node.react() == 0)
    }
}
