package import Base
package import Crypto

/// Why a statement about an incarnation is believed: nobody can enter another's key as his own
/// child's, and nobody but its node can pass a root's seat on.
package enum SeatProof: Hashable, Sendable {
    /// The incarnation itself says whose it is: what its parent states must carry this.
    /// - signature: 64 bytes over `ownMessage`.
    case own(signature: [UInt8])
    /// The node's enrolment key, which outlives its incarnations, says that this one is its own:
    /// for the root of a tree, which has no parent to ask for its seat after a restore.
    /// - signature: 64 bytes over `message`.
    case node(key: IncarnationKey, signature: [UInt8])

    /// What an incarnation signs of itself: region, node and key.
    package static func ownMessage(
        region: RegionID, key: IncarnationKey, node: Digest
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        writer.write(bytes: "syncnode own seat 1\0".utf8)
        writer.write(region.rawValue)
        writer.write(node)
        key.encode(to: &writer)
        return writer.bytes
    }

    /// What the node key signs: region, epoch and key, so that a proof fits one seat only.
    /// Epoch 0 stands for an incarnation without a seat.
    package static func message(
        region: RegionID, epoch: UInt64, key: IncarnationKey
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 96)
        writer.write(bytes: "syncnode seat 1\0".utf8)
        writer.write(region.rawValue)
        writer.write(epoch)
        key.encode(to: &writer)
        return writer.bytes
    }

    /// An incarnation's own word.
    package static func own(
        region: RegionID, node: Digest, by signer: SigningKey
    ) -> SeatProof {
        let key = IncarnationKey(signer.publicKey)
        return .own(
            signature: signer.sign(ownMessage(region: region, key: key, node: node)))
    }

    /// Whether the incarnation itself says that it is this node's, for this region. Costs one
    /// signature check.
    package func isOwn(region: RegionID, key: IncarnationKey, node: Digest) -> Bool {
        guard case .own(let signature) = self else { return false }
        let message = Self.ownMessage(region: region, key: key, node: node)
        return Self.verifies(signature, message, by: key)
    }

    /// Whether the node's key signed just this seat. Costs one signature check.
    ///
    /// - Parameter node: H(node key): what a seat's `node` must be.
    package func isOfNode(
        _ node: Digest, region: RegionID, epoch: UInt64, key: IncarnationKey
    ) -> Bool {
        guard case .node(let nodeKey, let signature) = self else { return false }
        let publicKey = nodeKey.publicKey
        guard Hash.digest(publicKey.bytes, suite: publicKey.suite) == node else { return false }
        let message = Self.message(region: region, epoch: epoch, key: key)
        return Self.verifies(signature, message, by: nodeKey)
    }

    private static func verifies(
        _ signature: [UInt8], _ message: [UInt8], by key: IncarnationKey
    ) -> Bool {
        do throws(CryptoError) {
            return try VerifyingKey(key.publicKey).verify(signature, of: message)
        } catch {
            return false
        }
    }
}
