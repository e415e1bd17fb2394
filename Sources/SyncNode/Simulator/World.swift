import Base
import Change
import Domain
import Kernel
import Replication

/// Everything that one simulation has: nodes, links, messages on their way, dice, and the
/// checkers that look at each commit.
final class World {
    var dice: Dice
    let mutant: Mutant?
    var nodes: [SimulatedNode] = []
    var links: [SimulatedLink] = []
    var envelopes: [Envelope] = []
    var step = 0
    /// Milliseconds of virtual time since the start.
    var elapsed: Int64 = 0
    /// Added to every clock but not to what is decided by dice (I26).
    let shift: Int64
    var nextKey = 0
    var nextRequest = 0
    var nextNote = 0
    var faults: [String: Int] = [:]
    var admissions = 0
    /// No faults any more: everything that is owed is done.
    var isSettling = false
    /// Whether counties move villages.
    let hasMoves: Bool
    /// Whether machines are stolen.
    let hasThefts: Bool
    /// A stage: nothing happens by dice, but for nonces.
    let isCalm: Bool
    var thefts: [Theft] = []
    var theftDice: Dice
    /// Whether cases get attachments.
    let hasAttachments: Bool
    var blobDice: Dice
    var nextAttachment = 0
    /// Scopes that go once their attachments are held elsewhere.
    var givings: [Giving] = []
    /// The steps of the next theft, and of the next word about an account.
    var nextTheft: Int
    var nextTurn: Int
    /// Whether links lose, repeat and delay.
    var lossPercent: Int
    var backups: [Int: Backup] = [:]
    /// Incarnations that wait for their parent's word.
    var applicants: [Applicant] = []
    var checks = Checks()
    var cases = CaseBook()
    /// What happened, a line each, where somebody wants to read it.
    var history: [String]?

    struct Backup {
        let image: SimulatedJournal.Image
        let key: IncarnationKey
        let shelf: SimulatedShelf
    }

    struct Giving {
        let node: Int
        let held: SharedScope
        let carrier: RegionID
    }

    struct Applicant {
        let parent: Int
        let region: RegionID
        let key: IncarnationKey
        let node: Digest
        let proof: SeatProof
        var isKnown = false
    }

    /// Thursday 24 September 2026, 08:30 in Shanghai.
    static let start = Instant(millis: 1_790_209_800_000)

    var now: Instant { Self.start.advanced(byMillis: elapsed + shift) }

    /// - Parameter begin: Of a stage, its first moment; nil where dice say what happens.
    init(
        seed: UInt64, topology: SimulatedTopology?, mutant: Mutant?, shift: Int64,
        moves: Bool = false, calmFrom begin: Instant? = nil
    ) throws(JournalError) {
        dice = Dice(seed)
        isCalm = begin != nil
        elapsed = begin.map { $0.millis - Self.start.millis } ?? 0
        self.mutant = mutant
        self.shift = shift
        hasMoves = moves
        theftDice = Dice(seed ^ 0x7468_6566)
        let isLucky = theftDice.hits(35)
        hasThefts = begin == nil && (isLucky || mutant?.needsThefts == true)
        blobDice = Dice(seed ^ 0x626c_6f62)
        let isFull = blobDice.hits(40)
        hasAttachments = begin == nil && (isFull || mutant?.needsAttachments == true)
        nextTheft = 40 + theftDice.roll(150)
        nextTurn = 30 + theftDice.roll(200)
        lossPercent = begin == nil ? dice.pick([0, 5, 15, 30]) ?? 0 : 0
        let shape = topology ?? SimulatedTopology.random(&dice)
        try build(shape)
    }

    func count(_ fault: String) { faults[fault, default: 0] += 1 }

    /// Notes what happened, if somebody wants to read it.
    func tell(_ line: @autoclosure () -> String) {
        if history != nil { history?.append("\(step): \(line())") }
    }

    func freshKey() -> IncarnationKey {
        nextKey += 1
        return KeyPool.key(nextKey - 1)
    }

    // MARK: founding

    private func build(_ shape: SimulatedTopology) throws(JournalError) {
        var roots: [RegionCode: SeatRecord] = [:]
        for place in shape.places {
            let key = freshKey()
            let id = RegionID(place.code.rawValue)
            let root: SeatRecord
            if let parent = place.parent, let above = roots[parent] {
                root = above
            } else {
                root = SeatRecord(
                    region: id, epoch: 1, key: key, node: KeyPool.nodeID(place),
                    grant: .zero)
            }
            roots[place.code] = root
            nodes.append(
                try SimulatedNode(
                    index: nodes.count, place: place, key: key, root: root,
                    journal: SimulatedJournal(), rules: rules(nodes.count), mutant: mutant))
        }
        try addTwin()
        for node in nodes { try enter(node, shape) }
        for node in nodes {
            guard let parent = parent(of: node) else { continue }
            links.append(SimulatedLink(below: node, above: parent))
            linkSibling(of: node)
        }
        for (one, two) in shape.links {
            guard let below = nodes.first(where: { $0.place.code == one }),
                let above = nodes.first(where: { $0.place.code == two })
            else { continue }
            links.append(SimulatedLink(below: below, above: above))
        }
    }

    /// In some worlds one station has a second node.
    private func addTwin() throws(JournalError) {
        guard !isCalm, dice.hits(50), let first = dice.pick(nodes.filter { $0.place.parent != nil })
        else {
            return
        }
        nodes.append(
            try SimulatedNode(
                index: nodes.count, place: first.place, key: freshKey(), root: first.root,
                journal: SimulatedJournal(), rules: rules(nodes.count), mutant: mutant,
                isTwin: true))
    }

    /// A county's cases go no higher (PROTOCOL §3): where its parent does not carry them, a second
    /// node gets them from the first.
    private func linkSibling(of node: SimulatedNode) {
        guard node.isTwin, node.place.level == .county,
            let first = nodes.first(where: { $0.region == node.region })
        else { return }
        links.append(SimulatedLink(below: node, above: first))
    }

    /// One node in four runs an old binary, that knows less kinds.
    private func rules(_ index: Int) -> KernelRules {
        var rules = mutant?.rules ?? KernelRules()
        guard !isCalm else { return rules }
        if dice.hits(25) { rules.unknownKinds = [Self.newKind] }
        return rules
    }

    /// A kind that old binaries do not know; it must be understood.
    static let newKind: UInt16 = 0xff01

    /// Gives a node the directory above it, and states the places below it and its partners.
    private func enter(_ node: SimulatedNode, _ shape: SimulatedTopology) throws(JournalError) {
        var above: [SimulatedNode] = []
        var next = parent(of: node)
        while let parent = next {
            above.insert(parent, at: 0)
            next = self.parent(of: parent)
        }
        for ancestor in above { try hand(.directory(ancestor.region), of: ancestor, to: node) }
        var entries: [DirectoryEntry] = []
        if node.place.parent == nil { entries.append(.region(record(node))) }
        for child in nodes where child.place.parent == node.place.code {
            guard !child.isTwin else {
                entries.append(
                    .incarnation(
                        region: child.region, key: child.key, node: child.node,
                        proof: child.proof))
                continue
            }
            entries.append(.region(record(child)))
            entries.append(
                .seat(
                    region: child.region, epoch: 1, key: child.key, node: child.node,
                    proof: child.proof))
        }
        for (one, two) in shape.links where one == node.place.code || two == node.place.code {
            let code = one == node.place.code ? two : one
            guard let partner = nodes.first(where: { $0.place.code == code }) else { continue }
            entries.append(
                .partner(
                    record(partner), epoch: 1, key: partner.key, node: partner.node,
                    proof: partner.proof))
        }
        if !entries.isEmpty { try commit(node, [.state(entries)]) }
    }

    /// Gives all that one node has of a scope to another, as a bundle does.
    func hand(
        _ name: ScopeName, of giver: SimulatedNode, to node: SimulatedNode
    ) throws(JournalError) {
        let knowledge = SimulatedKnowledge(node: giver, peer: node.region)
        guard let run = try knowledge.batch(of: name.id, after: [], except: []) else { return }
        try admit([run.batch], names: [name.id: name], at: node)
    }

    func record(_ node: SimulatedNode, under parent: SimulatedNode? = nil) -> RegionRecord {
        RegionRecord(
            id: node.region, code: node.place.code, name: node.place.name,
            level: node.place.level,
            parent: parent?.region ?? node.place.parent.map { RegionID($0.rawValue) })
    }

    /// The node above: as its own directory has it, and before it has one as it was founded.
    func parent(of node: SimulatedNode) -> SimulatedNode? {
        if let above = node.kernel.directory.region(node.region)?.parent {
            return machine(at: above)
        }
        guard let code = node.place.parent else { return nil }
        return machine(at: RegionID(code.rawValue))
    }

    /// The machine of a place: of two copies the first; an ended one only where there is no other.
    func machine(at region: RegionID) -> SimulatedNode? {
        nodes.first { $0.region == region && !$0.isOutside } ?? nodes.first { $0.region == region }
    }

    /// Those that were not ended.
    var members: [SimulatedNode] { nodes.filter { !$0.isOutside } }

    // MARK: committing

    /// One commit, looked at by the checkers. nil where the disk refused it.
    @discardableResult
    func commit(
        _ node: SimulatedNode, _ batch: [Submission]
    ) throws(JournalError) -> [Outcome]? {
        do throws(JournalError) {
            let result = try node.commit(batch, at: now)
            try checks.committed(node, result.outcomes, result.effects, at: step)
            if !result.effects.ownForks.isEmpty { try learnsItIsACopy(node) }
            return result.outcomes
        } catch {
            guard case .full = error else { throw error }
            tell("node \(node.index) has no room on its disk")
            return nil
        }
    }

    /// What the product does with a delivery: signatures, then the writer.
    ///
    /// - Returns: false where the disk refused a part of it: the link begins anew then.
    func apply(
        _ delivery: Delivery, at node: SimulatedNode, from region: RegionID
    ) throws(JournalError) -> Bool {
        var names: [ScopeID: ScopeName] = [:]
        for name in delivery.opening { names[name.id] = name }
        if !delivery.opening.isEmpty, try commit(node, [.open(delivery.opening)]) == nil {
            return false
        }
        guard try admit(delivery.batches, names: names, at: node) else { return false }
        try take(delivery.chunks, at: node, from: region)
        return true
    }

    /// - Returns: false where the disk refused one of them.
    @discardableResult
    private func admit(
        _ batches: [ChangeBatch], names: [ScopeID: ScopeName], at node: SimulatedNode
    ) throws(JournalError) -> Bool {
        var isWhole = true
        for batch in batches {
            guard let name = names[batch.scope] ?? node.sharedScope(batch.scope)?.name else {
                continue
            }
            let known = node.kernel.knowledge(of: batch.scope)
            let good = batch.good { known?.chain($0)?.key }
            let outcomes = try commit(node, [.admit(batch, name: name, good: good)])
            if outcomes == nil { isWhole = false }
            guard case .admitted(let report)? = outcomes?.first else { continue }
            admissions += report.admitted
            if !report.forked.isEmpty || !report.refusals.isEmpty {
                tell(
                    "node \(node.index) takes \(report.admitted) of \(batch.changes.count) of "
                        + "\(name.family): refused \(report.refusals) forked \(report.forked)")
            }
            checks.admitted(batch, report, at: node, step)
        }
        return isWhole
    }
}
