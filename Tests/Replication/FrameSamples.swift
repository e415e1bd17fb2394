import Base
import Change
import Replication

/// One frame of each type, always the same.
enum FrameSamples {
    static func all() -> [(name: String, frame: Frame)] {
        let node = Village(0)
        let name = ScopeName.cases(RegionID(1), year: 2026)
        let change = node.write(name, body: 5, mark: 0x41)
        node.write(name, body: 0)
        let changes = node.scopes[name.id]?.log ?? []
        let digest16 = Digest16(high: 0x0102_0304_0506_0708, low: 0x090a_0b0c_0d0e_0f10)
        let digest = ExchangeHash.digest([1, 2, 3])
        let hello = Hello(
            key: node.key, region: RegionID(5), storeEpoch: digest16, nonce: digest16,
            echo: .zero, dirRoot: digest16, clock: Instant(millis: -1), proof: [])
        var proven = hello
        proven.echo = digest16
        proven.proof = node.prove([9])
        var children = Array(repeating: Digest16.zero, count: 16)
        children[0] = digest16
        children[15] = digest16
        let head = SeenHead(change.head)
        return [
            ("hello", .hello(hello)), ("hello-proven", .hello(proven)),
            ("selfview", .selfView([ScopeHead(scope: name.id, seq: Seq(300), prefix: 9)])),
            ("selfview-empty", .selfView([])),
            (
                "fast",
                .fast(
                    Fast(
                        link: digest16, flags: [.wait, .pollLane, .viewKnown, .finished],
                        root: digest16, view: digest16))
            ),
            (
                "digest",
                .digest(
                    DigestStatement(
                        path: DigestTree.Path(level: 2, prefix: 0xab), children: children))
            ),
            (
                "vector",
                .vector(
                    VectorStatement(
                        name: name, epoch: 1, heads: [head],
                        quarantined: [ActorID(3), ActorID(4)], leaf: digest16))
            ),
            ("want", .want(DigestTree.Path(level: 3, prefix: 0xfff))),
            ("range", .range(node.batch(name.id, changes))),
            (
                "fork",
                .fork(ForkNotice(scope: name.id, dot: change.dot, mine: 1, yours: 2))
            ),
            ("blobwant", .blobWant(BlobWant(digest: digest, offset: 65536))),
            (
                "blobchunk",
                .blobChunk(BlobChunk(digest: digest, offset: 1, total: 4, bytes: [7, 8, 9]))
            ),
            (
                "blobchunk-absent",
                .blobChunk(BlobChunk(digest: digest, offset: 0, total: 0, bytes: []))
            ),
            ("refused", .refused(RefusalNotice(.scopeNotCarried, scope: name.id))),
            ("receiptwant", .receiptWant),
            (
                "drain",
                .drain(
                    DrainNotice(
                        isAnswer: true,
                        VectorStatement(
                            name: name, epoch: 1, heads: [head], quarantined: [ActorID(3)],
                            leaf: .zero)))
            ),
        ]
    }

    static func bytes(_ frame: Frame) -> [UInt8] { Message([frame]).encode() }
}
