import Base
import Change
import Crypto
import Domain
import Kernel
import Simulator
import Testing

/// The state does not depend on whether the directory or what rests on it came first (I22).
struct KernelDirectoryTests {
    private let catalog = ScopeName.catalog(TreeFixture.countyID)

    @Test func everyStationOfATreeSaysThatItHasTheCatalog() throws {
        let tree = try TreeFixture()
        try tree.state()
        try tree.link(tree.county, tree.town)
        try tree.link(tree.town, tree.village)
        try tree.publish()
        try tree.link(tree.county, tree.town)
        try tree.link(tree.town, tree.village)
        try tree.link(tree.county, tree.town)
        #expect(try tree.reached() == [TreeFixture.townID, TreeFixture.villageID])
    }

    /// Documents that owe something for ever, more than one commit looks at, hold up no other.
    @Test func noReactionWaitsBehindOthersForEver() throws {
        let tree = try TreeFixture()
        try tree.state()
        try tree.link(tree.county, tree.town)
        try tree.link(tree.town, tree.village)
        let journal = tree.village.journal
        try journal.begin()
        for number in 0..<UInt64(2 * Limits.reactionsMax + 9) {
            let key = DocumentKey(collection: .item, id: Digest16(high: 0, low: number))
            try journal.putDocument(
                StoredDocument(
                    key: key, scope: catalog.id, label: "", status: "", time: 0,
                    attention: true, search: "", state: []))
        }
        try journal.commit()
        try tree.publish()
        try tree.link(tree.county, tree.town)
        try tree.link(tree.town, tree.village)
        for round in 0..<3 { try tree.village.note(catalog, "round \(round)") }
        try tree.link(tree.town, tree.village)
        try tree.link(tree.county, tree.town)
        #expect(try tree.reached() == [TreeFixture.townID, TreeFixture.villageID])
    }

    /// The catalog before the directory, and the village's part of the directory last.
    @Test func aCatalogThatCameBeforeTheDirectoryIsAcknowledgedToo() throws {
        let tree = try TreeFixture()
        try tree.state()
        try tree.publish()
        try tree.link(tree.county, tree.town) { $0.reversed() }
        _ = try tree.village.pull(catalog, from: tree.town)
        #expect(try tree.village.journal.attention(after: nil, limit: 9).isEmpty)
        for region in [TreeFixture.townID, TreeFixture.countyID] {
            _ = try tree.village.pull(.directory(region), from: tree.town)
        }
        try tree.link(tree.town, tree.village)
        try tree.link(tree.county, tree.town)
        #expect(try tree.reached() == [TreeFixture.townID, TreeFixture.villageID])
    }

    /// What a seat writes counts wherever the seat becomes known, before or after.
    @Test func foldsOfEitherOrderAreTheSame() throws {
        let tree = try TreeFixture()
        try tree.state()
        try tree.publish()
        try tree.link(tree.county, tree.town)
        try tree.link(tree.town, tree.village)
        try tree.link(tree.county, tree.town)
        let scopes = TreeFixture.directoryFirst(tree.county.kernel.knowledge().map(\.name))
        var folded: [[DocumentKey: StoredDocument]] = []
        for order in [scopes, scopes.reversed()] {
            let reader = try FixtureNode(
                seed: 4, region: TreeFixture.countyID, root: tree.county.seat)
            for scope in order { _ = try reader.pull(scope, from: tree.county) }
            var documents: [DocumentKey: StoredDocument] = [:]
            for region in [1, 2, 3].map({ RegionID($0) }) {
                let key = CatalogReceiptState.key(
                    catalog: TreeFixture.countyID, region: region)
                documents[key] = try reader.journal.document(key)
            }
            let item = DocumentKey(
                collection: .item, id: ItemState.id(of: TreeFixture.item, in: catalog.id))
            documents[item] = try reader.journal.document(item)
            #expect(documents.count == 4)
            folded.append(documents)
        }
        #expect(folded[0] == folded[1])
    }

    /// A clerk may work before the parent has entered the station: nothing of it is lost.
    @Test func aSeatMakesWhatWasWrittenBeforeItCount() throws {
        let tree = try TreeFixture()
        try tree.county.commit([
            .state([.region(try TreeFixture.record(TreeFixture.countyID))])
        ])
        let twin = try FixtureNode(seed: 9, region: TreeFixture.countyID, root: tree.county.seat)
        _ = try twin.pull(.directory(TreeFixture.countyID), from: tree.county)
        try twin.commit([.write([draft(of: TreeFixture.item)])])
        let item = DocumentKey(
            collection: .item, id: ItemState.id(of: TreeFixture.item, in: catalog.id))
        #expect(try twin.journal.document(item) == nil, "a stranger publishes nothing")
        let seat = twin.seat
        try tree.county.commit([
            .state([
                .seat(
                    region: seat.region, epoch: 2, key: seat.key, node: seat.node,
                    proof: twin.proof)
            ])
        ])
        _ = try twin.pull(.directory(TreeFixture.countyID), from: tree.county)
        #expect(try twin.journal.document(item) != nil)
        _ = try tree.county.pull(catalog, from: twin)
        #expect(try tree.county.journal.document(item) == twin.journal.document(item))
    }

    private func draft(of code: String) -> Draft {
        let body = """
            {"code":"\(code)","version":1,"effectiveFrom":"2026-09-28","elements":{"name":"甲",\
            "kind":"行政给付","handling":"承诺件","legalDays":20,"promisedDays":5,"materials":[]}}
            """
        return Draft(scope: catalog, kind: .itemPublish, body: Array(body.utf8))
    }
}
