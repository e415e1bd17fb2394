import Base
import Change
import Domain
import Kernel

/// One journal on trial: shared steps, and the trials of scopes and chains.
struct JournalTrial<Store: Journal> {
    let journal: Store
    let check: Expectations

    let cases = ScopeName.cases(RegionID(7), year: 2026)
    let catalog = ScopeName.catalog(RegionID(7))

    func transaction(_ body: () throws -> Void) throws {
        try journal.begin()
        do {
            try body()
            try journal.commit()
        } catch {
            try journal.rollback()
            throw error
        }
    }

    /// Appends the next changes of a chain, and signs the last of them.
    @discardableResult
    func grow(
        _ forge: ChainForge, by count: Int = 1, citing others: [ChainForge] = [],
        bodyBytes: Int = 40, signing: Bool = true
    ) throws -> [Change] {
        var changes: [Change] = []
        for _ in 0..<count {
            let deps = others.compactMap(\.dependency).sorted { $0.actor < $1.actor }
            let next = forge.next(deps: deps, bodyBytes: bodyBytes)
            try journal.append(next.change, founding: next.genesis)
            changes.append(next.change)
        }
        if signing, let signed = forge.signed() {
            try journal.sign(signed, in: forge.scope.id)
        }
        return changes
    }

    func emptyJournal() throws {
        check.equal(try journal.scopes(), [], "scopes")
        check.equal(try journal.forks(), [], "forks")
        check.equal(try journal.scope(cases.id), nil, "a scope")
        check.equal(try journal.chains(of: cases.id), [], "chains")
        check.equal(try journal.value("clock"), nil, "a value")
        check.equal(try journal.attention(after: nil, limit: 9), [], "attention")
        let dot = Dot(actor: ActorID(1), seq: Seq(1))
        check.equal(try journal.hash(at: dot, in: cases.id), nil, "a hash")
        check.equal(try journal.change(at: dot, in: cases.id), nil, "a change")
        check.equal(try journal.cited(by: dot.actor, in: cases.id), [], "citations")
        check.equal(try journal.signedHead(of: dot.actor, in: cases.id), nil, "a signed head")
        let run = try journal.run(of: cases.id, after: [], except: [])
        check.holds(run.changes.isEmpty && run.heads.isEmpty && !run.more, "an empty run")
    }

    func scopeLife() throws {
        try transaction {
            try journal.openScope(cases)
            try journal.openScope(catalog)
            try journal.openScope(cases)
        }
        let ids = [cases.id, catalog.id].sorted()
        check.equal(try journal.scopes().map(\.id), ids, "scopes are in the order of ids")
        check.equal(
            try journal.scope(cases.id), ScopeRecord(name: cases, epoch: 1, position: 0),
            "a new scope")
        try transaction { try journal.setEpoch(4, of: cases.id) }
        check.equal(try journal.scope(cases.id)?.epoch, 4, "the epoch")
        check.equal(try journal.scope(catalog.id)?.epoch, 1, "the other's epoch")
    }

    func appendMoves() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let county = try ChainForge(scope: cases, seed: 2)
        try transaction {
            try journal.openScope(cases)
            try grow(town, by: 2)
        }
        let before = try journal.scope(cases.id)?.position ?? 0
        check.holds(before > 0, "the position moves with the first change")
        try transaction { try grow(county, citing: [town]) }
        let after = try journal.scope(cases.id)?.position ?? 0
        check.holds(after > before, "the position moves with every change")
        check.equal(
            try journal.cited(by: county.actor, in: cases.id),
            [Dot(actor: town.actor, seq: Seq(2))], "what the county cited")
        check.equal(try journal.cited(by: town.actor, in: cases.id), [], "the town cited nothing")
        try transaction {
            try grow(town)
            try grow(county, citing: [town])
        }
        check.equal(
            try journal.cited(by: county.actor, in: cases.id),
            [Dot(actor: town.actor, seq: Seq(3))], "what the county cited last")
        check.equal(
            try journal.chain(town.actor, in: cases.id),
            town.head.map { ChainState(key: town.key.publicKey, node: town.node, head: $0) },
            "the town's chain")
        check.equal(
            try journal.chains(of: cases.id).map(\.actor), [town.actor, county.actor].sorted(),
            "chains are in the order of actors")
    }

    func readsBack() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        var changes: [Change] = []
        try transaction {
            try journal.openScope(cases)
            changes = try grow(town, by: 3, bodyBytes: 9000)
        }
        for change in changes {
            check.equal(
                try journal.change(at: change.dot, in: cases.id)?.bytes, change.bytes, "the bytes")
            check.equal(
                try journal.change(at: change.dot, in: cases.id)?.hash, change.hash, "the hash")
            check.equal(
                try journal.hash(at: change.dot, in: cases.id), change.hash, "the hash at a dot")
        }
        let beyond = Dot(actor: town.actor, seq: Seq(4))
        check.equal(try journal.hash(at: beyond, in: cases.id), nil, "a hash beyond the head")
        check.equal(try journal.change(at: beyond, in: cases.id), nil, "a change beyond it")
        let zero = Dot(actor: town.actor, seq: .none)
        check.equal(try journal.hash(at: zero, in: cases.id), nil, "a hash before the first")
        check.equal(try journal.hash(at: zero, in: catalog.id), nil, "a hash in another scope")
    }

    func rollbackRestores() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let county = try ChainForge(scope: cases, seed: 2)
        try transaction {
            try journal.openScope(cases)
            try grow(town, by: 2)
            try journal.setValue("clock", [1])
        }
        let scopes = try journal.scopes()
        let chains = try journal.chains(of: cases.id)
        let lost = try undone(town: town, county: county)
        check.equal(try journal.scopes(), scopes, "scopes after a rollback")
        check.equal(try journal.chains(of: cases.id), chains, "chains after a rollback")
        check.equal(try journal.hash(at: lost, in: cases.id), nil, "a hash that was taken back")
        check.equal(try journal.change(at: lost, in: cases.id), nil, "a change taken back")
        check.equal(try journal.value("clock"), [1], "a value after a rollback")
        check.equal(try journal.forks(), [], "forks after a rollback")
        check.equal(try journal.cited(by: town.actor, in: cases.id), [], "citations taken back")
        check.equal(
            try journal.run(of: cases.id, after: [], except: []).changes.count, 2, "the run")
        // The same numbers are free again.
        let again = try ChainForge(scope: cases, seed: 1)
        _ = (again.next(), again.next())
        try transaction { try grow(again) }
        check.equal(
            try journal.chain(town.actor, in: cases.id)?.head, again.head, "the chain goes on")
    }

    private func undone(town: ChainForge, county: ChainForge) throws -> Dot {
        try journal.begin()
        try journal.openScope(catalog)
        try grow(county, by: 1)
        let lost = try grow(town, by: 2, citing: [county])
        try journal.setQuarantined(town.actor, in: cases.id)
        try journal.setEpoch(9, of: cases.id)
        try journal.setValue("clock", [2])
        try journal.recordFork(
            ForkRecord(
                scope: cases.id, dot: lost[0].dot, held: .zero, other: .zero, evidence: []))
        try journal.putDocument(document(1, in: cases))
        check.equal(
            try journal.hash(at: lost[0].dot, in: cases.id), lost[0].hash,
            "a transaction sees its own changes")
        try journal.rollback()
        check.equal(try journal.document(document(1, in: cases).key), nil, "a document")
        return lost[0].dot
    }
}
