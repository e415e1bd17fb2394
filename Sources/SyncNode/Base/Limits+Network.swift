/// Bounds of the sockets: what one caller can hold, and for how long.
extension Limits {
    /// Connections that a server holds at once; further ones are told 503 with Retry-After.
    package static let connectionsMax = 4096
    /// Connections beyond the bound that are being told so; further ones are just closed.
    package static let refusedConnectionsMax = 64
    /// Seconds that a caller turned away is asked to wait.
    package static let connectionRetrySeconds = 5
    /// Connections taken in one turn of the loop, so that those already here are served between.
    package static let acceptsPerTurnMax = 64
    /// Reads from one connection in one turn of the loop, for the same reason.
    package static let readsPerTurnMax = 16
    /// Bytes of one read: a typical socket buffer.
    package static let readBytesMax = 64 * 1024
    /// How long a head may take from its first byte, in milliseconds. Also a TLS handshake, and
    /// the silence before the first request.
    package static let headMillisMax: Int64 = 10_000
    /// How long a body may take, in milliseconds, beside what its bytes earn it.
    package static let bodyMillisMax: Int64 = 30_000
    /// How long an answer may take to leave, in milliseconds, beside what its bytes earn it.
    package static let writeMillisMax: Int64 = 30_000
    /// Bytes a second that a slow but honest line must move: an eighth of 64 kbit/s.
    package static let lineBytesPerSecondMin: Int64 = 1024
    /// How long a connection may rest between requests, in milliseconds.
    package static let idleMillisMax: Int64 = 75_000
    /// How long a handler may think, in milliseconds: longer than any long poll.
    package static let answerMillisMax: Int64 = 180_000
    /// How long, in milliseconds, and for how many bytes a connection that was closed on our
    /// side is listened to, so that the last answer is not lost to a reset.
    package static let lingerMillisMax: Int64 = 2_000
    package static let lingerBytesMax = 1024 * 1024
    /// Bytes that a streamed answer may hold before its writer is asked to wait.
    package static let streamPauseBytes = 256 * 1024
    /// Bytes at which a writer that did not wait loses its connection.
    package static let streamBytesMax = 4 * 1024 * 1024
    /// Milliseconds that in-flight answers have when a server stops.
    package static let drainMillisMax: Int64 = 10_000
    /// Transfers of a client at once; further ones wait in libcurl.
    package static let clientConnectionsMax: Int = 64
    /// Transfers of a client that run or wait; further ones are refused.
    package static let clientTransfersMax = 1024
    /// Bytes of a response where the caller says nothing of its own.
    package static let responseBytesMax = messageBytesMax
    /// Ranges of ports that are tried for a demo beside others.
    package static let portRangesMax = 64
}
