import Base
import Change
import Disk
import Foundation
import Kernel
import Support
import Testing

@testable import Store

/// PROTOCOL §6: a database behind its sentinel, or of another machine, writes no more.
@Suite struct SentinelTests {
    let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    @Test func aNodeInServiceComesBackAsItWas() throws {
        try fixture.inService()
        let journal = try fixture.open()
        #expect(journal.fence == nil)
        try fixture.grow(journal)
        #expect(try fixture.height(journal) == 4)
    }

    @Test func anOlderDatabaseIsFenced() throws {
        try fixture.inService()
        try fixture.saveDatabase(as: "old")
        try fixture.grow(try fixture.open(), by: 2)
        try fixture.restoreDatabase(from: "old")
        let journal = try fixture.open()
        #expect(journal.fence == .behind(database: 3, sentinel: 5))
        #expect(throws: JournalError.self) { try journal.begin() }
        #expect(try fixture.height(journal) == 3)
    }

    @Test func anOlderDatabaseThatGrewAgainIsFenced() throws {
        try fixture.inService()
        try fixture.saveDatabase(as: "old")
        let path = URL(fileURLWithPath: fixture.directory.sentinel)
        let older = try Data(contentsOf: path)
        try fixture.grow(try fixture.open(), by: 2)
        let newer = try Data(contentsOf: path)
        // The clone goes on from the same past: other changes under the same numbers.
        try fixture.restoreDatabase(from: "old")
        try older.write(to: path)
        let clone = try ChainForge(scope: fixture.scope, seed: 1)
        for _ in 0..<3 { _ = clone.next() }
        do {
            let journal = try fixture.open()
            try journal.begin()
            for _ in 0..<2 { try journal.append(clone.next(bodyBytes: 77).change, founding: nil) }
            try journal.commit()
        }
        try newer.write(to: path)
        #expect(try fixture.open().fence == .diverged)
    }

    @Test func anotherMachineIsFenced() throws {
        try fixture.inService()
        #expect(try fixture.open(machine: .zero).fence == .otherMachine)
    }

    /// The same bytes in another file: whoever wrote them may be at work somewhere else.
    @Test func aCopyOfTheFilesIsFenced() throws {
        try fixture.inService()
        let path = fixture.directory.sentinel
        try FileManager.default.copyItem(atPath: path, toPath: path + ".copy")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".copy", toPath: path)
        #expect(try fixture.open().fence == .copied)
    }

    /// Another folder of the same file system is no copy.
    @Test func aDirectoryThatWasMovedIsNoCopy() throws {
        try fixture.inService()
        let moved = StoreDirectory(path: fixture.folder.path + "/moved")
        try FileManager.default.moveItem(atPath: fixture.directory.path, toPath: moved.path)
        let journal = try SQLiteJournal(directory: moved, machine: StoreFixture.machine)
        #expect(journal.fence == nil)
    }

    @Test func aMissingSentinelIsFenced() throws {
        try fixture.inService()
        try FileManager.default.removeItem(atPath: fixture.directory.sentinel)
        #expect(try fixture.open().fence == .missing)
    }

    @Test func aSentinelOfGarbageIsFenced() throws {
        try fixture.inService()
        try Data(repeating: 7, count: 1024).write(
            to: URL(fileURLWithPath: fixture.directory.sentinel))
        #expect(try fixture.open().fence == .unreadable)
    }

    /// Any one byte of either slot: the other slot speaks, and is at most a commit behind.
    @Test func aSlotCutByThePowerIsNoFence() throws {
        try fixture.inService()
        let path = URL(fileURLWithPath: fixture.directory.sentinel)
        let whole = try Data(contentsOf: path)
        #expect(whole.count == 1024)
        for offset in stride(from: 0, to: whole.count, by: 13) {
            var cut = whole
            cut[offset] ^= 0x40
            try cut.write(to: path)
            #expect(try fixture.open().fence == nil, "byte \(offset)")
        }
    }

    @Test func aNewIncarnationIsTheWayOut() throws {
        try fixture.inService()
        try FileManager.default.removeItem(atPath: fixture.directory.sentinel)
        let successor = try ChainForge(scope: fixture.scope, seed: 9)
        do {
            let journal = try fixture.open()
            #expect(journal.fence == .missing)
            try journal.adopt(successor.incarnation, storeEpoch: 78)
            #expect(journal.fence == nil)
            let next = successor.next()
            try journal.begin()
            try journal.append(next.change, founding: next.genesis)
            try journal.commit()
        }
        let journal = try fixture.open()
        #expect(journal.fence == nil)
        #expect(try journal.chains(of: fixture.scope.id).count == 2)
        // The old incarnation's changes are no longer own ones.
        #expect(journal.counts.own.count == 1)
        #expect(journal.counts.storeEpoch == 78)
    }

    /// A database from before the new incarnation is as old as any other.
    @Test func goingBackBehindAnIncarnationIsFenced() throws {
        try fixture.inService()
        try fixture.saveDatabase(as: "old")
        do {
            let journal = try fixture.open()
            try journal.adopt(
                try ChainForge(scope: fixture.scope, seed: 9).incarnation, storeEpoch: 78)
        }
        try fixture.restoreDatabase(from: "old")
        #expect(try fixture.open().fence != nil)
    }

    /// COMMIT came through and the sentinel did not: nothing left the node, and the next
    /// commit waits until the sentinel is written.
    @Test(arguments: [IOSite.sentinelWrite, .sentinelSync])
    func aCommitWithoutSentinelIsNoCommitYet(site: IOSite) throws {
        let lever = Switch()
        try fixture.inService()
        do {
            let journal = try fixture.open(faults: lever.faults)
            lever.fail([site])
            #expect(throws: JournalError.self) { try fixture.grow(journal) }
            #expect(!journal.isInTransaction)
            #expect(throws: JournalError.self) { try journal.begin() }
            #expect(!journal.isInTransaction)
            lever.fail([])
            try fixture.grow(journal)
            #expect(try fixture.height(journal) == 5)
            lever.fail([site])
            #expect(throws: JournalError.self) { try fixture.grow(journal) }
        }
        #expect(try fixture.open().fence == nil, "ahead of the sentinel is no rollback")
    }

    @Test func droppedAndCutChainsAreNoRollback() throws {
        let lever = Switch()
        try fixture.inService(changes: 5)
        do {
            let journal = try fixture.open(faults: lever.faults)
            lever.fail([.sentinelSync, .sentinelWrite])
            try journal.begin()
            _ = try journal.cutChain(fixture.town.actor, in: fixture.scope.id, above: Seq(2))
            #expect(throws: JournalError.self) { try journal.commit() }
        }
        do {
            let journal = try fixture.open(faults: lever.faults)
            #expect(journal.fence == nil)
            lever.fail([])
            try journal.begin()
            try journal.setValue("a", [])
            try journal.commit()
            lever.fail([.sentinelSync, .sentinelWrite])
            try journal.begin()
            try journal.dropScope(fixture.scope.id)
            #expect(throws: JournalError.self) { try journal.commit() }
        }
        let journal = try fixture.open()
        #expect(journal.fence == nil)
        #expect(try journal.scopes() == [])
    }

    @Test func oneProcessWrites() throws {
        let journal = try fixture.open()
        #expect {
            _ = try fixture.open()
        } throws: { error in
            if case .locked = error as? JournalError { true } else { false }
        }
        #expect(journal.fence == nil)
    }

    @Test func anotherWriterIsSeen() throws {
        try fixture.inService()
        let journal = try fixture.open()
        let other = try Database(path: fixture.directory.database, mode: .write)
        try other.execute("INSERT INTO value VALUES ('x', x'00')")
        #expect(throws: JournalError.self) { try journal.begin() }
        #expect(journal.fence == .replaced)
        #expect(!journal.isInTransaction)
    }

    /// What went into a file that nobody finds again would be lost with the process.
    @Test func aDatabaseReplacedWhileRunningIsSeen() throws {
        try fixture.inService()
        let journal = try fixture.open()
        try fixture.grow(journal)
        let path = URL(fileURLWithPath: fixture.directory.database)
        try Data(contentsOf: path).write(to: path, options: .atomic)
        #expect(throws: JournalError.self) { try journal.begin() }
        #expect(journal.fence == .replaced)
        #expect(!journal.isInTransaction)
    }

    @Test func aSentinelReplacedWhileRunningIsSeen() throws {
        try fixture.inService()
        let journal = try fixture.open()
        try fixture.grow(journal)
        let path = URL(fileURLWithPath: fixture.directory.sentinel)
        let bytes = try Data(contentsOf: path)
        try FileManager.default.removeItem(at: path)
        try bytes.write(to: path)
        #expect(throws: JournalError.self) { try journal.begin() }
        #expect(journal.fence == .replaced)
    }
}
