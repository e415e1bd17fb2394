internal import Base

/// What a server allows. The defaults are the product's; tests shorten the waits.
package struct ServerLimits: Hashable, Sendable {
    /// Connections at once.
    package var connectionsMax = Limits.connectionsMax
    /// Milliseconds for a head from its first byte, for a handshake, and before the first request.
    package var headMillis = Limits.headMillisMax
    /// Milliseconds for a body beside what its bytes earn.
    package var bodyMillis = Limits.bodyMillisMax
    /// Milliseconds for an answer to leave beside what its bytes earn.
    package var writeMillis = Limits.writeMillisMax
    /// Milliseconds between requests.
    package var idleMillis = Limits.idleMillisMax
    /// Milliseconds for a handler to answer or to start a stream.
    package var answerMillis = Limits.answerMillisMax
    /// Bytes a second that earn a slow line its time.
    package var lineBytesPerSecond = Limits.lineBytesPerSecondMin

    package init() {}
}
