internal import Base
internal import COpenSSL

/// A request for a certificate (PKCS #10, RFC 2986): a key, whom it is for, and the proof that
/// whoever asks has the key. Safe from any thread.
package final class CertificateRequest: Sendable {
    package let der: [UInt8]
    package let subject: CertificateSubject
    let key: KeyHandle

    /// Makes one. Costs one signature.
    package convenience init(
        _ subject: CertificateSubject, by key: CertificateKey
    ) throws(CryptoError) {
        let raw = X509_REQ_new()
        defer { X509_REQ_free(raw) }
        guard let raw, succeeded(X509_REQ_set_version(raw, 0)),
            CertificateTemplate.write(subject, to: X509_REQ_get_subject_name(raw)),
            succeeded(X509_REQ_set_pubkey(raw, key.handle.pointer)),
            X509_REQ_sign(raw, key.handle.pointer, nil) > 0
        else {
            ERR_clear_error()
            throw .badCertificate
        }
        try self.init(der: MemoryText.written { i2d_X509_REQ_bio($0, raw) })
    }

    /// Reads one and checks its proof. Costs one signature check.
    /// - Throws: `badCertificate` where the bytes are none of ours or the proof does not hold.
    package init(der: [UInt8]) throws(CryptoError) {
        guard der.count <= Limits.certificateBytesMax else { throw .badCertificate }
        let raw = MemoryText.reading(der) { d2i_X509_REQ_bio($0, nil) }
        defer { X509_REQ_free(raw) }
        guard let raw, let subject = Certificate.subject(of: X509_REQ_get_subject_name(raw))
        else {
            ERR_clear_error()
            throw .badCertificate
        }
        key = try KeyHandle(owning: X509_REQ_get_pubkey(raw))
        guard EVP_PKEY_get_id(key.pointer) == EVP_PKEY_ED25519,
            succeeded(X509_REQ_verify(raw, key.pointer))
        else { throw .badCertificate }
        self.subject = subject
        self.der = MemoryText.written { i2d_X509_REQ_bio($0, raw) }
        guard self.der == der else { throw .badCertificate }
    }
}
