package import Base
package import Change
package import Domain
package import Kernel
import Replication

/// A world in which a written scenario is played: the same kernels, rules, exchange and checks as
/// under dice, but time is set, links are cut by name, and nothing goes wrong by itself.
package final class Stage {
    let world: World

    /// - Parameters:
    ///   - topology: Its places and links, all up.
    ///   - begin: The first moment; the directories are stated at it.
    package init(_ topology: SimulatedTopology, from begin: Instant) throws(JournalError) {
        world = try World(
            seed: 1, topology: topology, mutant: nil, shift: 0, calmFrom: begin)
    }

    // MARK: time and lines

    /// The moment at every node.
    package var now: Instant { world.now }

    /// Sets all clocks on. Nothing else happens by it.
    package func turn(to moment: Instant) {
        invariant(moment >= world.now, "time goes on")
        world.elapsed = moment.millis - World.start.millis
    }

    /// Cuts the link between two places, or mends it: both ends then begin anew.
    package func link(_ one: RegionCode, _ other: RegionCode, isCut: Bool) {
        for index in world.links.indices {
            let ends = [world.below(index).place.code, world.above(index).place.code]
            guard ends == [one, other] || ends == [other, one] else { continue }
            world.reset(index)
            world.links[index].answerer = SimulatedLink.answerer(world.above(index))
            world.links[index].isOver = isCut
        }
    }

    /// Exchanges over every link that is up, until nothing moves.
    package func settle() throws(JournalError) { try world.settle() }

    /// The power of a place goes and comes back.
    package func losePower(at place: RegionCode) throws(JournalError) {
        guard let node = node(place) else { return }
        try world.losePower(node)
    }

    /// Changes that crossed any link so far.
    package var crossings: Int { world.checks.crossings }

    // MARK: acting

    /// One command at a place, committed alone.
    ///
    /// - Parameter author: An account's; 0 for the node itself.
    /// - Throws: What the journal throws; `failed` for a place that there is none.
    package func run(
        _ command: Command, at place: RegionCode, as author: UInt64
    ) throws(JournalError) -> Outcome {
        try commit(.command(command, author: author, replayKey: nil), at: place)
    }

    /// The node's own word of what it holds of all that it shares with its parent (回执).
    package func giveReceipt(at place: RegionCode) throws(JournalError) {
        guard let node = node(place), let parent = world.parent(of: node) else { return }
        let key = HoldingState.key(of: node.region)
        var said = HoldingState(region: node.region)
        if case .holding(let known)? = try source(at: place)?.content(key) { said = known }
        let shared = node.news(since: nil, peer: parent.region).scopes
        let next = said.next(
            shared.filter { $0.name.family != .control && !$0.vector.heads.isEmpty }.map { scope in
                HoldingState.Scope(
                    id: scope.id,
                    heads: scope.vector.heads.map {
                        .init(actor: $0.actor, seq: $0.seq, hash: $0.hash.prefix16)
                    })
            })
        guard !next.isEmpty else { return }
        let draft = Draft(
            scope: .control(node.region), kind: .scopeReceipt, body: HoldingState.body(next))
        _ = try commit(.write([draft]), at: place)
    }

    func commit(
        _ submission: Submission, at place: RegionCode
    ) throws(JournalError) -> Outcome {
        guard let node = node(place) else { throw .failed("no place \(place.text)") }
        guard let outcome = try world.commit(node, [submission])?.first else { throw .full }
        try store(node)
        for case let key in node.journal.keys(of: .caseFile) {
            guard !world.cases.entries.contains(where: { $0.id == key.id }),
                case .caseFile(let state)? = try source(at: place)?.content(key)
            else { continue }
            world.cases.add(
                CaseBook.Entry(id: key.id, scope: state.scope, station: state.scope.region))
        }
        return outcome
    }

    /// Documents that wait behind the log.
    private func store(_ node: SimulatedNode) throws(JournalError) {
        var effects = Effects()
        effects.documents = try node.storeDocuments()
        try world.checks.committed(node, [], effects, at: world.step)
    }

    // MARK: looking

    /// A place's region; nil where there is none.
    package func region(_ place: RegionCode) -> RegionID? { node(place)?.region }

    /// A place's directory.
    package func directory(at place: RegionCode) -> Directory? { node(place)?.kernel.directory }

    /// A place's documents as they are now; nil where there is no such place.
    package func source(at place: RegionCode) throws(JournalError) -> StageSource? {
        guard let node = node(place) else { return nil }
        try store(node)
        return StageSource(journal: node.journal)
    }

    func node(_ place: RegionCode) -> SimulatedNode? {
        world.nodes.first { $0.place.code == place }
    }

    /// The checks of a world at rest (PROTOCOL §12), all links up; and what any check found before.
    package func inspect() throws(JournalError) -> (checks: Int, violations: [Violation]) {
        try world.inspect()
        return (world.checks.counts.sorted.reduce(0) { $0 + $1.count }, world.checks.violations)
    }
}

/// A node's documents on a stage.
package struct StageSource: DocumentSource {
    /// What the journal throws.
    package typealias Failure = JournalError

    private let journal: SimulatedJournal

    fileprivate init(journal: SimulatedJournal) { self.journal = journal }

    /// The document as it is stored.
    package func content(_ key: DocumentKey) throws(JournalError) -> Content? {
        guard let document = try journal.document(key) else { return nil }
        return try Content.decoded(document)
    }

    /// The document's bytes: equal at two nodes that say the same.
    package func stored(_ key: DocumentKey) throws(JournalError) -> StoredDocument? {
        try journal.document(key)
    }

    /// Documents of a collection with this label, by id.
    package func find(
        _ collection: Collection, label: String
    ) throws(JournalError) -> [DocumentKey] {
        try journal.documents(collection, label: label)
    }

    /// A stored change.
    package func change(at dot: Dot, in scope: ScopeID) throws(JournalError) -> Change? {
        try journal.change(at: dot, in: scope)
    }

    /// Documents of a collection, newest first, at most so many.
    package func list(
        _ collection: Collection, limit: Int
    ) throws(JournalError) -> [StoredDocument] {
        var found: [StoredDocument] = []
        for key in journal.keys(of: collection) {
            if let document = try journal.document(key) { found.append(document) }
        }
        found.sort { ($0.time, $0.key.id) > ($1.time, $1.key.id) }
        return Array(found.prefix(limit))
    }
}

extension SimulatedJournal {
    /// Documents of a collection, by id.
    func keys(of collection: Collection) -> [DocumentKey] {
        durable.documents.keys.filter { $0.collection == collection }.sorted { $0.id < $1.id }
    }
}
