internal import COpenSSL

/// Which algorithms an incarnation uses, fixed in its genesis change (PROTOCOL §2).
/// The raw value is the number on the wire.
package enum Suite: UInt8, Sendable, CaseIterable {
    /// SHA-256, Ed25519 (RFC 8032), X25519 and AES-256-GCM.
    case sha256Ed25519 = 1
    /// SM3 (GB/T 32905), SM2 (GB/T 32918) and SM4. Not a certified 商用密码 product.
    case sm3SM2 = 2

    /// Asks OpenSSL for every algorithm of this suite: once, at start, so that nothing later
    /// can find one missing. Some builds of OpenSSL leave SM2, SM3 or SM4 out.
    /// - Throws: `unavailable` with the algorithm's name.
    package func requireAvailable() throws(CryptoError) {
        let digest = self == .sm3SM2 ? "SM3" : "SHA256"
        let cipher = self == .sm3SM2 ? "SM4-CTR" : "AES-256-GCM"
        let signature = self == .sm3SM2 ? "SM2" : "ED25519"
        let fetchedDigest = EVP_MD_fetch(nil, digest, nil)
        defer { EVP_MD_free(fetchedDigest) }
        let fetchedCipher = EVP_CIPHER_fetch(nil, cipher, nil)
        defer { EVP_CIPHER_free(fetchedCipher) }
        let fetchedSignature = EVP_SIGNATURE_fetch(nil, signature, nil)
        defer { EVP_SIGNATURE_free(fetchedSignature) }
        ERR_clear_error()
        if fetchedDigest == nil { throw .unavailable(digest) }
        if fetchedCipher == nil { throw .unavailable(cipher) }
        if fetchedSignature == nil { throw .unavailable(signature) }
    }
}
