import Testing

@testable import Base

@Suite struct StateTagTests {
    @Test func everyByteAndTheLengthCount() {
        var seen: Set<StateTag> = []
        var made = 0
        for length in 0...40 {
            let zeros = [UInt8](repeating: 0, count: length)
            seen.insert(StateTag(of: zeros))
            made += 1
            for index in 0..<length {
                for value in [UInt8(1), 0x80, 0xff] {
                    var bytes = zeros
                    bytes[index] = value
                    seen.insert(StateTag(of: bytes))
                    made += 1
                }
            }
        }
        #expect(seen.count == made)
    }

    @Test func theTextIsReadBackAndNothingElseIs() {
        let tag = StateTag(of: Array("{}".utf8))
        #expect(tag.text.utf8.count == 16)
        #expect(StateTag(tag.text) == tag)
        for bad in ["", "0", "00000000000000000", "000000000000000g", "+000000000000001"] {
            #expect(StateTag(bad) == nil)
        }
    }
}
