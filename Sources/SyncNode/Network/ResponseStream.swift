internal import Base
internal import Synchronization

/// The body of one answer, written piece by piece from any thread.
///
/// Dropping it before `end` cuts the answer so that the caller sees it is not whole.
package final class ResponseStream: Sendable {
    /// What the writer must know.
    package enum Signal: Hashable, Sendable {
        /// There is room again after `write` asked to pause.
        case ready
        /// The server stops: end soon.
        case draining
        /// The caller is gone; nothing written reaches anyone.
        case closed
    }

    /// What to do after a write.
    package enum Pressure: Hashable, Sendable {
        case goOn
        /// Wait for `ready`. A writer that does not is cut off at `Limits.streamBytesMax`.
        case pause
        /// The caller is gone.
        case closed
    }

    private let connection: Connection
    private let ticket: UInt64
    private let state: StreamState
    private let isEnded = Atomic<Bool>(false)
    /// Bytes still owed where a length was promised.
    private let owed: Mutex<Int?>

    init(_ connection: Connection, _ ticket: UInt64, _ state: StreamState, length: Int?) {
        self.connection = connection
        self.ticket = ticket
        self.state = state
        owed = Mutex(length)
    }

    /// Writes a piece; copies nothing where it is large. Traps beyond a promised length.
    package func write(_ bytes: [UInt8]) -> Pressure {
        invariant(!isEnded.load(ordering: .relaxed), "nothing is written after the end")
        guard !bytes.isEmpty else { return state.pressure }
        owed.withLock { owed in
            guard let left = owed else { return }
            invariant(bytes.count <= left, "a stream keeps to the length it promised")
            owed = left - bytes.count
        }
        let pressure = state.add(bytes.count)
        guard pressure != .closed else { return .closed }
        // Always handed over, so that pieces from several threads keep one order.
        connection.loop.post(.write(connection, ticket: ticket, bytes))
        return pressure
    }

    /// Ends the answer. Traps where a promised length was not reached, or at a second call.
    package func end() {
        let wasEnded = isEnded.exchange(true, ordering: .relaxed)
        invariant(!wasEnded, "a stream ends once")
        let left = owed.withLock { $0 ?? 0 }
        invariant(left == 0, "a stream keeps to the length it promised")
        connection.loop.post(.end(connection, ticket: ticket, isWhole: true))
    }

    /// Ends an answer to HEAD: its head spoke of bytes that are not sent. At any other time the
    /// caller would wait for them.
    package func endWithoutBody() {
        owed.withLock { $0 = nil }
        end()
    }

    deinit {
        guard !isEnded.load(ordering: .relaxed) else { return }
        connection.loop.post(.end(connection, ticket: ticket, isWhole: false))
    }
}

/// How much of a stream has not left yet; shared by its writer and its connection.
final class StreamState: Sendable {
    private struct State {
        var waiting = 0
        var inConnection = 0
        var isPaused = false
        var isClosed = false
        var isFinished = false
    }

    private let state = Mutex(State())
    private let onSignal: @Sendable (ResponseStream.Signal) -> Void

    init(_ onSignal: @escaping @Sendable (ResponseStream.Signal) -> Void) {
        self.onSignal = onSignal
    }

    var pressure: ResponseStream.Pressure {
        state.withLock { $0.isClosed ? .closed : $0.isPaused ? .pause : .goOn }
    }

    /// The writer hands over bytes.
    func add(_ count: Int) -> ResponseStream.Pressure {
        state.withLock { state in
            let isFlood = state.waiting > 0 && state.waiting + count > Limits.streamBytesMax
            if state.isClosed || isFlood {
                state.isClosed = true
                return .closed
            }
            state.waiting += count
            if state.waiting > Limits.streamPauseBytes { state.isPaused = true }
            return state.isPaused ? .pause : .goOn
        }
    }

    /// The loop has put bytes into its queue.
    func queued(_ count: Int) {
        state.withLock { $0.inConnection += count }
    }

    /// The connection's queue holds `left` bytes now.
    func drained(to left: Int) {
        let isReady = state.withLock { state in
            let gone = max(state.inConnection - left, 0)
            state.inConnection -= gone
            state.waiting -= gone
            invariant(state.waiting >= 0, "no more leaves than was written")
            guard state.isPaused, state.waiting <= Limits.streamPauseBytes / 2 else { return false }
            state.isPaused = false
            return true
        }
        if isReady { signal(.ready) }
    }

    func signal(_ signal: ResponseStream.Signal) { onSignal(signal) }

    /// All was written: what happens to the connection is no longer the writer's concern.
    func finish() { state.withLock { $0.isFinished = true } }

    /// The connection is gone.
    func close() {
        let isNews = state.withLock { state in
            let isNews = !state.isFinished
            state.isClosed = true
            return isNews
        }
        if isNews { onSignal(.closed) }
    }
}
