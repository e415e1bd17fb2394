package import Base
internal import COpenSSL

/// Keyed digests (RFC 2104) over SHA-256 or SM3.
package enum Mac {
    /// The HMAC of `message`: 32 bytes. Any key length; an empty key is a key.
    package static func hmac(key: [UInt8], message: [UInt8], suite: Suite) -> Digest {
        hmac(key: key, parts: [message], suite: suite)
    }

    /// Whether two digests are equal, in a time that does not tell where they differ. For every
    /// comparison of a code that came from outside.
    package static func matches(_ left: Digest, _ right: Digest) -> Bool {
        let difference =
            (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
            | (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3)
        return difference == 0
    }

    /// The HMAC of `parts` one after the other; the caller makes their borders unambiguous.
    static func hmac(key: [UInt8], parts: [[UInt8]], suite: Suite) -> Digest {
        let name = suite == .sm3SM2 ? "SM3" : "SHA256"
        let context = syncnode_hmac(name, key, key.count)
        defer { EVP_MAC_CTX_free(context) }
        invariant(context != nil, "an HMAC starts: Suite.requireAvailable() ran at start")
        for part in parts {
            let added = succeeded(EVP_MAC_update(context, part, part.count))
            invariant(added, "an HMAC takes bytes")
        }
        var out = [UInt8](repeating: 0, count: 32)
        var count = 0
        let done = succeeded(EVP_MAC_final(context, &out, &count, out.count))
        invariant(done && count == out.count, "an HMAC has 32 bytes")
        return Digest(bytes: out)
    }
}
