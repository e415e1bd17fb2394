internal import Base
internal import COpenSSL

/// Owns one parsed key of OpenSSL and frees it.
///
/// Unchecked, because the compiler cannot see it: an EVP_PKEY is never changed here after it
/// was made, its reference count is atomic, and each operation makes a context of its own.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// - Parameter pointer: Taken over; nil, a failure of OpenSSL, throws `badKey`.
    init(owning pointer: OpaquePointer?) throws(CryptoError) {
        guard let pointer else {
            ERR_clear_error()
            throw .badKey
        }
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(pointer) }
}

/// Owns one message context of OpenSSL for the length of a call.
struct MessageContext: ~Copyable {
    let pointer: OpaquePointer?

    init() {
        pointer = EVP_MD_CTX_new()
        invariant(pointer != nil, "OpenSSL has memory for a context")
    }

    deinit { EVP_MD_CTX_free(pointer) }
}
