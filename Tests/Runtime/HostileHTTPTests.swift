import API
import Foundation
import HTTP
import Support
import Testing

/// The request cases of other parsers against a real `node serve`: it answers exactly what the
/// parser says of the bytes, closes where framing is in doubt, and serves the next caller.
@Suite struct HostileHTTPTests {
    @Test(.timeLimit(.minutes(5))) func aServingNodeAnswersAsItsParserReads() async throws {
        guard let binary = ServedNode.binary else {
            print("skipped: hostile HTTP: no node binary beside the tests")
            return
        }
        let folder = try ScratchFolder()
        let node = try await ServedNode(binary, in: folder)
        defer { node.end() }
        let before = try await node.settledChanges()
        if let cases = try WireCase.load() {
            #expect(cases.count == 163)
            for item in cases {
                try expectAnswers(item.id, item.raw, node)
                try expectAnswers(item.id + " with Host", item.rawWithHost, node)
            }
        } else {
            print("skipped: cases of other parsers: no shared data here")
        }
        for (name, bytes) in HostileRequests.framings {
            let reading = Reading(bytes)
            #expect(reading.error?.status == 400, "\(name) is in doubt")
            #expect(reading.requests.isEmpty, "\(name)")
            try expectAnswers(name, bytes, node)
        }
        for bytes in HostileRequests.cutAndFlipped() {
            try expectAnswers(String(decoding: bytes, as: UTF8.self), bytes, node)
        }
        #expect(try await node.changes() == before)
        #expect(node.isAlive)
        #expect(try node.endsInOrder(), "SIGTERM ends it with 0, and `verify` is clean")
    }

    /// What the node's own parser and body limits make of some bytes.
    struct Reading {
        private(set) var requests: [HTTPRequest] = []
        private(set) var error: HTTPError?
        /// Whether the node closes before the caller says that nothing more comes.
        private(set) var endsItself = false

        init(_ bytes: [UInt8]) {
            var parser = RequestParser()
            var cursor = 0
            do throws(HTTPError) {
                while cursor < bytes.count {
                    switch try parser.next(bytes, &cursor, bytes.count) {
                    case .more: break
                    case .head(let request):
                        try parser.allowBody(bytesMax: API.bodyBytesMax(for: request))
                    case .request(let request):
                        requests.append(request)
                        endsItself = !request.keepAlive
                        if endsItself { return }
                    }
                }
                endsItself = false
            } catch {
                self.error = error
                endsItself = true
                return
            }
            do throws(HTTPError) {
                try parser.finish()
            } catch {
                self.error = error
            }
        }
    }

    private func expectAnswers(_ name: String, _ bytes: [UInt8], _ node: ServedNode) throws {
        let reading = Reading(bytes)
        let heard = try #require(
            try node.converse(bytes, endsWriting: !reading.endsItself), "\(name): stays open")
        var parser = ResponseParser()
        var cursor = 0
        var answers: [HTTPResponse] = []
        do throws(HTTPError) {
            parser.isHead = reading.requests.first?.method == .head
            while case .response(let response) = try parser.next(heard, &cursor, heard.count) {
                // An invitation depends on how the bytes came in.
                if response.status >= 200 { answers.append(response) }
                let next = reading.requests.dropFirst(answers.count).first
                parser.isHead = next?.method == .head
            }
        } catch {
            Issue.record("\(name): the answer is no HTTP: \(error.reason)")
        }
        #expect(cursor == heard.count, "\(name): nothing but answers")
        let expected = reading.requests.count + (reading.error == nil ? 0 : 1)
        #expect(answers.count == expected, "\(name)")
        for answer in answers.prefix(reading.requests.count) {
            // Refused by a rule of the API it may be, by the parser it must not.
            let isHTTP = String(decoding: answer.body, as: UTF8.self).contains("/problems/http")
            #expect(answer.status < 500 && !isHTTP, "\(name): \(answer.status)")
        }
        guard let error = reading.error, let last = answers.last else { return }
        #expect(last.status == error.status, "\(name)")
        #expect(last.headers["connection"] == "close", "\(name)")
        let body = String(decoding: last.body, as: UTF8.self)
        #expect(body.contains("\"rule\":\"\(error.reason.rawValue)\""), "\(name): \(body)")
    }
}

/// Requests that two readers could frame differently, and one whole request cut and flipped.
enum HostileRequests {
    private static let hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"

    static let framings: [(name: String, bytes: [UInt8])] = [
        ("both lengths", "Content-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("both, turned", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        ("two lengths", "Content-Length: 0\r\nContent-Length: 44\r\n\r\n"),
        ("equal lengths", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
        ("a list of lengths", "Content-Length: 0, 44\r\n\r\n"),
        ("a signed length", "Content-Length: +0\r\n\r\n"),
        ("space before the colon", "Content-Length : 44\r\n\r\n"),
        ("obs-fold", "X: y\r\n Content-Length: 44\r\n\r\n"),
        ("bare LF", "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("bare CR", "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("LF after a chunk size", "Transfer-Encoding: chunked\r\n\r\n0\n\r\n"),
        ("a chunk size that is none", "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n"),
        ("a chunk without end", "Transfer-Encoding: chunked\r\n\r\n1\r\nZZ\r\n0\r\n\r\n"),
        ("a huge chunk", "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\n"),
        ("chunked twice", "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        ("chunked not last", "Transfer-Encoding: chunked, identity\r\n\r\n"),
        ("a trailer that frames", chunked + "0\r\nContent-Length: 44\r\n\r\n"),
        ("duplicate Host", "Host: b\r\n\r\n"),
    ].map { name, rest in
        let head =
            "POST /api/v1/commands HTTP/1.1\r\nHost: a\r\n"
            + "Content-Type: application/json\r\n"
        return (name, Array((head + rest + hidden).utf8))
    }

    private static let chunked = "Transfer-Encoding: chunked\r\n\r\n"

    /// A form whose answer is a refusal, whatever is left of it: each byte flipped once, cut
    /// once. It names no case that is there, so nothing can come of it.
    static func cutAndFlipped() -> [[UInt8]] {
        let whole = Array(
            ("GET /api/v1/cases?limit=5 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n"
                + "Content-Length: 0\r\n\r\n").utf8)
        var all: [[UInt8]] = []
        for place in whole.indices {
            if place > 0 { all.append(Array(whole[..<place])) }
            for bit in [0, 5, 7] {
                var flipped = whole
                flipped[place] ^= 1 << UInt8(bit)
                all.append(flipped)
            }
        }
        return all
    }
}
