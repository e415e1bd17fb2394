import Foundation
import Glibc
import HTTP
import Network

/// A plain blocking socket to a server on this machine: says exactly what a test wants said.
final class RawSocket {
    private let raw: Int32
    private var parser = ResponseParser()
    private var input: [UInt8] = []

    struct Failed: Error {
        let call: String
        let code: Int32
    }

    /// - Parameter holding: About how many bytes wait on this side; nil leaves it to the system.
    init(_ endpoint: Endpoint, holding: Int32? = nil) throws {
        raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard raw >= 0 else { throw Failed(call: "socket", code: errno) }
        if var holding {
            setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &holding, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Failed(call: "connect", code: errno) }
        // A test that waits this long has failed.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(raw) }

    /// - Returns: Whether all was taken.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    func endWriting() { shutdown(raw, Int32(SHUT_WR)) }

    /// The next bytes; empty at the end of the connection.
    func receive(_ count: Int = 65536) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var got = recv(raw, &bytes, count, 0)
        // A wait with a limit is never taken up again by the system after a signal.
        while got < 0, errno == EINTR { got = recv(raw, &bytes, count, 0) }
        guard got >= 0 else { throw Failed(call: "recv", code: errno) }
        return Array(bytes[..<got])
    }

    /// The next whole response; nil at the end of the connection.
    func response(toHead: Bool = false) throws -> HTTPResponse? {
        parser.isHead = toHead
        while true {
            var cursor = 0
            let event = try parser.next(input, &cursor, input.count)
            input.removeFirst(cursor)
            if case .response(let response) = event { return response }
            let more = try receive()
            if more.isEmpty { return try parser.finish() }
            input.append(contentsOf: more)
        }
    }

    /// Everything up to the end of the connection, as text. A reset counts as the end.
    func rest() throws -> String {
        var all = input
        input = []
        while true {
            do {
                let more = try receive()
                if more.isEmpty { break }
                all.append(contentsOf: more)
            } catch let error as Failed where error.code == ECONNRESET {
                break
            }
        }
        return String(decoding: all, as: UTF8.self)
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    init(text: String) {
        self.init(status: 200, contentType: "text/plain", body: Array(text.utf8))
    }
}
