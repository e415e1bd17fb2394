import Base

/// Collects the body of one message, however it is delimited and cut, up to a limit.
struct BodyReader {
    private enum Stage {
        case length(Int)
        case untilClose
        case chunkSize
        case chunkData(Int)
        case chunkEnd
        case trailer
        case done
    }

    private(set) var body: [UInt8] = []
    private let bytesMax: Int
    private var stage: Stage
    private var line: [UInt8] = []
    private var extensionBytes = 0
    private var trailers = 0

    /// - Throws: `bodyTooLong` where the length given already exceeds `bytesMax`.
    init(_ framing: Framing.Body, bytesMax: Int) throws(HTTPError) {
        invariant(bytesMax >= 0, "a body limit is not negative")
        self.bytesMax = bytesMax
        switch framing {
        case .none: stage = .done
        case .chunked: stage = .chunkSize
        case .untilClose: stage = .untilClose
        case .length(let length):
            guard length <= bytesMax else { throw HTTPError(.bodyTooLong) }
            stage = .length(length)
        }
    }

    /// Whether the end of the input is also the end of the body.
    var endsWithInput: Bool {
        if case .untilClose = stage { true } else { false }
    }

    /// Takes what belongs to the body.
    ///
    /// - Returns: Whether the body is complete; what follows then stays untouched.
    mutating func take(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) throws(HTTPError) -> Bool {
        while true {
            if case .done = stage { return true }
            guard cursor < end else { return false }
            switch stage {
            case .done: return true
            case .length(let left): stage = takeLength(left, input, &cursor, end)
            case .untilClose: try takeAll(input, &cursor, end)
            case .chunkSize: try takeSize(input, &cursor, end)
            case .chunkData(let left): stage = takeChunk(left, input, &cursor, end)
            case .chunkEnd: try takeChunkEnd(input, &cursor, end)
            case .trailer: try takeTrailer(input, &cursor, end)
            }
        }
    }

    private mutating func takeLength(
        _ left: Int, _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) -> Stage {
        // Room is made for what has come, not for what was promised: a promise costs nothing.
        if body.isEmpty { body.reserveCapacity(min(left, 64 * 1024)) }
        let count = min(left, end - cursor)
        body.append(contentsOf: input[cursor..<(cursor + count)])
        cursor += count
        return left == count ? .done : .length(left - count)
    }

    private mutating func takeAll(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) throws(HTTPError) {
        guard body.count + end - cursor <= bytesMax else { throw HTTPError(.bodyTooLong) }
        body.append(contentsOf: input[cursor..<end])
        cursor = end
    }

    private mutating func takeChunk(
        _ left: Int, _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) -> Stage {
        let count = min(left, end - cursor)
        body.append(contentsOf: input[cursor..<(cursor + count)])
        cursor += count
        return left == count ? .chunkEnd : .chunkData(left - count)
    }

    private mutating func takeSize(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) throws(HTTPError) {
        guard try takeLine(input, &cursor, end, bytesMax: Limits.chunkLineBytesMax, .badChunk)
        else { return }
        let size = try chunkSize()
        line.removeAll(keepingCapacity: true)
        guard size <= bytesMax - body.count else { throw HTTPError(.bodyTooLong) }
        stage = size == 0 ? .trailer : .chunkData(size)
    }

    /// Chunk data is followed by CRLF and by nothing else.
    private mutating func takeChunkEnd(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) throws(HTTPError) {
        guard try takeLine(input, &cursor, end, bytesMax: 2, .badChunk) else { return }
        guard line.count == 2 else { throw HTTPError(.badChunk) }
        line.removeAll(keepingCapacity: true)
        stage = .chunkSize
    }

    /// Trailers are checked like headers and then left out: nothing here acts on them.
    private mutating func takeTrailer(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int
    ) throws(HTTPError) {
        guard
            try takeLine(input, &cursor, end, bytesMax: Limits.fieldBytesMax, .headTooLong)
        else { return }
        if line.count == 2 {
            stage = .done
            return
        }
        trailers += 1
        guard trailers <= Limits.fieldsMax else { throw HTTPError(.tooManyHeaders) }
        let field = try HeadReader.field(line, 0, line.count - 2)
        for name in Self.forbiddenTrailers where Framing.name(field, line, name) {
            throw HTTPError(.badTrailer)
        }
        line.removeAll(keepingCapacity: true)
    }

    /// Names that would say something about framing, routing or rights (RFC 9110 §6.5.1).
    private static let forbiddenTrailers = [
        "host", "transfer-encoding", "content-length", "connection", "trailer", "te", "upgrade",
        "expect", "authorization", "cookie", "content-encoding", "content-range", "range",
    ]

    /// `1*HEXDIG *( ";" token [ "=" ( token / quoted-string ) ] ) CRLF`, without white space.
    private mutating func chunkSize() throws(HTTPError) -> Int {
        let end = line.count - 2
        var index = 0
        var size = 0
        while index < end, let digit = ByteClass.nibble(line[index]) {
            guard size <= Int.max >> 4 else { throw HTTPError(.badChunk) }
            size = size << 4 | Int(digit)
            index += 1
        }
        // Sixteen digits are as many as a 64-bit number has; more zeros only hide something.
        guard index > 0, index <= 16 else { throw HTTPError(.badChunk) }
        extensionBytes += end - index
        guard extensionBytes <= Limits.chunkExtensionBytesMax else { throw HTTPError(.badChunk) }
        while index < end { index = try chunkExtension(index, end) }
        return size
    }

    private func chunkExtension(_ start: Int, _ end: Int) throws(HTTPError) -> Int {
        guard line[start] == UInt8(ascii: ";") else { throw HTTPError(.badChunk) }
        var index = try token(start + 1, end)
        guard index < end, line[index] == UInt8(ascii: "=") else { return index }
        index += 1
        guard index < end, line[index] == UInt8(ascii: "\"") else { return try token(index, end) }
        index += 1
        while index < end, line[index] != UInt8(ascii: "\"") {
            if line[index] == UInt8(ascii: "\\") { index += 1 }
            guard index < end, ByteClass.isFieldValue(line[index]) else {
                throw HTTPError(.badChunk)
            }
            index += 1
        }
        guard index < end else { throw HTTPError(.badChunk) }
        return index + 1
    }

    private func token(_ start: Int, _ end: Int) throws(HTTPError) -> Int {
        var index = start
        while index < end, ByteClass.isToken(line[index]) { index += 1 }
        guard index > start else { throw HTTPError(.badChunk) }
        return index
    }

    private mutating func takeLine(
        _ input: [UInt8], _ cursor: inout Int, _ end: Int, bytesMax: Int,
        _ tooLong: HTTPError.Reason
    ) throws(HTTPError) -> Bool {
        while cursor < end {
            let byte = input[cursor]
            cursor += 1
            line.append(byte)
            guard line.count <= bytesMax else { throw HTTPError(tooLong) }
            if byte == 0x0a {
                guard line.count >= 2, line[line.count - 2] == 0x0d else {
                    throw HTTPError(.bareLineEnd)
                }
                return true
            }
        }
        return false
    }
}
