import Base
import Change
import Domain
import Kernel
import Replication

/// A village that gets another parent, and what its old one gives up then (PROTOCOL §11).
extension World {
    /// A county puts a village under another of its towns, and states its seat anew, as the new
    /// town does not hold what the old one stated.
    func moveSomeone() throws(JournalError) {
        let villages = nodes.filter { $0.place.level == .village && !$0.isTwin }
        guard let village = dice.pick(villages),
            let county = nodes.first(where: {
                $0.place.level == .county
                    && $0.kernel.directory.isWithin(village.region, $0.region)
            }), !county.isDown, county.isSeated
        else { return }
        let directory = county.kernel.directory
        guard let record = directory.region(village.region) else { return }
        let towns = directory.children(of: county.region).map(\.id)
            .filter { $0 != directory.region(village.region)?.parent }
        guard let town = dice.pick(towns), let seat = directory.seat(of: village.region) else {
            return
        }
        count("move")
        tell("node \(village.index) is moved to \(town.hex)")
        try commit(
            county,
            [
                .state([
                    .move(region: village.region, parent: town),
                    .region(
                        RegionRecord(
                            id: record.id, code: record.code, name: record.name,
                            level: record.level, parent: town)),
                    .seat(
                        region: seat.region, epoch: seat.epoch, key: seat.key, node: seat.node,
                        proof: KeyPool.proof(
                            of: seat.key, region: seat.region, node: seat.node)),
                ])
            ])
    }

    /// A node whose directory names another parent dials that one.
    func followMoves() {
        for index in links.indices {
            let (below, above) = (below(index), above(index))
            guard below.place.level != above.place.level, let parent = parent(of: below),
                parent.region != above.region
            else { continue }
            tell("node \(below.index) dials \(parent.index) from now on")
            links[index].move(below, to: parent)
            links[index].awaited = [nil, nil]
        }
    }

    /// Notes what both ends hold, once they said that it is the same.
    func noteAgreement(on index: Int) {
        guard links[index].dialer.isEqual, links[index].answerer.isEqual else { return }
        let shared = below(index).news(since: nil, peer: above(index).region).scopes
        for scope in shared { links[index].agreed[scope.id] = scope }
    }

    /// What a node may not carry any more goes where somebody else was known to hold all of it.
    func dropOutside(_ node: SimulatedNode) throws(JournalError) {
        for name in node.kernel.outsideAudience() {
            for index in links.indices
            where links[index].below == node.index || links[index].above == node.index {
                guard let held = links[index].agreed[name.id] else { continue }
                let other = links[index].below == node.index ? above(index) : below(index)
                try drop(name, of: node, heldBy: held, at: other)
                if node.sharedScope(name.id) == nil { break }
            }
        }
    }

    private func drop(
        _ name: ScopeName, of node: SimulatedNode, heldBy held: SharedScope,
        at other: SimulatedNode
    ) throws(JournalError) {
        guard other.kernel.mayCarry(name) else { return }
        let before = node.journal.contents(of: name.id)
        let own = node.sharedScope(name.id)
        try commit(
            node,
            [.drop(name.id, heldBy: held.vector, quarantined: held.quarantined)])
        guard node.journal.contents(of: name.id).isEmpty, !before.isEmpty else { return }
        count("drop")
        tell("node \(node.index) drops \(name.family) \(name.region.hex)")
        checks.dropped(before, of: own, at: node, heldBy: held, step)
    }

    /// Whether a node keeps a scope outside its audience for want of another carrier that is
    /// known to hold all of it.
    func mustKeep(_ name: ScopeName, at node: SimulatedNode) -> Bool {
        guard let own = node.sharedScope(name.id) else { return false }
        for index in links.indices
        where links[index].below == node.index || links[index].above == node.index {
            let other = links[index].below == node.index ? above(index) : below(index)
            guard let held = links[index].agreed[name.id], other.kernel.mayCarry(name) else {
                continue
            }
            switch own.vector.order(against: held.vector) {
            case .equal, .before:
                if own.quarantined.allSatisfy(held.quarantined.contains) { return false }
            case .after, .concurrent, .forked: break
            }
        }
        return true
    }
}
