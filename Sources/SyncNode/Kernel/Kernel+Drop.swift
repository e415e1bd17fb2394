import Base
package import Change
import Domain

/// Giving a scope up: a place was moved, and this node is no longer of its audience
/// (PROTOCOL §3).
extension Kernel {
    /// Scopes that are stored and that the directory no longer lets this node carry, by id.
    package func outsideAudience() -> [ScopeName] {
        scopes.keys.sorted().compactMap { scopes[$0]?.record.name }.filter(isElsewhere)
    }

    /// Whether the directory says that a scope's place is elsewhere. One that does not know the
    /// place, or this node's own, as after a rollback, says nothing.
    private func isElsewhere(_ name: ScopeName) -> Bool {
        directory.isElsewhere(name, for: identity.region)
    }

    /// Deletes a scope with its vector and its documents (I5), where another carrier holds all
    /// that this node holds (I23): the last carrier never drops.
    ///
    /// - Parameters:
    ///   - held: The vector of another carrier, as it stated it after it was durable.
    ///   - quarantined: Chains of which it has both branches, or one and the proof.
    /// - Returns: Whether the scope is gone.
    func drop(
        _ scope: ScopeID, heldBy held: VersionVector, quarantined: [ActorID]
    ) throws(JournalError) -> Bool {
        guard let state = scopes[scope], isElsewhere(state.record.name),
            try scopesWithOrphans().isEmpty
        else {
            return false
        }
        let mine = state.chains.keys.sorted().compactMap { state.chains[$0] }
            .filter { rules.drainsEverything || $0.actor == state.own }
            .filter { !($0.quarantined && quarantined.contains($0.actor)) }
        switch VersionVector(mine.map(\.head)).order(against: held) {
        case .equal, .before: break
        case .after, .concurrent, .forked: return false
        }
        try flushDocuments()
        try signHeads()
        session = FoldSession()
        try keepOwnHead(of: state)
        hasRemoved = true
        try journal.dropScope(scope)
        if rules.dropsVectorWithScope { scopes[scope] = nil }
        effects.touched.append(scope)
        if state.record.name.family == .directory {
            directory = Directory(root: root)
            try loadDirectory()
            effects.directoryChanged = true
        }
        return true
    }
}
