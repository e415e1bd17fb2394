import Base
import Foundation
import Network
import Support
import Testing

/// A real `node serve` on loopback, fed with bytes that no peer and no clerk would send: each
/// is answered in the 400s, the process lives, and its log is as it was.
@Suite struct HostileBytesTests {
    @Test(.timeLimit(.minutes(5))) func aServingNodeLivesThroughBadBytes() async throws {
        guard let binary = ServedNode.binary else {
            print("skipped: hostile bytes: no node binary beside the tests")
            return
        }
        let folder = try ScratchFolder()
        let node = try await ServedNode(binary, in: folder)
        defer { node.end() }
        let before = try await node.settledChanges()
        try await cutAndFlippedMessages(node)
        try await badForms(node)
        try rawBytes(node)
        let health = try await node.send(ClientRequest("GET", node.url + "/healthz"))
        #expect(health.status == 200)
        #expect(try await node.changes() == before)
        #expect(node.isAlive)
        #expect(try node.endsInOrder(), "SIGTERM ends it with 0, and `verify` is clean")
    }

    /// Every message type, cut at every 7th byte and with one bit flipped at every 7th.
    private func cutAndFlippedMessages(_ node: ServedNode) async throws {
        let frames = try Vectors.load("frames-1.txt")
        #expect(frames.count > 10)
        for (name, hex) in frames {
            let whole = try #require(Hex.decode(hex))
            for place in stride(from: 1, to: whole.count, by: 7) {
                var flipped = whole
                flipped[place] ^= 1 << UInt8(place & 7)
                for bytes in [Array(whole[..<place]), flipped] {
                    let answer = try await node.post(
                        "/sync/v1/exchange", bytes, "application/octet-stream")
                    #expect(answer.status == 400, "\(name) at \(place)")
                }
            }
            // Whole and well formed, but of a stranger: anything but a stopped process.
            let answer = try await node.post(
                "/sync/v1/exchange", whole, "application/octet-stream")
            #expect(answer.status < 500, "\(name)")
        }
    }

    /// Commands and forms with wrong types, huge numbers, endless names and half of an escape.
    private func badForms(_ node: ServedNode) async throws {
        let name = String(repeating: "长", count: 10_000)
        let marks = "e" + String(repeating: "\u{301}", count: 60_000)
        let number = String(repeating: "9", count: 400)
        let bodies = [
            "", "{", "[]", "null", "{\"command\":1}", "{\"command\":\"\(name)\"}",
            "{\"command\":\"case.rate\",\"case\":\"1\",\"score\":\(number)}",
            "{\"command\":\"case.rate\",\"case\":\"1\",\"score\":-9223372036854775808}",
            "{\"command\":\"case.receive\",\"item\":\"\(name)\",\"applicant\":\"\(name)\"}",
            "{\"command\":\"case.receive\",\"item\":\"1\",\"applicant\":\"\(marks)\"}",
            "{\"command\":\"item.publish\",\"code\":\"\(name)\",\"immediate\":true,\"base\":"
                + "9007199254740991,\"elements\":{}}",
            "{\"command\":\"grant.set\",\"code\":\"1\",\"region\":\"+00000000000000a\",\"mode\":null,"
                + "\"from\":\"9999-99-99\",\"document\":\"\"}",
            "{\"command\":\"calendar.set\",\"year\":9007199254740991,\"holidays\":[],\"workdays\":[]}",
            String(repeating: "[", count: 100_000), "{\"command\":\"\\ud800\"}", "\u{feff}{}",
        ]
        for body in bodies {
            let bytes = Array(body.utf8)
            for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                let answer = try await node.post("/api/v1/commands", bytes, kind)
                #expect((400...499).contains(answer.status), "\(kind): \(body.prefix(60))")
            }
            for door in ["/sync/v1/enrol", "/sync/v1/partner", "/api/v1/cases/%ff/accept"] {
                let answer = try await node.post(door, bytes, "application/json")
                #expect((400...499).contains(answer.status), "\(door): \(body.prefix(60))")
            }
        }
        let queries = [
            "limit=\(number)", "limit=-1", "after=%", "status=%ff", "q=\(number)", "limit=0",
        ]
        for query in queries {
            let answer = try await node.send(
                ClientRequest("GET", node.url + "/api/v1/cases?" + query))
            #expect(answer.status < 500, "\(query)")
        }
    }

    /// Heads that are no heads, and connections that end anywhere in a request.
    private func rawBytes(_ node: ServedNode) throws {
        let whole = Array(
            ("POST /api/v1/commands HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n").utf8)
        for place in stride(from: 1, to: whole.count, by: 7) {
            var flipped = whole
            flipped[place] ^= 0x80
            try node.throwRaw(Array(whole[..<place]))
            try node.throwRaw(flipped)
        }
        for text in [
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            "GET /\u{0}\u{1} HTTP/9.9\r\n\r\n", String(repeating: "A", count: 200_000),
        ] { try node.throwRaw(Array(text.utf8)) }
    }
}
