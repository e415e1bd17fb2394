import Base
import Change
import Domain
import Kernel
import Simulator
import Testing

/// PROTOCOL §3: what lies outside the audience is given up, where somebody else holds all of it.
struct KernelDropTests {
    private let root = RegionID(1)
    /// Three levels below the county: it is not of this scope's audience.
    private let scope = ScopeName.control(RegionID(4))

    private func record(_ id: UInt64, _ code: String, _ level: Level) throws -> DirectoryEntry {
        .region(
            RegionRecord(
                id: RegionID(id), code: try #require(RegionCode(code)), name: code, level: level,
                parent: id == 1 ? nil : RegionID(id - 1)))
    }

    /// A county that knows the places below it.
    private func county() throws -> FixtureNode {
        let node = try FixtureNode(seed: 1, region: root)
        try node.commit([
            .state([
                try record(1, "370124000000", .county), try record(2, "370124106000", .town),
                try record(3, "370124106201", .village), try record(4, "370124106202", .village),
            ])
        ])
        return node
    }

    /// One that stores a scope which the directory does not let it carry.
    private func node() throws -> FixtureNode {
        let node = try county()
        try node.note(scope, "one")
        try node.note(scope, "two")
        #expect(node.kernel.outsideAudience() == [scope])
        return node
    }

    private func drop(
        _ scope: ScopeName, of node: FixtureNode, heldBy held: VersionVector
    ) throws {
        try node.commit([.drop(scope.id, heldBy: held, quarantined: [])])
    }

    @Test func whatAnotherHoldsGoesWithItsVector() throws {
        let node = try node()
        try drop(scope, of: node, heldBy: node.vector(scope))
        #expect(node.kernel.knowledge(of: scope.id) == nil)
        #expect(try node.journal.scope(scope.id) == nil)
        #expect(try node.journal.chains(of: scope.id).isEmpty)
        #expect(node.effects.touched == [scope.id])
        #expect(node.kernel.outsideAudience().isEmpty)
    }

    @Test func theLastCarrierKeepsIt() throws {
        let node = try node()
        let before = node.vector(scope)
        try drop(scope, of: node, heldBy: VersionVector([]))
        try node.note(scope, "three")
        try drop(scope, of: node, heldBy: before)
        #expect(node.vector(scope).heads.map(\.seq) == before.heads.map(\.seq.next))
    }

    /// A directory that does not know the place says nothing: so it is after a rollback.
    @Test func whatHasNoPlaceStays() throws {
        let node = try FixtureNode(seed: 1, region: root)
        try node.note(scope, "one")
        #expect(!node.kernel.mayCarry(scope) && node.kernel.outsideAudience().isEmpty)
        try drop(scope, of: node, heldBy: node.vector(scope))
        #expect(!node.vector(scope).isEmpty)
    }

    /// A place went and came back: what was written there before is no sign of a rollback, and its
    /// numbers are not given out again before it is here.
    @Test func aScopeThatComesBackGoesOnWhereItsChainEnded() throws {
        let node = try node()
        let other = try FixtureNode(seed: 2, region: RegionID(9))
        _ = try other.pull(scope, from: node)
        let before = node.vector(scope)
        try drop(scope, of: node, heldBy: before)
        let draft = Draft(scope: scope, kind: ChangeKind(rawValue: 0x7f01), body: [1])
        func write() throws -> Bool {
            guard case .done? = try node.commit([.write([draft])]).first else { return false }
            return true
        }
        #expect(try !write(), "its numbers would be given out twice")
        try node.kernel.adopt(node.kernel.identity)
        #expect(try !write(), "after a restart neither")
        let batch = try #require(try other.batch(of: scope, for: node))
        let first = ChangeBatch(
            scope: scope.id, changes: [batch.changes[0]], heads: []
        ) { _ in .sha256Ed25519 }
        try node.commit([.admit(first, name: scope, good: [true])])
        #expect(node.kernel.knowledge(of: scope.id)?.awaited == before.heads.first)
        #expect(try !write(), "half of it is not enough")
        #expect(try node.admit(batch, scope)?.admitted == batch.changes.count - 1)
        #expect(node.vector(scope) == before && node.effects.ownForks.isEmpty)
        #expect(node.kernel.knowledge(of: scope.id)?.awaited == nil)
        #expect(try write())
        #expect(node.vector(scope).heads.map(\.seq) == before.heads.map(\.seq.next))
        #expect(try other.pull(scope, from: node)?.admitted == 1)
    }

    /// What is carried stays, whoever else holds it.
    @Test func theAudienceKeepsIt() throws {
        let node = try county()
        let own = ScopeName.directory(root)
        #expect(node.kernel.outsideAudience().isEmpty)
        try drop(own, of: node, heldBy: node.vector(own))
        #expect(!node.vector(own).isEmpty)
    }
}
