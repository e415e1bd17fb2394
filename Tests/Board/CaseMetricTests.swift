import Base
import Change
import Civil
import Domain
import Guide
import Testing

@testable import Board

/// Metrics of cases, of what is entered and of the archive, with numbers worked by hand.
@Suite struct CaseMetricTests {
    @Test func whatTheCasesSay() {
        var input = MetricAsk.input()
        func add(_ counted: Counted, _ count: Int, key: String = "", sum: Int = 0) {
            input.figures.add(counted, key, Figures.Amount(count: count, sum: sum))
        }
        add(.received, 8)
        add(.channel, 6, key: "window")
        add(.channel, 2, key: "online")
        add(.decided, 6)
        add(.onTime, 5)
        add(.early, 3)
        add(.legalLate, 1)
        add(.correctedTwice, 1)
        add(.immediate, 4)
        add(.sameDay, 3)
        add(.deferred, 4)
        add(.completed, 2)
        // One came after its day, one of two open ones is overdue on 2026-10-09: the day before.
        add(.deferralLate, 1)
        add(.deferralOpen, 1, key: Portion.padded(MetricAsk.day("2026-10-08").daysSince1970))
        add(.deferralOpen, 1, key: Portion.padded(MetricAsk.day("2026-10-09").daysSince1970))
        add(.spared, 3, sum: 7)
        add(.waived, 2, sum: 4)
        add(.reused, 2, sum: 3)
        add(.receivedMode, 2, key: "帮办代办")
        add(.receivedMode, 3, key: "授权办理")
        add(.receivedMode, 3, key: Portion.ownLevel)
        // Used 2, 6, 0 of 5, 5, 1: saved 600, −200, 1000 thousandths, kept in millionths.
        add(.used, 3, sum: 8)
        add(.promised, 3, sum: 11)
        add(.saved, 3, sum: 1_400_000)
        add(.crossOut, 2, key: "异地代收代办")
        add(.crossOut, 1)
        add(.crossIn, 4, key: "全程网办")
        add(.sealedDocuments, 2, sum: 3)
        add(.signedDocuments, 2, sum: 4)
        input.below.add(.received, "", Figures.Amount(count: 6))
        input.lights.red = 2
        #expect(MetricAsk.more(2, "综合窗口收件", input) == "75.0%")
        #expect(MetricAsk.value(9, input) == "25.0%")
        // 1.4 of 3.
        #expect(MetricAsk.value(6, input) == "46.7%")
        #expect(MetricAsk.more(6, "平均用时", input) == "2.7 工作日")
        #expect(MetricAsk.more(6, "平均承诺", input) == "3.7 工作日")
        #expect(MetricAsk.more(11, "容缺受理件", input) == "4 件")
        #expect(MetricAsk.more(11, "已补齐", input) == "50.0%")
        #expect(MetricAsk.more(11, "逾期率", input) == "50.0%")
        #expect(MetricAsk.more(12, "即办件当日办结", input) == "75.0%")
        #expect(MetricAsk.more(22, "转出", input) == "3 件")
        #expect(MetricAsk.more(22, "转出：异地代收代办", input) == "2 件")
        #expect(MetricAsk.more(22, "转出：未注明模式", input) == "1 件")
        #expect(MetricAsk.more(22, "转入：全程网办", input) == "4 件")
        #expect(MetricAsk.value(31, input) == "87.5%")
        #expect(MetricAsk.value(32, input) == "83.3%")
        #expect(MetricAsk.more(32, "提前率", input) == "50.0%")
        #expect(MetricAsk.more(32, "超法定", input) == "1 件")
        #expect(MetricAsk.more(32, "现亮红灯", input) == "2 件")
        #expect(MetricAsk.value(33, input) == "75.0%")
        // Of eight: two by an agent, three decided in the village, three at town and county.
        #expect(MetricAsk.more(33, "帮办代办", input) == "25.0%")
        #expect(MetricAsk.more(33, "授权办理", input) == "37.5%")
        #expect(MetricAsk.more(33, "本级办理", input) == "37.5%")
        #expect(MetricAsk.value(35, input) == "75.0%")
        #expect(MetricAsk.value(36, input) == "7 次")
        #expect(MetricAsk.more(36, "免交", input) == "4 次")
        #expect(MetricAsk.more(36, "复用", input) == "3 次")
        // 7 of 8 cases: 0.875.
        #expect(MetricAsk.more(36, "平均每件", input) == "0.9 次")
        // One of eight is not at the county yet.
        #expect(MetricAsk.more(27, "办件入库率", input) == "100.0%")
        input.unsynced = 1
        #expect(MetricAsk.more(27, "办件入库率", input) == "87.5%")
    }

    @Test func startingAFirmIsCountedByItsItems() {
        var input = MetricAsk.input()
        for (key, count) in [("S|000001", 3), ("S|000002", 1), ("T|000006", 1), ("X|000009", 9)] {
            input.figures.add(.itemUsed, key, Figures.Amount(count: count))
        }
        #expect(MetricAsk.value(13, input) == "无数据")
        input.startupItems = ["S", "T"]
        // 1, 1, 1, 2, 6: three of five within a day.
        #expect(MetricAsk.value(13, input) == "60.0%")
        #expect(MetricAsk.more(13, "P50", input) == "1 工作日")
        #expect(MetricAsk.more(13, "P90", input) == "6 工作日")
    }

    @Test func whatIsEnteredIsToldAsSuch() {
        var input = MetricAsk.input()
        #expect(
            [14, 20, 27, 30].map { MetricAsk.value($0, input) } == Array(repeating: "待填报", count: 4)
        )
        input.entered.entries[14] = EnteredFigures.Entry(part: 92, whole: nil, source: "住建局")
        input.entered.entries[20] = EnteredFigures.Entry(part: 6, whole: 8, source: "局")
        input.entered.entries[27] = EnteredFigures.Entry(part: 95, whole: 100, source: "市平台")
        input.entered.entries[30] = EnteredFigures.Entry(part: 9, whole: 10, source: "编办")
        #expect(
            [14, 20, 27, 30].map { MetricAsk.value($0, input) } == [
                "92 工作日", "75.0%", "95.0%", "90.0%",
            ])
        #expect(
            [14, 20, 27, 30].map { MetricAsk.more($0, "来源", input) } == ["住建局", "局", "市平台", "编办"],
            "a figure that is entered is told with whose it is")
    }

    @Test func theArchiveIsCountedOfWhatCouldBeRated() {
        var input = MetricAsk.input()
        input.settled.add(.closed, "", Figures.Amount(count: 5))
        input.settled.add(.archived, "", Figures.Amount(count: 4))
        #expect(MetricAsk.value(28, input) == "80.0%")
    }
}
