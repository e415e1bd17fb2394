internal import Base
internal import COpenSSL

/// Points of sm2p256v1 (GB/T 32918.5): what OpenSSL's SM2 keys do not offer by themselves.
enum SM2Curve {
    /// 04 ‖ x ‖ y.
    static let pointBytes = 65
    /// The order minus 2, big-endian: the largest scalar, as signing divides by 1 + d.
    private static let scalarMax: [UInt8] = [
        0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09,
        0x39, 0xd5, 0x41, 0x21,
    ]
    // Unsafe only in form: an EC_GROUP is never changed once made, and never freed.
    private nonisolated(unsafe) static let group = EC_GROUP_new_by_curve_name(NID_sm2)

    /// Whether 32 bytes are a scalar of 1 ... n - 2.
    static func isScalar(_ bytes: [UInt8]) -> Bool {
        bytes.count == 32 && bytes.contains { $0 != 0 }
            && !scalarMax.lexicographicallyPrecedes(bytes)
    }

    /// The 65 bytes of `scalar` times the generator, or times `point` where one is given.
    /// - Throws: `badKey` where either is none, `unavailable` where the curve is missing.
    static func multiply(_ scalar: [UInt8], by point: [UInt8]?) throws(CryptoError) -> [UInt8] {
        guard isScalar(scalar) else { throw .badKey }
        guard let group else { throw .unavailable("sm2p256v1") }
        let number = BigNumber(scalar)
        let scratch = BigNumberScratch()
        let base = EC_POINT_new(group)
        let result = EC_POINT_new(group)
        defer {
            EC_POINT_clear_free(base)
            EC_POINT_clear_free(result)
        }
        let computed: Bool
        if let point {
            guard point.count == pointBytes, point[0] == 4 else { throw .badKey }
            // Reading a point checks that it lies on the curve; the cofactor is 1.
            computed =
                succeeded(EC_POINT_oct2point(group, base, point, point.count, scratch.pointer))
                && succeeded(
                    EC_POINT_mul(group, result, nil, base, number.pointer, scratch.pointer))
        } else {
            computed = succeeded(
                EC_POINT_mul(group, result, number.pointer, nil, nil, scratch.pointer))
        }
        guard computed else { throw .badKey }
        var out = [UInt8](repeating: 0, count: pointBytes)
        let written = EC_POINT_point2oct(
            group, result, POINT_CONVERSION_UNCOMPRESSED, &out, out.count, scratch.pointer)
        guard written == pointBytes else {
            ERR_clear_error()
            throw .badKey
        }
        return out
    }
}
