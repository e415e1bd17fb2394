package import Base

/// Wrong passwords by name and by address: after some, each costs a wait that doubles. A name
/// without an account is counted like any other, so that the wait tells nothing.
package struct Lockout: Sendable {
    /// Who is counted.
    package enum Subject: Hashable, Comparable, Sendable {
        case login(String)
        case address(String)

        fileprivate var free: Int {
            switch self {
            case .login: Limits.wrongPasswordsFree
            case .address: Limits.wrongPasswordsOfAddressFree
            }
        }
    }

    private struct Entry {
        var wrong = 0
        var last: Instant
        var until: Instant
    }

    private var entries: [Subject: Entry] = [:]

    /// Nobody was wrong yet.
    package init() {}

    /// Milliseconds until any of them may try again; 0 where they may now.
    package func wait(_ subjects: [Subject], at now: Instant) -> Int64 {
        subjects.map { subject in
            entries[subject].map { max(0, $0.until.millis - now.millis) } ?? 0
        }.max() ?? 0
    }

    /// Counts a wrong password.
    package mutating func wrong(_ subjects: [Subject], at now: Instant) {
        for subject in subjects {
            var entry = entries[subject] ?? Entry(last: now, until: now)
            if now.millis - entry.last.millis > Limits.lockMemoryMillis { entry.wrong = 0 }
            entry.wrong += 1
            entry.last = now
            let over = entry.wrong - subject.free
            if over > 0 {
                let doubled = Limits.lockMillisMin << Int64(min(over - 1, 20))
                entry.until = now.advanced(byMillis: min(doubled, Limits.lockMillisMax))
            }
            entries[subject] = entry
        }
        shrink()
    }

    /// A right password clears its name; from its address it only takes the one that was counted
    /// before it was checked, since others may sit there.
    package mutating func forgive(_ subjects: [Subject]) {
        for subject in subjects {
            if case .login = subject {
                entries[subject] = nil
            } else if var entry = entries[subject] {
                entry.wrong -= 1
                if entry.wrong <= subject.free { entry.until = entry.last }
                entries[subject] = entry.wrong > 0 ? entry : nil
            }
        }
    }

    /// Names and addresses that are remembered.
    package var count: Int { entries.count }

    private mutating func shrink() {
        guard entries.count > Limits.lockEntriesMax else { return }
        // An eighth at once, so that a flood of names costs no search each.
        let oldest = entries.sorted { ($0.value.last, $0.key) < ($1.value.last, $1.key) }
        for (subject, _) in oldest.prefix(Limits.lockEntriesMax / 8) { entries[subject] = nil }
    }
}
