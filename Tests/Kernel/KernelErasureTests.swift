import Base
import Change
import Domain
import Kernel
import Simulator
import Testing

/// An erasure reaches what lies beside the log, too: proofs of forks, and what an earlier
/// incarnation wrote and nobody gave back yet (I27).
struct KernelErasureTests {
    private static let secrets = ["甲的秘密", "乙的秘密", "后来的秘密"]

    private let tree: TreeFixture
    private let number: String
    /// The village as it was before it wrote what is personal.
    private let before: SimulatedJournal.Image

    init() throws {
        tree = try TreeFixture()
        try tree.state()
        try tree.publish()
        try Self.spread(tree)
        try tree.grant()
        try Self.spread(tree)
        let answer = try Self.said(
            ["command": "case.receive", "item": .text(TreeFixture.item), "applicant": "甲"],
            at: tree.village)
        number = try #require(try JSON(parsing: answer)["number"]?.text)
        try Self.spread(tree)
        // Cited above, so that it is proven and only what follows is in doubt.
        try Self.note(number, "收到", at: tree.county)
        try Self.spread(tree)
        before = tree.village.journal.durable
    }

    private static func spread(_ tree: TreeFixture) throws {
        for _ in 0..<2 {
            try tree.link(tree.county, tree.town)
            try tree.link(tree.town, tree.village)
        }
    }

    @discardableResult
    private static func said(_ json: JSON, at node: FixtureNode) throws -> [UInt8] {
        let outcomes = try node.commit(
            [.command(try Command(json: json), author: 0, replayKey: nil)], at: 5_000)
        guard case .done(let answer, _) = try #require(outcomes.first) else {
            Issue.record("refused: \(outcomes)")
            return []
        }
        return answer
    }

    private static func note(_ number: String, _ text: String, at node: FixtureNode) throws {
        try said(["command": "case.note", "case": .text(number), "note": .text(text)], at: node)
    }

    private func erase() throws {
        for command: JSON in [
            ["command": "case.withdraw", "case": .text(number), "reason": "不办了"],
            ["command": "case.erase", "case": .text(number), "reason": "到期"],
        ] { try Self.said(command, at: tree.county) }
    }

    /// The village once more, from the image of before, with a note of its own.
    private func copy(writing text: String) throws -> FixtureNode {
        let copy = try FixtureNode(
            seed: 3, region: TreeFixture.villageID, root: tree.county.seat,
            journal: SimulatedJournal(image: before))
        try Self.note(number, text, at: copy)
        return copy
    }

    private var cases: ScopeName { .cases(TreeFixture.villageID, year: 1970) }

    /// Where a node holds one of the secrets, in whatever form.
    private func places(_ node: FixtureNode) throws -> [String] {
        func holds(_ bytes: [UInt8]) -> Bool {
            let text = String(decoding: bytes, as: UTF8.self)
            return Self.secrets.contains { text.contains($0) }
        }
        var found: [String] = []
        let run = try node.journal.run(of: cases.id, after: [], except: [])
        if run.changes.contains(where: { holds($0.bytes) }) { found.append("log") }
        for actor in node.vector(cases).heads.map(\.actor) {
            guard let head = try node.journal.chain(actor, in: cases.id)?.head else { continue }
            for seq in 1...head.seq.rawValue {
                let dot = Dot(actor: actor, seq: Seq(seq))
                if let change = try node.journal.change(at: dot, in: cases.id),
                    holds(change.bytes), !found.contains("log")
                {
                    found.append("log")
                }
            }
        }
        if try node.journal.forks().contains(where: { holds($0.evidence) }) {
            found.append("evidence")
        }
        if let kept = try node.journal.value(Orphans.name(of: cases.id)), holds(kept) {
            found.append("orphans")
        }
        return found
    }

    private func branch(_ copy: FixtureNode) throws -> ChangeBatch {
        try #require(
            try copy.batch(of: cases, for: FixtureNode(seed: 9, region: RegionID(9))))
    }

    @Test func theProofOfAForkGoesOnWithoutIt() throws {
        try Self.note(number, Self.secrets[0], at: tree.village)
        try Self.spread(tree)
        let other = try copy(writing: Self.secrets[1])
        let report = try #require(try tree.county.admit(branch(other), cases))
        #expect(report.forked == [tree.village.signer.key.actor(in: cases.id)])
        #expect(try places(tree.county) == ["log", "evidence"])
        let proof = try #require(try tree.county.journal.forks().first)
        try erase()
        #expect(try places(tree.county).isEmpty)
        let left = try #require(try tree.county.journal.forks().first)
        #expect(left.other == proof.other && left.held == proof.held)
        var reader = ByteReader(left.evidence)
        let batch = try ChangeBatch.decode(from: &reader)
        #expect(batch.changes.contains { $0.hash == proof.other }, "it still shows what it did")

        // Who hears of the erasure first keeps no proof with it either.
        try Self.spread(tree)
        #expect(try places(tree.town).isEmpty)
        _ = try tree.town.admit(branch(other), cases)
        #expect(try !tree.town.journal.forks().isEmpty)
        #expect(try places(tree.town).isEmpty)
    }

    @Test func theOtherBranchGoesWhereItStands() throws {
        try Self.note(number, Self.secrets[0], at: tree.village)
        try Self.spread(tree)
        let other = try copy(writing: Self.secrets[1])
        #expect(try places(other) == ["log"])
        try erase()
        // The copy hears of it: its own branch is not the one that the county names.
        for _ in 0..<2 { try tree.link(tree.county, tree.town) }
        // First that its chain is forked, then what others wrote on the other branch.
        let report = try other.admit(branch(tree.village), cases)
        #expect(report?.forked == [tree.village.signer.key.actor(in: cases.id)])
        _ = try other.pull(cases, from: tree.town)
        #expect(try places(other).isEmpty)
    }

    @Test func whatWaitsToBeWrittenAnewGoes() throws {
        let restored = try copy(writing: Self.secrets[0])
        let old = restored.signer.key
        try restored.renew(as: try FixtureSigner(seed: 13))
        try restored.kernel.rewind(old)
        #expect(try places(restored) == ["orphans"])
        try erase()
        for _ in 0..<2 { try tree.link(tree.county, tree.town) }
        _ = try restored.pull(cases, from: tree.town)
        #expect(try places(restored).isEmpty)
        let count = restored.vector(cases).heads.count
        try restored.commit([.reissueOrphans(in: nil)])
        #expect(try places(restored).isEmpty)
        #expect(restored.vector(cases).heads.count == count, "nothing is written anew")
    }

    /// A note that a village wrote before it heard of the erasure: the county owes another one.
    @Test func whatComesAfterwardsIsErasedToo() throws {
        try erase()
        try Self.note(number, Self.secrets[2], at: tree.village)
        try Self.spread(tree)
        try Self.spread(tree)
        for node in [tree.county, tree.town, tree.village] {
            #expect(try places(node).isEmpty, "\(node.region)")
        }
        let state = try tree.county.journal.documents(.caseFile, label: number).compactMap {
            try tree.county.journal.document($0)
        }.first
        let again = try #require(state)
        #expect(again.attention == false, "and owes nothing more")
        for node in [tree.town, tree.village] {
            let there = try node.journal.documents(.caseFile, label: number).compactMap {
                try node.journal.document($0)
            }.first
            let (one, other) = (
                try JSON(parsing: again.state), try JSON(parsing: there?.state ?? [])
            )
            #expect(one["events"] == other["events"])
        }
    }
}
