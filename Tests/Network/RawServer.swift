import Foundation
import Glibc
import Network

/// A server that says exactly what a test wants said, to each caller once.
final class RawServer: Sendable {
    let endpoint: Endpoint
    private let raw: Int32

    /// - Parameters:
    ///   - answer: Sent once a head has come; nil sends nothing.
    ///   - closes: Whether the connection ends after it, or is held.
    init(_ answer: String?, closes: Bool = true) throws {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(raw, $0, length) + listen(raw, 16) + getsockname(raw, $0, &length)
            }
        }
        guard raw >= 0, code == 0 else { throw RawSocket.Failed(call: "bind", code: errno) }
        self.raw = raw
        endpoint = Endpoint(address: "127.0.0.1", port: UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { Self.serve(raw, answer, closes) }
    }

    deinit {
        shutdown(raw, Int32(SHUT_RDWR))
        close(raw)
    }

    private static func serve(_ raw: Int32, _ answer: String?, _ closes: Bool) {
        while true {
            let caller = accept(raw, nil, nil)
            guard caller >= 0 else { return }
            Thread.detachNewThread {
                var head: [UInt8] = []
                var piece = [UInt8](repeating: 0, count: 4096)
                while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
                    let count = recv(caller, &piece, piece.count, 0)
                    guard count > 0 else { break }
                    head.append(contentsOf: piece[..<count])
                }
                if let answer {
                    let bytes = Array(answer.utf8)
                    _ = send(caller, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                }
                if !closes { while recv(caller, &piece, piece.count, 0) > 0 {} }
                shutdown(caller, Int32(SHUT_RDWR))
                close(caller)
            }
        }
    }
}
