import Base
import Glibc

/// A thread of its own for work that blocks: SQLite's writer, never the cooperative pool.
///
/// `@unchecked Sendable`: the handle is set once, before the thread is known to anyone.
package final class WorkerThread: @unchecked Sendable {
    private var handle = pthread_t()
    private let body: @Sendable () -> Void

    /// Starts at once.
    package init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &handle, nil,
            { context in
                if let context {
                    let worker = Unmanaged<WorkerThread>.fromOpaque(context).takeRetainedValue()
                    worker.body()
                }
                return nil
            }, context)
        invariant(status == 0, "a thread can be started")
    }

    /// Waits until the body has returned. Once only.
    package func join() {
        invariant(pthread_join(handle, nil) == 0, "a thread is joined once")
    }

    /// Lets the thread end by itself: nobody joins it.
    package func detach() {
        invariant(pthread_detach(handle) == 0, "a thread is detached once")
    }
}
