import Base

/// Reads HTTP/1.1 responses with the same strictness as requests.
///
/// Serves the client, which checks the heads that its library hands over, and every test that
/// looks at what a server really wrote.
package struct ResponseParser: Sendable {
    /// What the bytes given so far amount to.
    package enum Event: Sendable {
        case more
        /// A whole response; an interim one (1xx) has no body.
        case response(HTTPResponse)
    }

    private var reader = HeadReader()
    private var status: UInt16 = 0
    private var isOld = false
    private var droppedEmptyLine = false
    private var pending: HTTPResponse?
    private var body: BodyReader?
    private var isClosed = false
    private var failure: HTTPError?
    private let bodyBytesMax: Int
    /// Whether the request was HEAD: then no body follows, whatever the head says.
    package var isHead = false

    package init(bodyBytesMax: Int = Limits.bodyBytesMax) { self.bodyBytesMax = bodyBytesMax }

    /// Takes bytes from `input[cursor..<end]` until a response is complete.
    package mutating func next(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) throws(HTTPError) -> Event {
        if let failure { throw failure }
        do throws(HTTPError) {
            return try advance(input, &cursor, end)
        } catch {
            failure = error
            throw error
        }
    }

    /// The end of the input: completes a response that ends with the connection.
    ///
    /// - Throws: `truncated` where it cuts one.
    package mutating func finish() throws(HTTPError) -> HTTPResponse? {
        if let failure { throw failure }
        if var response = pending, let body, body.endsWithInput {
            response.body = body.body
            pending = nil
            return response
        }
        guard pending == nil, reader.isEmpty else { throw HTTPError(.truncated) }
        return nil
    }

    private mutating func advance(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) throws(HTTPError) -> Event {
        while cursor < end {
            if isClosed {
                guard input[cursor] == 0x0d || input[cursor] == 0x0a else {
                    throw HTTPError(.afterClose)
                }
                cursor += 1
            } else if pending != nil {
                return try advanceBody(input, &cursor, end)
            } else {
                guard try reader.takeLine(input, &cursor, end) else { return .more }
                if let event = try endLine() { return event }
            }
        }
        return .more
    }

    private mutating func endLine() throws(HTTPError) -> Event? {
        if reader.isPastStart {
            guard try reader.endField() else { return nil }
            return try endHead()
        }
        if reader.lineEnd == reader.lineStart {
            guard !droppedEmptyLine else { throw HTTPError(.badStatusLine) }
            droppedEmptyLine = true
            reader.dropEmptyLine()
            return nil
        }
        try readStatusLine(reader.bytes, reader.lineStart, reader.lineEnd)
        reader.startLineDone()
        return nil
    }

    /// `version SP 3DIGIT [SP reason]` (RFC 9112 §4).
    private mutating func readStatusLine(
        _ bytes: [UInt8], _ start: Int, _ end: Int
    ) throws(HTTPError) {
        guard end - start >= 12, bytes[start + 8] == 0x20 else { throw HTTPError(.badStatusLine) }
        do throws(HTTPError) {
            isOld = try RequestLine.version(bytes, start, start + 8)
        } catch {
            throw HTTPError(.badStatusLine)
        }
        status = 0
        for index in (start + 9)..<(start + 12) {
            guard ByteClass.isDigit(bytes[index]) else { throw HTTPError(.badStatusLine) }
            status = status * 10 + UInt16(bytes[index] - 0x30)
        }
        guard (100...599).contains(status), end == start + 12 || bytes[start + 12] == 0x20,
            bytes[(start + 12)..<end].allSatisfy(ByteClass.isFieldValue)
        else { throw HTTPError(.badStatusLine) }
    }

    private mutating func endHead() throws(HTTPError) -> Event? {
        let framing = reader.framing
        var length = try framing.responseBody(isOld: isOld)
        if isHead || status < 200 || status == 204 || status == 304 { length = .none }
        var response = HTTPResponse(status: status, headers: reader.headers)
        response.closes =
            framing.isClose || (isOld && !framing.isKeepAlive) || length == .untilClose
        reader = HeadReader()
        droppedEmptyLine = false
        if length == .none {
            isClosed = response.closes && status >= 200
            return .response(response)
        }
        body = try BodyReader(length, bytesMax: bodyBytesMax)
        pending = response
        return nil
    }

    private mutating func advanceBody(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) throws(HTTPError) -> Event {
        guard var reader = body else {
            invariant(false, "a response with a body has its reader")
            return .more
        }
        body = nil
        guard try reader.take(input, &cursor, end), var response = pending else {
            body = reader
            return .more
        }
        response.body = reader.body
        pending = nil
        isClosed = response.closes
        return .response(response)
    }
}
