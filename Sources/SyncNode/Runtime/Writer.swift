package import Base
import Domain
import Host
package import Kernel
package import Store
import Synchronization
import Threads

/// The one writer of a node: a thread that takes submissions in batches, commits each batch in
/// one synced transaction, and only then lets the replies go (HOUSE §2).
package final class Writer: Sendable {
    /// Why a submission got no outcome.
    package enum Failure: Error, Hashable, Sendable {
        /// The queue is full or the node is stopping: try again later.
        case busy
        case journal(JournalError)
    }

    private struct Pending: Sendable {
        let submission: Submission
        let reply: @Sendable (Result<Outcome, Failure>) -> Void
    }

    private let mailbox = Mailbox<Pending>(capacity: Limits.writerQueueMax)
    private let thread: WorkerThread
    /// Batches and submissions committed since the start.
    package let counters: WriterCounters
    /// Which documents it changed.
    let events: EventLog
    /// How the last batch went.
    let health: WriterHealth
    private let waiting = WaitingFlag()

    /// Starts the thread; the kernel is made on it, by `open`.
    ///
    /// - Parameters:
    ///   - board: Told of every commit before its replies resume.
    ///   - opened: Told once whether the kernel could be opened.
    ///   - remove: Removes an attachment's file, after an erasure.
    ///   - named: Told, before the board, of attachments that a commit named. Must not block.
    package init(
        board: KnowledgeBoard, clock: NodeClock,
        open: @escaping @Sendable () throws(JournalError) -> Kernel<SQLiteJournal>,
        opened: @escaping @Sendable (JournalError?) -> Void,
        named: @escaping @Sendable ([NamedBlob]) -> Void = { _ in },
        remove: @escaping @Sendable (Digest) throws(JournalError) -> Void = { _ in }
    ) {
        let counters = WriterCounters()
        self.counters = counters
        let health = WriterHealth()
        self.health = health
        let events = EventLog(startedAt: clock.now())
        self.events = events
        thread = WorkerThread { [mailbox, waiting] in
            let kernel: Kernel<SQLiteJournal>
            do throws(JournalError) {
                kernel = try open()
            } catch {
                mailbox.close()
                opened(error)
                return
            }
            board.publish(kernel.knowledge(), directory: kernel.directory)
            opened(nil)
            Self.work(
                mailbox, kernel: kernel, board: board, clock: clock, counters: counters,
                health: health, events: events, waiting: waiting, named: named, remove: remove)
        }
    }

    /// Hands a submission in; the reply comes on the writer's thread, after the commit.
    package func submit(
        _ submission: Submission,
        reply: @escaping @Sendable (Result<Outcome, Failure>) -> Void
    ) {
        if !mailbox.push(Pending(submission: submission, reply: reply)) {
            reply(.failure(.busy))
        }
    }

    /// The same, for tasks.
    package func submit(_ submission: Submission) async throws(Failure) -> Outcome {
        let result: Result<Outcome, Failure> = await withCheckedContinuation { continuation in
            submit(submission) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Sees that the documents of every commit so far stand in the store, where some wait.
    /// Blocking; never on the writer's own thread. Where they cannot be stored, whoever reads
    /// finds them as they were.
    package func freshen() {
        while holdsDocuments, mailbox.isOpen {
            let stored = Mailbox<Bool>(capacity: 1)
            let wish = Pending(submission: .storeDocuments) { _ in stored.close() }
            if mailbox.push(wish) {
                _ = stored.take(upTo: 1, expecting: 1, delayMicros: 0)
                return
            }
            // The queue is full: the batch at hand makes room. To be refused would be to find
            // what was acknowledged missing.
            _ = stored.hasNext(withinMicros: Limits.batchDelayMicrosMax)
        }
    }

    /// Whether `freshen` would wait.
    package var holdsDocuments: Bool { waiting.isUp }

    /// Finishes what was handed in, then ends the thread.
    package func stop() {
        mailbox.close()
        thread.join()
    }

    /// Out of work: the sentinel becomes durable without waiting for the next commit
    /// (docs/decisions/0003), and documents that wait are stored (0011).
    private static func settle(_ kernel: Kernel<SQLiteJournal>) -> [DocumentKey] {
        do throws(JournalError) {
            return try kernel.settle()
        } catch {
            // Nobody waits for an answer here. The journal remembers: the next batch's `begin`
            // writes the sentinel anew, and where it cannot, that batch's replies say so.
            return []
        }
    }

    /// Leaves nothing of what was erased on the disk, and says so above. What fails is tried again
    /// with the next erasure, and at the next start.
    private static func settleErasures(
        _ kernel: Kernel<SQLiteJournal>, board: KnowledgeBoard, at now: Instant,
        remove: (Digest) throws(JournalError) -> Void
    ) {
        do throws(JournalError) {
            guard try kernel.hasPendingErasures() else { return }
            let touched = try kernel.settleErasures(
                at: now, entropy: SystemRandom.digest, remove: remove)
            board.publish(touched.compactMap { kernel.knowledge(of: $0) }, directory: nil)
        } catch {
            Console.say("what was erased is not gone from the disk yet: \(error.words)")
        }
    }

    private static func work(
        _ mailbox: Mailbox<Pending>, kernel: Kernel<SQLiteJournal>, board: KnowledgeBoard,
        clock: NodeClock, counters: WriterCounters, health: WriterHealth, events: EventLog,
        waiting: WaitingFlag, named: ([NamedBlob]) -> Void,
        remove: (Digest) throws(JournalError) -> Void
    ) {
        var expected = 1
        var told: JournalError?
        kernel.deferral = Limits.deferringBatchMin
        settleErasures(kernel, board: board, at: clock.now(), remove: remove)
        while true {
            if !mailbox.hasNext(withinMicros: Limits.writerIdleMicros) {
                let stored = settle(kernel)
                events.add(stored)
                waiting.set(kernel.isBehind)
                // Of these the commit before told nobody.
                if !stored.isEmpty { board.touch() }
            }
            let batch = mailbox.take(
                upTo: Limits.batchCommandsMax, expecting: expected,
                delayMicros: Limits.batchDelayMicrosMax, weightMax: Limits.batchBytesMax
            ) { $0.submission.weight }
            if batch.isEmpty {
                events.add(settle(kernel))
                return
            }
            expected = batch.count
            do throws(JournalError) {
                let (outcomes, effects) = try kernel.commit(
                    batch.map(\.submission), at: clock.now(), entropy: SystemRandom.digest)
                counters.add(batch: batch.count)
                health.succeeded()
                if !effects.ownForks.isEmpty { health.foundCopy() }
                waiting.set(kernel.isBehind)
                events.add(effects.documents)
                if !effects.blobs.isEmpty { named(effects.blobs) }
                board.publish(
                    effects.touched.compactMap { kernel.knowledge(of: $0) },
                    dropped: effects.touched.filter { kernel.knowledge(of: $0) == nil },
                    directory: effects.directoryChanged ? kernel.directory : nil)
                for (pending, outcome) in zip(batch, outcomes) { pending.reply(.success(outcome)) }
                if effects.hasErased {
                    settleErasures(kernel, board: board, at: clock.now(), remove: remove)
                }
                if told != nil { Console.say("store: writes again") }
                told = nil
            } catch {
                health.failed(error)
                // Said once for each cause: a full disk refuses thousands alike.
                if told != error { Console.say("store: nothing is written: \(error.words)") }
                told = error
                for pending in batch { pending.reply(.failure(.journal(error))) }
            }
        }
    }
}

/// Whether the writer writes: read by anyone.
final class WriterHealth: Sendable {
    private struct State {
        var fault: JournalError?
        var onFence: (@Sendable () -> Void)?
        var onCopy: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Why the last batch could not be committed; nil where it could.
    var fault: JournalError? { state.withLock { $0.fault } }

    /// Whether the store is another's, or went back, under this process.
    var isFenced: Bool {
        if case .fenced? = fault { return true }
        return false
    }

    /// Calls back once the store is found to be fenced, at once where it is.
    func onFence(_ callback: @escaping @Sendable () -> Void) {
        state.withLock { $0.onFence = callback }
        if isFenced { callback() }
    }

    /// Calls back once another content of an own change is proven: this node is a copy.
    func onCopy(_ callback: @escaping @Sendable () -> Void) {
        state.withLock { $0.onCopy = callback }
    }

    func foundCopy() { state.withLock { $0.onCopy }?() }

    func succeeded() {
        state.withLock { state in
            if state.fault != nil { state.fault = nil }
        }
    }

    func failed(_ error: JournalError) {
        let callback: (@Sendable () -> Void)? = state.withLock { state in
            state.fault = error
            if case .fenced = error { return state.onFence }
            return nil
        }
        callback?()
    }
}

extension Writer.Failure {
    /// For the node's own log and for its links.
    var words: String {
        switch self {
        case .busy: "the writer is busy"
        case .journal(let error): error.words
        }
    }
}

extension JournalError {
    /// The same without the name of the case.
    var words: String {
        switch self {
        case .full: "the disk is full"
        case .locked(let text), .damaged(let text), .fenced(let text), .failed(let text): text
        }
    }
}

/// Whether documents wait behind the log; asked by anyone.
final class WaitingFlag: Sendable {
    private let value = Atomic<Bool>(false)

    var isUp: Bool { value.load(ordering: .acquiring) }

    func set(_ isUp: Bool) { value.store(isUp, ordering: .releasing) }
}

/// How much the writer has done; read by anyone.
package final class WriterCounters: Sendable {
    private let batches = Atomic<Int>(0)
    private let submissions = Atomic<Int>(0)

    func add(batch count: Int) {
        batches.add(1, ordering: .relaxed)
        submissions.add(count, ordering: .relaxed)
    }

    /// (batches, submissions) committed since the start.
    package var totals: (batches: Int, submissions: Int) {
        (batches.load(ordering: .relaxed), submissions.load(ordering: .relaxed))
    }
}

/// Something handed to the writer whose outcome is waited for later.
package final class WriterTicket: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Result<Outcome, Writer.Failure>, Never>)
        case done(Result<Outcome, Writer.Failure>)
    }

    private let state = Mutex(State.open)

    func settle(_ result: Result<Outcome, Writer.Failure>) {
        let waiter: CheckedContinuation<Result<Outcome, Writer.Failure>, Never>? =
            state.withLock { state in
                defer { state = .done(result) }
                if case .waiting(let waiter) = state { return waiter }
                return nil
            }
        waiter?.resume(returning: result)
    }

    /// Returns once it is committed. Waited for by one task.
    package func outcome() async throws(Writer.Failure) -> Outcome {
        let result: Result<Outcome, Writer.Failure> = await withCheckedContinuation { waiter in
            let known: Result<Outcome, Writer.Failure>? = state.withLock { state in
                if case .done(let result) = state { return result }
                state = .waiting(waiter)
                return nil
            }
            if let known { waiter.resume(returning: known) }
        }
        return try result.get()
    }
}

extension Writer {
    /// Hands submissions in together, without waiting for them: as far as the bounds of a batch
    /// go, one commit holds them. Where there is no room for all, all are refused.
    package func hand(_ submissions: [Submission]) -> [WriterTicket] {
        let pairs = submissions.map { submission in
            let ticket = WriterTicket()
            return (ticket, Pending(submission: submission) { ticket.settle($0) })
        }
        if !mailbox.push(all: pairs.map(\.1)) {
            for (ticket, _) in pairs { ticket.settle(.failure(.busy)) }
        }
        return pairs.map(\.0)
    }
}
