import API
import Base
import Change
import Domain
import HTTP
import Network
import Synchronization

/// Which documents changed, in order: what a listener that comes back goes on from.
///
/// Positions grow over restarts, too: the first of a run is made of the time of its start.
final class EventLog: Sendable {
    private struct State {
        /// Position of the first entry that is kept.
        var first: UInt64
        var keys: [DocumentKey] = []
        var accounts: UInt64 = 0
    }

    private let state: Mutex<State>

    init(startedAt now: Instant) {
        state = Mutex(State(first: UInt64(clamping: now.millis) << 16 + 1))
    }

    /// The last position that was given.
    var last: UInt64 { state.withLock { $0.first + UInt64($0.keys.count) - 1 } }

    /// Grows whenever an account changed, and with nothing else: what sessions go by, so that a
    /// line of the audit makes none of them read its account again.
    var accounts: UInt64 { state.withLock { $0.accounts } }

    /// Forgets the older half where there are too many.
    func add(_ documents: [DocumentKey]) {
        if documents.isEmpty { return }
        let hasAccount = documents.contains { $0.collection == .account }
        state.withLock { state in
            if hasAccount { state.accounts += 1 }
            state.keys += documents
            let surplus = state.keys.count - Limits.eventsKeptMax
            guard surplus > 0 else { return }
            let gone = max(surplus, Limits.eventsKeptMax / 2)
            state.keys.removeFirst(gone)
            state.first += UInt64(gone)
        }
    }

    /// What came after a position; nil where that is not known any more, or never was.
    func since(_ position: UInt64, limit: Int) -> (keys: [DocumentKey], last: UInt64)? {
        state.withLock { state in
            let end = state.first + UInt64(state.keys.count) - 1
            guard position >= state.first - 1, position <= end else { return nil }
            let start = Int(position - (state.first - 1))
            let keys = Array(state.keys[start...].prefix(limit))
            return (keys, position + UInt64(keys.count))
        }
    }
}

/// Server-sent events: `document` for each document that changed here, `peer` for a link whose
/// state changed, `reset` where a listener was away for too long and must read anew. No names of
/// people: whoever may, reads the document.
struct EventStream: Sendable {
    let runtime: NodeRuntime

    func start(_ responder: Responder, after cursor: EventCursor) {
        let isDraining = Box<Bool>()
        let isPaused = Box<Bool>()
        let stream = responder.start(ServerEvent.response) { signal in
            if signal == .ready { isPaused.value = false } else { isDraining.value = true }
        }
        Task {
            await follow(stream, from: cursor.after, isDraining, isPaused)
            stream.end()
        }
    }

    private func follow(
        _ stream: ResponseStream, from start: UInt64?, _ isDraining: Box<Bool>,
        _ isPaused: Box<Bool>
    ) async {
        let log = runtime.store.writer.events
        let board = runtime.board
        var position = start ?? log.last
        var links = linkStates()
        // The head, and where the listener stands, go out at once.
        var bytes = ServerEvent.keepAlive
        while isDraining.value != true, !board.isClosed {
            switch isPaused.value == true ? .goOn : stream.write(bytes) {
            case .closed: return
            case .pause: isPaused.value = true
            case .goOn: break
            }
            let version = board.version
            bytes = []
            if isPaused.value != true {
                bytes = await documents(after: &position)
                bytes += peers(since: &links, at: position)
            }
            if bytes.isEmpty {
                await board.waitForChange(after: version, seconds: Limits.eventPeerSeconds)
                bytes = ServerEvent.keepAlive
            }
        }
    }

    private func documents(after position: inout UInt64) async -> [UInt8] {
        let log = runtime.store.writer.events
        guard let news = log.since(position, limit: Limits.eventsSentMax) else {
            position = log.last
            return ServerEvent.encode(position: position, kind: "reset", data: Array("{}".utf8))
        }
        let (from, keys) = (position, news.keys)
        position = news.last
        if keys.isEmpty { return [] }
        return await Blocking.run { encode(keys, from: from) }
    }

    private func encode(_ keys: [DocumentKey], from position: UInt64) -> [UInt8] {
        let queries = NodeQueries(runtime: runtime)
        var bytes: [UInt8] = []
        for (place, key) in zip(1..., keys) {
            var writer = JSONWriter(capacity: 128)
            do throws(ViewError) {
                let document = try queries.document(key)
                writer.object { object in
                    object.field("collection", "\(key.collection)")
                    object.field("id", key.id.hex)
                    object.field("label", document.map { .text($0.label) } ?? .null)
                    object.field("status", document.map { .text($0.status) } ?? .null)
                }
            } catch {
                writer.object { object in
                    object.field("collection", "\(key.collection)")
                    object.field("id", key.id.hex)
                }
            }
            bytes += ServerEvent.encode(
                position: position + UInt64(place), kind: "document", data: writer.bytes)
        }
        return bytes
    }

    private func linkStates() -> [RegionID: PeerState.Link] {
        Dictionary(
            runtime.peerStates().map { ($0.region, $0.link) }, uniquingKeysWith: { $1 })
    }

    private func peers(
        since known: inout [RegionID: PeerState.Link], at position: UInt64
    ) -> [UInt8] {
        let now = linkStates()
        let directory = runtime.board.directory
        var bytes: [UInt8] = []
        for region in now.keys.sorted() {
            guard let link = now[region], known[region] != link else { continue }
            let code =
                directory.region(region)?.code
                ?? directory.partners.first { $0.record.id == region }?.record.code
            var writer = JSONWriter()
            writer.object { object in
                object.field("region", code?.text ?? region.hex)
                object.field("state", link.status.rawValue)
            }
            bytes += ServerEvent.encode(position: position, kind: "peer", data: writer.bytes)
        }
        known = now
        return bytes
    }
}

extension PeerState.Link {
    /// As the status names it.
    var status: PeerStatus.State {
        switch self {
        case .never: .connecting
        case .up: .online
        case .down: .offline
        case .refused: .refused
        }
    }
}
