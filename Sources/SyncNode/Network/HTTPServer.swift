internal import Base
package import HTTP
internal import Synchronization

/// An HTTP/1.1 server: its own threads, each with its own epoll; nothing of it runs on the
/// cooperative pool.
///
/// A handler is called on a loop's thread and must not block there. It answers through the
/// `Responder`, at once (then the answer leaves without any hand-over) or later from any thread.
package final class HTTPServer: Sendable {
    /// Called once for each request, on the thread of the connection's loop.
    package typealias Handler = @Sendable (HTTPRequest, Responder) -> Void
    /// Called on a loop's thread where a caller is turned away: what was wrong with its
    /// certificate or its request, or that it took a place for nothing; one of few fixed names.
    package typealias RefusalHandler = @Sendable (String, HTTPPeer) -> Void
    /// How many body bytes a route accepts; asked when the head is read, before the body comes.
    package typealias BodyLimit = @Sendable (HTTPRequest) -> Int

    /// Where it really listens: the port is the one the system chose.
    package let endpoint: Endpoint
    /// Whether it speaks TLS.
    package let isSecure: Bool
    private let loops: [EventLoop]
    private let service: Service

    /// Opens the socket and starts to serve.
    ///
    /// - Parameters:
    ///   - threads: Loops; each serves its own connections.
    ///   - tls: Certificate and key; nil speaks in the clear.
    /// - Throws: `NetworkError`; nothing is left open then.
    package init(
        listen endpoint: Endpoint, threads: Int = 1, limits: ServerLimits = ServerLimits(),
        tls: TLSIdentity? = nil, onRefused: @escaping RefusalHandler = { _, _ in },
        bodyLimit: @escaping BodyLimit = { _ in Limits.bodyBytesMax },
        handler: @escaping Handler
    ) throws(NetworkError) {
        invariant((1...16).contains(threads), "a server has 1 to 16 loops")
        var context: TLSContext?
        if let tls { context = try TLSContext(server: tls) }
        let listener = try Listener(endpoint)
        let service = Service(
            listener: listener, limits: limits, tls: context, bodyLimit: bodyLimit,
            onRefused: onRefused, handler: handler)
        var loops: [EventLoop] = []
        for _ in 0..<threads { loops.append(try EventLoop(service)) }
        self.endpoint = listener.endpoint
        self.isSecure = tls != nil
        self.loops = loops
        self.service = service
        for (index, loop) in loops.enumerated() { try loop.start("http-\(index)") }
    }

    /// Shows another certificate from now on; connections that stand keep theirs.
    ///
    /// - Throws: `badIdentity`, and nothing changes; only for a server that speaks TLS.
    package func renew(_ identity: TLSIdentity) throws(NetworkError) {
        invariant(isSecure, "a server in the clear has no certificate")
        service.setContext(try TLSContext(server: identity))
    }

    /// Stops: no new connections, resting ones closed, answers in flight finished.
    ///
    /// Returns when every loop has ended, at the latest after `graceMillis`. May be called more
    /// than once; each call waits for the same end.
    package func drain(graceMillis: Int64 = Limits.drainMillisMax) async {
        beginDrain(graceMillis: graceMillis)
        for loop in loops { await loop.ended() }
    }

    /// The same without waiting: `drain` then waits for the end. Any thread, no task needed.
    package func beginDrain(graceMillis: Int64 = Limits.drainMillisMax) {
        for loop in loops { loop.post(.drain(graceMillis: graceMillis)) }
    }

    deinit {
        for loop in loops { loop.post(.drain(graceMillis: 0)) }
    }
}

/// The socket that all loops take connections from.
final class Listener: Sendable {
    let endpoint: Endpoint
    private let socket: Descriptor

    init(_ endpoint: Endpoint) throws(NetworkError) {
        let socket = try endpoint.listen()
        self.endpoint = try Endpoint.local(of: socket.raw)
        self.socket = socket
    }

    var raw: Int32 { socket.raw }
}

/// What all loops of a server share.
final class Service: Sendable {
    let listener: Listener
    let limits: ServerLimits
    private let context: Mutex<TLSContext?>
    let isSecure: Bool
    private let onRefused: HTTPServer.RefusalHandler
    let bodyLimit: HTTPServer.BodyLimit
    let handler: HTTPServer.Handler
    /// Connections that all loops hold together.
    let connections = Atomic<Int>(0)

    init(
        listener: Listener, limits: ServerLimits, tls: TLSContext?,
        bodyLimit: @escaping HTTPServer.BodyLimit,
        onRefused: @escaping HTTPServer.RefusalHandler, handler: @escaping HTTPServer.Handler
    ) {
        self.listener = listener
        self.limits = limits
        context = Mutex(tls)
        isSecure = tls != nil
        self.onRefused = onRefused
        self.bodyLimit = bodyLimit
        self.handler = handler
    }

    /// What a new connection speaks by.
    var tls: TLSContext? { context.withLock { $0 } }

    func setContext(_ context: TLSContext) { self.context.withLock { $0 = context } }

    /// - Parameter name: One of the fixed names of a refusal.
    func noteRefusal(_ name: String, _ peer: HTTPPeer) {
        onRefused(name, peer)
    }
}
