package import API
package import Base
package import Change
import Kernel
import Replication
import Synchronization

/// How it stands with one peer: what `status` and the console show.
package struct PeerState: Hashable, Sendable {
    /// Whether the last try reached it, and what it said.
    package enum Link: String, Hashable, Sendable {
        case never, up, down, refused
    }

    package var region: RegionID
    /// Where this node dials; empty where the peer dials.
    package var url: String
    package var link = Link.never
    /// When the peer last answered or asked.
    package var lastContact: Instant?
    /// When both sides last held the same.
    package var lastEqual: Instant?
    /// Whether neither side had anything left to send, at least once since the start: equal, or
    /// different for a reason.
    package var hasRested = false
    package var lastError: String?
    /// Whether the last try failed since the peer's certificate does not run at this machine's
    /// time.
    package var isOfDates = false
    /// Whether the peer turned this node away since it was ended (吊销).
    package var isEnded = false
    /// The peer's clock minus this node's, at the greeting.
    package var clockOffsetMillis: Int64?
    /// The vectors of the shared scopes when both sides last held the same. Of a scope that is
    /// shared no more it stays what the peer held then: by that it may be given up.
    package var agreed: [ScopeID: VersionVector] = [:]
    /// What it said that it holds all of, of scopes that this node may not carry any more.
    var drained: [ScopeID: SharedScope] = [:]
    package var sent = 0
    package var received = 0
    package var bytesOut = 0
    package var bytesIn = 0
    package var roundTrips = 0
    /// What people must look at: forks, divergences, refusals. Each once.
    package var alarms: [PeerStatus.Alarm] = []
}

/// One peer's state, written by its link and read by anyone.
package final class PeerWatch: Sendable {
    private let state: Mutex<PeerState>

    init(region: RegionID, url: String) {
        state = Mutex(PeerState(region: region, url: url))
    }

    /// The state now.
    package var now: PeerState { state.withLock { $0 } }

    func met(_ hello: Hello, at now: Instant) {
        state.withLock { state in
            state.link = .up
            state.clockOffsetMillis = hello.clock.millis - now.millis
        }
    }

    func contacted(at now: Instant) {
        state.withLock { state in
            state.link = .up
            state.lastContact = now
            state.lastError = nil
            state.isOfDates = false
            state.isEnded = false
        }
    }

    func failed(
        _ sentence: String, refused: Bool = false, ofDates: Bool = false, ended: Bool = false
    ) {
        state.withLock { state in
            // Until it is let in again: a line that is down between says nothing else.
            if ended { state.isEnded = true }
            state.link = refused ? .refused : .down
            state.isOfDates = ofDates
            state.lastError = sentence
        }
    }

    func exchanged(received: Int, sent: Int) {
        state.withLock { state in
            state.received += received
            state.sent += sent
            state.roundTrips += 1
        }
    }

    /// Neither side has anything left to send.
    func rested() { state.withLock { $0.hasRested = true } }

    /// Both sides hold the same, as of what this side shared then.
    func agreed(on news: ScopeNews, at now: Instant) {
        state.withLock { state in
            state.lastEqual = now
            for scope in news.scopes { state.agreed[scope.id] = scope.vector }
        }
    }

    /// The peer holds all of a scope that this node may not carry any more.
    func drained(_ scope: SharedScope) {
        state.withLock { $0.drained[scope.id] = scope }
    }

    func transferred(out: Int, in bytes: Int) {
        state.withLock { state in
            state.bytesOut += out
            state.bytesIn += bytes
        }
    }

    func took(_ taken: Intake.Taken) {
        for digest in taken.wrong {
            note(
                PeerStatus.Alarm(
                    .rejected, scope: nil, "收到的附件与其摘要不符，未收：\(digest.hex)"))
        }
        for report in taken.reports {
            for actor in report.refusals.keys.sorted() {
                guard let refusal = report.refusals[actor] else { continue }
                note(
                    PeerStatus.Alarm(
                        .rejected, scope: report.scope,
                        "收到的变更不合规则，未收：写入者 \(actor.hex)，\(refusal)"))
            }
        }
    }

    func raise(_ alarm: Alarm) { note(PeerStatus.Alarm(alarm)) }

    private func note(_ alarm: PeerStatus.Alarm) {
        state.withLock { state in
            guard !state.alarms.contains(alarm) else { return }
            state.alarms.append(alarm)
            if state.alarms.count > Limits.peerAlarmsMax { state.alarms.removeFirst() }
        }
    }
}

extension PeerStatus.Alarm {
    /// As people read it.
    init(_ alarm: Alarm) {
        switch alarm {
        case .ownRollback(let scope, let seq):
            self.init(
                .rollback, scope: scope,
                "对端有本节点写过而本机没有的变更（到第 \(seq.rawValue) 条）：本节点是恢复出来的或是副本")
        case .fork(let scope, let dot):
            self.init(
                .fork, scope: scope,
                "分叉：写入者 \(dot.actor.hex) 的第 \(dot.seq.rawValue) 条有两种内容，已停收其后的变更")
        case .diverged(let scope):
            self.init(.diverged, scope: scope, "双方都已发完，内容仍不一致")
        case .stalled(let scope): self.init(.stalled, scope: scope, "对端不收这个范围的变更")
        case .uninvited(let scope):
            self.init(.rejected, scope: scope, "对端送来不归它承载的范围的变更，未收")
        case .held(let scope):
            self.init(.held, scope: scope, "双方名录对谁承载这个范围说法不一，等名录一致")
        case .refused(let reason): self.init(.refused, scope: nil, "对端拒绝同步：\(reason)")
        }
    }
}
