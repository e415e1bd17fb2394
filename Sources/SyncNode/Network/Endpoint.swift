internal import Base
internal import CLinux
internal import Glibc

/// An address and port to listen on, such as `127.0.0.1:8370` or `[::1]:0`.
package struct Endpoint: Hashable, Sendable {
    /// In numbers: names are not looked up here.
    package let address: String
    /// 0 lets the system choose.
    package let port: UInt16

    package init(address: String, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// - Throws: `badAddress` where the text is not ADDRESS:PORT.
    package init(_ text: String) throws(NetworkError) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw .badAddress(text) }
        var address = text[..<colon]
        if address.hasPrefix("["), address.hasSuffix("]") {
            address = address.dropFirst().dropLast()
        } else if address.contains(":") {
            throw .badAddress(text)
        }
        guard !address.isEmpty else { throw .badAddress(text) }
        self.init(address: String(address), port: port)
    }

    /// Whether only this machine reaches it.
    package var isLoopback: Bool { address.hasPrefix("127.") || address == "::1" }

    /// Whether what goes to a URL could be read on the way: in the clear, and beyond this machine.
    package static func isExposed(_ url: String) -> Bool {
        guard url.hasPrefix("http://") else { return false }
        let rest = url.dropFirst(7).prefix { $0 != "/" }
        // What stands before an @ is no host.
        if rest.contains("@") { return true }
        if rest == "[::1]" || rest.hasPrefix("[::1]:") { return false }
        let host = rest.prefix { $0 != ":" }
        let isNumber = host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
        return !(host == "localhost" || (isNumber && host.hasPrefix("127.")))
    }

    /// Whether it stands for every address of the machine.
    package var isAny: Bool { address == "0.0.0.0" || address == "::" }

    /// Where a program on this machine reaches it.
    package var fromHere: Endpoint {
        guard isAny else { return self }
        return Endpoint(address: address == "::" ? "::1" : "127.0.0.1", port: port)
    }

    /// ADDRESS:PORT, with brackets around an IPv6 address.
    package var text: String {
        address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}

extension Endpoint {
    /// Opens a listening socket, non-blocking, with a backlog for a burst.
    func listen() throws(NetworkError) -> Descriptor {
        let isV6 = address.contains(":")
        let kind =
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            | Int32(SOCK_CLOEXEC.rawValue)
        let socket = try Descriptor(
            Glibc.socket(isV6 ? AF_INET6 : AF_INET, kind, 0), "socket", address: text)
        try set(socket.raw, SOL_SOCKET, SO_REUSEADDR)
        if isV6 { try set(socket.raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        let code = isV6 ? try bind6(socket.raw) : try bind4(socket.raw)
        guard code == 0 else { throw NetworkError.last("bind", address: text) }
        guard Glibc.listen(socket.raw, 1024) == 0 else {
            throw NetworkError.last("listen", address: text)
        }
        return socket
    }

    /// The endpoint that a socket is bound to: the port the system chose.
    static func local(of socket: Int32) throws(NetworkError) -> Endpoint {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withSocketAddress(&storage) { getsockname(socket, $0, &length) }
        guard code == 0 else { throw NetworkError.last("getsockname", address: "") }
        return Endpoint(storage)
    }

    /// Reads what the system filled in.
    init(_ storage: sockaddr_storage) {
        var storage = storage
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        var number: UInt16 = 0
        // The structure says by its family which of the two shapes its bytes have.
        withUnsafePointer(to: &storage) { pointer in
            let raw = UnsafeRawPointer(pointer)
            if Int32(pointer.pointee.ss_family) == AF_INET {
                var shape = raw.load(as: sockaddr_in.self)
                number = UInt16(bigEndian: shape.sin_port)
                _ = inet_ntop(AF_INET, &shape.sin_addr, &text, socklen_t(text.count))
            } else {
                var shape = raw.load(as: sockaddr_in6.self)
                number = UInt16(bigEndian: shape.sin6_port)
                _ = inet_ntop(AF_INET6, &shape.sin6_addr, &text, socklen_t(text.count))
            }
        }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        self.init(address: String(decoding: bytes, as: UTF8.self), port: number)
    }

    /// Lends an address structure in the general form that the calls take.
    static func withSocketAddress<Result>(
        _ storage: inout sockaddr_storage, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
    ) -> Result {
        // The calls of the socket interface take any family behind one pointer type.
        withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
        }
    }

    private func set(_ socket: Int32, _ level: Int32, _ name: Int32) throws(NetworkError) {
        var on: Int32 = 1
        guard setsockopt(socket, level, name, &on, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw NetworkError.last("setsockopt", address: text)
        }
    }

    private func bind4(_ socket: Int32) throws(NetworkError) -> Int32 {
        var shape = sockaddr_in()
        shape.sin_family = sa_family_t(AF_INET)
        shape.sin_port = port.bigEndian
        guard inet_pton(AF_INET, address, &shape.sin_addr) == 1 else { throw .badAddress(text) }
        return withUnsafePointer(to: &shape) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func bind6(_ socket: Int32) throws(NetworkError) -> Int32 {
        var shape = sockaddr_in6()
        shape.sin6_family = sa_family_t(AF_INET6)
        shape.sin6_port = port.bigEndian
        guard inet_pton(AF_INET6, address, &shape.sin6_addr) == 1 else {
            throw .badAddress(text)
        }
        return withUnsafePointer(to: &shape) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
}
