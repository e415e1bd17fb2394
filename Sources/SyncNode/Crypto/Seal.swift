internal import Base

/// Bytes that only one recipient can read and nobody can alter, for bundles that travel through
/// nodes that may not see them.
///
/// Layout: version 1 ‖ suite ‖ ephemeral public key (32 or 65) ‖ ciphertext ‖ tag (16 or 32).
/// The secret agreed between the ephemeral and the recipient's key gives, through HKDF bound to
/// the header and both public keys, the content keys: suite 1 AES-256-GCM (as RFC 9180 does it),
/// suite 2 SM4-CTR and then HMAC-SM3 over everything. The sender is not proven: sign inside.
package enum Seal {
    static let version: UInt8 = 1
    static let headerBytes = 2

    /// Seals `plain` to `recipient`. Memory and time grow with `plain`.
    /// - Parameters:
    ///   - associated: Bound, not carried: opening needs the same bytes.
    ///   - ephemeralSeed: 32 fresh random bytes. They are mixed with the content, so that a seed
    ///     used twice only shows that the same bytes were sealed twice.
    /// - Throws: `badKey` for a seed of another length; `badSeal` over a bound of `Limits`.
    package static func seal(
        _ plain: [UInt8], to recipient: AgreementPublicKey, associated: [UInt8],
        ephemeralSeed: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        guard ephemeralSeed.count == 32 else { throw .badKey }
        guard plain.count <= Limits.sealPlainBytesMax,
            associated.count <= Limits.sealAssociatedBytesMax
        else { throw .badSeal }
        let suite = recipient.suite
        let ephemeral = try ephemeralKey(
            ephemeralSeed, plain: plain, to: recipient, associated: associated)
        let secret = try ephemeral.agree(with: recipient.bytes)
        let front = [version, suite.rawValue] + ephemeral.publicKey.bytes
        let cipher = SealCipher(secret: secret, front: front, recipient: recipient)
        let sealed = try cipher.encrypt(plain, front: front, associated: associated)
        invariant(sealed.count == plain.count + overhead(suite), "a seal adds a fixed length")
        return sealed
    }

    /// Opens what `seal` made for the owner of `key`.
    /// - Throws: `unavailable` for another version; `badSeal` for everything else that is not
    ///   exactly as it was sealed, without saying which part.
    package static func open(
        _ sealed: [UInt8], with key: AgreementKey, associated: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let suite = key.publicKey.suite
        guard let first = sealed.first else { throw .badSeal }
        guard first == version else { throw .unavailable("seal version \(first)") }
        guard sealed.count >= overhead(suite), sealed[1] == suite.rawValue,
            sealed.count - overhead(suite) <= Limits.sealPlainBytesMax,
            associated.count <= Limits.sealAssociatedBytesMax
        else { throw .badSeal }
        let front = Array(sealed[..<(headerBytes + AgreementPublicKey.byteCount(suite))])
        let secret: [UInt8]
        do throws(CryptoError) {
            secret = try key.agree(with: Array(front[headerBytes...]))
        } catch {
            throw .badSeal
        }
        let cipher = SealCipher(secret: secret, front: front, recipient: key.publicKey)
        return try cipher.decrypt(sealed, front: front, associated: associated)
    }

    /// Bytes that sealing adds: 50 (suite 1) or 99 (suite 2).
    package static func overhead(_ suite: Suite) -> Int {
        headerBytes + AgreementPublicKey.byteCount(suite) + SealCipher.tagBytes(suite)
    }

    /// The key of this one message. A derived number is no scalar of SM2 once in 2^32 times;
    /// the next round's is then taken.
    private static func ephemeralKey(
        _ seed: [UInt8], plain: [UInt8], to recipient: AgreementPublicKey, associated: [UInt8]
    ) throws(CryptoError) -> AgreementKey {
        let suite = recipient.suite
        let content =
            Hash.digest(plain, suite: suite).bytes + Hash.digest(associated, suite: suite).bytes
        for round in UInt8(0)..<8 {
            let info = Array("syncnode seal ephemeral".utf8) + [version, round] + recipient.bytes
            let derived = KeyDerivation.hkdf(
                secret: seed, salt: content, info: info, length: 32, suite: suite)
            if suite == .sm3SM2, !SM2Curve.isScalar(derived) { continue }
            return try AgreementKey(suite: suite, seed: derived)
        }
        throw .badKey
    }
}
