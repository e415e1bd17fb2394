internal import Base
internal import COpenSSL

/// Owns one number of OpenSSL, wiped when it goes.
struct BigNumber: ~Copyable {
    let pointer: OpaquePointer?

    /// Zero.
    init() {
        pointer = BN_new()
        invariant(pointer != nil, "OpenSSL has memory for a number")
    }

    /// A big-endian number.
    init(_ bytes: [UInt8]) {
        pointer = BN_bin2bn(bytes, Int32(bytes.count), nil)
        invariant(pointer != nil, "OpenSSL has memory for a number")
    }

    deinit { BN_clear_free(pointer) }
}

/// Owns OpenSSL's scratch numbers for one calculation.
struct BigNumberScratch: ~Copyable {
    let pointer: OpaquePointer?

    init() {
        pointer = BN_CTX_new()
        invariant(pointer != nil, "OpenSSL has memory for a calculation")
    }

    deinit { BN_CTX_free(pointer) }
}
