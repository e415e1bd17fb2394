import Base
import Change
import Domain
import Kernel
import Simulator
import Testing

/// PROTOCOL §6: a restored node takes its old chain back, fetches it again, and writes anew what
/// only it had.
struct KernelRecoverTests {
    private let scope = ScopeName.catalog(RegionID(1))

    @Test func whatOnlyTheRestoredNodeHadIsWrittenAnew() throws {
        let one = try FixtureNode(seed: 1, region: RegionID(1))
        let two = try FixtureNode(seed: 2, region: RegionID(1))
        try one.note(scope, "common")
        _ = try two.pull(scope, from: one)
        try two.note(scope, "cites the common note")
        _ = try one.pull(scope, from: two)
        let backup = one.journal.durable
        try one.note(scope, "sent before the loss")
        _ = try two.pull(scope, from: one)

        let restored = try FixtureNode(
            seed: 1, region: RegionID(1), journal: SimulatedJournal(image: backup))
        try restored.note(scope, "written after the restore")
        let old = restored.signer.key
        let renewed = try FixtureSigner(seed: 11)
        try restored.renew(as: renewed)
        try restored.kernel.rewind(old)
        let actor = old.actor(in: scope.id)
        #expect(restored.vector(scope)[actor]?.seq == Seq(2), "what two cites is proven")

        _ = try restored.pull(scope, from: two)
        try restored.commit([.reissueOrphans(in: nil)])
        #expect(restored.vector(scope)[actor]?.seq == Seq(3), "fetched again")
        let anew = renewed.key.actor(in: scope.id)
        let last = try #require(
            try restored.journal.change(at: Dot(actor: anew, seq: Seq(2)), in: scope.id))
        #expect(last.header.flags == .reissue)
        #expect(last.body == Array("written after the restore".utf8))
        let report = try #require(try two.pull(scope, from: restored))
        #expect(report.refusals.isEmpty && report.forked.isEmpty)
        #expect(one.vector(scope)[actor] == two.vector(scope)[actor])
    }

    /// A copy took its own branch off: what comes back under those numbers is no fork, here as
    /// little as at those who never saw the other branch.
    @Test func whatComesBackInPlaceOfATakenOffBranchCounts() throws {
        let one = try FixtureNode(seed: 1, region: RegionID(1))
        let two = try FixtureNode(seed: 2, region: RegionID(1))
        try one.note(scope, "common")
        let copy = try FixtureNode(
            seed: 1, region: RegionID(1), journal: SimulatedJournal(image: one.journal.durable))
        try one.note(scope, "of the one")
        try copy.note(scope, "of the copy")
        _ = try two.pull(scope, from: one)
        let run = try two.journal.run(of: scope.id, after: [], except: [])
        let batch = ChangeBatch(scope: scope.id, changes: run.changes, heads: run.heads) { _ in
            .sha256Ed25519
        }
        #expect(try copy.admit(batch, scope)?.forked.isEmpty == false)
        #expect(try copy.journal.forks().count == 1)
        let old = copy.signer.key
        try copy.renew(as: try FixtureSigner(seed: 11))
        try copy.kernel.rewind(old)
        _ = try copy.pull(scope, from: two)
        let actor = old.actor(in: scope.id)
        let chain = try #require(try copy.journal.chain(actor, in: scope.id))
        #expect(chain.head.seq == one.vector(scope)[actor]?.seq && !chain.quarantined)
        #expect(try copy.journal.forks().isEmpty)
    }

    /// Scope by scope: what the carriers of one scope have not given back yet waits.
    @Test func oneScopeIsWrittenAnewAndAnotherWaits() throws {
        let other = ScopeName.control(RegionID(1))
        let one = try FixtureNode(seed: 1, region: RegionID(1))
        for name in [scope, other] { try one.note(name, "only here") }
        let old = one.signer.key
        try one.renew(as: try FixtureSigner(seed: 11))
        try one.kernel.rewind(old)
        #expect(Set(try one.kernel.scopesWithOrphans()) == [scope, other])
        try one.commit([.reissueOrphans(in: [scope.id])])
        #expect(try one.kernel.scopesWithOrphans() == [other])
        #expect(!one.vector(scope).isEmpty && one.vector(other).isEmpty)
        try one.commit([.reissueOrphans(in: [scope.id])])
        #expect(try one.kernel.scopesWithOrphans() == [other], "nothing twice")
    }

    /// A root's members are known while its own chain, which says so, is away.
    @Test func whatWasTakenOffIsStillBelieved() throws {
        let tree = try TreeFixture()
        try tree.state()
        let old = tree.county.signer.key
        try tree.county.renew(as: try FixtureSigner(seed: 11))
        try tree.county.kernel.rewind(old)
        #expect(tree.county.vector(.directory(TreeFixture.countyID)).isEmpty)
        #expect(
            tree.county.kernel.directory.region(seatedBy: tree.town.signer.key)
                == TreeFixture.townID)
        #expect(tree.county.kernel.directory.region(TreeFixture.townID) != nil)
    }

    @Test func nothingIsWrittenAnewThatAPeerHeld() throws {
        let one = try FixtureNode(seed: 1, region: RegionID(1))
        let two = try FixtureNode(seed: 2, region: RegionID(1))
        for index in 0..<5 { try one.note(scope, "note \(index)") }
        _ = try two.pull(scope, from: one)
        let before = one.vector(scope)
        let old = one.signer.key
        try one.renew(as: try FixtureSigner(seed: 11))
        try one.kernel.rewind(old)
        #expect(one.vector(scope).isEmpty, "nobody cites it, so nothing is proven")
        _ = try one.pull(scope, from: two)
        try one.commit([.reissueOrphans(in: nil)])
        #expect(one.vector(scope) == before)
    }

    /// A town that was put back to before it ended a station's machine knows so again from the
    /// first exchange on, long before it has its seat back.
    @Test func aRestoredTownKnowsWhomItEndedBeforeItIsSeated() throws {
        let tree = try TreeFixture()
        try tree.state()
        try tree.publish()
        for _ in 0..<2 {
            try tree.link(tree.county, tree.town)
            try tree.link(tree.town, tree.village)
        }
        let before = tree.town.journal.durable
        let stolen = tree.village.signer.key
        try tree.town.commit([
            .state([.revocation(Revocation(key: stolen, reason: .stolen, cuts: []))])
        ])
        try tree.link(tree.county, tree.town)
        #expect(tree.county.kernel.directory.isRevoked(stolen))

        let restored = try FixtureNode(
            seed: 2, region: TreeFixture.townID, root: tree.county.seat,
            journal: SimulatedJournal(image: before))
        let old = restored.signer.key
        try restored.renew(as: try FixtureSigner(seed: 12))
        try restored.kernel.rewind(old)
        #expect(!restored.kernel.directory.isRevoked(stolen), "as of the backup")
        for scope in [
            ScopeName.directory(TreeFixture.countyID), .directory(TreeFixture.townID),
        ] { _ = try restored.pull(scope, from: tree.county) }
        #expect(restored.kernel.directory.isRevoked(stolen))
        #expect(
            restored.kernel.directory.seat(of: TreeFixture.townID)?.key == old,
            "its new incarnation has no seat yet")
    }
}
