internal import Base
internal import COpenSSL

/// A key that checks signatures, as it stands on the wire.
///
/// Suite 1: 32 bytes of RFC 8032. Suite 2: 65 bytes 04 ‖ x ‖ y.
package struct PublicKey: Hashable, Sendable {
    package let suite: Suite
    package let bytes: [UInt8]

    /// Takes only a canonical point of the suite's curve that is not of small order: under a
    /// key of small order one signature fits many messages. Costs about 10 µs (suite 1)
    /// or 50 µs (suite 2).
    /// - Throws: `badKey`.
    package init(suite: Suite, bytes: [UInt8]) throws(CryptoError) {
        switch suite {
        case .sha256Ed25519:
            guard Ed25519Point.isAcceptable(bytes) else { throw .badKey }
        case .sm3SM2:
            _ = try Self.parseSM2(bytes)
        }
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

    /// By 8 of its bytes: nobody makes keys that agree in them.
    package func hash(into hasher: inout Hasher) {
        invariant(bytes.count > 8, "a key has its suite's length")
        var word: UInt64 = 0
        for index in 1...8 { word = word << 8 | UInt64(bytes[index]) }
        hasher.combine(word)
    }

    func parse() throws(CryptoError) -> KeyHandle {
        switch suite {
        case .sha256Ed25519:
            try KeyHandle(
                owning: EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count))
        case .sm3SM2:
            try Self.parseSM2(bytes)
        }
    }

    /// OpenSSL checks, while it reads the point, that it lies on the curve.
    private static func parseSM2(_ bytes: [UInt8]) throws(CryptoError) -> KeyHandle {
        guard bytes.count == SM2Curve.pointBytes, bytes[0] == 4 else { throw .badKey }
        return try KeyHandle(owning: syncnode_sm2_key(bytes, nil))
    }
}
