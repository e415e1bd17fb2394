package import Base
package import Change
import Crypto
package import Domain

/// A node's request to be entered under a parent, or for a new incarnation to be known: signed
/// by the node's own key, which never changes, and by the incarnation, whose word the parent's
/// statement repeats.
package struct MembershipRequest: Sendable {
    package let code: RegionCode
    package let name: String
    /// What the place is called in the directory: of a new node the first 8 bytes of its id.
    package let region: RegionID
    package let key: IncarnationKey
    package let nodeKey: IncarnationKey
    /// The incarnation's own word; it holds.
    package let own: SeatProof
    private let proof: [UInt8]

    /// - Parameter region: The place that the node has already; nil for a new one.
    package init(code: RegionCode, name: String, region: RegionID?, keys: KeyFiles) {
        self.code = code
        self.name = name
        self.region = region ?? RegionID(keys.nodeID.prefix8)
        key = IncarnationKey(keys.incarnation.publicKey)
        nodeKey = IncarnationKey(keys.node.publicKey)
        own = SeatProof.own(region: self.region, node: keys.nodeID, by: keys.incarnation)
        proof = keys.node.sign(Self.message(code: code, name: name, key: key))
    }

    /// nil where the body is not of its form or a proof does not hold. Costs two signature
    /// checks.
    package init?(_ body: [UInt8]) {
        guard let json = NodeSettings.json(body),
            let code = json["code"]?.text.flatMap(RegionCode.init(_:)),
            let name = json["name"]?.text, !name.isEmpty,
            name.utf8.count <= Limits.regionNameBytesMax,
            let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let key = json["key"]?.text.flatMap(IncarnationKey.init(text:)),
            let nodeKey = json["nodeKey"]?.text.flatMap(IncarnationKey.init(text:)),
            let own = json["own"]?.text.flatMap(Hex.decode),
            let proof = json["proof"]?.text.flatMap(Hex.decode)
        else { return nil }
        self.code = code
        self.name = name
        self.region = region
        self.key = key
        self.nodeKey = nodeKey
        self.own = .own(signature: own)
        self.proof = proof
        do throws(CryptoError) {
            let verifying = try VerifyingKey(nodeKey.publicKey)
            let message = Self.message(code: code, name: name, key: key)
            guard verifying.verify(proof, of: message) else { return nil }
        } catch {
            return nil
        }
        guard self.own.isOwn(region: region, key: key, node: node) else { return nil }
    }

    /// H(enrolment public key).
    package var node: Digest {
        Hash.digest(nodeKey.publicKey.bytes, suite: nodeKey.publicKey.suite)
    }

    /// As `init(_:)` reads it.
    package var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.field("code", code.text)
            object.field("name", name)
            object.field("region", region.hex)
            object.field("key", key.text)
            object.field("nodeKey", nodeKey.text)
            if case .own(let signature) = own { object.field("own", Hex.encode(signature)) }
            object.field("proof", Hex.encode(proof))
        }
        return writer.bytes
    }

    private static func message(
        code: RegionCode, name: String, key: IncarnationKey
    ) -> [UInt8] {
        Array("syncnode member 1\0\(code.text)\0\(name)\0\(key.text)".utf8)
    }
}

/// What a parent answers: who is trusted, which place this is, and the directory so far.
package struct MembershipGrant: Sendable {
    package let region: RegionRecord
    package let root: SeatRecord
    /// A message of RANGE frames: the `dir` scopes above the new member.
    package let directory: [UInt8]

    package init(region: RegionRecord, root: SeatRecord, directory: [UInt8]) {
        self.region = region
        self.root = root
        self.directory = directory
    }

    /// nil where the body is not of its form.
    package init?(_ body: [UInt8]) {
        guard let json = NodeSettings.json(body),
            let region = json["region"].flatMap(NodeSettings.region),
            let root = json["root"].flatMap(NodeSettings.seat),
            let directory = json["directory"]?.text.flatMap(Hex.decode)
        else { return nil }
        self.region = region
        self.root = root
        self.directory = directory
    }

    /// As `init(_:)` reads it.
    package var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.object("region") { NodeSettings.write(region, to: &$0) }
            object.object("root") { NodeSettings.write(root, to: &$0) }
            object.field("directory", Hex.encode(directory))
        }
        return writer.bytes
    }
}
