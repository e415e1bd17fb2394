import Account
import Base
import HTTP
import Support
import Testing

@testable import API

/// What the OpenAPI document leads to when each rule of it is broken: the same requests go to a
/// served node in the Runtime's tests.
@Suite struct BadInputTests {
    /// The longest of very many members was once named as what is too long, with its 14 bytes.
    @Test func veryManyMembersAreTheBodysLength() throws {
        let members = (0..<40_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let many = "{\"command\":\"item.draft\",\"code\":\"370511001001\",\(members)}"
        #expect(many.utf8.count > Limits.commandBytesMax)
        let problem = CommandBody.tooLong(Array(many.utf8))
        #expect(problem.status == 413 && problem.field == "body")
        let text = String(repeating: "x", count: Limits.commandBytesMax)
        let one = CommandBody.tooLong(Array("{\"a\":1,\"note\":\"\(text)\"}".utf8))
        #expect(one.field == "note")
    }

    @Test func everyRuleOfTheDocumentIsKept() throws {
        let document = try JSON(parsing: API.openAPI)
        let all = BadRequest.all(of: document) + BadRequest.commands
        #expect(all.count > 1000)
        for bad in all {
            let response = try answer(bad)
            let status = response.map { Int($0.status) } ?? 200
            #expect(bad.statuses.contains(status), "\(bad.title): \(status)")
            guard let response, status >= 400 else { continue }
            #expect(Self.isProblem(response), "\(bad.title)")
            if let field = bad.field, response.headers["content-type"] == Self.problem {
                #expect(try response.json["field"]?.text == field, "\(bad.title)")
            }
        }
    }

    /// What no change can hold is read to say what of it is too long, and where it is nothing
    /// that can be read, the body is.
    @Test func whatIsTooLongIsNamed() throws {
        let spaces = [UInt8](repeating: 0x20, count: Limits.commandBytesMax + 1)
        let long = String(repeating: "x", count: Limits.commandBytesMax)
        let item = "{\"code\":\"370511001001\",\"elements\":{\"conditions\":\"\(long)\"}}"
        let cases: [(String, [UInt8], String)] = [
            ("/api/v1/items", spaces, "body"), ("/api/v1/commands", spaces, "body"),
            ("/api/v1/items", Array(item.utf8), "elements.conditions"),
            ("/api/v1/commands", Array("{\"note\":\"\(long)\"}".utf8), "note"),
        ]
        for (target, body, field) in cases {
            let request = try HTTPRequest.make(
                "POST", target, headers: [("Content-Type", "application/json")], body: body)
            guard
                case .now(let response) = API.respond(
                    to: request, view: FixtureView(), as: .machine)
            else {
                Issue.record("\(target) takes \(body.count) bytes")
                continue
            }
            #expect(response.status == 413)
            #expect(try response.json["field"]?.text == field)
        }
    }

    private static let problem = "application/problem+json"

    private static func isProblem(_ response: HTTPResponse) -> Bool {
        let type = response.headers["content-type"] ?? ""
        guard type == problem else { return type.hasPrefix("text/html") }
        return response.text.contains("\"rule\":\"")
    }

    /// As the server would: the parser refuses, then the body's limit, then the API; nil where
    /// the request would be done, or handed to the runtime.
    private func answer(_ bad: BadRequest) throws -> HTTPResponse? {
        let request: HTTPRequest
        do throws(HTTPError) {
            request = try HTTPRequest.make(
                bad.method, bad.target, headers: bad.headers, body: bad.body)
        } catch {
            return error.response
        }
        if bad.body.count > API.bodyBytesMax(for: request), !bad.body.isEmpty {
            return HTTPError(.bodyTooLong).response
        }
        switch API.respond(to: request, view: FixtureView(), as: .machine) {
        case .now(let response): return response
        case .blob(.put): return BlobOutcome.wrongDigest.response
        case .sync: return Problem(400, "runtime", "由运行时判断").response
        default: return nil
        }
    }
}
