internal import COpenSSL

/// What OpenSSL leaves unchecked in an Ed25519 public key until a signature is verified.
enum Ed25519Point {
    /// 2^255 - 19, big-endian.
    private static let prime: [UInt8] = [0x7f] + [UInt8](repeating: 0xff, count: 30) + [0xed]
    /// The curve's d, big-endian (RFC 8032 section 5.1).
    private static let curve: [UInt8] = [
        0x52, 0x03, 0x6c, 0xee, 0x2b, 0x6f, 0xfe, 0x73, 0x8c, 0xc7, 0x40, 0x79, 0x77, 0x79,
        0xe8, 0x98, 0x00, 0x70, 0x0a, 0x4d, 0x41, 0x41, 0xd8, 0xab, 0x75, 0xeb, 0x4d, 0xca,
        0x13, 0x59, 0x78, 0xa3,
    ]
    /// The y of the points of order 8, big-endian. Those of order 1, 2 and 4 are 1, p - 1, 0.
    private static let smallOrder: [[UInt8]] = [
        [
            0x7a, 0x03, 0xac, 0x92, 0x77, 0xfd, 0xc7, 0x4e, 0xc6, 0xcc, 0x39, 0x2c, 0xfa, 0x53,
            0x20, 0x2a, 0x0f, 0x67, 0x10, 0x0d, 0x76, 0x0b, 0x3c, 0xba, 0x4f, 0xd8, 0x4d, 0x3d,
            0x70, 0x6a, 0x17, 0xc7,
        ],
        [
            0x05, 0xfc, 0x53, 0x6d, 0x88, 0x02, 0x38, 0xb1, 0x39, 0x33, 0xc6, 0xd3, 0x05, 0xac,
            0xdf, 0xd5, 0xf0, 0x98, 0xef, 0xf2, 0x89, 0xf4, 0xc3, 0x45, 0xb0, 0x27, 0xb2, 0xc2,
            0x8f, 0x95, 0xe8, 0x26,
        ],
        [UInt8](repeating: 0, count: 32),
        [UInt8](repeating: 0, count: 31) + [1],
        [0x7f] + [UInt8](repeating: 0xff, count: 30) + [0xec],
    ]

    /// Whether 32 little-endian bytes are a canonical y below p with a matching x (RFC 8032
    /// section 5.1.3) and not one of the eight points of small order. The sign bit is free:
    /// x is 0 only for y = ±1, which are refused.
    static func isAcceptable(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 32 else { return false }
        var y = [UInt8](bytes.reversed())
        y[0] &= 0x7f
        guard y.lexicographicallyPrecedes(prime), !smallOrder.contains(y) else { return false }
        return hasX(y)
    }

    /// Whether 32 little-endian bytes are a number below p, as a canonical X25519 key is.
    static func isFieldElement(_ bytes: [UInt8]) -> Bool {
        bytes.count == 32 && bytes.reversed().lexicographicallyPrecedes(prime)
    }

    /// x² = (y² - 1) / (dy² + 1) has a root when the product of the two is a square.
    private static func hasX(_ bytes: [UInt8]) -> Bool {
        let p = BigNumber(prime)
        let d = BigNumber(curve)
        let y = BigNumber(bytes)
        let one = BigNumber([1])
        let square = BigNumber()
        let upper = BigNumber()
        let lower = BigNumber()
        let product = BigNumber()
        let scratch = BigNumberScratch()
        let computed =
            succeeded(BN_mod_sqr(square.pointer, y.pointer, p.pointer, scratch.pointer))
            && succeeded(
                BN_mod_sub(upper.pointer, square.pointer, one.pointer, p.pointer, scratch.pointer))
            && succeeded(
                BN_mod_mul(lower.pointer, square.pointer, d.pointer, p.pointer, scratch.pointer))
            && succeeded(
                BN_mod_add(lower.pointer, lower.pointer, one.pointer, p.pointer, scratch.pointer))
            && succeeded(
                BN_mod_mul(
                    product.pointer, upper.pointer, lower.pointer, p.pointer, scratch.pointer))
        guard computed else { return false }
        return BN_kronecker(product.pointer, p.pointer, scratch.pointer) == 1
    }
}
