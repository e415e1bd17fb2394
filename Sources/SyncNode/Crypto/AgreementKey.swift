internal import Base
internal import COpenSSL

/// A key that bytes are sealed to. Suite 1: 32 bytes of X25519 (RFC 7748). Suite 2: a point of
/// sm2p256v1, 65 bytes 04 ‖ x ‖ y.
package struct AgreementPublicKey: Hashable, Sendable {
    package let suite: Suite
    package let bytes: [UInt8]

    /// - Throws: `badKey` for another length, a point off the curve, or one of small order: a
    ///   secret agreed with such a point is known to everyone.
    package init(suite: Suite, bytes: [UInt8]) throws(CryptoError) {
        if suite == .sha256Ed25519 {
            // The recipient's bytes are bound into the seal: a second spelling of the same key
            // would make one that never opens.
            guard Ed25519Point.isFieldElement(bytes) else { throw .badKey }
        }
        // Any scalar finds out: OpenSSL refuses points off the curve, and a zero secret.
        let trial = [UInt8](repeating: 0, count: 31) + [1]
        _ = try AgreementKey.agree(suite: suite, seed: trial, with: bytes)
        self.suite = suite
        self.bytes = bytes
    }

    /// For bytes that OpenSSL itself has just derived.
    init(derived bytes: [UInt8], suite: Suite) {
        invariant(bytes.count == Self.byteCount(suite), "a derived key has its suite's length")
        self.suite = suite
        self.bytes = bytes
    }

    /// 32 or 65.
    package static func byteCount(_ suite: Suite) -> Int {
        suite == .sm3SM2 ? SM2Curve.pointBytes : 32
    }
}

/// The private half: opens what was sealed to its public key. Safe from any thread.
package final class AgreementKey: Sendable {
    /// What senders seal to.
    package let publicKey: AgreementPublicKey
    private let seed: [UInt8]

    /// - Parameter seed: 32 secret bytes. Suite 1: any. Suite 2: the scalar, big-endian, 1 to
    ///   n - 2; draw again where it is refused.
    /// - Throws: `badKey`.
    package init(suite: Suite, seed: [UInt8]) throws(CryptoError) {
        guard seed.count == 32 else { throw .badKey }
        self.seed = seed
        switch suite {
        case .sha256Ed25519:
            let bytes = try Self.privateX25519(seed).rawPublicKey()
            publicKey = AgreementPublicKey(derived: bytes, suite: suite)
        case .sm3SM2:
            let bytes = try SM2Curve.multiply(seed, by: nil)
            publicKey = AgreementPublicKey(derived: bytes, suite: suite)
        }
    }

    /// The secret shared with the owner of `point`. Never used as a key itself.
    func agree(with point: [UInt8]) throws(CryptoError) -> [UInt8] {
        try Self.agree(suite: publicKey.suite, seed: seed, with: point)
    }

    /// - Throws: `badKey` where either half is none.
    static func agree(
        suite: Suite, seed: [UInt8], with point: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard point.count == AgreementPublicKey.byteCount(suite) else { throw .badKey }
        switch suite {
        case .sha256Ed25519:
            return try agreeX25519(seed, point)
        case .sm3SM2:
            // Both coordinates, as SM2's own encryption feeds its key derivation.
            return Array(try SM2Curve.multiply(seed, by: point).dropFirst())
        }
    }

    private static func privateX25519(_ seed: [UInt8]) throws(CryptoError) -> KeyHandle {
        try KeyHandle(
            owning: EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nil, seed, seed.count))
    }

    private static func agreeX25519(
        _ seed: [UInt8], _ point: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let own = try privateX25519(seed)
        let peer = try KeyHandle(
            owning: EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, point, point.count))
        let context = EVP_PKEY_CTX_new(own.pointer, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var secret = [UInt8](repeating: 0, count: 32)
        var count = secret.count
        // OpenSSL fails where the secret is all zero (RFC 7748 section 6.1).
        guard
            succeeded(EVP_PKEY_derive_init(context)),
            succeeded(EVP_PKEY_derive_set_peer(context, peer.pointer)),
            succeeded(EVP_PKEY_derive(context, &secret, &count)), count == secret.count
        else { throw .badKey }
        return secret
    }
}
