import Network
import Testing

@Suite struct DeflateTests {
    private let text = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 7 &* 13) }

    @Test(arguments: [0, 1, 6, 9], [Deflate.Format.raw, .zlib])
    func comesBack(level: Int, format: Deflate.Format) throws {
        for count in [0, 1, 2, 1000, 50_000] {
            let bytes = Array(text[..<count])
            let packed = Deflate.compress(bytes, level: level, format: format)
            #expect(try Deflate.inflate(packed, limit: count, format: format) == bytes)
            if count > 0 {
                #expect(throws: Deflate.Failure.tooLarge) {
                    try Deflate.inflate(packed, limit: count - 1, format: format)
                }
            }
        }
        #expect(level == 0 || Deflate.compress(text, level: level).count < 5000)
    }

    @Test func refusesABomb() {
        let bomb = Deflate.compress([UInt8](repeating: 0, count: 60_000_000), level: 9)
        #expect(bomb.count < 100_000)
        #expect(throws: Deflate.Failure.tooLarge) { try Deflate.inflate(bomb, limit: 1_000_000) }
    }

    @Test func refusesEveryCutAndWhatFollows() {
        let packed = Deflate.compress(Array("hello, hello, hello".utf8), format: .zlib)
        for count in 0..<packed.count {
            #expect(throws: Deflate.Failure.truncated) {
                try Deflate.inflate(Array(packed[..<count]), limit: 100, format: .zlib)
            }
        }
        #expect(throws: Deflate.Failure.trailing) {
            try Deflate.inflate(packed + [0], limit: 100, format: .zlib)
        }
    }

    @Test func refusesEveryFlip() {
        let bytes = Array("hello, hello, hello".utf8)
        let packed = Deflate.compress(bytes, format: .zlib)
        for index in packed.indices {
            for bit in 0..<8 {
                var flipped = packed
                flipped[index] ^= 1 << bit
                #expect(throws: Deflate.Failure.self) {
                    try Deflate.inflate(flipped, limit: 100, format: .zlib)
                }
            }
        }
    }
}
