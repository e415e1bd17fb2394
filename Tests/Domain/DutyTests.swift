import Base
import Change
import Testing

@testable import Domain

/// 首问负责: who was asked first answers for a case to its end, unless one hands that on and
/// another signs for it.
@Suite("who was asked first")
struct DutyTests {
    private let world: CaseWorld
    private let number: String

    /// A case that wang took in at the village V1.
    init() throws {
        world = try CaseWorld()
        #expect(try world.node("V1").enter("wang", [.villageClerk]) == nil)
        #expect(try world.node("V1").enter("li", [.villageClerk]) == nil)
        #expect(try world.node("T").enter("zhao", [.townAcceptor]) == nil)
        try world.node("V1").act(as: "wang")
        number = try world.receive("V1", applicant: "王某")
    }

    private func say(
        _ name: String, _ login: String, _ act: String, _ more: String = ""
    ) throws -> String? {
        let node = world.node(name)
        node.now = node.now.advanced(byMillis: 60_000)
        try node.act(as: login)
        return try world.say(name, act, number, more)
    }

    private func author(_ name: String, _ login: String) throws -> UInt64 {
        try #require(world.node(name).account(login)).author
    }

    private func duty(_ name: String) throws -> CaseDuty {
        let state = try #require(world.state(name, number))
        return try #require(CaseDuty(state))
    }

    @Test("it is set by the first event and by nothing after it")
    func isSetOnce() throws {
        let wang = try author("V1", "wang")
        #expect(try duty("V1").first.author == wang)
        #expect(try duty("V1").holder == duty("V1").first)
        #expect(try say("V1", "li", "accept") == nil)
        #expect(try say("V1", "li", "note", #","note":"x""#) == nil)
        world.settle()
        for name in ["V1", "T", "C"] {
            #expect(try duty(name).first.author == wang)
            #expect(try duty(name).holder.author == wang)
            #expect(try duty(name).open == nil)
        }
    }

    @Test("only who has it hands it on, and only another one signs for it")
    func isHandedOnWithTwoHands() throws {
        let (wang, li) = (try author("V1", "wang"), try author("V1", "li"))
        let pass = #","reason":"休假""#
        #expect(try say("V1", "li", "passDuty", pass) == "duty-not-yours")
        #expect(try say("V1", "li", "takeDuty") == "duty-not-offered")
        #expect(throws: RuleRefusal.self) { try say("V1", "wang", "passDuty") }
        #expect(try say("V1", "wang", "passDuty", pass) == nil)
        #expect(try duty("V1").holder.author == wang, "until another has signed")
        #expect(try say("V1", "wang", "takeDuty") == "duty-own")
        world.settle()
        #expect(try say("T", "zhao", "takeDuty") == "duty-not-offered", "it is for the village")
        #expect(try say("V1", "li", "takeDuty") == nil)
        #expect(try duty("V1").holder.author == li)
        #expect(try duty("V1").first.author == wang, "who was asked first stays who that was")
        #expect(try duty("V1").open == nil)
        #expect(try say("V1", "li", "takeDuty") == "duty-not-offered")
        #expect(try say("V1", "wang", "passDuty", pass) == "duty-not-yours")
        world.settle()
        #expect(try duty("C").holders.map(\.author) == [wang, li])
    }

    @Test("a place above hands it on for a person who cannot, and may take it itself")
    func goesUp() throws {
        let zhao = try author("T", "zhao")
        world.settle()
        #expect(
            try say("V1", "wang", "passDuty", #","to":"370124106202","reason":"r""#)
                == "offer-outside-audience")
        let up = #","to":"370124106000","reason":"离岗""#
        #expect(try say("T", "zhao", "passDuty", up) == nil)
        #expect(try say("T", "zhao", "takeDuty") == nil)
        world.settle()
        #expect(try duty("V1").holder.author == zhao)
        #expect(try duty("V1").holder.region == world.node("T").region.id)
    }

    @Test("at its end nobody has to answer any more")
    func endsWithTheMatter() throws {
        #expect(try say("V1", "wang", "withdraw", #","reason":"r""#) == nil)
        #expect(try #require(world.state("V1", number)).status.isAnswered)
        #expect(try say("V1", "wang", "passDuty", #","reason":"r""#) == "duty-over")
    }

    @Test("the same words in any order come to the same person")
    func anyOrder() throws {
        let (wang, li) = (try author("V1", "wang"), try author("V1", "li"))
        world.cut("V1", "T")
        #expect(try say("V1", "wang", "passDuty", #","reason":"r""#) == nil)
        #expect(try say("V1", "li", "takeDuty") == nil)
        #expect(
            try say("V1", "li", "passDuty", #","to":"370124106000","reason":"r""#) == nil)
        let scope = try #require(world.state("V1", number)).scope
        let log = world.node("V1").logs[scope] ?? []
        let (town, county) = (world.node("T"), world.node("C"))
        for arrival in log { town.take(arrival) }
        for arrival in log.reversed() { county.take(arrival) }
        #expect(try duty("T").holders == duty("C").holders)
        #expect(try duty("T").holders.map(\.author) == [wang, li])
        #expect(try duty("C").open?.region == town.region.id)
    }
}
