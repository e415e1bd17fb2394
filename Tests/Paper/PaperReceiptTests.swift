import Base
import Civil
import Crypto
import Testing

@testable import Domain
@testable import Paper

/// What a document's code says, and what becomes of it when somebody changes a letter.
@Suite struct PaperReceiptTests {
    private static func key(_ byte: UInt8, _ suite: Suite = .sha256Ed25519) throws -> SigningKey {
        try SigningKey(suite: suite, seed: [UInt8](repeating: byte, count: 32))
    }

    private static let county = code(370_124_000_000)
    private static let village = code(370_124_106_201)

    private static func code(_ number: UInt64) -> RegionCode {
        guard let code = RegionCode(number: number) else { fatalError("12 digits are a code") }
        return code
    }

    private static func facts(content: UInt64 = 5) throws -> PaperReceipt.Facts {
        PaperReceipt.Facts(
            kind: .acceptance, region: village,
            number: CaseNumber(region: village, date: 20_260_924, serial: 1),
            event: Digest16(high: 3, low: 4), millis: 1_790_210_400_000,
            due: CivilDate("2026-10-09"), content: Digest16(high: content, low: 6))
    }

    /// A station's receipt with its county's voucher.
    private static func receipt(
        suite: Suite = .sha256Ed25519, isVouched: Bool = true
    ) throws -> (receipt: PaperReceipt, county: SigningKey) {
        let station = try key(1, suite)
        let above = try key(2, suite)
        let words = PaperReceipt.vouching(for: station.publicKey, of: village, by: county)
        let receipt = PaperReceipt(
            try facts(), by: station.publicKey, voucher: isVouched ? above.sign(words) : [],
            sign: station.sign)
        return (receipt, above)
    }

    @Test(arguments: Suite.allCases)
    func theCountysKeyIsEnoughToCheckIt(suite: Suite) throws {
        let (receipt, above) = try Self.receipt(suite: suite)
        let read = try #require(PaperReceipt(receipt.text))
        #expect(read == receipt)
        #expect(read.facts.due?.text == "2026-10-09")
        #expect(read.verdict(county: (Self.county, above.publicKey)) == .genuine)
        #expect(read.verdict(county: nil) == .unvouched)
        #expect(read.verdict(county: nil, known: { code, _ in code == Self.village }) == .genuine)
        let stranger = try Self.key(9, suite)
        #expect(read.verdict(county: (Self.county, stranger.publicKey)) == .unvouched)
        // The voucher names the county: another county's word for this key is none.
        let other = try #require(RegionCode("371502000000"))
        #expect(read.verdict(county: (other, above.publicKey)) == .unvouched)
    }

    @Test func theCodeFitsOnPaperAndIsReadWithBlanks() throws {
        let (receipt, _) = try Self.receipt(suite: .sm3SM2)
        #expect(receipt.text.utf8.count < 500)
        let broken = receipt.text.enumerated().map { index, letter in
            index % 40 == 39 ? "\(letter)\n " : String(letter)
        }
        #expect(PaperReceipt(broken.joined()) == receipt)
    }

    @Test func noChangedLetterPassesForGenuine() throws {
        let (receipt, above) = try Self.receipt()
        let letters = Array(receipt.text)
        for place in PaperReceipt.prefix.count..<letters.count {
            var changed = letters
            changed[place] = changed[place] == "A" ? "B" : "A"
            guard let read = PaperReceipt(String(changed)) else { continue }
            let verdict = read.verdict(county: (Self.county, above.publicKey))
            #expect(verdict != .genuine, "letter \(place)")
        }
        for cut in 0..<letters.count {
            #expect(PaperReceipt(String(letters[..<cut])) == nil || cut > letters.count - 87)
        }
    }

    @Test func otherWordsOnThePaperAreSeen() throws {
        let (receipt, above) = try Self.receipt()
        let county = (Self.county, above.publicKey)
        #expect(receipt.verdict(county: county, content: Digest16(high: 5, low: 6)) == .genuine)
        #expect(receipt.verdict(county: county, content: Digest16(high: 7, low: 6)) == .altered)
    }

    @Test func withoutItsCountysWordItIsNotGenuine() throws {
        let (receipt, above) = try Self.receipt(isVouched: false)
        let read = try #require(PaperReceipt(receipt.text))
        #expect(read.verdict(county: (Self.county, above.publicKey)) == .unvouched)
        // A county vouches for itself.
        let own = PaperReceipt(
            PaperReceipt.Facts(
                kind: .grant, region: Self.county, number: receipt.facts.number,
                event: receipt.facts.event, millis: 0, due: nil, content: .zero),
            by: above.publicKey, voucher: [], sign: above.sign)
        #expect(own.verdict(county: (Self.county, above.publicKey)) == .genuine)
        #expect(try #require(PaperReceipt(own.text)).facts.due == nil)
    }

    @Test func namesOfPapersAreReadOneWay() {
        for kind in PaperKind.allCases {
            #expect(PaperName(kind.rawValue) == PaperName(kind))
            #expect(PaperName(PaperName(kind, 2).text) == PaperName(kind, 2))
        }
        for text in ["", "receipt.1", "receipt.02", "receipt.x", "receipt.2.3", "nothing"] {
            #expect(PaperName(text) == nil, "\(text)")
        }
    }
}
