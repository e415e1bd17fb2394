import Base
import Change
import Crypto
import Synchronization
import Threads

/// Checks signatures of heads on threads of its own, beside whoever reads them: the one part of
/// a check that costs more than reading.
final class SignatureChecks: Sendable {
    struct Check: Sendable {
        let scope: ScopeID
        let head: ChainHead
        let signature: [UInt8]
        let key: VerifyingKey

        var holds: Bool {
            key.verify(signature, of: SignedHead.message(scope: scope, head: head))
        }
    }

    private let mailbox = Mailbox<[Check]>(capacity: 64)
    private let bad = Mutex<[Check]>([])
    private let threads: Mutex<[WorkerThread]>

    init() {
        threads = Mutex([])
        let started = (0..<Limits.signatureThreadsMax).map { _ in
            WorkerThread { [weak self] in self?.work() }
        }
        threads.withLock { $0 = started }
    }

    /// Hands a stretch over; where the threads are behind, the caller does it itself.
    func add(_ checks: [Check]) {
        if !mailbox.push(checks) { judge(checks) }
    }

    /// Waits for the rest. Once only.
    /// - Returns: Those that do not hold, by scope, then actor and number.
    func finish() -> [Check] {
        mailbox.close()
        for thread in threads.withLock({ $0 }) { thread.join() }
        return bad.withLock { bad in
            bad.sorted {
                ($0.scope, $0.head.actor, $0.head.seq) < ($1.scope, $1.head.actor, $1.head.seq)
            }
        }
    }

    private func work() {
        while true {
            let stretches = mailbox.take(upTo: 1, expecting: 1, delayMicros: 0)
            if stretches.isEmpty { return }
            for stretch in stretches { judge(stretch) }
        }
    }

    private func judge(_ checks: [Check]) {
        let failed = checks.filter { !$0.holds }
        if !failed.isEmpty { bad.withLock { $0 += failed } }
    }
}
