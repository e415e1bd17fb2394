import Base
import Testing
import Verdict

/// The members of a command: each is refused by its own name.
@Suite struct CommandFieldsTests {
    private let fields = CommandFields([
        "text": "甲", "empty": "", "number": 7, "flag": true, "region": "370124106201",
        "list": ["甲", "乙"],
    ])

    private func refusal(_ body: () throws(RuleRefusal) -> Void) -> String? {
        do throws(RuleRefusal) {
            try body()
            return nil
        } catch {
            return error.field
        }
    }

    @Test func whatIsWellFormedIsRead() throws {
        #expect(try fields.text("text") == "甲")
        #expect(try fields.optionalText("none") == nil)
        #expect(try fields.number("number", in: 1...9) == 7)
        #expect(try fields.flag("flag"))
        #expect(try fields.flag("none") == false)
        #expect(try fields.region("region").text == "370124106201")
        #expect(try fields.texts("list") == ["甲", "乙"])
        #expect(try fields.choice("text", ["甲", "丙"]) == "甲")
    }

    @Test func whatIsNotIsRefusedByItsName() {
        #expect(refusal { () throws(RuleRefusal) in _ = try fields.text("empty") } == "empty")
        #expect(refusal { () throws(RuleRefusal) in _ = try fields.text("number") } == "number")
        #expect(
            refusal { () throws(RuleRefusal) in _ = try fields.number("number", in: 8...9) }
                == "number")
        #expect(refusal { () throws(RuleRefusal) in _ = try fields.flag("text") } == "text")
        #expect(refusal { () throws(RuleRefusal) in _ = try fields.region("text") } == "text")
        #expect(
            refusal { () throws(RuleRefusal) in _ = try fields.choice("text", ["乙"]) } == "text")
        let long = String(repeating: "长", count: Limits.caseTextCharactersMax + 1)
        let other = CommandFields(["long": .text(long)])
        #expect(refusal { () throws(RuleRefusal) in _ = try other.text("long") } == "long")
    }
}
