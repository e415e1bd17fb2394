package import Base
internal import COpenSSL

/// One X.509 certificate of a node (RFC 5280), read. Safe from any thread.
package final class Certificate: Sendable {
    /// The whole of it, as it is signed.
    package let der: [UInt8]
    package let subject: CertificateSubject
    /// Who signed it, as it says itself: only a chain proves it.
    package let issuer: CertificateSubject
    package let notBefore: Instant
    package let notAfter: Instant
    /// Whether it may sign others.
    package let isAuthority: Bool
    let handle: KeyHandle

    /// - Throws: `badCertificate` where the bytes are none of ours.
    package convenience init(der: [UInt8]) throws(CryptoError) {
        guard der.count <= Limits.certificateBytesMax else { throw .badCertificate }
        try self.init(
            KeyHandle(certificate: MemoryText.reading(der) { d2i_X509_bio($0, nil) }))
    }

    init(_ handle: KeyHandle) throws(CryptoError) {
        self.handle = handle
        let raw = handle.pointer
        var from: Int64 = 0
        var to: Int64 = 0
        guard let subject = Self.subject(of: X509_get_subject_name(raw)),
            let issuer = Self.subject(of: X509_get_issuer_name(raw)),
            succeeded(syncnode_x509_times(raw, &from, &to))
        else { throw .badCertificate }
        self.subject = subject
        self.issuer = issuer
        notBefore = Instant(millis: from * 1000)
        notAfter = Instant(millis: to * 1000)
        isAuthority = X509_check_ca(raw) == 1
        der = MemoryText.written { i2d_X509_bio($0, raw) }
    }

    /// All certificates of a PEM text, in order; at most `Limits.certificateChainMax`.
    /// - Throws: `badCertificate` where one of them is none of ours, or there are none or more.
    package static func list(pem: [UInt8]) throws(CryptoError) -> [Certificate] {
        guard pem.count <= Limits.certificateBytesMax * Limits.certificateChainMax else {
            throw .badCertificate
        }
        let found = MemoryText.reading(pem) { bio in
            var found: [OpaquePointer] = []
            while found.count <= Limits.certificateChainMax,
                let raw = PEM_read_bio_X509(bio, nil, nil, nil)
            {
                found.append(raw)
            }
            ERR_clear_error()
            return found
        }
        // Each has its owner before any is looked at.
        var handles: [KeyHandle] = []
        for raw in found { handles.append(try KeyHandle(certificate: raw)) }
        guard (1...Limits.certificateChainMax).contains(handles.count) else {
            throw .badCertificate
        }
        var list: [Certificate] = []
        for handle in handles { list.append(try Certificate(handle)) }
        return list
    }

    /// Its number among those of its issuer, big-endian.
    package var serial: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = syncnode_x509_serial(handle.pointer, &bytes, Int32(bytes.count))
        return Array(bytes.prefix(Int(count)))
    }

    /// PEM, with a line end.
    package var pem: [UInt8] { MemoryText.written { PEM_write_bio_X509($0, handle.pointer) } }

    /// SHA-256 of the whole: what people and invitations name it by.
    package var fingerprint: Digest { Hash.digest(der, suite: .sha256Ed25519) }

    /// Whether it is signed by itself.
    package var isAnchor: Bool { isAuthority && subject == issuer }

    /// The 32 public bytes of its key; nil where it is of another kind.
    package var publicBytes: [UInt8]? {
        guard let key = X509_get0_pubkey(handle.pointer),
            EVP_PKEY_get_id(key) == EVP_PKEY_ED25519
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        guard succeeded(EVP_PKEY_get_raw_public_key(key, &bytes, &count)), count == 32 else {
            return nil
        }
        return bytes
    }

    /// A name of exactly a code and a node's id; nil for any other.
    static func subject(of name: OpaquePointer?) -> CertificateSubject? {
        // One byte more than either has, and the end that C wants.
        var common = [CChar](repeating: 0, count: 14)
        var serial = [CChar](repeating: 0, count: 66)
        guard
            syncnode_x509_names(
                name, &common, Int32(common.count), &serial, Int32(serial.count)) == 1,
            let region = RegionCode(text(common)), let node = Hex.decode(text(serial)),
            node.count == 32
        else { return nil }
        return CertificateSubject(region: region, node: Digest(bytes: node))
    }

    private static func text(_ characters: [CChar]) -> String {
        let bytes = characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
