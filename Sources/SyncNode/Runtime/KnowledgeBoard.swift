package import Base
package import Change
package import Crypto
package import Domain
package import Kernel
package import Replication
import Synchronization

/// What the node knows, for everyone but the writer: vectors, chain keys and the directory as
/// of the last commit. The writer publishes; exchanges and pages read; long polls wait.
package final class KnowledgeBoard: Sendable {
    private struct Entry {
        let knowledge: ScopeKnowledge
        let shared: SharedScope
        /// Version of the publication that brought it.
        let changedAt: UInt64
    }

    private struct State {
        var scopes: [ScopeID: Entry] = [:]
        var directory: Directory
        var directoryChangedAt: UInt64 = 0
        var version: UInt64 = 0
        var isClosed = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
        var keys: [PublicKey: VerifyingKey] = [:]
    }

    private let state: Mutex<State>

    /// Knows nothing until the writer publishes.
    package init() {
        state = Mutex(State(directory: Directory()))
    }

    /// Grows with each commit that changed something.
    package var version: UInt64 { state.withLock { $0.version } }

    /// Whether the node is stopping: nobody waits here any more.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Lets everyone who waits go, now and later: the node stops.
    package func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiting { waiter.resume() }
    }

    /// The directory as of the last commit.
    package var directory: Directory { state.withLock { $0.directory } }

    /// The version at which the directory, or what is carried, last changed.
    package var directoryVersion: UInt64 { state.withLock { $0.directoryChangedAt } }

    /// Scopes that are stored although the directory places them elsewhere than a region's node
    /// may carry, by id.
    package func outsideAudience(of region: RegionID) -> [ScopeName] {
        state.withLock { state in
            state.scopes.values.map(\.knowledge.name)
                .filter { state.directory.isElsewhere($0, for: region) }
                .sorted { $0.id < $1.id }
        }
    }

    /// One scope; nil where it is not carried.
    package func scope(_ id: ScopeID) -> ScopeKnowledge? {
        state.withLock { $0.scopes[id]?.knowledge }
    }

    /// Everything that is carried, by scope id.
    package func scopes() -> [ScopeKnowledge] {
        state.withLock { state in
            state.scopes.values.map(\.knowledge).sorted { $0.id < $1.id }
        }
    }

    /// Called by the writer after each commit, before any reply resumes. Two hashes a scope.
    package func publish(
        _ changed: [ScopeKnowledge], dropped: [ScopeID] = [], directory: Directory?
    ) {
        let shared = changed.map(SharedScope.init(_:))
        let waiting = state.withLock { state in
            state.version += 1
            for (knowledge, shared) in zip(changed, shared) {
                state.scopes[knowledge.id] = Entry(
                    knowledge: knowledge, shared: shared, changedAt: state.version)
            }
            for id in dropped { state.scopes[id] = nil }
            if !dropped.isEmpty { state.directoryChangedAt = state.version }
            if let directory {
                state.directory = directory
                state.directoryChangedAt = state.version
            }
            let waiting = Array(state.waiters.values)
            state.waiters = [:]
            return waiting
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Lets everyone who waits look again: something beside the log is new, an attachment.
    package func touch() { publish([], directory: nil) }

    /// What changed since a version among the scopes that two regions share, by scope id; all
    /// of them for nil and whenever the directory changed.
    package func news(
        since version: UInt64?, sharedBy one: RegionID, and other: RegionID
    ) -> ScopeNews {
        state.withLock { state in
            let isWhole = version.map { $0 < state.directoryChangedAt } ?? true
            var scopes: [SharedScope] = []
            var leaving: [SharedScope] = []
            for entry in state.scopes.values
            where isWhole || entry.changedAt > version ?? 0 {
                let name = entry.knowledge.name
                guard state.directory.carries(other, name) else { continue }
                if state.directory.carries(one, name) {
                    scopes.append(entry.shared)
                } else if state.directory.isElsewhere(name, for: one) {
                    leaving.append(entry.shared)
                }
            }
            scopes.sort { $0.id < $1.id }
            leaving.sort { $0.id < $1.id }
            return ScopeNews(
                position: state.version, scopes: scopes, isWhole: isWhole, leaving: leaving)
        }
    }

    /// Over the leaves of the `dir` scopes.
    package func directoryRoot() -> Digest16 {
        state.withLock { state in
            var tree = DigestTree(suite: .sha256Ed25519)
            for entry in state.scopes.values
            where entry.knowledge.name.family == .directory {
                tree.set(entry.shared.leaf, for: entry.shared.id)
            }
            return tree.root
        }
    }

    /// Returns once something was committed after `version`, or when the task is cancelled.
    package func waitForChange(after version: UInt64) async {
        let ticket = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isPast = state.withLock { state in
                    if state.version > version || state.isClosed || Task.isCancelled {
                        return true
                    }
                    state.waiters[ticket] = continuation
                    return false
                }
                if isPast { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
        }
    }

    /// The same, and at the latest after some seconds.
    package func waitForChange(after version: UInt64, seconds: Int) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForChange(after: version) }
            group.addTask {
                do {
                    try await Task.sleep(for: .seconds(seconds))
                } catch {
                    // Cancelled because something changed first.
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// The parsed key of a known chain; nil where the actor or its key is not known.
    package func verifyingKey(of actor: ActorID, in scope: ScopeID) -> VerifyingKey? {
        state.withLock { state in
            guard let key = state.scopes[scope]?.knowledge.chain(actor)?.key else { return nil }
            if let known = state.keys[key] { return known }
            do throws(CryptoError) {
                let parsed = try VerifyingKey(key)
                state.keys[key] = parsed
                return parsed
            } catch {
                return nil
            }
        }
    }
}

extension SharedScope {
    /// The exchange's view of a scope: quarantined chains are named, not counted.
    init(_ knowledge: ScopeKnowledge) {
        let good = knowledge.chains.filter { !$0.quarantined }
        self.init(
            name: knowledge.name, epoch: knowledge.epoch,
            vector: VersionVector(good.map(\.head)),
            quarantined: knowledge.chains.filter(\.quarantined).map(\.actor).sorted(),
            awaited: knowledge.awaited)
    }
}
