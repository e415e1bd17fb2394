import Base
import Change
import Domain
import Kernel
import Replication

/// One node of the simulated world: the real kernel on a simulated journal, the real exchange
/// machines, and what stands around them in the product: sentinel, enrolment, restarts.
final class SimulatedNode {
    let index: Int
    let region: RegionID
    let place: SimulatedTopology.Place
    /// A second node of the region, which holds no seat and stands ready (PROTOCOL §2).
    let isTwin: Bool
    /// H(enrolment key): the same for every incarnation, and for a clone.
    let node: Digest
    let root: SeatRecord
    let rules: KernelRules
    let mutant: Mutant?

    private(set) var key: IncarnationKey
    private(set) var journal: SimulatedJournal
    private(set) var kernel: Kernel<SimulatedJournal>
    /// Own clock minus the world's, in milliseconds.
    var clockOffset: Int64 = 0
    /// What the file beside the database says: how many changes this incarnation wrote.
    private(set) var sentinel: (key: IncarnationKey, count: Int)
    /// Names the store; another one after each rollback.
    private(set) var storeEpoch: Digest16
    var isDown = false
    /// A thief has it.
    var isStolen = false
    /// It was ended, and is none of the county's nodes any more, whoever still speaks with it.
    var isOutside = false
    /// An old incarnation's chains are being fetched again.
    private(set) var owesReissue = false
    /// Keys that this node may not write with any more, since it learned that it is a copy.
    private(set) var retired: [IncarnationKey] = []
    /// A number for each boot: nonces come from it.
    private(set) var boots: UInt64 = 0

    // What the links know of it.
    private(set) var position: UInt64 = 1
    private var shared: [ScopeID: SharedScope] = [:]
    private var changedAt: [ScopeID: UInt64] = [:]
    private var directoryChangedAt: UInt64 = 1
    private var salt: UInt64

    init(
        index: Int, place: SimulatedTopology.Place, key: IncarnationKey, root: SeatRecord,
        journal: SimulatedJournal, rules: KernelRules, mutant: Mutant?, isTwin: Bool = false,
        machine: Int = 0
    ) throws(JournalError) {
        self.index = index
        self.place = place
        self.key = key
        self.root = root
        self.journal = journal
        self.rules = rules
        self.mutant = mutant
        region = RegionID(place.code.rawValue)
        self.isTwin = isTwin
        node = KeyPool.nodeID(place, isTwin: isTwin, machine: machine)
        salt = UInt64(index) << 40
        storeEpoch = Digest16(high: UInt64(index), low: 0)
        sentinel = (key, 0)
        journal.syncsOnCommit = mutant != .serveBeforeSync
        kernel = try Kernel(
            journal: journal,
            identity: Identity(region: region, node: node, signer: SimulatedSigner(key: key)),
            root: root, rules: rules)
        setDeferral()
        sentinel.count = ownCount()
        owesReissue = try !kernel.scopesWithOrphans().isEmpty
        publishAll()
    }

    /// Own changes of the present incarnation.
    func ownCount() -> Int { journal.count { self.key.actor(in: $0) } }

    func now(_ world: Instant) -> Instant { world.advanced(byMillis: clockOffset) }

    func entropy() -> Digest {
        salt += 1
        return ExchangeHash.digest(Array("salt \(salt)".utf8))
    }

    // MARK: committing

    /// One commit of the kernel; what it changed is then known to the links.
    func commit(
        _ batch: [Submission], at world: Instant
    ) throws(JournalError) -> (outcomes: [Outcome], effects: Effects) {
        var result = try kernel.commit(batch, at: now(world)) { self.entropy() }
        result.effects.documents += kernel.writtenDocuments
        if salt % 3 == 0 { result.effects.documents += try storeDocuments() }
        publish(result.effects)
        sentinel = (key, ownCount())
        return result
    }

    /// Every other node lets documents wait behind the log, for some commits and power losses
    /// (docs/decisions/0011).
    private func setDeferral() { kernel.deferral = index % 2 == 1 ? 1 : nil }

    /// What waits behind the log is stored.
    func storeDocuments() throws(JournalError) -> [DocumentKey] {
        kernel.isBehind ? try kernel.settle() : []
    }

    private func publish(_ effects: Effects) {
        if effects.touched.isEmpty, effects.opened.isEmpty { return }
        position += 1
        if effects.directoryChanged { directoryChangedAt = position }
        for id in effects.touched { publish(id) }
        for name in effects.opened { publish(name.id) }
    }

    private func publish(_ id: ScopeID) {
        guard let known = kernel.knowledge(of: id) else {
            shared[id] = nil
            changedAt[id] = nil
            directoryChangedAt = position
            return
        }
        shared[id] = SharedScope(known)
        changedAt[id] = position
    }

    private func publishAll() {
        position += 1
        directoryChangedAt = position
        shared = [:]
        changedAt = [:]
        for known in kernel.knowledge() {
            shared[known.id] = SharedScope(known)
            changedAt[known.id] = position
        }
    }

    /// What a scope's links are told.
    /// By id.
    var sharedScopes: [SharedScope] { shared.keys.sorted().compactMap { shared[$0] } }

    func sharedScope(_ id: ScopeID) -> SharedScope? { shared[id] }

    func news(since: UInt64?, peer: RegionID) -> ScopeNews {
        let isWhole = since.map { $0 < directoryChangedAt } ?? true
        let ids = shared.keys.sorted().filter { isWhole || changedAt[$0, default: 0] > since ?? 0 }
        let directory = kernel.directory
        let given = ids.compactMap { shared[$0] }.filter { directory.carries(peer, $0.name) }
        return ScopeNews(
            position: position, scopes: given.filter { directory.carries(region, $0.name) },
            isWhole: isWhole,
            leaving: given.filter { directory.isElsewhere($0.name, for: region) })
    }

    // MARK: life

    /// The power goes and comes back: what was not synced is gone, everything in memory too.
    func losePower() throws(JournalError) {
        journal.losePower()
        try boot()
    }

    private func boot() throws(JournalError) {
        boots += 1
        kernel = try Kernel(
            journal: journal,
            identity: Identity(region: region, node: node, signer: SimulatedSigner(key: key)),
            root: root, rules: rules)
        setDeferral()
        owesReissue = try !kernel.scopesWithOrphans().isEmpty
        publishAll()
    }

    /// The database is replaced by an older copy. With `keepsSentinel` only the database is:
    /// the file beside it then shows the rollback at once.
    func restore(
        _ image: SimulatedJournal.Image, keepsSentinel: Bool, as oldKey: IncarnationKey
    ) throws(JournalError) {
        journal = SimulatedJournal(image: image)
        journal.syncsOnCommit = mutant != .serveBeforeSync
        if !keepsSentinel { key = oldKey }
        try boot()
        if !keepsSentinel { sentinel = (key, ownCount()) }
    }

    /// PROTOCOL §6, start-up: the database is behind its sentinel.
    var isBehindSentinel: Bool { ownCount() < sentinel.count || sentinel.key != key }

    /// Goes on as a new incarnation: the old chains go back to what others hold for certain,
    /// are fetched again, and the rest is written anew.
    func renew(as fresh: IncarnationKey) throws(JournalError) {
        let old = key
        retired.append(old)
        key = fresh
        boots += 1
        storeEpoch = Digest16(high: UInt64(index), low: boots)
        try kernel.adopt(
            Identity(region: region, node: node, signer: SimulatedSigner(key: fresh)))
        try kernel.rewind(old)
        sentinel = (fresh, ownCount())
        owesReissue = true
        publishAll()
    }

    /// The old chains were fetched again, and what was still missing is written anew.
    func endReissue() throws(JournalError) {
        owesReissue = try !kernel.scopesWithOrphans().isEmpty
    }

    /// The node's own word that its incarnation is its region's.
    var proof: SeatProof { KeyPool.proof(of: key, region: region, node: node) }

    /// A root's node key's word that this incarnation is its own; epoch 0 without a seat.
    func passed(epoch: UInt64) -> SeatProof? {
        guard let nodeKey = KeyPool.nodeKey(place.code) else { return nil }
        let message = SeatProof.message(region: region, epoch: epoch, key: key)
        return .node(key: IncarnationKey(nodeKey.publicKey), signature: nodeKey.sign(message))
    }

    /// Whether the local incarnation has its region's seat.
    var isSeated: Bool { kernel.directory.seat(of: region)?.key == key }
}

extension SharedScope {
    /// Quarantined chains are named, not counted.
    init(_ known: ScopeKnowledge) {
        self.init(
            name: known.name, epoch: known.epoch,
            vector: VersionVector(known.chains.filter { !$0.quarantined }.map(\.head)),
            quarantined: known.chains.filter(\.quarantined).map(\.actor), awaited: known.awaited)
    }
}
