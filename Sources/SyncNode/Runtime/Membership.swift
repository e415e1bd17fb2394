import Base
import Change
import Crypto
import Domain

/// A node's request to be entered under a parent, or for a new incarnation to be known: signed
/// by the node's own key, which never changes.
struct MembershipRequest: Sendable {
    let code: RegionCode
    let name: String
    let key: IncarnationKey
    let nodeKey: IncarnationKey
    let proof: [UInt8]

    init(code: RegionCode, name: String, keys: KeyFiles) {
        self.code = code
        self.name = name
        key = IncarnationKey(keys.incarnation.publicKey)
        nodeKey = IncarnationKey(keys.node.publicKey)
        proof = keys.node.sign(Self.message(code: code, name: name, key: key))
    }

    /// nil where the body is not of its form or the proof does not hold.
    init?(_ body: [UInt8]) {
        guard let json = NodeSettings.json(body),
            let code = json["code"]?.text.flatMap(RegionCode.init(_:)),
            let name = json["name"]?.text, !name.isEmpty,
            name.utf8.count <= Limits.regionNameBytesMax,
            let key = json["key"]?.text.flatMap(IncarnationKey.init(text:)),
            let nodeKey = json["nodeKey"]?.text.flatMap(IncarnationKey.init(text:)),
            let proof = json["proof"]?.text.flatMap(Hex.decode)
        else { return nil }
        self.code = code
        self.name = name
        self.key = key
        self.nodeKey = nodeKey
        self.proof = proof
        do throws(CryptoError) {
            let verifying = try VerifyingKey(nodeKey.publicKey)
            let message = Self.message(code: code, name: name, key: key)
            guard verifying.verify(proof, of: message) else { return nil }
        } catch {
            return nil
        }
    }

    /// H(enrolment public key).
    var node: Digest {
        Hash.digest(nodeKey.publicKey.bytes, suite: nodeKey.publicKey.suite)
    }

    var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.field("code", code.text)
            object.field("name", name)
            object.field("key", key.text)
            object.field("nodeKey", nodeKey.text)
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
struct MembershipGrant: Sendable {
    let region: RegionRecord
    let root: SeatRecord
    /// A message of RANGE frames: the `dir` scopes above the new member.
    let directory: [UInt8]

    init(region: RegionRecord, root: SeatRecord, directory: [UInt8]) {
        self.region = region
        self.root = root
        self.directory = directory
    }

    init?(_ body: [UInt8]) {
        guard let json = NodeSettings.json(body),
            let region = json["region"].flatMap(NodeSettings.region),
            let root = json["root"].flatMap(NodeSettings.seat),
            let directory = json["directory"]?.text.flatMap(Hex.decode)
        else { return nil }
        self.region = region
        self.root = root
        self.directory = directory
    }

    var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.object("region") { NodeSettings.write(region, to: &$0) }
            object.object("root") { NodeSettings.write(root, to: &$0) }
            object.field("directory", Hex.encode(directory))
        }
        return writer.bytes
    }
}
