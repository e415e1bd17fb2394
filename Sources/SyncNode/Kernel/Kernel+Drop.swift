package import Base
package import Change
import Domain

/// Giving a scope up: a place was moved, and this node is no longer of its audience
/// (PROTOCOL §3).
extension Kernel {
    /// Scopes that are stored and that the directory no longer lets this node carry, by id.
    package func outsideAudience() -> [ScopeName] {
        scopes.keys.sorted().compactMap { scopes[$0]?.record.name }.filter { !mayCarry($0) }
    }

    /// Deletes a scope with its vector and its documents, in one transaction (I5), where
    /// another carrier holds all that this node holds (I23): the last carrier never drops.
    ///
    /// - Parameter held: The vector of another carrier, as it stated it after it was durable.
    /// - Returns: Whether the scope is gone.
    package func drop(
        _ scope: ScopeID, heldBy held: VersionVector
    ) throws(JournalError) -> Bool {
        guard let state = scopes[scope], !mayCarry(state.record.name) else { return false }
        let mine =
            rules.drainsEverything
            ? state.vector : VersionVector(state.ownHead.map { [$0] } ?? [])
        switch mine.order(against: held) {
        case .equal, .before: break
        case .after, .concurrent, .forked: return false
        }
        try journal.begin()
        do throws(JournalError) {
            try journal.dropScope(scope)
            try journal.commit()
        } catch {
            try journal.rollback()
            throw error
        }
        session = FoldSession()
        if rules.dropsVectorWithScope { scopes[scope] = nil }
        return true
    }
}
