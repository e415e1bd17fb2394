import Base
import Change
import Kernel

/// Trials of what a journal never does.
extension JournalTrial {
    func positions() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        try transaction {
            try journal.openScope(cases)
            try journal.openScope(catalog)
            try grow(town, by: 3)
        }
        let first = try journal.scope(cases.id)?.position ?? 0
        try transaction {
            _ = try journal.cutChain(town.actor, in: cases.id, above: Seq(1))
        }
        let again = try ChainForge(scope: cases, seed: 1)
        _ = again.next()
        try transaction { try grow(again) }
        let second = try journal.scope(cases.id)?.position ?? 0
        check.holds(second > first, "a position that was cut is not given out again")
        try transaction { try journal.dropScope(cases.id) }
        let items = try ChainForge(scope: catalog, seed: 1)
        try transaction { try grow(items) }
        let third = try journal.scope(catalog.id)?.position ?? 0
        check.holds(third > second, "a position that was dropped is not given out again")
    }

    /// Each refusal is an error, and leaves everything as it was.
    func refusals() throws {
        let town = try ChainForge(scope: cases, seed: 1)
        let stranger = try ChainForge(scope: cases, seed: 2)
        let items = try ChainForge(scope: catalog, seed: 1)
        try transaction {
            try journal.openScope(cases)
            try grow(town, by: 2)
        }
        let before = try journal.chains(of: cases.id)
        refused("a chain without its genesis") {
            _ = stranger.next()
            try journal.append(stranger.next().change, founding: nil)
        }
        refused("a scope that is not carried") { try grow(items) }
        refused("the epoch of such a scope") { try journal.setEpoch(2, of: catalog.id) }
        refused("dropping such a scope") { try journal.dropScope(catalog.id) }
        refused("the quarantine of no chain") {
            try journal.setQuarantined(stranger.actor, in: cases.id)
        }
        refused("a head beyond the chain") {
            _ = town.next()
            if let signed = town.signed() { try journal.sign(signed, in: cases.id) }
        }
        check.equal(try journal.chains(of: cases.id), before, "the chains")
        check.equal(try journal.scopes().map(\.name), [cases], "the scopes")
    }

    private func refused(_ what: String, _ body: () throws -> Void) {
        do {
            try transaction(body)
            check.holds(false, "\(what) was taken")
        } catch {
            check.holds(error is JournalError, "\(what): \(error)")
        }
    }
}
