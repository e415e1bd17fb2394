internal import Base
internal import HTTP

/// What a connection waits for, and until when.
extension Connection {
    func enter(_ next: Phase) {
        phase = next
        phaseStart = loop.now
        phaseBytes = 0
    }

    /// Finds out what is waited for now; a wait that goes on keeps its start.
    func setDeadline() {
        let next = currentPhase
        if next != phase { enter(next) }
        let deadline = self.deadline
        guard deadline < timerAt else { return }
        timerAt = loop.setTimer(self, at: deadline)
    }

    private var currentPhase: Phase {
        if isLingering { return .linger }
        if !output.isEmpty || (tls?.hasOutput ?? false) { return .write }
        if let exchange { return exchange.stream == nil ? .answer : .streaming }
        if let tls, !tls.isEstablished { return .handshake }
        if parser.isInBody { return .body }
        if !parser.isIdle { return .head }
        return phase == .fresh || phase == .handshake ? .fresh : .idle
    }

    private var deadline: Int64 {
        let limits = loop.service.limits
        let earned = phaseBytes * 1000 / limits.lineBytesPerSecond
        switch phase {
        case .handshake, .fresh, .head: return phaseStart + limits.headMillis
        case .idle: return phaseStart + limits.idleMillis
        case .body: return phaseStart + limits.bodyMillis + earned
        case .answer: return phaseStart + limits.answerMillis
        case .write: return phaseStart + limits.writeMillis + earned
        case .linger: return phaseStart + Limits.lingerMillisMax
        case .streaming: return .max
        }
    }

    /// Whether its caller was given a place and has not said yet what for.
    var isUnfinished: Bool {
        guard !isClosed, !isRefused else { return false }
        switch currentPhase {
        case .fresh, .handshake, .head: return true
        case .idle, .body, .answer, .write, .linger, .streaming: return false
        }
    }

    /// Gives its place to a caller that may have something to say.
    func giveWay() {
        loop.service.noteRefusal("unfinished", peer)
        close()
    }

    /// The ring came round. A deadline that has moved on is set again.
    func timerFired(setFor time: Int64) {
        guard !isClosed, time == timerAt else { return }
        timerAt = .max
        guard loop.now >= deadline else {
            if deadline < .max { timerAt = loop.setTimer(self, at: deadline) }
            return
        }
        switch phase {
        case .handshake, .head, .body: loop.service.noteRefusal("deadline", peer)
        case .fresh, .idle, .answer, .write, .linger, .streaming: break
        }
        switch phase {
        case .head, .body: answerAndEnd(.late(408, "请求未在时限内到齐"))
        case .answer: answerAndEnd(.late(503, "处理超时"))
        case .handshake, .fresh, .idle, .write, .linger, .streaming: return close()
        }
        turn()
    }
}

extension HTTPResponse {
    fileprivate static func late(_ status: UInt16, _ title: String) -> HTTPResponse {
        .problem(status: status, type: "/problems/timeout", title: title, rule: "deadline")
    }
}
