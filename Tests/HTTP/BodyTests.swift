import HTTP
import Testing

@Suite struct BodyTests {
    private let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test func readsChunks() throws {
        let text =
            head + "5;a;b=c;d=\"x\\\"; y\"\r\nhello\r\n0A\r\n, world...\r\n0\r\nVary: x\r\n\r\n"
        #expect(try Wire.only(text).body == Array("hello, world...".utf8))
    }

    @Test(arguments: [
        "g\r\n", "\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "+5\r\nhello\r\n", "-1\r\n",
        "0x5\r\nhello\r\n",
        "5_0\r\n", "5;\r\nhello\r\n", "5;a=\r\nhello\r\n", "5;a=\"\r\nhello\r\n",
        "5;a b\r\nhello\r\n",
        "5\r\nhello0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
        "00000000000000005\r\nhello\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n", "8000000000000000\r\n",
    ]) func refusesChunk(text: String) {
        #expect(throws: HTTPError(.badChunk)) { try Wire.only(head + text) }
    }

    @Test(arguments: [
        "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r\n0\n\n",
        "5\r\nhello\r\n0\r\n\n",
    ]) func refusesBareLineEnds(text: String) {
        #expect(throws: HTTPError(.bareLineEnd)) { try Wire.only(head + text) }
    }

    @Test(arguments: [
        "Host: b", "Content-Length: 1", "Authorization: x", "transfer-encoding: chunked",
    ])
    func refusesTrailer(line: String) {
        #expect(throws: HTTPError(.badTrailer)) { try Wire.only(head + "0\r\n\(line)\r\n\r\n") }
    }

    @Test func refusesAFoldedTrailer() {
        #expect(throws: HTTPError(.foldedHeader)) { try Wire.only(head + "0\r\n A: b\r\n\r\n") }
    }

    @Test func boundsBodies() throws {
        let plain = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
        #expect(try Wire.only(plain, bodyBytesMax: 5).body.count == 5)
        #expect(throws: HTTPError(.bodyTooLong)) { try Wire.only(plain, bodyBytesMax: 4) }
        let chunks = head + "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"
        #expect(try Wire.only(chunks, bodyBytesMax: 6).body.count == 6)
        #expect(throws: HTTPError(.bodyTooLong)) { try Wire.only(chunks, bodyBytesMax: 5) }
        #expect(throws: HTTPError(.bodyTooLong)) { try Wire.only(head + "7fffffffffffffff\r\n") }
    }

    @Test func boundsExtensions() {
        let line = "1;" + String(repeating: "a", count: 400) + "\r\nx\r\n"
        #expect(throws: HTTPError(.badChunk)) {
            try Wire.only(head + String(repeating: line, count: 20), bodyBytesMax: 100)
        }
        let long = "1;" + String(repeating: "a", count: 600) + "\r\nx\r\n0\r\n\r\n"
        #expect(throws: HTTPError(.badChunk)) { try Wire.only(head + long) }
    }

    @Test func asksBeforeABodyOnly() throws {
        let expecting = "Expect: 100-Continue\r\n"
        let with = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\(expecting)\r\nx"
        #expect(try Wire.only(with).expectsContinue)
        let without = "GET / HTTP/1.1\r\nHost: a\r\n\(expecting)\r\n"
        #expect(try !Wire.only(without).expectsContinue)
        let old = "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: x\r\n\r\nx"
        #expect(try !Wire.only(old).expectsContinue)
    }

    @Test func requestsFollowEachOther() throws {
        let text =
            "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
            + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n" + "\r\nGET /3 HTTP/1.1\r\nHost: a\r\n"
            + "Connection: close\r\n\r\n"
        let reading = Reading.requests(Array(text.utf8), step: 5, atEnd: true)
        #expect(reading.verdict == .accept)
        #expect(reading.targets == ["/1", "/2", "/3"])
        let after = Reading.requests(Array((text + "GET").utf8), step: 5, atEnd: true)
        #expect(after.reason == .afterClose)
    }

    @Test func staysRefused() {
        var parser = RequestParser()
        let bad = Array("GET / HTTP/1.1\n".utf8)
        let good = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        for bytes in [bad, good, good] {
            var cursor = 0
            #expect(throws: HTTPError(.bareLineEnd)) {
                try parser.next(bytes, &cursor, bytes.count)
            }
        }
    }
}
