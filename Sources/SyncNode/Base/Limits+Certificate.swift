/// Bounds of certificates: what is read of them, and how long they hold.
extension Limits {
    /// Bytes of one certificate or request, in DER or PEM. Ours have below 800.
    package static let certificateBytesMax = 16 * 1024
    /// Certificates of a chain: the five tiers' authorities and the node itself, and one spare.
    package static let certificateChainMax = 7
    /// Milliseconds between two looks at the end of the own certificate: one that is due is asked
    /// for soon after the parent can be reached.
    package static let certificateLookMillis = 20_000
    /// Looks after which a parent that had none that holds longer is asked again: a day.
    package static let certificateRestRounds = 86_400_000 / certificateLookMillis
    /// TLS sessions that a server keeps for resuming: a county's villages and its windows. Each
    /// holds its caller's certificates.
    package static let sessionsMax = 512
    /// Seconds for which one is kept.
    package static let sessionSeconds = 7200
    /// Names of hosts that one certificate carries.
    package static let certificateNamesMax = 16
    /// Milliseconds that a certificate is dated back: a child's clock may lag behind its
    /// parent's by as much (PROTOCOL §10).
    package static let certificateBackdateMillis: Int64 = 5 * 60 * 1000
    /// Days for which a parent's certificate for a child holds.
    package static let certificateDays: Int64 = 365
    /// Days for which a root's own certificate holds: all others rest on it.
    package static let anchorDays: Int64 = 20 * 365
    /// Days before its end in which a certificate is renewed and people are warned.
    package static let certificateWarningDays: Int64 = 30
}
