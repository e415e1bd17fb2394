import Base
import Change
import Domain
import Kernel
import Simulator
import Testing

/// Documents that wait behind the log (docs/decisions/0011): nobody who acts sees a difference,
/// and a crash loses nothing.
struct KernelDeferralTests {
    private let tree: TreeFixture
    private var node: FixtureNode { tree.county }

    init() throws {
        tree = try TreeFixture()
        try tree.state()
        try tree.publish()
        tree.county.kernel.deferral = 1
        // From the first one on it is known how far documents have come.
        try tree.county.note(.cases(TreeFixture.countyID, year: 1970), "一")
    }

    @Test func acknowledgedCasesWaitAndAreActedOn() throws {
        let number = try receive("甲")
        #expect(try node.journal.documents(.caseFile, label: number) == [])
        #expect(node.kernel.isBehind)
        try say("case.accept", number)
        #expect(try node.journal.documents(.caseFile, label: number) == [])
        let stored = try node.kernel.settle()
        #expect(stored.contains { $0.collection == .caseFile })
        #expect(!node.kernel.isBehind)
        #expect(try status(number) == "accepted")
    }

    @Test func aNumberIsNotGivenTwiceMeanwhile() throws {
        let numbers = try (1...9).map { try receive("第\($0)") }
        #expect(Set(numbers).count == 9)
    }

    @Test func whatACrashLeftIsFoldedAgain() throws {
        let first = try receive("甲")
        try say("case.accept", first)
        let second = try receive("乙")
        node.journal.losePower()
        let again = try FixtureNode(seed: 1, region: TreeFixture.countyID, journal: node.journal)
        #expect(try again.journal.documents(.caseFile, label: second) == [])
        try again.kernel.settle()
        #expect(try status(first) == "accepted")
        #expect(try status(second) == "received")
        try again.kernel.settle()
        #expect(try again.journal.arrivals(after: try mark()).isEmpty)
    }

    /// The same acts at a node that never waits give the same documents, byte for byte.
    @Test func theDocumentsAreTheSame() throws {
        let other = try TreeFixture()
        try other.state()
        try other.publish()
        try other.county.note(.cases(TreeFixture.countyID, year: 1970), "一")
        var numbers: [String] = []
        for name in ["甲", "乙", "丙"] {
            let number = try receive(name)
            #expect(try Self.receive(name, at: other.county) == number)
            numbers.append(number)
        }
        for number in numbers {
            try say("case.accept", number)
            try Self.say("case.accept", number, at: other.county)
        }
        try node.kernel.settle()
        for number in numbers {
            let left = try documents(number, node)
            #expect(left.count == 1)
            #expect(try left == documents(number, other.county))
        }
    }

    @Test func aFailedBatchForgetsNothingBefore() throws {
        let number = try receive("甲")
        node.journal.failsNextCommit = true
        #expect(throws: JournalError.full) { try receive("乙") }
        try say("case.accept", number)
        try node.kernel.settle()
        #expect(try status(number) == "accepted")
        let next = try receive("丙")
        #expect(next != number)
    }

    /// Where not even the store can be read, the next batch begins with reading it.
    @Test func aFailedReturnIsMadeUpFor() throws {
        let number = try receive("甲")
        let last = try receive("乙")
        node.journal.failsNextCommit = true
        node.journal.failsNextLoad = true
        #expect(throws: JournalError.failed("not read")) { try receive("丙") }
        try say("case.accept", number)
        try node.kernel.settle()
        #expect(try status(number) == "accepted")
        #expect(try status(last) == "received")
        #expect(try ![number, last].contains(receive("丁")))
    }

    @Test func whatChangesNoDocumentMovesTheMark() throws {
        try node.note(.cases(TreeFixture.countyID, year: 1970), "二")
        #expect(!node.kernel.isBehind)
        #expect(try node.journal.arrivals(after: mark()).isEmpty)
    }

    @Test func manyAreStoredOfThemselves() throws {
        let number = try receive("甲")
        for round in 1...Limits.waitingBatchesMax {
            _ = try receive("第\(round)")
        }
        #expect(try node.journal.documents(.caseFile, label: number).count == 1)
    }

    @Test func whoeverAsksFindsThem() throws {
        let number = try receive("甲")
        try node.commit([.storeDocuments])
        #expect(node.effects.documents.contains { $0.collection == .caseFile })
        #expect(try node.journal.documents(.caseFile, label: number).count == 1)
    }

    private func mark() throws -> Int64 {
        try #require(FoldedMark.decode(try node.journal.value(FoldedMark.name)))
    }

    private func documents(_ number: String, _ node: FixtureNode) throws -> [StoredDocument] {
        try node.journal.documents(.caseFile, label: number).compactMap {
            try node.journal.document($0)
        }
    }

    private func status(_ number: String) throws -> String? {
        try documents(number, node).first?.status
    }

    @discardableResult
    private func receive(_ name: String) throws -> String { try Self.receive(name, at: node) }

    private func say(_ action: String, _ number: String) throws {
        try Self.say(action, number, at: node)
    }

    private static func receive(_ name: String, at node: FixtureNode) throws -> String {
        let answer = try done(
            [
                "command": "case.receive", "item": .text(TreeFixture.item),
                "applicant": .text(name),
            ], at: node)
        return try #require(try JSON(parsing: answer)["number"]?.text)
    }

    private static func say(_ action: String, _ number: String, at node: FixtureNode) throws {
        _ = try done(["command": .text(action), "case": .text(number)], at: node)
    }

    private static func done(_ json: JSON, at node: FixtureNode) throws -> [UInt8] {
        let command = try Command(json: json)
        let outcomes = try node.commit(
            [.command(command, author: 0, replayKey: nil)], at: 5_000)
        guard case .done(let answer, _) = try #require(outcomes.first) else {
            Issue.record("refused: \(outcomes)")
            return []
        }
        return answer
    }
}
