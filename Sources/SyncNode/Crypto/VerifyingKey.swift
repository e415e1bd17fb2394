internal import Base
internal import COpenSSL

/// A public key made ready for checking signatures: parse once, verify often, from any thread.
package final class VerifyingKey: Sendable {
    package let publicKey: PublicKey
    private let handle: KeyHandle

    /// - Throws: `badKey`.
    package init(_ key: PublicKey) throws(CryptoError) {
        publicKey = key
        handle = try key.parse()
    }

    /// Whether `signature`, 64 bytes, is this key's over `message`. Any other bytes are merely
    /// no signature: nothing throws. Costs about 70 µs (suite 1) or 250 µs (suite 2).
    ///
    /// Suite 1 is strict (RFC 8032: s below the order); suite 2 uses the distinguishing
    /// identifier of GB/T 35276, "1234567812345678".
    package func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        verify(signature, of: message, identifier: SigningKey.identifier)
    }

    /// As `verify(_:of:)`, under another distinguishing identifier of SM2; suite 1 has none
    /// and ignores it.
    package func verify(
        _ signature: [UInt8], of message: [UInt8], identifier: [UInt8]
    ) -> Bool {
        guard signature.count == SigningKey.signatureBytes else { return false }
        let context = MessageContext()
        switch publicKey.suite {
        case .sha256Ed25519:
            return succeeded(
                EVP_DigestVerifyInit(context.pointer, nil, nil, nil, handle.pointer))
                && succeeded(
                    EVP_DigestVerify(
                        context.pointer, signature, signature.count, message, message.count))
        case .sm3SM2:
            guard let der = der(signature) else { return false }
            var options: OpaquePointer?
            return succeeded(
                EVP_DigestVerifyInit(
                    context.pointer, &options, Algorithms.sm3, nil, handle.pointer))
                && succeeded(
                    EVP_PKEY_CTX_set1_id(options, identifier, Int32(identifier.count)))
                && succeeded(
                    EVP_DigestVerify(context.pointer, der, der.count, message, message.count))
        }
    }

    private func der(_ signature: [UInt8]) -> [UInt8]? {
        do throws(CryptoError) {
            return try SM2Signature.der(from: signature)
        } catch {
            return nil
        }
    }
}
