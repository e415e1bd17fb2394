import Base
import Change

/// Knowing when all is said (PROTOCOL §7.10).
extension Link {
    /// Scopes that differ although neither side has anything left to send. A difference with a
    /// reason is none: a scope that one side may not carry, a chain with two branches, an offer
    /// that waits.
    mutating func diverged() -> [Effect] {
        guard isKnown, peerIsFinished, let peerRoot, peerRoot != mine.root else { return [] }
        var effects: [Effect] = []
        for id in differing() {
            guard let scope = mine[id], let holding = theirs[id], !declined.contains(id),
                skipped[id, default: []].isEmpty, scope.quarantined == holding.quarantined
            else { continue }
            if scope.vector.heads.map(SeenHead.init) == holding.heads {
                effects += alarm(.diverged(scope: id))
            }
        }
        return effects
    }

    /// Offers that the peer did not take, each named once.
    mutating func stalled() -> [Effect] {
        var effects = raised
        raised = []
        for id in offers.keys.sorted() {
            if let offer = offers[id], offer.count > Limits.refusedOffersMax, offer.pause > 0 {
                effects += alarm(.stalled(scope: id))
            }
        }
        return effects
    }
}
