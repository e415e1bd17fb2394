package import Kernel
import Synchronization

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
    /// Hands a submission in without waiting for it.
    package func hand(_ submission: Submission) -> WriterTicket {
        let ticket = WriterTicket()
        submit(submission) { ticket.settle($0) }
        return ticket
    }
}
