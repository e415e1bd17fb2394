import Base
import Change
import Crypto

/// One incarnation that writes chains, with keys made from its number.
struct Writer {
    let key: SigningKey

    init(_ number: UInt8, suite: Suite = .sha256Ed25519) throws {
        key = try SigningKey(suite: suite, seed: [UInt8](repeating: number, count: 32))
    }

    var suite: Suite { key.publicKey.suite }

    func actor(in scope: ScopeName) -> ActorID {
        Genesis.actor(of: key.publicKey, in: scope.id)
    }

    func genesis(_ scope: ScopeName) -> Change {
        let body = Genesis(
            key: key.publicKey, node: ExchangeHash.digest(key.publicKey.bytes),
            predecessors: [], grant: .zero
        ).encode()
        let header = ChangeHeader(
            scope: scope.id, actor: actor(in: scope), seq: Seq(1),
            previous: Genesis.previous(
                scope: scope.id, actor: actor(in: scope), body: body, suite: suite),
            time: HybridTime(millis: 1_790_000_000_000, counter: 0), kind: .genesis)
        return ChangeCodec.make(header, salt: salt(1), body: body, suite: suite)
    }

    /// The change after `head`.
    func next(
        _ scope: ScopeName, after head: ChainHead, body: [UInt8] = Array("{\"n\":1}".utf8),
        kind: UInt16 = 0x8020, deps: [Dependency] = [], refs: [Reference] = [],
        supersedes: [Dot] = []
    ) -> Change {
        var header = ChangeHeader(
            scope: scope.id, actor: actor(in: scope), seq: head.seq.next, previous: head.hash,
            time: HybridTime(millis: 1_790_000_000_001, counter: 2),
            kind: ChangeKind(rawValue: kind))
        header.author = 0x1122_3344_5566_7788
        header.deps = deps
        header.refs = refs
        header.supersedes = supersedes
        return ChangeCodec.make(
            header, salt: salt(head.seq.rawValue + 1), body: body, suite: suite)
    }

    func chain(_ scope: ScopeName, _ length: Int) -> [Change] {
        var changes = [genesis(scope)]
        while changes.count < length {
            changes.append(next(scope, after: changes[changes.count - 1].head))
        }
        return changes
    }

    func sign(_ scope: ScopeName, _ head: ChainHead) -> SignedHead {
        SignedHead(
            head: head, signature: key.sign(SignedHead.message(scope: scope.id, head: head)))
    }

    private func salt(_ number: UInt64) -> Digest { Digest(words: (number, 2, 3, 4)) }
}

/// A batch of several writers' changes, with their heads signed.
func batch(_ scope: ScopeName, _ changes: [Change], by writers: [Writer]) -> ChangeBatch {
    var heads: [SignedHead] = []
    for writer in writers {
        let own = changes.last { $0.header.actor == writer.actor(in: scope) }
        if let own { heads.append(writer.sign(scope, own.head)) }
    }
    return ChangeBatch(scope: scope.id, changes: changes, heads: heads) { actor in
        writers.first { $0.actor(in: scope) == actor }?.suite ?? .sha256Ed25519
    }
}

func encoded(_ batch: ChangeBatch) -> [UInt8] {
    var writer = ByteWriter()
    batch.encode(to: &writer)
    return writer.bytes
}

func decoded(_ bytes: [UInt8]) throws(DecodeError) -> ChangeBatch {
    var reader = ByteReader(bytes)
    let batch = try ChangeBatch.decode(from: &reader)
    try reader.finish("batch")
    return batch
}
