package import Base
import Crypto

/// What a node key says of a seat: that this incarnation is its own, and takes the seat at this
/// epoch. The root of a tree has no parent to ask for it after a restore.
package struct SeatProof: Hashable, Sendable {
    /// The node's enrolment key, which outlives its incarnations; the seat's node is its hash.
    package let nodeKey: IncarnationKey
    /// 64 bytes over `message`.
    package let signature: [UInt8]

    package init(nodeKey: IncarnationKey, signature: [UInt8]) {
        self.nodeKey = nodeKey
        self.signature = signature
    }

    /// What the node key signs: region, epoch and key, so that a proof fits one seat only.
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

    /// H(node key): what a seat's `node` must be.
    package var node: Digest {
        Hash.digest(nodeKey.publicKey.bytes, suite: nodeKey.publicKey.suite)
    }

    /// Whether the node key signed just this seat. Costs one signature check.
    package func holds(region: RegionID, epoch: UInt64, key: IncarnationKey) -> Bool {
        do throws(CryptoError) {
            let verifying = try VerifyingKey(nodeKey.publicKey)
            return verifying.verify(
                signature, of: Self.message(region: region, epoch: epoch, key: key))
        } catch {
            return false
        }
    }
}
