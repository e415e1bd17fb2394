import Account
import Base
import HTTP
import Support
import Testing

@testable import API

/// What the OpenAPI document leads to when each rule of it is broken: the same requests go to a
/// served node in the Runtime's tests.
@Suite struct BadInputTests {
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
