internal import CLinux
internal import Glibc

/// Threads of this room's own: loops that wait never do so on the cooperative pool.
enum OwnThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts a detached thread that runs `body` once.
    ///
    /// - Parameter name: At most 15 bytes, for those who look at the process.
    static func start(
        _ name: String, _ body: @escaping @Sendable () -> Void
    ) throws(NetworkError) {
        var thread = pthread_t()
        // The new thread takes over this reference; a pointer is all that pthread passes on.
        let work = Unmanaged.passRetained(
            Work {
                // A name is a courtesy: where it fails the thread runs without one.
                _ = clinux_name_thread(name)
                body()
            })
        let code = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw .exhausted(call: "pthread_create", code: code)
        }
        _ = pthread_detach(thread)
    }

    /// The calling thread, as a number that no other living thread has.
    static var current: UInt { UInt(pthread_self()) }
}
