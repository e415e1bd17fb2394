import Base
package import Disk
package import Kernel
import Synchronization
import Threads

/// A bounded number of read connections, each lent to one thread at a time. Blocking: never
/// called on the cooperative pool (HOUSE rule 10).
///
/// `@unchecked Sendable`: everything mutable is reached inside the monitor, and a lent reader
/// belongs to its borrower alone.
package final class ReadPool: @unchecked Sendable {
    private let directory: StoreDirectory
    private let shim: String?
    /// In a structure: a bare function in a `Mutex` is wrapped once more at each look at it.
    private struct Duty {
        var freshen: (@Sendable () -> Void)?
    }

    private let duty = Mutex(Duty())
    private let monitor = Monitor()
    private var idle: [SnapshotReader] = []
    /// Readers that exist, lent or idle; connections open when they are first needed.
    private var count = 0

    /// - Parameter shim: The name of an SQLite VFS for tests; nil for the system's.
    package init(directory: StoreDirectory, shim: String? = nil) {
        self.directory = directory
        self.shim = shim
    }

    /// - Parameter freshen: Called before documents are read from now on; returns once those of
    ///   every commit so far are stored, or cannot be.
    package func beforeDocuments(_ freshen: @escaping @Sendable () -> Void) {
        duty.withLock { $0.freshen = freshen }
    }

    /// As `read`, for those who look at the log, or at documents that never wait behind it
    /// (`Collection.mayWait`): the one to be used on the writer's own thread.
    package func readLog<Result>(
        _ body: (SnapshotReader) throws(JournalError) -> Result
    ) throws(JournalError) -> Result { try lend(body) }

    /// Lends a reader for the length of `body`, which sees one commit throughout. Must not be
    /// called from within `body`.
    ///
    /// - Throws: `locked` where no reader came free in `Limits.storeReaderWaitMillisMax`; what
    ///   `body` throws.
    package func read<Result>(
        _ body: (SnapshotReader) throws(JournalError) -> Result
    ) throws(JournalError) -> Result {
        duty.withLock { $0.freshen }?()
        return try lend(body)
    }

    private func lend<Result>(
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
        let deadline = Monitor.Deadline(afterMicros: Limits.storeReaderWaitMillisMax * 1000)
        monitor.lock()
        while idle.isEmpty, count >= Limits.storeReadersMax {
            guard monitor.wait(until: deadline) else {
                monitor.unlock()
                throw .locked("every reader is busy")
            }
        }
        if let reader = idle.popLast() {
            monitor.unlock()
            return reader
        }
        count += 1
        monitor.unlock()
        do throws(JournalError) {
            return try SnapshotReader(directory: directory, shim: shim)
        } catch {
            drop()
            throw error
        }
    }

    private func give(_ reader: SnapshotReader) {
        monitor.lock()
        idle.append(reader)
        monitor.signal()
        monitor.unlock()
    }

    private func drop() {
        monitor.lock()
        count -= 1
        monitor.signal()
        monitor.unlock()
    }
}
