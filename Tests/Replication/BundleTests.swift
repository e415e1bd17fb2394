import Base
import Change
import Replication
import Testing

@Suite struct BundleTests {
    let cases = ScopeName.cases(RegionID(1), year: 2026)

    private func bundle(
        from node: Village, to other: RegionID, assumed: [VectorStatement] = []
    ) -> Bundle {
        Bundle(
            purpose: .changes, from: node.region, to: other, key: node.key,
            created: Instant(millis: 12345), assumed: assumed,
            frames: Bundle.content(for: assumed, knowing: node).frames)
    }

    @Test func aBundleCarriesWhatALinkWould() throws {
        let from = Village(0)
        let to = Village(1)
        for _ in 0..<300 { from.write(cases, body: 100) }
        from.write(.catalog(RegionID(1)))
        let read = try Bundle.decode(bundle(from: from, to: to.region).encode())
        #expect(read.from == from.region && read.to == to.region && read.key == from.key)
        to.apply(read.delivery(knowing: to))
        #expect(to.leaves == from.leaves)
    }

    /// The receipt tells what the next bundle may leave out.
    @Test func aReceiptSavesTheNextBundleTheSameChanges() throws {
        let from = Village(0)
        let to = Village(1)
        for _ in 0..<10 { from.write(cases) }
        to.apply(bundle(from: from, to: to.region).delivery(knowing: to))
        let receipt = Bundle(
            purpose: .receipt, from: to.region, to: from.region, key: to.key,
            created: Instant(millis: 2), assumed: [], frames: Bundle.receipt(knowing: to))
        let read = try Bundle.decode(receipt.encode())
        #expect(read.statements.count == 1)
        #expect(read.delivery(knowing: from).isEmpty)
        from.write(cases)
        let next = bundle(from: from, to: to.region, assumed: read.statements)
        #expect(Message(next.frames).changeCount == 1)
        #expect(try Bundle.decode(next.encode()).assumed == read.statements)
        to.apply(next.delivery(knowing: to))
        #expect(to.leaves == from.leaves)
    }

    /// An old bundle, one that is applied twice, one that was lost before: nothing breaks.
    @Test func oldLostAndRepeatedBundlesAreHarmless() throws {
        let from = Village(0)
        let to = Village(1)
        from.write(cases)
        let first = bundle(from: from, to: to.region)
        from.write(cases)
        let assumed = Bundle.receipt(knowing: from).compactMap { frame in
            if case .vector(let statement) = frame { return statement }
            return nil
        }
        from.write(cases)
        let late = bundle(from: from, to: to.region, assumed: assumed)
        to.apply(late.delivery(knowing: to))
        #expect(to.scopes[cases.id]?.log.isEmpty == true)
        to.apply(first.delivery(knowing: to))
        to.apply(first.delivery(knowing: to))
        #expect(to.scopes[cases.id]?.log.count == 2)
        to.apply(bundle(from: from, to: to.region).delivery(knowing: to))
        to.apply(first.delivery(knowing: to))
        #expect(to.leaves == from.leaves)
    }

    @Test func everyFlipAndCutIsAnError() {
        let from = Village(0)
        from.write(cases)
        let good = bundle(from: from, to: RegionID(9)).encode()
        for index in good.indices {
            var bad = good
            bad[index] ^= 0x10
            #expect(throws: DecodeError.self) { try Bundle.decode(bad) }
            #expect(throws: DecodeError.self) { try Bundle.decode(Array(good[..<index])) }
        }
        #expect(throws: DecodeError.self) { try Bundle.decode(good + [0]) }
    }
}
