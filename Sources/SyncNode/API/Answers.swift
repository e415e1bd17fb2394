import Base
import HTTP

/// The shapes of good answers. Nobody may keep them: the next moment may tell another.
extension HTTPResponse {
    static func json(_ bytes: [UInt8], status: UInt16 = 200) -> HTTPResponse {
        var response = HTTPResponse(
            status: status, contentType: "application/json", body: bytes)
        response.headers.add("Cache-Control", "no-store")
        return response
    }

    static func plain(_ text: String) -> HTTPResponse {
        var response = HTTPResponse(
            status: 200, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
        response.headers.add("Cache-Control", "no-store")
        return response
    }

    /// A rule's answer as it is, with the place of what it made.
    ///
    /// - Parameter field: Of the answer: what the place ends with.
    static func created(_ answer: [UInt8], below place: String, field: String) -> HTTPResponse {
        var response = json(answer.isEmpty ? Array("{}".utf8) : answer, status: 201)
        if let label = AnswerField.text(field, of: answer) {
            response.headers.add("Location", place + URLText.segment(label))
        }
        return response
    }

    /// On to a page, with GET (RFC 9110 §15.4.4).
    static func seeOther(_ place: String) -> HTTPResponse {
        HTTPResponse(
            status: 303, headers: HTTPHeaders([("Location", place), ("Cache-Control", "no-store")]))
    }
}

/// A field of a rule's answer.
enum AnswerField {
    /// The text with that key at the top; nil where there is none.
    static func text(_ key: String, of answer: [UInt8]) -> String? {
        do throws(JSONError) {
            var scanner = try JSONScanner(answer)
            return try scanner.text(key)
        } catch {
            return nil
        }
    }
}

/// Text as a part of an address.
package enum URLText {
    /// One path segment: all but unreserved characters as escapes (RFC 3986 §2.3).
    package static func segment(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(contentsOf: Hex.encode([byte]).uppercased().utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
