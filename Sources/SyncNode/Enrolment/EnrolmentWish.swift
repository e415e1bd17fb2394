package import Base
package import Crypto

/// What a newcomer asks of its parent: a place, and a certificate for a key that it has.
///
/// Signed by the node's own key over all of it, beside the proof that the request for the
/// certificate carries: nobody gets a certificate for another's node.
package struct EnrolmentWish: Sendable {
    /// The request for a place and a seat, as the directory's door takes it: opaque here.
    package let membership: [UInt8]
    package let code: RegionCode
    package let name: String
    /// Wanted names and addresses; counts only where an operator approves them.
    package let hosts: [String]
    package let request: CertificateRequest
    package let nodeKey: PublicKey
    /// The secret of an invitation; nil asks for approval, or, of a node that is known, for
    /// another certificate.
    package let secret: [UInt8]?
    private let proof: [UInt8]

    /// Makes one. Costs one signature.
    package init(
        membership: [UInt8], code: RegionCode, name: String, hosts: [String],
        request: CertificateRequest, secret: [UInt8]?, by node: SigningKey
    ) {
        self.membership = membership
        self.code = code
        self.name = name
        self.hosts = hosts
        self.request = request
        self.secret = secret
        nodeKey = node.publicKey
        proof = node.sign(
            Self.message(membership, code, name, hosts, request.der, secret ?? []))
    }

    /// Reads one and checks both proofs.
    /// - Throws: `malformed`.
    package init(_ json: JSON) throws(EnrolmentRefusal) {
        guard let membership = json["membership"]?.text.flatMap(Hex.decode),
            let code = json["region"]?.text.flatMap(RegionCode.init(_:)),
            let name = json["name"]?.text, Self.isName(name),
            let hosts = json["hosts"]?.array?.compactMap(\.text),
            hosts.count <= Limits.certificateNamesMax,
            hosts.allSatisfy(CertificateTemplate.isHost),
            let der = json["request"]?.text.flatMap(Hex.decode),
            let key = json["nodeKey"]?.text.flatMap(Hex.decode), let first = key.first,
            let suite = Suite(rawValue: first),
            let proof = json["proof"]?.text.flatMap(Hex.decode)
        else { throw .malformed }
        let secret = json["secret"]?.text.flatMap(Hex.decode)
        do throws(CryptoError) {
            nodeKey = try PublicKey(suite: suite, bytes: Array(key.dropFirst()))
            request = try CertificateRequest(der: der)
            let message = Self.message(membership, code, name, hosts, der, secret ?? [])
            guard try VerifyingKey(nodeKey).verify(proof, of: message) else {
                throw CryptoError.badCertificate
            }
        } catch {
            throw .malformed
        }
        self.membership = membership
        self.code = code
        self.name = name
        self.hosts = hosts
        self.secret = secret
        self.proof = proof
        guard request.subject == CertificateSubject(region: code, node: node) else {
            throw .malformed
        }
    }

    /// H(enrolment public key).
    package var node: Digest { Hash.digest(nodeKey.bytes, suite: nodeKey.suite) }

    /// As `init(_:)` reads it.
    package func write(to writer: inout JSONWriter) {
        writer.field("membership", Hex.encode(membership))
        writer.field("region", code.text)
        writer.field("name", name)
        writer.array("hosts") { array in
            for host in hosts { array.value(host) }
        }
        writer.field("request", Hex.encode(request.der))
        writer.field("nodeKey", Hex.encode([nodeKey.suite.rawValue] + nodeKey.bytes))
        if let secret { writer.field("secret", Hex.encode(secret)) }
        writer.field("proof", Hex.encode(proof))
    }

    /// Whether it may be the name of a place: text of one line.
    package static func isName(_ name: String) -> Bool {
        (1...Limits.placeNameBytesMax).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
    }

    private static func message(
        _ membership: [UInt8], _ code: RegionCode, _ name: String, _ hosts: [String],
        _ request: [UInt8], _ secret: [UInt8]
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 1024)
        writer.write(bytes: "syncnode enrolment 1\0".utf8)
        let parts =
            [membership, Array(code.text.utf8), Array(name.utf8), request, secret]
            + hosts.map { Array($0.utf8) }
        for part in parts {
            writer.write(count: part.count)
            writer.write(bytes: part)
        }
        return writer.bytes
    }
}
