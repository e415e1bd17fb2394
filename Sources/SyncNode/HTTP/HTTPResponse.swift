import Base

/// An answer: what a handler says. Length, chunks, date and connection belong to the encoder.
package struct HTTPResponse: Sendable {
    /// 100 to 599.
    package var status: UInt16
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Ends the connection after this answer.
    package var closes = false
    /// The stable name under which something was refused: for the node's log and figures, never
    /// sent by itself.
    package var refusal: String?

    package init(status: UInt16, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        invariant((100...599).contains(status), "a status has three digits, 1 to 5 first")
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with a body of one media type.
    package init(status: UInt16, contentType: String, body: [UInt8]) {
        self.init(status: status, body: body)
        headers.add("Content-Type", contentType)
    }

    /// A problem document (RFC 9457).
    ///
    /// - Parameters: Texts of this product, never of a caller; quotes in them are a mistake.
    package static func problem(
        status: UInt16, type: String, title: String, rule: String
    ) -> HTTPResponse {
        problem(status: status, type: type, title: title, rule: rule, more: "")
    }

    /// - Parameter more: Further members, as JSON with a comma before each.
    static func problem(
        status: UInt16, type: String, title: String, rule: String, more: String
    ) -> HTTPResponse {
        for text in [type, title, rule] {
            invariant(
                text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c },
                "a problem's words need no escapes")
        }
        let text = """
            {"type":"\(type)","title":"\(title)","status":\(status),"rule":"\(rule)"\(more)}
            """
        return HTTPResponse(
            status: status, contentType: "application/problem+json", body: Array(text.utf8))
    }
}
