import Base
import Change
import Domain
import Kernel

/// A county that has no parent: how it comes back after it was restored (docs/decisions/0005).
extension World {
    /// A partner shows its card once it has its seat again.
    func restate(
        _ partner: SimulatedNode, at node: SimulatedNode
    ) throws(JournalError) {
        let seat = partner.kernel.directory.seat(of: partner.region)
        guard partner.isSeated, let seat, !node.isDown, !partner.isDown,
            node.kernel.directory.partners.contains(where: { $0.record.id == partner.region }),
            node.kernel.directory.seat(of: partner.region)?.key != partner.key
        else { return }
        let entry = DirectoryEntry.partner(
            record(partner), epoch: seat.epoch, key: partner.key, node: partner.node,
            proof: partner.proof)
        try commit(node, [.state([entry])])
    }

    /// A root has no parent to ask: its node key vouches for its next incarnation.
    func stateItself(_ node: SimulatedNode) throws(JournalError) {
        let entry = DirectoryEntry.incarnation(
            region: node.region, key: node.key, node: node.node, proof: node.passed(epoch: 0))
        try commit(node, [.state([entry])])
    }

    /// A root that began anew takes its seat once all was said with some member: by the rule of
    /// decision 0005, one of them is enough.
    func seatRoots() throws(JournalError) {
        for node in nodes where node.place.parent == nil && !node.isSeated && !node.isDown {
            if node.kernel.directory.region(seatedBy: node.key) == node.region {
                // Its successor sits: told by its operator, it begins anew.
                try learnsItIsACopy(node)
                continue
            }
            let members = memberLinks(of: node)
            // Where all members were stolen, nobody will come: its operator seats it by hand.
            let isAlone =
                node.kernel.directory.children(of: node.region).isEmpty
                || (isSettling && members.isEmpty)
            guard isAlone || members.contains(where: isAtRest) else { continue }
            let epoch = (node.kernel.directory.seats(of: node.region).last?.epoch ?? 0) + 1
            tell("root \(node.index) takes seat \(epoch)")
            let entry = DirectoryEntry.seat(
                region: node.region, epoch: epoch, key: node.key, node: node.node,
                proof: node.passed(epoch: epoch))
            try commit(node, [.state([entry])])
        }
    }

    /// Whether all was said between a root that began anew and every member: what none of them
    /// has is written anew then.
    func membersAreAtRest(_ node: SimulatedNode) -> Bool {
        memberLinks(of: node).allSatisfy(isAtRest)
    }

    private func memberLinks(of node: SimulatedNode) -> [Int] {
        links.indices.filter { index in
            links[index].above == node.index && !below(index).isOutside
                && parent(of: below(index)) === node
        }
    }

    /// Whether all was said on a link.
    func isAtRest(_ link: Int) -> Bool {
        links[link].dialer.isAtRest && links[link].answerer.isAtRest
    }
}
