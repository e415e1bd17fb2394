import Base
import Change
import Domain
import Kernel
import Replication

/// A place was moved: what this node may not carry any more goes, where another carrier was
/// known to hold all of it (PROTOCOL §3). What nobody else is known to hold stays, and is drained
/// to whoever may carry it (PROTOCOL §11).
extension NodeRuntime {
    /// Looks whenever the directory changed, and while something is left at each commit; until
    /// the node stops.
    func giveUpWhatLeft() async {
        var seen: UInt64?
        var isLeft = false
        while !Task.isCancelled, !board.isClosed {
            let version = board.version
            let place = board.directoryVersion
            if isLeft || seen != place {
                seen = place
                isLeft = await giveUp()
            }
            await board.waitForChange(after: version)
        }
    }

    /// - Returns: Whether a scope outside the audience is still stored.
    private func giveUp() async -> Bool {
        let outside = board.outsideAudience(of: settings.region.id)
        for name in outside {
            for peer in peerStates() where board.directory.carries(peer.region, name) {
                guard let own = board.scope(name.id).map(SharedScope.init(_:)),
                    let held = peer.holds(own)
                else { continue }
                do throws(JournalError) {
                    try await submit(
                        .drop(name.id, heldBy: held.vector, quarantined: held.quarantined))
                } catch {
                    Console.say("a scope that was given up is still stored: \(error)")
                }
                if board.scope(name.id) == nil { break }
                // Something else waits first: asking at once again would not end.
                guard await rest(Limits.backoffMillisMax) else { return true }
            }
        }
        return outside.contains { board.scope($0.id) != nil }
    }
}

extension PeerState {
    /// What the peer was known to hold of a scope, where that is all of it.
    fileprivate func holds(_ own: SharedScope) -> SharedScope? {
        let known = [
            drained[own.id],
            agreed[own.id].map { SharedScope(name: own.name, epoch: own.epoch, vector: $0) },
        ]
        for held in known.compactMap({ $0 }) {
            switch own.vector.order(against: held.vector) {
            case .equal, .before:
                if own.quarantined.allSatisfy(held.quarantined.contains) { return held }
            case .after, .concurrent, .forked: break
            }
        }
        return nil
    }
}
