import Base
import Foundation
import HTTP
import Network
import Testing

/// Callers that mean harm, or are broken: each costs its own connection only.
@Suite struct HostileTests {
    /// Stands for 30,000 letters, which nobody wants to read in a log.
    private static let long = "LONG"

    @Test(arguments: [
        ("GARBAGE\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\nHost: a\n\n", 400),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505), ("GET /\(long) HTTP/1.1\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 100) + "\r\n", 431),
        ("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 413),
        ("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n\(long)", 413),
        ("GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417),
    ]) func refusesAndCloses(text: String, status: Int) async throws {
        let server = try EchoServer.start()
        let other = try RawSocket(server.endpoint)
        let socket = try RawSocket(server.endpoint)
        let letters = String(repeating: "a", count: 30_000)
        socket.send(text.replacingOccurrences(of: Self.long, with: letters))
        let response = try #require(try socket.response())
        #expect(response.status == UInt16(status))
        #expect(response.headers["connection"] == "close")
        #expect(response.headers["content-type"] == "application/problem+json")
        socket.endWriting()
        #expect(try socket.rest().isEmpty)
        other.send("GET /alive HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try other.response()?.headers["x-path"] == "/alive")
        await server.drain()
    }

    /// Each hides a second request where another reader would see a body, or the other way round.
    @Test(arguments: [
        "Content-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 44\r\n\r\n", "Content-Length: 0, 44\r\n\r\n",
        "Content-Length : 44\r\n\r\n", "Content-Length: +0\r\n\r\n",
        "Content-Length:\u{b}0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "X: y\r\n Content-Length: 44\r\n\r\n",
        "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0;\n\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\r\nZZ\r\n0\r\n\r\n",
        "Host: b\r\n\r\n",
    ]) func smugglesNothing(rest: String) async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        socket.send("POST /outer HTTP/1.1\r\nHost: a\r\n\(rest)")
        socket.send("GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n")
        socket.endWriting()
        let all = try socket.rest()
        #expect(all.hasPrefix("HTTP/1.1 400 "))
        #expect(!all.contains("/hidden") && !all.contains("/outer"))
        await server.drain()
    }

    @Test func aSlowHeadIsCutOff() async throws {
        var limits = ServerLimits.patient
        limits.headMillis = 200
        limits.bodyMillis = 200
        limits.lineBytesPerSecond = 1 << 30
        let server = try EchoServer.start(limits: limits)
        let silent = try RawSocket(server.endpoint)
        let slow = try RawSocket(server.endpoint)
        slow.send("GET / HTTP/1.1\r\nHost: a\r\n")
        let body = try RawSocket(server.endpoint)
        body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
        #expect(try silent.rest().isEmpty)
        #expect(try slow.response()?.status == 408)
        #expect(try body.response()?.status == 408)
        #expect(try slow.rest().isEmpty && body.rest().isEmpty)
        await server.drain()
    }

    /// Bytes that keep coming do not keep a head alive: the deadline is for the whole of it.
    @Test func aDrippingHeadIsCutOff() async throws {
        var limits = ServerLimits.patient
        limits.headMillis = 300
        let server = try EchoServer.start(limits: limits)
        let socket = try RawSocket(server.endpoint)
        var drips = 0
        socket.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
        while drips < 400, socket.send("y") {
            drips += 1
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(drips < 400)
        await server.drain()
    }

    @Test func restingAndUnansweredConnectionsEnd() async throws {
        var limits = ServerLimits.patient
        limits.idleMillis = 200
        limits.answerMillis = 200
        let gate = Gate()
        let server = try EchoServer.start(limits: limits, gate: gate)
        let resting = try RawSocket(server.endpoint)
        resting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try resting.response()?.status == 200)
        #expect(try resting.rest().isEmpty)
        let waiting = try RawSocket(server.endpoint)
        waiting.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try waiting.response()?.status == 503)
        gate.open()
        #expect(try waiting.rest().isEmpty)
        await server.drain()
    }

    @Test func aCallerThatReadsNothingIsCutOff() async throws {
        var limits = ServerLimits.patient
        limits.writeMillis = 300
        limits.lineBytesPerSecond = 1 << 40
        let gate = Gate()
        let server = try EchoServer.start(limits: limits, gate: gate)
        let socket = try RawSocket(server.endpoint)
        socket.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await eventually { !gate.streams.isEmpty })
        let stream = try #require(gate.streams.first)
        let piece = [UInt8](repeating: 0x61, count: 100_000)
        var isStuck = false
        for _ in 0..<1000 where !isStuck && !gate.signals.contains(.closed) {
            let room = gate.signals.count
            guard stream.write(piece) != .goOn else { continue }
            isStuck = try await !eventually { gate.signals.count > room }
        }
        #expect(isStuck || gate.signals.contains(.closed), "a full line asks the writer to pause")
        #expect(try await eventually { gate.signals.contains(.closed) })
        #expect(stream.write(piece) == .closed)
        gate.drop()
        await server.drain()
    }

    @Test func aHalfClosedCallerStillGetsItsAnswer() async throws {
        let server = try EchoServer.start()
        let socket = try RawSocket(server.endpoint)
        socket.send("GET /later?x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\n")
        socket.endWriting()
        #expect(try socket.response()?.text == "x")
        #expect(try socket.response()?.headers["x-path"] == "/y")
        #expect(try socket.rest().isEmpty)
        let cut = try RawSocket(server.endpoint)
        cut.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
        cut.endWriting()
        #expect(try cut.response()?.status == 400)
        await server.drain()
    }

    @Test func aCallerThatLeavesIsNoticed() async throws {
        let gate = Gate()
        let server = try EchoServer.start(gate: gate)
        do {
            let socket = try RawSocket(server.endpoint)
            socket.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await eventually { gate.streams.count == 1 })
        }
        #expect(try await eventually { gate.signals == [.closed] })
        #expect(gate.streams.first?.write([1]) == .closed)
        gate.drop()
        await server.drain()
    }

    @Test func tooManyAreToldSo() async throws {
        var limits = ServerLimits.patient
        limits.connectionsMax = 2
        let server = try EchoServer.start(limits: limits)
        let first = try RawSocket(server.endpoint)
        let second = try RawSocket(server.endpoint)
        for socket in [first, second] {
            socket.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try socket.response()?.status == 200)
        }
        let third = try RawSocket(server.endpoint)
        let refusal = try #require(try third.response())
        #expect(refusal.status == 503 && refusal.headers["retry-after"] == "5")
        #expect(try third.rest().isEmpty)
        first.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(try first.response()?.status == 200)
        #expect(try first.rest().isEmpty)
        first.endWriting()
        var isServed = false
        for _ in 0..<100 where !isServed {
            let next = try RawSocket(server.endpoint)
            next.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            isServed = try next.response()?.status == 200
        }
        #expect(isServed)
        await server.drain()
    }

    /// Who holds a place and says nothing gives way; who has spoken keeps it.
    @Test func unfinishedHeadsGiveWay() async throws {
        var limits = ServerLimits.patient
        limits.connectionsMax = 8
        let server = try EchoServer.start(limits: limits)
        let spoken = try RawSocket(server.endpoint)
        spoken.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try spoken.response()?.status == 200)
        var held: [RawSocket] = []
        for number in 0..<200 {
            let socket = try RawSocket(server.endpoint)
            socket.send(number.isMultiple(of: 2) ? "GET / HTTP/1.1\r\nHo" : "")
            held.append(socket)
        }
        for _ in 0..<20 {
            let honest = try RawSocket(server.endpoint)
            honest.send("GET /honest HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try honest.response()?.headers["x-path"] == "/honest")
        }
        spoken.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try spoken.response()?.headers["x-path"] == "/second")
        #expect(held.count == 200)
        await server.drain()
    }

    @Test func drainsInOrder() async throws {
        let gate = Gate()
        let server = try EchoServer.start(gate: gate)
        let resting = try RawSocket(server.endpoint)
        resting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try resting.response()?.status == 200)
        let waiting = try RawSocket(server.endpoint)
        waiting.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
        let stream = try RawSocket(server.endpoint)
        stream.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await eventually { gate.held == 1 && gate.streams.count == 1 })
        // Not by a task: other tests may hold every thread that tasks run on.
        server.beginDrain(graceMillis: 600_000)
        #expect(try resting.rest().isEmpty)
        #expect(try await eventually { gate.signals == [.draining] })
        #expect(throws: RawSocket.Failed.self) { try RawSocket(server.endpoint) }
        gate.open()
        let last = try #require(try waiting.response())
        #expect(last.text == "opened" && last.headers["connection"] == "close")
        gate.streams.first?.end()
        #expect(try stream.response()?.text == "data: 1\n\n")
        #expect(try stream.rest().isEmpty, "the connection of a stream ends with it")
        stream.endWriting()
        waiting.endWriting()
        await server.drain(graceMillis: 600_000)
    }

    @Test func drainEndsAtItsGrace() async throws {
        let gate = Gate()
        let server = try EchoServer.start(gate: gate)
        let socket = try RawSocket(server.endpoint)
        socket.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await eventually { gate.held == 1 })
        await server.drain(graceMillis: 100)
        #expect(try socket.rest().isEmpty)
        gate.open()
    }
}
