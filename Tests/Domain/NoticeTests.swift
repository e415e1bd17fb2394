import Base
import Change
import Civil
import Testing

@testable import Domain
@testable import Ticket

/// 亮灯通知: who was told at which step, and has acknowledged it, is a record that every place of
/// the case has; whoever tells does not acknowledge.
@Suite struct NoticeTests {
    private static let due = #","due":"2026-09-29""#

    private func say(
        _ world: CaseWorld, _ name: String, _ verb: String, _ subject: String, _ step: Int,
        _ more: String = ""
    ) throws -> String? {
        let node = world.node(name)
        node.now = node.now.advanced(byMillis: 60_000)
        return try node.say(
            #"{"command":"notice.\#(verb)","subject":"\#(subject)","step":\#(step)\#(Self.due)\#(more)}"#
        )
    }

    private func state(_ world: CaseWorld, _ name: String, _ number: String) -> NoticeState? {
        let node = world.node(name)
        guard let key = node.find(.caseFile, label: number).first,
            case .notice(let state)? = node.content(NoticeState.key(key.id))
        else { return nil }
        return state
    }

    @Test func whoWasToldAndHasAcknowledgedIsKept() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        world.settle()
        let county = world.node("C")
        #expect(try county.enter("one", [.chief]) == nil)
        #expect(try county.enter("two", [.inspector]) == nil)
        try county.act(as: "two")
        let way = #","way":"电话""#
        #expect(try say(world, "C", "tell", number, 1, way) == nil)
        #expect(try say(world, "C", "tell", number, 1, way) == "notice-given")
        #expect(try say(world, "C", "acknowledge", number, 1) == "separate-officers")
        try county.act(as: "one")
        #expect(try say(world, "C", "acknowledge", number, 1) == nil)
        #expect(try say(world, "C", "acknowledge", number, 1) == "notice-given")
        // What is acknowledged on the board needs no telephone before.
        #expect(try say(world, "C", "acknowledge", number, 2) == nil)
        world.settle()
        for name in ["C", "T", "V1"] {
            let known = try #require(state(world, name, number))
            let due = try #require(CivilDate("2026-09-29"))
            #expect(known.words.count == 3 && known.number == number)
            #expect(known.word(.officer, due: due, isAcknowledged: false)?.way == "电话")
            #expect(
                known.word(.officer, due: due, isAcknowledged: true)?.region == county.region.id)
            #expect(known.word(.section, due: due, isAcknowledged: false) == nil)
            #expect(known.word(.leader, due: due, isAcknowledged: true) == nil)
            let stored = known.stored(
                key: NoticeState.key(Digest16(high: 1, low: 2)), scope: ScopeID(1))
            #expect(try NoticeState(stored) == known)
        }
        #expect(state(world, "V2", number) == nil)
    }

    @Test func whatCannotBeNoticedIsRefused() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        #expect(try say(world, "V2", "acknowledge", number, 1) == "notice-subject")
        #expect(throws: RuleRefusal.self) { try say(world, "V1", "acknowledge", number, 4) }
        #expect(throws: RuleRefusal.self) { try say(world, "V1", "tell", number, 1) }
        #expect(throws: RuleRefusal.self) {
            try say(world, "V1", "tell", number, 1, #","way":"托梦""#)
        }
        #expect(try world.say("V1", "withdraw", number) == nil)
        #expect(try say(world, "V1", "acknowledge", number, 1) == "notice-over")
    }

    /// Words in any order, and one that comes twice, come to the same.
    @Test func theOrderDoesNotMatter() throws {
        let world = try CaseWorld()
        let number = try world.receive("V1")
        for (verb, step, more) in [
            ("tell", 1, #","way":"当面""#), ("acknowledge", 1, ""), ("tell", 2, #","way":"书面""#),
        ] {
            #expect(try say(world, "V1", verb, number, step, more) == nil)
        }
        let known = try #require(state(world, "V1", number))
        let scope = known.scope
        let arrivals = (world.node("V1").logs[scope] ?? []).filter {
            $0.change.kind == .noticeGiven
        }
        var other = NoticeState(scope: scope)
        for arrival in arrivals.reversed() + arrivals {
            other.take(
                arrival.change, JSON.orNull(arrival.change.body ?? []),
                region: world.node("V1").region.id)
        }
        #expect(other == known && known.words.count == 3)
    }
}
