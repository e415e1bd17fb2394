import Base
import Change
import Domain
import Testing

@testable import Kernel

/// PROTOCOL I25 for accounts: what one decided behind its end, as the node above saw it, is
/// stored and has no effect until it is adopted; what it decided before counts.
@Suite struct KernelAccountEndTests {
    private let year = ScopeName.cases(TreeFixture.villageID, year: 1970)
    private let village = "370124106201"

    private func say(
        _ node: FixtureNode, _ json: JSON, by author: UInt64, at millis: Int64
    ) throws -> JSON {
        let outcomes = try node.commit(
            [.command(try Command(json: json), author: author, replayKey: nil)], at: millis)
        guard case .done(let answer, _)? = outcomes.first else {
            Issue.record("\(json): \(outcomes)")
            return .null
        }
        return answer.isEmpty ? .null : try JSON(parsing: answer)
    }

    private func spread(_ tree: TreeFixture) throws {
        for _ in 0..<2 {
            try tree.link(tree.county, tree.town)
            try tree.link(tree.town, tree.village)
        }
    }

    /// A county whose village has two clerks, and the numbers of both.
    private func tree() throws -> (tree: TreeFixture, one: UInt64, other: UInt64) {
        let tree = try TreeFixture()
        try tree.state()
        try tree.publish()
        try spread(tree)
        _ = try say(
            tree.county,
            [
                "command": "grant.set", "code": .text(TreeFixture.item),
                "region": .text(village), "mode": "授权办理", "from": "1970-01-01",
                "document": "平政发〔2026〕1 号",
            ], by: 0, at: 2_500)
        let record =
            "scrypt$1$8$1$" + String(repeating: "11", count: 16) + "$"
            + String(repeating: "22", count: 32)
        var authors: [UInt64] = []
        for login in ["yi", "er"] {
            let answer = try say(
                tree.county,
                [
                    "command": "account.add", "login": .text(login), "name": "某人",
                    "roles": ["village-clerk"], "password": .text(record),
                    "regions": [.text(village)],
                ], by: 0, at: 2_600)
            authors.append(
                try #require(answer["author"]?.text.flatMap(RegionID.init(hex:))).rawValue)
        }
        try spread(tree)
        return (tree, authors[0], authors[1])
    }

    private func receive(_ node: FixtureNode, by author: UInt64, at millis: Int64) throws -> String
    {
        let answer = try say(
            node,
            [
                "command": "case.receive", "item": .text(TreeFixture.item), "applicant": "甲",
            ], by: author, at: millis)
        return try #require(answer["number"]?.text)
    }

    private func state(_ node: FixtureNode, _ number: String) throws -> CaseState {
        let key = try #require(try node.journal.documents(.caseFile, label: number).first)
        let stored = try #require(try node.journal.document(key))
        guard case .caseFile(let state) = try Content.decode(stored) else {
            throw JSONError(.kind, offset: 0)
        }
        return state
    }

    private func turn(_ tree: TreeFixture, _ verb: String, at millis: Int64) throws {
        _ = try say(
            tree.county,
            [
                "command": .text("account." + verb), "login": "yi", "regions": [.text(village)],
            ], by: 0, at: millis)
    }

    @Test func whatWasDecidedBehindTheEndIsVoid() throws {
        let (tree, one, other) = try tree()
        let before = try receive(tree.village, by: one, at: 5_000)
        _ = try say(
            tree.village, ["command": "case.accept", "case": .text(before)], by: one, at: 5_100)
        try spread(tree)
        // The line is cut; above, the account ends; below, both clerks go on, one with his clock
        // set back.
        try turn(tree, "disable", at: 6_000)
        let late = try receive(tree.village, by: one, at: 3_000)
        _ = try say(
            tree.village, ["command": "case.accept", "case": .text(late)], by: one, at: 3_000)
        let honest = try receive(tree.village, by: other, at: 7_000)
        _ = try say(
            tree.village, ["command": "case.accept", "case": .text(honest)], by: other, at: 7_100)
        try spread(tree)
        for node in [tree.village, tree.town, tree.county] {
            #expect(try state(node, before).status == .accepted)
            #expect(try state(node, honest).status == .accepted)
            let cut = try state(node, late)
            #expect(cut.status == .received, "the applicant's case stands, its acceptance not")
            #expect(cut.events.map(\.status) == [.effective, .void(.beyondCut)])
        }
        #expect(tree.county.vector(year) == tree.village.vector(year), "stored all the same")
        // Another may decide it, and a supervisor may adopt what the first one did.
        let accept = try #require(try state(tree.county, late).events.last)
        let key = tree.village.signer.key
        try tree.county.commit([.state([.adoption(Adoption(key: key, hashes: [accept.hash]))])])
        try spread(tree)
        #expect(try state(tree.village, late).status == .accepted)
    }

    @Test func whoBeginsAnewDecidesAnew() throws {
        let (tree, one, _) = try tree()
        try turn(tree, "disable", at: 6_000)
        let late = try receive(tree.village, by: one, at: 6_100)
        _ = try say(
            tree.village, ["command": "case.accept", "case": .text(late)], by: one, at: 6_200)
        try spread(tree)
        try turn(tree, "enable", at: 8_000)
        try spread(tree)
        #expect(try state(tree.county, late).status == .received, "it stays void")
        let fresh = try receive(tree.village, by: one, at: 9_000)
        _ = try say(
            tree.village, ["command": "case.accept", "case": .text(fresh)], by: one, at: 9_100)
        try spread(tree)
        for node in [tree.village, tree.town, tree.county] {
            #expect(try state(node, fresh).status == .accepted)
            #expect(try state(node, late).status == .received)
        }
    }

    /// The end first or the decision first: the documents are the same.
    @Test func theOrderDoesNotMatter() throws {
        let (tree, one, _) = try tree()
        try spread(tree)
        let late = try receive(tree.village, by: one, at: 5_000)
        _ = try say(
            tree.village, ["command": "case.accept", "case": .text(late)], by: one, at: 5_100)
        // The town hears the decision first, the county states the end first.
        try tree.link(tree.town, tree.village)
        #expect(try state(tree.town, late).status == .accepted)
        try turn(tree, "disable", at: 6_000)
        try spread(tree)
        let keys = try tree.town.journal.documents(.caseFile, label: late)
        for key in keys {
            let states = try [tree.town, tree.county, tree.village].map {
                try $0.journal.document(key)?.state
            }
            #expect(states[0] != nil && states[0] == states[1] && states[1] == states[2])
        }
        #expect(try state(tree.county, late).events.last?.status == .void(.beyondCut))
    }
}
