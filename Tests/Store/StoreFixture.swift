import Base
import Change
import Disk
import Foundation
import Kernel
import Support

@testable import Store

/// A data directory with a writer, which tests open, damage and open again.
final class StoreFixture {
    let folder: TemporaryFolder
    let town: ChainForge
    let scope = ScopeName.cases(RegionID(7), year: 2026)
    static let machine = Digest(words: (1, 2, 3, 4))

    init() throws {
        folder = try TemporaryFolder()
        town = try ChainForge(scope: scope, seed: 1)
    }

    var directory: StoreDirectory { folder.directory }

    func open(
        machine: Digest = StoreFixture.machine, shim: String? = nil, faults: IOFaults? = nil
    ) throws -> SQLiteJournal {
        try SQLiteJournal(directory: directory, machine: machine, shim: shim, faults: faults)
    }

    /// A node that is in service: an incarnation, a scope, some own changes.
    func inService(changes: Int = 3) throws {
        let journal = try open()
        try journal.adopt(town.incarnation, storeEpoch: 77)
        try journal.begin()
        try journal.openScope(scope)
        try journal.commit()
        try grow(journal, by: changes)
    }

    func grow(_ journal: SQLiteJournal, by count: Int = 1, bodyBytes: Int = 40) throws {
        try journal.begin()
        do {
            for _ in 0..<count {
                let next = town.next(bodyBytes: bodyBytes)
                try journal.append(next.change, founding: next.genesis)
            }
            if let signed = town.signed() { try journal.sign(signed, in: scope.id) }
        } catch {
            try journal.rollback()
            throw error
        }
        try journal.commit()
    }

    /// The number of the chain's last change, as the store has it.
    func height(_ journal: SQLiteJournal) throws -> UInt64 {
        try journal.chain(town.actor, in: scope.id)?.head.seq.rawValue ?? 0
    }

    /// Copies the database with its log; the journal must be closed.
    func saveDatabase(as name: String) throws {
        for ending in ["", "-wal"] where exists("node.db" + ending) {
            try FileManager.default.copyItem(
                atPath: directory.database + ending, toPath: folder.path + "/" + name + ending)
        }
    }

    func restoreDatabase(from name: String) throws {
        for ending in ["", "-wal", "-shm"] where exists("node.db" + ending) {
            try FileManager.default.removeItem(atPath: directory.database + ending)
        }
        for ending in ["", "-wal"] {
            let saved = folder.path + "/" + name + ending
            guard FileManager.default.fileExists(atPath: saved) else { continue }
            try FileManager.default.copyItem(
                atPath: saved, toPath: directory.database + ending)
        }
    }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: directory.path + "/" + name)
    }
}
