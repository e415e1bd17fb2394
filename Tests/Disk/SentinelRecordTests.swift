import Base
import Testing

@testable import Disk

/// One slot of the sentinel file.
@Suite struct SentinelRecordTests {
    @Test func aRecordGoesRound() throws {
        let record = SentinelRecord(
            generation: 5, ordinal: 6, incarnation: Digest(words: (1, 2, 3, 4)), storeEpoch: 7,
            own: OwnHistory(count: 8, hash: Digest(words: (5, 6, 7, 8))),
            machine: Digest(words: (9, 10, 11, 12)))
        let bytes = record.encode()
        #expect(bytes.count == SentinelRecord.slotBytes)
        #expect(try SentinelRecord.decode(bytes) == record)
        for offset in bytes.indices {
            var flipped = bytes
            flipped[offset] ^= 1
            #expect(throws: DecodeError.self) { try SentinelRecord.decode(flipped) }
        }
    }
}
