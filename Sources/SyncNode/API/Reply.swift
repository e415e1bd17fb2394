import Account
package import Base
package import Domain
package import HTTP

/// What is to be done for a request: the API decides it, the runtime does it.
package enum Reply: Sendable {
    /// The answer is here.
    case now(HTTPResponse)
    /// A command for the writer; its outcome becomes the answer.
    case submit(CommandOrder)
    /// One exchange with the parent, or with the named peer.
    case exchange(ExchangeOrder)
    /// A node's message: the runtime reads and answers it.
    case sync(SyncRequestKind, HTTPRequest)
    /// Passwords and sessions: the runtime checks and keeps them.
    case door(DoorOrder)
    /// A stream of server-sent events.
    case events(EventCursor)
    /// A receipt, written here or asked of a child.
    case receipt(ReceiptOrder)
    /// An attachment in or out: files are the runtime's.
    case blob(BlobOrder)
    /// An attachment in, and once it is durable a command that names it.
    case upload(UploadOrder)
    /// Nodes that come or went, and a word about them.
    case membership(MembershipOrder)
}

/// A file out of a browser's form, and what names it then.
package struct UploadOrder: Sendable {
    package let digest: Digest
    package let bytes: [UInt8]
    package let next: CommandOrder
    package let refused: @Sendable (BlobOutcome) -> HTTPResponse
}

/// What is to be done with an attachment.
package enum BlobOrder: Sendable {
    case get(BlobRequest)
    /// A whole one, under the digest that the caller claims.
    case put(Digest, [UInt8])
}

/// A question for an attachment. Its content never changes, so its digest is its entity tag.
package struct BlobRequest: Sendable {
    package let digest: Digest
    private let request: HTTPRequest
    /// Whether a scan may be looked at in the page where it is asked for.
    package let isShown: Bool

    init(_ digest: Digest, _ request: HTTPRequest, isShown: Bool = false) {
        self.digest = digest
        self.request = request
        self.isShown = isShown
    }

    /// Whether the head of the answer is all that is wanted.
    package var isHead: Bool { request.method == .head }

    /// It is not here.
    package static var unknown: Problem { .missing("blob-unknown", "没有这个附件") }

    /// The answer's head, and the bytes that follow it; nil where none do.
    ///
    /// - Parameter kind: What its first bytes say that it is; shown as that where it may be.
    package func answer(
        size: Int, kind: MediaKind? = nil
    ) -> (response: HTTPResponse, range: Range<Int>?) {
        let tag = "\"\(digest.hex)\""
        var response = HTTPResponse(status: 200)
        response.headers.add("ETag", tag)
        response.headers.add("Cache-Control", "private, max-age=31536000, immutable")
        response.headers.add("Accept-Ranges", "bytes")
        switch EntityTag.condition("if-none-match", of: request.headers) {
        case .any: response.status = 304
        case .tags(let tags) where tags.contains(digest.hex): response.status = 304
        default: break
        }
        if response.status == 304 { return (response, nil) }
        var range = 0..<size
        switch ByteRange.select(request, size: size, tag: tag) {
        case .whole: break
        case .part(let part):
            range = part
            response.status = 206
            response.headers.add(
                "Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)")
        case .unsatisfiable:
            var problem = Problem(416, "range-unsatisfiable", "没有所要的字节").response
            problem.headers.add("Content-Range", "bytes */\(size)")
            return (problem, nil)
        }
        // A scan is never shown as a page of this node: at most as a picture or a PDF.
        response.headers.add("X-Content-Type-Options", "nosniff")
        response.headers.add(
            "Content-Security-Policy",
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'")
        guard isShown, let kind else {
            response.headers.add("Content-Type", "application/octet-stream")
            response.headers.add("Content-Disposition", "attachment")
            return (response, range)
        }
        response.headers.add("Content-Type", kind.rawValue)
        response.headers.add("Content-Disposition", "inline")
        return (response, range)
    }
}

/// What became of an attachment that was handed in.
package enum BlobOutcome: Hashable, Sendable {
    /// Proven and durable.
    case stored(bytes: Int)
    /// It was here before.
    case known(bytes: Int)
    /// The content is another than the digest says: nothing was kept.
    case wrongDigest
    case empty
    /// The disk is full, or too much lies here that no change names.
    case full
    /// Just now it is coming in by another way.
    case busy
    /// The store failed; nothing was kept.
    case failed

    /// Why nothing was kept.
    package var problem: Problem {
        switch self {
        case .wrongDigest: return Problem(422, "blob-digest", "内容与所报摘要不符，未保存", field: "hash")
        case .empty: return Problem(422, "blob-empty", "附件没有内容")
        case .full: return Problem(507, "store-full", "存储空间不足，未保存")
        case .busy:
            var problem = Problem(503, "blob-busy", "该附件正在接收，请稍后再试")
            problem.retryAfterSeconds = Limits.retryAfterSeconds
            return problem
        case .stored, .known, .failed: return Problem(ViewError.failed)
        }
    }

    /// The answer.
    package var response: HTTPResponse {
        guard let bytes = kept else { return problem.response }
        var writer = JSONWriter(capacity: 32)
        writer.object { $0.field("bytes", bytes) }
        let status: UInt16 = self == .known(bytes: bytes) ? 200 : 201
        return HTTPResponse(status: status, contentType: "application/json", body: writer.bytes)
    }

    /// Bytes that are here now; nil where nothing was kept.
    private var kept: Int? {
        switch self {
        case .stored(let bytes), .known(let bytes): bytes
        default: nil
        }
    }
}

/// A command on its way to the writer.
package struct CommandOrder: Sendable {
    package let command: Command
    /// First 8 bytes of H(account id); 0 for the node itself.
    package let author: UInt64
    /// A replay under the same key gets the first answer; nil where the caller gave none.
    package let replayKey: ReplayKey?
    /// Makes the answer of the outcome. Cheap, pure, any thread.
    package let render: @Sendable (CommandOutcome) -> HTTPResponse
}

/// What became of a command.
package enum CommandOutcome: Sendable {
    /// Durable: the rule's answer as JSON.
    case done(answer: [UInt8])
    case refused(RuleRefusal)
    /// The writer's queue is full.
    case queueFull
    /// The node is stopping or fenced.
    case closed
    /// The disk is full: nothing was written, reading goes on.
    case diskFull
    /// Another program holds the database: nothing was written.
    case locked
    /// The store failed; nothing was written.
    case failed
}

extension CommandOutcome {
    /// The refusal as a problem; nil where the command was done.
    package var problem: Problem? {
        switch self {
        case .done: nil
        case .refused(let refusal): Problem(refusal)
        case .queueFull: .queueFull
        case .closed: .closed
        case .diskFull: .diskFull
        case .locked: .storeLocked
        case .failed: Problem(ViewError.failed)
        }
    }
}

/// A receipt now: of this node, or of a child.
package struct ReceiptOrder: Sendable {
    /// The child that is asked; nil for this node's own.
    package let peer: RegionCode?

    /// The answer, nil where there is no such child. Cheap, pure, any thread.
    package func render(_ report: ReceiptReport?) -> HTTPResponse {
        guard let report else {
            return Problem.missing("no-such-child", "没有这个下级，或它没有连上").response
        }
        var writer = JSONWriter(capacity: 64)
        writer.object { object in
            object.field("scopes", report.scopes)
            object.field("asked", report.isAsked)
        }
        return .json(writer.bytes)
    }
}

/// What became of a `ReceiptOrder`.
package struct ReceiptReport: Hashable, Sendable {
    /// Scopes of which the receipt says something new; 0 where none was needed.
    package let scopes: Int
    /// Whether a child was asked: its receipt comes over the link.
    package let isAsked: Bool

    package init(scopes: Int, isAsked: Bool) {
        self.scopes = scopes
        self.isAsked = isAsked
    }
}

/// One exchange, now.
package struct ExchangeOrder: Sendable {
    /// The peer; nil for all, the parent first.
    package let peer: RegionCode?
    /// Makes the answer. Cheap, pure, any thread.
    package let render: @Sendable (ExchangeOutcome) -> HTTPResponse
}

/// What became of an exchange.
package enum ExchangeOutcome: Sendable {
    case done(ExchangeReport)
    /// No such peer.
    case unknownPeer
    /// It could not be reached, or broke off: one sentence for people.
    case unreachable(String)
    /// It answered and refused: one sentence for people.
    case refused(String)
    /// The node is stopping or fenced.
    case closed
}

extension ExchangeOutcome {
    /// The failure as a problem; nil where the exchange was done.
    package var problem: Problem? {
        switch self {
        case .done: return nil
        case .unknownPeer: return .missing("no-such-peer", "没有这个对端节点")
        case .refused(let why):
            return Problem(409, "peer-refused", "对端拒绝同步：" + why)
        case .unreachable(let why):
            var problem = Problem(503, "peer-unreachable", "连不上对端：" + why)
            problem.retryAfterSeconds = 5
            return problem
        case .closed: return .closed
        }
    }
}

/// What one exchange moved: CONTRACT §2 `sync`.
package struct ExchangeReport: Hashable, Sendable {
    /// Changes.
    package var sent = 0
    /// Changes.
    package var received = 0
    package var bytesOut = 0
    package var bytesIn = 0
    package var roundTrips = 0
    /// Whether both ends have the same of what both carry.
    package var equal = false

    package init() {}

    /// The JSON document of the command line and of `POST /api/v1/sync`.
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.object { object in
            object.field("sent", sent)
            object.field("received", received)
            object.field("bytesOut", bytesOut)
            object.field("bytesIn", bytesIn)
            object.field("roundTrips", roundTrips)
            object.field("equal", equal)
        }
        return writer.bytes
    }
}

/// Doors for nodes, below `/sync/v1/`.
package enum SyncRequestKind: String, Hashable, Sendable, CaseIterable {
    /// Who the node is.
    case identity
    /// A child asks for its place.
    case enrol
    /// A neighbouring county introduces itself.
    case partner
    /// Frames in, frames out.
    case exchange
    /// Which certificates this node took back (CRL): for tools of others.
    case list = "certificates.crl"
}

/// From where a listener wants events.
package struct EventCursor: Hashable, Sendable {
    /// The last position that the listener has; nil for what comes from now on.
    package let after: UInt64?

    package init(after: UInt64?) { self.after = after }
}

/// One server-sent event (WHATWG HTML §9.2).
package enum ServerEvent {
    /// The head of a stream's answer; its body follows in chunks.
    package static var response: HTTPResponse {
        var response = HTTPResponse(
            status: 200, contentType: "text/event-stream; charset=utf-8", body: [])
        response.headers.add("Cache-Control", "no-store")
        return response
    }

    /// - Parameters:
    ///   - kind: One word: `document`, `peer`, `reset`.
    ///   - data: JSON, which has no line breaks as this product writes it.
    package static func encode(position: UInt64, kind: String, data: [UInt8]) -> [UInt8] {
        invariant(!data.contains(0x0a) && !data.contains(0x0d), "an event's data is one line")
        var bytes = Array("id: \(position)\nevent: \(kind)\ndata: ".utf8)
        bytes.append(contentsOf: data)
        bytes.append(contentsOf: [0x0a, 0x0a])
        return bytes
    }

    /// A line that says nothing and keeps the connection open.
    package static var keepAlive: [UInt8] { Array(": \n\n".utf8) }
}

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
