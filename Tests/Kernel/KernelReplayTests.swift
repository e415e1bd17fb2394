import Base
import Domain
import Kernel
import Testing

/// One request that arrives twice is one case; one key for two requests is none of the second.
struct KernelReplayTests {
    @Test func aReplayGetsTheFirstAnswerAndWritesNothing() throws {
        let tree = try TreeFixture()
        try open(tree)
        let first = try receive(tree.county, "甲", key: "k1", body: [1])
        let again = try receive(tree.county, "甲", key: "k1", body: [1])
        guard case .done(let answer, let written) = first,
            case .done(let repeated, let more) = again
        else {
            Issue.record("not received: \(first) \(again)")
            return
        }
        #expect(answer == repeated)
        #expect(!written.isEmpty && more.isEmpty)
    }

    @Test func theSameKeyForAnotherRequestIsRefused() throws {
        let tree = try TreeFixture()
        try open(tree)
        _ = try receive(tree.county, "甲", key: "k1", body: [1])
        let other = try receive(tree.county, "乙", key: "k1", body: [2])
        guard case .refused(let refusal) = other else {
            Issue.record("a second case hides behind the first one's answer: \(other)")
            return
        }
        #expect(refusal.rule == "idempotency-key-reused")
        guard case .done(_, let written) = try receive(tree.county, "乙", key: "k2", body: [2])
        else {
            Issue.record("its own key is its own request")
            return
        }
        #expect(!written.isEmpty)
    }

    private func open(_ tree: TreeFixture) throws {
        try tree.county.commit([.state([.region(try TreeFixture.record(TreeFixture.countyID))])])
        try tree.publish()
    }

    private func receive(
        _ node: FixtureNode, _ name: String, key: String, body: [UInt8]
    ) throws -> Outcome {
        let command = try Command(
            json: [
                "command": "case.receive", "item": .text(TreeFixture.item),
                "applicant": .text(name),
            ])
        let replay = ReplayKey(key, request: StateTag(of: body))
        let outcomes = try node.commit(
            [.command(command, author: 0, replayKey: replay)], at: 5_000)
        return try #require(outcomes.first)
    }
}
