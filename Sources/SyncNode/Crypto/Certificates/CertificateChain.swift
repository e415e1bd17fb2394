package import Base
internal import COpenSSL

/// A node's certificate with what lies between it and an anchor.
package struct CertificateChain: Sendable {
    /// Why a chain is not believed: named to whoever is refused, logged and counted.
    package enum Refusal: String, Error, Hashable, Sendable, CaseIterable {
        /// It does not end at the anchor.
        case wrongAuthority = "wrong-authority"
        case expired = "certificate-expired"
        case notYetValid = "certificate-not-yet-valid"
        /// An authority signed that may not, or for more tiers than it may.
        case notAuthority = "not-an-authority"
        /// The other end is another node than the one that was dialled.
        case wrongRegion = "wrong-region"
        /// Not of the form that this product's certificates have, or a signature is wrong.
        case malformed = "certificate-malformed"
    }

    /// The node's own, then the authorities up to the anchor; the anchor itself may be last.
    package let certificates: [Certificate]

    /// - Throws: `badCertificate` where there are none or too many.
    package init(_ certificates: [Certificate]) throws(CryptoError) {
        guard (1...Limits.certificateChainMax).contains(certificates.count) else {
            throw .badCertificate
        }
        self.certificates = certificates
    }

    /// - Parameter pem: As `pem` gives it.
    /// - Throws: `badCertificate`.
    package init(pem: [UInt8]) throws(CryptoError) {
        try self.init(Certificate.list(pem: pem))
    }

    /// The node's own certificate.
    package var leaf: Certificate { certificates[0] }

    /// All, in order.
    package var pem: [UInt8] { certificates.flatMap(\.pem) }

    /// Judges the chain against one anchor at a moment. Costs a signature check a certificate,
    /// about 0.1 ms each.
    package func verify(against anchor: Certificate, at now: Instant) throws(Refusal) {
        var chain: [OpaquePointer?] = certificates.map(\.handle.pointer)
        var anchors: [OpaquePointer?] = [anchor.handle.pointer]
        let code = syncnode_x509_verify(
            &chain, Int32(chain.count), &anchors, 1, now.millis / 1000)
        ERR_clear_error()
        if let refusal = Refusal(code: code) { throw refusal }
    }
}

extension CertificateChain.Refusal {
    /// - Parameter code: OpenSSL's verdict; nil where it is that all is well.
    package init?(code: Int32) {
        switch code {
        case X509_V_OK: return nil
        case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: self = .notYetValid
        case X509_V_ERR_HOSTNAME_MISMATCH: self = .wrongRegion
        case X509_V_ERR_INVALID_CA, X509_V_ERR_PATH_LENGTH_EXCEEDED,
            X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
            self = .notAuthority
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_CERT_UNTRUSTED,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            self = .wrongAuthority
        default: self = .malformed
        }
    }
}
