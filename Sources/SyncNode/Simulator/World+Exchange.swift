import Base
import Change
import Kernel
import Replication

/// Messages: sent, lost, repeated, cut, late, answered.
extension World {
    func below(_ index: Int) -> SimulatedNode { nodes[links[index].below] }
    func above(_ index: Int) -> SimulatedNode { nodes[links[index].above] }

    private func knowledgeBelow(_ index: Int) -> SimulatedKnowledge {
        SimulatedKnowledge(node: below(index), peer: above(index).region)
    }

    private func knowledgeAbove(_ index: Int) -> SimulatedKnowledge {
        SimulatedKnowledge(node: above(index), peer: below(index).region)
    }

    func nonce() -> Digest16 {
        Digest16(high: dice.next(), low: dice.next())
    }

    /// The dialer says what it has to say, or opens the link.
    func start(_ index: Int, lane: Lane = .push) throws(JournalError) {
        guard !below(index).isDown, !links[index].isOver,
            !below(index).kernel.directory.isRevoked(above(index).key)
        else { return }
        let knowledge = knowledgeBelow(index)
        if !links[index].dialer.isOpen {
            guard links[index].awaited[0] == nil else { return }
            let now = below(index).now(self.now)
            let message = try links[index].dialer.open(
                nonce: nonce(), at: now, knowing: knowledge)
            request(message, on: index, .push)
            return
        }
        let message =
            lane == .push
            ? try links[index].dialer.exchange(knowing: knowledge)
            : try links[index].dialer.poll(knowing: knowledge)
        if let message { request(message, on: index, lane) }
    }

    private func request(_ message: Message, on index: Int, _ lane: Lane) {
        nextRequest += 1
        links[index].awaited[lane.rawValue] = (nextRequest, step)
        send(message, on: index, lane, id: nextRequest, isAnswer: false)
    }

    private func send(
        _ message: Message, on index: Int, _ lane: Lane, id: Int, isAnswer: Bool
    ) {
        var bytes = message.encode()
        tell(
            "link \(index) \(isAnswer ? "answers" : "asks") \(id) by \(lane): \(message.brief)")
        links[index].bytes += bytes.count
        links[index].changes += message.changeCount
        checks.crossed(message)
        var copies = 1
        if !isSettling {
            if links[index].cutUntil > step || dice.hits(lossPercent) {
                count("loss")
                copies = 0
            } else if dice.hits(lossPercent / 3) {
                count("duplicate")
                copies = 2
            }
            if copies > 0, dice.hits(lossPercent / 3) {
                count("cut")
                bytes.removeLast(1 + dice.roll(bytes.count))
            }
        }
        for copy in 0..<copies {
            let delay = isSettling ? 0 : dice.roll(3) + copy * dice.roll(6)
            envelopes.append(
                Envelope(
                    link: index, generation: links[index].generation, id: id, lane: lane,
                    isAnswer: isAnswer, bytes: bytes, due: step + delay))
        }
    }

    /// Everything that is due arrives; what was due earlier first, so that a delay reorders.
    func deliver() throws(JournalError) {
        var rounds = 0
        while rounds < 100, let index = envelopes.firstIndex(where: { $0.due <= step }) {
            rounds += 1
            let envelope = envelopes.remove(at: index)
            let message: Message
            do throws(DecodeError) {
                message = try Message.decode(envelope.bytes)
            } catch {
                continue
            }
            if envelope.isAnswer {
                try takeAnswer(message, envelope)
            } else {
                try takeRequest(message, envelope)
            }
        }
    }

    private func takeRequest(_ message: Message, _ envelope: Envelope) throws(JournalError) {
        let index = envelope.link
        guard !above(index).isDown, !links[index].isOver else { return }
        if above(index).kernel.directory.isRevoked(below(index).key) {
            // Its certificate is worth nothing here: it has to open the link anew.
            links[index].answerer = SimulatedLink.answerer(above(index))
        }
        let now = above(index).now(self.now)
        let effects = try links[index].answerer.received(
            message, nonce: nonce(), at: now, knowing: knowledgeAbove(index))
        try carryOut(effects, on: index, message.lane, id: envelope.id)
    }

    /// What the answerer wants done.
    private func carryOut(
        _ effects: [Effect], on index: Int, _ lane: Lane, id: Int
    ) throws(JournalError) {
        for effect in effects {
            switch effect {
            case .send(let message):
                links[index].parked[lane.rawValue] = nil
                send(message, on: index, lane, id: id, isAnswer: true)
            case .apply(let delivery):
                let boots = above(index).boots
                let isTaken = try apply(delivery, at: above(index), from: below(index).region)
                guard boots == above(index).boots else { return }
                guard isTaken else { return reset(index) }
                let more = try links[index].answerer.applied(
                    lane: lane, knowing: knowledgeAbove(index))
                try carryOut(more, on: index, lane, id: id)
            case .drained(let scope):
                try giveUp(scope, of: above(index), to: below(index).region)
            case .park: links[index].parked[lane.rawValue] = id
            case .alarm(let alarm): try raise(alarm, at: above(index), on: index)
            case .idle, .reopen, .closed: break
            }
        }
    }

    private func takeAnswer(_ message: Message, _ envelope: Envelope) throws(JournalError) {
        let index = envelope.link
        guard envelope.generation == links[index].generation, !below(index).isDown,
            !links[index].isOver,
            links[index].awaited[envelope.lane.rawValue]?.id == envelope.id
        else { return }
        links[index].awaited[envelope.lane.rawValue] = nil
        let now = below(index).now(self.now)
        let effects = try links[index].dialer.received(
            message, lane: envelope.lane, at: now, knowing: knowledgeBelow(index))
        try carryOutBelow(effects, on: index, envelope.lane)
    }

    private func carryOutBelow(
        _ effects: [Effect], on index: Int, _ lane: Lane
    ) throws(JournalError) {
        for effect in effects {
            switch effect {
            case .send(let message): request(message, on: index, .push)
            case .apply(let delivery):
                let boots = below(index).boots
                let isTaken = try apply(delivery, at: below(index), from: above(index).region)
                guard boots == below(index).boots else { return }
                guard isTaken else { return reset(index) }
                let more = try links[index].dialer.applied(
                    lane: lane, knowing: knowledgeBelow(index))
                try carryOutBelow(more, on: index, lane)
            case .reopen: reset(index)
            case .closed: try introduce(below(index), on: index)
            case .alarm(let alarm): try raise(alarm, at: below(index), on: index)
            case .drained(let scope):
                try giveUp(scope, of: below(index), to: above(index).region)
            case .idle, .park: break
            }
        }
    }

    private func raise(
        _ alarm: Alarm, at node: SimulatedNode, on index: Int
    ) throws(JournalError) {
        checks.alarm(alarm)
        tell("link \(index), node \(node.index): \(alarm)")
        if case .ownRollback = alarm { try learnsItIsACopy(node) }
    }

    /// Both ends begin anew, as after a lost connection and a restart, and where one could not
    /// take in what the other sent.
    func reset(_ index: Int) {
        links[index].generation += 1
        links[index].dialer = SimulatedLink.dialer(below(index), above(index))
        links[index].awaited = [nil, nil]
        links[index].parked = [nil, nil]
    }

    /// Every link of a node that started anew.
    func resetLinks(of node: SimulatedNode) {
        for index in links.indices {
            if links[index].below == node.index { reset(index) }
            if links[index].above == node.index {
                links[index].answerer = SimulatedLink.answerer(node)
                links[index].parked = [nil, nil]
            }
        }
    }

    /// Deadlines: answers that will not come, and long polls that waited enough or have news.
    func tend() throws(JournalError) {
        for index in links.indices where !links[index].isOver {
            for lane in Lane.allCases {
                let wait = lane == .push ? 8 : 40
                if let awaited = links[index].awaited[lane.rawValue],
                    isSettling ? envelopes.isEmpty : step - awaited.since > wait
                {
                    let isParked = isSettling && links[index].parked[lane.rawValue] != nil
                    if !isParked {
                        links[index].awaited[lane.rawValue] = nil
                        links[index].dialer.lost(lane: lane)
                    }
                }
                guard let id = links[index].parked[lane.rawValue], !above(index).isDown else {
                    continue
                }
                let effects = try links[index].answerer.resume(
                    lane: lane, knowing: knowledgeAbove(index))
                try carryOut(effects, on: index, lane, id: id)
            }
        }
    }
}
