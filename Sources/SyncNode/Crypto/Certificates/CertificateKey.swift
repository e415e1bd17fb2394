internal import Base
internal import COpenSSL

/// The private key of a certificate: Ed25519 (RFC 8410), as TLS of OpenSSL 3.0 can use it. SM2
/// keys have no place in TLS 1.3 there (RFC 8998). Safe from any thread.
package final class CertificateKey: Sendable {
    let handle: KeyHandle

    /// - Parameter seed: 32 secret bytes.
    /// - Throws: `badKey`.
    package init(seed: [UInt8]) throws(CryptoError) {
        guard seed.count == 32 else { throw .badKey }
        handle = try KeyHandle(
            owning: EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count))
    }

    /// - Parameter pem: As `pem` gives it (PKCS #8, not encrypted).
    /// - Throws: `badKey`, also where it is a key of another kind.
    package init(pem: [UInt8]) throws(CryptoError) {
        guard pem.count <= Limits.certificateBytesMax else { throw .badKey }
        handle = try KeyHandle(
            owning: MemoryText.reading(pem) { PEM_read_bio_PrivateKey($0, nil, nil, nil) })
        guard EVP_PKEY_get_id(handle.pointer) == EVP_PKEY_ED25519 else { throw .badKey }
    }

    /// PKCS #8 in PEM: secret.
    package var pem: [UInt8] {
        MemoryText.written { bio in
            PEM_write_bio_PKCS8PrivateKey(bio, handle.pointer, nil, nil, 0, nil, nil)
        }
    }

    /// The 32 public bytes.
    package var publicBytes: [UInt8] {
        get throws(CryptoError) { try handle.rawPublicKey() }
    }
}

/// Bytes to and from OpenSSL's readers and writers.
enum MemoryText {
    /// Lends bytes to a reader.
    static func reading<Result>(_ bytes: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
        // BIO_new_mem_buf would read in place, out of an array that Swift may move.
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        if !bytes.isEmpty {
            let count = BIO_write(bio, bytes, Int32(clamping: bytes.count))
            invariant(count == Int32(clamping: bytes.count), "OpenSSL has memory for bytes")
        }
        return body(bio)
    }

    /// What a writer wrote; nothing where it failed.
    static func written(_ body: (OpaquePointer?) -> Int32) -> [UInt8] {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard succeeded(body(bio)) else { return [] }
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(bio))
        let count = BIO_read(bio, &bytes, Int32(clamping: bytes.count))
        invariant(count == Int32(clamping: bytes.count), "a memory BIO gives what it holds")
        return bytes
    }
}
