import Base
import Change
import Civil
import Domain
import Guide
import Testing

@testable import Board

/// Lights of many, by due days.
@Suite struct LightCountTests {
    /// 2026-12-14 is a Monday; no holiday lies in that month.
    @Test func lightsAreCountedByDueDays() throws {
        let today = MetricAsk.day("2026-12-14")
        func due(_ text: String) -> Int { MetricAsk.day(text).daysSince1970 }
        func beside(_ letter: String, _ text: String) -> String {
            letter + Portion.padded(due(text))
        }
        let open = OpenFigures([
            .init(.open, due("2026-12-11"), "", 2), .init(.open, due("2026-12-14"), "", 1),
            .init(.open, due("2026-12-15"), "", 1), .init(.open, due("2026-12-17"), "", 4),
            .init(.open, due("2026-12-18"), "", 8),
            // 答复: still open, one day left; and one that nobody answered since the 11th.
            .init(.openReply, due("2026-12-15"), "", 1),
            .init(.openReply, due("2026-12-11"), "", 1),
            .init(.openDeemed, due("2026-12-17"), beside("r", "2026-12-11"), 1),
            // 即办 of Friday is a warning on Monday, of Thursday late.
            .init(.openImmediate, due("2026-12-11"), "", 1),
            .init(.openImmediate, due("2026-12-10"), "", 1),
            // 容缺 overdue is a warning beside the case's own light.
            .init(.open, due("2026-12-28"), beside("d", "2026-12-11"), 1),
            .init(.open, due("2026-12-28"), beside("d", "2026-12-14"), 1),
            // Overdue itself and with 容缺 overdue: one case shows one light.
            .init(.open, due("2026-12-11"), beside("d", "2026-12-10"), 1),
            .init(.paused, 0, "", 3), .init(.undated, 0, "", 1),
            .init(.openTicket, due("2026-12-10"), "stuck", 1),
            // Unsigned since Wednesday: three working days.
            .init(.open, due("2026-12-28"), beside("h", "2026-12-09"), 1),
        ])
        let counts = try #require(LightCounts(open, on: today, WorkCalendar(), .seed))
        #expect(counts.red == 2 + 1 + 1 + 1 + 1)
        #expect(counts.yellow == 1 + 1 + 1 + 1 + 1)
        #expect(counts.blue == 4 + 1)
        #expect(counts.paused == 3)
        #expect(counts.undated == 1)
        // 16 promised and four with more beside, one reply that runs, one deemed, two 即办, three paused, one undated.
        #expect(counts.open == 16 + 4 + 1 + 1 + 2 + 3 + 1)
    }

    @Test func whatRunsBesideComesBackAsItWas() {
        var beside = OpenBeside()
        #expect(beside.key.isEmpty && OpenBeside(key: "") == beside)
        beside.deferral = 20_720
        #expect(beside.key == "d020720")
        beside.reply = 20_711
        beside.offered = 20_700
        #expect(beside.key == "r020711,d020720,h020700")
        #expect(OpenBeside(key: beside.key) == beside)
    }

    @Test func aPortionComesBackAsItWas() throws {
        var portion = Portion()
        portion.add(.received, MetricAsk.day("2026-09-24"))
        portion.add(.saved, MetricAsk.day("2026-09-24"), sum: -200)
        portion.add(.itemUsed, MetricAsk.day("2026-09-24"), "高龄津贴认定|000003", count: 2)
        portion.add(.paused, nil)
        #expect(try Portion(bytes: portion.bytes).cells == portion.cells)
        #expect(throws: DecodeError.self) { try Portion(bytes: Array(portion.bytes.dropLast())) }
    }
}
