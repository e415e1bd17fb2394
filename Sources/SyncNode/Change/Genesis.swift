package import Base
package import Crypto

/// The body of a chain's first change: who writes it, and what it follows (PROTOCOL §2, §4).
/// The change's `previous` binds all of it, so a stripped log cannot pass for a new chain.
package struct Genesis: Hashable, Sendable {
    /// The incarnation's key; its suite is the chain's suite.
    package let key: PublicKey
    /// The node that this is an incarnation of: H(enrolment public key).
    package let node: Digest
    /// Ends of the chains of earlier incarnations of this node in this scope, as far as known.
    /// Sorted by actor.
    package let predecessors: [ChainHead]
    /// Hash of the parent's change that lets this incarnation write; zero for a root.
    package let grant: Digest

    package init(
        key: PublicKey, node: Digest, predecessors: [ChainHead], grant: Digest
    ) {
        self.key = key
        self.node = node
        self.predecessors = predecessors.sorted { $0.actor < $1.actor }
        self.grant = grant
    }

    /// The chain's writer in a scope: first 8 bytes of H(key ‖ scope).
    package static func actor(of key: PublicKey, in scope: ScopeID) -> ActorID {
        var writer = ByteWriter(capacity: key.bytes.count + 8)
        writer.write(bytes: key.bytes)
        writer.write(scope)
        return ActorID(Hash.digest(writer.bytes, suite: key.suite).prefix8)
    }

    /// What the genesis change carries as `previous`.
    package static func previous(scope: ScopeID, actor: ActorID, body: [UInt8], suite: Suite)
        -> Digest
    {
        var writer = ByteWriter(capacity: body.count + 40)
        writer.write(bytes: "syncnode genesis 1\0".utf8)
        writer.write(scope)
        writer.write(actor)
        writer.write(bytes: body)
        return Hash.digest(writer.bytes, suite: suite)
    }

    /// The body (docs/FORMAT.md, "genesis").
    package func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write(byte: 1)
        writer.write(byte: key.suite.rawValue)
        writer.write(count: key.bytes.count)
        writer.write(bytes: key.bytes)
        writer.write(node)
        writer.write(grant)
        writer.write(count: predecessors.count)
        for head in predecessors {
            writer.write(head.actor)
            writer.write(head.seq)
            writer.write(head.hash)
        }
        return writer.bytes
    }

    /// Reads a body. Throws on any deviation from the one form.
    package static func decode(_ body: [UInt8]) throws(DecodeError) -> Genesis {
        var reader = ByteReader(body)
        guard try reader.readByte("genesis.version") == 1 else {
            throw reader.fail(.badVersion, "genesis.version")
        }
        guard let suite = Suite(rawValue: try reader.readByte("genesis.suite")) else {
            throw reader.fail(.badVersion, "genesis.suite")
        }
        let length = try reader.readCount("genesis.key", limit: 128)
        let bytes = try reader.readBytes(length, "genesis.key")
        let key: PublicKey
        do {
            key = try PublicKey(suite: suite, bytes: bytes)
        } catch {
            throw reader.fail(.badValue, "genesis.key")
        }
        let node = try reader.readDigest("genesis.node")
        let grant = try reader.readDigest("genesis.grant")
        let count = try reader.readCount("genesis.predecessors", limit: Limits.changeDepsMax)
        var heads: [ChainHead] = []
        for _ in 0..<count {
            let actor = try reader.readActor("genesis.predecessors")
            let seq = try reader.readSeq("genesis.predecessors")
            let hash = try reader.readDigest("genesis.predecessors")
            guard seq > .none, heads.last.map({ $0.actor < actor }) ?? true else {
                throw reader.fail(.notCanonical, "genesis.predecessors")
            }
            heads.append(ChainHead(actor: actor, seq: seq, hash: hash))
        }
        try reader.finish("genesis")
        return Genesis(key: key, node: node, predecessors: heads, grant: grant)
    }
}
