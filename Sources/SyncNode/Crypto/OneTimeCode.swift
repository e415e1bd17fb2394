package import Base
internal import COpenSSL

/// One-time codes of six digits (RFC 6238 over RFC 4226, HMAC-SHA-1 as the apps have it).
package enum OneTimeCode {
    /// The code of one step.
    ///
    /// - Parameter step: Seconds since 1970 divided by `Limits.codeStepSeconds`.
    package static func code(secret: [UInt8], step: Int64, digits: Int = 6) -> String {
        invariant((6...8).contains(digits), "a code has 6 to 8 digits")
        var message = [UInt8](repeating: 0, count: 8)
        for index in 0..<8 {
            message[index] = UInt8(truncatingIfNeeded: step >> Int64(56 - 8 * index))
        }
        let mac = hmac(secret, message)
        let start = Int(mac[19] & 15)
        var word = UInt32(mac[start] & 0x7f)
        for index in 1...3 { word = word << 8 | UInt32(mac[start + index]) }
        var modulus: UInt32 = 1
        for _ in 0..<digits { modulus *= 10 }
        let text = String(word % modulus)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step whose code was given: the present one or a neighbour, since clocks differ; nil
    /// where it is none of them, or not after the last one that was used.
    package static func step(
        of code: String, secret: [UInt8], at now: Instant, after last: Int64
    ) -> Int64? {
        let present = now.millis / 1000 / Limits.codeStepSeconds
        var found: Int64?
        for step in present - 1...present + 1 {
            let isSame = Secret.isSame(
                Array(Self.code(secret: secret, step: step).utf8),
                Array(code.utf8))
            if isSame, step > last, found == nil { found = step }
        }
        return found
    }

    private static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        let context = syncnode_hmac("SHA1", key, key.count)
        defer { EVP_MAC_CTX_free(context) }
        invariant(context != nil, "an HMAC starts: SHA-1 is in every OpenSSL 3 provider")
        var out = [UInt8](repeating: 0, count: 20)
        var count = 0
        let done =
            succeeded(EVP_MAC_update(context, message, message.count))
            && succeeded(EVP_MAC_final(context, &out, &count, out.count))
        invariant(done && count == 20, "an HMAC over SHA-1 has 20 bytes")
        return out
    }
}

/// Comparing what came from outside with what only this node knows.
package enum Secret {
    /// Whether two byte strings are the same, in a time that tells their lengths and no more.
    package static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
