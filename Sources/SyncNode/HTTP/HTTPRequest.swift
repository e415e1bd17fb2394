import Base

/// One request as it was read: checked, bounded, and unambiguous.
///
/// Text is made lazily from the head's bytes, so that a request costs what its route asks of it.
package struct HTTPRequest: Sendable {
    package let method: HTTPMethod
    /// Percent-decoded once; begins with `/` (or is `*` for OPTIONS) and has no dot segments.
    package let path: String
    package let headers: HTTPHeaders
    /// Whether the caller's version is HTTP/1.0, which knows no chunks.
    package let isOld: Bool
    /// Whether the caller wants the connection to stay.
    package let keepAlive: Bool
    /// Whether the caller waits for `100 Continue` before it sends its body.
    package let expectsContinue: Bool
    /// The whole body; empty while the request is only a head.
    package var body: [UInt8] = []
    /// Who is at the other end; nil where the request did not come over a socket.
    package var peer: HTTPPeer?

    let methodRange: Range<Int>
    let targetRange: Range<Int>
    let queryRange: Range<Int>

    /// The method as sent, such as `REPORT`.
    package var methodName: String { text(methodRange) }

    /// The target as sent.
    package var target: String { text(targetRange) }

    /// The query as sent, without its question mark; empty where there is none.
    package var query: String { text(queryRange) }

    /// The query's items in order, form-decoded (`+` is a space). Cost: one pass for each call.
    package var queryItems: [(name: String, value: String)] {
        RequestTarget.split(headers.bytes, queryRange).map { item in
            (queryText(item.name), queryText(item.value))
        }
    }

    /// The first value of a query item; nil where it is absent.
    package func queryItem(_ name: String) -> String? {
        guard !queryRange.isEmpty else { return nil }
        return queryItems.first { $0.name == name }?.value
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: headers.bytes[range], as: UTF8.self)
    }

    private func queryText(_ range: Range<Int>) -> String {
        do throws(HTTPError) {
            if let text = try RequestTarget.decode(headers.bytes, range) { return text }
        } catch {
            invariant(false, "a query's escapes were checked when it was read")
        }
        invariant(false, "a query's text was checked when it was read")
        return ""
    }

    /// A request that no socket brought: written as bytes and read by the parser, so that it is
    /// checked like any other. A `Host` line is added where none is given.
    ///
    /// - Throws: What the parser refuses.
    package static func make(
        _ method: String, _ target: String, headers: [(String, String)] = [],
        body: [UInt8] = []
    ) throws(HTTPError) -> HTTPRequest {
        var lines = HTTPHeaders(headers)
        if !lines.contains("host") { lines.add("Host", "localhost") }
        if !body.isEmpty { lines.add("Content-Length", String(body.count)) }
        var bytes = Array("\(method) \(target) HTTP/1.1\r\n".utf8)
        bytes.append(contentsOf: lines.bytes)
        bytes.append(contentsOf: [0x0d, 0x0a])
        bytes.append(contentsOf: body)
        var parser = RequestParser()
        var cursor = 0
        while true {
            switch try parser.next(bytes, &cursor, bytes.count) {
            case .head: try parser.allowBody(bytesMax: body.count)
            case .request(let request): return request
            case .more: throw HTTPError(.truncated)
            }
        }
    }
}

/// The other end of a connection, as the socket and the handshake show it.
package struct HTTPPeer: Hashable, Sendable {
    /// The address in text, without port: `127.0.0.1`, `::1`.
    package let address: String
    package let port: UInt16
    /// The verified certificate in DER; nil without TLS or where none was asked for.
    package let certificate: [UInt8]?
    /// All certificates that the caller sent, its own first, in PEM; nil as above. Only the first
    /// was verified, by whichever of the others it took.
    package let chain: [UInt8]?

    package init(
        address: String, port: UInt16, certificate: [UInt8]? = nil, chain: [UInt8]? = nil
    ) {
        self.chain = chain
        self.address = address
        self.port = port
        self.certificate = certificate
    }
}
