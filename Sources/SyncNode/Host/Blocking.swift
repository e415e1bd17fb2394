package import Kernel
import Synchronization
import Threads

/// Work that blocks, on a thread of its own, awaited by a task.
package enum Blocking {
    /// What `body` gives or throws, once its thread has ended.
    package static func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let outcome: Result<Value, Failure> = await withCheckedContinuation { continuation in
            let thread = WorkerThread {
                continuation.resume(
                    returning: Result { () throws(Failure) in try body() })
            }
            thread.detach()
        }
        return try outcome.get()
    }
}

/// One value handed from one thread to another.
package final class Box<Value: Sendable>: Sendable {
    private let held = Mutex<Value?>(nil)

    /// No value yet.
    package init() {}

    /// What was handed over; nil before.
    package var value: Value? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}

/// Lets one task wait for one word of another thread.
package final class Gate: Sendable {
    private struct State {
        var word: JournalError??
        var waiter: CheckedContinuation<JournalError?, Never>?
    }

    private let state = Mutex(State())

    /// Closed.
    package init() {}

    /// Says the word; whoever waits goes on.
    package func open(_ word: JournalError?) {
        let waiter = state.withLock { state in
            state.word = .some(word)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: word)
    }

    /// The word, once it was said.
    package func passed() async -> JournalError? {
        await withCheckedContinuation { continuation in
            let word = state.withLock { state in
                if state.word == nil { state.waiter = continuation }
                return state.word
            }
            if let word { continuation.resume(returning: word) }
        }
    }
}

/// A number that many threads read and one sometimes sets.
package final class AtomicOffset: Sendable {
    private let value = Atomic<Int64>(0)

    /// 0 at first.
    package init() {}

    /// The number.
    package var millis: Int64 {
        get { value.load(ordering: .relaxed) }
        set { value.store(newValue, ordering: .relaxed) }
    }
}
