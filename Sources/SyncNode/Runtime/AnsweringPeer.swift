import Base
import Change
import Kernel
import Replication

/// The answering end of one link: a state machine, and the writer and the board behind it.
actor AnsweringPeer {
    private var answerer: Answerer
    private let knowledge: ExchangeKnowledge
    private let intake: Intake
    private let clock: NodeClock
    private let watch: PeerWatch
    private let onRollback: @Sendable () -> Void
    /// Requests of each lane so far: only the last of a lane is answered in earnest.
    private var turns = [0, 0]

    init(
        knowledge: ExchangeKnowledge, storeEpoch: Digest16, intake: Intake, clock: NodeClock,
        watch: PeerWatch, onRollback: @escaping @Sendable () -> Void
    ) {
        self.onRollback = onRollback
        self.knowledge = knowledge
        self.intake = intake
        self.clock = clock
        self.watch = watch
        answerer = Answerer(
            key: knowledge.signer.key, region: knowledge.region, storeEpoch: storeEpoch)
    }

    /// The region that dials.
    var region: RegionID { knowledge.peer }

    /// The link's name once it stands.
    var token: Digest16? { answerer.token }

    /// With the next answer, asks the peer for a receipt.
    func demandReceipt() { answerer.demandReceipt() }

    /// Answers one request. A long poll is held for at most `pollSeconds`.
    func answer(_ message: Message, pollSeconds: Int) async throws -> Message {
        let lane = message.lane
        turns[lane.rawValue] += 1
        // A greeting makes the link anew: what is still parked belongs to the old one.
        if message.hello != nil { turns[Lane.poll.rawValue] += 1 }
        let turn = turns[lane.rawValue]
        let hadPeer = answerer.peer
        var effects = try answerer.received(
            message, nonce: SystemRandom.digest().prefix16, at: clock.now(), knowing: knowledge)
        if let peer = answerer.peer {
            if hadPeer == nil { watch.met(peer, at: clock.now()) }
            watch.contacted(at: clock.now())
        }
        let deadline = ContinuousClock.now.advanced(by: .seconds(pollSeconds))
        while true {
            var isParked = false
            var delivery: Delivery?
            for effect in effects {
                switch effect {
                case .send(let answer):
                    watch.exchanged(
                        received: message.changeCount, sent: answer.changeCount)
                    noteAgreement()
                    noteRefusals(in: answer)
                    return answer
                case .apply(let found): delivery = found
                case .park: isParked = true
                case .alarm(let alarm):
                    watch.raise(alarm)
                    if case .uninvited = alarm { refuse("scope-not-shared") }
                    if case .ownRollback = alarm { onRollback() }
                case .drained(let scope):
                    watch.drained(scope)
                    knowledge.board.touch()
                case .idle, .reopen, .closed: break
                }
            }
            if let delivery {
                watch.took(try await intake.take(delivery, from: knowledge.peer))
                guard turns[lane.rawValue] == turn else { return Answerer.unknownLink }
                effects = try answerer.applied(lane: lane, knowing: knowledge)
            } else if isParked {
                let turned = try await wait(lane, turn: turn, until: deadline)
                guard let turned else { return Answerer.unknownLink }
                effects = turned
            } else {
                return Answerer.unknownLink
            }
        }
    }

    /// A peer that asks for what is not its own is told so, and counted.
    private func noteRefusals(in answer: Message) {
        for case .refused(let notice) in answer.frames {
            switch notice.reason {
            case .scopeNotCarried: refuse("scope-not-carried")
            default: refuse("exchange-refused")
            }
        }
    }

    private func refuse(_ name: String) {
        let record = knowledge.board.directory.region(knowledge.peer)
        intake.refusals?.note(name, from: record?.code.text ?? knowledge.peer.hex)
    }

    private func noteAgreement() {
        if answerer.isAtRest { watch.rested() }
        guard answerer.isEqual else { return }
        watch.agreed(
            on: knowledge.board.news(
                since: nil, sharedBy: knowledge.region, and: knowledge.peer),
            at: clock.now())
    }

    /// - Returns: nil where a later request of the lane came: whoever asked this one has gone,
    ///   and must not be told what the later one is owed.
    private func wait(
        _ lane: Lane, turn: Int, until deadline: ContinuousClock.Instant
    ) async throws -> [Effect]? {
        let board = knowledge.board
        let version = board.version
        let effects = try answerer.resume(lane: lane, knowing: knowledge)
        if effects.contains(where: { if case .park = $0 { false } else { true } }) {
            return effects
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await board.waitForChange(after: version) }
            group.addTask {
                do { try await Task.sleep(until: deadline) } catch {
                    // Cancelled because the other wait ended first.
                }
            }
            await group.next()
            group.cancelAll()
        }
        guard turns[lane.rawValue] == turn else { return nil }
        if ContinuousClock.now >= deadline || Task.isCancelled || board.isClosed {
            return try answerer.release(lane: lane, knowing: knowledge)
        }
        return try answerer.resume(lane: lane, knowing: knowledge)
    }
}
