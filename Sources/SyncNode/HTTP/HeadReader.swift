import Base

/// Collects the head of one message line by line and checks each line as it ends.
///
/// Bytes may come in any pieces: what is refused depends on the bytes alone, never on how they
/// were cut. Strictness is that of RFC 9112 with every leniency it permits left out.
struct HeadReader {
    private(set) var bytes: [UInt8] = []
    private(set) var fields: [HTTPHeaders.Field] = []
    private(set) var framing = Framing()
    /// Where the line being collected begins.
    private(set) var lineStart = 0
    /// Whether the start line has been read.
    private(set) var isPastStart = false

    /// The end of the last complete line, without its CRLF.
    var lineEnd: Int { bytes.count - 2 }

    var isEmpty: Bool { bytes.isEmpty }

    /// Takes bytes up to and with the next LF.
    ///
    /// - Returns: Whether a whole line now stands at `lineStart..<lineEnd`.
    mutating func takeLine(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) throws(HTTPError) -> Bool {
        if bytes.isEmpty { bytes.reserveCapacity(min(end - cursor, 1024)) }
        let stop = lineStop(input, cursor, end)
        bytes.append(contentsOf: input[cursor..<stop])
        cursor = stop
        let isWhole = bytes[bytes.count - 1] == 0x0a
        try checkSizes()
        guard isWhole else { return false }
        guard bytes.count - lineStart >= 2, bytes[bytes.count - 2] == 0x0d else {
            throw HTTPError(.bareLineEnd)
        }
        return true
    }

    /// Ends the start line; header lines follow.
    mutating func startLineDone() {
        invariant(!isPastStart, "a message has one start line")
        isPastStart = true
        lineStart = bytes.count
    }

    /// Forgets one empty line before a start line (RFC 9112 §2.2).
    mutating func dropEmptyLine() {
        invariant(!isPastStart && bytes.count == 2, "only an empty line is dropped")
        bytes.removeAll(keepingCapacity: true)
    }

    /// Checks and keeps the header line that was just taken.
    ///
    /// - Returns: Whether it was the empty line that ends the head.
    mutating func endField() throws(HTTPError) -> Bool {
        let start = lineStart
        let end = lineEnd
        lineStart = bytes.count
        if start == end { return true }
        guard fields.count < Limits.fieldsMax else { throw HTTPError(.tooManyHeaders) }
        let field = try HeadReader.field(bytes, start, end)
        if fields.isEmpty { fields.reserveCapacity(8) }
        fields.append(field)
        try framing.note(field, in: bytes)
        return false
    }

    /// The headers read, sharing their bytes.
    var headers: HTTPHeaders { HTTPHeaders(bytes: bytes, fields: fields) }

    /// Reads `name ":" OWS value OWS` (RFC 9112 §5).
    static func field(
        _ bytes: [UInt8], _ start: Int, _ end: Int
    ) throws(HTTPError) -> HTTPHeaders.Field {
        if ByteClass.isSpace(bytes[start]) { throw HTTPError(.foldedHeader) }
        var colon = start
        while colon < end, ByteClass.isToken(bytes[colon]) { colon += 1 }
        guard colon > start, colon < end, bytes[colon] == UInt8(ascii: ":") else {
            throw HTTPError(.badHeaderName)
        }
        var from = colon + 1
        var to = end
        while from < to, ByteClass.isSpace(bytes[from]) { from += 1 }
        while to > from, ByteClass.isSpace(bytes[to - 1]) { to -= 1 }
        for index in from..<to where !ByteClass.isFieldValue(bytes[index]) {
            throw HTTPError(bytes[index] == 0x0d ? .bareLineEnd : .badHeaderValue)
        }
        return HTTPHeaders.Field(
            nameStart: UInt32(truncatingIfNeeded: start),
            nameEnd: UInt32(truncatingIfNeeded: colon),
            valueStart: UInt32(truncatingIfNeeded: from), valueEnd: UInt32(truncatingIfNeeded: to))
    }

    private func lineStop(_ input: [UInt8], _ cursor: Int, _ end: Int) -> Int {
        invariant(cursor < end && end <= input.count, "a line is taken from bytes that are there")
        var index = cursor
        while index < end {
            if input[index] == 0x0a { return index + 1 }
            index += 1
        }
        return end
    }

    private func checkSizes() throws(HTTPError) {
        let line = bytes.count - lineStart
        if isPastStart {
            guard line <= Limits.fieldBytesMax, bytes.count <= Limits.headBytesMax else {
                throw HTTPError(.headTooLong)
            }
        } else {
            // Method, two spaces, version and CRLF stand beside the target.
            guard line <= Limits.targetBytesMax + Limits.methodBytesMax + 12 else {
                throw HTTPError(.targetTooLong)
            }
        }
    }
}
