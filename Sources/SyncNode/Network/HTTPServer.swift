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
    /// How many body bytes a route accepts; asked when the head is read, before the body comes.
    package typealias BodyLimit = @Sendable (HTTPRequest) -> Int

    /// Where it really listens: the port is the one the system chose.
    package let endpoint: Endpoint
    /// Whether it speaks TLS.
    package let isSecure: Bool
    private let loops: [EventLoop]

    /// Opens the socket and starts to serve.
    ///
    /// - Parameters:
    ///   - threads: Loops; each serves its own connections.
    ///   - tls: Certificate and key; nil speaks in the clear.
    /// - Throws: `NetworkError`; nothing is left open then.
    package init(
        listen endpoint: Endpoint, threads: Int = 1, limits: ServerLimits = ServerLimits(),
        tls: TLSIdentity? = nil,
        bodyLimit: @escaping BodyLimit = { _ in Limits.bodyBytesMax },
        handler: @escaping Handler
    ) throws(NetworkError) {
        invariant((1...16).contains(threads), "a server has 1 to 16 loops")
        var context: TLSContext?
        if let tls { context = try TLSContext(server: tls) }
        let listener = try Listener(endpoint)
        let service = Service(
            listener: listener, limits: limits, tls: context, bodyLimit: bodyLimit,
            handler: handler)
        var loops: [EventLoop] = []
        for _ in 0..<threads { loops.append(try EventLoop(service)) }
        self.endpoint = listener.endpoint
        self.isSecure = tls != nil
        self.loops = loops
        for (index, loop) in loops.enumerated() { try loop.start("http-\(index)") }
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
    let tls: TLSContext?
    let bodyLimit: HTTPServer.BodyLimit
    let handler: HTTPServer.Handler
    /// Connections that all loops hold together.
    let connections = Atomic<Int>(0)

    init(
        listener: Listener, limits: ServerLimits, tls: TLSContext?,
        bodyLimit: @escaping HTTPServer.BodyLimit, handler: @escaping HTTPServer.Handler
    ) {
        self.listener = listener
        self.limits = limits
        self.tls = tls
        self.bodyLimit = bodyLimit
        self.handler = handler
    }
}
