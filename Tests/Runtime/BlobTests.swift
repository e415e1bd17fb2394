import Base
import Blob
import Crypto
import Domain
import Network
import Testing

@testable import Runtime

/// Attachments between real nodes: files, sockets, two hops.
@Suite struct BlobTests {
    /// The same in every run.
    static func scan(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    private func digest(_ bytes: [UInt8]) -> Digest { Hash.digest(bytes, suite: .sha256Ed25519) }

    private func put(_ bytes: [UInt8], at station: Station) async throws -> ClientResponse {
        var request = ClientRequest(
            "PUT", await station.url + "/api/v1/blobs/" + digest(bytes).hex, body: bytes)
        request.headers = [
            ("Content-Type", "application/octet-stream"), try await station.authority,
        ]
        return try await station.running().client.send(request)
    }

    private func receive(_ blob: Digest, at station: Station) async throws {
        try await station.say(
            "{\"command\":\"case.receive\",\"item\":\"\(County.item)\",\"applicant\":"
                + "{\"name\":\"甲\"},\"materials\":[{\"code\":\"M1\",\"blob\":\"\(blob.hex)\"}]}")
    }

    private func holds(_ digest: Digest, _ station: Station) async throws -> Bool {
        try await station.running().store.blobs.size(of: digest) != nil
    }

    /// Five megabytes, handed in at the village, over town to county, the links cut again and
    /// again while it goes up.
    @Test func aScanGoesUpTwoHopsWithCuts() async throws {
        let place = try await County()
        let (town, low) = try await place.makeTownAndVillage()
        let scan = Self.scan(5_000_000)
        #expect(try await put(scan, at: low).status == 201)
        try await receive(digest(scan), at: low)
        for _ in 0..<12 {
            for station in [low, town] {
                let links = try await station.running().dialled()
                for link in links {
                    await link.setCut(true)
                    try await Task.sleep(for: .milliseconds(5))
                    await link.setCut(false)
                }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        try await County.until("the county has the scan") {
            try await holds(digest(scan), place.county)
        }
        #expect(try await holds(digest(scan), town))
        #expect(try await !holds(digest(scan), place.village), "another village has no part in it")
        #expect(try await place.county.running().store.blobs.countWanted() == 0)
        var request = ClientRequest(
            "GET", await place.county.url + "/api/v1/blobs/" + digest(scan).hex)
        request.headers = [("Range", "bytes=4999990-"), try await place.county.authority]
        let client = try await place.county.running().client
        let part = try await client.send(request)
        #expect(part.status == 206 && part.body == Array(scan.suffix(10)))
        request.headers = [try await place.county.authority]
        let whole = try await client.send(request)
        #expect(whole.status == 200 && digest(whole.body) == digest(scan))
        request.method = "HEAD"
        #expect(try await client.send(request).status == 200)
        // What a station states of its own accord may still be on its way at the first.
        try await County.until("an exchange finds nothing to send") {
            try await low.running().exchange(with: nil).allSatisfy { $0.2 && $0.1.sent == 0 }
        }
        for station in [low, town, place.county] { try await station.expectSoundHere() }
        await low.stop()
        await town.stop()
        await place.stop()
    }

    /// Down: what the county hands in for a village's case is asked for by the village.
    @Test func aScanComesDownToo() async throws {
        let place = try await County()
        let scan = Self.scan(400_000)
        try await receive(digest(scan), at: place.village)
        try await County.until("the county knows the case") {
            try await place.county.applicants().count == 1
        }
        #expect(try await place.village.running().store.blobs.countWanted() == 1)
        #expect(try await put(scan, at: place.county).status == 201)
        try await County.until("the village has the scan") {
            try await holds(digest(scan), place.village)
        }
        await place.stop()
    }

    @Test func whatIsNotWhatItSaysIsNotKept() async throws {
        let place = try await County()
        let scan = Self.scan(1000)
        let url = await place.county.url + "/api/v1/blobs/" + digest(scan).hex
        let client = try await place.county.running().client
        let wrong = try await client.send(
            ClientRequest(
                "PUT", url, headers: [try await place.county.authority],
                body: Array(scan.dropLast())))
        #expect(wrong.status == 422)
        #expect(try await !holds(digest(scan), place.county))
        let authority = try await place.county.authority
        let gone = try await client.send(ClientRequest("GET", url, headers: [authority]))
        #expect(gone.status == 404)
        await place.stop()
    }

    /// By bundle, where the link is down; what it did not hold is asked for by the receipt.
    @Test func aBundleBringsTheScan() async throws {
        let place = try await County()
        let county = try await place.county.running()
        let village = try await place.village.running()
        try await County.until("each knows the other's key for bundles") {
            county.board.directory.agreement(of: village.settings.region.id) != nil
                && village.board.directory.agreement(of: county.settings.region.id) != nil
        }
        await village.dialled().first?.setCut(true)
        let early = Self.scan(200_000, seed: 1)
        let late = Self.scan(300_000, seed: 2)
        _ = try await put(early, at: place.village)
        try await receive(digest(early), at: place.village)
        try await receive(digest(late), at: place.village)
        let region = county.settings.region.id
        let first = try await BundleCourier(runtime: county).take(
            try BundleCourier(runtime: village).export(for: region))
        #expect(try await holds(digest(early), place.county))
        #expect(try await !holds(digest(late), place.county))
        _ = try await BundleCourier(runtime: village).take(try #require(first.receipt))
        _ = try await put(late, at: place.village)
        _ = try await BundleCourier(runtime: county).take(
            try BundleCourier(runtime: village).export(for: region))
        #expect(try await holds(digest(late), place.county))
        try await place.expectSound()
        await place.stop()
    }
}

extension Station {
    /// `verify` on the running node's data, attachments too.
    func expectSoundHere() async throws {
        let report = try Verification.run(data: data)
        #expect(report.isSound, "\(report.json)")
    }
}
