import Base
import Change
import Gate
import Kernel
import Network
import Replication

/// The dialling end of one link: opens it, pushes what the peer lacks as soon as it commits,
/// and keeps a long poll at the peer for what comes the other way.
actor DialedPeer {
    /// Why an attempt ended.
    struct Failure: Error {
        let sentence: String
        var isRefused = false
        var isOfDates = false
        /// Whether the peer says that this node was ended.
        var isEnded = false
    }

    private var dialer: Dialer
    private let knowledge: ExchangeKnowledge
    private let intake: Intake
    private let clock: NodeClock
    private let client: HTTPClient
    nonisolated let url: String
    nonisolated let watch: PeerWatch
    /// What must stand in the peer's certificate.
    private let urn: @Sendable () -> String?
    /// What it must come from, where that is another tree than this node's.
    private let authority: @Sendable () -> [UInt8]?
    private let onRollback: @Sendable () -> Void
    /// Called where one side does not know the other, before the next attempt.
    private let onRefused: @Sendable () async -> Void
    /// Hears the peer's clock at each greeting.
    private let onTime: @Sendable (Instant) -> Void
    /// Set while the link is cut on purpose (demo): every request fails at once.
    private var isCut = false
    /// The last try failed by this machine's clock: certificates are held against what those above
    /// signed.
    private var mistrustsClock = false
    /// Set while a HELLO is under way.
    private var isOpening = false

    init(
        url: String, knowledge: ExchangeKnowledge, storeEpoch: Digest16, intake: Intake,
        clock: NodeClock, client: HTTPClient, watch: PeerWatch,
        onRollback: @escaping @Sendable () -> Void,
        urn: @escaping @Sendable () -> String? = { nil },
        authority: @escaping @Sendable () -> [UInt8]? = { nil },
        onRefused: @escaping @Sendable () async -> Void = {},
        onTime: @escaping @Sendable (Instant) -> Void = { _ in }
    ) {
        self.onTime = onTime
        self.onRollback = onRollback
        self.onRefused = onRefused
        self.urn = urn
        self.authority = authority
        self.url = url
        self.knowledge = knowledge
        self.intake = intake
        self.clock = clock
        self.client = client
        self.watch = watch
        dialer = Dialer(
            key: knowledge.signer.key, region: knowledge.region, storeEpoch: storeEpoch,
            expected: knowledge.peer)
    }

    /// The next request is sent twice, as by a network that repeats (demo).
    private var repeatsNext = false

    /// Whether `run` has the link up: nobody else opens one.
    private var isLinked = false
    /// How often `run` tried to open the link.
    private var attempts = 0

    /// The pause before the next attempt, while there is one.
    private var nap: Task<Void, Never>?

    /// A mended link is tried at once.
    func setCut(_ cut: Bool) {
        isCut = cut
        if !cut { nap?.cancel() }
    }

    /// With the next message, asks the peer for a receipt.
    func demandReceipt() { dialer.demandReceipt() }

    func repeatNext() { repeatsNext = true }

    /// Keeps the link until the task is cancelled.
    func run() async {
        var pause = Limits.backoffMillisMin
        while !Task.isCancelled {
            do {
                attempts += 1
                try await open()
                isLinked = true
                pause = Limits.backoffMillisMin
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.push() }
                    group.addTask { try await self.poll() }
                    try await group.next()
                    group.cancelAll()
                }
            } catch let failure as Failure {
                watch.failed(
                    failure.sentence, refused: failure.isRefused, ofDates: failure.isOfDates,
                    ended: failure.isEnded)
                if failure.isRefused { await onRefused() }
            } catch let error as Writer.Failure {
                watch.failed("not taken in here: " + error.words)
            } catch {
                watch.failed("\(error)")
            }
            isLinked = false
            for lane in Lane.allCases { dialer.lost(lane: lane) }
            let millis = Int.random(in: pause / 2...pause)
            pause = min(pause * 2, Limits.backoffMillisMax)
            await rest(millis)
        }
    }

    /// Waits before the next attempt; whoever mends the link or asks for an exchange ends it.
    private func rest(_ millis: Int) async {
        let nap = Task {
            do {
                try await Task.sleep(for: .milliseconds(millis))
            } catch {
                // Ended early, on purpose.
            }
        }
        self.nap = nap
        await withTaskCancellationHandler {
            await nap.value
        } onCancel: {
            nap.cancel()
        }
        self.nap = nil
    }

    /// Waits for the link; where it rests between attempts, one is made at once.
    private func waitForLink() async throws {
        let first = attempts
        nap?.cancel()
        while !isLinked {
            if attempts > first, nap != nil {
                throw Failure(sentence: watch.now.lastError ?? "the peer cannot be reached")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// One full exchange now.
    func exchangeNow() async throws -> PeerState {
        try await waitForLink()
        let before = watch.now
        try await pushWhenFree()
        var state = watch.now
        if state.sent != before.sent || state.received != before.received || !dialer.isEqual {
            // What the peer has for this side comes with its answers; a second round shows that
            // both hold the same.
            try await pushWhenFree()
            state = watch.now
        }
        state.sent -= before.sent
        state.received -= before.received
        state.bytesOut -= before.bytesOut
        state.bytesIn -= before.bytesIn
        state.roundTrips -= before.roundTrips
        return state
    }

    var isEqual: Bool { dialer.isEqual }

    /// Opens the link, or waits for whoever is opening it: of two HELLOs at once the answer to
    /// the first would be lost.
    private func open() async throws {
        let mustWait = isOpening
        var left = Int(Limits.exchangeMillisMax) / 10
        while isOpening, left > 0 {
            left -= 1
            try await Task.sleep(for: .milliseconds(10))
        }
        if mustWait, dialer.isOpen { return }
        isOpening = true
        defer { isOpening = false }
        let request = try dialer.open(
            nonce: SystemRandom.digest().prefix16, at: clock.now(), knowing: knowledge)
        try await perform([.send(request)])
        guard dialer.isOpen else {
            throw Failure(
                sentence: watch.now.lastError ?? "the peer does not exchange with us",
                isRefused: true)
        }
        if let peer = dialer.peer {
            watch.met(peer, at: clock.now())
            onTime(peer.clock)
        }
    }

    private func push() async throws {
        while true {
            let version = knowledge.board.version
            try await pushOnce()
            try Task.checkCancellation()
            await knowledge.board.waitForChange(
                after: version, seconds: Limits.heartbeatSeconds)
        }
    }

    /// - Returns: false where an answer is awaited already: nothing was asked.
    @discardableResult
    private func pushOnce() async throws -> Bool {
        guard let request = try dialer.exchange(knowing: knowledge) else {
            guard dialer.isOpen else { throw Failure(sentence: "the link must be opened again") }
            return false
        }
        try await perform([.send(request)])
        return true
    }

    /// An exchange that began after this call: one that is under way may not know the latest.
    private func pushWhenFree() async throws {
        var left = Int(Limits.exchangeMillisMax) / 10
        while try await !pushOnce() {
            left -= 1
            guard left > 0, !dialer.isFenced else { return }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func poll() async throws {
        while true {
            try Task.checkCancellation()
            guard let request = try dialer.poll(knowing: knowledge) else {
                guard dialer.isOpen else {
                    throw Failure(sentence: "the link must be opened again")
                }
                try await Task.sleep(for: .milliseconds(Limits.backoffMillisMin))
                continue
            }
            let answer = try await post(request)
            let effects = try dialer.received(
                answer, lane: .poll, at: clock.now(), knowing: knowledge)
            try await perform(effects, lane: .poll)
        }
    }

    /// Does what the machine wants until it wants nothing more.
    private func perform(_ first: [Effect], lane start: Lane = .push) async throws {
        var effects = first
        var lane = start
        while !effects.isEmpty {
            var next: [Effect] = []
            for effect in effects {
                switch effect {
                case .send(let message):
                    let answer = try await post(message)
                    lane = .push
                    next += try dialer.received(
                        answer, lane: .push, at: clock.now(), knowing: knowledge)
                case .apply(let delivery):
                    watch.took(try await intake.take(delivery, from: knowledge.peer))
                    next += try dialer.applied(lane: lane, knowing: knowledge)
                case .closed(let reason):
                    throw Failure(sentence: "refused: \(reason)", isRefused: true)
                case .alarm(.refused): break
                case .alarm(let alarm):
                    watch.raise(alarm)
                    if case .ownRollback = alarm { onRollback() }
                case .reopen: throw Failure(sentence: "the peer forgot the link")
                case .drained(let scope):
                    watch.drained(scope)
                    knowledge.board.touch()
                case .idle, .park: break
                }
            }
            effects = next
        }
        if dialer.isAtRest { watch.rested() }
        guard dialer.isEqual else { return }
        watch.agreed(
            on: knowledge.board.news(
                since: nil, sharedBy: knowledge.region, and: knowledge.peer),
            at: clock.now())
    }

    private func post(_ message: Message) async throws -> Message {
        if isCut { throw Failure(sentence: "the link is cut") }
        guard !Endpoint.isExposed(url) else {
            throw Failure(sentence: "\(url): in the clear, and not this machine (plain-link)")
        }
        let plain = message.encode()
        var request = ClientRequest("POST", url + "/sync/v1/exchange", body: plain)
        request.headers = [
            ("Content-Type", "application/octet-stream"), ("Accept-Encoding", "deflate"),
        ]
        if plain.count >= Limits.deflateBytesMin {
            request.body = Deflate.compress(plain, format: .zlib)
            request.headers.append(("Content-Encoding", "deflate"))
        }
        request.totalMillis = Limits.exchangeMillisMax
        if url.hasPrefix("https://") {
            request.peerURN = urn()
            request.authority = authority()
        }
        request.responseBytesMax = Limits.messageBytesMax
        let response: ClientResponse
        if mistrustsClock { request.pastSeconds = clock.past.map { $0.millis / 1000 } }
        do throws(ClientError) {
            if repeatsNext {
                repeatsNext = false
                _ = try await client.send(request)
            }
            response = try await client.send(request)
        } catch {
            guard error.isOfDates else { throw Failure(sentence: "\(url): \(error)") }
            // By what those above signed the next try may do without this machine's clock.
            mistrustsClock = !mistrustsClock && clock.past != nil
            let said = clock.now().rfc3339.prefix(10)
            throw Failure(
                sentence: "\(url): 对方证书按本机时钟（\(said)）已过期或尚未生效，请先核对本机时钟 (\(error))",
                isOfDates: true)
        }
        guard response.status == 200 else {
            let rule = NodeSettings.json(response.body)?["rule"]?.text
            throw Failure(
                sentence: "\(url) answered \(response.status)" + (rule.map { " " + $0 } ?? ""),
                isRefused: response.status == 403,
                isEnded: response.status == 403 && rule == GateRefusal.revoked.name)
        }
        if isCut { throw Failure(sentence: "the link is cut") }
        watch.transferred(out: request.body.count, in: response.body.count)
        let answer = try Message.decode(ExchangeBody.plain(response.body, response.headers))
        watch.contacted(at: clock.now())
        watch.exchanged(received: answer.changeCount, sent: message.changeCount)
        return answer
    }
}
