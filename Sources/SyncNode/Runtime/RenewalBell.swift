import Base
import Kernel
import Synchronization

/// Rung once a peer showed that this node is a restored or cloned copy (PROTOCOL §6): the store
/// is marked, and whoever runs the node lets it begin a new incarnation.
final class RenewalBell: Sendable {
    private struct State {
        var callback: (@Sendable () -> Void)?
        var isRung = false
        /// Whether the store is marked, so that a new start begins anew.
        var isMarked = false
    }

    private let store: OpenStore
    private let state = Mutex(State())

    init(_ store: OpenStore) { self.store = store }

    func set(_ callback: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.callback = callback
            return state.isMarked
        }
        if isLate { callback() }
    }

    /// Whether a peer showed it, or the store itself did.
    var isRung: Bool { state.withLock { $0.isRung } }

    /// The store itself refuses to be written: that needs no mark to be seen at the next start.
    func ringMarked() {
        let callback = state.withLock { state in
            state.isRung = true
            defer { state.isMarked = true }
            return state.isMarked ? nil : state.callback
        }
        callback?()
    }

    /// Whoever runs the node starts it anew, as the same incarnation.
    func restart() { state.withLock { $0.callback }?() }

    /// The first ring counts.
    func ring() {
        let isFirst = state.withLock { state in
            defer { state.isRung = true }
            return !state.isRung
        }
        guard isFirst else { return }
        let old = Array(store.signer.key.text.utf8)
        store.writer.submit(.remember(OpenStore.rewindName, old)) { result in
            if case .failure(let failure) = result {
                Console.say("the store could not be marked: \(failure.words)")
                return
            }
            let callback = self.state.withLock { state in
                state.isMarked = true
                return state.callback
            }
            callback?()
        }
    }
}
