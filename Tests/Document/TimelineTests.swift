import Base
import Change
import Testing

@testable import Document

/// What stands is a function of the set of statements.
@Suite struct TimelineTests {
    @Test func anyOrderGivesOneTimeline() {
        let entries = [entry(1), entry(2, from: 20, replacing: [1]), entry(3, replacing: [1])]
        var forward = Timeline<String>()
        var backward = Timeline<String>()
        for entry in entries { forward.insert(entry) }
        for entry in entries.reversed() + entries { backward.insert(entry) }
        #expect(forward == backward)
        #expect(forward.entries.count == 3, "a statement counts once")
    }

    @Test func aLaterStatementReplacesFromItsOwnDateOn() {
        var timeline = Timeline<String>()
        for entry in [entry(1, from: 10), entry(2, from: 20, replacing: [1])] {
            timeline.insert(entry)
        }
        #expect(timeline.standing(at: Instant(millis: 9)).isEmpty)
        #expect(timeline.standing(at: Instant(millis: 19)).map(\.value) == ["1"])
        #expect(timeline.standing(at: Instant(millis: 20)).map(\.value) == ["2"])
        #expect(timeline.heads.map(\.value) == ["2"])
    }

    @Test func statementsOfWhichNeitherReplacesTheOtherBothStand() {
        var timeline = Timeline<String>()
        for entry in [entry(1), entry(2, replacing: [1]), entry(3, replacing: [1])] {
            timeline.insert(entry)
        }
        #expect(timeline.heads.map(\.value) == ["2", "3"])
        #expect(Timeline.latest(of: timeline.heads)?.value == "3")
    }

    private func entry(
        _ seq: UInt64, from millis: Int64 = 0, replacing seqs: [UInt64] = []
    ) -> Timeline<String>.Entry {
        Timeline.Entry(
            stamp: Stamp(
                dot: dot(seq), hash: seq, time: HybridTime(millis: Int64(seq), counter: 0),
                author: 0, from: Instant(millis: millis), supersedes: seqs.map(dot)),
            value: String(seq))
    }

    private func dot(_ seq: UInt64) -> Dot { Dot(actor: ActorID(7), seq: Seq(seq)) }
}
