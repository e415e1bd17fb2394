import Base
import Change
import Replication
import Testing

/// A peer that proved who it is, and then says what no node would.
@Suite struct HostilePeerTests {
    private let wire = Wire(Village(0), Village(1))

    /// A scope's name is a region and any year: a peer could name 65,536 of each region.
    @Test func aPeerOpensNoMoreScopesThanALinkShares() throws {
        #expect(try wire.sync())
        let seen = SeenHead(actor: ActorID(9), seq: Seq(1), prefix: 1)
        for part in 0..<3 {
            let statements = (0..<2000).map { index -> Frame in
                let name = ScopeName.cases(RegionID(1), year: UInt16(part * 2000 + index))
                return .vector(
                    VectorStatement(
                        name: name, epoch: 1, heads: [seen], quarantined: [],
                        leaf: Digest16(high: UInt64(index), low: 1)))
            }
            let answer = try say(statements)
            #expect(answer.frames.count <= Limits.messageFramesMax)
        }
        #expect(wire.above.scopes.count <= Limits.linkScopesMax)
        #expect(wire.above.scopes.count > 4000, "as many as fit are opened")
        let refused = try say([]).frames.contains { $0.kind == .refused }
        #expect(!refused, "a refusal is said once")
    }

    /// Sixteen paths for each DIGEST that differs: the answer still is one that can be read.
    @Test func anAnswerKeepsTheLimitOfAMessage() throws {
        for year in 0..<200 {
            wire.above.write(ScopeName.cases(RegionID(1), year: UInt16(year)))
        }
        #expect(try wire.sync())
        let strange = [Digest16](repeating: Digest16(high: 5, low: 5), count: 16)
        let frames = (0..<4000).map { index -> Frame in
            .digest(
                DigestStatement(
                    path: DigestTree.Path(level: 2, prefix: index % 256), children: strange))
        }
        let answer = try say(frames)
        #expect(answer.frames.count <= Limits.messageFramesMax)
        #expect(throws: Never.self) { try Message.decode(answer.encode()) }
    }

    /// A village that names its neighbour's cases: it gets none, and brings none in.
    @Test func aPeerNeitherGetsNorBringsWhatIsNotSharedWithIt() throws {
        let neighbours = ScopeName.cases(RegionID(7), year: 2026)
        wire.above.write(neighbours)
        wire.above.forbidden.insert(neighbours.id)
        #expect(try wire.sync())
        let before = try #require(wire.above.scopes[neighbours.id]).log.count
        let forger = Village(2)
        forger.write(neighbours)
        let changes = try #require(forger.scopes[neighbours.id]).log
        let seen = SeenHead(actor: ActorID(9), seq: Seq(1), prefix: 1)
        let answer = try say([
            .vector(
                VectorStatement(
                    name: neighbours, epoch: 1, heads: [seen], quarantined: [],
                    leaf: Digest16(high: 1, low: 1))),
            .range(forger.batch(neighbours.id, changes)),
        ])
        #expect(
            answer.frames.contains {
                if case .refused(let notice) = $0 {
                    notice.reason == .scopeNotCarried && notice.scope == neighbours.id
                } else {
                    false
                }
            })
        #expect(!answer.frames.contains { $0.kind == .range })
        #expect(wire.above.scopes[neighbours.id]?.log.count == before)
        #expect(wire.alarms.above.isEmpty)
        _ = try say([.range(forger.batch(neighbours.id, changes))])
        #expect(wire.alarms.above == [.uninvited(scope: neighbours.id)])
        #expect(wire.above.scopes[neighbours.id]?.log.count == before)
    }

    private func say(_ frames: [Frame]) throws -> Message {
        let token = try #require(wire.answerer.token)
        let fast = Fast(
            link: token, flags: [.viewKnown], root: Digest16(high: 3, low: 3), view: .zero)
        return try #require(try wire.ask(Message([.fast(fast)] + frames)))
    }
}
