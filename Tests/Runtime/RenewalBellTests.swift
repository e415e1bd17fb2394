import Base
import Kernel
import Synchronization
import Testing

@testable import Runtime

/// A node that was found to be a copy.
@Suite struct RenewalBellTests {
    /// A disk that was full at that moment once kept the node fenced until somebody started it.
    @Test func aMarkThatFailedIsTriedAgain() async {
        let left = Mutex(3)
        let bell = RenewalBell(pauseMillis: 1) { reply in
            let isFull = left.withLock { count in
                count -= 1
                return count > 0
            }
            reply(isFull ? .journal(.full) : nil)
        }
        await withCheckedContinuation { continuation in
            let isTold = Mutex(false)
            bell.set {
                let isFirst = isTold.withLock { told in
                    defer { told = true }
                    return !told
                }
                if isFirst { continuation.resume() }
            }
            bell.ring()
            bell.ring()
        }
        #expect(bell.isRung)
        #expect(left.withLock { $0 } == 0, "tried until it was marked, and no more")
    }

    /// What a root owes at its start, on a disk that was full just then: its receipts, seats and
    /// keys once waited for the next start.
    @Test func whatIsOwedAtAStartIsTriedAgain() async {
        var tries = 0
        let isDone = await NodeRuntime.untilDone("a test", { true }) {
            () throws(JournalError) in
            tries += 1
            if tries < 3 { throw .full }
        }
        #expect(isDone && tries == 3)
        let isStopped = await NodeRuntime.untilDone("a test", { false }) {
            () throws(JournalError) in throw .full
        }
        #expect(!isStopped)
    }
}
