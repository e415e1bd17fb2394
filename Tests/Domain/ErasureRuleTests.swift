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

    // MARK: terms, holds, two persons

    private static let digest = #","digest":"\#(String(repeating: "b", count: 64))""#

    /// A case of the county's own, closed on 2026-09-24.
    private func closed(_ world: CaseWorld) throws -> String {
        let number = try world.receive("C")
        for (act, more) in [
            ("accept", ""), ("decide", #","outcome":"grant""#), ("deliver", ""), ("close", ""),
        ] {
            #expect(try world.say("C", act, number, more) == nil)
        }
        return number
    }

    private func set(_ world: CaseWorld, _ day: String) throws {
        world.node("C").now = try #require(Instant(rfc3339: day + "T09:00:00+08:00"))
    }

    /// Ten years from the year after 2026 end with 2036: on 2037-01-01 it may go, and not before.
    @Test func nothingGoesBeforeItIsArchivedAndItsTermIsOver() throws {
        let world = try CaseWorld()
        let number = try closed(world)
        #expect(try erase(world, "C", number) == "case-not-archived")
        try set(world, "2036-12-31")
        #expect(try erase(world, "C", number) == "case-not-archived", "however old")
        try set(world, "2026-10-10")
        #expect(try world.say("C", "archive", number, Self.digest) == nil)
        #expect(try erase(world, "C", number) == "retention-open")
        try set(world, "2036-12-31")
        #expect(try erase(world, "C", number) == "retention-open")
        try set(world, "2037-01-01")
        #expect(
            try world.say("C", "erase", number, #","reason":"x","dryRun":true"#) == nil
                && world.state("C", number)?.isErased == false)
        #expect(try erase(world, "C", number) == nil)
        #expect(world.state("C", number)?.isErased == true)
    }

    @Test func termsAreTheCountysSettingByKindOfItem() throws {
        let world = try CaseWorld()
        let county = world.node("C")
        func set(_ years: Int, kinds: String) throws {
            #expect(
                try county.say(
                    #"{"command":"setting.set","code":"retention","default":\#(years),"refused":1,"#
                        + #""withdrawn":1,"kinds":[\#(kinds)]}"#) == nil)
        }
        func due(_ number: String) throws -> String? {
            let state = try #require(world.state("C", number))
            return CatalogQuery.retention(of: state, in: county.directory, from: county).due?.text
        }
        let number = try closed(world)
        #expect(try due(number) == "2037-01-01")
        try set(3, kinds: "")
        #expect(try due(number) == "2030-01-01")
        try set(3, kinds: #"{"kind":"公共服务","years":5}"#)
        #expect(try due(number) == "2032-01-01", "its item is 公共服务")
        try set(3, kinds: #"{"kind":"公共服务","years":100}"#)
        #expect(try due(number) == nil, "for good")
        try self.set(world, "2026-10-10")
        #expect(try world.say("C", "archive", number, Self.digest) == nil)
        #expect(try erase(world, "C", number) == "retention-permanent")
        let other = try world.receive("C")
        #expect(try world.say("C", "withdraw", other) == nil)
        #expect(try due(other) == "2028-01-01", "withdrawn: a year of its own")
        #expect(try erase(world, "C", other) == "retention-open")
        for bad in [
            #""default":101,"refused":1,"withdrawn":1"#, #""default":1,"refused":-1,"withdrawn":1"#,
            #""default":1,"refused":1,"withdrawn":1,"kinds":[{"kind":"没有","years":1}]"#,
        ] {
            let rule = try county.say(#"{"command":"setting.set","code":"retention",\#(bad)}"#)
            #expect(rule != nil, "\(bad)")
        }
    }

    /// What is out of its term may be destroyed: terms take two persons.
    @Test func termsAreDraftedByOneAndApprovedByAnother() throws {
        let world = try CaseWorld()
        let county = world.node("C")
        func said(_ verb: String, _ more: String = "") throws -> String? {
            try county.say(#"{"command":"setting.\#(verb)","code":"retention"\#(more)}"#)
        }
        let number = try closed(world)
        func due() throws -> String? {
            let state = try #require(world.state("C", number))
            return CatalogQuery.retention(of: state, in: county.directory, from: county).due?.text
        }
        #expect(try county.enter("one", [.chief]) == nil)
        #expect(try county.enter("two", [.inspector]) == nil)
        try county.act(as: "one")
        let terms = #","default":3,"refused":5,"withdrawn":1,"document":"平档发〔2026〕3号""#
        #expect(try said("approve") == "definition-unknown")
        #expect(try said("set", terms) == nil)
        #expect(try due() == "2037-01-01", "a draft does not count yet")
        #expect(try said("approve") == "two-persons")
        try county.act(as: "two")
        #expect(try said("approve") == nil)
        #expect(try due() == "2030-01-01")
        #expect(try said("approve") == "not-drafted")
        // Another draft beside what holds: that goes on until it is approved.
        #expect(try said("set", #","default":9,"refused":9,"withdrawn":9"#) == nil)
        #expect(try due() == "2030-01-01" && said("approve") == "two-persons")
        for bad in [
            #","default":101,"refused":1,"withdrawn":1"#, #","default":1,"refused":1"#,
            #","default":1,"refused":1,"withdrawn":1,"kinds":[{"kind":"没有","years":1}]"#,
            #","default":1,"refused":1,"withdrawn":1,"kinds":[{"kind":"行政许可"}]"#,
            #","default":1,"refused":1,"withdrawn":1,"document":"""#,
        ] {
            #expect(try said("set", bad) != nil, "\(bad)")
            #expect(try due() == "2030-01-01")
        }
    }

    /// DOMAIN §3.3: whatever ended a case, it is put away once it cannot be rated any more, and
    /// kept for the term of its end from then on, not for that of its item.
    @Test func everyEndIsPutAwayWithItsOwnTerm() throws {
        let world = try CaseWorld()
        let county = world.node("C")
        let refused = try world.receive("C", applicant: "甲")
        #expect(try world.say("C", "refuse", refused, #","reason":"不属本机关""#) == nil)
        let late = try world.receive("C", applicant: "乙")
        #expect(try world.say("C", "refuse", late, #","reason":"不属本机关""#) == nil)
        #expect(try world.say("C", "close", late) == nil)
        let ended = try world.receive("C", applicant: "丙")
        #expect(try world.say("C", "end", ended, #","reason":"主体消亡""#) == nil)
        let withdrawn = try world.receive("C", applicant: "丁")
        #expect(try world.say("C", "accept", withdrawn) == nil)
        #expect(try world.say("C", "withdraw", withdrawn) == nil)
        let all = [refused, late, ended, withdrawn]
        for number in all {
            #expect(try world.say("C", "archive", number, Self.digest) == "rating-open")
        }
        // 2026-09-24 and five working days: 25 to 27 and the first seven of October are none.
        try set(world, "2026-10-09")
        #expect(try world.say("C", "archive", refused, Self.digest) == "rating-open")
        try set(world, "2026-10-10")
        #expect(try erase(world, "C", refused) == "case-not-archived")
        #expect(try erase(world, "C", ended) == "case-not-archived")
        for number in all {
            #expect(try world.say("C", "archive", number, Self.digest) == nil)
            #expect(world.state("C", number)?.status == .archived)
            #expect(try world.say("C", "note", number, #","note":"x""#) == "case-archived")
        }
        func term(_ number: String) throws -> String {
            let state = try #require(world.state("C", number))
            return CatalogQuery.retention(of: state, in: county.directory, from: county).words
        }
        #expect(try term(refused) == "2 年，至 2028-12-31")
        #expect(try term(late) == "2 年，至 2028-12-31", "also where it was closed first")
        #expect(try term(ended) == "2 年，至 2028-12-31")
        #expect(try term(withdrawn) == "即可清除")
        #expect(try erase(world, "C", refused) == "retention-open")
        #expect(try erase(world, "C", withdrawn) == nil)
        try set(world, "2029-01-01")
        #expect(try erase(world, "C", refused) == nil && erase(world, "C", late) == nil)
    }

    /// A village proposes, the town confirms: the village puts it away, as every place does with
    /// what it holds.
    @Test func whatWasRefusedAboveIsPutAwayWhereItLies() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        #expect(try world.say("V1", "propose", number, #","reason":"不属本机关""#) == nil)
        world.settle()
        let confirmed = #","outcome":"refuse","reason":"依法不予受理""#
        #expect(try world.say("C", "answer", number, confirmed) == nil)
        world.settle()
        try set(world, "2026-10-12")
        world.node("V1").now = world.node("C").now
        #expect(try world.say("C", "archive", number, Self.digest) == "case-not-held")
        #expect(try world.say("V1", "archive", number, Self.digest) == nil)
        world.settle()
        let state = try #require(world.state("C", number))
        #expect(state.status == .archived && state.ending?.status == .refused)
    }

    @Test func whatIsPreservedStaysWhateverItsAge() throws {
        let world = try CaseWorld()
        let number = try closed(world)
        try set(world, "2026-10-10")
        #expect(try world.say("C", "archive", number, Self.digest) == nil)
        let why = #","reason":"复议 2026-7""#
        #expect(
            try world.say("C", "preserve", number, why + #","release":true"#) == "preserve-none")
        #expect(try world.say("C", "preserve", number, why) == nil, "also of what is archived")
        #expect(try world.say("C", "preserve", number, why) == "case-preserved")
        try set(world, "2040-01-01")
        #expect(try erase(world, "C", number) == "case-preserved")
        #expect(
            try world.say("C", "erase", number, #","reason":"x","early":true"#) == "case-preserved")
        #expect(try world.say("C", "dispose", number, why) == "case-preserved")
        #expect(try world.say("C", "preserve", number, why + #","release":true"#) == nil)
        #expect(try erase(world, "C", number) == nil)
    }

    @Test func onlyTheCountyHoldsAndAsks() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        world.settle()
        for name in ["V1", "T"] {
            for act in ["preserve", "dispose"] {
                #expect(try world.say(name, act, number, #","reason":"r""#) == "not-supervisor")
            }
        }
        #expect(try world.say("C", "preserve", number, #","reason":"r""#) == nil)
        world.settle()
        for name in ["V1", "T", "C"] { #expect(world.state(name, number)?.isHeld == true) }
        #expect(try world.say("T", "export", number, #","reason":"r""#) == nil)
        world.settle()
        #expect(world.state("C", number)?.exports.count == 1)
        #expect(world.state("C", number)?.status == .received, "beside its course")
    }

    /// 销毁鉴定: one asks, another carries it out.
    @Test func twoPersonsDestroyARecord() throws {
        let world = try CaseWorld()
        let county = world.node("C")
        let number = try closed(world)
        try set(world, "2026-10-10")
        #expect(try world.say("C", "archive", number, Self.digest) == nil)
        #expect(try county.enter("one", [.chief]) == nil)
        #expect(try county.enter("two", [.chief]) == nil)
        try set(world, "2037-01-01")
        let why = #","reason":"到期""#
        try county.act(as: "one")
        #expect(try erase(world, "C", number) == "disposal-none")
        #expect(try world.say("C", "erase", number, why + #","dryRun":true"#) == nil)
        #expect(try world.say("C", "dispose", number, why) == nil)
        #expect(try world.say("C", "dispose", number, why) == "disposal-open")
        #expect(try erase(world, "C", number) == "separate-officers")
        try county.act(as: "two")
        #expect(try world.say("C", "dispose", number, why + #","dismiss":true"#) == nil)
        #expect(try erase(world, "C", number) == "disposal-none")
        #expect(try world.say("C", "dispose", number, why) == nil)
        try county.act(as: "one")
        #expect(try erase(world, "C", number) == nil)
        #expect(world.state("C", number)?.isErased == true)
    }

    /// Before its term only by a law that the reason names, and never before the archive.
    @Test func earlyIsStillAfterTheArchive() throws {
        let world = try CaseWorld()
        let number = try closed(world)
        let early = #","reason":"个人信息保护法第四十七条","early":true"#
        #expect(try world.say("C", "erase", number, early) == "case-not-archived")
        try set(world, "2026-10-10")
        #expect(try world.say("C", "archive", number, Self.digest) == nil)
        #expect(try world.say("C", "erase", number, early) == nil)
    }
}
