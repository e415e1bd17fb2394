import Base
import Change
import Crypto
import Domain
import Kernel
import Simulator
import Testing

/// Two incarnations of one station that do not know of each other give numbers that differ. A
/// clone of the whole disk is the same incarnation and gives one number twice: both cases are kept,
/// and both are marked, at every node and in whatever order they came (I15).
struct KernelDuplicateTests {
    private let scope = ScopeName.cases(TreeFixture.countyID, year: 1970)

    @Test func anotherIncarnationGivesOtherNumbers() throws {
        let (first, second) = try siblings()
        let number = try receive(first, "甲")
        let other = try receive(second, "乙")
        let serials = try [number, other].map { try #require(CaseNumber($0)).serial }
        #expect(serials[0] == 1)
        #expect(serials[1] > CaseNumber.firstSeatSerialMax, "neither knew of the other")
        _ = try first.pull(scope, from: second)
        _ = try second.pull(scope, from: first)
        for (node, next) in [(first, 2), (second, serials[1] + 1)] {
            #expect(try CaseNumber(receive(node, "丙"))?.serial == next, "without a gap")
        }
        for one in [number, other] { #expect(try marks(first, one) == [false]) }
    }

    @Test func aNumberThatADisksCloneGaveTwiceMarksBothCases() throws {
        let (first, clone) = try clones()
        let number = try receive(first, "甲")
        #expect(try receive(clone, "乙") == number, "the same incarnation, unheard")
        #expect(try marks(first, number) == [false])
        try beginAnew(clone, beside: first)
        _ = try first.pull(scope, from: clone)
        #expect(try marks(first, number) == [true, true])
        #expect(try marks(clone, number) == [true, true])
        #expect(try documents(first, number) == documents(clone, number))
    }

    @Test func theNextNumberIsNewAtBoth() throws {
        let (first, clone) = try clones()
        let number = try receive(first, "甲")
        _ = try receive(clone, "乙")
        try beginAnew(clone, beside: first)
        // What it wrote anew is not its own: nobody has heard of the next ones yet.
        let next = [try receive(first, "丙"), try receive(clone, "丁")]
        #expect(Set(next + [number]).count == 3)
        _ = try first.pull(scope, from: clone)
        let marked = try next.map { try marks(first, $0) }
        #expect(marked == [[false], [false]], "\(next)")
    }

    /// A county and an image of its disk.
    private func clones() throws -> (FixtureNode, FixtureNode) {
        let tree = try TreeFixture()
        try tree.county.commit([
            .state([.region(try TreeFixture.record(TreeFixture.countyID))])
        ])
        try tree.publish()
        let clone = try FixtureNode(
            seed: 1, region: TreeFixture.countyID,
            journal: SimulatedJournal(image: tree.county.journal.durable), salt: 1)
        return (tree.county, clone)
    }

    /// A clone is found out: its branch comes off, and what only it had is written anew.
    private func beginAnew(_ clone: FixtureNode, beside first: FixtureNode) throws {
        let old = clone.signer.key
        try clone.renew(as: try FixtureSigner(seed: 11))
        try clone.kernel.rewind(old)
        let held = first.kernel.knowledge().map(\.name)
        for name in TreeFixture.directoryFirst(held) { _ = try clone.pull(name, from: first) }
        try clone.commit([.reissueOrphans(in: nil)])
    }

    /// The county, and a second incarnation of it that holds the directory and the catalog but
    /// not the first one's cases.
    private func siblings() throws -> (FixtureNode, FixtureNode) {
        let tree = try TreeFixture()
        let first = tree.county
        let second = try FixtureNode(seed: 9, region: TreeFixture.countyID, root: first.seat)
        let seat = second.seat
        try first.commit([
            .state([.region(try TreeFixture.record(TreeFixture.countyID))])
        ])
        try tree.publish()
        try first.commit([
            .state([
                .seat(
                    region: seat.region, epoch: 2, key: seat.key, node: seat.node,
                    proof: second.proof)
            ])
        ])
        for scope in [ScopeName.directory(seat.region), .catalog(seat.region)] {
            _ = try second.pull(scope, from: first)
        }
        return (first, second)
    }

    private func receive(_ node: FixtureNode, _ name: String) throws -> String {
        let command = try Command(
            json: [
                "command": "case.receive", "item": .text(TreeFixture.item),
                "applicant": .text(name),
            ])
        let outcomes = try node.commit(
            [.command(command, author: 0, replayKey: nil)], at: 5_000)
        guard case .done(let answer, _) = try #require(outcomes.first) else {
            Issue.record("not received: \(outcomes)")
            return ""
        }
        return try #require(try JSON(parsing: answer)["number"]?.text)
    }

    private func documents(_ node: FixtureNode, _ number: String) throws -> [StoredDocument] {
        try node.journal.documents(.caseFile, label: number).compactMap {
            try node.journal.document($0)
        }
    }

    private func marks(_ node: FixtureNode, _ number: String) throws -> [Bool] {
        try documents(node, number).map {
            try JSON(parsing: $0.state)["duplicateNumber"]?.bool ?? false
        }
    }
}
