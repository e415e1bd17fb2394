import Base
import Change
import Domain
import Kernel
import Replication

/// A place was moved: what this node may not carry any more goes, where another carrier said
/// that it holds all of it (PROTOCOL §3). Until then it is drained to whoever may carry it.
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
                    guard try await hasGiven(name.id, to: peer.region) else { continue }
                    try await submit(
                        .drop(name.id, heldBy: held.vector, quarantined: held.quarantined))
                    if board.scope(name.id) == nil { try await removeAttachments(of: name.id) }
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

    /// Whether a carrier has said that it has every attachment that is here of a scope.
    private func hasGiven(
        _ scope: ScopeID, to region: RegionID
    ) async throws(JournalError) -> Bool {
        let blobs = store.blobs
        let isNew = try await Blocking.run { () throws(JournalError) in try blobs.leave(scope) }
        if isNew { board.touch() }
        return blobs.isConfirmed(scope, by: region)
    }

    private func removeAttachments(of scope: ScopeID) async throws(JournalError) {
        let blobs = store.blobs
        try await Blocking.run { () throws(JournalError) in try blobs.left(scope) }
    }

    // MARK: another parent

    /// Goes to the parent that the directory names by now: takes its directory in, is known there,
    /// gets a certificate of it, and keeps its address. Who runs the node starts it anew then.
    ///
    /// - Throws: Where that node is not the parent of this place.
    func goTo(parentAt url: String) async throws(Failure) -> RegionRecord {
        guard settings.region.parent != nil else {
            throw Failure("a root has no parent", chinese: "根节点没有上级", exitCode: 5)
        }
        let grant = try await ask(url)
        guard let parent = grant.region.parent, parent != settings.region.parent,
            board.directory.region(settings.region.id)?.parent == parent
        else {
            throw Failure(
                "\(url) is not another parent of this place: has it been moved there?",
                chinese: "\(url) 不是本地的新上级：是否已划转？", exitCode: 5)
        }
        try await renewCertificate(at: url, of: parent)
        do throws(JournalError) {
            let stored = try store.readers.readLog { (reader) throws(JournalError) in
                try reader.value(NodeSettings.valueName)
            }
            var fresh = stored.flatMap(NodeSettings.init) ?? settings
            fresh.region = grant.region
            fresh.parentURL = url
            try await submit(.remember(NodeSettings.valueName, fresh.encoded))
        } catch {
            throw Failure("the new parent could not be stored: \(error)", exitCode: 3)
        }
        return board.directory.region(parent) ?? grant.region
    }
}

extension PeerState {
    /// What the peer said that it holds of a scope, where that is all of it. What it held when
    /// both were equal last does not count: it may have been restored since.
    fileprivate func holds(_ own: SharedScope) -> SharedScope? {
        guard let held = drained[own.id] else { return nil }
        switch own.vector.order(against: held.vector) {
        case .equal, .before:
            return own.quarantined.allSatisfy(held.quarantined.contains) ? held : nil
        case .after, .concurrent, .forked: return nil
        }
    }
}
