/// Why a message was refused, and the status that says so to the caller.
///
/// Every one of these ends the connection: after it nobody can say where the next message begins.
package struct HTTPError: Error, Hashable, Sendable {
    /// The fault, for a program; its raw value stands in the problem's `rule`.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        case badRequestLine, badMethod, badTarget, badVersion, badPath, badQuery
        case bareLineEnd, badHeaderName, badHeaderValue, foldedHeader
        case missingHost, duplicateHost, badHost, hostMismatch
        case badContentLength, duplicateContentLength, badTransferEncoding, bothLengths
        case badChunk, badTrailer, badExpect, unknownCoding, tunnel
        case targetTooLong, headTooLong, tooManyHeaders, bodyTooLong
        case truncated, afterClose, badStatusLine
    }

    package let reason: Reason

    package init(_ reason: Reason) { self.reason = reason }

    /// The status of the answer.
    package var status: UInt16 {
        switch reason {
        case .targetTooLong: 414
        case .headTooLong, .tooManyHeaders: 431
        case .bodyTooLong: 413
        case .badExpect: 417
        case .unknownCoding, .tunnel: 501
        case .badVersion: 505
        default: 400
        }
    }

    /// The answer: a problem document (RFC 9457) that repeats nothing of what was sent.
    package var response: HTTPResponse { response(bodyBytesMax: nil) }

    /// The same, and of a body that is too long also what is: `body`, and how many bytes its
    /// address takes.
    package func response(bodyBytesMax: Int?) -> HTTPResponse {
        guard reason == .bodyTooLong, let bodyBytesMax else {
            return .problem(
                status: status, type: "/problems/http", title: "请求不符合 HTTP 规范",
                rule: reason.rawValue)
        }
        let title =
            bodyBytesMax == 0
            ? "此地址不接收正文"
            : "请求正文（body）过长：至多接收 \(bodyBytesMax) 字节，未作任何处理；"
                + "请缩短，图片和成篇的文字作附件另行上传"
        return .problem(
            status: status, type: "/problems/http", title: title, rule: reason.rawValue,
            more: ",\"field\":\"body\",\"limitBytes\":\(bodyBytesMax)")
    }
}
