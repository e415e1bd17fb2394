import Foundation
import HTTP
import Network
import Synchronization

extension ServerLimits {
    /// Waits an hour for everything: where all tests run at once, one may stand still for minutes
    /// between two of its lines, and what it tells then must not be the server's own deadline.
    static var patient: Self {
        var limits = Self()
        limits.headMillis = 3_600_000
        limits.bodyMillis = 3_600_000
        limits.writeMillis = 3_600_000
        limits.idleMillis = 3_600_000
        limits.answerMillis = 3_600_000
        return limits
    }
}

/// A server whose paths each do one thing; the same in every test of this room.
enum EchoServer {
    static func start(
        limits: ServerLimits = .patient, threads: Int = 1, tls: TLSIdentity? = nil,
        gate: Gate = Gate()
    ) throws(NetworkError) -> HTTPServer {
        try HTTPServer(
            listen: Endpoint(address: "127.0.0.1", port: 0), threads: threads, limits: limits,
            tls: tls, bodyLimit: { $0.path == "/small" ? 10 : 1 << 20 }
        ) { request, responder in
            answer(request, responder, gate)
        }
    }

    private static func answer(_ request: HTTPRequest, _ responder: Responder, _ gate: Gate) {
        switch request.path {
        case "/later":
            let text = request.query
            Thread.detachNewThread { responder.respond(HTTPResponse(text: text)) }
        case "/gate": gate.hold(responder)
        case "/drop": break
        case "/stream": stream(request, responder, length: nil, gate)
        case "/length": stream(request, responder, length: 300_000, gate)
        case "/cut":
            let stream = responder.start(HTTPResponse(status: 200))
            _ = stream.write([1, 2, 3])
        case "/events": gate.follow(responder)
        case "/peer":
            let peer = request.peer
            responder.respond(
                HTTPResponse(text: "\(peer?.address ?? "") \(peer?.certificate?.count ?? 0)"))
        default:
            var response = HTTPResponse(
                status: 200, contentType: "application/octet-stream", body: request.body)
            response.headers.add("X-Path", request.path)
            responder.respond(response)
        }
    }

    /// 300,000 bytes in pieces, from a thread of its own that waits when asked to.
    private static func stream(
        _ request: HTTPRequest, _ responder: Responder, length: Int?, _ gate: Gate
    ) {
        let room = DispatchSemaphore(value: 0)
        let stream = responder.start(HTTPResponse(status: 200), length: length) { signal in
            if signal != .draining { room.signal() }
        }
        Thread.detachNewThread {
            for piece in 0..<100 {
                let bytes = [UInt8](repeating: UInt8(piece), count: 3000)
                switch stream.write(bytes) {
                case .goOn: break
                case .pause: gate.paused { room.wait() }
                case .closed: return
                }
            }
            stream.end()
        }
    }
}

/// Lets a test decide when a request is answered, and see what became of a stream.
final class Gate: Sendable {
    private struct State {
        var responders: [Responder] = []
        var streams: [ResponseStream] = []
        var signals: [ResponseStream.Signal] = []
        var pauses = 0
    }

    private let state = Mutex(State())

    func hold(_ responder: Responder) {
        state.withLock { $0.responders.append(responder) }
    }

    func follow(_ responder: Responder) {
        let stream = responder.start(HTTPResponse(status: 200)) { signal in
            self.state.withLock { $0.signals.append(signal) }
        }
        _ = stream.write(Array("data: 1\n\n".utf8))
        state.withLock { $0.streams.append(stream) }
    }

    var held: Int { state.withLock { $0.responders.count } }
    var streams: [ResponseStream] { state.withLock { $0.streams } }
    var signals: [ResponseStream.Signal] { state.withLock { $0.signals } }

    /// Whether the writer of a stream waits for room.
    var isPaused: Bool { state.withLock { $0.pauses > 0 } }

    func paused(_ wait: () -> Void) {
        state.withLock { $0.pauses += 1 }
        wait()
        state.withLock { $0.pauses -= 1 }
    }

    /// Answers everything that is held.
    func open() {
        let responders = state.withLock { state in
            let responders = state.responders
            state.responders = []
            return responders
        }
        for responder in responders { responder.respond(HTTPResponse(text: "opened")) }
    }

    /// Forgets everything that is held.
    func drop() { state.withLock { $0 = State() } }
}

/// Waits until something holds; a condition that never does fails the test by its caller.
func eventually(_ condition: () -> Bool) async throws -> Bool {
    for _ in 0..<6000 {
        if condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return condition()
}
