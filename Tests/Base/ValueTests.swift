import Testing

@testable import Base

@Suite struct ValueTests {
    @Test func hexadecimalOfBothCasesIsRead() {
        #expect(Hex.encode([0x00, 0xaf, 0x10]) == "00af10")
        #expect(Hex.decode("00aF10") == [0x00, 0xaf, 0x10])
        #expect(Hex.decode("") == [])
        for wrong in ["0", "0g", "é", " 0"] { #expect(Hex.decode(wrong) == nil, "\(wrong)") }
    }

    @Test func aDigestIsItsBytes() {
        let bytes = (0..<32).map { UInt8($0 * 7) }
        let digest = Digest(bytes: bytes)
        #expect(digest.bytes == bytes)
        #expect(digest.hex == Hex.encode(bytes))
        #expect(digest.prefix8 == 0x0007_0e15_1c23_2a31)
        #expect(digest.prefix16.bytes == Array(bytes[..<16]))
        #expect(Digest16(hex: digest.prefix16.hex) == digest.prefix16)
        #expect(Digest16(hex: "00") == nil)
        #expect(Digest16(hex: String(repeating: "g", count: 32)) == nil)
        #expect(Digest.zero < digest)
        var last = bytes
        last[31] &+= 1
        #expect(digest < Digest(bytes: last))
        #expect(digest != Digest(bytes: last))
    }

    @Test func aDigestOfAnotherLengthTraps() async {
        await #expect(processExitsWith: .failure) { _ = Digest(bytes: [1, 2, 3]) }
    }

    @Test(arguments: ["37012410620", "3701241062010", "070124106201", "37012410620x", ""])
    func aRegionCodeHasTwelveDigits(wrong: String) {
        #expect(RegionCode(wrong) == nil)
    }

    @Test func aRegionCodeIsItsNumber() {
        #expect(RegionCode("370124106201")?.rawValue == 370_124_106_201)
        #expect(RegionCode(number: 370_124_106_201)?.text == "370124106201")
        #expect(RegionCode(number: 99_999_999_999) == nil)
        #expect(RegionCode(number: 1_000_000_000_000) == nil)
    }

    @Test func anInstantStaysAtTheEndsOfItsRange() {
        #expect(Instant(millis: 1).advanced(byMillis: -2) == Instant(millis: -1))
        #expect(Instant(millis: .max - 1).advanced(byMillis: 2) == Instant(millis: .max))
        #expect(Instant(millis: .min + 1).advanced(byMillis: -2) == Instant(millis: .min))
    }

    @Test func aDotIsOrderedByActorThenSeq() {
        let first = Dot(actor: ActorID(1), seq: Seq(9))
        let second = Dot(actor: ActorID(2), seq: Seq(1))
        #expect(first < second)
        #expect(Dot(actor: ActorID(1), seq: Seq(8)) < first)
        #expect(Seq.none.next == Seq(1))
        #expect(ActorID(10).hex == "000000000000000a")
    }

    @Test func aSeqPastItsRangeTraps() async {
        await #expect(processExitsWith: .failure) { _ = Seq(Limits.seqMax).next }
    }
}
