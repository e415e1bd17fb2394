import Base
import Change
import Crypto
import Support
import Testing

@Suite struct ChangeCodecTests {
    let scope = ScopeName.cases(RegionID(0x0123_4567_89ab_cdef), year: 2026)

    /// Changes with every part empty and with every part filled, of both suites.
    private func samples() throws -> [(name: String, change: Change, suite: Suite)] {
        var all: [(name: String, change: Change, suite: Suite)] = []
        for suite in Suite.allCases {
            let writer = try Writer(7, suite: suite)
            let genesis = writer.genesis(scope)
            let full = writer.next(
                scope, after: genesis.head,
                deps: [
                    Dependency(actor: ActorID(1), seq: Seq(300), hash: Digest16(high: 5, low: 6)),
                    Dependency(actor: ActorID(2), seq: Seq(1), hash: Digest16(high: 7, low: 8)),
                ],
                refs: [
                    Reference(
                        scope: ScopeID(9), document: Digest16(high: 1, low: 2), hash: 0xfedc)
                ],
                supersedes: [
                    Dot(actor: ActorID(1), seq: Seq(1)), Dot(actor: ActorID(1), seq: Seq(2)),
                ])
            let empty = writer.next(scope, after: full.head, body: [], kind: 1)
            all += [
                ("genesis-\(suite.rawValue)", genesis, suite),
                ("full-\(suite.rawValue)", full, suite),
                ("empty-\(suite.rawValue)", empty, suite),
                ("elided-\(suite.rawValue)", ChangeCodec.elided(full), suite),
            ]
        }
        return all
    }

    /// Frozen: the bytes, and after a colon the hash.
    @Test func changesAreAsFrozen() throws {
        let frozen = try Vectors.load("changes-1.txt")
        let samples = try samples()
        #expect(frozen.map(\.name) == samples.map(\.name))
        for (sample, vector) in zip(samples, frozen) {
            let text = Hex.encode(sample.change.bytes) + ":" + sample.change.hash.hex
            #expect(text == vector.hex, "\(sample.name)")
        }
    }

    @Test func decodeIsTheInverseOfMake() throws {
        for (name, change, suite) in try samples() {
            let read = try ChangeCodec.decode(change.bytes, suite: suite)
            #expect(read == change && read.hash == change.hash, "\(name)")
            #expect(read.header == change.header && read.body == change.body, "\(name)")
            #expect(ChangeCodec.payloadMatches(read, suite: suite), "\(name)")
        }
    }

    /// A payload can be erased: the hash stays, the body is gone.
    @Test func anElidedChangeKeepsItsHash() throws {
        let (_, full, suite) = try samples()[1]
        let elided = ChangeCodec.elided(full)
        #expect(elided.hash == full.hash && elided.body == nil && !elided.hasPayload)
        #expect(elided.bytes.count == full.headerLength + 1)
        #expect(try ChangeCodec.decode(elided.bytes, suite: suite).hash == full.hash)
    }

    /// A flipped byte is a typed error, another hash, or a payload that no longer matches.
    @Test func noFlipGoesUnseenAndNoneTraps() throws {
        for (name, change, suite) in try samples() {
            for index in change.bytes.indices {
                var bad = change.bytes
                bad[index] ^= 0x55
                do throws(DecodeError) {
                    let read = try ChangeCodec.decode(bad, suite: suite)
                    #expect(read.bytes == bad)
                    let isSeen =
                        read.hash != change.hash
                        || !ChangeCodec.payloadMatches(read, suite: suite)
                    #expect(isSeen, "\(name) byte \(index)")
                } catch {
                    #expect(error.offset <= bad.count)
                }
                #expect(throws: DecodeError.self, "\(name) cut at \(index)") {
                    try ChangeCodec.decode(Array(change.bytes[..<index]), suite: suite)
                }
            }
            #expect(throws: DecodeError.self) {
                try ChangeCodec.decode(change.bytes + [0], suite: suite)
            }
        }
    }

    @Test func onlyTheOneFormIsTaken() throws {
        let writer = try Writer(7)
        let genesis = writer.genesis(scope)
        func refused(_ edit: (inout ChangeHeader) -> Void) -> DecodeError.Reason? {
            var header = writer.next(scope, after: genesis.head).header
            edit(&header)
            let bytes = ChangeCodec.make(
                header, salt: .zero, body: [], suite: .sha256Ed25519
            ).bytes
            do throws(DecodeError) {
                _ = try ChangeCodec.decode(bytes, suite: .sha256Ed25519)
                return nil
            } catch {
                return error.reason
            }
        }
        let dep = Dependency(actor: ActorID(5), seq: Seq(1), hash: .zero)
        #expect(refused { $0.deps = [dep] } == nil)
        #expect(refused { $0.deps = [dep, dep] } == .notCanonical)
        #expect(
            refused {
                $0.deps = [
                    Dependency(actor: writer.actor(in: scope), seq: Seq(1), hash: .zero)
                ]
            } == .badValue)
        #expect(
            refused { $0.deps = [Dependency(actor: ActorID(5), seq: .none, hash: .zero)] }
                == .badValue)
        let dot = Dot(actor: ActorID(5), seq: Seq(2))
        #expect(refused { $0.supersedes = [dot, dot] } == .notCanonical)
        #expect(refused { $0.seq = .none } == .badValue)
        #expect(
            refused {
                $0.deps = (0...64).map {
                    Dependency(actor: ActorID(UInt64($0)), seq: Seq(1), hash: .zero)
                }
            } == .limit)
    }
}
