import Base
import HTTP
import Network
import Testing

@Suite struct ServerTests {
    @Test func answersOneAfterAnother() async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        for path in ["/a", "/b", "/later?c", "/d"] {
            socket.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try #require(try socket.response())
            #expect(response.status == 200)
            #expect(path.hasPrefix("/later") || response.headers["x-path"] == path)
            #expect(response.headers["date"]?.utf8.count == 29)
        }
        await server.drain()
        #expect(try socket.rest().isEmpty)
    }

    @Test func keepsTheOrderOfPipelinedRequests() async throws {
        let server = try EchoServer.start(threads: 2)
        let socket = try RawSocket(server.endpoint)
        var text = ""
        for index in 0..<200 {
            text += "GET \(index % 3 == 0 ? "/later" : "/now")?\(index) HTTP/1.1\r\nHost: a\r\n\r\n"
            if index % 5 == 0 {
                text += "POST /\(index) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
            }
        }
        socket.send(text)
        for index in 0..<200 {
            let response = try #require(try socket.response())
            if index % 3 == 0 { #expect(response.text == "\(index)") }
            if index % 5 == 0 {
                let second = try #require(try socket.response())
                #expect(second.headers["x-path"] == "/\(index)" && second.text == "abc")
            }
        }
        await server.drain()
    }

    @Test func takesRequestsByteByByte() async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        let text =
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n"
        for byte in text.utf8 { socket.send([byte]) }
        #expect(try socket.response()?.text == "abcde")
        await server.drain()
    }

    @Test func movesLargeBodies() async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for _ in 0..<3 {
            socket.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n")
            socket.send(body)
            #expect(try socket.response()?.body == body)
        }
        await server.drain()
    }

    @Test func streams() async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        let expected = (0..<100).flatMap { [UInt8](repeating: UInt8($0), count: 3000) }
        for path in ["/stream", "/length", "/stream"] {
            socket.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try #require(try socket.response())
            #expect(response.body == expected)
            #expect(response.headers.contains("transfer-encoding") == (path == "/stream"))
            #expect(response.headers.contains("content-length") == (path == "/length"))
        }
        socket.send("HEAD /length HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try socket.response(toHead: true)?.headers["content-length"] == "300000")
        let old = try RawSocket(server.endpoint)
        old.send("GET /stream HTTP/1.0\r\n\r\n")
        #expect(try old.response()?.body == expected)
        await server.drain()
    }

    @Test func waitsForASlowReader() async throws {
        // However long the rest of a loaded machine keeps this test from reading.
        var limits = ServerLimits.patient
        limits.writeMillis = 600_000
        let gate = Gate()
        let server = try EchoServer.start(limits: limits, gate: gate)
        let socket = try RawSocket(server.endpoint, holding: 16_384)
        let count = 30
        for _ in 0..<count { socket.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n") }
        // The line holds less than the answers: their writer comes to wait, and goes on waiting.
        #expect(try await eventually { gate.isPaused })
        for _ in 0..<count { #expect(try socket.response()?.body.count == 300_000) }
        #expect(!gate.isPaused)
        await server.drain()
    }

    @Test func answersHead() async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        socket.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = try #require(try socket.response(toHead: true))
        #expect(head.headers["x-path"] == "/x" && head.headers["content-length"] == "0")
        #expect(try socket.response()?.headers["x-path"] == "/y")
        await server.drain()
    }

    @Test func invitesTheBody() async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        let head = "HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n"
        socket.send("POST /x " + head)
        #expect(try socket.response()?.status == 100)
        socket.send("hello world")
        #expect(try socket.response()?.text == "hello world")
        socket.send("POST /small " + head)
        #expect(try socket.response()?.status == 413)
        #expect(try socket.rest().isEmpty)
        await server.drain()
    }

    @Test func saysWhoCalls() async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        socket.send("GET /peer HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try socket.response()?.text == "127.0.0.1 0")
        await server.drain()
    }

    @Test func aDroppedRequestIsAnErrorOfOurs() async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        socket.send("GET /drop HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try socket.response()?.status == 500)
        #expect(try socket.rest().isEmpty)
        let cut = try RawSocket(server.endpoint)
        cut.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(throws: HTTPError(.truncated)) { try cut.response() }
        await server.drain()
    }

    @Test func portInUseIsNamed() async throws {
        let server = try EchoServer.start()
        #expect(throws: NetworkError.portInUse(server.endpoint.text)) {
            try HTTPServer(listen: server.endpoint) { _, _ in }
        }
        #expect(throws: NetworkError.badAddress("192.0.2.1:0")) {
            try HTTPServer(listen: try Endpoint("192.0.2.1:0")) { _, _ in }
        }
        for text in ["", "127.0.0.1", "127.0.0.1:", ":80", "a:99999", "::1:80"] {
            #expect(throws: NetworkError.badAddress(text)) { try Endpoint(text) }
        }
        #expect(try Endpoint("[::1]:80").text == "[::1]:80")
        await server.drain()
    }
}
