import Base
import HTTP
import Testing

@Suite struct ResponseTests {
    private let date = HTTPDate.encode(Instant(millis: 784_111_777_000))

    @Test(arguments: [
        (Int64(0), "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400_999, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_399_000, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400_000, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (1_795_262_400_000, "Sat, 21 Nov 2026 12:00:00 GMT"),
        (-5, "Thu, 01 Jan 1970 00:00:00 GMT"), (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ]) func writesDates(millis: Int64, text: String) {
        #expect(String(decoding: HTTPDate.encode(Instant(millis: millis)), as: UTF8.self) == text)
    }

    @Test func writesAnAnswer() throws {
        let response = HTTPResponse(status: 200, contentType: "text/plain", body: Array("hi".utf8))
        let (text, stays) = try encode(response, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(stays)
        #expect(
            text == "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi")
    }

    @Test func leavesTheBodyOut() throws {
        let response = HTTPResponse(status: 200, body: Array("hi".utf8))
        let head = try encode(response, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").text
        #expect(head.hasSuffix("Content-Length: 2\r\n\r\n"))
        var none = response
        none.status = 204
        let empty = try encode(none, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").text
        #expect(empty.hasSuffix("GMT\r\n\r\n"))
    }

    @Test func saysHowTheConnectionGoesOn() throws {
        var response = HTTPResponse(status: 200)
        let old = try encode(response, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(old.stays && old.text.contains("Connection: keep-alive\r\n"))
        let oldest = try encode(response, "GET / HTTP/1.0\r\n\r\n")
        #expect(!oldest.stays && oldest.text.contains("Connection: close\r\n"))
        response.closes = true
        let ended = try encode(response, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(!ended.stays && ended.text.contains("Connection: close\r\n"))
    }

    @Test func nothingInAValueStartsALine() throws {
        var response = HTTPResponse(status: 200)
        response.headers.add("Location", "/x\r\nSet-Cookie: a=b\r\n\r\n<html>\u{0}")
        let (text, _) = try encode(response, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(!text.contains("\nSet-Cookie"))
        var parser = ResponseParser()
        let bytes = Array(text.utf8)
        var cursor = 0
        guard case .response(let read) = try parser.next(bytes, &cursor, bytes.count) else {
            Issue.record("the answer is whole")
            return
        }
        #expect(cursor == bytes.count)
        #expect(read.headers["location"] == "/x  Set-Cookie: a=b    <html>")
        #expect(read.headers["set-cookie"] == nil)
    }

    @Test func chunksAreReadBack() throws {
        let request = try Wire.only("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        var bytes: [UInt8] = []
        let outcome = ResponseEncoder.encodeHead(
            HTTPResponse(status: 200), length: .unknown, for: .init(request), date: date,
            into: &bytes)
        #expect(outcome.isChunked && outcome.keepAlive && outcome.hasBody)
        let body = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
        for piece in [body[..<17], body[17...]] {
            ResponseEncoder.encodeChunkHead(piece.count, into: &bytes)
            bytes.append(contentsOf: piece)
            ResponseEncoder.encodeChunkEnd(into: &bytes)
        }
        ResponseEncoder.encodeLastChunk(into: &bytes)
        let reading = Reading.responses(bytes, step: 11, atEnd: false)
        #expect(reading.verdict == .accept && reading.bodies == [body])
    }

    @Test func unknownLengthEndsAnOldConnection() throws {
        let request = try Wire.only("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        var bytes: [UInt8] = []
        let outcome = ResponseEncoder.encodeHead(
            HTTPResponse(status: 200), length: .unknown, for: .init(request), date: date,
            into: &bytes)
        #expect(!outcome.isChunked && !outcome.keepAlive && outcome.hasBody)
    }

    @Test func problemRepeatsNothing() {
        let response = HTTPError(.badHost).response
        #expect(response.headers["content-type"] == "application/problem+json")
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"type":"/problems/http","title":"请求不符合 HTTP 规范","status":400,"rule":"badHost"}"#
        )
    }

    private func encode(
        _ response: HTTPResponse, _ request: String
    ) throws -> (text: String, stays: Bool) {
        var bytes: [UInt8] = []
        let stays = ResponseEncoder.encode(
            response, for: .init(try Wire.only(request)), date: date, into: &bytes)
        return (String(decoding: bytes, as: UTF8.self), stays)
    }
}
