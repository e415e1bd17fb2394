import Base
import Change
import Replication

/// Two nodes and the machines between them. Every message crosses as bytes.
final class Wire {
    let below: Village
    let above: Village
    var dialer: Dialer
    var answerer: Answerer
    var parked: Lane?
    var alarms: (below: [Alarm], above: [Alarm]) = ([], [])

    /// What crossed since `reset`.
    var requests = 0
    var bytesUp = 0
    var bytesDown = 0
    var changesUp = 0
    var changesDown = 0
    var largest = 0
    /// How often the side below was told that the link is down.
    var closings = 0
    /// What either side was told that the other holds all of.
    var drained: [SharedScope] = []
    /// How often each change crossed this link, either way.
    var crossings: [Digest: Int] = [:]
    /// Drops a request or an answer when it says so.
    var losesRequest: () -> Bool = { false }
    var losesAnswer: () -> Bool = { false }
    /// Looks at every message that arrives.
    var seen: (Message) -> Void = { _ in }
    private var nonces: UInt64 = 0

    init(_ below: Village, _ above: Village) {
        self.below = below
        self.above = above
        dialer = Dialer(
            key: below.key, region: below.region, storeEpoch: Digest16(high: 1, low: 1),
            expected: above.region)
        answerer = Answerer(
            key: above.key, region: above.region, storeEpoch: Digest16(high: 2, low: 2))
    }

    func reset() {
        requests = 0
        bytesUp = 0
        bytesDown = 0
        changesUp = 0
        changesDown = 0
        largest = 0
    }

    func nonce() -> Digest16 {
        nonces += 1
        return Digest16(high: nonces, low: 77)
    }

    /// The side below starts anew, as after a restart.
    func restartBelow() {
        dialer = Dialer(
            key: below.key, region: below.region, storeEpoch: Digest16(high: 1, low: 1),
            expected: above.region)
    }

    /// Exchanges until nothing is left to say, or as long as told; the next request is lost then.
    /// - Returns: Whether it came to that within 200 requests.
    @discardableResult
    func sync(while goesOn: () -> Bool = { true }) throws -> Bool {
        let start = requests
        var next: Message? =
            dialer.isOpen
            ? dialer.exchange(knowing: below)
            : dialer.open(nonce: nonce(), at: Instant(millis: 5), knowing: below)
        while let request = next, goesOn() {
            guard requests - start < 200 else { return false }
            guard let answer = try ask(request) else {
                dialer.lost(lane: .push)
                next =
                    dialer.isOpen
                    ? dialer.exchange(knowing: below)
                    : dialer.open(nonce: nonce(), at: Instant(millis: 5), knowing: below)
                continue
            }
            next = take(answer, lane: .push)
        }
        if next != nil { dialer.lost(lane: .push) }
        return true
    }

    /// One request across, answered; nil where either was lost.
    func ask(_ message: Message) throws -> Message? {
        requests += 1
        bytesUp += message.encode().count
        changesUp += message.changeCount
        if losesRequest() { return nil }
        let request = try cross(message)
        var effects = answerer.received(
            request, nonce: nonce(), at: Instant(millis: 6), knowing: above)
        var answer: Message?
        while !effects.isEmpty {
            switch effects.removeFirst() {
            case .send(let message): answer = message
            case .apply(let delivery):
                above.apply(delivery)
                effects += answerer.applied(lane: request.lane, knowing: above)
            case .drained(let scope): drained.append(scope)
            case .park: parked = request.lane
            case .alarm(let alarm): alarms.above.append(alarm)
            case .idle, .reopen, .closed: break
            }
        }
        guard let answer else { return nil }
        return try deliver(answer)
    }

    private func deliver(_ answer: Message) throws -> Message? {
        bytesDown += answer.encode().count
        changesDown += answer.changeCount
        if losesAnswer() { return nil }
        return try cross(answer)
    }

    private func cross(_ message: Message) throws -> Message {
        let bytes = message.encode()
        largest = max(largest, bytes.count)
        seen(message)
        for case .range(let batch) in message.frames {
            for change in batch.changes { crossings[change.hash, default: 0] += 1 }
        }
        return try Message.decode(bytes)
    }

    /// Gives an answer to the dialer; what it wants to send next, if anything.
    func take(_ answer: Message, lane: Lane) -> Message? {
        var effects = dialer.received(
            answer, lane: lane, at: Instant(millis: 7), knowing: below)
        var next: Message?
        while !effects.isEmpty {
            switch effects.removeFirst() {
            case .send(let message): next = message
            case .apply(let delivery):
                below.apply(delivery)
                effects += dialer.applied(lane: lane, knowing: below)
            case .reopen:
                next = dialer.open(nonce: nonce(), at: Instant(millis: 5), knowing: below)
            case .alarm(let alarm): alarms.below.append(alarm)
            case .closed: closings += 1
            case .drained(let scope): drained.append(scope)
            case .idle, .park: break
            }
        }
        return next
    }

    /// The dialer opens a long poll, which the answerer parks.
    func poll() throws {
        guard let request = dialer.poll(knowing: below) else { return }
        if let answer = try ask(request) {
            try pump(take(answer, lane: .poll))
        } else if parked == nil {
            dialer.lost(lane: .poll)
        }
    }

    /// Sends what the dialer wants sent on the push lane until it wants nothing more.
    private func pump(_ message: Message?) throws {
        var next = message
        while let request = next {
            guard let answer = try ask(request) else {
                dialer.lost(lane: .push)
                return
            }
            next = take(answer, lane: .push)
        }
    }

    /// The answerer looks at a parked request again, as after a commit.
    /// - Returns: Whether it answered.
    func wake() throws -> Bool {
        guard let lane = parked else { return false }
        var answered = false
        for effect in answerer.resume(lane: lane, knowing: above) {
            guard case .send(let message) = effect else { continue }
            parked = nil
            answered = true
            if let answer = try deliver(message) {
                try pump(take(answer, lane: lane))
            } else {
                dialer.lost(lane: lane)
            }
        }
        return answered
    }
}
