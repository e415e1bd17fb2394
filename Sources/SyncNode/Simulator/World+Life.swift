import Base
import Change
import Domain
import Kernel
import Replication

/// Restarts, restores, clones, and how a node that is a copy goes on.
extension World {
    /// A restored or cloned node learned that it is one (PROTOCOL §6).
    func learnsItIsACopy(_ node: SimulatedNode) throws(JournalError) {
        // A thief goes on as he is.
        guard !node.isStolen else { return }
        checks.learned(node)
        tell("node \(node.index) learns that it is a copy, key \(node.key.text.prefix(8))")
        checks.custody.disturb(cases.entries.map(\.id))
        guard mutant != .noNewIncarnation else {
            resetLinks(of: node)
            return
        }
        node.journal.failsNextCommit = false
        let fresh = freshKey()
        try node.renew(as: fresh)
        checks.forget(node)
        resetLinks(of: node)
        guard let parent = parent(of: node) else { return try stateItself(node) }
        applicants.append(
            Applicant(
                parent: parent.index, region: node.region, key: fresh, node: node.node,
                proof: node.proof))
        try admitApplicants(mayGrant: false)
    }

    /// A parent that refuses a node is asked again to make it known: it may have lost what it
    /// stated.
    func introduce(_ node: SimulatedNode, on link: Int) throws(JournalError) {
        guard !node.isOutside else { return }
        let above = nodes[links[link].above]
        guard let parent = parent(of: node), parent.index == above.index else {
            try restate(node, at: above)
            return try restate(above, at: node)
        }
        guard parent.kernel.directory.region(of: node.key) == nil
        else { return }
        applicants.removeAll { $0.key == node.key }
        applicants.append(
            Applicant(
                parent: parent.index, region: node.region, key: node.key, node: node.node,
                proof: node.proof))
    }

    /// Parents state what they were asked for: first that an incarnation may exchange, later,
    /// for one of a region, the seat. What a full disk refused is asked for again.
    func admitApplicants(mayGrant: Bool) throws(JournalError) {
        if mayGrant { try seatRoots() }
        let waiting = applicants
        applicants = []
        for var applicant in waiting where try !isAdmitted(&applicant, mayGrant: mayGrant) {
            applicants.append(applicant)
        }
    }

    /// - Returns: Whether nothing is left to do for an applicant.
    private func isAdmitted(
        _ applicant: inout Applicant, mayGrant: Bool
    ) throws(JournalError) -> Bool {
        let node = nodes.first { [key = applicant.key] in $0.key == key }
        let parent = node.flatMap { self.parent(of: $0) } ?? nodes[applicant.parent]
        guard !parent.isDown, !parent.isOutside, parent.isSeated || parent.place.parent == nil
        else { return false }
        if !applicant.isKnown {
            let entry = DirectoryEntry.incarnation(
                region: applicant.region, key: applicant.key, node: applicant.node,
                proof: applicant.proof)
            // A place that only a thief's word entered is entered again.
            let isPlaced = parent.kernel.directory.region(applicant.region) != nil
            let place = isPlaced ? nil : node.map { record($0, under: parent) }
            let entries = [place.map { DirectoryEntry.region($0) }, entry].compactMap { $0 }
            applicant.isKnown = try commit(parent, [.state(entries)]) != nil
            if !applicant.isKnown { return false }
        }
        guard mayGrant, parent.isSeated, isCurrent(applicant) else { return node == nil }
        let epoch = (parent.kernel.directory.seats(of: applicant.region).last?.epoch ?? 0) + 1
        let entry = DirectoryEntry.seat(
            region: applicant.region, epoch: epoch, key: applicant.key, node: applicant.node,
            proof: applicant.proof)
        return try commit(parent, [.state([entry])]) != nil
    }

    /// A node whose parent knows of no seat of it asks for one: it was given by a thief, or by a
    /// former parent that did not say so to anybody above in time.
    func seatAgain() throws(JournalError) {
        for node in nodes where !node.isOutside && !node.isTwin && machine(at: node.region) === node
        {
            guard let parent = parent(of: node),
                !applicants.contains(where: { $0.key == node.key }),
                parent.kernel.directory.seat(of: node.region)?.key != node.key,
                parent.kernel.directory.region(seatedBy: node.key) == nil,
                links.indices.contains(where: {
                    below($0) === node && above($0) === parent && isAtRest($0)
                })
            else { continue }
            applicants.append(
                Applicant(
                    parent: parent.index, region: node.region, key: node.key, node: node.node,
                    proof: node.proof))
        }
    }

    /// Whether it is the newest incarnation of the region's own node, not of a clone.
    private func isCurrent(_ applicant: Applicant) -> Bool {
        machine(at: applicant.region)?.key == applicant.key
    }

    func losePower(_ node: SimulatedNode) throws(JournalError) {
        count("power")
        tell("node \(node.index) loses power")
        checks.lostPower(node)
        try node.losePower()
        checks.forget(node)
        resetLinks(of: node)
    }

    func backUp(_ node: SimulatedNode) {
        tell("node \(node.index) is backed up")
        backups[node.index] = Backup(
            image: node.journal.durable, key: node.key, shelf: node.shelf)
        checks.holdings.backedUp(node.index)
        checks.attachments.backedUp(node.index)
    }

    func restore(_ node: SimulatedNode, keepsSentinel: Bool) throws(JournalError) {
        guard let backup = backups[node.index], !node.isStolen else { return }
        let kind = keepsSentinel ? "restore" : "image"
        count(node.place.parent == nil ? "root-" + kind : kind)
        tell("node \(node.index) is restored, sentinel \(keepsSentinel)")
        if !keepsSentinel { checks.custody.hasCopies = true }
        try node.restore(backup.image, keepsSentinel: keepsSentinel, as: backup.key)
        checks.holdings.restored(node.index)
        // Attachments lie beside the database.
        if !keepsSentinel {
            node.shelf = backup.shelf
            checks.attachments.restored(node.index)
        }
        node.shelf.mayHoldUnnamed = true
        checks.restored(node)
        checks.forget(node)
        resetLinks(of: node)
        if keepsSentinel, node.isBehindSentinel { try learnsItIsACopy(node) }
    }

    /// A second copy of a node starts beside it, under the same incarnation.
    func clone(_ node: SimulatedNode) throws(JournalError) {
        guard let parent = parent(of: node), nodes.count < 40, !node.isStolen else { return }
        count("clone")
        checks.custody.hasCopies = true
        let copy = try SimulatedNode(
            index: nodes.count, place: node.place, key: node.key, root: node.root,
            journal: SimulatedJournal(image: node.journal.durable), rules: node.rules,
            mutant: mutant)
        nodes.append(copy)
        copy.shelf = node.shelf
        checks.holdings.cloned(node.index, to: copy.index)
        checks.attachments.cloned(node.index, to: copy.index)
        tell("node \(copy.index) is a clone of \(node.index)")
        links.append(SimulatedLink(below: copy, above: parent))
        checks.forget(copy)
    }

    /// Orphans are written anew once the node and its parent said that they are equal; by a root
    /// once it has its seat.
    func reissue() throws(JournalError) {
        for node in nodes where node.owesReissue && !node.isDown {
            var isFetched = membersAreAtRest(node) && parent(of: node)?.isOutside != true
            if node.place.parent == nil, !node.isSeated { isFetched = false }
            for index in links.indices
            where links[index].below == node.index && !links[index].isLeaving
                && nodes[links[index].above].place.level
                    != node.place.level
            {
                if !links[index].dialer.isAtRest || !links[index].answerer.isAtRest {
                    isFetched = false
                }
            }
            if isFetched {
                let outcome = try commit(node, [.reissueOrphans(in: nil)])
                if outcome != nil { try node.endReissue() }
                tell("node \(node.index) writes anew: \(outcome.map { "\($0)" } ?? "disk full")")
            }
        }
    }
}
