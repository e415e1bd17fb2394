import Base
import Change
import Civil
import Domain
import Guide
import Testing

@testable import Board

/// Every metric of DOMAIN §2 with numbers that were worked by hand: those of the catalog.
@Suite struct MetricTests {
    @Test func thereIsOneForEachNumber() {
        #expect(BoardMetric.all.map(\.number) == Array(1...37))
        for metric in BoardMetric.all {
            #expect(!metric.formula.isEmpty && !metric.target.isEmpty, "\(metric.number)")
            // Nothing counted is told as such, and never as a full mark.
            #expect(!metric.value(MetricAsk.input()).text.contains("100"), "\(metric.number)")
        }
    }

    /// Half up: of −2/3 that is −66.7, and of −1/16 −6.2 of a hundred.
    @Test func whatIsBelowNothingIsRoundedAlike() {
        #expect(MetricValue.share(-2, of: 3).text == "-66.7%")
        #expect(MetricValue.share(2, of: 3).text == "66.7%")
        #expect(MetricValue.share(-1, of: 16).text == "-6.2%")
        #expect(MetricValue.share(1, of: 16).text == "6.3%")
        #expect(MetricValue.share(-1, of: 8).text == "-12.5%")
    }

    // MARK: the catalog

    /// Four items: A and B are for people, C for firms, D is 行政检查 and not 依申请.
    private func census() -> CatalogCensus {
        var census = CatalogCensus()
        let a: JSON = [
            "kind": "行政给付", "audience": ["自然人"], "handling": "承诺件", "legalDays": 20,
            "promisedDays": 5, "inHall": true, "oneWindow": true, "oneVisit": true, "visits": 1,
            "online": "网上申报",
            "department": "县民政局", "steps": ["收件", "决定"],
            "materials": [
                ["code": "M1", "name": "甲"], ["code": "M2", "name": "乙", "required": false],
            ],
        ]
        let first: JSON = [
            "steps": ["收件", "受理", "审查", "审核", "决定"],
            "materials": [
                ["code": "M1", "name": "甲"], ["code": "M2", "name": "乙"],
                ["code": "M3", "name": "丙"], ["code": "M4", "name": "丁"],
            ],
        ]
        let b: JSON = [
            "kind": "公共服务", "audience": ["自然人"], "handling": "即办件", "legalDays": 10,
            "promisedDays": 1, "inHall": true, "oneWindow": true, "visits": 0, "online": "全程网办",
            "procedure": "简易程序", "department": "县人社局",
        ]
        let c: JSON = [
            "kind": "行政许可", "audience": ["法人"], "handling": "承诺件", "legalDays": 20,
            "promisedDays": 14, "visits": 2, "notInHall": "涉密", "online": "网上咨询",
            "special": [["name": "现场勘验"]], "department": "县市场监管局",
            "materials": [["code": "M1", "name": "甲", "deferrable": true]],
        ]
        let d: JSON = ["kind": "行政检查", "audience": ["法人"], "legalDays": 0, "promisedDays": 0]
        census.add("A", a, first: first)
        census.add("B", b, first: nil)
        census.add("C", c, first: nil)
        census.add("D", d, first: nil)
        return census
    }

    @Test func whatTheCatalogSays() {
        var input = MetricAsk.input()
        input.census = census()
        // 一窗受理 A, B of all four.
        #expect(MetricAsk.value(2, input) == "50.0%")
        // 进驻 A, B; 依申请 A, B, C, of which C stays out for a reason: 2/2.
        #expect(MetricAsk.value(1, input) == "100.0%")
        // A is flagged with one visit.
        #expect(MetricAsk.value(3, input) == "1 项")
        // A: 4 required before, 1 now; C never changed, 1 and 1: 1 − 2/5.
        #expect(MetricAsk.value(4, input) == "60.0%")
        // A: 5 steps before, 2 now; the others name none: 1 − 2/5.
        #expect(MetricAsk.value(5, input) == "60.0%")
        // 承诺 5+1+14 = 20, 法定 20+10+20 = 50: 1 − 20/50.
        #expect(MetricAsk.value(7, input) == "60.0%")
        // A, B of A, B, C.
        #expect(MetricAsk.value(8, input) == "66.7%")
        // Without 现场勘验 A and B; B in no visit.
        #expect(MetricAsk.value(10, input) == "50.0%")
        // 涉企 依申请 is C alone, and has something to come later.
        #expect(MetricAsk.value(11, input) == "100.0%")
        // 自然人现场: A (B needs no visit); not 即办.
        #expect(MetricAsk.value(12, input) == "0.0%")
        #expect(MetricAsk.more(12, "简易事项即办", input) == "100.0%")
        #expect(input.census.departments["C"] == "县市场监管局")
        input.census.oneVisit = 100
        #expect(MetricAsk.value(3, input) == "100 项")
    }

    @Test func whatTheCatalogSaysOfItsSpread() {
        var input = MetricAsk.input()
        input.census.agreeing = 17
        input.census.compared = 18
        #expect(MetricAsk.more(25, "站点", input) == "94.4%")
        // Of eight claimed items three are the same everywhere.
        input.census.claimedItems = 8
        input.census.uniformItems = 3
        #expect(MetricAsk.value(25, input) == "37.5%")
        input.census.basic = 12
        input.census.notApplicable = 2
        input.census.claimed = 7
        input.census.items = 8
        input.census.complete = 6
        #expect(MetricAsk.value(26, input) == "70.0%")
        #expect(MetricAsk.more(26, "标准化完成率", input) == "75.0%")
        input.census.themesEnterprise = 3
        input.census.themesPersonal = 4
        #expect(MetricAsk.value(24, input) == "7 个")
        #expect(MetricAsk.more(24, "企业", input) == "3 个")
        // Seven of eight are published; on the basic list five, of which four are claimed.
        input.census.themes = 8
        input.census.themesListed = 5
        input.census.themesClaimed = 4
        #expect(MetricAsk.more(24, "上线率", input) == "87.5%")
        #expect(MetricAsk.more(24, "认领率", input) == "80.0%")
        // B stands in themes of both kinds; C in none.
        input.census.themeItemsEnterprise = ["A", "B"]
        input.census.themeItemsPersonal = ["B"]
        for (item, count) in [("A", 2), ("B", 3), ("C", 9)] {
            input.figures.add(.itemReceived, item, Figures.Amount(count: count))
        }
        #expect(MetricAsk.more(24, "企业办件", input) == "5 件")
        #expect(MetricAsk.more(24, "个人办件", input) == "3 件")
        // 2026-08-31, 09-01 and 09-30: two lie in the month.
        input.census.knowledgeDays = ["2026-08-31", "2026-09-01", "2026-09-30"]
            .map { MetricAsk.day($0).daysSince1970 }
        // Asked on these days; the last of August is none of September's, answered or not.
        input.census.questionDays = [
            "2026-08-31", "2026-09-01", "2026-09-02", "2026-09-29", "2026-09-30",
        ].map { MetricAsk.day($0).daysSince1970 }
        input.census.answeredDays = ["2026-08-31", "2026-09-02"]
            .map { MetricAsk.day($0).daysSince1970 }
        #expect(MetricAsk.value(23, input) == "2 条")
        #expect(MetricAsk.more(23, "上报问题已解答", input) == "25.0%")
        // Scenario B: v4 was everywhere after 4 d 23 h = 7,140 minutes.
        input.census.spreadMinutes = [7_140, 3, 10]
        input.reach = CatalogCensus.Reach(has: 11, all: 12)
        #expect(MetricAsk.value(37, input) == "91.7%")
        #expect(MetricAsk.more(37, "末站到达 P50", input) == "10 分钟")
        #expect(MetricAsk.more(37, "末站到达最长", input) == "7140 分钟")
    }
}
