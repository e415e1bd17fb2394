import Base
import Change
import Replication
import Testing

@Suite struct FaultTests {
    let cases = ScopeName.cases(RegionID(1), year: 2026)
    let names = [
        ScopeName.cases(RegionID(1), year: 2026), .catalog(RegionID(2)), .catalog(RegionID(1)),
        .directory(RegionID(2)), .control(RegionID(1)),
    ]

    /// Messages and answers are lost, both sides write: it converges, and a change crosses
    /// again only after a loss.
    @Test(arguments: 0..<60) func lossIsSurvived(seed: Int) throws {
        var dice = Dice(UInt64(seed))
        let wire = Wire(Village(0), Village(1))
        var losses = 0
        func lose() -> Bool {
            let isLost = dice.hits(4)
            if isLost { losses += 1 }
            return isLost
        }
        for _ in 0..<12 {
            for _ in 0..<dice.roll(4) { wire.below.write(names[dice.roll(5)]) }
            for _ in 0..<dice.roll(4) { wire.above.write(names[dice.roll(5)]) }
            wire.losesRequest = lose
            wire.losesAnswer = lose
            try wire.sync()
            if dice.hits(3) { wire.restartBelow() }
        }
        wire.losesRequest = { false }
        wire.losesAnswer = { false }
        #expect(try wire.sync())
        #expect(try wire.sync())
        #expect(wire.below.leaves == wire.above.leaves)
        #expect(wire.alarms.below.isEmpty && wire.alarms.above.isEmpty)
        let again = wire.crossings.values.reduce(0) { $0 + $1 - 1 }
        #expect(again <= losses * 8)
    }

    /// Three nodes in a row and one link across, in random order, without loss: equal in the
    /// end, and no change reaches a node twice over one link.
    @Test(arguments: 0..<40) func threeNodesConverge(seed: Int) throws {
        var dice = Dice(UInt64(seed) &+ 1000)
        let nodes = [Village(0), Village(1), Village(2)]
        let wires = [
            Wire(nodes[0], nodes[1]), Wire(nodes[1], nodes[2]), Wire(nodes[0], nodes[2]),
        ]
        for _ in 0..<40 {
            if dice.hits(2) {
                nodes[dice.roll(3)].write(names[dice.roll(5)])
            } else {
                #expect(try wires[dice.roll(3)].sync())
            }
        }
        for _ in 0..<2 {
            for wire in wires { #expect(try wire.sync()) }
        }
        #expect(nodes[0].leaves == nodes[1].leaves && nodes[1].leaves == nodes[2].leaves)
        for wire in wires {
            #expect(wire.alarms.below.isEmpty && wire.alarms.above.isEmpty)
        }
        for wire in wires { #expect(wire.crossings.values.allSatisfy { $0 == 1 }) }
        wires.forEach { $0.reset() }
        for wire in wires {
            #expect(try wire.sync())
            #expect(wire.requests == 1 && wire.changesUp + wire.changesDown == 0)
        }
    }

    /// Pushes go up beside a long poll, and answers of either lane are lost.
    @Test(arguments: 0..<40) func bothLanesSurviveLoss(seed: Int) throws {
        var dice = Dice(UInt64(seed) &+ 2000)
        let wire = Wire(Village(0), Village(1))
        wire.below.write(cases)
        try wire.sync()
        for _ in 0..<30 {
            wire.losesRequest = { dice.hits(8) }
            wire.losesAnswer = { dice.hits(8) }
            switch dice.roll(5) {
            case 0: wire.below.write(names[dice.roll(5)])
            case 1: wire.above.write(names[dice.roll(5)])
            case 2: if wire.parked == nil { try wire.poll() }
            case 3: _ = try wire.wake()
            default: try wire.sync()
            }
        }
        wire.losesRequest = { false }
        wire.losesAnswer = { false }
        for _ in 0..<3 {
            #expect(try wire.sync())
            if wire.parked != nil { _ = try wire.wake() }
        }
        #expect(wire.below.leaves == wire.above.leaves)
        #expect(wire.alarms.below.isEmpty && wire.alarms.above.isEmpty)
    }

    /// PROTOCOL §7.2: a node put back to an older state learns it before it sends anything.
    @Test func aRestoredNodeIsToldAndSaysNoMore() throws {
        let old = Village(0)
        old.write(cases)
        let wire = Wire(old, Village(1))
        try wire.sync()
        let restored = old.copy()
        old.write(cases)
        try wire.sync()
        restored.write(cases, mark: 9)
        let second = Wire(restored, wire.above)
        try second.sync()
        #expect(second.dialer.isFenced)
        #expect(second.alarms.below == [.ownRollback(scope: cases.id, seq: Seq(3))])
        #expect(second.changesUp == 0)
        #expect(second.dialer.exchange(knowing: restored) == nil)
    }

    /// The restored node answers instead of dialling.
    @Test func aRestoredAnswererIsToldToo() throws {
        let county = Village(1)
        county.write(cases)
        let wire = Wire(Village(0), county)
        try wire.sync()
        let restored = county.copy()
        county.write(cases)
        try wire.sync()
        let second = Wire(wire.below, restored)
        try second.sync()
        #expect(second.answerer.isFenced)
        #expect(second.alarms.above == [.ownRollback(scope: cases.id, seq: Seq(3))])
    }

    /// A copy ran twice, unnoticed: two other nodes that meet prove the fork to each other and
    /// go on with everything else.
    @Test func aForkIsProvenToBothAndTheRestGoesOn() throws {
        let origin = Village(0)
        origin.write(cases)
        let left = Village(1)
        let right = Village(2)
        try Wire(origin, left).sync()
        try Wire(origin, right).sync()
        let clone = origin.copy()
        origin.write(cases, mark: 1)
        clone.write(cases, mark: 2)
        clone.write(cases, mark: 3)
        try Wire(origin, left).sync()
        try Wire(clone, right).sync()
        left.write(names[1])
        right.write(names[2])
        let wire = Wire(left, right)
        #expect(try wire.sync())
        let actor = origin.key.actor(in: cases.id)
        #expect(left.scopes[cases.id]?.chains[actor]?.quarantined == true)
        #expect(right.scopes[cases.id]?.chains[actor]?.quarantined == true)
        #expect(left.scopes[names[1].id] != nil && right.scopes[names[1].id] != nil)
        #expect(left.leaves == right.leaves)
        wire.reset()
        #expect(try wire.sync())
        #expect(wire.requests == 1 && wire.changesUp + wire.changesDown == 0)
        #expect(wire.alarms.below.count + wire.alarms.above.count <= 2)
    }

    /// The proof travels to a third node, whichever branch it holds.
    @Test func theProofOfAForkTravels() throws {
        let origin = Village(0)
        origin.write(cases)
        let nodes = [Village(1), Village(2), Village(3)]
        for node in nodes { try Wire(origin, node).sync() }
        let clone = origin.copy()
        origin.write(cases, mark: 1)
        clone.write(cases, mark: 2)
        try Wire(origin, nodes[0]).sync()
        try Wire(clone, nodes[1]).sync()
        try Wire(nodes[0], nodes[1]).sync()
        try Wire(nodes[1], nodes[2]).sync()
        let actor = origin.key.actor(in: cases.id)
        #expect(nodes[2].scopes[cases.id]?.chains[actor]?.quarantined == true)
        #expect(nodes[1].leaves == nodes[2].leaves)
    }

    /// What a peer never takes is offered ever more rarely, and named once.
    @Test func aPeerThatTakesNothingIsNotFloodedWithIt() throws {
        let wire = Wire(Village(0), Village(1))
        wire.below.write(cases)
        wire.above.refusesBatches = true
        for _ in 0..<40 { #expect(try wire.sync()) }
        #expect(wire.changesUp <= 40)
        #expect(wire.alarms.below == [.stalled(scope: cases.id)])
        wire.above.refusesBatches = false
        for _ in 0..<70 { try wire.sync() }
        #expect(wire.below.leaves == wire.above.leaves)
    }

    @Test func aStrangerIsRefused() throws {
        let wire = Wire(Village(0), Village(1))
        wire.below.write(cases)
        wire.above.allowsPeer = false
        try wire.sync()
        #expect(wire.alarms.below == [.refused(.notAllowed)])
        #expect(wire.above.scopes.isEmpty && !wire.dialer.isOpen)
    }

    /// A recorded HELLO opens nothing: its proof is over a nonce that is gone.
    @Test func aReplayedHelloIsRefused() throws {
        let wire = Wire(Village(0), Village(1))
        wire.above.write(cases)
        let hello = wire.dialer.open(
            nonce: wire.nonce(), at: Instant(millis: 1), knowing: wire.below)
        let greeting = try #require(try wire.ask(hello))
        let proof = try #require(wire.take(greeting, lane: .push))
        _ = try wire.ask(proof)
        let token = wire.answerer.token
        let again = try #require(try wire.ask(hello))
        #expect(again.hello?.proof.count == 64)
        let replayed = try #require(try wire.ask(proof))
        #expect(replayed.fast == nil)
        #expect(wire.answerer.token == token)
    }

    /// The side above restarts: the dialer's link is unknown, and is opened again by itself.
    @Test func aRestartedAnswererIsGreetedAnew() throws {
        let wire = Wire(Village(0), Village(1))
        wire.below.write(cases)
        try wire.sync()
        wire.answerer = Answerer(
            key: wire.above.key, region: wire.above.region,
            storeEpoch: Digest16(high: 2, low: 2))
        wire.above.write(cases)
        #expect(try wire.sync())
        #expect(wire.below.leaves == wire.above.leaves)
    }

    /// PROTOCOL §7.10: both have all that the other has, and a leaf differs: said once.
    @Test func aDifferenceWithoutAReasonIsNamedOnce() throws {
        let wire = Wire(Village(0), Village(1))
        wire.above.epoch = 2
        wire.below.write(cases)
        for _ in 0..<4 { #expect(try wire.sync()) }
        #expect(wire.alarms.below == [.diverged(scope: cases.id)])
        #expect(wire.alarms.above == [.diverged(scope: cases.id)])
        wire.reset()
        #expect(try wire.sync())
        #expect(wire.requests == 1)
    }
}
