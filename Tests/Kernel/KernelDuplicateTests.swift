import Base
import Change
import Crypto
import Domain
import Kernel
import Simulator
import Testing

/// Two incarnations of one station that do not know of each other give one number twice: both
/// cases are kept, and both are marked, at every node and in whatever order they came (I15).
struct KernelDuplicateTests {
    private let scope = ScopeName.cases(TreeFixture.countyID, year: 1970)

    @Test func aNumberGivenTwiceMarksBothCases() throws {
        let (first, second) = try twins()
        let number = try receive(first, "甲")
        #expect(try receive(second, "乙") == number, "neither knew of the other")
        #expect(try marks(first, number) == [false])
        _ = try first.pull(scope, from: second)
        _ = try second.pull(scope, from: first)
        #expect(try marks(first, number) == [true, true])
        #expect(try marks(second, number) == [true, true])
        #expect(try documents(first, number) == documents(second, number))
    }

    @Test func theNextNumberIsNewAtBoth() throws {
        let (first, second) = try twins()
        let number = try receive(first, "甲")
        _ = try receive(second, "乙")
        _ = try first.pull(scope, from: second)
        let next = try receive(first, "丙")
        #expect(next != number)
        #expect(try marks(first, next) == [false])
    }

    /// The county, and a second incarnation of it that holds the directory and the catalog but
    /// not the first one's cases.
    private func twins() throws -> (FixtureNode, FixtureNode) {
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
