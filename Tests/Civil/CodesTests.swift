import Base
import Foundation
import Support
import Testing

@testable import Civil

@Suite struct CodesTests {
    private static let credit = SharedData.path("vectors/uscc-gb32100.csv")
    private static let resident = SharedData.path("vectors/resident-id-gb11643.csv")

    /// value and whether it is to be taken, of a file of `value,expect,…`.
    private static func rows(_ path: String?) throws -> [(value: String, isValid: Bool)] {
        let text = try String(contentsOfFile: #require(path), encoding: .utf8)
        return text.split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return (String(fields[0]), fields[1] == "valid")
        }
    }

    @Test(.enabled(if: credit != nil, "shared/data/vectors is not on this machine"))
    func creditCodesAsTheVectorsSay() throws {
        let rows = try Self.rows(Self.credit)
        #expect(rows.count == 132)
        for row in rows { #expect((CreditCode(row.value) != nil) == row.isValid, "\(row.value)") }
    }

    @Test(.enabled(if: resident != nil, "shared/data/vectors is not on this machine"))
    func residentNumbersAsTheVectorsSay() throws {
        let rows = try Self.rows(Self.resident)
        #expect(rows.count == 120)
        for row in rows {
            #expect((ResidentNumber(row.value) != nil) == row.isValid, "\(row.value)")
        }
        let one = try #require(ResidentNumber("11010519491231002X"))
        #expect(one.birth.text == "1949-12-31")
        #expect(one.masked == "110105********002X")
    }

    @Test func checkDigitsOfTheStandard() {
        #expect(CheckDigit.mod11And10(Array("79462".utf8)) == 3)
        #expect(CheckDigit.mod11And10(Array("0794".utf8)) == 5)
        #expect(CheckDigit.isValid11And10(Array("794623".utf8)))
        #expect(CheckDigit.mod11And2(Array("0794".utf8)) == 0)
        #expect(CheckDigit.mod11And2(Array("079".utf8)) == 10)
        #expect(CheckDigit.mod11And10([]) == nil)
        #expect(CheckDigit.mod11And10(Array("12a".utf8)) == nil)
        #expect(!CheckDigit.isValid11And10(Array("7".utf8)))
    }

    @Test func everyWrongDigitOfACaseNumberIsSeen() throws {
        let body = Array("3701241062012026092400017".utf8)
        let check = try #require(CheckDigit.mod11And10(body))
        let whole = body + [0x30 + UInt8(check)]
        #expect(CheckDigit.isValid11And10(whole))
        for place in whole.indices {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != whole[place] {
                var wrong = whole
                wrong[place] = digit
                #expect(!CheckDigit.isValid11And10(wrong))
            }
        }
    }

    @Test func itemCodesOfAllThreeForms() throws {
        #expect(ItemCode("370118009002")?.form == .basic)
        #expect(ItemCode("000117112000")?.form == .basic)
        let long = try #require(ItemCode("11511300008778693M7370118009002"))
        #expect(long.form == .implementation)
        #expect(long.basic == "370118009002")
        #expect(ItemCode("11511300008778693M737011800900201")?.form == .handling)
        let broken = [
            "", "37011800900", "3701180090020", "37011800900x", "990118009002", "370100000002",
            "11511300008778693N7370118009002", "11511300008778693Mx370118009002",
            "11511300008778693M7370118009002ab",
        ]
        for text in broken { #expect(ItemCode(text) == nil, "\(text)") }
    }
}
