import Base
import Change
import Foundation
import Kernel
import Support
import Testing

@testable import Store

/// The power goes at every single write and sync of a history, and of the opening after it:
/// whatever a commit returned for is there, nothing is half there, nothing is fenced.
@Suite(.serialized) struct PowerLossTests {
    @Test(arguments: PowerShim.Loss.allCases)
    func everyCommitThatReturnedIsThere(loss: PowerShim.Loss) throws {
        #expect(PowerShim.register())
        var calls = 0
        var reached = false
        while !reached {
            reached = try history(losingPowerAfter: calls, loss)
            // Each of the first calls, then every seventh: they repeat.
            calls += calls < 60 ? 1 : 7
        }
        #expect(calls > 100, "the history has \(calls) writes")
    }

    /// - Returns: Whether the history came to its end with the power on.
    private func history(losingPowerAfter calls: Int, _ loss: PowerShim.Loss) throws -> Bool {
        let fixture = try StoreFixture()
        try fixture.inService(changes: 2)
        var confirmed: UInt64 = 2
        PowerShim.start(after: calls)
        do {
            let journal = try fixture.open(shim: PowerShim.name)
            // Checkpoints fall inside the history too.
            try journal.database.execute("PRAGMA wal_autocheckpoint = 20")
            for round in 1...12 {
                try fixture.grow(journal, by: round % 3 + 1, bodyBytes: 900)
                confirmed = try fixture.height(journal)
            }
        } catch let error as JournalError {
            #expect(PowerShim.isDown, "\(error) with the power on")
        }
        let isWhole = !PowerShim.isDown
        // The process is gone; its last writes reached the disk, or did not.
        PowerShim.isDown = true
        try PowerShim.settle(loss, PowerShim.files.values.sorted { $0.path < $1.path })
        PowerShim.files = [:]

        let journal = try fixture.open()
        #expect(journal.fence == nil, "after \(calls) calls")
        let faults = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"
        #expect(try journal.database.number(faults) == 0)
        let height = try fixture.height(journal)
        #expect(height >= confirmed, "after \(calls) calls: \(height) of \(confirmed)")
        try check(journal, fixture, height)
        return isWhole
    }

    /// The chain is whole: linked, ending at its head, and it goes on.
    private func check(_ journal: SQLiteJournal, _ fixture: StoreFixture, _ height: UInt64) throws {
        let forge = try ChainForge(scope: fixture.scope, seed: 1)
        var previous: Digest?
        for seq in 1...height {
            let dot = Dot(actor: forge.actor, seq: Seq(seq))
            let change = try #require(try journal.change(at: dot, in: fixture.scope.id))
            if let previous { #expect(change.header.previous == previous) }
            previous = change.hash
        }
        #expect(try journal.chain(forge.actor, in: fixture.scope.id)?.head.hash == previous)
        #expect(
            try journal.signedHead(of: forge.actor, in: fixture.scope.id)?.head.seq == Seq(height))
        try journal.begin()
        try journal.setValue("after", [1])
        try journal.commit()
    }
}
