package import Base
package import Change
package import Crypto

/// Makes the changes of one chain, properly linked, with a key made from one byte.
package final class ChainForge {
    package let scope: ScopeName
    package let key: SigningKey
    package let actor: ActorID
    package private(set) var head: ChainHead?
    package let node: Digest
    private var clock: UInt64 = 1

    /// - Parameter seed: Tells writers apart: one seed is one incarnation in every scope.
    package init(scope: ScopeName, seed: UInt8, suite: Suite = .sha256Ed25519) throws {
        self.scope = scope
        let bytes = [UInt8](repeating: 0, count: 31) + [seed]
        key = try SigningKey(suite: suite, seed: bytes)
        actor = Genesis.actor(of: key.publicKey, in: scope.id)
        node = Hash.digest([seed], suite: .sha256Ed25519)
    }

    package var incarnation: IncarnationKey { IncarnationKey(key.publicKey) }

    /// The chain's genesis, or its next change.
    ///
    /// - Parameter deps: What it cites; the caller keeps them in order.
    package func next(
        deps: [Dependency] = [], bodyBytes: Int = 40
    ) -> (change: Change, genesis: Genesis?) {
        clock += 1
        let suite = key.publicKey.suite
        let salt = Hash.digest(actor.hex.utf8 + [UInt8(clock & 255)], suite: suite)
        guard let head else {
            let genesis = Genesis(
                key: key.publicKey, node: node, predecessors: [], grant: .zero)
            let body = genesis.encode()
            var header = ChangeHeader(
                scope: scope.id, actor: actor, seq: Seq(1),
                previous: Genesis.previous(
                    scope: scope.id, actor: actor, body: body, suite: suite),
                time: HybridTime(rawValue: clock), kind: .genesis)
            header.deps = deps
            let change = ChangeCodec.make(header, salt: salt, body: body, suite: suite)
            self.head = change.head
            return (change, genesis)
        }
        var header = ChangeHeader(
            scope: scope.id, actor: actor, seq: head.seq.next, previous: head.hash,
            time: HybridTime(rawValue: clock), kind: ChangeKind(rawValue: 7))
        header.deps = deps
        let body = (0..<bodyBytes).map { UInt8(truncatingIfNeeded: UInt64($0) &* clock) }
        let change = ChangeCodec.make(header, salt: salt, body: body, suite: suite)
        self.head = change.head
        return (change, nil)
    }

    /// Another change for the number that was given out last: a fork.
    package func twin(of change: Change) -> Change {
        ChangeCodec.make(
            change.header, salt: .zero, body: [1, 2, 3], suite: key.publicKey.suite)
    }

    /// The head as a dependency of another chain.
    package var dependency: Dependency? {
        head.map { Dependency(actor: actor, seq: $0.seq, hash: $0.hash.prefix16) }
    }

    /// The present head with its true signature.
    package func signed() -> SignedHead? {
        guard let head else { return nil }
        let message = SignedHead.message(scope: scope.id, head: head)
        return SignedHead(head: head, signature: key.sign(message))
    }
}
