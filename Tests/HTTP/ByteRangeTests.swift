import Testing

@testable import HTTP

/// RFC 9110 §14 on a representation of 1000 bytes.
@Suite struct ByteRangeTests {
    private func select(
        _ range: String?, method: String = "GET", condition: String? = nil, size: Int = 1000
    ) throws -> ByteRange {
        var text = "\(method) /x HTTP/1.1\r\nHost: a\r\n"
        if let range { text += "Range: \(range)\r\n" }
        if let condition { text += "If-Range: \(condition)\r\n" }
        let request = try Self.request(text + "\r\n")
        return ByteRange.select(request, size: size, tag: "\"t\"")
    }

    private static func request(_ text: String) throws -> HTTPRequest {
        var parser = RequestParser()
        let bytes = Array(text.utf8)
        var cursor = 0
        while true {
            switch try parser.next(bytes, &cursor, bytes.count) {
            case .more: throw Unfinished()
            case .head: try parser.allowBody(bytesMax: 0)
            case .request(let request): return request
            }
        }
    }

    private struct Unfinished: Error {}

    @Test(arguments: [
        ("bytes=0-0", 0..<1), ("bytes=0-499", 0..<500), ("bytes=500-", 500..<1000),
        ("bytes=-1", 999..<1000), ("bytes=-5000", 0..<1000), ("bytes=990-5000", 990..<1000),
        ("BYTES=1-2", 1..<3), ("bytes=0-99999999999999999999", 0..<1000),
    ]) func parts(text: String, range: Range<Int>) throws {
        #expect(try select(text) == .part(range))
    }

    @Test(arguments: ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999-"])
    func unsatisfiable(text: String) throws {
        #expect(try select(text) == .unsatisfiable)
    }

    /// What is not of the form must be ignored; lists and other units may be.
    @Test(arguments: [
        "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,2-3", "lines=0-1", "bytes 0-1",
        "bytes=0--1", "bytes=+1-2", "bytes= 0-1",
    ]) func ignored(text: String) throws {
        #expect(try select(text) == .whole)
    }

    @Test func conditions() throws {
        #expect(try select(nil) == .whole)
        #expect(try select("bytes=0-1", method: "HEAD") == .whole)
        #expect(try select("bytes=0-1", condition: "\"t\"") == .part(0..<2))
        #expect(try select("bytes=0-1", condition: "W/\"t\"") == .whole, "strong comparison")
        #expect(try select("bytes=0-1", condition: "\"u\"") == .whole)
        #expect(try select("bytes=0-1", condition: "Sat, 21 Nov 2026 00:00:00 GMT") == .whole)
        #expect(try select("bytes=1000-", condition: "\"u\"") == .whole)
    }
}
