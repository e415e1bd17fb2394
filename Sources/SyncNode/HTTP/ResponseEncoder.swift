import Base

/// Writes answers as bytes (RFC 9112 §4 to §7).
///
/// Framing is decided here alone: a handler cannot set a length that is not so, nor a line of
/// its own, nor a body where the method or status forbids one.
package struct ResponseEncoder: Sendable {
    /// How the end of a body is marked.
    package enum Length: Hashable, Sendable {
        /// A number of bytes that is known and will be kept.
        case known(Int)
        /// Chunks, or the end of the connection for an HTTP/1.0 caller.
        case unknown
    }

    /// What of the request decides how its answer is framed.
    package struct Context: Sendable {
        package let isHead: Bool
        package let isOld: Bool
        package let keepAlive: Bool

        package init(_ request: HTTPRequest) {
            isHead = request.method == .head
            isOld = request.isOld
            keepAlive = request.keepAlive
        }

        /// For an answer to something that was no request: the connection ends.
        package static let refused = Context(isHead: false, isOld: false, keepAlive: false)

        private init(isHead: Bool, isOld: Bool, keepAlive: Bool) {
            self.isHead = isHead
            self.isOld = isOld
            self.keepAlive = keepAlive
        }
    }

    /// What a written head means for the bytes after it.
    package struct Outcome: Hashable, Sendable {
        /// Whether the connection stays for another request.
        package let keepAlive: Bool
        /// Whether body bytes are written at all.
        package let hasBody: Bool
        /// Whether they go in chunks.
        package let isChunked: Bool
    }

    private static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
    private static let ownNames = ["content-length", "transfer-encoding", "connection", "date"]

    /// The interim answer to `Expect: 100-continue`.
    package static var continueBytes: [UInt8] { continueLine }

    /// Appends a head.
    ///
    /// - Parameters:
    ///   - date: From `HTTPDate.encode`.
    ///   - length: Of the body that a GET would get; HEAD writes it too and no body.
    package static func encodeHead(
        _ response: HTTPResponse, length: Length, for context: Context, date: [UInt8],
        into output: inout [UInt8]
    ) -> Outcome {
        for name in ownNames {
            invariant(!response.headers.contains(name), "the encoder sets length and connection")
        }
        invariant(response.status >= 200, "an interim answer is not the answer")
        let isEmpty = response.status == 204 || response.status == 304
        let isChunked = length == .unknown && !context.isOld && !isEmpty
        let endsByClose = length == .unknown && context.isOld && !isEmpty && !context.isHead
        let keepAlive = context.keepAlive && !response.closes && !endsByClose
        append(status: response.status, to: &output)
        output.append(contentsOf: "Date: ".utf8)
        output.append(contentsOf: date)
        output.append(contentsOf: "\r\n".utf8)
        output.append(contentsOf: response.headers.bytes)
        if case .known(let count) = length, !isEmpty {
            output.append(contentsOf: "Content-Length: ".utf8)
            append(count, radix: 10, to: &output)
            output.append(contentsOf: "\r\n".utf8)
        }
        if isChunked { output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8) }
        if !keepAlive {
            output.append(contentsOf: "Connection: close\r\n".utf8)
        } else if context.isOld {
            output.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        }
        output.append(contentsOf: "\r\n".utf8)
        return Outcome(
            keepAlive: keepAlive, hasBody: !isEmpty && !context.isHead, isChunked: isChunked)
    }

    /// Appends a whole answer.
    ///
    /// - Returns: Whether the connection stays.
    package static func encode(
        _ response: HTTPResponse, for context: Context, date: [UInt8], into output: inout [UInt8]
    ) -> Bool {
        let outcome = encodeHead(
            response, length: .known(response.body.count), for: context, date: date,
            into: &output)
        if outcome.hasBody { output.append(contentsOf: response.body) }
        return outcome.keepAlive
    }

    /// Appends the size line of one chunk; its bytes and `encodeChunkEnd` follow.
    ///
    /// - Parameter count: At least 1: an empty chunk would end the body.
    package static func encodeChunkHead(_ count: Int, into output: inout [UInt8]) {
        invariant(count > 0, "an empty chunk ends the body")
        append(count, radix: 16, to: &output)
        output.append(contentsOf: "\r\n".utf8)
    }

    /// Appends what stands behind the bytes of one chunk.
    package static func encodeChunkEnd(into output: inout [UInt8]) {
        output.append(contentsOf: "\r\n".utf8)
    }

    /// Appends the end of a chunked body.
    package static func encodeLastChunk(into output: inout [UInt8]) {
        output.append(contentsOf: "0\r\n\r\n".utf8)
    }

    private static func append(status: UInt16, to output: inout [UInt8]) {
        output.append(contentsOf: "HTTP/1.1 ".utf8)
        append(Int(status), radix: 10, to: &output)
        output.append(0x20)
        output.append(contentsOf: StatusText.reason(status).utf8)
        output.append(contentsOf: "\r\n".utf8)
    }

    private static func append(_ value: Int, radix: Int, to output: inout [UInt8]) {
        invariant(value >= 0, "a length is not negative")
        var divisor = 1
        while value / divisor >= radix { divisor *= radix }
        while divisor > 0 {
            let digit = UInt8(value / divisor % radix)
            output.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            divisor /= radix
        }
    }
}
