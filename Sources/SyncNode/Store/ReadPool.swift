import Base
internal import Glibc
package import Kernel

/// A bounded number of read connections, each lent to one thread at a time. Blocking: never
/// called on the cooperative pool (HOUSE rule 10).
///
/// `@unchecked Sendable`: everything mutable is reached under the mutex, and a lent reader
/// belongs to its borrower alone.
package final class ReadPool: @unchecked Sendable {
    private let directory: StoreDirectory
    private let shim: String?
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let returned: UnsafeMutablePointer<pthread_cond_t>
    private var idle: [SnapshotReader] = []
    /// Readers that exist, lent or idle; connections open when they are first needed.
    private var count = 0

    /// - Parameter shim: The name of an SQLite VFS for tests; nil for the system's.
    package init(directory: StoreDirectory, shim: String? = nil) {
        self.directory = directory
        self.shim = shim
        mutex = .allocate(capacity: 1)
        returned = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        invariant(pthread_mutex_init(mutex, nil) == 0, "a mutex can be made")
        invariant(pthread_condattr_init(&attributes) == 0, "a condition's attributes can be made")
        invariant(
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0,
            "conditions can wait on the monotonic clock")
        invariant(pthread_cond_init(returned, &attributes) == 0, "a condition can be made")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(returned)
        pthread_mutex_destroy(mutex)
        returned.deallocate()
        mutex.deallocate()
    }

    /// Lends a reader for the length of `body`, which sees one commit throughout. Must not be
    /// called from within `body`.
    ///
    /// - Throws: `locked` where no reader came free in `Limits.storeReaderWaitMillisMax`; what
    ///   `body` throws.
    package func read<Result>(
        _ body: (SnapshotReader) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        let reader = try take()
        do throws(JournalError) {
            try reader.begin()
            let result = try body(reader)
            try reader.end()
            give(reader)
            return result
        } catch {
            // A reader that met an error is not lent again: its connection closes with it.
            drop()
            throw error
        }
    }

    private func take() throws(JournalError) -> SnapshotReader {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        deadline.tv_sec += Limits.storeReaderWaitMillisMax / 1000
        pthread_mutex_lock(mutex)
        while idle.isEmpty, count >= Limits.storeReadersMax {
            guard pthread_cond_timedwait(returned, mutex, &deadline) == 0 else {
                pthread_mutex_unlock(mutex)
                throw .locked("every reader is busy")
            }
        }
        if let reader = idle.popLast() {
            pthread_mutex_unlock(mutex)
            return reader
        }
        count += 1
        pthread_mutex_unlock(mutex)
        do throws(JournalError) {
            return try SnapshotReader(directory: directory, shim: shim)
        } catch {
            drop()
            throw error
        }
    }

    private func give(_ reader: SnapshotReader) {
        pthread_mutex_lock(mutex)
        idle.append(reader)
        pthread_cond_signal(returned)
        pthread_mutex_unlock(mutex)
    }

    private func drop() {
        pthread_mutex_lock(mutex)
        count -= 1
        pthread_cond_signal(returned)
        pthread_mutex_unlock(mutex)
    }
}
