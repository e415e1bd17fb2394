import Base

/// A small secret under a key that is kept elsewhere: encrypted, authenticated, and bound to
/// what it is about, so that it cannot be put in another's place.
package enum SecretBox {
    /// Random bytes in front of each.
    package static let nonceBytes = 16

    /// nonce ‖ ciphertext ‖ tag (AES-256-GCM, keys by HKDF from key and nonce).
    ///
    /// - Parameters:
    ///   - key: Strong: random, or what scrypt gave.
    ///   - nonce: `nonceBytes` fresh random bytes.
    ///   - about: What it belongs to; the same is asked for when it is opened.
    /// - Throws: `badSeal` where OpenSSL refuses.
    package static func seal(
        _ plain: [UInt8], key: [UInt8], nonce: [UInt8], about: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        invariant(nonce.count == nonceBytes, "a box has its nonce")
        return try SealCipher(key: key, nonce: nonce)
            .encrypt(plain, front: nonce, associated: about)
    }

    /// - Throws: `badSeal` where key or `about` are others, or a bit was changed.
    package static func open(
        _ box: [UInt8], key: [UInt8], about: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard box.count >= nonceBytes + SealCipher.tagBytes(.sha256Ed25519) else {
            throw .badSeal
        }
        let nonce = Array(box[..<nonceBytes])
        return try SealCipher(key: key, nonce: nonce)
            .decrypt(box, front: nonce, associated: about)
    }
}
