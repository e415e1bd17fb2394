package import Base
package import Change
import Crypto
package import Domain

/// Who a node says it is: what `/sync/v1/identity` answers, and what a neighbouring county
/// shows to be stated as a partner, or to be known again after it began a new incarnation.
package struct NodeCard: Hashable, Sendable {
    package let region: RegionRecord
    /// The epoch of its seat; 0 while it has none.
    package let epoch: UInt64
    package let key: IncarnationKey
    /// H(node key).
    package let node: Digest
    /// The incarnation's word that it is this node's, for this region.
    package let own: SeatProof
    /// The node key's word that this incarnation is its own, at this epoch.
    package let passed: SeatProof
    /// What bundles for it are sealed to: suite and key in hexadecimal digits.
    package let agreement: String

    /// The card of the node that has these keys. Costs two signatures.
    package init(region: RegionRecord, epoch: UInt64, keys: KeyFiles) {
        self.region = region
        self.epoch = epoch
        key = IncarnationKey(keys.incarnation.publicKey)
        node = keys.nodeID
        own = SeatProof.own(region: region.id, node: keys.nodeID, by: keys.incarnation)
        let message = SeatProof.message(region: region.id, epoch: epoch, key: key)
        passed = .node(
            key: IncarnationKey(keys.node.publicKey), signature: keys.node.sign(message))
        agreement = keys.agreement.publicKey.text
    }

    /// nil where it is not of its form, or a proof does not hold. Costs two signature checks.
    package init?(_ json: JSON) {
        guard let region = json["region"].flatMap(NodeSettings.region),
            let epoch = json["epoch"]?.int, epoch >= 0,
            let key = json["key"]?.text.flatMap(IncarnationKey.init(text:)),
            let node = json["node"]?.text.flatMap(Hex.decode), node.count == 32,
            let own = json["own"]?.text.flatMap(Hex.decode),
            let nodeKey = json["nodeKey"]?.text.flatMap(IncarnationKey.init(text:)),
            let signature = json["signature"]?.text.flatMap(Hex.decode),
            let agreement = json["agreement"]?.text,
            AgreementPublicKey(text: agreement) != nil
        else { return nil }
        self.region = region
        self.epoch = UInt64(epoch)
        self.key = key
        self.node = Digest(bytes: node)
        self.own = .own(signature: own)
        passed = .node(key: nodeKey, signature: signature)
        self.agreement = agreement
        guard self.own.isOwn(region: region.id, key: key, node: self.node),
            passed.isOfNode(self.node, region: region.id, epoch: self.epoch, key: key)
        else { return nil }
    }

    /// As `init(_:)` reads it.
    package func write(to object: inout JSONWriter) {
        object.object("region") { NodeSettings.write(region, to: &$0) }
        object.field("epoch", Int64(epoch))
        object.field("key", key.text)
        object.field("node", node.hex)
        if case .own(let signature) = own { object.field("own", Hex.encode(signature)) }
        if case .node(let nodeKey, let signature) = passed {
            object.field("nodeKey", nodeKey.text)
            object.field("signature", Hex.encode(signature))
        }
        object.field("agreement", agreement)
    }

    /// What a county states of a partner with this card.
    package var statements: [DirectoryEntry] {
        [
            .partner(region, epoch: epoch, key: key, node: node, proof: own),
            .agreement(region: region.id, text: agreement),
        ]
    }
}
