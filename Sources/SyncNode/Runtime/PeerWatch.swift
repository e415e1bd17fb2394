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
    /// The peer's clock minus this node's, at the greeting.
    package var clockOffsetMillis: Int64?
    /// The vectors of the shared scopes when both sides last held the same. Of a scope that is
    /// shared no more it stays what the peer held then: by that it may be given up.
    package var agreed: [ScopeID: VersionVector] = [:]
    package var sent = 0
    package var received = 0
    package var bytesOut = 0
    package var bytesIn = 0
    package var roundTrips = 0
    /// What people must look at: forks, divergences, refusals. Each once.
    package var alarms: [String] = []
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
        }
    }

    func failed(_ sentence: String, refused: Bool = false) {
        state.withLock { state in
            state.link = refused ? .refused : .down
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

    func transferred(out: Int, in bytes: Int) {
        state.withLock { state in
            state.bytesOut += out
            state.bytesIn += bytes
        }
    }

    func took(_ taken: Intake.Taken) {
        for digest in taken.wrong { note("attachment \(digest.hex) is not what it says") }
        for report in taken.reports {
            for actor in report.refusals.keys.sorted() {
                guard let refusal = report.refusals[actor] else { continue }
                note("scope \(report.scope.hex) actor \(actor.hex): \(refusal)")
            }
        }
    }

    func raise(_ alarm: Alarm) { note("\(alarm)") }

    private func note(_ sentence: String) {
        state.withLock { state in
            guard !state.alarms.contains(sentence) else { return }
            state.alarms.append(sentence)
            if state.alarms.count > Limits.peerAlarmsMax { state.alarms.removeFirst() }
        }
    }
}
