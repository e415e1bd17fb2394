import Base

/// `method SP target SP version`, with exactly one space at each place (RFC 9112 §3).
struct RequestLine: Sendable {
    private(set) var method = HTTPMethod.other
    private(set) var methodName = 0..<0
    private(set) var target = 0..<0
    private(set) var isOld = false

    init() {}

    /// Reads `bytes[start..<end]`, a line without its CRLF.
    init(_ bytes: [UInt8], from start: Int, to end: Int) throws(HTTPError) {
        invariant(end <= bytes.count, "a line lies in its bytes")
        var index = start
        while index < end, ByteClass.isToken(bytes[index]) { index += 1 }
        guard index > start, index < end, bytes[index] == 0x20,
            index - start <= Limits.methodBytesMax
        else { throw HTTPError(.badMethod) }
        methodName = start..<index
        method = HTTPMethod(bytes, from: start, to: index)
        let targetStart = index + 1
        index = targetStart
        while index < end, ByteClass.isTarget(bytes[index]) { index += 1 }
        guard index > targetStart else { throw HTTPError(.badTarget) }
        guard index < end, bytes[index] == 0x20 else {
            throw HTTPError(index < end && bytes[index] == 0x0d ? .bareLineEnd : .badTarget)
        }
        guard index - targetStart <= Limits.targetBytesMax else { throw HTTPError(.targetTooLong) }
        target = targetStart..<index
        isOld = try RequestLine.version(bytes, index + 1, end)
        // A tunnel is not asked of this server, and its target has a form of its own.
        if Framing.equals(bytes, start, methodName.upperBound, "connect") {
            throw HTTPError(.tunnel)
        }
    }

    /// `HTTP/1.1` or `HTTP/1.0`, in exactly these letters.
    ///
    /// - Returns: Whether it is the older one.
    /// - Throws: `badVersion` for another version, `badRequestLine` for no version.
    static func version(_ bytes: [UInt8], _ start: Int, _ end: Int) throws(HTTPError) -> Bool {
        guard end - start == 8, bytes[start] == UInt8(ascii: "H"),
            bytes[start + 1] == UInt8(ascii: "T"), bytes[start + 2] == UInt8(ascii: "T"),
            bytes[start + 3] == UInt8(ascii: "P"), bytes[start + 4] == UInt8(ascii: "/"),
            ByteClass.isDigit(bytes[start + 5]), bytes[start + 6] == UInt8(ascii: "."),
            ByteClass.isDigit(bytes[start + 7])
        else { throw HTTPError(.badRequestLine) }
        guard bytes[start + 5] == UInt8(ascii: "1"), bytes[start + 7] <= UInt8(ascii: "1") else {
            throw HTTPError(.badVersion)
        }
        return bytes[start + 7] == UInt8(ascii: "0")
    }
}
