import Base
import Change
import Domain
import Kernel

/// A place was moved: what this node may not carry any more goes, where another carrier was
/// known to hold all of it (PROTOCOL §3). What nobody else is known to hold stays, and is
/// exchanged with nobody.
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
                guard let held = peer.agreed[name.id] else { continue }
                do throws(JournalError) {
                    try await submit(.drop(name.id, heldBy: held, quarantined: []))
                } catch {
                    Console.say("a scope that was given up is still stored: \(error)")
                }
                if board.scope(name.id) == nil { break }
            }
        }
        return outside.contains { board.scope($0.id) != nil }
    }
}
