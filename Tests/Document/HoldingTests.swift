import Base
import Change
import Testing

@testable import Document

/// What a node has said that it holds.
@Suite struct HoldingTests {
    private let region = RegionID(7)

    private func head(_ actor: UInt64, _ seq: UInt64) -> CatalogReceiptState.Head {
        .init(actor: ActorID(actor), seq: Seq(seq), hash: Digest16(high: actor, low: seq))
    }

    private func scope(_ id: UInt64, _ heads: [CatalogReceiptState.Head]) -> HoldingState.Scope {
        HoldingState.Scope(id: ScopeID(id), heads: heads)
    }

    private func time(_ millis: Int64) -> HybridTime { HybridTime(millis: millis, counter: 0) }

    @Test func anyOrderGivesOneState() throws {
        let receipts = [
            ([scope(1, [head(1, 4), head(2, 1)])], time(10)),
            ([scope(1, [head(1, 2)]), scope(2, [head(9, 1)])], time(30)),
            ([scope(2, [head(9, 5)]), scope(1, [head(3, 1)])], time(20)),
        ]
        var forward = HoldingState(region: region)
        var backward = HoldingState(region: region)
        for (said, time) in receipts { forward.take(said, at: time) }
        for (said, time) in receipts.reversed() + receipts { backward.take(said, at: time) }
        #expect(forward == backward)
        #expect(forward.time == time(30))
        #expect(forward.scopes.map(\.id) == [ScopeID(1), ScopeID(2)])
        #expect(forward.covers(Dot(actor: ActorID(1), seq: Seq(4)), in: ScopeID(1)))
        #expect(!forward.covers(Dot(actor: ActorID(1), seq: Seq(5)), in: ScopeID(1)))
        #expect(!forward.covers(Dot(actor: ActorID(1), seq: Seq(1)), in: ScopeID(2)))
        let key = HoldingState.key(of: region)
        #expect(try HoldingState(forward.stored(key: key, scope: ScopeID(3))) == forward)
    }

    @Test func aReceiptSaysWhatIsNewAndNothingElse() {
        var state = HoldingState(region: region)
        let held = [scope(2, [head(9, 5)]), scope(1, [head(1, 4), head(2, 1)])]
        #expect(state.behind(held) == 10)
        let first = state.next(held)
        #expect(first.map(\.id) == [ScopeID(1), ScopeID(2)])
        state.take(first, at: time(1))
        #expect(state.next(held).isEmpty && state.behind(held) == 0)
        let later = [scope(2, [head(9, 5)]), scope(1, [head(1, 4), head(2, 3)])]
        #expect(state.next(later) == [scope(1, [head(2, 3)])])
        #expect(state.behind(later) == 2)
    }

    @Test func aReceiptIsBoundedAndTheRestFollows() throws {
        let heads = (1...UInt64(Limits.receiptHeadsMax + 10)).map { head($0, 1) }
        let held = [scope(1, Array(heads.prefix(1000))), scope(2, Array(heads.dropFirst(1000)))]
        var state = HoldingState(region: region)
        let first = state.next(held)
        #expect(first.reduce(0) { $0 + $1.heads.count } == Limits.receiptHeadsMax)
        #expect(HoldingState.body(first).count < Limits.changeBodyBytesMax - 4096)
        state.take(first, at: time(1))
        #expect(state.next(held).reduce(0) { $0 + $1.heads.count } == 10)
    }

    @Test func bodiesAreReadBackAndOthersAreNone() throws {
        let said = [scope(1, [head(1, 4)])]
        #expect(HoldingState.read(try JSON(parsing: HoldingState.body(said))) == said)
        for text in [
            "{}", "{\"scopes\":1}", "{\"scopes\":[{}]}",
            "{\"scopes\":[{\"scope\":\"1\",\"heads\":[]}]}",
            "{\"scopes\":[{\"scope\":\"0000000000000001\",\"heads\":[{}]}]}",
        ] {
            #expect(HoldingState.read(try JSON(parsing: Array(text.utf8))) == nil, "\(text)")
        }
    }
}
