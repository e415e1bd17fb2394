import Base
import Crypto
import Testing

@testable import Disk

/// One slot of the sentinel file.
@Suite struct SentinelRecordTests {
    @Test func aRecordGoesRound() throws {
        var record = SentinelRecord(
            generation: 5, ordinal: 6, incarnation: Digest(words: (1, 2, 3, 4)), storeEpoch: 7,
            own: OwnHistory(count: 8, hash: Digest(words: (5, 6, 7, 8))),
            machine: Digest(words: (9, 10, 11, 12)))
        record.place = 13
        let bytes = record.encode()
        #expect(bytes.count == SentinelRecord.slotBytes)
        #expect(try SentinelRecord.decode(bytes) == record)
        for offset in bytes.indices {
            var flipped = bytes
            flipped[offset] ^= 1
            #expect(throws: DecodeError.self) { try SentinelRecord.decode(flipped) }
        }
    }

    /// Version 1 told nothing of the file that it stood in.
    @Test func aRecordOfTheVersionBeforeIsRead() throws {
        var writer = ByteWriter(capacity: SentinelRecord.slotBytes)
        writer.write(SentinelRecord.magic)
        writer.write(byte: 1)
        for number in [5, 6] as [UInt64] { writer.write(number) }
        writer.write(Digest(words: (1, 2, 3, 4)))
        for number in [7, 8] as [UInt64] { writer.write(number) }
        writer.write(Digest(words: (5, 6, 7, 8)))
        writer.write(Digest(words: (9, 10, 11, 12)))
        writer.write(Hash.digest(writer.bytes, suite: .sha256Ed25519))
        let padding = SentinelRecord.slotBytes - writer.bytes.count
        let record = try SentinelRecord.decode(
            writer.bytes + [UInt8](repeating: 0, count: padding))
        #expect(record.place == 0 && record.generation == 5 && record.own.count == 8)
        #expect(record.machine == Digest(words: (9, 10, 11, 12)))
    }
}
