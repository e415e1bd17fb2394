/// The method of a request. Methods are case-sensitive (RFC 9110 §9.1).
package enum HTTPMethod: UInt8, Hashable, Sendable {
    case get, head, post, put, patch, delete, options
    /// A well-formed method that this product has no route for; routes answer 405 or 501.
    case other

    /// The wire name; empty for `other`, whose name is `HTTPRequest.methodName`.
    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other: ""
        }
    }

    /// The method whose name stands in `bytes[start..<end]`.
    init(_ bytes: [UInt8], from start: Int, to end: Int) {
        let candidate: HTTPMethod =
            switch bytes[start] {
            case UInt8(ascii: "G"): .get
            case UInt8(ascii: "H"): .head
            case UInt8(ascii: "P"): end - start == 4 ? .post : end - start == 3 ? .put : .patch
            case UInt8(ascii: "D"): .delete
            case UInt8(ascii: "O"): .options
            default: .other
            }
        let matches = HTTPMethod.equals(bytes, start, end, candidate.name)
        self = matches ? candidate : .other
    }

    private static func equals(_ bytes: [UInt8], _ start: Int, _ end: Int, _ name: String) -> Bool {
        guard name.utf8.count == end - start else { return false }
        var index = start
        for byte in name.utf8 {
            if bytes[index] != byte { return false }
            index += 1
        }
        return true
    }
}
