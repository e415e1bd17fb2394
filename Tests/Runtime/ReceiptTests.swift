import API
import Base
import Domain
import Network
import Testing

@testable import Runtime

/// Receipts between running nodes: written on demand, seen two steps above, and then quiet.
@Suite struct ReceiptTests {
    private func post(_ body: String, at station: Station) async throws -> ClientResponse {
        let url = await station.url + "/api/v1/receipt"
        let request = ClientRequest(
            "POST", url,
            headers: [("Content-Type", "application/json"), try await station.authority],
            body: Array(body.utf8))
        return try await station.running().client.send(request)
    }

    private func json(_ path: String, at station: Station) async throws -> JSON {
        let response = try await station.running().client.send(
            ClientRequest("GET", await station.url + path, headers: [try await station.authority]))
        #expect(response.status == 200)
        return try JSON(parsing: response.body)
    }

    private func peer(_ code: String, at station: Station) async throws -> JSON? {
        try await json("/api/v1/status", at: station)["peers"]?.array?
            .first { $0["region"]?.text == code }
    }

    /// At rest nothing is sent, nor when those above next look whether they have to say what came
    /// to them.
    private func untilQuiet(_ stations: [Station]) async throws {
        try await County.until("nothing is sent") {
            guard try await isQuiet(stations) else { return false }
            try await Task.sleep(for: .seconds(6))
            return try await isQuiet(stations)
        }
    }

    private func isQuiet(_ stations: [Station]) async throws -> Bool {
        for station in stations {
            for (_, state, isEqual) in try await station.running().exchange(with: nil)
            where !isEqual || state.sent > 0 || state.received > 0 { return false }
        }
        return true
    }

    @Test func aStationSaysWhatItHoldsAndIsThenQuiet() async throws {
        let place = try await County()
        let (town, low) = try await place.makeTownAndVillage()
        try await County.until("the catalog's receipts are above") {
            let rollout = try await json("/api/v1/items/\(County.item)/rollout", at: place.county)
            return rollout["reached"]?.int == rollout["stations"]?.int
        }

        // Of itself, two steps up.
        let written = try await post("", at: low)
        #expect(written.status == 200)
        #expect(try JSON(parsing: written.body)["scopes"]?.int ?? 0 > 0)
        let region = try await low.running().settings.region.id
        try await County.until("the county has the village's receipt") {
            let above = NodeQueries(runtime: try await place.county.running())
            return try above.document(HoldingState.key(of: region)) != nil
        }
        // What those above say of the station, and of its key, comes once; then all is said.
        try await County.until("nothing new, no receipt") {
            let again = try JSON(parsing: try await post("{}", at: low).body)
            return again["scopes"]?.int == 0
        }

        // What comes after a receipt is behind it: so first all is said.
        try await untilQuiet([low, town, place.village])

        // Asked for by the parent, over the link.
        #expect(try await peer(town.code, at: place.county)?["receiptTime"] == .null)
        let asked = try await post("{\"peer\":\"\(town.code)\"}", at: place.county)
        #expect(try JSON(parsing: asked.body)["asked"] == .bool(true))
        try await County.until("the county has the town's receipt") {
            try await peer(town.code, at: place.county)?["receiptTime"]?.text != nil
        }
        #expect(try await peer(town.code, at: place.county)?["receiptBehind"]?.int == 0)
        #expect(try await post("{\"peer\":\"\(low.code)\"}", at: place.county).status == 404)

        // A receipt is no reason for another.
        try await untilQuiet([low, town, place.village])
        for station in [low, town, place.county] { try await station.expectSoundHere() }
        await low.stop()
        await town.stop()
        await place.stop()
    }

    /// The board tells a neighbour's vector from a signed receipt.
    @Test func theBoardTellsKnownFromSaid() async throws {
        let place = try await County()
        try await place.settle(place.village)
        try await County.until("the village has said so") {
            let rollout = try await json("/api/v1/items/\(County.item)/rollout", at: place.county)
            let line = rollout["lines"]?.array?
                .first { $0["region"]?.text == place.village.code }
            return line?["time"]?.text != nil && line?["knownAt"]?.text != nil
                && line?["receiptTime"]?.text != nil
        }
        await place.stop()
    }

    /// A node that may not speak for its place, and a root, write none.
    @Test func aRootOwesNobody() async throws {
        let place = try await County()
        let response = try JSON(parsing: try await post("", at: place.county).body)
        #expect(response["scopes"]?.int == 0 && response["asked"] == .bool(false))
        #expect(try await post("{\"peer\":\"x\"}", at: place.county).status == 422)
        await place.stop()
    }
}
