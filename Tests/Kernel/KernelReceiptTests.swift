import Base
import Change
import Domain
import Kernel
import Testing

/// Receipts in the control scope: up two steps, signed by their writer, and a reason for nothing.
@Suite struct KernelReceiptTests {
    private func held(_ node: FixtureNode) -> [HoldingState.Scope] {
        node.kernel.knowledge().filter { $0.name.family != .control && !$0.vector.isEmpty }
            .map { scope in
                HoldingState.Scope(
                    id: scope.id,
                    heads: scope.vector.heads.map {
                        .init(actor: $0.actor, seq: $0.seq, hash: $0.hash.prefix16)
                    })
            }
    }

    private func said(by region: RegionID, at node: FixtureNode) throws -> HoldingState {
        guard let stored = try node.journal.document(HoldingState.key(of: region)) else {
            return HoldingState(region: region)
        }
        return try HoldingState(stored)
    }

    private func write(_ scopes: [HoldingState.Scope], at node: FixtureNode) throws {
        try node.commit([
            .write([
                Draft(
                    scope: .control(node.region), kind: .scopeReceipt,
                    body: HoldingState.body(scopes))
            ])
        ])
    }

    private func linked() throws -> TreeFixture {
        let tree = try TreeFixture()
        try tree.state()
        try tree.publish()
        for _ in 0..<2 {
            try tree.link(tree.county, tree.town)
            try tree.link(tree.town, tree.village)
        }
        try tree.link(tree.county, tree.town)
        return tree
    }

    @Test func aReceiptReachesTheGrandparentAndCausesNothing() throws {
        let tree = try linked()
        let village = tree.village
        let next = try said(by: village.region, at: village).next(held(village))
        #expect(!next.isEmpty)
        try write(next, at: village)
        #expect(village.effects.touched == [ScopeName.control(village.region).id])
        let counts = [tree.county, tree.town, village].map(changes)
        try tree.link(tree.town, village)
        try tree.link(tree.county, tree.town)
        let after = [tree.county, tree.town, village].map(changes)
        #expect(after == [counts[0] + 1, counts[1] + 1, counts[2]], "one change up, none for it")
        let catalog = ScopeName.catalog(TreeFixture.countyID)
        let head = try #require(tree.county.vector(catalog).heads.first)
        let dot = Dot(actor: head.actor, seq: head.seq)
        for node in [tree.county, tree.town, village] {
            let state = try said(by: village.region, at: node)
            #expect(state.covers(dot, in: catalog.id))
            #expect(state.time != nil)
        }
        let state = try said(by: village.region, at: tree.county)
        #expect(state.next(held(village)).isEmpty, "there is nothing left to say")
    }

    private func changes(_ node: FixtureNode) -> Int {
        node.kernel.knowledge().reduce(0) { sum, scope in
            scope.vector.heads.reduce(sum) { $0 + Int($1.seq.rawValue) }
        }
    }

    /// Nobody gives a receipt for another: it counts in the writer's own control scope alone.
    @Test func aReceiptForAnotherHasNoEffect() throws {
        let tree = try linked()
        let town = tree.town
        try town.commit([
            .write([
                Draft(
                    scope: .control(tree.village.region), kind: .scopeReceipt,
                    body: HoldingState.body(held(town)))
            ])
        ])
        #expect(try town.journal.document(HoldingState.key(of: tree.village.region)) == nil)
        #expect(try town.journal.document(HoldingState.key(of: town.region)) == nil)
    }

    /// A body that is no receipt is stored, counted, and says nothing.
    @Test func aMalformedReceiptSaysNothing() throws {
        let tree = try linked()
        let town = tree.town
        let before = changes(town)
        for body in ["", "{", "{\"scopes\":[{}]}"] {
            try town.commit([
                .write([
                    Draft(
                        scope: .control(town.region), kind: .scopeReceipt, body: Array(body.utf8))
                ])
            ])
        }
        #expect(changes(town) == before + 3)
        #expect(try town.journal.document(HoldingState.key(of: town.region)) == nil)
    }
}
