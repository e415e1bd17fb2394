package import Base
import Change
package import Crypto
package import Domain
package import Kernel
import Synchronization

/// What the node knows, for everyone but the writer: vectors, chain keys and the directory as
/// of the last commit. The writer publishes; exchanges and pages read; long polls wait.
package final class KnowledgeBoard: Sendable {
    private struct State {
        var scopes: [ScopeID: ScopeKnowledge] = [:]
        var directory: Directory
        var version: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
        var keys: [PublicKey: VerifyingKey] = [:]
    }

    private let state: Mutex<State>

    package init(directory: Directory) {
        state = Mutex(State(directory: directory))
    }

    /// Grows with each commit that changed something.
    package var version: UInt64 { state.withLock { $0.version } }

    /// The directory as of the last commit.
    package var directory: Directory { state.withLock { $0.directory } }

    /// One scope; nil where it is not carried.
    package func scope(_ id: ScopeID) -> ScopeKnowledge? { state.withLock { $0.scopes[id] } }

    /// Everything that is carried, by scope id.
    package func scopes() -> [ScopeKnowledge] {
        state.withLock { state in
            state.scopes.values.sorted { $0.id < $1.id }
        }
    }

    /// Called by the writer after each commit, before any reply resumes.
    package func publish(
        _ changed: [ScopeKnowledge], dropped: [ScopeID] = [], directory: Directory?
    ) {
        let waiting = state.withLock { state in
            for scope in changed { state.scopes[scope.id] = scope }
            for id in dropped { state.scopes[id] = nil }
            if let directory { state.directory = directory }
            state.version += 1
            let waiting = Array(state.waiters.values)
            state.waiters = [:]
            return waiting
        }
        for waiter in waiting { waiter.resume() }
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
                    if state.version > version || Task.isCancelled { return true }
                    state.waiters[ticket] = continuation
                    return false
                }
                if isPast { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
        }
    }

    /// The parsed key of a known chain; nil where the actor or its key is not known.
    package func verifyingKey(of actor: ActorID, in scope: ScopeID) -> VerifyingKey? {
        state.withLock { state in
            guard let key = state.scopes[scope]?.chain(actor)?.key else { return nil }
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
