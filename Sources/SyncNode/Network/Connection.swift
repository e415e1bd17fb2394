internal import Base
internal import CLinux
internal import Glibc
internal import HTTP

/// One caller's connection: bytes in, requests to the handler one at a time, answers out in order.
///
/// Pipelined requests wait as bytes until the one before is answered, so order needs no queue.
// @unchecked: every member is touched on the loop's thread alone, which the compiler cannot see.
final class Connection: @unchecked Sendable {
    /// The request that waits for its answer.
    struct Exchange {
        let ticket: UInt64
        let context: ResponseEncoder.Context
        var stream: StreamState?
        var outcome: ResponseEncoder.Outcome?
    }

    /// What is being waited for, which decides the deadline.
    enum Phase {
        case handshake, fresh, idle, head, body, answer, streaming, write, linger
    }

    let socket: Descriptor
    let generation: UInt32
    let loop: EventLoop
    let isRefused: Bool
    var peer: HTTPPeer
    var tls: TLSSession?

    var parser = RequestParser()
    var output = OutputQueue()
    var exchange: Exchange?
    var isClosed = false
    /// Nothing more is read as a request; what is queued still leaves.
    var isEnding = false
    private var ticket: UInt64 = 0
    private var isReadable = false
    private var isWritable = true
    private var peerEnded = false
    /// The end of the input is on its way: a short read no longer means an empty socket.
    private var isHangingUp = false
    private var isInTurn = false
    private(set) var isLingering = false
    private var lingered = 0
    private var leftover: [UInt8] = []
    private var leftoverCursor = 0
    /// What the route of the request that is being read takes.
    private var bodyBytesMax: Int?

    var phase: Phase
    var phaseStart: Int64
    var phaseBytes: Int64 = 0
    var timerAt = Int64.max

    init(
        _ socket: consuming Descriptor, _ generation: UInt32, _ loop: EventLoop, _ peer: HTTPPeer,
        isRefused: Bool
    ) {
        self.socket = socket
        self.generation = generation
        self.loop = loop
        self.peer = peer
        self.isRefused = isRefused
        phaseStart = loop.now
        phase = loop.service.isSecure ? .handshake : .fresh
    }

    /// The first turn.
    func begin() {
        var on: Int32 = 1
        // Without it small answers would wait for an acknowledgement; failing costs only that.
        _ = setsockopt(
            socket.raw, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        if let context = loop.service.tls {
            guard let session = TLSSession(context) else { return close() }
            tls = session
        }
        if isRefused {
            loop.service.noteRefusal("connections-full", peer)
            var response = HTTPResponse.problem(
                status: 503, type: "/problems/busy", title: "连接已满，请稍后再试",
                rule: "connectionsMax")
            response.headers.add("Retry-After", String(Limits.connectionRetrySeconds))
            answerAndEnd(response)
        }
        turn()
    }

    /// What epoll says of the socket.
    func handle(events: UInt32) {
        guard !isClosed else { return }
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { return close() }
        if events & EPOLLIN.rawValue != 0 { isReadable = true }
        if events & EPOLLOUT.rawValue != 0 { isWritable = true }
        if events & EPOLLRDHUP.rawValue != 0 {
            isReadable = true
            isHangingUp = true
            // A caller of a stream that stops sending has left: it has nothing more to say anyway.
            if exchange?.stream != nil { return close() }
        }
        turn()
    }

    /// A turn that was put off.
    func resume() {
        if !isClosed { turn() }
    }

    /// The server stops.
    func drain() {
        guard !isClosed else { return }
        exchange?.stream?.signal(.draining)
        if exchange == nil, output.isEmpty, parser.isIdle, leftover.isEmpty { close() }
    }

    /// Ends at once and tells the stream, if any.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        loop.forget(self)
        let stream = exchange?.stream
        exchange = nil
        leftover = []
        tls = nil
        // The caller must see the end now, even while a handler still holds its responder.
        _ = shutdown(socket.raw, Int32(SHUT_RDWR))
        stream?.close()
    }

    // MARK: a turn

    /// Reads, parses, answers and writes until something must be waited for.
    func turn() {
        invariant(!isInTurn, "a turn is not taken inside a turn")
        isInTurn = true
        var reads = 0
        while !isClosed {
            if isLingering {
                guard lingerOn() else { break }
            } else if !leftover.isEmpty, takesRequests {
                parseLeftover()
            } else if isReadable, takesBytes {
                reads += 1
                if reads > Limits.readsPerTurnMax {
                    loop.resumeLater(self)
                    break
                }
                readOnce()
            } else {
                break
            }
        }
        isInTurn = false
        if !isClosed { flush() }
        if !isClosed { setDeadline() }
    }

    private var takesRequests: Bool { exchange == nil && !isEnding }

    /// A handshake goes on while an answer is awaited; plain bytes wait in the socket.
    private var takesBytes: Bool { takesRequests && leftover.isEmpty }

    private func readOnce() {
        let count = receive()
        guard count > 0 else {
            if count == 0 { inputEnded() } else if errno != EAGAIN { close() }
            isReadable = false
            return
        }
        // A short read has emptied the socket; whatever comes next raises a new event.
        if count < Limits.readBytesMax, !isHangingUp { isReadable = false }
        phaseBytes += Int64(count)
        guard tls == nil else { return readSecure(count) }
        parse(loop.scratch, count)
    }

    private func receive() -> Int {
        loop.scratch.withUnsafeMutableBytes { raw in
            // The pointer lives as long as the call.
            while true {
                let count = recv(socket.raw, raw.baseAddress, raw.count, 0)
                if count >= 0 || errno != EINTR { return count }
            }
        }
    }

    private func parse(_ input: [UInt8], _ end: Int) {
        var cursor = 0
        consume(input, &cursor, end)
        if cursor < end, !isEnding, !isClosed {
            leftover = Array(input[cursor..<end])
            leftoverCursor = 0
        }
    }

    private func parseLeftover() {
        let input = leftover
        consume(input, &leftoverCursor, input.count)
        if leftoverCursor == input.count || isEnding {
            leftover = []
            leftoverCursor = 0
        }
    }

    /// Plain bytes from the cipher; kept until they can be read as requests.
    func received(plain bytes: [UInt8]) {
        guard !isEnding, !isClosed else { return }
        if leftover.isEmpty {
            parse(bytes, bytes.count)
        } else {
            leftover.append(contentsOf: bytes)
        }
    }

    private func consume(_ input: [UInt8], _ cursor: inout Int, _ end: Int) {
        while cursor < end, takesRequests, !isClosed {
            do throws(HTTPError) {
                switch try parser.next(input, &cursor, end) {
                case .more: return
                case .head(let request): try allowBody(of: request, moreIsHere: cursor < end)
                case .request(let request): dispatch(request)
                }
            } catch {
                refuse(error)
            }
        }
    }

    private func refuse(_ error: HTTPError) {
        loop.service.noteRefusal(error.reason.rawValue, peer)
        answerAndEnd(error.response(bodyBytesMax: bodyBytesMax))
    }

    private func allowBody(of request: HTTPRequest, moreIsHere: Bool) throws(HTTPError) {
        let limit = loop.service.bodyLimit(request)
        bodyBytesMax = limit
        try parser.allowBody(bytesMax: limit)
        if request.expectsContinue, !moreIsHere {
            output.append(ResponseEncoder.continueBytes)
        }
    }

    private func dispatch(_ request: HTTPRequest) {
        var request = request
        request.peer = peer
        ticket &+= 1
        exchange = Exchange(ticket: ticket, context: ResponseEncoder.Context(request))
        enter(.answer)
        loop.service.handler(request, Responder(self, ticket))
    }

    private func inputEnded() {
        peerEnded = true
        do throws(HTTPError) {
            try parser.finish()
            isEnding = true
        } catch {
            refuse(error)
        }
    }

    // MARK: answers

    /// Whether `ticket` is the request that waits; late answers are nobody's.
    func isAwaiting(_ ticket: UInt64) -> Bool {
        !isClosed && exchange?.ticket == ticket
    }

    func respond(_ ticket: UInt64, _ response: HTTPResponse) {
        guard isAwaiting(ticket), let exchange, exchange.outcome == nil else { return }
        var response = response
        if loop.isDraining { response.closes = true }
        let outcome = ResponseEncoder.encodeHead(
            response, length: .known(response.body.count), for: exchange.context, date: loop.date,
            into: &output.buffer)
        if outcome.hasBody { output.append(response.body) }
        finishExchange(keepAlive: outcome.keepAlive)
    }

    /// The answer has been written whole; the next request may come.
    func finishExchange(keepAlive: Bool) {
        exchange = nil
        enter(.idle)
        // A stream that began before the server stopped could not say so in its head.
        if !keepAlive || loop.isDraining { isEnding = true }
        if !isInTurn { loop.resumeLater(self) }
    }

    /// An answer outside of any exchange, after which the connection ends.
    func answerAndEnd(_ response: HTTPResponse) {
        guard !isEnding else { return }
        isEnding = true
        leftover = []
        exchange = nil
        _ = ResponseEncoder.encode(
            response, for: .refused, date: loop.date, into: &output.buffer)
    }

    // MARK: writing

    private func flush() {
        guard isWritable else { return }
        var sent = 0
        let progress = tls == nil ? output.send(to: socket.raw, sent: &sent) : sendSecure(&sent)
        phaseBytes += Int64(sent)
        switch progress {
        case .broken: return close()
        case .blocked: isWritable = false
        case .emptied: break
        }
        exchange?.stream?.drained(to: output.count)
        if isEnding, progress == .emptied, exchange == nil, !isLingering { endWriting() }
    }

    /// Everything has left: say so, and listen until the caller has seen it.
    ///
    /// Closing with unread bytes would reset the connection and could destroy the answer.
    private func endWriting() {
        if peerEnded { return close() }
        if let tls {
            tls.shutDown()
            var sent = 0
            _ = sendSecure(&sent)
        }
        guard shutdown(socket.raw, Int32(SHUT_WR)) == 0 else { return close() }
        isLingering = true
        isReadable = true
        while lingerOn() {}
    }

    /// - Returns: Whether to go on.
    private func lingerOn() -> Bool {
        guard isReadable else { return false }
        let count = receive()
        if count < 0, errno == EAGAIN {
            isReadable = false
            return false
        }
        lingered += max(count, 0)
        if count <= 0 || lingered > Limits.lingerBytesMax {
            close()
            return false
        }
        return true
    }
}
