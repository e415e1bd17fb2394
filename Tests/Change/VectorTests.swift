import Base
import Change
import Testing

@Suite struct VectorTests {
    private func head(_ actor: UInt64, _ seq: UInt64, _ content: UInt8 = 0) -> ChainHead {
        ChainHead(
            actor: ActorID(actor), seq: Seq(seq),
            hash: ExchangeHash.digest([UInt8(actor), UInt8(seq), content]))
    }

    /// The case that a loop over one side gets wrong (PROTOCOL §14).
    @Test func orderIsTakenOverTheUnionOfActors() {
        let one = VersionVector([head(1, 1)])
        let both = VersionVector([head(1, 1), head(2, 1)])
        #expect(one.order(against: both) == .before)
        #expect(both.order(against: one) == .after)
        #expect(VersionVector().order(against: one) == .before)
        #expect(one.order(against: VersionVector([head(2, 1)])) == .concurrent)
    }

    @Test func aNumberUsedTwiceIsSeen() {
        let left = VersionVector([head(1, 2, 7), head(2, 1)])
        let right = VersionVector([head(1, 2, 8)])
        #expect(left.order(against: right) == .forked)
        #expect(right.order(against: left) == .forked)
    }

    /// Every pair of small vectors against a definition by sets.
    @Test func orderAgreesWithInclusionOnAllSmallVectors() {
        var vectors: [[UInt64]] = []
        for index in 0..<27 {
            vectors.append([index / 9, index / 3 % 3, index % 3].map(UInt64.init))
        }
        func made(_ seqs: [UInt64]) -> VersionVector {
            VersionVector(
                seqs.enumerated().filter { $0.element > 0 }
                    .map { head(UInt64($0.offset + 1), $0.element) })
        }
        for left in vectors {
            for right in vectors {
                let less = zip(left, right).contains { $0 < $1 }
                let more = zip(left, right).contains { $0 > $1 }
                let expected: CausalOrder =
                    less ? (more ? .concurrent : .before) : (more ? .after : .equal)
                #expect(made(left).order(against: made(right)) == expected)
            }
        }
    }

    @Test func anEntryAdvancesInPlace() {
        var vector = VersionVector([head(5, 1)])
        vector.advance(to: head(3, 1))
        vector.advance(to: head(5, 4))
        #expect(vector.heads == [head(3, 1), head(5, 4)])
        #expect(vector[ActorID(5)]?.seq == Seq(4) && vector[ActorID(4)] == nil)
    }

    @Test func theLeafTellsEverythingApart() {
        let scope = ScopeID(1)
        let vector = VersionVector([head(1, 1), head(2, 2)])
        let leaves = [
            vector.leaf(scope: scope, epoch: 1), vector.leaf(scope: scope, epoch: 2),
            vector.leaf(scope: ScopeID(2), epoch: 1),
            VersionVector([head(1, 1), head(2, 2, 9)]).leaf(scope: scope, epoch: 1),
            VersionVector([head(1, 1)]).leaf(scope: scope, epoch: 1),
            vector.leaf(scope: scope, epoch: 1, quarantined: [ActorID(9)]),
        ]
        #expect(Set(leaves).count == leaves.count)
        #expect(VersionVector([head(2, 2), head(1, 1)]).leaf(scope: scope, epoch: 1) == leaves[0])
    }
}

@Suite struct DigestTreeTests {
    private func digest(_ number: UInt64) -> Digest16 { Digest16(high: number, low: 1) }

    /// Any order of setting and removing gives the root of the leaves that are left.
    @Test func theRootDependsOnTheLeavesAlone() {
        var state: UInt64 = 12345
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
        var tree = DigestTree()
        var leaves: [ScopeID: Digest16] = [:]
        for step in 0..<600 {
            let scope = ScopeID((random() >> 58) << 56 | random() >> 62)
            let leaf = step % 3 == 0 ? nil : digest(random())
            tree.set(leaf, for: scope)
            leaves[scope] = leaf
            if step % 20 == 0 {
                var fresh = DigestTree(
                    leaves: leaves.sorted { $0.key > $1.key }
                        .map { DigestTree.Leaf(scope: $0.key, digest: $0.value) })
                #expect(tree.root == fresh.root && tree.count == leaves.count)
            }
        }
        for scope in leaves.keys.sorted() { tree.set(nil, for: scope) }
        #expect(tree.root == .zero && tree.count == 0)
    }

    @Test func oneLeafDiffersOnOnePathOnly() {
        var left = DigestTree()
        for number in 0..<200 { left.set(digest(1), for: ScopeID(UInt64(number) << 55)) }
        var right = left
        let changed = ScopeID(77 << 55)
        right.set(digest(2), for: changed)
        var path = DigestTree.Path.root
        while path.level < DigestTree.depth {
            let pairs = zip(left.children(of: path), right.children(of: path)).enumerated()
            let different = pairs.filter { $0.element.0 != $0.element.1 }.map(\.offset)
            #expect(different.count == 1)
            path = path.child(different.first ?? 0)
        }
        #expect(right.leaves(under: path).map(\.scope).contains(changed))
    }

    /// The largest ids lie in the last bucket: its upper bound must not wrap.
    @Test func theEdgesOfTheIdsHaveBuckets() {
        var tree = DigestTree()
        tree.set(digest(1), for: ScopeID(.max))
        tree.set(digest(2), for: ScopeID(0))
        let last = DigestTree.Path(level: 3, prefix: 0xfff)
        #expect(tree.leaves(under: last).map(\.scope) == [ScopeID(.max)])
        #expect(tree.digest(at: last) != .zero && tree.root != .zero)
    }
}
