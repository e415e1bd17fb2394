internal import Base
internal import COpenSSL

/// A private key that signs. Holds no copy of its seed outside OpenSSL. Safe from any thread.
package final class SigningKey: Sendable {
    /// Bytes of every signature: Ed25519 as RFC 8032 writes it, SM2 as r ‖ s.
    package static let signatureBytes = 64
    /// The distinguishing identifier that GB/T 35276 sets where no other is agreed.
    static let identifier = Array("1234567812345678".utf8)

    /// The other half, derived from the seed.
    package let publicKey: PublicKey
    private let handle: KeyHandle

    /// - Parameter seed: 32 secret bytes. Suite 1: the private key of RFC 8032, any value.
    ///   Suite 2: the scalar, big-endian, 1 to n - 2; draw again where it is refused.
    /// - Throws: `badKey`.
    package init(suite: Suite, seed: [UInt8]) throws(CryptoError) {
        guard seed.count == 32 else { throw .badKey }
        switch suite {
        case .sha256Ed25519:
            handle = try KeyHandle(
                owning: EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count))
            publicKey = PublicKey(derived: try handle.rawPublicKey(), suite: suite)
        case .sm3SM2:
            let point = try SM2Curve.multiply(seed, by: nil)
            handle = try KeyHandle(owning: syncnode_sm2_key(point, seed))
            publicKey = PublicKey(derived: point, suite: suite)
        }
    }

    /// Signs `message` in 64 bytes. Suite 1 gives the same bytes each time; suite 2 does not,
    /// as OpenSSL draws the nonce of SM2 itself: the one place in this room where randomness
    /// is not an argument, since a nonce chosen badly gives the key away.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        let signature = publicKey.suite == .sm3SM2 ? signSM2(message) : signEd25519(message)
        invariant(signature?.count == Self.signatureBytes, "a parsed key signs in 64 bytes")
        return signature ?? []
    }

    private func signEd25519(_ message: [UInt8]) -> [UInt8]? {
        let context = MessageContext()
        var signature = [UInt8](repeating: 0, count: Self.signatureBytes)
        var count = signature.count
        guard
            succeeded(EVP_DigestSignInit(context.pointer, nil, nil, nil, handle.pointer)),
            succeeded(
                EVP_DigestSign(context.pointer, &signature, &count, message, message.count)),
            count == signature.count
        else { return nil }
        return signature
    }

    private func signSM2(_ message: [UInt8]) -> [UInt8]? {
        let context = MessageContext()
        var options: OpaquePointer?
        // DER of two numbers of 33 bytes is 72 bytes.
        var der = [UInt8](repeating: 0, count: 80)
        var count = der.count
        guard
            succeeded(
                EVP_DigestSignInit(
                    context.pointer, &options, Algorithms.sm3, nil, handle.pointer)),
            succeeded(
                EVP_PKEY_CTX_set1_id(options, Self.identifier, Int32(Self.identifier.count))),
            succeeded(EVP_DigestSign(context.pointer, &der, &count, message, message.count))
        else { return nil }
        do throws(CryptoError) {
            return try SM2Signature.raw(from: Array(der[0..<count]))
        } catch {
            return nil
        }
    }
}

extension KeyHandle {
    /// The 32 public bytes of an Ed25519 or X25519 key.
    func rawPublicKey() throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        guard succeeded(EVP_PKEY_get_raw_public_key(pointer, &bytes, &count)), count == 32 else {
            throw .badKey
        }
        return bytes
    }
}
