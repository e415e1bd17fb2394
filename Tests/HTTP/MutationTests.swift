import HTTP
import Support
import Testing

/// Heads, headers, chunks and bodies with one fault anywhere: read or refused, the same however
/// the bytes come in, and never with a body that the framing does not give.
@Suite struct MutationTests {
    private static let requests = [
        "GET /api/v1/cases?limit=5&status=%E4%B8%80 HTTP/1.1\r\nHost: a:80\r\nAccept: */*\r\n\r\n",
        "POST /console/cases HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Idempotency-Key: k1\r\nContent-Length: 6\r\n\r\nitem=1",
        "POST /sync/v1/exchange HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n"
            + "Trailer: X\r\n\r\n2;a=\"b\"\r\nhe\r\n1\r\ny\r\n0\r\nX: 1\r\n\r\n",
        "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n"
            + "Connection: close\r\nIf-Match: \"0123\"\r\n\r\n",
    ]

    private static let responses = [
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            + "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nConnection: close\r\n\r\nlater",
    ]

    @Test(arguments: requests) func requestsAreReadOrRefused(text: String) {
        let good = Array(text.utf8)
        let whole = Reading.requests(good, step: good.count, atEnd: true)
        #expect(whole.verdict == .accept)
        var refused = 0
        for bytes in Mutation.all(of: good) {
            let reading = Reading.requests(bytes, step: max(bytes.count, 1), atEnd: true)
            #expect(Reading.requests(bytes, step: 7, atEnd: true) == reading)
            #expect(reading.bodies.allSatisfy { $0.count <= bytes.count })
            if reading.verdict == .reject { refused += 1 }
        }
        #expect(refused > good.count, "most faults are seen")
    }

    @Test(arguments: responses) func responsesAreReadOrRefused(text: String) {
        let good = Array(text.utf8)
        #expect(Reading.responses(good, step: good.count, atEnd: true).verdict == .accept)
        for bytes in Mutation.all(of: good) {
            let reading = Reading.responses(bytes, step: max(bytes.count, 1), atEnd: true)
            #expect(Reading.responses(bytes, step: 5, atEnd: true) == reading)
            #expect(reading.bodies.allSatisfy { $0.count <= bytes.count })
        }
    }
}
