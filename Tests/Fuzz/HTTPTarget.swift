import Base
import HTTP

/// First byte: requests or responses; second: how long the pieces are that come one by one.
enum HTTPTarget {
    private static let bodyBytesMax = 2048

    static func feed(_ bytes: [UInt8]) {
        guard bytes.count > 2 else { return }
        let rest = Array(bytes.dropFirst(2))
        let piece = Int(bytes[1] & 63) + 1
        if bytes[0] & 3 == 3 {
            invariant(responses(rest, rest.count) == responses(rest, piece), "cuts change nothing")
        } else {
            invariant(requests(rest, rest.count) == requests(rest, piece), "cuts change nothing")
        }
    }

    /// What was read, in words, and how it ended.
    private static func requests(_ bytes: [UInt8], _ piece: Int) -> [String] {
        var parser = RequestParser()
        var words: [String] = []
        var cursor = 0
        do throws(HTTPError) {
            while cursor < bytes.count {
                let end = min(bytes.count, (cursor / piece + 1) * piece)
                switch try parser.next(bytes, &cursor, end) {
                case .more: invariant(cursor == end, "more is said when all is taken")
                case .head(let request):
                    words.append("head \(request.target) \(request.expectsContinue)")
                    try parser.allowBody(bytesMax: bodyBytesMax)
                case .request(let request):
                    words.append(tell(request))
                    again(request)
                }
            }
            try parser.finish()
        } catch {
            invariant((400...599).contains(error.status), "an error has a status")
            words.append("\(error.reason)")
        }
        return words
    }

    private static func tell(_ request: HTTPRequest) -> String {
        invariant(request.body.count <= bodyBytesMax, "a body keeps its limit")
        invariant(
            request.path == "*" || request.path.hasPrefix("/"), "a path begins at the root")
        var words = [request.methodName, request.path, request.target, request.query]
        words += request.queryItems.map { "\($0.name)=\($0.value)" }
        words += request.headers.list.map { "\($0.name): \($0.value)" }
        words += ["\(request.isOld) \(request.keepAlive)", "\(request.body)"]
        return words.joined(separator: "\n")
    }

    /// What was read is written anew and read again.
    private static func again(_ request: HTTPRequest) {
        guard !request.isOld, request.headers.contains("host") else { return }
        var lines: [(String, String)] = []
        for (name, value) in request.headers.list {
            let isLength = ["content-length", "transfer-encoding"].contains(name.lowercased())
            if !isLength { lines.append((name, value)) }
        }
        do throws(HTTPError) {
            let copy = try HTTPRequest.make(
                request.methodName, request.target, headers: lines, body: request.body)
            invariant(
                copy.path == request.path && copy.body == request.body
                    && copy.query == request.query && copy.method == request.method,
                "decode after encode is identity")
        } catch {
            // The line is longer by what the copy adds, so a head at its limit may pass it.
            let reasons: [HTTPError.Reason] = [.headTooLong, .tooManyHeaders]
            invariant(reasons.contains(error.reason), "what was read is read again")
        }
    }

    private static func responses(_ bytes: [UInt8], _ piece: Int) -> [String] {
        var parser = ResponseParser(bodyBytesMax: bodyBytesMax)
        var words: [String] = []
        var cursor = 0
        do throws(HTTPError) {
            while cursor < bytes.count {
                let end = min(bytes.count, (cursor / piece + 1) * piece)
                switch try parser.next(bytes, &cursor, end) {
                case .more: invariant(cursor == end, "more is said when all is taken")
                case .response(let response):
                    words.append("\(response.status) \(response.body)")
                }
            }
            if let last = try parser.finish() { words.append("\(last.status) \(last.body)") }
        } catch {
            words.append("\(error.reason)")
        }
        return words
    }

    static var seeds: [[UInt8]] {
        let requests = [
            "GET /api/v1/items/%E4%BA%8B?q=%E4%B8%AD+x&flag&e=1=2 HTTP/1.1\r\nHost: a:1\r\n\r\n",
            "POST /sync HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n"
                + "Host: a\r\nConnection: close\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
                + "\r\n5;a=\"b\\c\";d=e\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n",
            "GET http://a.b/c HTTP/1.1\r\nhost: A.B\r\nRange: bytes=0-9,-5\r\n\r\n",
            "OPTIONS * HTTP/1.0\r\n\r\n",
            "\r\nHEAD /../a/./b HTTP/1.1\r\nHost:\r\nX: \t y \r\n\r\n",
        ]
        let responses = [
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n"
                + "\r\n1\r\na\r\n0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nuntil the end",
            "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n",
        ]
        return requests.map { [0, 6] + Array($0.utf8) } + responses.map { [3, 6] + Array($0.utf8) }
    }
}
