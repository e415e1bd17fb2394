import Base
import Domain
import Foundation
import Testing

@testable import Runtime

/// `backup` of a running node and `restore` as a new incarnation.
@Suite struct NodeBackupTests {
    @Test func aRestoredBackupComesBackWithEverything() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        let backup = place.folder.path + "/backup"
        try NodeBackup.save(data: place.village.data, to: backup)
        #expect(!FileManager.default.fileExists(atPath: backup + "/keys/incarnation"))
        _ = try await place.village.receive("乙")
        try await place.settle(place.village)
        let old = try await place.village.incarnation
        await place.village.stop()
        try FileManager.default.removeItem(atPath: place.village.data)

        try NodeBackup.restore(from: backup, data: place.village.data)
        try await place.village.start()
        #expect(try await place.village.incarnation != old)
        try await County.until("the parent knows the new incarnation") {
            let village = try await place.village.running()
            return village.board.directory.region(of: village.store.signer.key) != nil
        }
        try await place.settle(place.village)
        #expect(try await place.village.applicants() == ["乙", "甲"])
        #expect(await place.village.renewals == 0)
        try await place.expectSound()
        await place.stop()
    }

    @Test func nothingIsOverwritten() async throws {
        let place = try await County()
        let backup = place.folder.path + "/backup"
        try NodeBackup.save(data: place.village.data, to: backup)
        #expect(throws: NodeRuntime.Failure.self) {
            try NodeBackup.save(data: place.village.data, to: backup)
        }
        #expect(throws: NodeRuntime.Failure.self) {
            try NodeBackup.restore(from: backup, data: place.village.data)
        }
        await place.stop()
    }
}
