internal import Base
internal import COpenSSL

/// AES-256-GCM under a key that is random itself: for keys under keys and for the fields of one
/// case. No derivation, so that a case that is taken in costs two of these and no more.
package enum FieldCipher {
    /// Bytes of a key.
    package static let keyBytes = 32
    /// Random bytes in front of each.
    package static let nonceBytes = 12
    /// Bytes that sealing adds: nonce and tag.
    package static let overhead = nonceBytes + tagBytes
    private static let tagBytes = 16

    /// nonce ‖ ciphertext ‖ tag. About a microsecond.
    ///
    /// - Parameters:
    ///   - key: `keyBytes` random bytes, under which fewer than 2^32 are ever sealed.
    ///   - nonce: `nonceBytes` fresh random bytes.
    ///   - about: Bound, not carried: opening needs the same bytes.
    package static func seal(
        _ plain: [UInt8], key: [UInt8], nonce: [UInt8], about: [UInt8]
    ) -> [UInt8] {
        invariant(key.count == keyBytes && nonce.count == nonceBytes, "key and nonce are whole")
        do throws(CryptoError) {
            return try whole(plain, key: key, nonce: nonce, about: about)
        } catch {
            invariant(false, "AES-256-GCM seals: Suite.requireAvailable() ran at start")
            return []
        }
    }

    private static func whole(
        _ plain: [UInt8], key: [UInt8], nonce: [UInt8], about: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let context = CipherContext()
        var count: Int32 = 0
        guard
            succeeded(
                EVP_CipherInit_ex2(context.pointer, Algorithms.aes256GCM, key, nonce, 1, nil)),
            succeeded(EVP_CipherUpdate(context.pointer, nil, &count, about, Int32(about.count)))
        else { throw .badSeal }
        let text = try context.run(plain[...])
        var tag = [UInt8](repeating: 0, count: tagBytes)
        let got = EVP_CIPHER_CTX_ctrl(
            context.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), &tag)
        guard succeeded(got) else { throw .badSeal }
        var out: [UInt8] = []
        out.reserveCapacity(plain.count + overhead)
        out.append(contentsOf: nonce)
        out.append(contentsOf: text)
        out.append(contentsOf: tag)
        return out
    }

    /// What `seal` took.
    ///
    /// - Throws: `badSeal` where key or `about` are others, or a bit was changed.
    package static func open(
        _ box: ArraySlice<UInt8>, key: [UInt8], about: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard box.count >= overhead, key.count == keyBytes else { throw .badSeal }
        let context = CipherContext()
        let nonce = Array(box.prefix(nonceBytes))
        var tag = Array(box.suffix(tagBytes))
        var ignored: Int32 = 0
        guard
            succeeded(
                EVP_CipherInit_ex2(context.pointer, Algorithms.aes256GCM, key, nonce, 0, nil)),
            succeeded(
                EVP_CipherUpdate(context.pointer, nil, &ignored, about, Int32(about.count))),
            succeeded(
                EVP_CIPHER_CTX_ctrl(
                    context.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag))
        else { throw .badSeal }
        return try context.run(box.dropFirst(nonceBytes).dropLast(tagBytes))
    }
}
