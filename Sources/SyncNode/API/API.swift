package import Account
import Base
import Domain
package import HTTP

/// The door of a node: a request in, what is to be done out. Pure: it reads through a view and
/// does nothing itself.
package enum API {
    /// What to do for a request. Never fails: an error is an answer too.
    ///
    /// - Parameters:
    ///   - request: Whole, with its body. HEAD gets what GET gets; the encoder leaves the body out.
    ///   - principal: Who asks, as the runtime knows from session, token or nothing.
    package static func respond<View: NodeView>(
        to request: HTTPRequest, view: View, as principal: Principal
    ) -> Reply {
        do throws(Problem) {
            if let response = try caseState(request, view, principal) { return .now(response) }
            return try route(request, view, principal)
        } catch {
            let isForPeople =
                !request.path.utf8.starts(with: apiPrefix)
                && request.headers["accept"]?.contains("text/html") == true
            if isForPeople { return .now(ProblemPage.response(of: error)) }
            let isEnglish = Acceptance.prefersEnglish(request.headers)
            return .now(error.told(inEnglish: isEnglish).response)
        }
    }

    /// How many bytes of body a request may bring, by its head: 0 where its route takes none. Where
    /// there is no route, a form's worth, so that the caller hears that and not of its body.
    package static func bodyBytesMax(for request: HTTPRequest) -> Int {
        guard case .route(let route, _) = RouteTable.shipped.find(request.method, request.path)
        else { return Limits.formBytesMax }
        return route.bodyBytesMax
    }

    /// Whether a request is answered with one row of the store or none: it may be answered
    /// where it was read. Pages, lists and searches read more, and belong on another thread.
    package static func isQuick(_ request: HTTPRequest) -> Bool {
        guard request.method == .get || request.method == .head else {
            // What is too long to be done is read to be told what of it is.
            guard request.body.count <= Limits.commandBytesMax else { return false }
            return !request.path.utf8.starts(with: formPrefix)
                && !request.path.utf8.starts(with: catalogPrefix)
                && !request.path.utf8.starts(with: queuePrefix)
                && !request.path.utf8.starts(with: archivePrefix)
        }
        let path = request.path.utf8
        guard !path.starts(with: casePrefix) else { return true }
        return path.elementsEqual("/healthz".utf8) || path.elementsEqual("/readyz".utf8)
            || path.elementsEqual("/style.css".utf8) || path.starts(with: syncPrefix)
            || path.elementsEqual("/api/v1/openapi.json".utf8)
    }

    /// Whether the answer looks at a document: by a read, or by what the caller says it saw.
    package static func readsDocuments(_ request: HTTPRequest) -> Bool {
        request.method == .get || request.method == .head || request.headers["if-match"] != nil
    }

    /// The OpenAPI 3.1 document of all routes.
    package static var openAPI: [UInt8] { OpenAPI.shipped.bytes }

    private static let formPrefix = Array("/console/".utf8)
    private static let catalogPrefix = Array("/api/v1/catalog/".utf8)
    private static let queuePrefix = Array("/api/v1/queue".utf8)
    private static let archivePrefix = Array("/api/v1/archives/".utf8)
    private static let syncPrefix = Array("/sync/".utf8)
    private static let apiPrefix = Array("/api/".utf8)

    // MARK: the hot path

    private static let casePrefix = Array("/api/v1/cases/".utf8)
    /// 26 digits.
    private static let numberBytes = 26

    /// A case by its number: matched before all else, and served as stored.
    private static func caseState<View: NodeView>(
        _ request: HTTPRequest, _ view: View, _ principal: Principal
    ) throws(Problem) -> HTTPResponse? {
        guard request.method == .get || request.method == .head else { return nil }
        let path = request.path.utf8
        guard path.count == casePrefix.count + numberBytes, path.starts(with: casePrefix),
            request.query.isEmpty
        else { return nil }
        let digits = path.dropFirst(casePrefix.count)
        for digit in digits where !(0x30...0x39).contains(digit) { return nil }
        try Gate.check(.getCase, .api, request, principal)
        guard Acceptance.allows("application/json", request.headers) else {
            throw notAcceptable
        }
        let number = String(Substring(digits))
        let found: StateLookup
        do throws(ViewError) {
            found = try view.state(.caseFile, label: number)
        } catch {
            throw Problem(error)
        }
        switch found {
        case .one(let state): return stored(state, for: request, person: view.person)
        case .absent: throw .missing("case-unknown", "没有这个办件编号")
        case .several: return nil
        }
    }

    /// A stored state as an answer, or 304 where the caller has it.
    ///
    /// - Parameter person: Opens what is sealed of a case, whose applicant is shown masked; the
    ///   tag is that of the stored bytes all the same.
    static func stored(
        _ state: [UInt8], for request: HTTPRequest, person: ((String) -> PersonAnswer)? = nil
    ) -> HTTPResponse {
        let tag = StateTag(of: state)
        var headers = stateHeaders
        headers.add("ETag", EntityTag.quoted(tag))
        if EntityTag.isFresh(tag, request.headers) {
            return HTTPResponse(status: 304, headers: headers)
        }
        return HTTPResponse(
            status: 200, headers: headers,
            body: person.map { CaseMask.masked(state, $0) } ?? state)
    }

    private static let stateHeaders = HTTPHeaders([
        ("Content-Type", "application/json"), ("Cache-Control", "private, no-cache"),
    ])

    // MARK: everything else

    private static func route<View: NodeView>(
        _ request: HTTPRequest, _ view: View, _ principal: Principal
    ) throws(Problem) -> Reply {
        switch RouteTable.shipped.find(request.method, request.path) {
        case .route(let route, let values):
            let call = Call(
                request: request, view: view, principal: principal, route: route, values: values)
            if let place = Gate.detour(route, request, principal) {
                return .now(HTTPResponse.seeOther(place))
            }
            guard route.face == .console else {
                try Gate.check(route.operation, route.face, request, principal)
                return try call.reply()
            }
            do throws(Problem) {
                try Gate.check(route.operation, route.face, request, principal)
                return try call.reply()
            } catch {
                return .now(ProblemPage.response(of: error))
            }
        case .otherMethods(let methods):
            return try other(request, RouteTable.allow(methods))
        case .unknown:
            if request.method == .options, request.path == "*" {
                return try other(request, "GET, HEAD, POST, OPTIONS")
            }
            throw .missing("no-such-route", "没有这个地址")
        }
    }

    /// OPTIONS tells what a path takes; any other method that it does not take is refused.
    private static func other(
        _ request: HTTPRequest, _ allow: String
    ) throws(Problem) -> Reply {
        guard request.method == .options else {
            var problem = Problem(405, "method-not-allowed", "此地址不接受这种方法")
            problem.allow = allow
            throw problem
        }
        return .now(HTTPResponse(status: 204, headers: HTTPHeaders([("Allow", allow)])))
    }

    static var notAcceptable: Problem {
        Problem(406, "not-acceptable", "没有您要的格式")
    }
}
