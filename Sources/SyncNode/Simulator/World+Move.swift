import Base
import Change
import Domain
import Kernel
import Replication

/// A village that gets another parent, and what its old one gives up then (PROTOCOL §11).
extension World {
    /// A county puts a village under another of its towns, and states anew what the old one
    /// stated of it.
    func moveSomeone() throws(JournalError) {
        let villages = nodes.filter { $0.place.level == .village && !$0.isTwin && !$0.isOutside }
        guard let village = dice.pick(villages),
            let county = nodes.first(where: {
                $0.place.level == .county
                    && $0.kernel.directory.isWithin(village.region, $0.region)
            }), !county.isDown, county.isSeated
        else { return }
        let directory = county.kernel.directory
        // Nobody puts a place under one whose only machine was stolen.
        let towns = directory.children(of: county.region).map(\.id)
            .filter { town in
                town != directory.region(village.region)?.parent
                    && nodes.contains { $0.region == town && !$0.isStolen }
            }
        guard let town = dice.pick(towns), directory.seat(of: village.region) != nil else {
            return
        }
        count("move")
        tell("node \(village.index) is moved to \(town.hex)")
        let entries = directory.restatement(
            of: village.region, under: town, by: county.region)
        try commit(county, [.state(entries)])
    }

    /// A node whose directory names another parent dials that one, and the old one until it gave
    /// what it may not carry any more.
    func followMoves() {
        for node in nodes {
            guard let parent = parent(of: node) else { continue }
            let known = links.indices.filter { index in
                links[index].below == node.index && above(index).place.level != node.place.level
            }
            guard !known.isEmpty else { continue }
            for index in known where above(index) !== parent {
                links[index].isLeaving = true
                links[index].isOver = !drains(index)
            }
            if let again = known.first(where: { above($0) === parent }) {
                guard links[again].isLeaving else { continue }
                links[again].isLeaving = false
                links[again].isOver = false
                reset(again)
            } else {
                links.append(SimulatedLink(below: node, above: parent))
            }
            tell("node \(node.index) dials \(parent.index) from now on")
        }
    }

    /// Whether the node below stores what it may not carry any more, and the one above may.
    private func drains(_ index: Int) -> Bool {
        let directory = below(index).kernel.directory
        return below(index).kernel.outsideAudience().contains {
            directory.carries(above(index).region, $0)
        }
    }

    /// What nothing was ever written into goes at once. Now and then a scope is asked to go by
    /// what a carrier holds just then, whether that is all of it or not.
    func dropEarly(_ node: SimulatedNode) throws(JournalError) {
        for name in node.kernel.outsideAudience() {
            if node.sharedScope(name.id)?.isBlank == true {
                try commit(node, [.drop(name.id, heldBy: VersionVector([]), quarantined: [])])
            } else if mutant == .drainOwnOnly || dice.hits(5),
                let carrier = carriers(of: name, linkedWith: node).first,
                let held = carrier.sharedScope(name.id)
            {
                try giveUp(held, of: node, to: carrier.region)
            }
        }
    }

    /// What was said to be held elsewhere, and whose attachments were not yet.
    func giveUpAgain() throws(JournalError) {
        for giving in givings where !nodes[giving.node].isDown {
            try giveUp(giving.held, of: nodes[giving.node], to: giving.carrier)
        }
        givings.removeAll { giving in
            nodes[giving.node].sharedScope(giving.held.id) == nil
                || nodes[giving.node].kernel.mayCarry(giving.held.name)
        }
    }

    /// Those who may carry a scope, of whom a node knows by a link that is not leaving.
    func carriers(
        of name: ScopeName, linkedWith node: SimulatedNode
    ) -> [SimulatedNode] {
        links.indices.filter {
            !links[$0].isLeaving
                && (links[$0].below == node.index || links[$0].above == node.index)
        }.map { links[$0].below == node.index ? above($0) : below($0) }
            .filter { $0.kernel.mayCarry(name) }
    }

    /// A carrier said that it holds all of a scope that a node drains: it goes.
    func giveUp(
        _ held: SharedScope, of node: SimulatedNode, to region: RegionID
    ) throws(JournalError) {
        guard try hasGiven(held.id, of: node, to: region) else {
            let giving = Giving(node: node.index, held: held, carrier: region)
            givings.removeAll { $0.node == giving.node && $0.held.id == held.id }
            return givings.append(giving)
        }
        let before = node.journal.contents(of: held.id)
        let own = node.sharedScope(held.id)
        try commit(
            node, [.drop(held.id, heldBy: held.vector, quarantined: held.quarantined)])
        guard node.journal.contents(of: held.id).isEmpty, !before.isEmpty else { return }
        count("drop")
        tell("node \(node.index) drops \(held.name.family) \(held.name.region.hex)")
        try removeAttachments(of: held.id, at: node)
        checks.dropped(before, of: own, at: node, heldBy: held, step)
    }

    /// Whether a node keeps a scope outside its audience for want of another carrier that it is
    /// linked with, or as the two hold branches of a fork.
    func mustKeep(_ name: ScopeName, at node: SimulatedNode) -> Bool {
        guard let own = node.sharedScope(name.id), own.quarantined.isEmpty else { return true }
        return carriers(of: name, linkedWith: node).allSatisfy {
            $0.sharedScope(name.id)?.quarantined.isEmpty == false
        }
    }
}
