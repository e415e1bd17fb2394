internal import Base
internal import CCurl
internal import Synchronization

/// The thread of a client: starts transfers, carries them on, hands their outcomes over.
// @unchecked: what lies below `// loop` is touched by that thread alone.
final class ClientLoop: @unchecked Sendable {
    private enum Message: Sendable {
        case start(Transfer)
        case cancel(Transfer)
    }

    private struct Inbox {
        var messages: [Message] = []
        var isStopping = false
        var isEnded = false
        /// Transfers that wait in `messages` or run.
        var count = 0
    }

    /// libcurl's own set-up, once in a process, before its first handle.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let trust: Mutex<ClientTrust>
    private let inbox = Mutex(Inbox())
    private let multi: UnsafeMutableRawPointer

    // loop
    private var running: [Transfer] = []
    private let sessions = ClientSessions()

    init(_ trust: ClientTrust) throws(NetworkError) {
        guard Self.isReady, let multi = curl_multi_init() else {
            throw .exhausted(call: "curl_multi_init", code: 0)
        }
        self.trust = Mutex(trust)
        self.multi = multi
        let code = ccurl_multi_set_long(
            multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, Limits.clientConnectionsMax)
        invariant(code == CURLM_OK, "libcurl knows its own options")
        try OwnThread.start("http-client") { self.run() }
    }

    deinit {
        let code = curl_multi_cleanup(multi)
        invariant(code == CURLM_OK, "no transfer outlives its client")
    }

    /// Takes a transfer over; its outcome comes later, or at once where it is refused.
    func start(_ transfer: Transfer) {
        let refusal: ClientError? = inbox.withLock { inbox in
            if inbox.isStopping { return .cancelled }
            guard inbox.count < Limits.clientTransfersMax else { return .busy }
            inbox.count += 1
            inbox.messages.append(.start(transfer))
            return nil
        }
        if let refusal {
            transfer.finish(.failure(refusal))
        } else {
            wake()
        }
    }

    func cancel(_ transfer: Transfer) {
        transfer.isCancelled.store(true, ordering: .relaxed)
        let isLive = inbox.withLock { inbox in
            if !inbox.isEnded { inbox.messages.append(.cancel(transfer)) }
            return !inbox.isEnded
        }
        if isLive { wake() }
    }

    /// For transfers that begin from now on.
    func renew(_ trust: ClientTrust) { self.trust.withLock { $0 = trust } }

    func stop() {
        inbox.withLock { $0.isStopping = true }
        wake()
    }

    private func wake() {
        let code = curl_multi_wakeup(multi)
        invariant(code == CURLM_OK, "a client can be woken")
    }

    // MARK: the loop

    private func run() {
        while true {
            let isStopping = takeMessages()
            if isStopping { break }
            var active: Int32 = 0
            let performed = curl_multi_perform(multi, &active)
            invariant(performed == CURLM_OK, "libcurl carries its transfers on")
            takeOutcomes()
            var ready: Int32 = 0
            // libcurl shortens this wait by its own deadlines.
            let polled = curl_multi_poll(multi, nil, 0, running.isEmpty ? 60_000 : 1000, &ready)
            invariant(polled == CURLM_OK, "libcurl waits for its sockets")
        }
        for transfer in running { end(transfer, .failure(.cancelled)) }
        let late = inbox.withLock { inbox in
            inbox.isEnded = true
            let late = inbox.messages
            inbox.messages = []
            return late
        }
        for case .start(let transfer) in late { transfer.finish(.failure(.cancelled)) }
    }

    /// - Returns: Whether the client stops.
    private func takeMessages() -> Bool {
        let (messages, isStopping) = inbox.withLock { inbox in
            guard !inbox.isStopping else { return ([Message](), true) }
            let messages = inbox.messages
            inbox.messages = []
            return (messages, false)
        }
        for message in messages {
            switch message {
            case .start(let transfer): begin(transfer)
            case .cancel(let transfer):
                if running.contains(where: { $0 === transfer }) {
                    end(transfer, .failure(.cancelled))
                }
            }
        }
        return isStopping
    }

    private func begin(_ transfer: Transfer) {
        guard !transfer.isCancelled.load(ordering: .relaxed) else {
            return finish(transfer, .failure(.cancelled))
        }
        guard transfer.prepare(trust.withLock { $0 }, sessions: sessions),
            let easy = transfer.easy
        else {
            return finish(transfer, .failure(.badRequest))
        }
        guard curl_multi_add_handle(multi, easy.raw) == CURLM_OK else {
            return finish(transfer, .failure(.busy))
        }
        running.append(transfer)
    }

    private func takeOutcomes() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle
            else { continue }
            let code = message.pointee.data.result
            var pointer: UnsafeMutableRawPointer?
            let got = ccurl_get_ptr(easy, CURLINFO_PRIVATE, &pointer)
            invariant(got == CURLE_OK, "a handle knows its transfer")
            guard let pointer else { continue }
            let transfer = Transfer.from(pointer)
            end(transfer, transfer.outcome(code))
        }
    }

    /// Takes a transfer out of libcurl, whatever state it is in.
    private func end(_ transfer: Transfer, _ outcome: HTTPClient.Outcome) {
        running.removeAll { $0 === transfer }
        if let easy = transfer.easy {
            let code = curl_multi_remove_handle(multi, easy.raw)
            invariant(code == CURLM_OK, "a running transfer can be taken out")
        }
        finish(transfer, outcome)
    }

    private func finish(_ transfer: Transfer, _ outcome: HTTPClient.Outcome) {
        inbox.withLock { $0.count -= 1 }
        transfer.finish(outcome)
    }
}
