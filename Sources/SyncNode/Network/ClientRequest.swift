internal import Base
internal import Crypto
package import HTTP

/// One request to another node.
package struct ClientRequest: Sendable {
    /// A token such as `GET`.
    package var method: String
    /// `http://` or `https://`; redirects are not followed.
    package var url: String
    package var headers: [(String, String)]
    package var body: [UInt8]
    /// Milliseconds to reach the other end, name and handshake included.
    package var connectMillis: Int64 = 10_000
    /// Milliseconds for everything; a long poll asks for more.
    package var totalMillis: Int64 = 60_000
    /// The slowest line that is waited for, in bytes a second over `stallSeconds`; 0 waits on.
    package var bytesPerSecondMin: Int64 = 0
    /// Seconds that a line may be slower than that.
    package var stallSeconds: Int64 = 30
    /// A URI that must stand among the names of the other end's certificate; nil asks for none
    /// beside the host's name.
    package var peerURN: String?
    /// Certificates (PEM) that the other end's must come from, in place of the client's; nil
    /// takes those.
    package var authority: [UInt8]?
    /// A moment that is surely past, in seconds since 1970, where this machine's clock cannot be
    /// believed: certificates must run until then at least, and no clock is asked.
    package var pastSeconds: Int64?
    /// Bytes of body that are taken.
    package var responseBytesMax = Limits.responseBytesMax

    package init(
        _ method: String = "GET", _ url: String, headers: [(String, String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// What the other node answered, whatever its status.
package struct ClientResponse: Sendable {
    package let status: UInt16
    package let headers: HTTPHeaders
    package let body: [UInt8]
}

/// Why there is no answer. Each case is something else for the caller to do.
package enum ClientError: Error, Hashable, Sendable {
    /// Nobody listens there: the node is down. Try later.
    case refused
    /// No way there, or no such name. Try later.
    case unreachable
    /// A deadline passed; the request may have been carried out.
    case timeout
    /// The connection broke; the request may have been carried out.
    case lost
    /// The answer is larger than the caller takes.
    case tooLarge
    /// The other end is not who it must be, or does not believe us; the text is OpenSSL's.
    case tls(String)
    /// The answer is no strict HTTP/1.1.
    case malformed
    /// The request itself cannot be sent: URL, method or header.
    case badRequest
    /// Too many requests of this client wait already.
    case busy
    /// The caller's task was cancelled, or the client was stopped.
    case cancelled
}

extension ClientError {
    /// Whether the other end's certificate does not run at this machine's time: one of the two
    /// clocks is wrong, or the certificate was not renewed.
    package var isOfDates: Bool {
        guard case .tls(let why) = self else { return false }
        return why == CertificateChain.Refusal.expired.rawValue
            || why == CertificateChain.Refusal.notYetValid.rawValue
    }
}
