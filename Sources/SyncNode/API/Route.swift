import Base
import HTTP

/// One door: what it is called, what it takes and what it answers. Routing and the OpenAPI
/// document are both made from these, so neither can say what the other does not.
struct Route: Sendable {
    /// Who stands before it; decides how a refusal looks.
    enum Face: String, Sendable {
        /// Other programs: problems as JSON.
        case api
        /// People: problems as pages.
        case console
        /// Nodes.
        case sync
        /// Monitoring.
        case probe
    }

    /// What kind of body it takes.
    enum Body: Sendable {
        case none
        /// A JSON object of the named schema.
        case json(String)
        /// An urlencoded form of the named schema.
        case form(String)
        /// A form with a file, of the named schema.
        case upload(String)
        /// Frames.
        case frames
        /// Anything: an attachment.
        case bytes
    }

    let method: HTTPMethod
    /// Segments after `/`; one in braces is a value.
    let pattern: String
    let operation: Operation
    let face: Face
    let summary: String
    var parameters: [Parameter] = []
    var body = Body.none
    /// What it answers when all goes well.
    let answer: Answer
    /// The problems that it may answer, beside those that every route may.
    var problems: [UInt16] = []

    /// Names of the values in the pattern, in order.
    var names: [String] {
        segments.compactMap { segment in
            if case .value(let name) = segment { name } else { nil }
        }
    }

    /// A part of a pattern.
    enum Segment: Hashable, Sendable {
        case word(String)
        case value(String)
    }

    var segments: [Segment] {
        pattern.split(separator: "/").map { part in
            part.hasPrefix("{")
                ? .value(String(part.dropFirst().dropLast())) : .word(String(part))
        }
    }

    /// Bytes of a body that it takes; 0 where it takes none.
    var bodyBytesMax: Int {
        switch body {
        case .none: 0
        // A command is as long as a change: what is longer is read to say what of it is too long.
        case .json:
            [.publishItem, .submitCommand].contains(operation)
                ? Limits.importBytesMax : Limits.commandBytesMax
        case .form: operation == .editForm ? Limits.editFormBytesMax : Limits.formBytesMax
        case .upload: Limits.uploadFormBytesMax
        case .frames: Limits.messageBytesMax
        case .bytes: Limits.blobUploadBytesMax
        }
    }
}

/// A value beside the body.
struct Parameter: Sendable {
    enum Place: String, Sendable {
        case path, query, header
    }

    let name: String
    let place: Place
    let about: String
    let schema: JSON
    /// Whether the route refuses to do without it; what stands in the path always is.
    let isRequired: Bool

    init(
        _ name: String, in place: Place, _ about: String, _ schema: JSON, isRequired: Bool = false
    ) {
        self.isRequired = isRequired || place == .path
        self.name = name
        self.place = place
        self.about = about
        self.schema = schema
    }
}

/// A good answer.
struct Answer: Sendable {
    let status: UInt16
    let about: String
    /// The media type without parameters; nil for none.
    let type: String?
    /// The name of the schema, for JSON.
    let schema: String?

    static func json(_ schema: String, _ about: String, status: UInt16 = 200) -> Answer {
        Answer(status: status, about: about, type: "application/json", schema: schema)
    }

    static func text(_ type: String, _ about: String) -> Answer {
        Answer(status: 200, about: about, type: type, schema: nil)
    }

    static let page = Answer(status: 200, about: "页面", type: "text/html", schema: nil)
    static let redirect = Answer(status: 303, about: "转到结果页面", type: nil, schema: nil)
}

/// The operation ids: what clients generated from the document call.
enum Operation: String, Hashable, Sendable, CaseIterable {
    case health, readiness, metrics, openAPI
    case getStatus, listPeers, listScopes
    case listCases, getCase, getCaseClock, receiveCase, actOnCase
    case getDelivery, listUnsent, unsentPage
    case listPapers, getPaper, checkReceipt, getCountyKey, paperPage, verifyPage
    case listItems, getItem, publishItem, actOnItem, getRollout
    case listGrants, getDueDate
    case getSheet, checkImport, importCatalog, exportCatalog, listDefinitions
    case catalogPage, sheetPage, catalogForm, listPage, editPage, editForm, guideFile
    case getQueue, actOnQueue, closeQueue, queuePage, queueForm, screenPage, ratePage, rateForm
    case bookPage, bookForm, ownBookingPage, ownBookingForm
    case getArchive, exportArchive, checkArchive, archiveForm, archiveCheckForm
    case getBoard, checkTickets, importTickets, boardIndex, boardPage, boardForm
    case search, streamEvents, submitCommand, syncNow, writeReceipt
    case syncMessage
    case getBlob, putBlob, scanForm, draftFileForm, scanFile, importPage, importForm
    case homePage, stylePage, casePage, itemPage, receivePage, searchPage, scopesPage
    case receiveForm, caseForm, syncForm, enrolmentPage, enrolmentForm
    case listLate, adoptLate, latePage, lateForm
    case openSession, closeSession, getSession, changePassword, changeCode
    case listAccounts, addAccount, actOnAccount, listAudit, listDrafts, listReconciliations
    case loginPage, accountPage, auditPage, draftsPage, guidePage, guideItemPage, progressPage
    case reconciliationPage
    case loginForm, logoutForm, passwordForm, codeForm, accountForm, draftForm, progressForm
}

/// All routes, and how a path finds its own.
struct RouteTable: Sendable {
    /// Where a path leads.
    enum Finding: Sendable {
        /// A route, with the values of its pattern in order.
        case route(Route, values: [String])
        /// The path is known; the methods that it takes.
        case otherMethods([HTTPMethod])
        case unknown
    }

    private struct Entry: Sendable {
        let route: Route
        let segments: [Route.Segment]
    }

    let routes: [Route]
    private let entries: [Entry]
    /// Places in `entries` by the number of segments; the last one is empty.
    private let bySegments: [[Int]]

    static let shipped = RouteTable(
        probes + queries + commands + catalog + blobs + staff + sync + consoleRoutes + staffConsole
            + catalogConsole + board + archives + counter + uploads)

    init(_ routes: [Route]) {
        self.routes = routes
        let entries = routes.map { Entry(route: $0, segments: $0.segments) }
        self.entries = entries
        let longest = entries.map(\.segments.count).max() ?? 0
        bySegments = (0...(longest + 1)).map { count in
            // The root has no segments, but its path splits into one empty part.
            entries.indices.filter { max(entries[$0].segments.count, 1) == count }
        }
        invariant(
            Set(routes.map { $0.method.name + $0.pattern }).count == routes.count,
            "a method and a pattern name one route")
    }

    /// Linear in the routes with as many segments: about 10, each refused at its first other one.
    ///
    /// - Parameter path: Percent-decoded. HEAD finds what GET does.
    func find(_ method: HTTPMethod, _ path: String) -> Finding {
        let wanted = method == .head ? .get : method
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .dropFirst()
        var others: [HTTPMethod] = []
        for index in bySegments[min(parts.count, bySegments.count - 1)] {
            guard let values = Self.match(entries[index].segments, parts) else { continue }
            let method = entries[index].route.method
            if method == wanted { return .route(entries[index].route, values: values) }
            others.append(method)
        }
        return others.isEmpty ? .unknown : .otherMethods(others)
    }

    /// The values of a pattern; nil where the path is another.
    private static func match(
        _ segments: [Route.Segment], _ parts: ArraySlice<Substring.UTF8View>
    ) -> [String]? {
        if segments.isEmpty { return parts.count == 1 && parts.first?.isEmpty == true ? [] : nil }
        guard segments.count == parts.count else { return nil }
        var values: [String] = []
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .word(let word):
                guard word.utf8.elementsEqual(part) else { return nil }
            case .value:
                guard !part.isEmpty, part.count <= Limits.pathValueBytesMax else { return nil }
                values.append(String(Substring(part)))
            }
        }
        return values
    }

    /// The methods of a path as `Allow` has them.
    static func allow(_ methods: [HTTPMethod]) -> String {
        var names: [String] = []
        if methods.contains(.get) { names += ["GET", "HEAD"] }
        if methods.contains(.post) { names.append("POST") }
        if methods.contains(.put) { names.append("PUT") }
        return (names + ["OPTIONS"]).joined(separator: ", ")
    }
}
