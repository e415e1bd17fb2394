import Base
import Testing

@testable import Account

/// A table that an expectation may use.
private final class Held {
    var table = SessionTable()

    func open(_ token: Digest, _ author: UInt64, at now: Instant) -> Bool {
        let principal = Principal(
            kind: .account, author: author, login: "a", name: "A", roles: [])
        return table.open(token, principal, from: "", version: 0, at: now)
    }

    func use(_ token: Digest, at now: Instant) -> SessionTable.Session? {
        table.use(token, at: now)
    }
}

@Suite struct SessionTableTests {
    private let start = Instant(millis: 1_790_000_000_000)

    private func token(_ number: UInt64) -> Digest { Digest(words: (number, 1, 2, 3)) }

    @Test func anIdleSessionEnds() {
        let table = Held()
        #expect(table.open(token(1), 1, at: start))
        let soon = start.advanced(byMillis: Limits.sessionIdleMillis)
        #expect(table.use(token(1), at: soon) != nil)
        let late = soon.advanced(byMillis: Limits.sessionIdleMillis + 1)
        #expect(table.use(token(1), at: late) == nil)
        #expect(table.use(token(1), at: soon) == nil, "an ended session stays ended")
    }

    @Test func anOldSessionEndsHoweverBusy() {
        let table = Held()
        #expect(table.open(token(1), 1, at: start))
        var now = start
        while now.millis - start.millis < Limits.sessionAgeMillis {
            #expect(table.use(token(1), at: now) != nil)
            now = now.advanced(byMillis: Limits.sessionIdleMillis)
        }
        // Used a moment ago, so that it is its age alone that ends it.
        #expect(table.use(token(1), at: now) != nil)
        #expect(table.use(token(1), at: now.advanced(byMillis: 1)) == nil)
    }

    @Test func theOldestOfAnAccountGivesWay() {
        let table = Held()
        for number in 0...UInt64(Limits.sessionsOfAccountMax) {
            let now = start.advanced(byMillis: Int64(number))
            #expect(table.open(token(number), 1, at: now))
        }
        #expect(table.table.count == Limits.sessionsOfAccountMax)
        #expect(table.use(token(0), at: start) == nil)
    }

    @Test func anAccountsSessionsEndTogether() {
        let table = Held()
        for number in 1...3 as ClosedRange<UInt64> {
            _ = table.open(token(number), number % 2, at: start)
        }
        table.table.closeAll(of: 1, but: token(3))
        #expect(table.use(token(1), at: start) == nil)
        #expect(table.use(token(2), at: start) != nil)
        #expect(table.use(token(3), at: start) != nil)
    }
}

@Suite struct LockoutTests {
    private let start = Instant(millis: 1_790_000_000_000)
    private let who: [Lockout.Subject] = [.login("zhang"), .address("127.0.0.1")]

    @Test func theDelayDoublesUpToItsBound() {
        var lockout = Lockout()
        var now = start
        for _ in 0..<Limits.wrongPasswordsFree { lockout.wrong(who, at: now) }
        #expect(lockout.wait(who, at: now) == 0)
        var last: Int64 = 0
        for _ in 0..<30 {
            lockout.wrong(who, at: now)
            let wait = lockout.wait(who, at: now)
            #expect(wait >= min(last * 2, Limits.lockMillisMax))
            #expect(wait <= Limits.lockMillisMax)
            last = wait
            now = now.advanced(byMillis: wait)
            #expect(lockout.wait(who, at: now) == 0)
        }
        #expect(last == Limits.lockMillisMax)
    }

    @Test func aRightOneClearsItsNameAndNotTheAddress() {
        var lockout = Lockout()
        for number in 0...Limits.wrongPasswordsOfAddressFree {
            lockout.wrong([.login("n\(number)"), .address("127.0.0.1")], at: start)
        }
        lockout.forgive([.login("n0"), .address("127.0.0.2")])
        #expect(lockout.wait([.login("n0")], at: start) == 0)
        #expect(lockout.wait([.address("127.0.0.1")], at: start) > 0)
    }

    @Test func aFloodOfNamesKeepsItsBound() {
        var lockout = Lockout()
        for number in 0..<Limits.lockEntriesMax + 10 {
            lockout.wrong([.login("n\(number)")], at: start.advanced(byMillis: Int64(number)))
        }
        #expect(lockout.count <= Limits.lockEntriesMax)
    }
}
