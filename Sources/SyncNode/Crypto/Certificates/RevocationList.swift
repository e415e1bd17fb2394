package import Base
internal import COpenSSL

/// The certificates that an authority took back before their end (CRL, RFC 5280 §5), for tools of
/// others. Nodes go by their directory, which is here off line and names the last change that
/// counts (PROTOCOL I25); a list can say neither.
package enum RevocationList {
    /// Signs one that names serial numbers.
    ///
    /// - Parameters:
    ///   - serials: As `Certificate.serial` gives them.
    ///   - issuer: Whose key it is.
    /// - Returns: DER.
    /// - Throws: `badCertificate` where OpenSSL takes one of the parts amiss. Costs one signature.
    package static func signed(
        _ serials: [[UInt8]], by key: CertificateKey, of issuer: Certificate, at now: Instant
    ) throws(CryptoError) -> [UInt8] {
        let list = X509_CRL_new()
        let from = ASN1_TIME_set(nil, Int(now.millis / 1000))
        let until = ASN1_TIME_set(nil, Int(now.millis / 1000 + Limits.revocationListSeconds))
        defer {
            X509_CRL_free(list)
            ASN1_TIME_free(from)
            ASN1_TIME_free(until)
        }
        guard let list, let from, let until, succeeded(X509_CRL_set_version(list, 1)),
            succeeded(
                X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer.handle.pointer))),
            succeeded(X509_CRL_set1_lastUpdate(list, from)),
            succeeded(X509_CRL_set1_nextUpdate(list, until)),
            serials.allSatisfy({ serial in
                succeeded(
                    syncnode_crl_add(list, serial, Int32(serial.count), now.millis / 1000))
            }),
            succeeded(
                syncnode_crl_extend(
                    list, issuer.handle.pointer, NID_authority_key_identifier, "keyid")),
            succeeded(syncnode_crl_number(list, now.millis)),
            succeeded(X509_CRL_sort(list)), X509_CRL_sign(list, key.handle.pointer, nil) > 0
        else {
            ERR_clear_error()
            throw .badCertificate
        }
        return MemoryText.written { i2d_X509_CRL_bio($0, list) }
    }
}
