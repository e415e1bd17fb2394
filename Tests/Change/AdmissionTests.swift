import Base
import Change
import Crypto
import Testing

/// PROTOCOL §5: four refusals, a duplicate, a fork, and nothing else.
@Suite struct AdmissionTests {
    let scope = ScopeName.cases(RegionID(3), year: 2026)

    private func judge(
        _ change: Change, held: [Change], quarantined: Bool = false
    ) -> AdmissionVerdict {
        let own = held.filter { $0.header.actor == change.header.actor }
        let chain = own.last.flatMap { last in
            Genesis.founding(own[0]).map {
                ChainState(
                    key: $0.key, node: $0.node, head: last.head, quarantined: quarantined)
            }
        }
        return Admission.judge(change, chain: chain) { (dot: Dot) throws(Never) -> Digest? in
            held.first { $0.dot == dot }?.hash
        }
    }

    @Test func theNextOfAChainIsAdmitted() throws {
        let chain = try Writer(1).chain(scope, 3)
        #expect(judge(chain[0], held: []) == .admit)
        #expect(judge(chain[1], held: [chain[0]]) == .admit)
        #expect(judge(chain[2], held: Array(chain[..<2])) == .admit)
    }

    @Test func aGapNamesWhatIsExpected() throws {
        let chain = try Writer(1).chain(scope, 4)
        #expect(judge(chain[2], held: []) == .refuse(.notNext(expected: Seq(1))))
        #expect(judge(chain[3], held: Array(chain[..<2])) == .refuse(.notNext(expected: Seq(3))))
    }

    @Test func theSameChangeIsADuplicate() throws {
        let chain = try Writer(1).chain(scope, 3)
        for change in chain { #expect(judge(change, held: chain) == .duplicate) }
        #expect(judge(ChangeCodec.elided(chain[1]), held: chain) == .duplicate)
    }

    @Test func theSameNumberWithAnotherHashIsAFork() throws {
        let writer = try Writer(1)
        let chain = writer.chain(scope, 3)
        let other = writer.next(scope, after: chain[0].head, body: [1, 2])
        #expect(judge(other, held: chain) == .fork(held: chain[1].hash))
        let far = writer.next(scope, after: other.head, body: [1, 2])
        #expect(judge(far, held: chain) == .fork(held: chain[2].hash))
        let after = writer.next(scope, after: far.head)
        #expect(judge(after, held: chain) == .refuse(.wrongPrevious))
    }

    @Test func aChainStartsWithItsGenesis() throws {
        let writer = try Writer(1)
        let stray = writer.next(
            scope, after: ChainHead(actor: writer.actor(in: scope), seq: .none, hash: .zero))
        #expect(judge(stray, held: []) == .refuse(.wrongPrevious))
    }

    @Test func aDependencyMustBeHeldWithItsHash() throws {
        let one = try Writer(1)
        let two = try Writer(2)
        let first = one.chain(scope, 2)
        let second = two.chain(scope, 1)
        func depending(on seq: UInt64, _ hash: Digest) -> Change {
            two.next(
                scope, after: second[0].head,
                deps: [
                    Dependency(
                        actor: one.actor(in: scope), seq: Seq(seq), hash: hash.prefix16)
                ])
        }
        let good = depending(on: 2, first[1].hash)
        let dot = first[1].dot
        #expect(judge(good, held: first + second) == .admit)
        #expect(judge(good, held: [first[0]] + second) == .refuse(.missingDep(dot)))
        #expect(judge(good, held: second) == .refuse(.missingDep(dot)))
        let forged = depending(on: 2, first[0].hash)
        #expect(judge(forged, held: first + second) == .refuse(.missingDep(dot)))
    }

    /// Unknown kinds, odd clocks and strange references are no reason to refuse.
    @Test func nothingElseIsAReason() throws {
        let writer = try Writer(1)
        let genesis = writer.genesis(scope)
        let odd = writer.next(
            scope, after: genesis.head, body: [0xff, 0xfe], kind: 0xffff,
            refs: [Reference(scope: ScopeID(1), document: .zero, hash: 0)],
            supersedes: [Dot(actor: ActorID(77), seq: Seq(5))])
        #expect(judge(odd, held: [genesis]) == .admit)
    }
}
