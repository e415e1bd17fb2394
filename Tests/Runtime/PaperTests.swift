import API
import Base
import Change
import Domain
import Paper
import Testing

@testable import Runtime

/// Documents and arrivals between running nodes: a county, a town, a village.
@Suite struct PaperTests {
    private func file(_ number: String, at station: Station) async throws -> StoredDocument? {
        try NodeQueries(runtime: try await station.running())
            .documents(.caseFile, label: number).first
    }

    private func code(_ number: String, at station: Station) async throws -> PaperReceipt? {
        let queries = NodeQueries(runtime: try await station.running())
        let stored = try #require(try await file(number, at: station))
        let paper = try queries.paper(PaperName(.receipt), of: stored)
        return paper.flatMap { PaperReceipt($0.receipt.text) }
    }

    @Test func aStationsPaperIsCheckedWithTheCountysKeyAlone() async throws {
        let place = try await County()
        let (town, low) = try await place.makeTownAndVillage()
        let number = try await low.receive("王秀兰")
        try await County.until("the county's word for the station's key has come") {
            try await code(number, at: low)?.voucher.isEmpty == false
        }
        let receipt = try #require(try await code(number, at: low))
        #expect(receipt.facts.number.text == number)
        #expect(receipt.facts.kind == .receipt)
        let above = NodeQueries(runtime: try await place.county.running())
        let known = try #require(try above.countyKey())
        let key = try #require(IncarnationKey(text: known.key))
        #expect(receipt.verdict(county: (known.code, key.publicKey)) == .genuine)
        #expect(try above.verdict(receipt) == .genuine)

        // The same words wherever it is printed, under the printer's own key; another's is told.
        let own = NodeQueries(runtime: try await low.running())
        let papers = try own.papers(of: try #require(try await file(number, at: low)))
        #expect(papers.map(\.name) == [PaperName(.receipt)])
        let strange = PaperReceipt(
            receipt.facts, by: receipt.key, voucher: receipt.voucher,
            sign: { _ in [UInt8](repeating: 0, count: 64) })
        #expect(try above.verdict(strange) == .forged)
        for station in [low, town, place.county] { try await station.expectSoundHere() }
        await low.stop()
        await town.stop()
        await place.stop()
    }

    @Test func aStationHearsFromThoseAboveWhatHasCome() async throws {
        let place = try await County()
        let (town, low) = try await place.makeTownAndVillage()
        let number = try await low.receive("赵玉芬")
        let own = NodeQueries(runtime: try await low.running())
        let stored = try #require(try await file(number, at: low))
        let first = try #require(try own.delivery(of: stored))
        #expect(first.steps.map(\.word) == ["本站已存", "镇未收（1 条）", "县未收（1 条）"])
        #expect(first.unsent == 1)
        #expect(first.onlineBy != nil)
        #expect(try own.unsent().map(\.number) == [number])
        try await County.until("the case is above") {
            try await file(number, at: place.county) != nil
        }
        // What the next hop took is not enough: each place says it in the station's own scope.
        for station in [town, place.county] {
            let runtime = try await station.running()
            var looked: ReceiptDuty.Looked = [:]
            let duty = ReceiptDuty(store: runtime.store, clock: runtime.clock)
            _ = try await duty.arrivals(&looked)
            #expect(try await duty.arrivals(&looked) == 0, "a receipt is no reason for another")
        }
        try await County.until("the village has heard of it") {
            try own.delivery(of: stored)?.steps.map(\.word) == ["本站已存", "镇已收", "县已收"]
        }
        let last = try #require(try own.delivery(of: stored))
        #expect(last.unsent == 0)
        #expect(last.onlineBy == nil)
        #expect(try own.unsent().isEmpty)
        for station in [low, town, place.county] { try await station.expectSoundHere() }
        await low.stop()
        await town.stop()
        await place.stop()
    }
}
