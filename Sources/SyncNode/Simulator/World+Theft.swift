import Account
import Base
import Change
import Domain
import Kernel
import Replication

/// A machine that was stolen with its disk and its key, its clock set back, and goes on.
struct Theft {
    /// Its number among the nodes.
    let machine: Int
    /// The step at which somebody above hears of it.
    let noticed: Int
    /// The step at which the place gets another machine; nil for never.
    let replaced: Int?
    /// Whether somebody above ended it, and nobody lost that word since.
    var isEnded = false
    var isReplaced = false
}

/// Thieves, what is done about them, and accounts that end (PROTOCOL I25).
extension World {
    /// Thieves have dice of their own: where there are none, a seed keeps its course.
    func tendThefts() throws(JournalError) {
        guard hasThefts else { return }
        if !isSettling {
            if thefts.count < 2, step == nextTheft { steal() }
            if step == nextTurn { try turnAccount() }
        }
        for index in thefts.indices {
            if thefts[index].isEnded, !isKnown(thefts[index]) { thefts[index].isEnded = false }
            if !thefts[index].isEnded, isSettling || step >= thefts[index].noticed {
                thefts[index].isEnded = try end(nodes[thefts[index].machine])
            }
            try replace(&thefts[index])
            guard !isSettling else { continue }
            try work(as: nodes[thefts[index].machine])
            if thefts[index].isEnded { try adopt(from: nodes[thefts[index].machine]) }
        }
    }

    // MARK: the thief

    private func steal() {
        nextTheft = step + 20 + theftDice.roll(100)
        let victims = nodes.filter { node in
            (node.place.level == .town || node.place.level == .village)
                && node.place.parent != nil && !node.isStolen && !node.isTwin && node.isSeated
                && !node.owesReissue && nodes.count { $0.region == node.region } == 1
        }
        guard let victim = theftDice.pick(victims) else { return }
        count("theft")
        tell("node \(victim.index) is stolen")
        victim.isStolen = true
        victim.clockOffset = -Int64(theftDice.roll(50)) * 365 * 86_400_000
        // Also where a place was put under it and has not heard of that yet.
        let mustGoOn = nodes.contains {
            !$0.isOutside && !$0.kernel.directory.children(of: victim.region).isEmpty
        }
        let noticed = step + 5 + theftDice.roll(60)
        thefts.append(
            Theft(
                machine: victim.index, noticed: noticed,
                replaced: mustGoOn || theftDice.hits(60) ? noticed + theftDice.roll(40) : nil))
    }

    /// The thief takes in cases, writes into others', and gives what it has to whom it can, by
    /// whatever way.
    private func work(as thief: SimulatedNode) throws(JournalError) {
        guard theftDice.hits(25) else { return }
        switch theftDice.roll(100) {
        case 0..<25: try receive(thief)
        case 25..<65: try handle(at: thief)
        default:
            let scopes = thief.kernel.knowledge().map(\.name)
            guard let scope = theftDice.pick(scopes),
                let taker = theftDice.pick(nodes.filter { $0.kernel.mayCarry(scope) })
            else { return }
            if taker.isStolen || taker.isDown { return }
            count("leak")
            try hand(scope, of: thief, to: taker)
        }
    }

    // MARK: above

    /// The machines of the places directly above a place and above that.
    private func above(_ node: SimulatedNode) -> [SimulatedNode] {
        guard let parent = parent(of: node) else { return [] }
        let elders = [parent] + [self.parent(of: parent)].compactMap { $0 }
        return elders.filter { $0.isSeated && !$0.isDown && !$0.isStolen }
    }

    /// What somebody knows of an incarnation's chains.
    private func cuts(of key: IncarnationKey, at node: SimulatedNode) -> [Revocation.Cut] {
        node.kernel.knowledge().compactMap { scope in
            scope.chain(key.actor(in: scope.id)).map { chain in
                Revocation.Cut(
                    scope: scope.id, seq: chain.head.seq, hash: chain.head.hash.prefix16)
            }
        }
    }

    /// Whoever is told of the theft ends the machine: what is held there by then counts.
    ///
    /// - Returns: Whether that was stated.
    private func end(_ thief: SimulatedNode) throws(JournalError) -> Bool {
        guard let elder = theftDice.pick(above(thief)),
            elder.kernel.directory.mayRevoke(elder.region, thief.region)
        else { return false }
        let revocation = Revocation(
            key: thief.key, reason: .stolen, cuts: cuts(of: thief.key, at: elder))
        guard try commit(elder, [.state([.revocation(revocation)])]) != nil else { return false }
        count("revocation")
        tell("node \(elder.index) ends node \(thief.index)")
        thief.isOutside = true
        checks.holdings.lost(thief.index)
        checks.attachments.lost(thief.index)
        checks.custody.forget(thief)
        checks.cuts.ends(thief.key, revocation.cuts)
        sever()
        return true
    }

    /// Whether anybody knows that a thief was ended: who said so may have been restored. Where
    /// the seat itself was stated behind the end of who stated it, nobody sits by that key, and
    /// there is nothing to end.
    private func isKnown(_ theft: Theft) -> Bool {
        let thief = nodes[theft.machine]
        let members = nodes.filter { !$0.isOutside }
        return members.contains { $0.kernel.directory.isRevoked(thief.key) }
            || !members.contains { $0.kernel.directory.region(of: thief.key) != nil }
    }

    /// The place goes on with another machine.
    private func replace(_ theft: inout Theft) throws(JournalError) {
        let thief = nodes[theft.machine]
        guard !theft.isReplaced, theft.isEnded, let due = theft.replaced,
            isSettling || step >= due, let parent = parent(of: thief), !parent.isDown,
            parent.isSeated, parent.kernel.directory.isRevoked(thief.key)
        else { return }
        theft.isReplaced = true
        count("replacement")
        let next = try SimulatedNode(
            index: nodes.count, place: thief.place, key: freshKey(), root: thief.root,
            journal: SimulatedJournal(), rules: thief.rules, mutant: mutant, machine: nodes.count)
        nodes.append(next)
        tell("node \(next.index) takes the place of node \(thief.index)")
        for place in parent.kernel.directory.ancestry(of: next.region).reversed() {
            try hand(.directory(place), of: parent, to: next)
        }
        links.append(SimulatedLink(below: next, above: parent))
        applicants.append(
            Applicant(
                parent: parent.index, region: next.region, key: next.key, node: next.node,
                proof: next.proof))
    }

    /// Somebody above looks at what came behind the end, and takes some of it for true.
    private func adopt(from thief: SimulatedNode) throws(JournalError) {
        guard theftDice.hits(6), let elder = theftDice.pick(above(thief)),
            elder.kernel.directory.mayRevoke(elder.region, thief.region)
        else { return }
        let ends = try KnownEnds(at: elder)
        var late: [Digest16] = []
        for scope in elder.kernel.knowledge() {
            let actor = thief.key.actor(in: scope.id)
            let chain = elder.journal.contents(of: scope.id).first { $0.state.actor == actor }
            for change in chain?.changes ?? [] {
                let place = KnownEnds.Place(
                    key: thief.key, scope: scope.name, seq: change.header.seq,
                    hash: change.hash.prefix16)
                if ends.isBeyond(place), !ends.isAdopted(place) { late.append(place.hash) }
            }
        }
        guard !late.isEmpty else { return }
        let some = late.filter { _ in theftDice.hits(40) }
        let adoption = Adoption(key: thief.key, hashes: some.isEmpty ? [late[0]] : some)
        if try commit(elder, [.state([.adoption(adoption)])]) != nil { count("adoption") }
    }

    // MARK: accounts

    /// A place above says that the operator of a place below is none any more, and later perhaps
    /// that he is again.
    private func turnAccount() throws(JournalError) {
        guard let node = theftDice.pick(nodes.filter { $0.place.parent != nil && !$0.isOutside }),
            let elder = theftDice.pick(above(node)),
            elder.kernel.directory.mayRevoke(elder.region, node.region)
        else { return }
        let isEnd = theftDice.hits(70)
        if isEnd || theftDice.hits(50) { nextTurn = step + 5 + theftDice.roll(80) }
        let entries = elder.kernel.directory.seats(of: node.region).map { seat in
            DirectoryEntry.account(
                AccountTurn(
                    key: seat.key, author: AccountID.operatorAuthor, isEnd: isEnd,
                    cuts: cuts(of: seat.key, at: elder)))
        }
        guard !entries.isEmpty, try commit(elder, [.state(entries)]) != nil else { return }
        count("account-turn")
        tell("node \(elder.index) says of node \(node.index)'s operator: ended \(isEnd)")
        for case .account(let turn) in entries {
            checks.cuts.ends(turn.key, turn.cuts, of: turn.author)
        }
        sever()
    }

    /// Cases in which somebody's word lies beyond an end: two views of custody may stand from
    /// now on, until all have heard of it.
    private func sever() {
        for entry in cases.entries {
            let key = DocumentKey(collection: .caseFile, id: entry.id)
            for node in nodes {
                guard let state = CustodyChecks.state(key, at: node) else { continue }
                checks.sever(state, entry.id)
            }
        }
    }
}
