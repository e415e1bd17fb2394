import Base
import Change
import Replication
import Testing

/// A place was moved: what only its old parent has goes to those who carry it now.
@Suite struct DrainTests {
    let cases = ScopeName.cases(RegionID(9), year: 2026)

    /// Who gives the scope up, and who carries it, with as much of it as they last shared.
    private func pair(shared: Int, alone: Int) throws -> (leaver: Village, carrier: Village) {
        let (leaver, carrier) = (Village(0), Village(1))
        carrier.write(cases)
        for _ in 0..<shared { leaver.write(cases) }
        try Wire(leaver, carrier).sync()
        for _ in 0..<alone { leaver.write(cases, mark: 1) }
        carrier.write(cases, mark: 2)
        leaver.given = [cases.id]
        carrier.takesOver = [cases.id]
        return (leaver, carrier)
    }

    private func head(of node: Village, at holder: Village) -> Seq {
        holder.scopes[cases.id]?.chains[node.key.actor(in: cases.id)]?.head.seq ?? .none
    }

    /// What one alone has goes, over several batches too; nothing comes the other way.
    @Test(arguments: [0, 1, 700]) func allOfItGoesAndNothingComes(alone: Int) throws {
        for isBelow in [true, false] {
            let (leaver, carrier) = try pair(shared: 3, alone: alone)
            let before = head(of: carrier, at: leaver)
            let wire = isBelow ? Wire(leaver, carrier) : Wire(carrier, leaver)
            #expect(try wire.sync())
            #expect(head(of: leaver, at: carrier) == head(of: leaver, at: leaver))
            #expect(head(of: carrier, at: leaver) == before, "it takes nothing")
            #expect(wire.drained.last?.id == cases.id)
            #expect(
                wire.drained.last?.vector[leaver.key.actor(in: cases.id)]?.seq
                    == head(of: leaver, at: leaver))
            #expect((isBelow ? wire.changesUp : wire.changesDown) == alone)
            wire.reset()
            #expect(try wire.sync())
            #expect(wire.requests <= 2 && wire.changesUp + wire.changesDown == 0)
        }
    }

    /// A carrier that has nothing of it opens it.
    @Test func aCarrierWithoutTheScopeOpensIt() throws {
        let (leaver, carrier) = (Village(0), Village(1))
        for _ in 0..<5 { leaver.write(cases) }
        leaver.given = [cases.id]
        carrier.takesOver = [cases.id]
        let wire = Wire(leaver, carrier)
        #expect(try wire.sync())
        #expect(head(of: leaver, at: carrier) == head(of: leaver, at: leaver))
        #expect(wire.drained.count == 1)
    }

    /// A message that is lost anywhere is made good.
    @Test(arguments: 0..<10) func whatIsLostIsSaidAgain(lost: Int) throws {
        for isRequest in [true, false] {
            let (leaver, carrier) = try pair(shared: 2, alone: 400)
            let wire = lost % 2 == 0 ? Wire(leaver, carrier) : Wire(carrier, leaver)
            var count = 0
            let loses = {
                count += 1
                return count == lost / 2 + 1
            }
            if isRequest { wire.losesRequest = loses } else { wire.losesAnswer = loses }
            for _ in 0..<3 { #expect(try wire.sync()) }
            #expect(head(of: leaver, at: carrier) == head(of: leaver, at: leaver))
            #expect(!wire.drained.isEmpty)
        }
    }

    /// Who takes nothing is not pressed, and the scope is not said to be drained.
    @Test func aCarrierThatRefusesEndsIt() throws {
        let (leaver, carrier) = try pair(shared: 2, alone: 5)
        carrier.refusesBatches = true
        let wire = Wire(leaver, carrier)
        #expect(try wire.sync())
        wire.reset()
        #expect(try wire.sync())
        #expect(wire.changesUp == 0 && wire.drained.isEmpty)
    }

    /// Who keeps what the peer holds all of, as it may not give it up yet, asks again now and
    /// then: the two come to rest all the same, however many scopes there are.
    @Test(arguments: [1, 2, 3]) func whatIsKeptIsNotAskedForWithoutEnd(count: Int) throws {
        for isBelow in [true, false] {
            let (leaver, carrier) = (Village(0), Village(1))
            let wire = isBelow ? Wire(leaver, carrier) : Wire(carrier, leaver)
            for round in 0..<count {
                let scope = ScopeName.cases(RegionID(UInt64(20 + round)), year: 2026)
                for _ in 0...round { leaver.write(scope) }
                leaver.given.insert(scope.id)
                carrier.takesOver.insert(scope.id)
                // One after another: each is asked for at another message.
                #expect(try wire.sync())
            }
            for _ in 0..<4 { #expect(try wire.sync()) }
            #expect(wire.requests < 40)
            #expect(Set(wire.drained.map(\.id)).count == count)
        }
    }

    /// Whose directory has not moved yet is asked in vain, and nothing breaks.
    @Test func aCarrierThatDoesNotKnowOfItSaysNothing() throws {
        let (leaver, carrier) = try pair(shared: 2, alone: 5)
        carrier.takesOver = []
        carrier.forbidden = [cases.id]
        let wire = Wire(leaver, carrier)
        #expect(try wire.sync())
        #expect(
            wire.drained.isEmpty && head(of: leaver, at: carrier) < head(of: leaver, at: leaver))
    }

    /// Two branches of a chain, one at each: both learn of it.
    @Test(arguments: [1, 40]) func aForkIsProvenToBoth(length: Int) throws {
        let origin = Village(2)
        for _ in 0..<10 { origin.write(cases) }
        let clone = origin.copy()
        for _ in 0..<length {
            origin.write(cases, mark: 1)
            clone.write(cases, mark: 2)
        }
        let (leaver, carrier) = (Village(0), Village(1))
        leaver.write(cases)
        try Wire(origin, leaver).sync()
        try Wire(clone, carrier).sync()
        leaver.given = [cases.id]
        carrier.takesOver = [cases.id]
        let wire = Wire(leaver, carrier)
        #expect(try wire.sync())
        let actor = origin.key.actor(in: cases.id)
        for node in [leaver, carrier] {
            #expect(node.scopes[cases.id]?.chains[actor]?.quarantined == true)
        }
        #expect(!wire.drained.isEmpty)
    }

    /// Who drains what this side wrote and lost shows it that it was restored.
    @Test func aCarrierThatLostItsOwnIsTold() throws {
        let (leaver, carrier) = (Village(0), Village(1))
        carrier.write(cases)
        let old = carrier.copy()
        carrier.write(cases)
        leaver.write(cases)
        try Wire(leaver, carrier).sync()
        leaver.given = [cases.id]
        old.takesOver = [cases.id]
        let wire = Wire(leaver, old)
        try wire.sync()
        #expect(wire.alarms.above.contains { if case .ownRollback = $0 { true } else { false } })
    }

    /// A scope that was given up and comes back: the own chain that others hold is no rollback,
    /// unless they hold more of it, or another.
    @Test func whatComesBackIsNoRollback() throws {
        for more in [0, 1] {
            let (town, county) = (Village(0), Village(1))
            for _ in 0..<3 { town.write(cases) }
            try Wire(town, county).sync()
            let head = try #require(town.scopes[cases.id]?.chains.values.first?.head)
            for _ in 0..<more { town.write(cases) }
            try Wire(town, county).sync()
            let again = Village(0)
            again.open(cases)
            again.awaited[cases.id] = head
            let wire = Wire(again, county)
            try wire.sync()
            #expect(wire.alarms.below.isEmpty == (more == 0))
            if more == 0 { #expect(self.head(of: again, at: again) == head.seq) }
        }
    }
}
