internal import COpenSSL

/// Why an operation on keys or sealed bytes was refused. Carries no secret and no content.
package enum CryptoError: Error, Hashable, Sendable {
    /// Wrong length, not a point of the curve, of small order, or a number out of range.
    case badKey
    /// Not 64 bytes, or bytes that are no pair of numbers.
    case badSignatureEncoding
    /// Cut, altered, for another recipient, or over a bound.
    case badSeal
    /// Not a certificate or a request of the form that this product's have.
    case badCertificate
    /// An algorithm or format that this build does not have, by name.
    case unavailable(String)
}

/// Whether an OpenSSL call succeeded. On failure its thread's error queue is emptied: a left
/// entry would be taken by a later TLS call on this thread for its own.
func succeeded(_ code: Int32) -> Bool {
    if code == 1 { return true }
    ERR_clear_error()
    return false
}
