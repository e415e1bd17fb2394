import Base
import Domain
import Foundation
import Testing

@testable import Runtime

/// PROTOCOL §6 with real nodes on loopback: what was restored or cloned is found out, begins
/// anew, and nothing that anybody wrote is lost.
@Suite(.serialized) struct RenewalTests {
    /// The database is older than its sentinel: seen at the start, before any peer.
    @Test func anOlderDatabaseIsSeenAtTheStart() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        let saved = try await place.saved(place.village)
        let old = try await place.village.incarnation
        _ = try await place.village.receive("乙")
        try await place.settle(place.village)
        await place.village.stop()
        try place.copyDatabase(saved, to: place.village.data)
        try await place.village.start()
        let store = try await place.village.running().store
        #expect(store.renewal?.contains("the sentinel saw") == true)
        #expect(store.signer.key != old)
        try await place.settle(place.village)
        #expect(try await place.village.applicants() == ["乙", "甲"])
        try await place.expectSound()
        await place.stop()
    }

    /// The whole directory is older: nothing here can tell, but the parent can.
    @Test func aRestoredDirectoryIsSeenAtFirstContact() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        let saved = try await place.saved(place.village)
        _ = try await place.village.receive("乙")
        try await place.settle(place.village)
        await place.village.stop()
        try place.copy(saved, to: place.village.data)

        await place.county.stop()
        try await place.village.start()
        #expect(try await place.village.running().store.renewal == nil, "nothing tells yet")
        _ = try await place.village.receive("丙")
        try await place.county.start()
        try await County.until("the village asks to begin anew") {
            await place.village.renewals > 0
        }
        try await place.village.renew()
        try await County.until("both branches are at the county") {
            try await place.county.applicants() == ["丙", "乙", "甲"]
        }
        try await place.settle(place.village)
        #expect(try await place.village.applicants() == ["丙", "乙", "甲"])
        #expect(await place.village.renewals == 1, "a detector fires once (I29)")
        try await place.expectSound()
        await place.stop()
    }

    /// A root has nobody above it: its node key passes its seat on, and its members follow.
    @Test func aRestoredRootTakesItsSeatAgain() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        let saved = try await place.saved(place.county)
        let old = try await place.county.incarnation
        let number = try await place.village.receive("乙")
        try await place.settle(place.village)
        try await place.county.say(
            "{\"command\":\"case.note\",\"case\":\"\(number)\",\"note\":\"已阅\"}")
        try await place.settle(place.village)
        await place.county.stop()
        try place.copyDatabase(saved, to: place.county.data)
        try await place.county.start()
        #expect(try await place.county.incarnation != old)
        try await place.settle(place.village)
        _ = try await place.village.receive("丙")
        try await place.settle(place.village)
        #expect(try await place.county.applicants() == ["丙", "乙", "甲"])
        try await County.until("the county has its seat again") {
            try await place.county.isSeated()
        }
        try await place.expectSound()
        await place.stop()
    }

    /// The whole directory of a root is older, and it wrote on before any member came: its own
    /// old chains come back from the member, what only it had is written anew, and until then
    /// it decides nothing.
    @Test func aRestoredRootDirectoryIsSeenAtFirstContact() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        let saved = try await place.saved(place.county)
        let number = try await place.village.receive("乙")
        try await place.settle(place.village)
        try await place.county.publish("370511002002")
        try await place.county.say(
            "{\"command\":\"case.note\",\"case\":\"\(number)\",\"note\":\"已阅\"}")
        try await place.settle(place.village)
        await place.village.stop()
        await place.county.stop()
        try place.copy(saved, to: place.county.data)

        try await place.county.start()
        let old = try await place.county.incarnation
        #expect(try await place.county.running().store.renewal == nil, "nothing tells yet")
        try await place.county.publish("370511002003")
        try await place.village.start()
        try await County.until("the county asks to begin anew") {
            await place.county.renewals > 0
        }
        await place.village.stop()
        try await place.county.renew()
        #expect(try await place.county.incarnation != old)
        let village = try #require(RegionCode(place.village.code))
        #expect(
            try await place.county.running().board.directory.region(code: village) != nil,
            "its members are known while its own chain is away")
        #expect(try Verification.run(data: place.county.data).isSound)
        #expect(try await !place.county.isSeated(), "no seat before a member came")

        try await place.village.start()
        try await place.settle(place.village)
        try await County.until("the county has its seat again") {
            try await place.county.isSeated()
        }
        try await County.until("what only the restored county had is written anew") {
            try await place.county.items() == 3
        }
        try await place.settle(place.village)
        #expect(try await place.village.items() == 3)
        #expect(try await place.county.applicants() == ["乙", "甲"])
        let notes = try await place.county.file(number)["events"]?.array ?? []
        #expect(notes.contains { $0["kind"]?.text == "note" }, "\(notes)")
        try await place.county.publish("370511002004")
        try await place.settle(place.village)
        #expect(try await place.village.items() == 4, "and it carries on")
        #expect(await place.county.renewals == 1, "a detector fires once (I29)")
        #expect(await place.village.renewals == 0)
        try await place.expectSound()
        await place.stop()
    }

    /// Its only member began anew after the backup: the root lets it in by its node, although
    /// nobody else could bring what the root had said of it.
    @Test func aRestoredRootLetsInAMemberThatBeganAnewMeanwhile() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        await place.village.stop()
        let villages = place.folder.path + "/village"
        try place.copy(place.village.data, to: villages)
        let saved = try await place.saved(place.county)
        try await place.village.start()
        _ = try await place.village.receive("乙")
        try await place.settle(place.village)
        await place.village.stop()
        try place.copyDatabase(villages, to: place.village.data)
        try await place.village.start()
        try await place.settle(place.village)
        try await place.county.seat(place.village)
        try await County.until("the village sits") { try await place.village.isSeated() }
        await place.county.stop()
        try place.copy(saved, to: place.county.data)
        try await place.county.start()
        try await County.until("the county asks to begin anew", seconds: 40) {
            await place.county.renewals > 0
        }
        try await place.county.renew()
        try await place.settle(place.village, seconds: 40)
        try await County.until("the county has its seat again") {
            try await place.county.isSeated()
        }
        #expect(try await place.village.isSeated())
        #expect(try await place.county.applicants() == ["乙", "甲"])
        try await place.expectSound()
        await place.stop()
    }

    /// `restore` of a root from an older backup, in an empty directory.
    @Test func aRestoredBackupOfARootComesBack() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        let backup = place.folder.path + "/backup"
        try NodeBackup.save(data: place.county.data, to: backup)
        try await place.county.publish("370511002002")
        _ = try await place.village.receive("乙")
        try await place.settle(place.village)
        await place.county.stop()
        try FileManager.default.removeItem(atPath: place.county.data)

        try NodeBackup.restore(from: backup, data: place.county.data)
        await place.village.stop()
        try await place.county.start()
        #expect(try await !place.county.isSeated(), "no seat before a member came")
        try await place.village.start()
        try await place.settle(place.village)
        try await County.until("the county has its seat again") {
            try await place.county.isSeated()
        }
        #expect(try await place.county.applicants() == ["乙", "甲"])
        #expect(try await place.county.items() == 2)
        #expect(await place.county.renewals == 0)
        try await place.expectSound()
        await place.stop()
    }

    /// The old machine is switched on again after its successor was seated: nothing is older
    /// there, but its incarnation will never sit again.
    @Test func anIncarnationWhoseSuccessorSitsBeginsAnew() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        let saved = try await place.saved(place.village)
        let backup = place.folder.path + "/backup"
        try NodeBackup.save(data: place.village.data, to: backup)
        await place.village.stop()
        try FileManager.default.removeItem(atPath: place.village.data)
        try NodeBackup.restore(from: backup, data: place.village.data)
        try await place.village.start()
        try await place.settle(place.village)
        try await place.county.seat(place.village)
        try await County.until("the successor sits") { try await place.village.isSeated() }

        await place.village.stop()
        try place.copy(saved, to: place.village.data)
        try await place.village.start()
        try await County.until("the old one asks to begin anew") {
            await place.village.renewals > 0
        }
        try await place.village.renew()
        try await place.settle(place.village)
        #expect(try await !place.village.isSeated())
        try await place.county.seat(place.village)
        try await County.until("it sits again") { try await place.village.isSeated() }
        #expect(try await place.village.applicants() == ["甲"])
        try await place.expectSound()
        await place.stop()
    }

    /// Two copies run at once: the one that comes second begins anew, and both go on.
    @Test func aCloneBeginsAnew() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        await place.village.stop()
        let copied = place.folder.path + "/clone"
        try place.copy(place.village.data, to: copied)
        let clone = try Station(copied: copied, code: place.village.code)

        try await place.village.start()
        _ = try await place.village.receive("乙")
        try await place.settle(place.village)
        await place.county.stop()
        try await clone.start()
        _ = try await clone.receive("丙")
        try await place.county.start()
        try await County.until("the clone asks to begin anew") { await clone.renewals > 0 }
        try await clone.renew()
        try await County.until("the county has all cases") {
            try await place.county.applicants() == ["丙", "乙", "甲"]
        }
        try await County.until("both copies have all cases") {
            let one = try await place.village.applicants()
            let two = try await clone.applicants()
            return one == two && one == ["丙", "乙", "甲"]
        }
        #expect(await place.village.renewals == 0)
        #expect(try await clone.incarnation != place.village.incarnation)
        let report = try Verification.run(data: clone.data)
        #expect(report.isSound, "\(report.json)")
        try await place.expectSound()
        await clone.stop()
        await place.stop()
    }
}

extension County {
    /// Puts another directory's database, and nothing else, in place.
    func copyDatabase(_ from: String, to: String) throws {
        try Self.copyDatabase(from, to: to)
    }

    static func copyDatabase(_ from: String, to: String) throws {
        let files = FileManager.default
        for name in ["/node.db", "/node.db-wal", "/node.db-shm"] {
            if files.fileExists(atPath: to + name) { try files.removeItem(atPath: to + name) }
            if files.fileExists(atPath: from + name) {
                try files.copyItem(atPath: from + name, toPath: to + name)
            }
        }
    }

    /// `verify` at both nodes while they run.
    func expectSound() async throws {
        for station in [county, village] {
            let report = try Verification.run(data: station.data)
            #expect(report.isSound, "\(station.code): \(report.json)")
        }
    }
}
