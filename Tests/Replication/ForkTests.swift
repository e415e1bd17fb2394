import Base
import Change
import Replication
import Testing

/// Where two branches of a chain part, and that whoever holds either learns of it.
@Suite struct ForkTests {
    let cases = ScopeName.cases(RegionID(1), year: 2026)

    private func isQuarantined(_ node: Village, _ actor: ActorID) -> Bool {
        node.scopes[cases.id]?.chains[actor]?.quarantined == true
    }

    /// The fork is seen at a head far above the first number that differs. A third node, which
    /// holds only the beginning of a branch, must be able to prove it too.
    @Test(arguments: [1, 2, 40, 300]) func aForkIsProvenFromItsFirstNumber(length: Int) throws {
        let origin = Village(0)
        for _ in 0..<30 { origin.write(cases) }
        let clone = origin.copy()
        let early = Village(3)
        let actor = origin.key.actor(in: cases.id)
        clone.write(cases, mark: 2)
        try Wire(clone, early).sync()
        for _ in 0..<length { origin.write(cases, mark: 1) }
        for _ in 1..<length { clone.write(cases, mark: 2) }
        let left = Village(1)
        let right = Village(2)
        try Wire(origin, left).sync()
        try Wire(clone, right).sync()
        let wire = Wire(left, right)
        #expect(try wire.sync())
        #expect(isQuarantined(left, actor) && isQuarantined(right, actor))
        #expect(wire.alarms.below.count + wire.alarms.above.count <= 2)
        #expect(try Wire(left, early).sync())
        #expect(isQuarantined(early, actor))
        #expect(left.leaves == right.leaves && left.leaves == early.leaves)
    }

    /// A third branch, shorter than either of the two that are known.
    @Test func aThirdBranchIsProvenToo() throws {
        let origin = Village(0)
        for _ in 0..<10 { origin.write(cases) }
        let third = origin.copy()
        for _ in 0..<20 { origin.write(cases) }
        let second = origin.copy()
        origin.write(cases, mark: 1)
        second.write(cases, mark: 2)
        third.write(cases, mark: 3)
        let nodes = [Village(1), Village(2), Village(3)]
        for (from, to) in zip([origin, second, third], nodes) { try Wire(from, to).sync() }
        let actor = origin.key.actor(in: cases.id)
        #expect(try Wire(nodes[0], nodes[1]).sync())
        #expect(try Wire(nodes[1], nodes[2]).sync())
        #expect(isQuarantined(nodes[2], actor))
        #expect(nodes[1].leaves == nodes[2].leaves)
    }

    /// Evidence that was lost on the way is sent again.
    @Test(arguments: 0..<12) func lostEvidenceIsSentAgain(lost: Int) throws {
        let origin = Village(0)
        origin.write(cases)
        let clone = origin.copy()
        origin.write(cases, mark: 1)
        clone.write(cases, mark: 2)
        let left = Village(1)
        let right = Village(2)
        try Wire(origin, left).sync()
        try Wire(clone, right).sync()
        let wire = Wire(left, right)
        var count = 0
        func lose() -> Bool {
            count += 1
            return count == lost
        }
        wire.losesRequest = lose
        wire.losesAnswer = lose
        #expect(try wire.sync())
        let actor = origin.key.actor(in: cases.id)
        #expect(isQuarantined(left, actor) && isQuarantined(right, actor))
        #expect(left.leaves == right.leaves)
    }

    /// Changes of others rest on a chain that was found to be forked later: a node that has
    /// nothing yet gets the branch with them, and the proof.
    @Test func whatRestsOnAForkedChainReachesANewNode() throws {
        let origin = Village(0)
        for _ in 0..<3 { origin.write(cases) }
        let left = Village(1)
        let right = Village(2)
        let clone = origin.copy()
        origin.write(cases, mark: 1)
        clone.write(cases, mark: 2)
        try Wire(origin, left).sync()
        left.write(cases)
        try Wire(clone, right).sync()
        #expect(try Wire(left, right).sync())
        let actor = origin.key.actor(in: cases.id)
        #expect(isQuarantined(left, actor))
        let fresh = Village(3)
        let wire = Wire(left, fresh)
        for _ in 0..<4 { #expect(try wire.sync()) }
        #expect(isQuarantined(fresh, actor))
        #expect(left.leaves == fresh.leaves)
    }

    /// The alarm sounds once; that the link is down is told each time.
    @Test func eachRefusalIsTold() throws {
        let wire = Wire(Village(0), Village(1))
        wire.above.allowsPeer = false
        for _ in 0..<3 { try wire.sync() }
        #expect(wire.alarms.below == [.refused(.notAllowed)])
        #expect(wire.closings == 3)
    }
}
