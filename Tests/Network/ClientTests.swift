import Base
import HTTP
import Network
import Synchronization
import Testing

@Suite struct ClientTests {
    @Test func sendsAndReceives() async throws {
        let server = try EchoServer.start()
        let client = try HTTPClient()
        let url = "http://\(server.endpoint.text)"
        let body = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for body in [[], body] {
                let response = try await client.send(
                    ClientRequest(method, "\(url)/x%20y", body: body))
                #expect(response.status == 200)
                #expect(response.body == body)
                #expect(response.headers["X-Path"] == "/x y")
            }
        }
        let streamed = try await client.send(ClientRequest("GET", "\(url)/stream"))
        #expect(streamed.body.count == 300_000)
        let head = try await client.send(ClientRequest("HEAD", "\(url)/length"))
        #expect(head.headers["content-length"] == "300000" && head.body.isEmpty)
        await server.drain()
    }

    @Test func sendsTheHeadersGivenAndNoOthers() async throws {
        let seen = Mutex<[String]>([])
        let server = try HTTPServer(listen: Endpoint(address: "127.0.0.1", port: 0)) {
            request, responder in
            seen.withLock { $0 = request.headers.list.map { "\($0.name)=\($0.value)" } }
            responder.respond(HTTPResponse(status: 204))
        }
        let client = try HTTPClient()
        let request = ClientRequest(
            "POST", "http://\(server.endpoint.text)/", headers: [("X-A", "b c"), ("X-E", "")],
            body: [UInt8](repeating: 1, count: 2_000_000))
        #expect(try await client.send(request).status == 204)
        #expect(
            seen.withLock { $0 } == [
                "Host=\(server.endpoint.text)", "Accept=*/*", "X-A=b c", "X-E=",
                "Content-Length=2000000",
            ])
        await server.drain()
    }

    /// libcurl takes a connection up again that stood idle for less than 118 s
    /// (CURLOPT_MAXAGE_CONN); where all tests run at once, one may stand still for longer.
    @Test func keepsItsConnections() async throws {
        struct Arrival {
            let port: UInt16
            let at: ContinuousClock.Instant
        }
        let arrivals = Mutex<[Arrival]>([])
        let server = try HTTPServer(
            listen: Endpoint(address: "127.0.0.1", port: 0), limits: .patient
        ) { request, responder in
            let arrival = Arrival(port: request.peer?.port ?? 0, at: .now)
            arrivals.withLock { $0.append(arrival) }
            responder.respond(HTTPResponse(status: 204))
        }
        let client = try HTTPClient()
        for _ in 0..<20 {
            let request = ClientRequest("GET", "http://\(server.endpoint.text)/")
            #expect(try await client.send(request).status == 204)
        }
        let seen = arrivals.withLock { $0 }
        #expect(seen.count == 20)
        for (before, after) in zip(seen, seen.dropFirst())
        where after.at - before.at < .seconds(100) {
            #expect(before.port == after.port)
        }
        await server.drain()
    }

    @Test func sendsManyAtOnce() async throws {
        let server = try EchoServer.start()
        let client = try HTTPClient()
        let url = "http://\(server.endpoint.text)/later?"
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let response = try await client.send(ClientRequest("GET", url + "\(index)"))
                    return String(decoding: response.body, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(texts.count == 200)
        await server.drain()
    }

    @Test func tellsItsFailuresApart() async throws {
        let client = try HTTPClient()
        let server = try EchoServer.start()
        let url = "http://\(server.endpoint.text)"
        var large = ClientRequest("GET", "\(url)/stream")
        large.responseBytesMax = 299_999
        await expect(.tooLarge, client, large)
        large.url = "\(url)/length"
        await expect(.tooLarge, client, large)
        await expect(.lost, client, ClientRequest("GET", "\(url)/cut"))
        await server.drain()
        await expect(.refused, client, ClientRequest("GET", url))
        await expect(.unreachable, client, ClientRequest("GET", "http://no.such.name.invalid/"))
        for bad in ["", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a\r\nb/"] {
            await expect(.badRequest, client, ClientRequest("GET", bad))
        }
        await expect(.badRequest, client, ClientRequest("G T", url))
        await expect(.badRequest, client, ClientRequest("GET", url, headers: [("A", "b\r\nC: d")]))
        await expect(.badRequest, client, ClientRequest("GET", url, headers: [("A:", "b")]))
    }

    @Test func keepsItsDeadlines() async throws {
        let silent = try RawServer(nil, closes: false)
        let client = try HTTPClient()
        var request = ClientRequest("GET", "http://\(silent.endpoint.text)/")
        request.totalMillis = 100
        await expect(.timeout, client, request)
        let slow = try RawServer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", closes: false)
        request = ClientRequest("GET", "http://\(slow.endpoint.text)/")
        request.bytesPerSecondMin = 100
        request.stallSeconds = 1
        await expect(.timeout, client, request)
    }

    @Test func endsWithItsTask() async throws {
        let silent = try RawServer(nil, closes: false)
        let client = try HTTPClient()
        let request = ClientRequest("GET", "http://\(silent.endpoint.text)/")
        let task = Task { try await client.send(request) }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect(throws: ClientError.cancelled) { try await task.value }
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.send(request)
        }
        await #expect(throws: ClientError.cancelled) { try await early.value }
        let stopped = Task { try await client.send(request) }
        try await Task.sleep(for: .milliseconds(50))
        client.stop()
        await #expect(throws: ClientError.cancelled) { try await stopped.value }
        await expect(.cancelled, client, request)
    }

    @Test func callsBackOnce() async throws {
        let server = try EchoServer.start()
        let client = try HTTPClient()
        let calls = Atomic<Int>(0)
        let outcome = await withCheckedContinuation { continuation in
            let request = ClientRequest("GET", "http://\(server.endpoint.text)/")
            let cancel = client.send(request) { outcome in
                calls.add(1, ordering: .relaxed)
                continuation.resume(returning: outcome)
            }
            _ = cancel
        }
        #expect(try outcome.get().status == 200)
        await server.drain()
        #expect(calls.load(ordering: .relaxed) == 1)
    }

    /// Answers that libcurl alone would let pass.
    @Test(arguments: [
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nA: b\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/0.9 200 OK\r\n\r\n", "hello\r\n\r\n", "HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
    ]) func refusesLooseAnswers(answer: String) async throws {
        let server = try RawServer(answer)
        let client = try HTTPClient()
        await expect(.malformed, client, ClientRequest("GET", "http://\(server.endpoint.text)/"))
    }

    @Test func readsPastInterimAnswersAndTrailers() async throws {
        let server = try RawServer(
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: t\r\n\r\n")
        let client = try HTTPClient()
        let response = try await client.send(
            ClientRequest("GET", "http://\(server.endpoint.text)/"))
        #expect(response.status == 200 && response.body == Array("hi".utf8))
        #expect(response.headers.list.map(\.name) == ["Transfer-Encoding"])
    }

    private func expect(
        _ error: ClientError, _ client: HTTPClient, _ request: ClientRequest
    ) async {
        await #expect(throws: error, "\(request.method) \(request.url)") {
            try await client.send(request)
        }
    }
}
