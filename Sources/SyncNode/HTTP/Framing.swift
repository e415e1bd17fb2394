import Base

/// What the header lines say about where the message ends, who it is for and what comes after.
struct Framing {
    private(set) var host: HTTPHeaders.Field?
    private(set) var contentLength: Int?
    private(set) var isClose = false
    private(set) var isKeepAlive = false
    private(set) var expectsContinue = false
    private(set) var hasOtherExpectation = false
    private var transferLines = 0
    private var chunkedCount = 0
    private var otherCodings = 0
    private var isChunkedLast = false

    /// How a body is delimited.
    enum Body: Hashable {
        case none
        case length(Int)
        case chunked
        case untilClose
    }

    /// Looks at one line. Cost: one switch on the name's length for lines it does not care about.
    mutating func note(_ field: HTTPHeaders.Field, in bytes: [UInt8]) throws(HTTPError) {
        switch field.nameEnd - field.nameStart {
        case 4 where Framing.name(field, bytes, "host"):
            guard host == nil else { throw HTTPError(.duplicateHost) }
            host = field
        case 6 where Framing.name(field, bytes, "expect"):
            noteExpect(field, bytes)
        case 10 where Framing.name(field, bytes, "connection"):
            noteConnection(field, bytes)
        case 14 where Framing.name(field, bytes, "content-length"):
            guard contentLength == nil else { throw HTTPError(.duplicateContentLength) }
            contentLength = try Framing.length(field, bytes)
        case 17 where Framing.name(field, bytes, "transfer-encoding"):
            transferLines += 1
            noteCodings(field, bytes)
        default: break
        }
    }

    /// The delimiting of a request's body (RFC 9112 §6.3): both lengths, or a coding that is not
    /// exactly `chunked`, are refused.
    func requestBody(isOld: Bool) throws(HTTPError) -> Body {
        if transferLines > 0 { return try chunkedBody(isOld: isOld) }
        guard let contentLength, contentLength > 0 else { return .none }
        return .length(contentLength)
    }

    /// The delimiting of a response's body; `untilClose` where nothing says otherwise.
    func responseBody(isOld: Bool) throws(HTTPError) -> Body {
        if transferLines > 0 { return try chunkedBody(isOld: isOld) }
        guard let contentLength else { return .untilClose }
        return contentLength > 0 ? .length(contentLength) : .none
    }

    private func chunkedBody(isOld: Bool) throws(HTTPError) -> Body {
        if contentLength != nil { throw HTTPError(.bothLengths) }
        guard !isOld, chunkedCount == 1, isChunkedLast else {
            throw HTTPError(.badTransferEncoding)
        }
        if otherCodings > 0 { throw HTTPError(.unknownCoding) }
        return .chunked
    }

    private mutating func noteExpect(_ field: HTTPHeaders.Field, _ bytes: [UInt8]) {
        if Framing.equals(bytes, Int(field.valueStart), Int(field.valueEnd), "100-continue") {
            expectsContinue = true
        } else {
            hasOtherExpectation = true
        }
    }

    private mutating func noteConnection(_ field: HTTPHeaders.Field, _ bytes: [UInt8]) {
        Framing.eachElement(field, bytes) { start, end in
            if Framing.equals(bytes, start, end, "close") { isClose = true }
            if Framing.equals(bytes, start, end, "keep-alive") { isKeepAlive = true }
        }
    }

    private mutating func noteCodings(_ field: HTTPHeaders.Field, _ bytes: [UInt8]) {
        isChunkedLast = false
        Framing.eachElement(field, bytes) { start, end in
            if Framing.equals(bytes, start, end, "chunked") {
                chunkedCount += 1
                isChunkedLast = true
            } else {
                otherCodings += 1
                isChunkedLast = false
            }
        }
    }

    /// A length is digits and nothing else; more than fits a signed 64-bit number is refused.
    private static func length(
        _ field: HTTPHeaders.Field, _ bytes: [UInt8]
    ) throws(HTTPError) -> Int {
        guard field.valueEnd > field.valueStart else { throw HTTPError(.badContentLength) }
        var value = 0
        for index in Int(field.valueStart)..<Int(field.valueEnd) {
            guard ByteClass.isDigit(bytes[index]) else { throw HTTPError(.badContentLength) }
            let (product, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(bytes[index] - 0x30))
            guard !high, !carry else { throw HTTPError(.badContentLength) }
            value = sum
        }
        return value
    }

    /// The elements of a comma-separated list, trimmed; empty ones are skipped.
    private static func eachElement(
        _ field: HTTPHeaders.Field, _ bytes: [UInt8], _ body: (Int, Int) -> Void
    ) {
        var start = Int(field.valueStart)
        let last = Int(field.valueEnd)
        while start < last {
            var comma = start
            while comma < last, bytes[comma] != UInt8(ascii: ",") { comma += 1 }
            var from = start
            var to = comma
            while from < to, ByteClass.isSpace(bytes[from]) { from += 1 }
            while to > from, ByteClass.isSpace(bytes[to - 1]) { to -= 1 }
            if from < to { body(from, to) }
            start = comma + 1
        }
    }

    /// Whether the field's name is `name` (given in lower case).
    static func name(_ field: HTTPHeaders.Field, _ bytes: [UInt8], _ name: String) -> Bool {
        equals(bytes, Int(field.nameStart), Int(field.nameEnd), name)
    }

    /// Whether a range reads as `text` (given in lower case), without case.
    static func equals(_ bytes: [UInt8], _ start: Int, _ end: Int, _ text: String) -> Bool {
        guard end - start == text.utf8.count else { return false }
        var index = start
        for byte in text.utf8 {
            if ByteClass.lower(bytes[index]) != byte { return false }
            index += 1
        }
        return true
    }
}
