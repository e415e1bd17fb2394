internal import Base
package import HTTP

/// Bodies of the exchange: deflated where both ends offer it.
package enum ExchangeBody {
    /// The message's bytes, whatever the body's encoding.
    /// - Throws: `Deflate.Failure`.
    package static func plain(_ body: [UInt8], _ headers: HTTPHeaders) throws -> [UInt8] {
        guard headers["Content-Encoding"] == "deflate" else { return body }
        return try Deflate.inflate(body, limit: Limits.messageBytesMax, format: .zlib)
    }

    /// An answer to a request, deflated where that is offered and worth it.
    package static func response(_ plain: [UInt8], to request: HTTPRequest) -> HTTPResponse {
        let offers = request.headers["Accept-Encoding"]?.contains("deflate") ?? false
        guard offers, plain.count >= Limits.deflateBytesMin else {
            return HTTPResponse(
                status: 200, contentType: "application/octet-stream", body: plain)
        }
        var response = HTTPResponse(
            status: 200, contentType: "application/octet-stream",
            body: Deflate.compress(plain, format: .zlib))
        response.headers.add("Content-Encoding", "deflate")
        return response
    }
}
