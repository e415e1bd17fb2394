import API
import Archive
import Base
import Board
import Domain
import Guide
import Testing

@testable import Runtime

/// A case's archive on real nodes: due, sealed, given away, checked, and erased only then.
@Suite struct ArchiveTests {
    private func sheet(_ station: Station, _ kind: BoardKind, _ code: String = "") async throws
        -> Sheet
    {
        let queries = NodeQueries(runtime: try await station.running())
        return try #require(try queries.board(BoardQuestion(kind, code: code)))
    }

    private func numbers(_ sheet: Sheet, _ list: String) -> [String] {
        (sheet.data[list]?.array ?? []).compactMap(\.text)
    }

    private func package(
        _ number: String, at station: Station
    ) async throws -> (folder: ArchiveFolder, entries: [ZipFile.Entry]) {
        let queries = NodeQueries(runtime: try await station.running())
        let file = try #require(try queries.documents(.caseFile, label: number).first)
        guard case .made(let folder, let signature)? = try queries.archivePackage(file.key) else {
            throw ViewError.failed
        }
        return (folder, folder.entries(signature))
    }

    private func digest(_ number: String, at station: Station) async throws -> String {
        let queries = NodeQueries(runtime: try await station.running())
        let file = try #require(try queries.documents(.caseFile, label: number).first)
        return try #require(try queries.archive(file.key)).package.digest.hex
    }

    @Test func aCaseIsPutAwayAndGivenAway() async throws {
        let place = try await County()
        let number = try await place.village.receive("欧阳若兰")
        for act in [
            "accept", "decide\",\"outcome\":\"grant", "deliver\",\"receiver\":\"某甲", "close",
        ] {
            try await place.village.say("{\"case\":\"\(number)\",\"command\":\"case.\(act)\"}")
        }
        try await place.settle(place.village)
        #expect(numbers(try await sheet(place.county, .archives), "due").isEmpty, "it may be rated")
        let now = try await place.village.running().clock.now()
        let later = Instant(millis: now.millis + 20 * 86_400_000)
        for station in [place.county, place.village] {
            try await station.running().clock.set(to: later)
        }
        for station in [place.county, place.village] {
            #expect(numbers(try await sheet(station, .archives), "due") == [number])
        }
        let digest = try await digest(number, at: place.village)
        #expect(try await self.digest(number, at: place.county) == digest, "the same everywhere")
        try await place.village.say(
            "{\"case\":\"\(number)\",\"command\":\"case.archive\",\"digest\":\"\(digest)\"}")
        try await place.settle(place.village)

        for station in [place.county, place.village] {
            let (folder, entries) = try await package(number, at: station)
            let verdict = ArchiveVerdict(
                try ZipFile.entries(ZipFile.bytes(entries)), sealed: digest)
            #expect(verdict.faults == [], "\(station.code)")
            #expect(verdict.sealed == digest && verdict.events == digest)
            #expect(
                folder.files.filter { $0.kind == .document }.map(\.title)
                    == ["收件凭证（接收回执）", "受理回执", "批准决定书", "送达回执"])
            let page = try #require(folder.files.first { $0.title == "受理回执" })
            let text = String(decoding: page.bytes, as: UTF8.self)
            #expect(text.contains("欧阳若兰") && text.contains("SNP1.") && text.contains("<svg"))
            #expect(folder.absent.isEmpty)
        }
        try await place.county.say(
            "{\"case\":\"\(number)\",\"command\":\"case.export\",\"reason\":\"移交档案馆\"}")
        let one = try await sheet(place.county, .archive, number)
        #expect(one.data["exports"]?.int == 1 && one.data["held"]?.bool == false)
        let kept = one.sections.first { $0.heading == "档案管理" }?.rows.first ?? []
        #expect(kept.dropFirst() == ["导出", "平阴县", "移交档案馆"])

        // What was given away after the erasure names nobody, and the case says who has erased it.
        try await place.county.say(
            "{\"case\":\"\(number)\",\"command\":\"case.erase\",\"reason\":\"依法\",\"early\":true}")
        try await place.settle(place.village)
        try await County.until("both have said so") {
            let sheet = try await sheet(place.county, .archive, number)
            let said = sheet.sections.first?.rows.first { $0[0] == "已证实的节点" }?[1] ?? ""
            return said.contains("平阴县") && said.contains("、")
        }
        let after = try await package(number, at: place.county)
        for entry in after.entries {
            #expect(!String(decoding: entry.bytes, as: UTF8.self).contains("欧阳若兰"), "\(entry.name)")
        }
        #expect(numbers(try await sheet(place.county, .archives), "erased") == [number])
        await place.stop()
    }
}
