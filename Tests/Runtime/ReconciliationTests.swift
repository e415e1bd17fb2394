import API
import Base
import Change
import Domain
import Kernel
import Testing

@testable import Runtime

/// 对账: one digest for each scope, signed by both sides.
@Suite struct ReconciliationTests {
    private func duty(_ station: Station) async throws -> ReceiptDuty {
        let runtime = try await station.running()
        return ReceiptDuty(store: runtime.store, clock: runtime.clock)
    }

    private func lines(at station: Station) async throws -> [JSON] {
        let queries = NodeQueries(runtime: try await station.running())
        return try queries.documents(
            DocumentQuery(collection: .audit, status: "reconcile", after: nil, limit: 50)
        ).map { try JSON(parsing: $0.state) }
    }

    @Test func bothSidesSignOneDigestForEachScope() async throws {
        let place = try await County()
        _ = try await place.village.receive("甲")
        try await place.settle(place.village)
        #expect(try await duty(place.village).reconcile() == 1)
        #expect(try await duty(place.village).reconcile() == 0, "once a day")
        try await place.settle(place.village)
        #expect(try await duty(place.county).reconcile() == 1)
        #expect(try await duty(place.county).reconcile() == 0, "and is answered once")
        try await place.settle(place.village)
        for station in [place.county, place.village] {
            let line = try #require(try await lines(at: station).first)
            #expect(line["outcome"]?.text == "done")
            #expect(line["about"]?.text == CivilDate(of: SystemClock.now()).text)
            #expect((line["reason"]?.text.flatMap { Int($0) } ?? 0) > 2, "scopes")
        }
        try await place.expectSound()
        await place.stop()
    }

    @Test func whatIsOnItsWayIsWaitedForAndADifferenceIsFlagged() async throws {
        let place = try await County()
        try await place.settle(place.village)
        let region = try await place.village.running().settings.region.id
        let scope = ScopeName.staff(region).id.hex
        func state(_ seq: Int, _ digest: String) async throws {
            let head = "{\"actor\":\"0000000000000001\",\"seq\":\(seq),\"hash\":\"\(digest)\"}"
            let body =
                "{\"day\":\"2026-01-01\",\"scopes\":[{\"scope\":\"\(scope)\",\"digest\":"
                + "\"\(digest)\",\"heads\":[\(seq == 0 ? "" : head)]}]}"
            _ = try await place.village.running().carryOut(
                .write([
                    Draft(
                        scope: .control(region), kind: .reconcileStatement,
                        body: Array(body.utf8))
                ]))
            try await place.settle(place.village)
        }
        let digest = "0123456789abcdef0123456789abcdef"
        try await state(7, digest)
        #expect(try await duty(place.county).reconcile() == 0, "it lacks what was stated")
        try await state(0, digest)
        #expect(try await duty(place.county).reconcile() == 1)
        try await place.settle(place.village)
        for station in [place.county, place.village] {
            let line = try #require(try await lines(at: station).first)
            #expect(line["outcome"]?.text == "differs" && line["reason"]?.text == scope)
        }
        await place.stop()
    }
}
