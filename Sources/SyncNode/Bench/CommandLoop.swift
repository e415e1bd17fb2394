import Domain
import Host
import Kernel
import Runtime
import Synchronization

/// Clerks in a closed loop: each hands its next case in when its last one is durable.
final class CommandLoop: Sendable {
    private struct State {
        var running = 0
        var done = 0
        var failure: String?
        var deadline: Int64 = 0
        var ended: CheckedContinuation<Void, Never>?
    }

    private let writer: Writer
    private let commands: [Command]
    private let state = Mutex(State())

    init(writer: Writer) throws {
        self.writer = writer
        commands = try (0..<1000).map { try BenchWorld.command(BenchWorld.receive($0)) }
    }

    /// - Returns: Commands a second.
    func run(_ clerks: Int, nanos: Int64) async throws -> Double {
        let start = SystemClock.monotonicNanos()
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.done = 0
                state.running = clerks
                state.deadline = start + nanos
                state.ended = continuation
            }
            for clerk in 0..<clerks { handIn(clerk) }
        }
        let took = SystemClock.monotonicNanos() - start
        let (done, failure) = state.withLock { ($0.done, $0.failure) }
        if let failure { throw BenchWorld.Failure(sentence: failure) }
        return Double(done) * 1e9 / Double(took)
    }

    private func handIn(_ index: Int) {
        let submission = Submission.command(
            commands[index % commands.count], author: 0, replayKey: nil)
        writer.submit(submission) { self.took($0, index) }
    }

    private func took(_ result: Result<Outcome, Writer.Failure>, _ index: Int) {
        let now = SystemClock.monotonicNanos()
        let ended: CheckedContinuation<Void, Never>? = state.withLock { state in
            switch result {
            case .success(.done): state.done += 1
            case .success(.refused(let refusal)): state.failure = refusal.rule
            case .success(.admitted): state.failure = "admitted"
            case .failure(let failure): state.failure = "\(failure)"
            }
            guard now >= state.deadline || state.failure != nil else { return nil }
            state.running -= 1
            guard state.running == 0 else { return nil }
            defer { state.ended = nil }
            return state.ended
        }
        if let ended {
            ended.resume()
        } else if now < state.withLock({ $0.failure == nil ? $0.deadline : 0 }) {
            handIn(index + 1)
        }
    }
}
