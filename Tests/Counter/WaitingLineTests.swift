import Base
import Civil
import Testing
import Verdict

@testable import Counter

/// The line of one day, with numbers worked by hand.
@Suite struct WaitingLineTests {
    private let nine = Instant(rfc3339: "2026-09-24T09:00:00+08:00") ?? Instant(millis: 0)

    private func rule(_ order: QueueOrder, in line: inout WaitingLine) -> String? {
        do throws(RuleRefusal) {
            _ = try line.apply(order, at: nine)
            return nil
        } catch {
            return error.rule
        }
    }

    @Test func thoseWithAPriorityAreCalledFirst() throws {
        var line = WaitingLine(day: CivilDate(of: nine))
        func at(_ minutes: Int64) -> Instant { nine.advanced(byMillis: minutes * 60_000) }
        func take(_ priority: QueuePriority?, _ minute: Int64) throws -> String {
            var order = QueueOrder(.take)
            order.priority = priority
            return try line.apply(order, at: at(minute)).number
        }
        #expect(try take(nil, 0) == "A001")
        #expect(try take(nil, 1) == "A002")
        #expect(try take(.elderly, 2) == "P001")
        #expect(try take(.disabled, 3) == "P002")
        #expect(line.waiting.map(\.number) == ["P001", "P002", "A001", "A002"])
        // 09:10 P001 at 1 after 8 minutes, 09:12 P002 at 2 after 9; nobody else has waited yet.
        #expect(try line.apply(QueueOrder(.call, window: "1"), at: at(10)).number == "P001")
        #expect(try line.apply(QueueOrder(.call, window: "2"), at: at(12)).number == "P002")
        #expect(try line.apply(QueueOrder(.recall, window: "2"), at: at(13)).calls == 2)
        #expect(try line.apply(QueueOrder(.skip, window: "2"), at: at(14)).number == "P002")
        // 09:20 A001 at 1 after 20 minutes; P001 was served by then.
        #expect(try line.apply(QueueOrder(.call, window: "1"), at: at(20)).number == "A001")
        // Whoever missed their turn waits again, behind those of their kind.
        #expect(try take(.pregnant, 21) == "P003")
        #expect(try line.apply(QueueOrder(.back, ticket: "P002"), at: at(22)).status == .waiting)
        #expect(line.waiting.map(\.number) == ["P003", "P002", "A002"])
        let counts = line.counts
        #expect(counts.taken == 5 && counts.priority == 3 && counts.served == 2)
        #expect(counts.missed == 0 && counts.called == 3)
        #expect(counts.waitSeconds == (8 + 9 + 20) * 60 && counts.waitSecondsMax == 1200)
        #expect(counts.averageSeconds == 740)
    }

    @Test func whatCannotBeIsRefused() throws {
        var line = WaitingLine(day: CivilDate(of: nine))
        #expect(rule(QueueOrder(.call, window: "1"), in: &line) == "queue-empty")
        #expect(rule(QueueOrder(.done, window: "1"), in: &line) == "queue-window")
        #expect(rule(QueueOrder(.back, ticket: "A009"), in: &line) == "queue-ticket")
        #expect(line == WaitingLine(day: CivilDate(of: nine)))
    }

    @Test func aWishIsReadBackAsItWasKept() throws {
        var order = QueueOrder(.take)
        order.priority = .disabled
        for wish in [order, QueueOrder(.call, window: "3"), QueueOrder(.back, ticket: "A001")] {
            #expect(try QueueOrder(json: JSON(parsing: wish.bytes(at: nine))) == wish)
        }
        let bad = try JSON(parsing: Array(#"{"act":"take","priority":"vip"}"#.utf8))
        #expect(throws: RuleRefusal.self) { try QueueOrder(json: bad) }
    }

    @Test func aDaysCountsAreReadBack() throws {
        var counts = QueueCounts(day: CivilDate(of: nine))
        counts.taken = 5
        counts.waitSeconds = 740
        #expect(QueueCounts(try JSON(parsing: counts.body)) == counts)
        #expect(QueueCounts(["day": "2026-09-24", "taken": -1]) == nil)
    }
}
