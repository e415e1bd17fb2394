package import Base
internal import COpenSSL

/// The digest of what comes a piece at a time: of files that are never held whole.
package struct HashStream: ~Copyable {
    private let context: OpaquePointer?

    package init(suite: Suite) {
        context = EVP_MD_CTX_new()
        let begun = succeeded(EVP_DigestInit_ex2(context, Algorithms.digest(of: suite), nil))
        invariant(begun, "hashing begins: Suite.requireAvailable() ran at start")
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes the next bytes.
    package mutating func take(_ bytes: [UInt8]) {
        let taken = succeeded(EVP_DigestUpdate(context, bytes, bytes.count))
        invariant(taken, "hashing takes bytes")
    }

    /// The digest of all that was taken; nothing is taken after it.
    package mutating func finish() -> Digest {
        var out = [UInt8](repeating: 0, count: 32)
        let done = succeeded(EVP_DigestFinal_ex(context, &out, nil))
        invariant(done, "hashing ends")
        return Digest(bytes: out)
    }
}
