import Base
import Foundation
import HTTP
import Network
import Support
import Testing

/// Every route that a served node describes, asked in every way that its description forbids.
@Suite struct HostileRoutesTests {
    @Test(.timeLimit(.minutes(5))) func aServingNodeKeepsEveryRuleOfItsDocument() async throws {
        guard let binary = ServedNode.binary else {
            print("skipped: hostile routes: no node binary beside the tests")
            return
        }
        let folder = try ScratchFolder()
        let node = try await ServedNode(binary, in: folder)
        defer { node.end() }
        let before = try await node.settledChanges()
        let told = try await node.send(ClientRequest("GET", node.url + "/api/v1/openapi.json"))
        let all = BadRequest.all(of: try JSON(parsing: told.body)) + BadRequest.commands
        #expect(all.count > 1000)
        for bad in all {
            let heard = try #require(
                try node.converse(Self.bytes(bad, node.authority), endsWriting: false),
                "\(bad.title)")
            var parser = ResponseParser()
            var cursor = 0
            let event = try parser.next(heard, &cursor, heard.count)
            guard case .response(let answer) = event else {
                Issue.record("\(bad.title): no answer")
                continue
            }
            #expect(bad.statuses.contains(Int(answer.status)), "\(bad.title): \(answer.status)")
            let text = String(decoding: answer.body, as: UTF8.self)
            let type = answer.headers["content-type"] ?? ""
            #expect(type == "application/problem+json" || type.hasPrefix("text/html"))
            guard type == "application/problem+json" else { continue }
            #expect(text.contains("\"rule\":\""), "\(bad.title): \(text)")
            guard let field = bad.field else { continue }
            #expect(text.contains("\"field\":\"\(field)\""), "\(bad.title): \(text)")
        }
        #expect(try await node.changes() == before)
        #expect(node.isAlive)
        #expect(try node.endsInOrder(), "SIGTERM ends it with 0, and `verify` is clean")
    }

    /// The request on a connection of its own. Of a body beyond every limit only the beginning
    /// is sent: the answer comes at the head.
    private static func bytes(
        _ bad: BadRequest, _ authority: (String, String)
    ) -> [UInt8] {
        var head = "\(bad.method) \(bad.target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        head += "\(authority.0): \(authority.1)\r\n"
        for (name, value) in bad.headers { head += "\(name): \(value)\r\n" }
        if !bad.body.isEmpty { head += "Content-Length: \(bad.body.count)\r\n" }
        let isSent = bad.body.count < 200_000
        return Array((head + "\r\n").utf8) + (isSent ? bad.body : Array(bad.body.prefix(100)))
    }
}
