internal import Base
internal import COpenSSL

/// Keys from secrets: fast from a strong one, slow from a password.
package enum KeyDerivation {
    /// HKDF (RFC 5869) with the suite's hash.
    /// - Parameters:
    ///   - secret: Input key, not empty.
    ///   - salt: May be empty.
    ///   - info: What the key is for; binds it to one use. At most 1,024 bytes, OpenSSL's bound.
    ///   - length: Bytes wanted, 1 ... `Limits.derivedBytesMax`; the caller's constant.
    package static func hkdf(
        secret: [UInt8], salt: [UInt8], info: [UInt8], length: Int, suite: Suite
    ) -> [UInt8] {
        invariant(!secret.isEmpty, "a key is derived from something")
        invariant((1...Limits.derivedBytesMax).contains(length), "a derived key has a length")
        invariant(info.count <= 1024, "what a key is for is short")
        let context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: length)
        var count = length
        let digest = Algorithms.digest(of: suite)
        let done =
            succeeded(EVP_PKEY_derive_init(context))
            && succeeded(EVP_PKEY_CTX_set_hkdf_md(context, digest))
            && succeeded(EVP_PKEY_CTX_set1_hkdf_salt(context, salt, Int32(salt.count)))
            && succeeded(EVP_PKEY_CTX_set1_hkdf_key(context, secret, Int32(secret.count)))
            && succeeded(EVP_PKEY_CTX_add1_hkdf_info(context, info, Int32(info.count)))
            && succeeded(EVP_PKEY_derive(context, &out, &count))
        invariant(done && count == length, "HKDF derives: Suite.requireAvailable() ran at start")
        return out
    }

    /// scrypt (RFC 7914) of a password. Takes 128 · n · r bytes and, at n = 2^15, r = 8, p = 1,
    /// about 0.1 s: never on the writer's thread.
    /// - Parameters:
    ///   - n: Cost, a power of two above 1.
    ///   - length: Bytes wanted, 1 ... `Limits.derivedBytesMax`.
    /// - Throws: `unavailable("scrypt parameters")` where they are out of bounds: they are read
    ///   from a stored record, which may be of a later version.
    package static func scrypt(
        password: [UInt8], salt: [UInt8], n: Int, r: Int, p: Int, length: Int
    ) throws(CryptoError) -> [UInt8] {
        let memory = Limits.scryptMemoryBytesMax
        guard n > 1, n & (n - 1) == 0, n <= memory, r > 0, r <= memory / 128 / n,
            (1...Limits.scryptParallelMax).contains(p),
            (1...Limits.derivedBytesMax).contains(length)
        else { throw .unavailable("scrypt parameters") }
        var out = [UInt8](repeating: 0, count: length)
        // OpenSSL counts its own blocks too; twice the bound leaves room for them.
        let done = password.withUnsafeBytes { text in
            EVP_PBE_scrypt(
                text.assumingMemoryBound(to: CChar.self).baseAddress, text.count,
                salt, salt.count, UInt64(n), UInt64(r), UInt64(p), UInt64(memory) * 2, &out, length)
        }
        guard succeeded(done) else { throw .unavailable("scrypt") }
        return out
    }
}
