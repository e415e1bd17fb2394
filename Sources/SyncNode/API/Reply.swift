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
    /// A stream of server-sent events.
    case events(EventCursor)
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
