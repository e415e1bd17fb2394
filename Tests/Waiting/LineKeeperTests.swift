import Base
import Civil
import Domain
import Kernel
import Support
import Testing

@testable import Waiting

/// The line in its file.
@Suite struct LineKeeperTests {
    private let nine = Instant(rfc3339: "2026-09-24T09:00:00+08:00") ?? Instant(millis: 0)

    @Test func whatWasAnsweredIsThereAfterARestart() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/queue.db"
        let first = LineKeeper(path: path)
        var take = QueueOrder(.take)
        take.priority = .elderly
        #expect(try first.look(QueueOrder(.take), key: "1", at: nine).ticket?.number == "A001")
        #expect(try first.look(take, key: nil, at: nine).ticket?.number == "P001")
        let call = QueueOrder(.call, window: "1")
        #expect(try first.look(call, key: nil, at: nine).ticket?.number == "P001")
        // A wish under one key is done once.
        #expect(try first.look(QueueOrder(.take), key: "1", at: nine).ticket?.number == "A001")
        let line = try first.look(nil, key: nil, at: nine).line
        #expect(line.tickets.count == 2)

        let second = LineKeeper(path: path)
        #expect(try second.look(nil, key: nil, at: nine).line == line)
        #expect(try second.look(QueueOrder(.take), key: "1", at: nine).ticket?.number == "A001")
        #expect(try second.look(QueueOrder(.take), key: "2", at: nine).ticket?.number == "A002")
    }

    @Test func eachDayBeginsWithNumberOne() throws {
        let folder = try TemporaryFolder()
        let keeper = LineKeeper(path: folder.path + "/queue.db")
        for _ in 0..<3 { _ = try keeper.look(QueueOrder(.take), key: nil, at: nine) }
        let next = nine.advanced(byMillis: 86_400_000)
        #expect(try keeper.look(QueueOrder(.take), key: nil, at: next).ticket?.number == "A001")
        let day = CivilDate(of: nine)
        #expect(try keeper.counts(of: day, at: next)?.taken == 3)
        #expect(try keeper.counts(of: day.advanced(by: -1), at: next) == nil)
        // What is older than a month is gone.
        let later = nine.advanced(byMillis: 40 * 86_400_000)
        #expect(try keeper.look(nil, key: nil, at: later).line.tickets.isEmpty)
        #expect(try keeper.counts(of: day, at: later) == nil)
    }

    @Test func aRefusalLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let keeper = LineKeeper(path: folder.path + "/queue.db")
        let answer = try keeper.look(QueueOrder(.call, window: "1"), key: "k", at: nine)
        #expect(answer.refusal?.rule == "queue-empty")
        #expect(try keeper.look(QueueOrder(.take), key: "k", at: nine).ticket?.number == "A001")
    }
}
