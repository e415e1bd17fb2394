internal import Base
internal import COpenSSL

/// Between our 64 bytes r ‖ s and the DER that OpenSSL speaks.
enum SM2Signature {
    /// - Parameter raw: 64 bytes.
    static func der(from raw: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard raw.count == 64 else { throw .badSignatureEncoding }
        guard let pair = ECDSA_SIG_new() else { throw .badSignatureEncoding }
        defer { ECDSA_SIG_free(pair) }
        let r = BN_bin2bn(Array(raw[0..<32]), 32, nil)
        let s = BN_bin2bn(Array(raw[32..<64]), 32, nil)
        // The pair owns both numbers from here; it takes neither on failure.
        guard succeeded(ECDSA_SIG_set0(pair, r, s)) else {
            BN_free(r)
            BN_free(s)
            throw .badSignatureEncoding
        }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = i2d_ECDSA_SIG(pair, &encoded)
        guard count > 0, let encoded else {
            ERR_clear_error()
            throw .badSignatureEncoding
        }
        defer { CRYPTO_free(encoded, nil, 0) }
        return Array(UnsafeBufferPointer(start: encoded, count: Int(count)))
    }

    /// - Parameter der: As OpenSSL wrote it.
    static func raw(from der: [UInt8]) throws(CryptoError) -> [UInt8] {
        let pair = der.withUnsafeBufferPointer { bytes in
            var cursor = bytes.baseAddress
            return d2i_ECDSA_SIG(nil, &cursor, bytes.count)
        }
        guard let pair else {
            ERR_clear_error()
            throw .badSignatureEncoding
        }
        defer { ECDSA_SIG_free(pair) }
        var raw = [UInt8](repeating: 0, count: 64)
        let written = raw.withUnsafeMutableBufferPointer { out -> Bool in
            guard let start = out.baseAddress else { return false }
            return BN_bn2binpad(ECDSA_SIG_get0_r(pair), start, 32) == 32
                && BN_bn2binpad(ECDSA_SIG_get0_s(pair), start + 32, 32) == 32
        }
        guard written else {
            ERR_clear_error()
            throw .badSignatureEncoding
        }
        return raw
    }
}
