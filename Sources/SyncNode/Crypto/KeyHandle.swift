internal import Base
internal import COpenSSL

/// Owns one parsed key or certificate of OpenSSL and frees it.
///
/// Unchecked, because the compiler cannot see it: an EVP_PKEY or X509 is never changed here after
/// it was made, its reference count and what it caches are guarded by OpenSSL, and each operation
/// makes a context of its own.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let isCertificate: Bool

    /// - Parameter certificate: An X509, taken over; nil, a failure of OpenSSL, throws
    ///   `badCertificate`.
    init(certificate: OpaquePointer?) throws(CryptoError) {
        guard let certificate else {
            ERR_clear_error()
            throw .badCertificate
        }
        pointer = certificate
        isCertificate = true
    }

    /// - Parameter pointer: An EVP_PKEY, taken over; nil, a failure of OpenSSL, throws `badKey`.
    init(owning pointer: OpaquePointer?) throws(CryptoError) {
        guard let pointer else {
            ERR_clear_error()
            throw .badKey
        }
        self.pointer = pointer
        isCertificate = false
    }

    deinit {
        if isCertificate { X509_free(pointer) } else { EVP_PKEY_free(pointer) }
    }
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
