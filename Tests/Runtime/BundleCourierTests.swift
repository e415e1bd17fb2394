import Base
import Domain
import Testing

@testable import Runtime

/// Bundles between two nodes whose link is down.
@Suite struct BundleCourierTests {
    private func sealed(_ place: County) async throws -> [UInt8] {
        let county = try await place.county.running()
        let village = try await place.village.running()
        try await County.until("each knows the other's key for bundles") {
            county.board.directory.agreement(of: village.settings.region.id) != nil
                && village.board.directory.agreement(of: county.settings.region.id) != nil
        }
        await village.dialled().first?.setCut(true)
        _ = try await place.village.receive("甲")
        return try BundleCourier(runtime: village).export(for: county.settings.region.id)
    }

    @Test func aBundleBringsCasesAndAReceiptTellsSo() async throws {
        let place = try await County()
        let bundle = try await sealed(place)
        let county = BundleCourier(runtime: try await place.county.running())
        let village = BundleCourier(runtime: try await place.village.running())
        let first = try await county.take(bundle)
        #expect(first.admitted > 0 && first.refused == 0)
        #expect(try await place.county.applicants() == ["甲"])
        let again = try await county.take(bundle)
        #expect(again.admitted == 0, "the same again changes nothing")

        let receipt = try #require(first.receipt)
        #expect(try await village.take(receipt).isReceipt)
        let region = county.runtime.settings.region.id
        let smaller = try village.export(for: region)
        #expect(smaller.count < bundle.count, "what arrived is not sent again")
        try await place.expectSound()
        await place.stop()
    }

    @Test func whatIsNotAsItWasSealedIsRefused() async throws {
        let place = try await County()
        let bundle = try await sealed(place)
        let county = BundleCourier(runtime: try await place.county.running())
        let village = BundleCourier(runtime: try await place.village.running())
        await #expect(throws: BundleCourier.Refusal.self) { try await village.take(bundle) }
        for count in stride(from: 0, to: bundle.count, by: 1 + bundle.count / 97) {
            await #expect(throws: BundleCourier.Refusal.self) {
                try await county.take(Array(bundle[0..<count]))
            }
            var flipped = bundle
            flipped[count] ^= 1
            await #expect(throws: BundleCourier.Refusal.self) {
                try await county.take(flipped)
            }
        }
        #expect(try await place.county.applicants().isEmpty, "nothing of it was taken")
        try await place.expectSound()
        await place.stop()
    }
}
