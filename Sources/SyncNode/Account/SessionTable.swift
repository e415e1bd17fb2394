package import Base

/// The sessions of one node, in memory: a restart ends them all. A session is known by the
/// digest of its token, so that a picture of the memory is no bundle of keys.
package struct SessionTable: Sendable {
    /// One session.
    package struct Session: Sendable {
        /// Who.
        package internal(set) var principal: Principal
        /// From which address it was opened.
        package let address: String
        fileprivate let openedAt: Instant
        fileprivate var usedAt: Instant
        /// Which state of the accounts its rights were read from.
        package internal(set) var version: UInt64
    }

    private var sessions: [Digest: Session] = [:]

    /// No session.
    package init() {}

    /// How many there are, ended ones that nobody met again with them.
    package var count: Int { sessions.count }

    /// Opens a session; what has ended, and the account's oldest beyond its bound, gives way.
    ///
    /// - Parameter token: The digest of a fresh random token.
    /// - Returns: false where the table is full.
    package mutating func open(
        _ token: Digest, _ principal: Principal, from address: String, version: UInt64,
        at now: Instant
    ) -> Bool {
        if sessions.count >= Limits.staffSessionsMax { sweep(at: now) }
        // any order: the oldest is the same in every order, but for equal times.
        let own = sessions.filter { $0.value.principal.author == principal.author }
        if own.count >= Limits.sessionsOfAccountMax,
            let oldest = own.min(by: { ($0.value.usedAt, $0.key) < ($1.value.usedAt, $1.key) })
        {
            sessions[oldest.key] = nil
        }
        guard sessions.count < Limits.staffSessionsMax else { return false }
        sessions[token] = Session(
            principal: principal, address: address, openedAt: now, usedAt: now, version: version)
        return true
    }

    /// The session of a token, used now; nil where there is none or it has ended.
    package mutating func use(_ token: Digest, at now: Instant) -> Session? {
        guard var session = sessions[token] else { return nil }
        guard Self.isAlive(session, at: now) else {
            sessions[token] = nil
            return nil
        }
        session.usedAt = max(session.usedAt, now)
        sessions[token] = session
        return session
    }

    /// Puts in what the account may now; a session that has ended meanwhile stays ended.
    package mutating func refresh(_ token: Digest, _ principal: Principal, version: UInt64) {
        sessions[token]?.principal = principal
        sessions[token]?.version = version
    }

    /// Ends one session.
    package mutating func close(_ token: Digest) { sessions[token] = nil }

    /// Ends all sessions of an account, but the one kept: a new password, a disabled account.
    package mutating func closeAll(of author: UInt64, but kept: Digest? = nil) {
        sessions = sessions.filter { $0.value.principal.author != author || $0.key == kept }
    }

    private mutating func sweep(at now: Instant) {
        sessions = sessions.filter { Self.isAlive($0.value, at: now) }
    }

    /// A clock that was set back ends a session, too.
    private static func isAlive(_ session: Session, at now: Instant) -> Bool {
        let idle = now.millis - session.usedAt.millis
        let age = now.millis - session.openedAt.millis
        return idle <= Limits.sessionIdleMillis && age <= Limits.sessionAgeMillis
            && age >= -Limits.sessionIdleMillis
    }
}
