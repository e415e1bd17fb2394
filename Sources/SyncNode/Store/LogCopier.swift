import Base
import Kernel
import Synchronization
import Threads

/// Brings the pages of the write-ahead log back into the database: most of them beside the
/// writer, the last few by the writer itself, so that the log can begin anew.
///
/// A log begins anew only once all of it is copied, which beside a busy writer never is. Where a
/// copy fails nothing is lost: the log grows, and a later commit asks again.
final class LogCopier: Sendable {
    private enum Stage {
        case idle, copying, copied
    }

    private struct State {
        var stage: Stage
        var thread: WorkerThread?
        /// Pages of the log below which the writer need not look again.
        var patience = Limits.storeLogPagesMax
    }

    private let path: String
    private let isAlone: Bool
    private let state: Mutex<State>
    /// One word a copy that is wanted.
    private let wanted = Mailbox<Bool>(capacity: 1)

    /// - Parameters:
    ///   - path: The database that the writer has open.
    ///   - isAlone: Whether the writer copies everything itself, so that a test knows each write.
    init(path: String, isAlone: Bool) {
        self.path = path
        self.isAlone = isAlone
        state = Mutex(State(stage: isAlone ? .copied : .idle))
    }

    /// Called by the writer after each commit.
    ///
    /// - Parameter pages: What the log holds by now.
    func tend(_ database: Database, pages: Int) {
        let isReady = state.withLock { state in
            if pages < Limits.storeLogPagesMax { state.patience = Limits.storeLogPagesMax }
            guard pages >= state.patience else { return false }
            if state.stage == .idle, wanted.push(true) {
                state.stage = .copying
                if state.thread == nil { state.thread = WorkerThread { [self] in work() } }
            }
            return state.stage == .copied
        }
        if isReady { finish(database, pages: pages) }
    }

    /// Ends the thread; a copy that is under way is finished.
    func stop() {
        wanted.close()
        state.withLock { $0.thread.take() }?.join()
    }

    /// The rest of the log, on the writer's thread.
    private func finish(_ database: Database, pages: Int) {
        var isAll = false
        do throws(JournalError) {
            if let log = try database.checkpoint() { isAll = log.copied >= log.pages }
        } catch {
            // The log grows; whoever cannot write at all hears it from the commit.
        }
        let patience = isAll ? Limits.storeLogPagesMax : pages + Limits.storeLogPagesMax
        state.withLock { state in
            state.patience = patience
            if !isAlone { state.stage = .idle }
        }
    }

    private func work() {
        var database: Database?
        while !wanted.take(upTo: 1, expecting: 1, delayMicros: 0).isEmpty {
            copy(&database)
            state.withLock { $0.stage = .copied }
        }
    }

    private func copy(_ own: inout Database?) {
        do throws(JournalError) {
            let database: Database
            if let own { database = own } else { database = try open() }
            own = database
            var before = 0
            for _ in 1...Limits.storeLogRoundsMax {
                guard let log = try database.checkpoint() else { return }
                if log.pages - before <= Limits.storeLogRestPages { return }
                before = log.copied
            }
        } catch {
            // The writer copies what is left, and asks again later.
        }
    }

    private func open() throws(JournalError) -> Database {
        let database = try Database(path: path, mode: .write)
        try database.execute("PRAGMA synchronous = FULL")
        return database
    }
}
