package import Account
import Base
import Glibc
import Host
import Threads

/// The one thread on which passwords are derived: slow work, so it waits in a bounded line, at a
/// lower priority than whoever serves requests. A thousand wrong passwords at once cost the line,
/// and nobody who is logged in.
package final class PasswordDesk: Sendable {
    private struct Work: Sendable {
        let run: @Sendable () -> Void
        let refuse: @Sendable () -> Void
    }

    private let mailbox = Mailbox<Work>(capacity: Limits.passwordsWaitingMax)
    private let thread: WorkerThread

    /// Starts the thread.
    package init() {
        thread = WorkerThread { [mailbox] in
            // On Linux this is the calling thread's own; a refusal only means no lower priority.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
            while true {
                let batch = mailbox.take(upTo: 1, expecting: 1, delayMicros: 0)
                guard let work = batch.first else { return }
                work.run()
            }
        }
    }

    /// Whether it is this password; nil where too many wait.
    package func matches(_ record: PasswordRecord, _ password: String) async -> Bool? {
        await run { record.matches(password) }
    }

    /// The key that a password opens (`PasswordRecord.key`), nil in it where it is another
    /// password; nil itself where too many wait.
    package func key(_ record: PasswordRecord, _ password: String) async -> [UInt8]?? {
        await run { record.key(of: password) }
    }

    /// A new record; nil where too many wait.
    package func derive(_ password: String) async -> PasswordRecord? {
        let salt = SystemRandom.bytes(Limits.saltBytes)
        return await run { PasswordRecord(password, salt: salt) }
    }

    /// Finishes what waits and ends the thread.
    package func stop() {
        mailbox.close()
        thread.join()
    }

    private func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let work = Work(
                run: { continuation.resume(returning: body()) },
                refuse: { continuation.resume(returning: nil) })
            if !mailbox.push(work) { work.refuse() }
        }
    }
}
