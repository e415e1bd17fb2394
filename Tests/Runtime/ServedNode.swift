import Base
import Foundation
import Glibc
import Network
import Support
import Testing

/// A node in a process of its own.
final class ServedNode: Sendable {
    let url: String
    private let port: UInt16
    private let process: ChildProcess
    private let client: HTTPClient
    private let binary: String
    private let data: String
    /// What the operator's own program sends.
    let authority: (String, String)

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
        self.binary = binary
        data = folder.path + "/served"
        let made = try ChildProcess(
            binary, ["init", "--data", data, "--region", "370124000000", "--name", "县"])
        #expect(made.wait() == 0)
        process = try ChildProcess(
            binary, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--demo"])
        let line = process.readLine() ?? ""
        port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) }, "\(line)")
        url = "http://127.0.0.1:\(port)"
        client = try HTTPClient()
        let token = try String(contentsOfFile: data + "/keys/admin", encoding: .utf8)
        authority = ("Authorization", "Bearer " + token)
    }

    func end() {
        process.signal(ProcessSignal.kill)
        process.wait()
    }

    /// Whether the process ends as asked with 0, and its data is then clean to `verify`.
    func endsInOrder() throws -> Bool {
        process.signal(ProcessSignal.terminate)
        let code = process.wait()
        let check = try ChildProcess(binary, ["verify", "--data", data])
        return code == 0 && check.wait() == 0
    }

    /// Whether the process that was started still runs: signal 0 asks only.
    var isAlive: Bool { kill(process.pid, 0) == 0 }

    /// Asks as the machine's operator.
    func send(_ request: ClientRequest) async throws -> ClientResponse {
        var request = request
        request.headers.append(authority)
        return try await client.send(request)
    }

    func post(_ path: String, _ body: [UInt8], _ kind: String) async throws -> ClientResponse {
        try await send(
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
        let raw = try Self.connection(port)
        defer { close(raw) }
        Self.put(bytes, raw)
    }

    /// Says the bytes and hears everything until the node closes the connection.
    ///
    /// - Parameter endsWriting: Says that nothing more comes; else the node must close unasked.
    /// - Returns: nil where the connection is still open after ten seconds.
    func converse(_ bytes: [UInt8], endsWriting: Bool) throws -> [UInt8]? {
        try Self.converse(bytes, endsWriting: endsWriting, port: port)
    }

    /// The same with whoever listens at a port of this machine.
    static func converse(_ bytes: [UInt8], endsWriting: Bool, port: UInt16) throws -> [UInt8]? {
        let raw = try connection(port)
        defer { close(raw) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        put(bytes, raw)
        if endsWriting { shutdown(raw, Int32(SHUT_WR)) }
        var heard: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(raw, &piece, piece.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return heard }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            heard += piece[..<count]
        }
    }

    private static func connection(_ port: UInt16) throws -> Int32 {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
        return raw
    }

    private static func put(_ bytes: [UInt8], _ raw: Int32) {
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
