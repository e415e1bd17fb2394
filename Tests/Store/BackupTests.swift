import Base
import Disk
import Foundation
import Kernel
import Support
import Testing

@testable import Store

/// A copy of a running node that cannot pass for it.
@Suite struct BackupTests {
    let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    @Test func aBackupHoldsTheChangesAndNotTheIncarnation() throws {
        try fixture.inService(changes: 40)
        let journal = try fixture.open()
        try fixture.grow(journal, by: 10)
        let path = fixture.folder.path + "/copy.db"
        try Backup.copy(of: fixture.directory, to: path, pagesPerStep: 2)
        try fixture.grow(journal, by: 1)

        let other = StoreDirectory(path: fixture.folder.path + "/restored")
        try other.create()
        try FileManager.default.moveItem(atPath: path, toPath: other.database)
        let restored = try SQLiteJournal(directory: other, machine: StoreFixture.machine)
        #expect(restored.fence == nil)
        #expect(restored.incarnation == nil)
        #expect(restored.storeEpoch == 0)
        #expect(try restored.chain(fixture.town.actor, in: fixture.scope.id)?.head.seq == Seq(50))
        #expect(journal.incarnation == fixture.town.incarnation)
        try restored.adopt(
            try ChainForge(scope: fixture.scope, seed: 8).incarnation, storeEpoch: 5)
        #expect(restored.fence == nil)
    }

    /// Put over the node that it came from, it is fenced.
    @Test func aBackupPutBackIsFenced() throws {
        try fixture.inService()
        let path = fixture.folder.path + "/copy.db"
        try Backup.copy(of: fixture.directory, to: path)
        for ending in ["", "-wal", "-shm"] {
            let file = fixture.directory.database + ending
            if FileManager.default.fileExists(atPath: file) {
                try FileManager.default.removeItem(atPath: file)
            }
        }
        try FileManager.default.moveItem(atPath: path, toPath: fixture.directory.database)
        #expect(try fixture.open().fence == .diverged)
    }

    @Test func nothingIsOverwritten() throws {
        try fixture.inService()
        let path = fixture.folder.path + "/copy.db"
        try Data([1]).write(to: URL(fileURLWithPath: path))
        #expect(throws: JournalError.self) {
            try Backup.copy(of: fixture.directory, to: path)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1]))
    }

    @Test func withoutADatabaseNothingIsLeft() throws {
        let path = fixture.folder.path + "/copy.db"
        #expect(throws: JournalError.self) {
            try Backup.copy(of: fixture.directory, to: path)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) == [])
    }
}
