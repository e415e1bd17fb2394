internal import Base
internal import CLinux
internal import Glibc

/// Ports of this machine that one program has for its children, so that two such programs never
/// share a port: not even while a child is ended and started again, when nobody listens there.
///
/// Between programs of one user, by locks on bytes of a file, which end with the process.
package final class PortClaim: Sendable {
    private let file: Int32

    /// Claims ports of the loopback address and finds out that nobody listens there.
    ///
    /// - Throws: `portInUse` with the first that another claims or listens on.
    package init(_ ports: [Int]) throws(NetworkError) {
        let path = "/tmp/syncnode-ports-\(getuid())"
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw NetworkError.last("open", address: path) }
        for port in ports {
            invariant((1...65_535).contains(port), "a port has 16 bits")
            let code = clinux_lock_byte(file, port)
            guard code == 0 else {
                throw code > 0 ? .portInUse(Self.text(port)) : .last("fcntl", address: path)
            }
            // As a node will; for a moment.
            _ = try Endpoint(address: "127.0.0.1", port: UInt16(port)).listen()
        }
    }

    deinit { close(file) }

    private static func text(_ port: Int) -> String { "127.0.0.1:\(port)" }
}
