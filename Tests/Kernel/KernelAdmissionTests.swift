import Base
import Change
import Crypto
import Domain
import Kernel
import Simulator
import Testing

/// PROTOCOL §5: four refusals and no other; forks are kept as proof.
struct KernelAdmissionTests {
    private let scope = ScopeName.catalog(RegionID(1))

    @Test func ownChangesAreNumberedWithoutGapsAndSigned() throws {
        let node = try FixtureNode(seed: 1, region: RegionID(1))
        for index in 0..<3 { try node.note(scope, "note \(index)") }
        let head = try #require(node.vector(scope).heads.first)
        #expect(head.seq == Seq(4), "a genesis and three notes")
        let signed = try #require(try node.journal.signedHead(of: head.actor, in: scope.id))
        #expect(signed.head == head)
    }

    @Test func aPeerTakesWhatItLacksAndThenNothing() throws {
        let (one, two) = try pair()
        try one.note(scope, "hello")
        let report = try #require(try two.pull(scope, from: one))
        #expect(report.admitted == 2)
        #expect(report.refusals.isEmpty)
        #expect(one.vector(scope).order(against: two.vector(scope)) == .equal)
        #expect(try two.pull(scope, from: one) == nil)
    }

    @Test func aReplayedBatchChangesNothing() throws {
        let (one, two) = try pair()
        try one.note(scope, "hello")
        let batch = try #require(try one.batch(of: scope, for: two))
        _ = try two.admit(batch, scope)
        let before = two.vector(scope)
        let report = try #require(try two.admit(batch, scope))
        #expect(report.admitted == 0 && report.duplicates == 2)
        #expect(two.vector(scope) == before)
    }

    @Test func aChangeCitesWhatItsNodeHadSeen() throws {
        let (one, two) = try pair()
        try one.note(scope, "first")
        _ = try two.pull(scope, from: one)
        try two.note(scope, "second")
        let own = two.signer.key.actor(in: scope.id)
        let genesis = try #require(
            try two.journal.change(at: Dot(actor: own, seq: Seq(1)), in: scope.id))
        #expect(genesis.header.deps.map(\.actor) == [one.signer.key.actor(in: scope.id)])
        let note = try #require(
            try two.journal.change(at: Dot(actor: own, seq: Seq(2)), in: scope.id))
        #expect(note.header.deps.isEmpty, "the genesis cited it already")
    }

    @Test func aChangeWaitsForItsDependencies() throws {
        let (one, two) = try pair()
        let three = try FixtureNode(seed: 3, region: RegionID(1))
        try one.note(scope, "first")
        _ = try two.pull(scope, from: one)
        try two.note(scope, "second")
        let all = try #require(try two.batch(of: scope, for: three))
        let mine = two.signer.key.actor(in: scope.id)
        let later = ChangeBatch(
            scope: scope.id, changes: all.changes.filter { $0.header.actor == mine },
            heads: all.heads.filter { $0.head.actor == mine }
        ) { _ in .sha256Ed25519 }
        let report = try #require(try three.admit(later, scope))
        let dep = Dot(actor: one.signer.key.actor(in: scope.id), seq: Seq(2))
        #expect(report.refusals == [mine: .missingDep(dep)])
        #expect(three.vector(scope).isEmpty, "a refused change leaves no trace")
    }

    @Test func aForgedBatchIsRefusedWhole() throws {
        let (one, two) = try pair()
        try one.note(scope, "hello")
        let batch = try #require(try one.batch(of: scope, for: two))
        let forged = ChangeBatch(
            scope: scope.id, changes: batch.changes,
            heads: batch.heads.map {
                SignedHead(head: $0.head, signature: [UInt8](repeating: 7, count: 64))
            }
        ) { _ in .sha256Ed25519 }
        let report = try #require(try two.admit(forged, scope))
        #expect(report.admitted == 0)
        #expect(report.refusals.values.map { $0 } == [.badBytes("signature")])
    }

    @Test func aReusedNumberIsProvenAndItsChainStops() throws {
        let (one, two) = try pair()
        try one.note(scope, "common")
        let backup = one.journal.durable
        try one.note(scope, "before the restore")
        _ = try two.pull(scope, from: one)
        let restored = try FixtureNode(
            seed: 1, region: RegionID(1), journal: SimulatedJournal(image: backup))
        try restored.note(scope, "after the restore")
        let actor = one.signer.key.actor(in: scope.id)
        let empty = try FixtureNode(seed: 9, region: RegionID(1))
        let batch = try #require(try restored.batch(of: scope, for: empty))
        let report = try #require(try two.admit(batch, scope))
        #expect(report.forked == [actor])
        let fork = try #require(try two.journal.forks().first)
        #expect(fork.dot == Dot(actor: actor, seq: Seq(3)))
        #expect(try two.journal.chain(actor, in: scope.id)?.quarantined == true)
    }

    @Test func aFailedCommitLeavesNothing() throws {
        let node = try FixtureNode(seed: 1, region: RegionID(1))
        try node.note(scope, "kept")
        let before = node.vector(scope)
        node.journal.failsNextCommit = true
        #expect(throws: JournalError.full) { try node.note(scope, "lost") }
        #expect(node.vector(scope) == before)
        try node.note(scope, "next")
        #expect(node.vector(scope).heads.first?.seq == Seq(3))
    }

    private func pair() throws -> (FixtureNode, FixtureNode) {
        (
            try FixtureNode(seed: 1, region: RegionID(1)),
            try FixtureNode(seed: 2, region: RegionID(1))
        )
    }
}
