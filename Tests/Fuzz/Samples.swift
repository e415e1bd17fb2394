import Base
import Change
import Crypto
import Region
import Replication
import Support

/// Well-formed values that the seeds are made of.
enum Samples {
    static let names: [ScopeName] = [
        .directory(RegionID(1)), .cases(RegionID(5), year: 2026),
        .corridor(RegionID(1), RegionID(9), year: 2026), .catalog(RegionID(2)),
    ]

    /// A chain's genesis and what follows, and another chain that rests on it.
    static func run(suite: Suite, changes: Int) -> ChangeBatch {
        let name = names[1]
        let first = forge(name, seed: 1, suite)
        let second = forge(name, seed: 2, suite)
        var run = (0..<changes).map { _ in first.next().change }
        let rest = first.dependency.map { [$0] } ?? []
        run.append(second.next(deps: rest).change)
        return ChangeBatch(
            scope: name.id, changes: run,
            heads: [first.signed(), second.signed()].compactMap { $0 }, suite: { _ in suite })
    }

    /// A writer of a scope.
    static func forge(_ name: ScopeName, seed: UInt8, _ suite: Suite) -> ChainForge {
        do {
            return try ChainForge(scope: name, seed: seed, suite: suite)
        } catch {
            preconditionFailure("a key is made from any seed: \(error)")
        }
    }

    static let key = forge(names[0], seed: 1, .sha256Ed25519).incarnation

    static let digest16 = Digest16(high: 0x0102_0304_0506_0708, low: 9)

    /// A frame of each type.
    static func frames() -> [Frame] {
        let batch = run(suite: .sha256Ed25519, changes: 2)
        let head = batch.segments[0].last
        let hello = Hello(
            key: key, region: RegionID(5), storeEpoch: digest16, nonce: digest16, echo: .zero,
            dirRoot: digest16, clock: Instant(millis: .min),
            proof: [UInt8](repeating: 7, count: 64))
        var children = [Digest16](repeating: .zero, count: 16)
        children[3] = digest16
        return [
            .hello(hello), .vector(vector()),
            .selfView([ScopeHead(scope: names[0].id, seq: Seq(Limits.seqMax), prefix: 9)]),
            .fast(
                Fast(
                    link: digest16, flags: [.wait, .viewKnown], root: digest16, view: digest16)),
            .digest(
                DigestStatement(
                    path: DigestTree.Path(level: 2, prefix: 0xff), children: children)),
            .want(DigestTree.Path(level: 3, prefix: 0xfff)), .range(batch),
            .fork(
                ForkNotice(
                    scope: batch.scope, dot: Dot(actor: head.actor, seq: head.seq), mine: 1,
                    yours: 2)),
            .blobWant(BlobWant(digest: head.hash, offset: Limits.blobBytesMax)),
            .blobChunk(BlobChunk(digest: head.hash, offset: 1, total: 4, bytes: [7, 8, 9])),
            .refused(RefusalNotice(.scopeNotCarried, scope: batch.scope)),
        ]
    }

    /// What a node may state of a scope.
    static func vector() -> VectorStatement {
        let heads = run(suite: .sha256Ed25519, changes: 1).segments.map { SeenHead($0.last) }
        return VectorStatement(
            name: names[1], epoch: .max, heads: heads.sorted { $0.actor < $1.actor },
            quarantined: [ActorID(3)], leaf: digest16)
    }
}
