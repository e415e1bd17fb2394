import Base
import Change
import Domain
import Kernel
import Testing

/// PROTOCOL I25 over random courses: a station works, is ended at some moment, and its later work
/// leaks out by whatever way. Beyond the cut nothing is effective unless adopted; at or before it,
/// always. With the rule off the same search finds that it is off.
@Suite struct RevocationSearchTests {
    @Test func beyondACutNothingIsEffectiveUnlessAdopted() throws {
        var late = 0
        for seed in 1...40 {
            let course = try Course(seed: UInt64(seed), rules: KernelRules())
            let found = try course.run()
            #expect(found.isEmpty, "seed \(seed): \(found)")
            late += course.lateCount
        }
        #expect(late > 40, "a search that never meets the rule is none")
    }

    @Test func theSearchSeesThatTheRuleIsOff() throws {
        var rules = KernelRules()
        rules.custody.countsBeyondCut = true
        let isSeen = try (1...40).contains { seed in
            try !Course(seed: UInt64(seed), rules: rules).run().isEmpty
        }
        #expect(isSeen)
    }
}

/// One random course over a county, a town and a village.
private final class Course {
    private let tree: TreeFixture
    private let year = ScopeName.cases(TreeFixture.villageID, year: 1970)
    private var state: UInt64
    /// Each case that the village took in, with the number of its change.
    private var taken: [(number: String, seq: Seq)] = []
    private var cut: Seq?
    private var adopted: Set<Seq> = []
    private var millis: Int64 = 5_000

    /// Cases that came behind the cut.
    var lateCount: Int { taken.count { $0.seq > cut ?? Seq(Limits.seqMax) } }

    init(seed: UInt64, rules: KernelRules) throws {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        tree = try TreeFixture(rules: rules)
        try tree.state()
        try tree.publish()
        try spread()
        try tree.grant()
        try spread()
    }

    private func roll(_ sides: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % sides
    }

    private func spread() throws {
        for _ in 0..<2 {
            try tree.link(tree.county, tree.town)
            try tree.link(tree.town, tree.village)
        }
    }

    /// What is otherwise than I25 has it, in words.
    func run() throws -> [String] {
        let end = 8 + roll(16)
        for step in 0..<30 {
            if step == end { try revoke() }
            switch roll(10) {
            case 0..<4: try receive()
            case 4, 5: if cut == nil { try tree.link(tree.town, tree.village) }
            case 6: try tree.link(tree.county, tree.town)
            // A way round the town, which turns the village away.
            case 7: _ = try tree.county.pull(year, from: tree.village)
            case 8: try adopt()
            default:
                let node = [tree.county, tree.town][roll(2)]
                try node.kernel.adopt(node.kernel.identity)
            }
        }
        _ = try tree.county.pull(year, from: tree.village)
        for _ in 0..<2 { try tree.link(tree.county, tree.town) }
        return try [tree.county, tree.town].flatMap(faults)
    }

    private func receive() throws {
        // Sometimes the clock of whoever has the machine goes back.
        millis += Int64(roll(3)) * 500
        let at = roll(4) == 0 ? 3_000 : millis
        let command = try Command(
            json: [
                "command": "case.receive", "item": .text(TreeFixture.item), "applicant": "甲",
            ])
        let outcomes = try tree.village.commit(
            [.command(command, author: 0, replayKey: nil)], at: at)
        guard case .done(let answer, let heads) = try #require(outcomes.first) else { return }
        let number = try #require(try JSON(parsing: answer)["number"]?.text)
        taken.append((number, try #require(heads.first).seq))
    }

    private func revoke() throws {
        let key = tree.village.signer.key
        let cuts = tree.town.kernel.knowledge().compactMap { scope in
            scope.chain(key.actor(in: scope.id)).map { chain in
                Revocation.Cut(
                    scope: scope.id, seq: chain.head.seq, hash: chain.head.hash.prefix16)
            }
        }
        cut = cuts.first { $0.scope == year.id }?.seq ?? Seq.none
        try tree.town.commit([
            .state([.revocation(Revocation(key: key, reason: .stolen, cuts: cuts))])
        ])
    }

    private func adopt() throws {
        let late = taken.filter { $0.seq > cut ?? Seq(Limits.seqMax) }
        guard !late.isEmpty else { return }
        let one = late[roll(late.count)]
        let key = tree.village.signer.key
        let dot = Dot(actor: key.actor(in: year.id), seq: one.seq)
        let hash = try #require(try tree.village.journal.hash(at: dot, in: year.id))
        adopted.insert(one.seq)
        try tree.town.commit([
            .state([.adoption(Adoption(key: key, hashes: [hash.prefix16]))])
        ])
    }

    private func faults(_ node: FixtureNode) throws -> [String] {
        var found: [String] = []
        for (number, seq) in taken {
            let isHeld = try node.journal.documents(.caseFile, label: number).contains {
                guard let stored = try node.journal.document($0),
                    case .caseFile(let state) = try Content.decode(stored)
                else { return false }
                return state.holder != nil
            }
            let counts = seq <= cut ?? Seq(Limits.seqMax) || adopted.contains(seq)
            if isHeld != counts {
                found.append("\(number) at \(node.region.hex): \(isHeld), not \(counts)")
            }
        }
        return found
    }
}
