package import Base
package import Change

/// The side of a link that answers: one for each peer that dials. A state machine without I/O.
package struct Answerer: Sendable {
    private var link = Link()
    private let key: IncarnationKey
    private let region: RegionID
    private let storeEpoch: Digest16
    /// The HELLO that was answered last and awaits its proof.
    private var greeting: Hello?

    package init(key: IncarnationKey, region: RegionID, storeEpoch: Digest16) {
        self.key = key
        self.region = region
        self.storeEpoch = storeEpoch
    }

    /// The answer to a request by a link that is not known here.
    package static let unknownLink = Message([.refused(RefusalNotice(.helloNeeded))])

    /// Names the link once it stands: later requests carry it (`Message.route`).
    package var token: Digest16? { link.token }
    /// The peer, once it proved who it is.
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

    /// With the next answer, asks the peer for a receipt.
    package mutating func demandReceipt() { link.due.receipt = true }

    /// Takes a request. The effects hold its answer; or `apply`, after which `applied` gives
    /// it; or `park`, after which `resume` or `release` does.
    ///
    /// - Parameter nonce: 16 random bytes, fresh each time; used for a HELLO only.
    package mutating func received<K: LocalKnowledge>(
        _ message: Message, nonce: Digest16, at now: Instant, knowing knowledge: K
    ) throws(K.Failure) -> [Effect] {
        if let hello = message.hello {
            if let answer = try greet(hello, nonce: nonce, at: now, knowing: knowledge) {
                return [.send(answer)]
            }
        }
        guard let token = link.token, message.fast?.link == token else {
            return [.send(Self.unknownLink)]
        }
        if message.fast?.flags.contains(.directoryOnly) == true { link.isDirectoryOnly = true }
        let lane = message.lane
        let intake = try link.take(message, lane: lane, knowing: knowledge)
        guard link.isFenced || intake.delivery.isEmpty else {
            return intake.effects + [.apply(intake.delivery)]
        }
        let mayPark = message.fast?.flags.contains(.wait) == true
        return intake.effects + (try answer(lane, mayPark: mayPark, knowing: knowledge))
    }

    /// The delivery of a lane's request is durable, or refused for good: gives the answer.
    package mutating func applied<K: LocalKnowledge>(
        lane: Lane, knowing knowledge: K
    ) throws(K.Failure) -> [Effect] {
        try answer(lane, mayPark: false, knowing: knowledge)
    }

    /// Asks again for the answer to a parked request, as something was committed; `park` where
    /// there is still nothing to say.
    package mutating func resume<K: LocalKnowledge>(
        lane: Lane, knowing knowledge: K
    ) throws(K.Failure) -> [Effect] {
        try answer(lane, mayPark: true, knowing: knowledge)
    }

    /// The answer to a parked request now, as its time is over.
    package mutating func release<K: LocalKnowledge>(
        lane: Lane, knowing knowledge: K
    ) throws(K.Failure) -> [Effect] {
        try answer(lane, mayPark: false, knowing: knowledge)
    }

    private mutating func answer<K: LocalKnowledge>(
        _ lane: Lane, mayPark: Bool, knowing knowledge: K
    ) throws(K.Failure) -> [Effect] {
        let composed = try link.compose(lane, knowing: knowledge)
        let effects = link.diverged() + link.stalled()
        if mayPark, !composed.hasContent { return effects + [.park] }
        return effects + [.send(composed.message)]
    }

    // MARK: opening

    /// nil once the peer proved itself: its message is then read on.
    private mutating func greet<K: LocalKnowledge>(
        _ hello: Hello, nonce: Digest16, at now: Instant, knowing knowledge: K
    ) throws(K.Failure) -> Message? {
        guard Hello.versions.overlaps(hello.lowest...hello.highest) else {
            return Message([.refused(RefusalNotice(.noVersion))])
        }
        guard try knowledge.mayExchange(with: hello) else {
            return Message([.refused(RefusalNotice(.notAllowed))])
        }
        if hello.proof.isEmpty {
            var own = Hello(
                key: key, region: region, storeEpoch: storeEpoch, nonce: nonce,
                echo: hello.nonce, dirRoot: try knowledge.directoryRoot(), clock: now,
                proof: [])
            own.proof = knowledge.prove(own.transcript(to: hello.key))
            greeting = own
            return Message([.hello(own)])
        }
        guard let own = greeting, hello.echo == own.nonce else { return Self.unknownLink }
        guard knowledge.holds(hello.proof, over: hello.transcript(to: key), by: hello.key) else {
            return Message([.refused(RefusalNotice(.notAllowed))])
        }
        greeting = nil
        link.renew()
        link.own = own
        link.peer = hello
        link.token = Hello.token(dialer: hello, answerer: own)
        link.due.selfView = true
        return nil
    }
}
