import Base
import Change
import Crypto
import Testing

@Suite struct BatchTests {
    let scope = ScopeName.cases(RegionID(3), year: 2026)

    /// Two writers of different suites, interleaved; one change without its payload.
    private func mixed() throws -> (batch: ChangeBatch, writers: [Writer]) {
        let writers = [try Writer(1), try Writer(2, suite: .sm3SM2)]
        let one = writers[0].chain(scope, 3)
        let two = writers[1].chain(scope, 2)
        let changes = [one[0], two[0], one[1], two[1], ChangeCodec.elided(one[2])]
        return (batch(scope, changes, by: writers), writers)
    }

    @Test func theReaderMakesTheSameStoredBytes() throws {
        let (batch, _) = try mixed()
        let bytes = encoded(batch)
        let read = try decoded(bytes)
        #expect(read.changes == batch.changes)
        #expect(read.changes.map(\.hash) == batch.changes.map(\.hash))
        #expect(read.heads == batch.heads)
        #expect(encoded(read) == bytes)
        #expect(read.verify { _ in nil } == [.good, .good])
    }

    /// A batch says once what many changes share: 56 bytes and the body for each further one.
    @Test func aFurtherChangeCostsItsBodyAndLittleMore() throws {
        let writer = try Writer(1)
        let chain = writer.chain(scope, 11)
        let ten = encoded(batch(scope, Array(chain[..<10]), by: [writer])).count
        let eleven = encoded(batch(scope, chain, by: [writer])).count
        let body = chain[10].body?.count ?? 0
        #expect(eleven - ten - body <= 58)
    }

    @Test func aSegmentMayStartInTheMiddleOfAChain() throws {
        let writer = try Writer(1)
        let chain = writer.chain(scope, 5)
        let tail = batch(scope, Array(chain[2...]), by: [writer])
        let read = try decoded(encoded(tail))
        #expect(read.changes == Array(chain[2...]))
        #expect(read.verify { _ in nil } == [.keyUnknown])
        let key = try VerifyingKey(writer.key.publicKey)
        #expect(read.verify { _ in key } == [.good])
        let stranger = try VerifyingKey(try Writer(9).key.publicKey)
        #expect(read.verify { _ in stranger } == [.bad("signature")])
    }

    @Test func whatIsNotSignedOrSignedByAnotherIsBad() throws {
        let writer = try Writer(1)
        let chain = writer.chain(scope, 2)
        let bare = ChangeBatch(scope: scope.id, changes: chain, heads: []) { _ in
            .sha256Ed25519
        }
        #expect(try decoded(encoded(bare)).verify { _ in nil } == [.bad("no signed head")])
        let early = ChangeBatch(
            scope: scope.id, changes: chain,
            heads: [
                SignedHead(
                    head: chain[1].head,
                    signature: writer.sign(scope, chain[0].head).signature)
            ]
        ) { _ in .sha256Ed25519 }
        #expect(early.verify { _ in nil } == [.bad("signature")])
        let other = ScopeName.cases(RegionID(4), year: 2026)
        let moved = ChangeBatch(
            scope: scope.id, changes: chain,
            heads: [
                SignedHead(
                    head: chain[1].head,
                    signature: writer.sign(other, chain[1].head).signature)
            ]
        ) { _ in .sha256Ed25519 }
        #expect(moved.verify { _ in nil } == [.bad("signature")])
    }

    /// Every byte flipped or cut: a typed error, or a segment that does not verify, or exactly
    /// the same changes (a batch does not say a change's bytes twice). Never a trap.
    @Test func everyFlipAndCutIsSeen() throws {
        let (batch, _) = try mixed()
        let good = encoded(batch)
        var unseen = 0
        for index in good.indices {
            for mask in [UInt8(0x01), 0x80, 0xff] {
                var bad = good
                bad[index] ^= mask
                do throws(DecodeError) {
                    let read = try decoded(bad)
                    let verdicts = read.verify { _ in nil }
                    if verdicts.allSatisfy({ $0 == .good }), read.changes == batch.changes {
                        unseen += 1
                    } else {
                        #expect(verdicts.contains { $0 != .good }, "byte \(index)")
                    }
                } catch {
                    #expect(error.offset <= bad.count)
                }
            }
            #expect(throws: DecodeError.self, "cut at \(index)") {
                try decoded(Array(good[..<index]))
            }
        }
        #expect(unseen == 0)
    }

    @Test func theFormIsBounded() throws {
        let writer = try Writer(1)
        let good = encoded(batch(scope, writer.chain(scope, 1), by: [writer]))
        var bad = good
        bad[8] = 2
        #expect(throws: DecodeError.self) { try decoded(bad) }
        bad = Array(good[..<8]) + [0, 0]
        #expect(throws: DecodeError.self) { try decoded(bad) }
        var many = ByteWriter()
        many.write(scope.id)
        many.write(count: Limits.rangeChangesMax + 1)
        #expect {
            try decoded(many.bytes)
        } throws: { ($0 as? DecodeError)?.reason == .limit }
    }
}
