import Base
import Change
import Domain
import Kernel
import Testing

/// A station is stolen with its disk and its key, and its clock set back: what it wrote before
/// counts for ever, what it writes then never, wherever it arrives and whenever (I25).
struct KernelRevocationTests {
    private let year = ScopeName.cases(TreeFixture.villageID, year: 1970)

    /// A tree in which the village took two cases in and all have them.
    private func tree() throws -> (TreeFixture, honest: [String]) {
        let tree = try TreeFixture()
        try tree.state()
        try tree.publish()
        try spread(tree)
        try tree.grant()
        try spread(tree)
        let honest = try [
            receive(tree.village, "甲", at: 5_000), receive(tree.village, "乙", at: 5_000),
        ]
        try spread(tree)
        return (tree, honest)
    }

    private func spread(_ tree: TreeFixture) throws {
        for _ in 0..<2 {
            try tree.link(tree.county, tree.town)
            try tree.link(tree.town, tree.village)
        }
    }

    private func say(_ node: FixtureNode, _ json: JSON, at millis: Int64) throws -> Outcome {
        let command = try Command(json: json)
        let outcomes = try node.commit(
            [.command(command, author: 0, replayKey: nil)], at: millis)
        return try #require(outcomes.first)
    }

    private func receive(_ node: FixtureNode, _ name: String, at millis: Int64) throws -> String {
        let outcome = try say(
            node,
            [
                "command": "case.receive", "item": .text(TreeFixture.item),
                "applicant": .text(name),
            ], at: millis)
        guard case .done(let answer, _) = outcome else {
            Issue.record("not received: \(outcome)")
            return ""
        }
        return try #require(try JSON(parsing: answer)["number"]?.text)
    }

    /// What the town's seat states of the village, up to what the town holds now.
    private func end(_ tree: TreeFixture) -> Revocation {
        let key = tree.village.signer.key
        let cuts = tree.town.kernel.knowledge().compactMap { scope in
            scope.chain(key.actor(in: scope.id)).map { chain in
                Revocation.Cut(
                    scope: scope.id, seq: chain.head.seq, hash: chain.head.hash.prefix16)
            }
        }
        return Revocation(key: key, reason: .stolen, cuts: cuts)
    }

    private func states(_ node: FixtureNode, _ number: String) throws -> [CaseState] {
        try node.journal.documents(.caseFile, label: number).compactMap {
            guard let stored = try node.journal.document($0),
                case .caseFile(let state) = try Content.decode(stored)
            else { return nil }
            return state
        }
    }

    private func isHeld(_ node: FixtureNode, _ number: String) throws -> Bool {
        try states(node, number).contains { $0.holder != nil }
    }

    @Test func theThiefGainsNothing() throws {
        let (tree, honest) = try tree()
        // The clock goes back; the honest case gets a note, and a new one is taken in.
        let late = try receive(tree.village, "贼", at: 3_000)
        let note = try say(
            tree.village,
            ["command": "case.note", "case": .text(honest[0]), "note": "伪造的备注"], at: 3_000)
        guard case .done = note else {
            Issue.record("\(note)")
            return
        }
        let end = end(tree)
        // The county was off line, and meets the thief before the town.
        _ = try tree.county.pull(year, from: tree.village)
        #expect(try isHeld(tree.county, late), "nobody has told it yet")
        try tree.town.commit([.state([.revocation(end)])])
        _ = try tree.county.pull(.directory(TreeFixture.townID), from: tree.town)
        try expectNothingGained(tree.county, honest, late)
        // The town hears of what was written from the county.
        _ = try tree.town.pull(year, from: tree.county)
        try expectNothingGained(tree.town, honest, late)
        #expect(tree.town.vector(year) == tree.county.vector(year), "stored all the same")
    }

    private func expectNothingGained(
        _ node: FixtureNode, _ honest: [String], _ late: String
    ) throws {
        for number in honest {
            let state = try #require(try states(node, number).first)
            #expect(state.holder != nil)
            let statuses = state.events.map(\.status)
            #expect(statuses.first == .effective)
            #expect(
                statuses.dropFirst().allSatisfy { $0 == .void(.beyondCut) }, "\(statuses)")
        }
        #expect(try !isHeld(node, late))
    }

    @Test func whatIsAdoptedCounts() throws {
        let (tree, honest) = try tree()
        let late = try receive(tree.village, "迟", at: 6_000)
        let end = end(tree)
        try tree.town.commit([.state([.revocation(end)])])
        _ = try tree.town.pull(year, from: tree.village)
        #expect(try !isHeld(tree.town, late))
        let head = try #require(tree.village.vector(year).heads.first)
        let adoption = Adoption(key: end.key, hashes: [head.hash.prefix16])
        try tree.town.commit([.state([.adoption(adoption)])])
        #expect(try isHeld(tree.town, late))
        #expect(try isHeld(tree.town, honest[0]))
        try tree.link(tree.county, tree.town)
        #expect(try isHeld(tree.county, late))
    }

    /// Whatever came first, the change, the end or the adoption: the documents are the same.
    @Test func theOrderDoesNotMatter() throws {
        let (tree, _) = try tree()
        let before = try FixtureNode(
            seed: 4, region: TreeFixture.countyID, root: tree.county.seat)
        for scope in TreeFixture.directoryFirst(tree.county.kernel.knowledge().map(\.name)) {
            _ = try before.pull(scope, from: tree.county)
        }
        let late = try receive(tree.village, "贼", at: 3_000)
        _ = try before.pull(year, from: tree.village)
        try tree.town.commit([.state([.revocation(end(tree))])])
        _ = try before.pull(.directory(TreeFixture.townID), from: tree.town)
        let after = try FixtureNode(
            seed: 5, region: TreeFixture.countyID, root: tree.county.seat)
        for region in [TreeFixture.countyID, TreeFixture.townID] {
            let source = region == TreeFixture.countyID ? tree.county : tree.town
            _ = try after.pull(.directory(region), from: source)
        }
        _ = try after.pull(.catalog(TreeFixture.countyID), from: tree.county)
        _ = try after.pull(year, from: tree.village)
        let keys = try [before, after].map {
            try $0.journal.documents(.caseFile, label: late)
        }
        #expect(keys[0] == keys[1])
        for key in keys[0] {
            #expect(try before.journal.document(key)?.state == after.journal.document(key)?.state)
        }
        // And after a start, from the log alone.
        try before.kernel.adopt(before.kernel.identity)
        #expect(before.kernel.directory.isRevoked(tree.village.signer.key))
    }

    /// The honest node goes on, a copy of it writes beside it: the copy is proven to be a fork,
    /// and what the cut names counts all the same.
    @Test func aForkDoesNotTakeTheHonestWorkWithIt() throws {
        let (tree, _) = try tree()
        let thief = try FixtureNode(
            seed: 3, region: TreeFixture.villageID, root: tree.county.seat)
        for scope in TreeFixture.directoryFirst(tree.village.kernel.knowledge().map(\.name)) {
            _ = try thief.pull(scope, from: tree.village)
        }
        let own = try receive(tree.village, "真", at: 7_000)
        try tree.link(tree.town, tree.village)
        _ = try receive(thief, "假", at: 3_000)
        _ = try receive(thief, "假二", at: 3_000)
        let batch = try thief.journal.run(of: year.id, after: [], except: [])
        let whole = ChangeBatch(scope: year.id, changes: batch.changes, heads: batch.heads) { _ in
            .sha256Ed25519
        }
        let report = try #require(try tree.town.admit(whole, year))
        #expect(!report.forked.isEmpty)
        #expect(try !isHeld(tree.town, own), "until somebody says which branch is true")
        try tree.town.commit([.state([.revocation(end(tree))])])
        #expect(try isHeld(tree.town, own))
    }

    @Test func whoWasEndedDecidesNothing() throws {
        let (tree, _) = try tree()
        try tree.town.commit([.state([.revocation(end(tree))])])
        try tree.link(tree.town, tree.village)
        let outcome = try say(
            tree.village,
            [
                "command": "case.receive", "item": .text(TreeFixture.item), "applicant": "丙",
            ], at: 9_000)
        guard case .refused(let refusal) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(refusal.rule == "node-revoked")
    }
}
