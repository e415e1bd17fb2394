internal import Base
internal import COpenSSL

/// The symmetric half of a seal: keys for one message, and the cipher they drive.
struct SealCipher {
    private let suite: Suite
    private let key: [UInt8]
    private let nonce: [UInt8]
    /// Suite 2 only: its cipher does not authenticate.
    private let macKey: [UInt8]

    /// - Parameters:
    ///   - secret: Agreed for this message alone, so that a derived nonce is never used twice.
    ///   - front: Header and ephemeral public key.
    init(secret: [UInt8], front: [UInt8], recipient: AgreementPublicKey) {
        suite = recipient.suite
        let info = Array("syncnode seal content".utf8) + front + recipient.bytes
        let (keyBytes, nonceBytes, macBytes) = suite == .sm3SM2 ? (16, 16, 32) : (32, 12, 0)
        let derived = KeyDerivation.hkdf(
            secret: secret, salt: [], info: info, length: keyBytes + nonceBytes + macBytes,
            suite: suite)
        key = Array(derived[..<keyBytes])
        nonce = Array(derived[keyBytes..<(keyBytes + nonceBytes)])
        macKey = Array(derived[(keyBytes + nonceBytes)...])
    }

    /// For a secret under a key that is known: suite 1.
    ///
    /// - Parameter nonce: Random, so that no derived key is used twice.
    init(key secret: [UInt8], nonce salt: [UInt8]) {
        suite = .sha256Ed25519
        let derived = KeyDerivation.hkdf(
            secret: secret, salt: salt, info: Array("syncnode secret box".utf8), length: 44,
            suite: .sha256Ed25519)
        key = Array(derived[..<32])
        nonce = Array(derived[32...])
        macKey = []
    }

    static func tagBytes(_ suite: Suite) -> Int { suite == .sm3SM2 ? 32 : 16 }

    /// `front` ‖ ciphertext ‖ tag.
    func encrypt(
        _ plain: [UInt8], front: [UInt8], associated: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        var out = front
        out.reserveCapacity(front.count + plain.count + Self.tagBytes(suite))
        var tag = [UInt8](repeating: 0, count: Self.tagBytes(suite))
        switch suite {
        case .sha256Ed25519:
            let text = try gcm(plain[...], associated: associated, tag: &tag, encrypts: true)
            out.append(contentsOf: text)
        case .sm3SM2:
            out.append(contentsOf: try ctr(plain[...]))
            tag = mac(out, associated: associated).bytes
        }
        out.append(contentsOf: tag)
        return out
    }

    /// The plain bytes of a whole sealed message that starts with `front`.
    func decrypt(
        _ sealed: [UInt8], front: [UInt8], associated: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let end = sealed.count - Self.tagBytes(suite)
        invariant(end >= front.count, "the caller checked the length")
        var tag = Array(sealed[end...])
        switch suite {
        case .sha256Ed25519:
            return try gcm(
                sealed[front.count..<end], associated: associated, tag: &tag, encrypts: false)
        case .sm3SM2:
            let expected = mac(Array(sealed[..<end]), associated: associated)
            guard Mac.matches(expected, Digest(bytes: tag)) else { throw .badSeal }
            return try ctr(sealed[front.count..<end])
        }
    }

    /// Encrypt, then authenticate: everything before the tag, what is bound, and where the one
    /// ends and the other begins.
    private func mac(_ sealed: [UInt8], associated: [UInt8]) -> Digest {
        var length = ByteWriter(capacity: 8)
        length.write(UInt64(associated.count))
        return Mac.hmac(key: macKey, parts: [sealed, associated, length.bytes], suite: suite)
    }
}

// MARK: - ciphers

extension SealCipher {
    private func gcm(
        _ input: ArraySlice<UInt8>, associated: [UInt8], tag: inout [UInt8], encrypts: Bool
    ) throws(CryptoError) -> [UInt8] {
        let context = CipherContext()
        let (way, count): (Int32, Int32) = (encrypts ? 1 : 0, Int32(tag.count))
        var ignored: Int32 = 0
        guard
            succeeded(
                EVP_CipherInit_ex2(context.pointer, Algorithms.aes256GCM, key, nonce, way, nil)),
            succeeded(
                EVP_CipherUpdate(
                    context.pointer, nil, &ignored, associated, Int32(associated.count)))
        else { throw .badSeal }
        if !encrypts {
            let set = EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_SET_TAG, count, &tag)
            guard succeeded(set) else { throw .badSeal }
        }
        // Bytes leave only after the tag was found right.
        let output = try context.run(input)
        if encrypts {
            let got = EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_GET_TAG, count, &tag)
            guard succeeded(got) else { throw .badSeal }
        }
        return output
    }

    /// Encrypts and decrypts: a stream.
    private func ctr(_ input: ArraySlice<UInt8>) throws(CryptoError) -> [UInt8] {
        let context = CipherContext()
        guard
            succeeded(EVP_CipherInit_ex2(context.pointer, Algorithms.sm4CTR, key, nonce, 1, nil))
        else { throw .unavailable("SM4-CTR") }
        return try context.run(input)
    }
}

/// Owns one cipher context of OpenSSL, which wipes its key when it goes.
struct CipherContext: ~Copyable {
    let pointer: OpaquePointer?

    init() {
        pointer = EVP_CIPHER_CTX_new()
        invariant(pointer != nil, "OpenSSL has memory for a cipher")
    }

    deinit { EVP_CIPHER_CTX_free(pointer) }

    /// All of the input through a stream cipher, and the end: as many bytes come out.
    borrowing func run(_ input: ArraySlice<UInt8>) throws(CryptoError) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: input.count)
        var count: Int32 = 0
        if !input.isEmpty {
            let updated = input.withUnsafeBufferPointer { bytes in
                EVP_CipherUpdate(pointer, &out, &count, bytes.baseAddress, Int32(bytes.count))
            }
            guard succeeded(updated), Int(count) == input.count else { throw .badSeal }
        }
        var last = [UInt8](repeating: 0, count: 32)
        guard succeeded(EVP_CipherFinal_ex(pointer, &last, &count)), count == 0 else {
            throw .badSeal
        }
        return out
    }
}
