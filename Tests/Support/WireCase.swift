import Foundation

/// One case of `data/vectors/http1-cases.jsonl`: bytes, and what another parser said of them.
package struct WireCase: Sendable {
    package let id: String
    package let isResponse: Bool
    package let atEnd: Bool
    package let verdict: String
    /// Whether the verdict holds only under a setting of the other parser.
    package let isConfigured: Bool
    package let raw: [UInt8]
    package let messages: [Message]?

    package struct Message: Sendable {
        package let method: String?
        package let target: String?
        package let body: [UInt8]
        package let isComplete: Bool
        package let headerCount: Int?
    }

    /// All cases; nil where the data is not on this machine.
    package static func load() throws -> [WireCase]? {
        guard let path = SharedData.path("vectors/http1-cases.jsonl") else { return nil }
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try data.split(separator: 0x0a).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            return try WireCase(object ?? [:])
        }
    }

    package struct Malformed: Error {}

    package init(_ object: [String: Any]) throws {
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
    package var rawWithHost: [UInt8] {
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
