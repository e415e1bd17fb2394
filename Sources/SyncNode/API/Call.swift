import Account
import Base
import Domain
import HTTP

/// One request on its route.
struct Call<View: NodeView> {
    let request: HTTPRequest
    let view: View
    let principal: Principal
    let route: Route
    /// The values of the route's pattern, in order.
    let values: [String]

    /// Checks what every route checks, then does the operation.
    func reply() throws(Problem) -> Reply {
        if let type = route.answer.type, route.face != .sync,
            !Acceptance.allows(type, request.headers)
        {
            throw API.notAcceptable
        }
        try checkQuery()
        try checkBody()
        switch route.face {
        case .probe, .api:
            if let reply = try staffCommand() { return reply }
            switch route.operation {
            case .streamEvents: return try events()
            case .getBlob, .putBlob: return try blob()
            case .checkImport: return .now(try importCheck())
            case .importCatalog: return try catalogImport()
            case .checkTickets: return .now(try ticketCheck())
            case .exportArchive: return try archiveExport()
            case .checkArchive: return .now(try archiveCheck())
            case .importTickets: return try ticketImport()
            case .actOnQueue: return .now(try queueCommand())
            case .closeQueue: return try queueClose()
            case .listLate, .adoptLate: return try late()
            default: break
            }
            return try route.method == .post ? command() : .now(answer())
        case .console:
            if route.operation == .guideFile { return try guideFile() }
            if route.operation == .scanFile { return try scanFile() }
            if case .upload = route.body { return try upload() }
            if route.operation == .enrolmentPage { return try enrolmentPage() }
            if route.operation == .latePage { return try latePage() }
            return try route.method == .post ? form() : .now(page())
        case .sync: return try sync()
        }
    }

    /// Reads of the view, its error turned into the caller's.
    func read<Value>(
        _ body: (View) throws(ViewError) -> Value
    ) throws(Problem) -> Value {
        do throws(ViewError) {
            return try body(view)
        } catch {
            throw Problem(error)
        }
    }

    /// Nothing that the caller asked for is passed over: an item that the route does not know,
    /// or one that is there twice, is refused by its name.
    private func checkQuery() throws(Problem) {
        guard !request.query.isEmpty else { return }
        var left = route.parameters.filter { $0.place == .query }.map(\.name)
        for (name, _) in request.queryItems {
            if let index = left.firstIndex(of: name) {
                left.remove(at: index)
                continue
            }
            let isKnown = route.parameters.contains { $0.place == .query && $0.name == name }
            let field = name.utf8.count <= Limits.formNameBytesMax ? name : nil
            throw isKnown
                ? Problem(400, "query-repeated", "查询参数重复", field: field)
                : Problem(400, "query-unknown", "此地址没有这个查询参数", field: field)
        }
    }

    private func checkBody() throws(Problem) {
        let wanted: String
        switch route.body {
        case .none, .frames, .bytes: return
        case .json: wanted = "application/json"
        case .form: wanted = "application/x-www-form-urlencoded"
        case .upload: wanted = "multipart/form-data"
        }
        guard request.body.count <= route.bodyBytesMax else {
            throw .tooLong(nil, Limits.commandBytesMax)
        }
        let type = Acceptance.bodyType(request.headers)
        guard type == wanted || (type == nil && request.body.isEmpty) else {
            throw Problem(415, "media-type", "正文类型应为 " + wanted)
        }
    }

    private func sync() throws(Problem) -> Reply {
        guard let kind = SyncRequestKind(rawValue: values[0]) else {
            throw .missing("no-such-route", "没有这个地址")
        }
        return .sync(kind, request)
    }

    func digest(_ text: String) throws(Problem) -> Digest {
        guard let bytes = Hex.decode(text), bytes.count == 32, text == text.lowercased() else {
            throw Problem(400, "blob-hash-malformed", "摘要应为 64 位小写十六进制数", field: "hash")
        }
        return Digest(bytes: bytes)
    }

    private func blob() throws(Problem) -> Reply {
        let digest = try digest(values[0])
        guard route.operation == .putBlob else {
            return .blob(.get(BlobRequest(digest, request)))
        }
        guard request.headers["content-range"] == nil else {
            // RFC 9110 §14.4: part of a representation must not be taken for the whole.
            throw Problem(400, "content-range", "附件须整个上传", field: "Content-Range")
        }
        return .blob(.put(digest, request.body))
    }

    // MARK: parameters

    /// The number of entries that the caller wants.
    func limit() throws(Problem) -> Int {
        guard let text = request.queryItem("limit") else { return Limits.listDefault }
        guard let number = text.digits, (1...Limits.listMax).contains(number) else {
            throw Problem(400, "limit-out-of-range", "条数应为 1 到 \(Limits.listMax)", field: "limit")
        }
        return number
    }

    /// A query item that is cut to nothing where it is empty; 400 where it is too long.
    func queryText(_ name: String, bytesMax: Int) throws(Problem) -> String? {
        guard let text = request.queryItem(name), !text.isEmpty else { return nil }
        guard text.utf8.count <= bytesMax else {
            throw Problem(400, "query-too-long", "查询内容过长", field: name)
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw Problem(400, "query-malformed", "查询内容含有控制字符", field: name)
        }
        return text
    }

    func badCursor() -> Problem {
        Problem(400, "cursor-malformed", "cursor 不是上一页给出的", field: "cursor")
    }

    /// The caller's key for replays: up to 64 visible ASCII characters.
    func replayKey() throws(Problem) -> ReplayKey? {
        guard let key = request.headers["idempotency-key"] else { return nil }
        let isPlain = key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard isPlain, (1...Limits.idempotencyKeyBytesMax).contains(key.utf8.count) else {
            throw Problem(
                400, "idempotency-key-malformed", "Idempotency-Key 应为 1 到 64 个可见字符",
                field: "Idempotency-Key")
        }
        return ReplayKey(
            key, request: StateTag(of: Array(request.path.utf8) + [0] + request.body))
    }

    // MARK: documents

    /// The one document behind the first value of the path: by id, else by label.
    func document(_ collection: Collection) throws(Problem) -> StoredDocument {
        let found = try documents(collection)
        guard found.count <= 1 else {
            var problem = Problem(409, "label-not-unique", "此编号有两份，请按标识查看")
            problem.members = [
                .init(name: "ids", value: .array(found.map { .text($0.key.id.hex) }))
            ]
            throw problem
        }
        guard let document = found.first else { throw missing(collection) }
        return document
    }

    /// All documents behind the first value of the path.
    func documents(_ collection: Collection) throws(Problem) -> [StoredDocument] {
        let label = values[0]
        if let id = Digest16(hex: label) {
            let key = DocumentKey(collection: collection, id: id)
            let found = try read { view throws(ViewError) in try view.document(key) }
            if let found { return [found] }
        }
        return try read { view throws(ViewError) in
            try view.documents(collection, label: label)
        }
    }

    func missing(_ collection: Collection) -> Problem {
        collection == .item
            ? .missing("item-unknown", "没有这个事项") : .missing("case-unknown", "没有这个办件编号")
    }

    /// What the caller says that it saw, checked against what there is.
    ///
    /// - Parameter collection: Of the document behind the first value of the path.
    /// - Returns: The tag as the command carries it; nil where the caller said nothing.
    func seen(_ collection: Collection) throws(Problem) -> String? {
        let wanted: [String]
        switch EntityTag.condition("if-match", of: request.headers) {
        case .none: return nil
        case .malformed:
            throw Problem(400, "if-match-malformed", "If-Match 不是 ETag", field: "If-Match")
        case .any:
            _ = try document(collection)
            return nil
        case .tags(let tags): wanted = tags
        }
        let current = StateTag(of: try document(collection).state).text
        if wanted.contains(current) { return current }
        // A replay gets its first answer, although the state moved on with it: the writer tells
        // a replay from a stale wish.
        if try replayKey() != nil, let first = wanted.first(where: { StateTag($0) != nil }) {
            return first
        }
        throw .stale(seen: wanted.joined(separator: ", "), current: current)
    }
}

extension String {
    /// The number that these digits are; nil for anything else, a sign among it.
    var digits: Int? {
        let isPlain = utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isPlain ? Int(self) : nil
    }
}
