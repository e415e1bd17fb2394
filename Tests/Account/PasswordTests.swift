import Base
import Testing

@testable import Account

@Suite struct PasswordTests {
    private let salt = [UInt8](repeating: 7, count: Limits.saltBytes)

    @Test func aRecordKnowsItsPasswordAndNoOther() throws {
        let record = PasswordRecord("yanshi-2026", salt: salt, costLog2: 4)
        #expect(record.matches("yanshi-2026"))
        #expect(!record.matches("yanshi-2027"))
        #expect(!record.matches(""))
        let read = try #require(PasswordRecord(text: record.text))
        #expect(read == record)
        #expect(record.text.hasPrefix("scrypt$4$8$1$"))
    }

    @Test func theShippedCostIsRecorded() {
        #expect(PasswordRecord("yanshi-2026", salt: salt).text.hasPrefix("scrypt$15$8$1$"))
        #expect(PasswordRecord.nobody.costLog2 == Limits.passwordCostLog2)
    }

    @Test func nothingMatchesNobody() {
        #expect(!PasswordRecord.nobody.matches(""))
        #expect(!PasswordRecord.nobody.matches("yanshi-2026"))
    }

    @Test(arguments: [
        "", "scrypt", "scrypt$4$8$1$00$00", "scrypt$40$8$1$", "plain$4$8$1$07$00",
        "scrypt$4$9$1$" + String(repeating: "07", count: 16) + "$"
            + String(repeating: "0", count: 64),
        "scrypt$17$8$1$" + String(repeating: "07", count: 16) + "$"
            + String(repeating: "0", count: 64),
        "scrypt$-1$8$1$" + String(repeating: "07", count: 16) + "$"
            + String(repeating: "0", count: 64),
    ])
    func aRecordOfAnotherFormIsNone(text: String) { #expect(PasswordRecord(text: text) == nil) }

    @Test func weakPasswordsAreToldWhy() {
        #expect(PasswordRecord.weakness(of: "kurz", login: "zhang") != nil)
        #expect(PasswordRecord.weakness(of: "Zhang-2026", login: "zhang") != nil)
        #expect(PasswordRecord.weakness(of: "aaaaaaaaaa", login: "zhang") != nil)
        #expect(
            PasswordRecord.weakness(of: String(repeating: "abcd", count: 64), login: "z") != nil)
        #expect(PasswordRecord.weakness(of: "yanshi-2026", login: "zhang") == nil)
    }

    @Test func loginsHaveOneForm() {
        for good in ["zhang", "li.si", "a-1"] { #expect(AccountID.isLogin(good)) }
        for bad in ["", "a", "Zhang", "1a", "a b", "张三", "a<b", "operator", "a@b"] {
            #expect(!AccountID.isLogin(bad), "\(bad)")
        }
    }
}

@Suite struct MaskedTests {
    @Test func personalDataIsCovered() {
        #expect(Masked.name("张小三") == "张*三")
        #expect(Masked.name("王某") == "王*")
        #expect(Masked.name("欧阳小三") == "欧**三")
        #expect(Masked.idNumber("370124194401081234") == "370124********1234")
        #expect(Masked.idNumber("12345") == "*****")
        #expect(Masked.phone("13812345678") == "138****5678")
        #expect(Masked.address("玫瑰镇焦庄村三组12号") == "玫瑰镇焦庄村****")
        #expect(Masked.address("平阴县玫瑰镇") == "平阴县玫瑰镇")
        #expect(Masked.address("某路某号某室") == "某路某号某室****")
    }
}
