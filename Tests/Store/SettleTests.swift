import Base
import Disk
import Kernel
import Support
import Testing

@testable import Store

/// docs/decisions/0003: when the sentinel is durable.
@Suite struct SettleTests {
    let fixture: StoreFixture
    let lever = Switch()

    init() throws {
        fixture = try StoreFixture()
        try fixture.inService()
    }

    private var syncs: Int { lever.calls.count { $0 == .sentinelSettle } }

    @Test func oneFlushAndNoneWhereNothingIsOwed() throws {
        let journal = try fixture.open(faults: lever.faults)
        try journal.settle()
        #expect(syncs == 0, "nothing was committed")
        try fixture.grow(journal)
        #expect(syncs == 0, "a commit pays for no flush of the sentinel")
        try journal.settle()
        #expect(syncs == 1)
        try journal.settle()
        #expect(syncs == 1, "the second time costs nothing")
    }

    /// The next batch does not begin before the sentinel is written anew.
    @Test func aFailureIsNotForgotten() throws {
        let journal = try fixture.open(faults: lever.faults)
        try fixture.grow(journal)
        lever.fail([.sentinelSettle, .sentinelWrite])
        #expect(throws: JournalError.self) { try journal.settle() }
        #expect(throws: JournalError.self) { try journal.begin() }
        #expect(!journal.isInTransaction)
        lever.fail([])
        try fixture.grow(journal)
        #expect(try fixture.height(journal) == 5)
        try journal.settle()
    }

    @Test func aFencedJournalOwesNothing() throws {
        let other = Digest(words: (9, 9, 9, 9))
        let journal = try fixture.open(machine: other, faults: lever.faults)
        #expect(journal.fence == .otherMachine)
        try journal.settle()
        #expect(!lever.calls.contains(.sentinelWrite))
    }
}
