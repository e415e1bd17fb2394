import Base
import Change

/// Finding out, from the one root that the peer states, what it holds.
extension Link {
    /// What the peer says of this side's state.
    mutating func heed(_ fast: Fast) {
        peerRoot = fast.root
        peerIsFinished = fast.flags.contains(.finished)
        if fast.flags.contains(.missedPush) || fast.flags.contains(.missedPoll) {
            blobs.doubt()
        }
        if fast.flags.contains(.missedPush) { doubt(.push) }
        if fast.flags.contains(.missedPoll) { doubt(.poll) }
        let place = told.last { $0.root == fast.view }
        if fast.flags.contains(.viewKnown), let place {
            confirmed = Swift.max(confirmed ?? 0, place.position)
            peerIsLost = false
            lostRounds = 0
        } else {
            peerIsLost = true
        }
    }

    /// The last message of a lane may not have come: what it offered was not refused, and what
    /// it proved may have to be proven again.
    mutating func doubt(_ lane: Lane) {
        doubtful[lane.rawValue] = true
        proven = []
        parted = []
        for id in leaving.keys.sorted() { leaving[id]?.doubt() }
    }

    /// Tries what the peer can hold, likeliest first, until one gives the root that it states.
    mutating func judge<K: LocalKnowledge>(
        _ fast: Fast, lane: Lane, intake: Intake, knowing knowledge: K
    ) throws(K.Failure) {
        let other: Lane = lane == .push ? .poll : .push
        flightAge[lane.rawValue] = 0
        flightAge[other.rawValue] += 1
        if flightAge[other.rawValue] > Limits.flightRoundsMax { doubtful[other.rawValue] = true }
        defer {
            for index in flights.indices where index == lane.rawValue || doubtful[index] {
                flights[index] = []
                doubtful[index] = false
            }
        }
        if fast.root == mine.root {
            settle(lane, admitted: true)
            equalize()
            return
        }
        for lanes in [[lane, other], [lane], [other], []] {
            let pushes = lanes.flatMap { flights[$0.rawValue] }
            if lanes.count > 0, pushes.isEmpty { continue }
            var view = theirs
            try advance(&view, by: pushes + intake.sent, knowing: knowledge)
            guard view.unresolved == 0, view.root == fast.root else { continue }
            if lanes.contains(other) { flights[other.rawValue] = [] }
            settle(lane, admitted: lanes.contains(lane))
            adopt(view)
            return
        }
        for stated in [stated, intake.stated] {
            var view = hypothesis(stated)
            try advance(&view, by: intake.sent, knowing: knowledge)
            guard view.unresolved == 0, view.root == fast.root else { continue }
            settle(lane, admitted: false)
            adopt(view)
            return
        }
        settle(lane, admitted: false)
        try advance(&theirs, by: intake.sent, knowing: knowledge)
        isKnown = false
        unknownRounds += 1
    }

    private mutating func adopt(_ view: PeerView) {
        theirs = view
        isKnown = true
        unknownRounds = 0
        stated = []
    }

    /// What the peer holds if it holds what this side does wherever it stated nothing else.
    private func hypothesis(_ stated: Set<ScopeID>) -> PeerView {
        var view = PeerView()
        for id in mine.filled where !stated.contains(id) {
            view.set(mine[id].map { Holding($0) }, for: id)
        }
        for id in stated.sorted() { view.set(theirs[id], for: id) }
        return view
    }

    /// Counts offers that were not taken, so that none is repeated for ever.
    private mutating func settle(_ lane: Lane, admitted: Bool) {
        for flight in flights[lane.rawValue] {
            if admitted || doubtful[lane.rawValue] {
                offers[flight.scope] = nil
            } else if var offer = offers[flight.scope] {
                offer.pause = 1 << Swift.min(offer.count, 6) - 2
                offers[flight.scope] = offer
            }
        }
    }

    /// Moves a view on by what the peer took or sent.
    private func advance<K: LocalKnowledge>(
        _ view: inout PeerView, by flights: [Flight], knowing knowledge: K
    ) throws(K.Failure) {
        for flight in flights {
            let blank = mine[flight.scope].map { Holding(blank: $0) }
            guard var holding = view[flight.scope] ?? blank,
                holding.merge(flight.heads.map(SeenHead.init))
            else { continue }
            holding.leaf = try leaf(of: holding, after: flight.heads, knowing: knowledge)
            view.set(holding, for: flight.scope)
        }
    }

    /// The peer's leaf of a scope, where the full hash of each of its heads is at hand.
    private func leaf<K: LocalKnowledge>(
        of holding: Holding, after fresh: [ChainHead], knowing knowledge: K
    ) throws(K.Failure) -> Digest16? {
        let id = holding.name.id
        var heads: [ChainHead] = []
        heads.reserveCapacity(holding.heads.count)
        for seen in holding.heads {
            let known =
                fresh.first { $0.actor == seen.actor && $0.seq == seen.seq }
                ?? mine[id]?.vector[seen.actor]
            if let known, known.seq == seen.seq {
                guard known.hash.prefix8 == seen.prefix else { return nil }
                heads.append(known)
                continue
            }
            let dot = Dot(actor: seen.actor, seq: seen.seq)
            guard let hash = try knowledge.hash(at: dot, in: id), hash.prefix8 == seen.prefix
            else { return nil }
            heads.append(ChainHead(actor: seen.actor, seq: seen.seq, hash: hash))
        }
        return VersionVector(heads).leaf(
            scope: id, epoch: holding.epoch, quarantined: holding.quarantined)
    }
}
