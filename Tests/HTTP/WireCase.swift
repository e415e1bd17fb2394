import Foundation
import HTTP
import Support

/// One case of `data/vectors/http1-cases.jsonl`: bytes, and what another parser said of them.
struct WireCase: Sendable {
    let id: String
    let isResponse: Bool
    let atEnd: Bool
    let verdict: String
    /// Whether the verdict holds only under a setting of the other parser.
    let isConfigured: Bool
    let raw: [UInt8]
    let messages: [Message]?

    struct Message: Sendable {
        let method: String?
        let target: String?
        let body: [UInt8]
        let isComplete: Bool
        let headerCount: Int?
    }

    /// All cases; nil where the data is not on this machine.
    static func load() throws -> [WireCase]? {
        guard let path = SharedData.path("vectors/http1-cases.jsonl") else { return nil }
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try data.split(separator: 0x0a).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            return try WireCase(object ?? [:])
        }
    }

    struct Malformed: Error {}

    init(_ object: [String: Any]) throws {
        guard let id = object["id"] as? String, let type = object["type"] as? String,
            let verdict = object["verdict"] as? String, let atEnd = object["eof"] as? Bool,
            let text = object["raw_b64"] as? String, let raw = Data(base64Encoded: text)
        else { throw Malformed() }
        self.id = id
        self.isResponse = type == "response"
        self.verdict = verdict
        self.atEnd = atEnd
        isConfigured = object["non_default_config"] != nil
        self.raw = [UInt8](raw)
        messages = (object["messages"] as? [[String: Any]])?.map { message in
            let coded = (message["body_b64"] as? String).flatMap { Data(base64Encoded: $0) }
            let plain = (message["body"] as? String).map { Data($0.utf8) }
            return Message(
                method: message["method"] as? String,
                target: (message["url"] ?? message["uri"]) as? String,
                body: [UInt8](coded ?? plain ?? Data()),
                isComplete: message["complete"] as? Bool ?? true,
                headerCount: (message["headers"] as? [Any])?.count)
        }
    }

    /// The bytes with a Host line after each request line, where the case has none: most cases
    /// leave it out, and that would hide what they are about.
    var rawWithHost: [UInt8] {
        let end = Array(" HTTP/1.1\r\n".utf8)
        var output: [UInt8] = []
        for byte in raw {
            output.append(byte)
            if byte == 0x0a, output.suffix(end.count).elementsEqual(end) {
                output.append(contentsOf: Array("Host: added\r\n".utf8))
            }
        }
        return output
    }
}

/// What our parser makes of some bytes.
struct Reading: Equatable {
    enum Verdict: String {
        /// Every byte was read, and the last message is whole.
        case accept
        /// A valid beginning.
        case more
        case reject
    }

    var verdict: Verdict
    var reason: HTTPError.Reason?
    var bodies: [[UInt8]] = []
    var targets: [String] = []
    var headerCounts: [Int] = []

    /// - Parameter step: How many bytes are given at a time.
    static func requests(_ bytes: [UInt8], step: Int, atEnd: Bool) -> Reading {
        var parser = RequestParser()
        var reading = Reading(verdict: .accept)
        do throws(HTTPError) {
            var start = 0
            while start < bytes.count {
                let end = min(start + step, bytes.count)
                let piece = Array(bytes[start..<end])
                var cursor = 0
                pieces: while true {
                    switch try parser.next(piece, &cursor, piece.count) {
                    case .more: break pieces
                    case .head: try parser.allowBody(bytesMax: 1 << 20)
                    case .request(let request):
                        reading.bodies.append(request.body)
                        reading.targets.append(request.target)
                        reading.headerCounts.append(request.headers.count)
                    }
                }
                start = end
            }
            do throws(HTTPError) {
                try parser.finish()
            } catch {
                if atEnd { throw error }
                reading.verdict = .more
            }
        } catch {
            reading.verdict = .reject
            reading.reason = error.reason
        }
        return reading
    }

    /// The same for responses.
    static func responses(_ bytes: [UInt8], step: Int, atEnd: Bool) -> Reading {
        var parser = ResponseParser()
        var reading = Reading(verdict: .accept)
        do throws(HTTPError) {
            var start = 0
            while start < bytes.count {
                let end = min(start + step, bytes.count)
                let piece = Array(bytes[start..<end])
                var cursor = 0
                while case .response(let response) = try parser.next(piece, &cursor, piece.count) {
                    reading.bodies.append(response.body)
                    reading.headerCounts.append(response.headers.count)
                }
                start = end
            }
            do throws(HTTPError) {
                if let last = try parser.finish() {
                    reading.verdict = atEnd ? .accept : .more
                    reading.bodies.append(last.body)
                    reading.headerCounts.append(last.headers.count)
                }
            } catch {
                if atEnd { throw error }
                reading.verdict = .more
            }
        } catch {
            reading.verdict = .reject
            reading.reason = error.reason
        }
        return reading
    }
}
