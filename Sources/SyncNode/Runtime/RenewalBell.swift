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

    /// Marks the store; hears why that failed.
    typealias Mark = @Sendable (@escaping @Sendable (Writer.Failure?) -> Void) -> Void

    private let mark: Mark
    private let pauseMillis: Int
    private let state = Mutex(State())

    convenience init(_ store: OpenStore) {
        let old = Array(store.signer.key.text.utf8)
        self.init { [writer = store.writer] reply in
            writer.submit(.remember(OpenStore.rewindName, old)) { result in
                if case .failure(let failure) = result { reply(failure) } else { reply(nil) }
            }
        }
    }

    /// - Parameter pauseMillis: Before a mark that failed is tried again.
    init(pauseMillis: Int = Limits.backoffMillisMax, mark: @escaping Mark) {
        self.mark = mark
        self.pauseMillis = pauseMillis
    }

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

    /// The first ring counts. Where the store cannot be marked, as on a full disk, that is tried
    /// again until it can: the node writes nothing meanwhile.
    func ring() {
        let isFirst = state.withLock { state in
            defer { state.isRung = true }
            return !state.isRung
        }
        if isFirst { tryToMark(isFirst: true) }
    }

    private func tryToMark(isFirst: Bool) {
        mark { [weak self] failure in
            guard let failure else {
                self?.marked()
                return
            }
            if isFirst { Console.say("the store could not be marked: \(failure.words)") }
            Task { [weak self, millis = self?.pauseMillis ?? 0] in
                do {
                    try await Task.sleep(for: .milliseconds(millis))
                } catch {
                    return
                }
                self?.tryToMark(isFirst: false)
            }
        }
    }

    private func marked() {
        let callback = state.withLock { state in
            state.isMarked = true
            return state.callback
        }
        callback?()
    }
}
