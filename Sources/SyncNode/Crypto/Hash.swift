package import Base
internal import COpenSSL

/// The suites' hash functions: SHA-256 and SM3, both 32 bytes.
///
/// The hot path of the product, two calls a replicated change: SHA-256 runs with its context
/// on the stack, so that a call takes no memory, no lock and no lookup. Safe from any thread.
package enum Hash {
    /// The digest of all of `bytes`.
    package static func digest(_ bytes: [UInt8], suite: Suite) -> Digest {
        bytes.withUnsafeBytes { digest($0, suite: suite) }
    }

    /// The digest of `bytes[start..<end]`, without copying them.
    /// - Parameters: Both ends lie within `bytes`; anything else traps.
    package static func digest(
        _ bytes: [UInt8], from start: Int, to end: Int, suite: Suite
    ) -> Digest {
        invariant(start >= 0 && start <= end && end <= bytes.count, "a digest stays in its bytes")
        return bytes.withUnsafeBytes { all in
            digest(UnsafeRawBufferPointer(rebasing: all[start..<end]), suite: suite)
        }
    }

    /// The digest of `first` followed by `second`, without joining them.
    package static func digest(_ first: [UInt8], _ second: [UInt8], suite: Suite) -> Digest {
        first.withUnsafeBytes { one in
            second.withUnsafeBytes { two in digest(one, two, suite: suite) }
        }
    }

    /// The digest of memory that the caller keeps alive for the call.
    package static func digest(_ bytes: UnsafeRawBufferPointer, suite: Suite) -> Digest {
        digest(bytes, UnsafeRawBufferPointer(start: nil, count: 0), suite: suite)
    }

    /// The digest of two pieces of memory, one after the other.
    package static func digest(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, suite: Suite
    ) -> Digest {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let done = withUnsafeMutableBytes(of: &words) { out in
            let bytes = out.bindMemory(to: UInt8.self)
            switch suite {
            case .sha256Ed25519:
                return syncnode_sha256(
                    first.baseAddress, first.count, second.baseAddress, second.count,
                    bytes.baseAddress) == 1
            case .sm3SM2:
                return sm3(first, second, into: bytes.baseAddress)
            }
        }
        invariant(done, "hashing succeeds: Suite.requireAvailable() ran at start")
        return Digest(
            words: (
                UInt64(bigEndian: words.0), UInt64(bigEndian: words.1),
                UInt64(bigEndian: words.2), UInt64(bigEndian: words.3)
            ))
    }

    /// OpenSSL offers SM3 through EVP only. A context a call costs a tenth of hashing 110 bytes
    /// and keeps threads from sharing anything.
    private static func sm3(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
        into out: UnsafeMutablePointer<UInt8>?
    ) -> Bool {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        return succeeded(EVP_DigestInit_ex2(context, Algorithms.sm3, nil))
            && succeeded(EVP_DigestUpdate(context, first.baseAddress, first.count))
            && succeeded(EVP_DigestUpdate(context, second.baseAddress, second.count))
            && succeeded(EVP_DigestFinal_ex(context, out, nil))
    }
}
