import API
import Base
import Domain
import Foundation
import Kernel
import Store
import Testing

@testable import Domain
@testable import Runtime

/// Two counties with a corridor between them.
@Suite(.serialized) struct PartnerTests {
    /// The first county dials the second.
    private struct Neighbours {
        let folder: ScratchFolder
        let one: Station
        let two: Station

        init() async throws {
            folder = try ScratchFolder()
            one = try await Station("370124000000", "平阴县", in: folder)
            two = try await Station("371502000000", "东昌府区", in: folder)
            try await one.start()
            try await two.start()
            _ = try await one.running().addPartner(await two.url, dials: true)
            _ = try await two.running().addPartner(await one.url, dials: false)
            try await settle()
        }

        func settle() async throws {
            let other = try await two.running().settings.region.id
            try await County.until("the two counties exchange") {
                let states = try await one.running().peerStates()
                return states.contains {
                    $0.region == other && $0.link == .up && $0.lastEqual != nil
                }
            }
        }

        /// Puts an older database under a county, so that it begins anew.
        func renew(_ station: Station, from saved: String) async throws {
            let old = try await station.incarnation
            await station.stop()
            try County.copyDatabase(saved, to: station.data)
            try await station.start()
            #expect(try await station.incarnation != old)
        }

        /// A case that the first county hands to the second; its number.
        func handOver(_ name: String) async throws -> String {
            let number = try await one.receive(name)
            try await one.say(
                "{\"command\":\"case.offer\",\"case\":\"\(number)\",\"to\":\"\(two.code)\"}")
            return number
        }

        func stop() async {
            await one.stop()
            await two.stop()
        }
    }

    @Test func aPartnerIsKnownAgainAfterEitherSideBeganAnew() async throws {
        let pair = try await Neighbours()
        try await pair.one.publish(County.item)
        for station in [pair.one, pair.two] {
            await station.stop()
            let saved = pair.folder.path + "/saved-" + station.code
            try County.copy(station.data, to: saved)
            try await station.start()
            try await pair.settle()
            try await station.publish("370511002003")
            try await pair.renew(station, from: saved)
            let other = station.code == pair.one.code ? pair.two : pair.one
            try await County.until("\(station.code) is known again") {
                let card = try await station.running().card
                let known = try await other.running().board.directory.seat(of: card.region.id)
                return card.epoch == 2 && known?.key == card.key && known?.epoch == 2
            }
            try await pair.settle()
        }
        let number = try await pair.handOver("甲")
        try await County.until("a case crosses after both renewals", seconds: 40) {
            try await pair.two.applicants() == ["甲"]
        }
        #expect(try await pair.two.file(number)["holder"] != nil)
        await pair.stop()
    }

    @Test func aBundleCrossesWhereTheLinkIsCut() async throws {
        let pair = try await Neighbours()
        try await pair.one.publish(County.item)
        try await pair.one.running().dialled().first?.setCut(true)
        let number = try await pair.handOver("甲")
        let one = BundleCourier(runtime: try await pair.one.running())
        let two = BundleCourier(runtime: try await pair.two.running())
        let first = try one.export(for: two.runtime.settings.region.id)
        let taken = try await two.take(first)
        #expect(taken.admitted > 0 && taken.refused == 0)
        #expect(try await pair.two.applicants() == ["甲"])
        #expect(try await two.take(first).admitted == 0, "the same again changes nothing")
        #expect(try await one.take(try #require(taken.receipt)).isReceipt)
        let back = try await one.take(try two.export(for: one.runtime.settings.region.id))
        #expect(back.admitted > 0, "the other county's answer")
        #expect(try await pair.two.file(number)["holder"]?.text == pair.two.code)
        #expect(try await pair.two.file(number)["frozen"]?.bool == false)
        #expect(try await pair.one.file(number)["frozen"]?.bool == true)

        try await pair.two.say("{\"command\":\"case.accept\",\"case\":\"\(number)\"}")
        _ = try await one.take(try two.export(for: one.runtime.settings.region.id))
        #expect(try await pair.one.file(number)["status"]?.text == "accepted", "its progress")
        await pair.stop()
    }

    private func files(below path: String, with text: String) throws -> [String] {
        let walk = try #require(FileManager.default.enumerator(atPath: path))
        return walk.compactMap { $0 as? String }.filter { name in
            FileManager.default.contents(atPath: path + "/" + name)?
                .range(of: Data(text.utf8)) != nil
        }
    }

    /// What the corridor carried of a case, as one county's log has it.
    private func package(_ number: String, at station: Station) async throws -> JSON {
        let runtime = try await station.running()
        let parcels = try NodeQueries(runtime: runtime).documents(.parcel, label: number)
        let parcel = try ParcelState(try #require(parcels.first))
        let dot = try #require(parcel.packages.first?.dot)
        let change = try runtime.store.readers.read { (reader) throws(JournalError) in
            try reader.change(at: dot, in: parcel.scope.id)
        }
        return try JSON(parsing: try #require(change?.body))
    }

    /// What a case's note is on the disk: ciphertext under the case's key.
    private func note(_ number: String, at station: Station) async throws -> String {
        let runtime = try await station.running()
        let file = try #require(
            try NodeQueries(runtime: runtime).documents(.caseFile, label: number).first)
        guard case .caseFile(let state) = try Content.decoded(file),
            let event = state.effective(.caseNote).first
        else { throw ViewError.failed }
        let change = try runtime.store.readers.read { (reader) throws(JournalError) in
            try reader.change(at: event.dot, in: state.scopeID)
        }
        let body = try JSON(parsing: try #require(change?.body))
        return try #require(body["detail"]?["note"]?.text)
    }

    @Test func anErasureReachesTheOtherCounty() async throws {
        let pair = try await Neighbours()
        try await pair.one.publish(County.item)
        let number = try await pair.handOver("欧阳若兰")
        try await pair.one.say(
            "{\"command\":\"case.note\",\"case\":\"\(number)\",\"note\":\"electricity-77\"}")
        try await County.until("it is at the other county", seconds: 40) {
            try await pair.two.applicants() == ["欧阳若兰"]
        }
        for act in ["accept", "decide\",\"outcome\":\"grant", "deliver\",\"receiver\":\"某甲"] {
            try await pair.two.say("{\"case\":\"\(number)\",\"command\":\"case.\(act)\"}")
        }
        try await pair.two.say("{\"case\":\"\(number)\",\"command\":\"case.close\"}")
        try await County.until("the first county knows how it ended", seconds: 40) {
            try await pair.one.file(number)["status"]?.text == "closed"
        }
        var sealed = [try #require(try await package(number, at: pair.one)["sealed"]?.text)]
        for station in [pair.one, pair.two] {
            sealed.append(try #require(try await station.file(number)["sealed"]?.text))
        }
        #expect(Set(sealed).count == 3, "each under another key")
        let note = try await note(number, at: pair.one)
        for station in [pair.one, pair.two] {
            #expect(try files(below: station.data, with: sealed[0]) != [], "the package was there")
            #expect(try files(below: station.data, with: note) != [], "the note was there")
            #expect(try files(below: station.data, with: "electricity-77") == [], "in no clear")
        }
        // The county that decided it puts it away first: until then it owes nothing.
        let later = Instant(millis: SystemClock.now().millis + 20 * 86_400_000)
        for station in [pair.one, pair.two] { try await station.running().clock.set(to: later) }
        let digest = String(repeating: "a", count: 64)
        try await pair.two.say(
            "{\"case\":\"\(number)\",\"command\":\"case.archive\",\"digest\":\"\(digest)\"}")
        try await pair.one.say(
            "{\"command\":\"case.erase\",\"case\":\"\(number)\",\"reason\":\"到期\",\"early\":true}")
        for station in [pair.one, pair.two] {
            try await County.until("nothing is left at \(station.code)", seconds: 40) {
                let isErased = try await station.file(number)["erased"]?.bool == true
                return try isErased
                    && (sealed + [note]).allSatisfy {
                        try files(below: station.data, with: $0).isEmpty
                    }
            }
            let file = try await station.file(number)
            let isOwn = station.code == pair.two.code
            #expect(file["status"]?.text == (isOwn ? "archived" : "closed"))
            #expect(file["number"]?.text == number)
            try await County.until("it is receipted at \(station.code)") {
                try await !NodeQueries(runtime: station.running()).documents(
                    DocumentQuery(
                        collection: .audit, status: "case.erased", after: nil, limit: 50)
                ).isEmpty
            }
        }
        await pair.stop()
        for station in [pair.one, pair.two] {
            #expect(try Verification.run(data: station.data).isSound, "\(station.code)")
        }
    }

    @Test func anotherNodeCannotPassForThePartner() async throws {
        let pair = try await Neighbours()
        let folder = try ScratchFolder()
        let thief = try await Station("371502000000", "冒名", in: folder)
        try await thief.start()
        let card = try await thief.running().card
        #expect(try await !pair.one.running().renewPartner(card), "another region")
        let real = try await pair.two.running()
        let forged = NodeCard(
            region: real.settings.region, epoch: 2, keys: try await thief.running().store.keys)
        #expect(try await !pair.one.running().renewPartner(forged), "another node's key")
        #expect(
            try await pair.one.running().board.directory.seat(of: real.settings.region.id)?.key
                == real.store.signer.key)
        await thief.stop()
        await pair.stop()
    }
}
