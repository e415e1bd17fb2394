import Base
import Change
import Testing

@testable import Domain

/// Who erases what, and what is left.
@Suite struct ErasureRuleTests {
    private func erase(_ world: CaseWorld, _ name: String, _ number: String) throws -> String? {
        try world.say(name, "erase", number, #","reason":"到期""#)
    }

    @Test func theCountyErasesWhatIsAtItsEnd() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        world.settle()
        #expect(try erase(world, "C", number) == "case-not-final")
        #expect(try world.say("V1", "withdraw", number) == nil)
        world.settle()
        #expect(try erase(world, "V1", number) == "not-supervisor")
        #expect(try erase(world, "T", number) == "not-supervisor")
        #expect(
            try world.say("C", "erase", number, #","reason":"x","dryRun":true"#) == nil
                && world.state("C", number)?.isErased == false)
        #expect(try erase(world, "C", number) == nil)
        #expect(world.state("C", number)?.isErased == true)
        #expect(try erase(world, "C", number) == "case-erased")
    }

    @Test func whatIsLeftNamesNobody() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1", applicant: "王小某")
        world.settle()
        #expect(try world.say("V1", "note", number, #","note":"电话找过""#) == nil)
        #expect(try world.say("V1", "withdraw", number, #","reason":"病了""#) == nil)
        world.settle()
        #expect(try erase(world, "C", number) == nil)
        let scope = try #require(world.state("C", number)?.scope)
        let change = try #require(
            world.node("C").logs[scope]?.last { $0.change.kind == .caseErase }?.change)
        let text = String(decoding: change.body ?? [], as: UTF8.self)
        #expect(text.contains("到期") && text.contains(number))
        for plain in ["sealed", "电话找过", "病了", "applicant"] { #expect(!text.contains(plain)) }
        let erasure = try #require(Erasure(change))
        #expect(erasure.entries.count == 3)
    }
}
