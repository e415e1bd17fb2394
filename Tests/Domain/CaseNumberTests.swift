import Base
import Testing

@testable import Domain

@Suite("Case numbers")
struct CaseNumberTests {
    @Test("26 digits with a check digit; any one wrong digit is caught")
    func checkDigit() throws {
        let region = try #require(RegionCode("370124106201"))
        let number = CaseNumber(region: region, date: 20_260_924, serial: 1)
        #expect(number.text.hasPrefix("3701241062012026092400001"))
        #expect(number.text.utf8.count == 26)
        #expect(CaseNumber(number.text) == number)
        #expect(number.serial == 1)
        #expect(number.date == 20_260_924)
        let digits = Array(number.text.utf8)
        for index in digits.indices {
            for digit in UInt8(0x30)...0x39 where digit != digits[index] {
                var wrong = digits
                wrong[index] = digit
                #expect(CaseNumber(String(decoding: wrong, as: UTF8.self)) == nil)
            }
        }
        #expect(CaseNumber("") == nil)
        #expect(CaseNumber(number.text + "0") == nil)
    }

    /// ISO 7064 gives 0794 → 5; a German tax number and a VAT number use the same system.
    @Test("ISO 7064 MOD 11,10", arguments: [("0794", 5), ("8609574271", 9), ("13669597", 6)])
    func vectors(digits: String, check: Int) {
        #expect(CheckDigit.mod11And10(Array(digits.utf8)) == check)
    }

    @Test("the date is that of Shanghai")
    func shanghaiDay() {
        // 2025-12-31T16:00:00Z is the first moment of 2026 in Shanghai.
        #expect(CivilDate(of: Instant(millis: 1_767_196_800_000)).number == 20_260_101)
        #expect(CivilDate(of: Instant(millis: 1_767_196_799_999)).scopeYear == 2025)
    }
}

@Suite("Case commands as JSON")
struct CaseCommandTests {
    private func field(_ json: String) throws -> String? {
        do {
            _ = try Command(json: try JSON(parsing: Array(json.utf8)))
            return nil
        } catch let refusal as RuleRefusal {
            #expect(refusal.category == .invalid)
            return refusal.field
        }
    }

    @Test(
        "a bad command names its field",
        arguments: [
            (#"{}"#, "command"), (#"{"command":7}"#, "command"),
            (#"{"command":"case.fly","case":"00000000000000000000000000000000"}"#, "command"),
            (#"{"command":"case.accept"}"#, "case"),
            (#"{"command":"case.accept","case":"12"}"#, "case"),
            (#"{"command":"case.receive","applicant":"a"}"#, "item"),
            (#"{"command":"case.receive","item":"x"}"#, "applicant"),
            (#"{"command":"case.receive","item":"x","applicant":{}}"#, "name"),
            (
                #"{"command":"case.receive","item":"x","applicant":"a","materials":[1]}"#,
                "materials"
            ),
            (
                #"{"command":"case.receive","item":"x","applicant":"a","materials":["M","M"]}"#,
                "materials"
            ),
            (#"{"command":"case.receive","item":"x","applicant":"a","version":0}"#, "version"),
            (#"{"command":"case.receive","item":"x","applicant":"a","at":"gestern"}"#, "at"),
            (#"{"command":"case.decide","case":"00000000000000000000000000000000"}"#, "outcome"),
            (#"{"command":"case.correct","case":"00000000000000000000000000000000"}"#, "gaps"),
            (
                #"{"command":"case.offer","case":"00000000000000000000000000000000","to":"1"}"#,
                "to"
            ),
            (
                #"{"command":"case.rate","case":"00000000000000000000000000000000","score":6}"#,
                "score"
            ),
            (
                #"{"command":"case.ratify","case":"00000000000000000000000000000000","event":"z"}"#,
                "event"
            ),
        ])
    func badFields(json: String, name: String) throws {
        #expect(try field(json) == name)
    }

    @Test("the forms of the API are read")
    func goodForms() throws {
        let id = "00000000000000000000000000000000"
        for act in ["accept", "sign", "close", "withdraw", "deliver", "recall"] {
            #expect(try field(#"{"command":"case.\#(act)","case":"\#(id)"}"#) == nil)
        }
        #expect(
            try field(#"{"command":"case.offer","case":"\#(id)","to":"371502101000"}"#) == nil)
    }

    @Test func eachIncarnationCountsFromAStartOfItsOwn() throws {
        var state = SerialState(scope: ScopeID(1), date: 20_260_924, last: 0)
        let (one, other) = (ActorID(5), ActorID(19_999))
        #expect(state.nextOfFirst == 1)
        let suspect = [1, 1].map { state.count($0, by: ActorID(1), isAnew: false) }
        #expect(suspect == [false, true] && state.nextOfFirst == 2, "the second was given before")
        #expect(state.next(for: one) { _ in false } == 80_005)
        #expect(state.next(for: one) { $0 < 80_008 } == 80_008, "known ones are passed over")
        _ = state.count(80_008, by: one, isAnew: false)
        _ = state.count(99_999, by: other, isAnew: false)
        _ = state.count(80_003, by: one, isAnew: true)
        #expect(
            state.next(for: one) { _ in false } == 80_009, "what it wrote for another counts not")
        #expect(state.next(for: other) { _ in false } == 80_000, "the first after the last")
        #expect(state.next(for: one) { _ in true } == nil)
        #expect(state.nextOfFirst == 2)
        let key = SerialState.key(scope: state.scope, date: state.date)
        #expect(try SerialState(state.stored(key: key)) == state)
        state.last = CaseNumber.firstSeatSerialMax
        #expect(state.nextOfFirst == nil)
    }
}
