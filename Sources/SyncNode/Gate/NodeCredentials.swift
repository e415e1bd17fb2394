package import Base
package import Crypto
import Domain
package import Host
package import Network

/// The certificate of a node and its key: `keys/tls.pem` and, sealed as the node's other keys,
/// `keys/tls` in its directory.
///
/// A node that may have children has an authority there, and signs for itself what it shows on
/// a connection, anew at each start; a village has what it shows. Always Ed25519, also where the
/// incarnation signs with SM2: OpenSSL 3.0 has no RFC 8998.
package struct NodeCredentials: Sendable {
    /// Its own, then those above; the anchor last.
    package let chain: [Certificate]
    private let key: CertificateKey

    /// The root of all trust in the tree.
    package var anchor: Certificate { chain[chain.count - 1] }

    /// Until when the node's own certificate holds.
    package var notAfter: Instant { chain.map(\.notAfter).min() ?? chain[0].notAfter }

    /// Whether it may take children in.
    package var isAuthority: Bool { chain[0].isAuthority }

    /// Whom the node's certificate names.
    package var subject: CertificateSubject { chain[0].subject }

    /// How many authorities may follow below a place of this level; nil for a village.
    package static func authorityDepth(of code: RegionCode) -> Int? {
        switch Level(of: code) {
        case .province: 3
        case .city: 2
        case .county: 1
        case .town: 0
        case .village: nil
        }
    }

    // MARK: files

    private static let keyName = "tls"
    private static let chainName = "tls.pem"

    /// Whether a node was enrolled.
    package static func isThere(in folder: String) -> Bool {
        SmallFile.exists("\(folder)/\(chainName)")
    }

    /// What is in a node's `keys/`; nil where there is no certificate.
    /// - Throws: Where it cannot be read or is not of its form.
    package static func load(
        from folder: String, under cover: KeyCover
    ) throws(KeyFiles.Failure) -> NodeCredentials? {
        guard let chain = try chain(in: folder) else { return nil }
        let key = try loadKey(from: folder, under: cover)
        do throws(CryptoError) {
            guard let own = chain[0].publicBytes, try own == key.publicBytes else {
                throw .badCertificate
            }
            return NodeCredentials(chain: chain, key: key)
        } catch {
            throw notItsOwn(folder)
        }
    }

    /// The root of all trust of an enrolled node; nil where it was never enrolled. Needs no
    /// secret.
    package static func anchor(in folder: String) throws(KeyFiles.Failure) -> Certificate? {
        try chain(in: folder)?.last
    }

    private static func chain(in folder: String) throws(KeyFiles.Failure) -> [Certificate]? {
        let path = "\(folder)/\(chainName)"
        guard SmallFile.exists(path) else { return nil }
        let limit = Limits.certificateBytesMax * Limits.certificateChainMax
        let pem = try SmallFile.read(path, limit: limit)
        do throws(CryptoError) {
            let chain = try Certificate.list(pem: pem)
            guard let last = chain.last, last.isAnchor else { throw .badCertificate }
            return chain
        } catch {
            throw notItsOwn(folder)
        }
    }

    private static func notItsOwn(_ folder: String) -> KeyFiles.Failure {
        KeyFiles.Failure(
            sentence: "\(folder)/\(chainName) is not this node's certificate: enrol it again",
            chinese: "\(folder)/\(chainName) 不是本节点的证书，请重新入网")
    }

    /// The key that a certificate is asked for; made where there is none.
    package static func key(
        in folder: String, under cover: KeyCover
    ) throws(KeyFiles.Failure) -> CertificateKey {
        let path = "\(folder)/\(keyName)"
        if SmallFile.exists(path) { return try loadKey(from: folder, under: cover) }
        let key: CertificateKey
        do throws(CryptoError) {
            key = try CertificateKey(seed: SystemRandom.bytes(32))
        } catch {
            throw KeyFiles.Failure(sentence: "no key could be made")
        }
        let line = "sealed " + (try cover.seal(key.pem, as: keyName)) + "\n"
        try SmallFile.write(Array(line.utf8), to: path, mode: 0o600, replace: false)
        return key
    }

    /// Keeps what the parent issued for the key in the folder.
    /// - Parameter chain: Own first, anchor last.
    package static func store(
        _ chain: [Certificate], in folder: String
    ) throws(KeyFiles.Failure) {
        try SmallFile.write(
            chain.flatMap(\.pem), to: "\(folder)/\(chainName)", mode: 0o600, replace: true)
    }

    /// Makes the anchor of a tree of one's own.
    package static func makeRoot(
        _ subject: CertificateSubject, in folder: String, under cover: KeyCover, at now: Instant
    ) throws(KeyFiles.Failure) {
        let key = try key(in: folder, under: cover)
        let anchor: Certificate
        do throws(CryptoError) {
            let template = CertificateTemplate(
                subject, from: now, days: Limits.anchorDays,
                authorityDepth: authorityDepth(of: subject.region) ?? 0, hosts: [],
                serial: SystemRandom.bytes(16))
            anchor = try template.signed(
                for: try CertificateRequest(subject, by: key), by: key, of: nil)
        } catch {
            throw KeyFiles.Failure(sentence: "no certificate could be made")
        }
        try store([anchor], in: folder)
    }

    private static func loadKey(
        from folder: String, under cover: KeyCover
    ) throws(KeyFiles.Failure) -> CertificateKey {
        let path = "\(folder)/\(keyName)"
        guard SmallFile.exists(path) else {
            throw KeyFiles.Failure(
                sentence: "the key \(path) is missing: restore it from a backup",
                chinese: "缺少密钥 \(path)，请从备份恢复")
        }
        let line = String(
            decoding: try SmallFile.read(path, limit: Limits.certificateBytesMax), as: UTF8.self)
        let words = line.split { $0 == " " || $0 == "\n" }.map(String.init)
        let isWhole = words.count == 2 && words[0] == "sealed"
        let pem = try cover.open(isWhole ? words[1] : "", as: keyName, from: path)
        do throws(CryptoError) {
            return try CertificateKey(pem: pem)
        } catch {
            throw KeyFiles.Failure(
                sentence: "\(path) is no key: enrol it again", chinese: "\(path) 不是密钥，请重新入网")
        }
    }

    // MARK: use

    /// Names under which every node may be reached from its own machine.
    private static let localHosts = ["localhost", "127.0.0.1", "::1"]

    /// What the node shows on a connection, and whom it believes.
    ///
    /// - Parameter hosts: Further names and addresses at which it is dialled; of a village those
    ///   count that its parent put into the certificate.
    /// - Parameter list: Where this node serves its `RevocationList`; nil where that is not known.
    /// - Parameter others: Anchors (PEM) that callers' certificates may come from beside its own.
    package func identity(
        hosts: [String], list: String? = nil, at now: Instant, believing others: [UInt8] = []
    ) throws(CryptoError) -> TLSIdentity {
        var own = chain
        var shown = key
        if isAuthority {
            shown = try CertificateKey(seed: SystemRandom.bytes(32))
            var template = CertificateTemplate(
                subject, from: now, days: Limits.certificateDays, authorityDepth: nil,
                hosts: Self.localHosts + hosts, serial: SystemRandom.bytes(16))
            template.list = list
            own.insert(
                try template.signed(
                    for: try CertificateRequest(subject, by: shown), by: key, of: chain[0]),
                at: 0)
        }
        return TLSIdentity(
            certificate: .bytes(own.flatMap(\.pem)), key: .bytes(shown.pem),
            authority: anchor.pem + others)
    }

    /// Signs for a child.
    ///
    /// - Returns: The child's own certificate, then this node's chain.
    package func issue(
        for request: CertificateRequest, hosts: [String], list: String? = nil, at now: Instant
    ) throws(CryptoError) -> [Certificate] {
        let depth = Self.authorityDepth(of: request.subject.region)
        var template = CertificateTemplate(
            request.subject, from: now, days: Limits.certificateDays, authorityDepth: depth,
            hosts: depth == nil ? Self.localHosts + hosts : [], serial: SystemRandom.bytes(16))
        template.list = list
        return [try template.signed(for: request, by: key, of: chain[0])] + chain
    }

    /// What of its certificates it took back, signed.
    package func list(of serials: [[UInt8]], at now: Instant) throws(CryptoError) -> [UInt8] {
        try RevocationList.signed(serials, by: key, of: chain[0], at: now)
    }
}
