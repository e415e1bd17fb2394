import Base
import Foundation
import Glibc
import Network
import Support
import Testing

/// A real `node serve` on loopback, fed with bytes that no peer and no clerk would send: each
/// is answered in the 400s, the process lives, and its log is as it was.
@Suite struct HostileBytesTests {
    @Test(.timeLimit(.minutes(1))) func aServingNodeLivesThroughBadBytes() async throws {
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

/// A node in a process of its own.
private final class ServedNode: Sendable {
    let url: String
    private let port: UInt16
    private let process: ChildProcess
    private let client: HTTPClient

    /// The program beside the running tests; nil where it was not built.
    static var binary: String? {
        let here = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let places = [
            here.deletingLastPathComponent().path + "/node",
            SourceTree.root + "/.build/debug/node",
        ]
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    init(_ binary: String, in folder: ScratchFolder) async throws {
        let data = folder.path + "/served"
        let made = try ChildProcess(
            binary, ["init", "--data", data, "--region", "370124000000", "--name", "县"])
        #expect(made.wait() == 0)
        process = try ChildProcess(
            binary, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--demo"])
        let line = process.readLine() ?? ""
        port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) }, "\(line)")
        url = "http://127.0.0.1:\(port)"
        client = try HTTPClient()
    }

    func end() {
        process.signal(ProcessSignal.kill)
        process.wait()
    }

    /// Whether the process that was started still runs: signal 0 asks only.
    var isAlive: Bool { kill(process.pid, 0) == 0 }

    func send(_ request: ClientRequest) async throws -> ClientResponse {
        try await client.send(request)
    }

    func post(_ path: String, _ body: [UInt8], _ kind: String) async throws -> ClientResponse {
        try await client.send(
            ClientRequest("POST", url + path, headers: [("Content-Type", kind)], body: body))
    }

    /// How many changes the node holds.
    func changes() async throws -> Int64 {
        let answer = try await send(ClientRequest("GET", url + "/api/v1/status"))
        let json = try JSON(parsing: answer.body)
        return try #require(json["changes"]?.int)
    }

    /// The same once what a node writes of itself at its start is written.
    func settledChanges() async throws -> Int64 {
        var last = try await changes()
        for _ in 0..<50 {
            try await Task.sleep(for: .milliseconds(200))
            let next = try await changes()
            if next == last, next > 0 { return next }
            last = next
        }
        return last
    }

    /// Says the bytes on a connection of their own and hangs up, whatever is answered.
    func throwRaw(_ bytes: [UInt8]) throws {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(raw) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0, "the node takes connections")
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            offset += count
        }
    }
}
