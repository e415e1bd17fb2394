internal import COpenSSL

/// Digests and ciphers as OpenSSL holds them, looked up once for the life of the process.
enum Algorithms {
    // Unsafe only in form: an EVP_MD is immutable once fetched and is never freed.
    nonisolated(unsafe) static let sm3 = EVP_MD_fetch(nil, "SM3", nil)
    // As above.
    nonisolated(unsafe) static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)
    // As above, for ciphers.
    nonisolated(unsafe) static let aes256GCM = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    // As above.
    nonisolated(unsafe) static let sm4CTR = EVP_CIPHER_fetch(nil, "SM4-CTR", nil)

    static func digest(of suite: Suite) -> OpaquePointer? {
        suite == .sm3SM2 ? sm3 : sha256
    }
}
