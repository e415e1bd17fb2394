package import Base
package import Change

/// The side of a link that makes requests. A state machine without I/O: each call returns what
/// to do, and each answer is given to `received`.
///
///     open → (answer) → exchange … → idle → exchange (something changed) …
///                                         → poll (wait for the peer), beside it
///
/// On each lane one request at a time; `lost` where its answer will not come.
package struct Dialer: Sendable {
    private var link = Link()
    private let key: IncarnationKey
    private let region: RegionID
    private let storeEpoch: Digest16
    /// Whom it must be that answers; nil takes whoever `mayExchange` allows.
    private let expected: RegionID?
    /// HELLOs sent since the link last stood.
    private var isOpening = false
    private var isWaiting = [false, false]
    /// Whether the peer has yet to learn that its changes were committed.
    private var owesReceipt = false

    /// - Parameters:
    ///   - storeEpoch: Names this store.
    ///   - expected: The region that must answer.
    package init(
        key: IncarnationKey, region: RegionID, storeEpoch: Digest16, expected: RegionID? = nil
    ) {
        self.key = key
        self.region = region
        self.storeEpoch = storeEpoch
        self.expected = expected
    }

    /// Whether the link stands.
    package var isOpen: Bool { link.token != nil }
    /// The peer as it introduced itself.
    package var peer: Hello? { link.peer }
    /// Whether this node was found to be a restored or cloned copy.
    package var isFenced: Bool { link.isFenced }
    /// Whether neither side has anything left to send: equal, or different for a reason.
    package var isAtRest: Bool { mutating get { link.isAtRest } }
    /// Whether, as far as both sides said, they hold the same.
    package var isEqual: Bool {
        mutating get {
            !link.isDirectoryOnly && link.peerRoot != nil && link.peerRoot == link.mine.root
        }
    }

    /// Starts or restarts the link: the first request of the push lane.
    ///
    /// - Parameter nonce: 16 random bytes, fresh each time.
    package mutating func open<K: LocalKnowledge>(
        nonce: Digest16, at now: Instant, knowing knowledge: K
    ) throws(K.Failure) -> Message {
        link.renew()
        isOpening = true
        isWaiting = [true, false]
        owesReceipt = false
        let hello = Hello(
            key: key, region: region, storeEpoch: storeEpoch, nonce: nonce, echo: .zero,
            dirRoot: try knowledge.directoryRoot(), clock: now, proof: [])
        link.own = hello
        link.isDialer = true
        return Message([.hello(hello)])
    }

    /// The next request of the push lane: what the peer lacks, or where this side stands. nil
    /// while an answer is awaited, before `open`, and once fenced.
    package mutating func exchange<K: LocalKnowledge>(
        knowing knowledge: K
    ) throws(K.Failure) -> Message? {
        guard isOpen, !isWaiting[0], !link.isFenced else { return nil }
        isWaiting[0] = true
        owesReceipt = false
        return try link.compose(.push, knowing: knowledge).message
    }

    /// A request that the peer answers once it has something to say. nil as for `exchange`.
    package mutating func poll<K: LocalKnowledge>(
        knowing knowledge: K
    ) throws(K.Failure) -> Message? {
        guard isOpen, !isWaiting[1], !link.isFenced, !link.isDirectoryOnly else { return nil }
        isWaiting[1] = true
        owesReceipt = false
        return Message([.fast(try link.stand(.poll, flags: .wait, knowing: knowledge))])
    }

    /// With the next message, asks the peer for a receipt.
    package mutating func demandReceipt() { link.due.receipt = true }

    /// Takes the answer to the last request of a lane.
    package mutating func received<K: LocalKnowledge>(
        _ message: Message, lane: Lane, at now: Instant, knowing knowledge: K
    ) throws(K.Failure) -> [Effect] {
        guard isWaiting[lane.rawValue] else { return [] }
        isWaiting[lane.rawValue] = false
        if isOpening { return try greet(message, at: now, knowing: knowledge) }
        if let effects = refusal(in: message) { return effects }
        guard message.fast?.link == link.token, isOpen else { return [.reopen] }
        for index in link.missed.indices where link.toldMissed[lane.rawValue][index] {
            link.missed[index] = false
        }
        let intake = try link.take(message, lane: lane, knowing: knowledge)
        if link.isFenced { return intake.effects }
        guard intake.delivery.isEmpty else {
            return intake.effects + [.apply(intake.delivery)]
        }
        let isTalking = message.frames.count > 1
        return intake.effects + (try next(lane, isTalking: isTalking, knowing: knowledge))
    }

    /// The delivery of a lane's last answer is durable, or refused for good.
    package mutating func applied<K: LocalKnowledge>(
        lane: Lane, knowing knowledge: K
    ) throws(K.Failure) -> [Effect] {
        owesReceipt = true
        if link.isDirectoryOnly, let peer, try knowledge.mayExchange(with: peer) {
            return [.reopen]
        }
        return try next(lane, isTalking: true, knowing: knowledge)
    }

    /// No answer came. What it would have told is found out with the next request.
    package mutating func lost(lane: Lane) {
        isWaiting[lane.rawValue] = false
        link.doubt(lane)
        link.missed[lane.rawValue] = true
        link.blobs.doubt()
        if isOpening { isOpening = false }
    }

    /// Goes on while there is something to say; the poll lane leaves that to the push lane.
    /// A peer that has more and says nothing waits for the other lane: it is not pressed.
    private mutating func next<K: LocalKnowledge>(
        _ lane: Lane, isTalking: Bool, knowing knowledge: K
    ) throws(K.Failure) -> [Effect] {
        guard !isWaiting[0] else { return [] }
        let composed = try link.compose(.push, knowing: knowledge)
        let effects = link.diverged() + link.stalled()
        let hasMore = isTalking && !link.peerIsFinished
        let mustAnswer = lane == .push && (owesReceipt || hasMore)
        guard composed.hasContent || mustAnswer else {
            return effects + (link.isDirectoryOnly ? refuse() : [.idle])
        }
        isWaiting[0] = true
        owesReceipt = false
        return effects + [.send(composed.message)]
    }

    /// The directory that the peer showed does not know it either.
    private mutating func refuse() -> [Effect] { close(.notAllowed) }

    private mutating func close(_ reason: RefusalNotice.Reason) -> [Effect] {
        link.token = nil
        return link.alarm(.refused(reason)) + [.closed(reason)]
    }

    // MARK: opening

    private mutating func greet<K: LocalKnowledge>(
        _ message: Message, at now: Instant, knowing knowledge: K
    ) throws(K.Failure) -> [Effect] {
        isOpening = false
        if let effects = refusal(in: message) { return effects }
        guard var own = link.own, let peer = message.hello, peer.echo == own.nonce else {
            return [.reopen]
        }
        guard Hello.versions.overlaps(peer.lowest...peer.highest) else {
            return close(.noVersion)
        }
        guard expected == nil || expected == peer.region,
            knowledge.holds(peer.proof, over: peer.transcript(to: key), by: peer.key)
        else { return close(.notAllowed) }
        link.isDirectoryOnly = try !knowledge.mayExchange(with: peer)
        own.echo = peer.nonce
        own.clock = now
        own.proof = knowledge.prove(own.transcript(to: peer.key))
        link.own = own
        link.peer = peer
        link.token = Hello.token(dialer: own, answerer: peer)
        isWaiting[0] = true
        let fast = try link.stand(.push, knowing: knowledge)
        link.due.selfView = true
        return [.send(Message([.hello(own), .fast(fast)]))]
    }

    private mutating func refusal(in message: Message) -> [Effect]? {
        for frame in message.frames {
            guard case .refused(let notice) = frame, notice.reason != .scopeNotCarried else {
                continue
            }
            guard notice.reason == .helloNeeded else { return close(notice.reason) }
            link.token = nil
            return [.reopen]
        }
        return nil
    }
}
