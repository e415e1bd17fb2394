extension Limits {
    // MARK: cryptography

    /// Bytes that are sealed in one piece. A bundle of 64 MB of scans with room; OpenSSL counts
    /// the bytes of one call in 31 bits.
    package static let sealPlainBytesMax = 256 * 1024 * 1024
    /// Bytes bound to sealed bytes beside them: a bundle's header.
    package static let sealAssociatedBytesMax = 64 * 1024
    /// Bytes that one derivation gives: RFC 5869 stops at 255 blocks of 32.
    package static let derivedBytesMax = 255 * 32
    /// Bytes of memory that one password check may take: 128 · n · r. A station has 1 GB.
    package static let scryptMemoryBytesMax = 64 * 1024 * 1024
    /// Keys of scopes that are kept opened: 1,000 scopes of a county over some years.
    package static let openedKeysMax = 4096
    /// Bytes of a secret that is taken to be random, and is made so.
    package static let keySecretBytesMin = 32
    /// Bytes of a file that holds a secret, or a key under one.
    package static let keySecretFileBytesMax = 4096
    /// Bytes of a passphrase: shorter ones are guessed.
    package static let passphraseBytesMin = 12
    /// Parallelism of scrypt: each adds the whole time again.
    package static let scryptParallelMax = 16
}
