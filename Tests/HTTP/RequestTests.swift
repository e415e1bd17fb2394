import Base
import HTTP
import Testing

@Suite struct RequestTests {
    @Test func readsARequest() throws {
        let request = try HTTPRequest.make(
            "POST", "/api/v1/%E4%BA%8B/a+b?q=%E4%B8%AD+x&flag&e=1=2",
            headers: [("X-One", " a\tb "), ("x-one", "c")], body: [1, 2, 3])
        #expect(request.method == .post)
        #expect(request.methodName == "POST")
        #expect(request.path == "/api/v1/事/a+b")
        #expect(request.query == "q=%E4%B8%AD+x&flag&e=1=2")
        #expect(request.queryItems.map(\.name) == ["q", "flag", "e"])
        #expect(request.queryItems.map(\.value) == ["中 x", "", "1=2"])
        #expect(request.queryItem("q") == "中 x")
        #expect(request.headers["X-ONE"] == "a\tb")
        #expect(request.headers.all("x-one") == ["a\tb", "c"])
        #expect(request.headers.list.map(\.name) == ["X-One", "x-one", "Host", "Content-Length"])
        #expect(request.body == [1, 2, 3])
        #expect(request.keepAlive)
    }

    @Test(arguments: [
        ("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", true),
        ("GET /x HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n", false),
        ("GET /x HTTP/1.0\r\n\r\n", false),
        ("GET /x HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
    ]) func keepsAlive(text: String, expected: Bool) throws {
        #expect(try Wire.only(text).keepAlive == expected)
    }

    @Test(arguments: [
        "/..", "/../etc", "/a/..", "/a/../b", "/.", "/a/./b", "/%2e%2e/x", "/a/.%2E", "/a%2fb",
        "/a%5cb", "/a\\b", "/%00", "/%7f", "/%0a", "/%", "/%4", "/%g0", "/%ff", "/%c0%af",
    ]) func refusesPath(target: String) {
        #expect(throws: HTTPError(.badPath)) { try HTTPRequest.make("GET", target) }
    }

    @Test(arguments: ["/...", "/a..b", "/..a", "/.well-known", "//", "/a//b", "/%2525"])
    func acceptsPath(target: String) throws {
        let path = try HTTPRequest.make("GET", target).path
        #expect(path == (target == "/%2525" ? "/%25" : target))
    }

    @Test(arguments: ["/?a=%", "/?%4", "/?a=%zz", "/?a=%ff"]) func refusesQuery(target: String) {
        #expect(throws: HTTPError(.badQuery)) { try HTTPRequest.make("GET", target) }
    }

    @Test(arguments: [
        ("a b", HTTPError.Reason.badHost), ("a/b", .badHost), ("user@a", .badHost), ("", .badHost),
        ("a:b", .badHost), ("a:123456", .badHost), ("[::1", .badHost), ("[::1]x", .badHost),
    ]) func refusesHost(host: String, reason: HTTPError.Reason) {
        #expect(throws: HTTPError(reason)) {
            try Wire.only("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        }
    }

    @Test(arguments: ["a", "127.0.0.1:8370", "[::1]:8370", "[::1]", "a_b-c.example", "a:"])
    func acceptsHost(host: String) throws {
        #expect(try Wire.only("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").path == "/")
    }

    @Test func absoluteFormAgreesWithHost() throws {
        let same = "GET http://Example.com:8080/p?q HTTP/1.1\r\nHost: example.COM:8080\r\n\r\n"
        #expect(try Wire.only(same).path == "/p")
        let other = "GET http://example.com/p HTTP/1.1\r\nHost: example.org\r\n\r\n"
        #expect(throws: HTTPError(.hostMismatch)) { try Wire.only(other) }
    }

    @Test(arguments: [
        ("GET  / HTTP/1.1", HTTPError.Reason.badTarget), ("GET /  HTTP/1.1", .badRequestLine),
        ("GET / HTTP/1.1 ", .badRequestLine), (" GET / HTTP/1.1", .badMethod),
        ("GET\t/ HTTP/1.1", .badMethod), ("GET / http/1.1", .badRequestLine),
        ("GET / HTTP/1.2", .badVersion), ("GET / HTTP/2.0", .badVersion),
        ("GET /\u{e9} HTTP/1.1", .badTarget), ("G\u{0}T / HTTP/1.1", .badMethod),
        ("GET / HTTP/1.1\r", .badRequestLine), ("GET /a\rb HTTP/1.1", .bareLineEnd),
        ("GET example.com HTTP/1.1", .badTarget), ("CONNECT a:1 HTTP/1.1", .tunnel),
        ("GET * HTTP/1.1", .badTarget), ("GET ftp://a/ HTTP/1.1", .badTarget),
    ]) func refusesRequestLine(line: String, reason: HTTPError.Reason) {
        #expect(throws: HTTPError(reason)) { try Wire.only("\(line)\r\nHost: a\r\n\r\n") }
    }

    @Test(arguments: [
        ("A: b\nC: d", HTTPError.Reason.bareLineEnd), ("A: b\rC: d", .bareLineEnd),
        (" A: b", .foldedHeader), ("\tA: b", .foldedHeader), ("A : b", .badHeaderName),
        (": b", .badHeaderName), ("A", .badHeaderName), ("A b: c", .badHeaderName),
        ("A: \u{0}", .badHeaderValue), ("A: \u{1b}", .badHeaderValue),
        ("A\u{e9}: b", .badHeaderName),
        ("Host: b", .duplicateHost), ("Expect: wonders", .badExpect),
        ("Content-Length: ", .badContentLength), ("Content-Length: 1,1", .badContentLength),
        ("Content-Length: 0x1", .badContentLength), ("Content-Length: 1 1", .badContentLength),
        ("Content-Length: 9223372036854775808", .badContentLength),
        ("Content-Length: 1\r\nContent-Length: 1", .duplicateContentLength),
        ("Content-Length: 1\r\nTransfer-Encoding: chunked", .bothLengths),
        ("Transfer-Encoding: chunked\r\nContent-Length: 0", .bothLengths),
        ("Transfer-Encoding: ", .badTransferEncoding),
        ("Transfer-Encoding: gzip", .badTransferEncoding),
        ("Transfer-Encoding: chunked, chunked", .badTransferEncoding),
        ("Transfer-Encoding: xchunked", .badTransferEncoding),
        ("Transfer-Encoding: chunked;q=1", .badTransferEncoding),
        ("Transfer-Encoding: gzip, chunked", .unknownCoding),
    ]) func refusesHeader(line: String, reason: HTTPError.Reason) {
        #expect(throws: HTTPError(reason)) {
            try Wire.only("POST / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n")
        }
    }

    @Test func refusesChunksFromAnOldCaller() {
        let text = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        #expect(throws: HTTPError(.badTransferEncoding)) { try Wire.only(text) }
    }

    @Test func boundsTheHead() {
        let long = String(repeating: "a", count: Limits.targetBytesMax)
        #expect(throws: HTTPError(.targetTooLong)) { try HTTPRequest.make("GET", "/" + long) }
        #expect(throws: HTTPError(.targetTooLong)) { try Wire.only("GET /" + long + long) }
        #expect(throws: HTTPError(.badQuery)) {
            try HTTPRequest.make("GET", "/?" + String(repeating: "a&", count: 128) + "a")
        }
        let line = ("X", String(repeating: "v", count: Limits.fieldBytesMax - 5))
        #expect(throws: Never.self) { try HTTPRequest.make("GET", "/", headers: [line]) }
        #expect(throws: HTTPError(.headTooLong)) {
            try HTTPRequest.make("GET", "/", headers: [(line.0, line.1 + "v")])
        }
        #expect(throws: HTTPError(.headTooLong)) {
            try HTTPRequest.make("GET", "/", headers: [line, line, line])
        }
        let many = Array(repeating: ("X", "v"), count: Limits.fieldsMax)
        #expect(throws: HTTPError(.tooManyHeaders)) {
            try HTTPRequest.make("GET", "/", headers: many)
        }
    }

    @Test func statusesFollowTheReason() {
        #expect(HTTPError(.badChunk).status == 400)
        #expect(HTTPError(.bodyTooLong).status == 413)
        #expect(HTTPError(.targetTooLong).status == 414)
        #expect(HTTPError(.badExpect).status == 417)
        #expect(HTTPError(.tooManyHeaders).status == 431)
        #expect(HTTPError(.unknownCoding).status == 501)
        #expect(HTTPError(.badVersion).status == 505)
        for reason in HTTPError.Reason.allCases {
            #expect(HTTPError(reason).response.status == HTTPError(reason).status)
        }
    }
}

/// Requests from text.
enum Wire {
    /// The one request that the text is.
    static func only(_ text: String, bodyBytesMax: Int = 1024) throws(HTTPError) -> HTTPRequest {
        let bytes = Array(text.utf8)
        var parser = RequestParser()
        var cursor = 0
        while true {
            switch try parser.next(bytes, &cursor, bytes.count) {
            case .more: throw HTTPError(.truncated)
            case .head: try parser.allowBody(bytesMax: bodyBytesMax)
            case .request(let request): return request
            }
        }
    }
}
