import Base
import Change
import Civil
import Domain
import Guide
import Testing

@testable import Board

/// Every metric of DOMAIN §2 with numbers that were worked by hand.
@Suite struct MetricTests {
    private static func day(_ text: String) -> CivilDate {
        CivilDate(text) ?? CivilDate(of: Instant(millis: 0))
    }

    private static func input() -> BoardInput {
        BoardInput(period: day("2026-09-01")...day("2026-09-30"), today: day("2026-10-09"))
    }

    private func value(_ number: Int, _ input: BoardInput) -> String {
        BoardMetric.all.first { $0.number == number }?.value(input).text ?? "none"
    }

    private func more(_ number: Int, _ name: String, _ input: BoardInput) -> String {
        let metric = BoardMetric.all.first { $0.number == number }
        return metric?.more(input).first { $0.0 == name }?.1.text ?? "none"
    }

    @Test func thereIsOneForEachNumber() {
        #expect(BoardMetric.all.map(\.number) == Array(1...37))
        for metric in BoardMetric.all {
            #expect(!metric.formula.isEmpty && !metric.target.isEmpty, "\(metric.number)")
            // Nothing counted is told as such, and never as a full mark.
            #expect(!metric.value(Self.input()).text.contains("100"), "\(metric.number)")
        }
    }

    // MARK: the catalog

    /// Four items: A and B are for people, C for firms, D is 行政检查 and not 依申请.
    private func census() -> CatalogCensus {
        var census = CatalogCensus()
        let a: JSON = [
            "kind": "行政给付", "audience": ["自然人"], "handling": "承诺件", "legalDays": 20,
            "promisedDays": 5, "inHall": true, "oneVisit": true, "visits": 1, "online": "网上申报",
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
            "promisedDays": 1, "inHall": true, "visits": 0, "online": "全程网办",
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
        var input = Self.input()
        input.census = census()
        // 进驻 A, B; 依申请 A, B, C, of which C stays out for a reason: 2/2.
        #expect(value(1, input) == "100.0%")
        // A is flagged with one visit.
        #expect(value(3, input) == "1 项")
        // A: 4 required before, 1 now; C never changed, 1 and 1: 1 − 2/5.
        #expect(value(4, input) == "60.0%")
        // A: 5 steps before, 2 now; the others name none: 1 − 2/5.
        #expect(value(5, input) == "60.0%")
        // 承诺 5+1+14 = 20, 法定 20+10+20 = 50: 1 − 20/50.
        #expect(value(7, input) == "60.0%")
        // A, B of A, B, C.
        #expect(value(8, input) == "66.7%")
        // Without 现场勘验 A and B; B in no visit.
        #expect(value(10, input) == "50.0%")
        // 涉企 依申请 is C alone, and has something to come later.
        #expect(value(11, input) == "100.0%")
        // 自然人现场: A (B needs no visit); not 即办.
        #expect(value(12, input) == "0.0%")
        #expect(more(12, "简易事项即办", input) == "100.0%")
        #expect(input.census.departments["C"] == "县市场监管局")
        input.census.oneVisit = 100
        #expect(value(3, input) == "100 项")
    }

    @Test func whatTheCatalogSaysOfItsSpread() {
        var input = Self.input()
        input.census.agreeing = 17
        input.census.compared = 18
        #expect(value(25, input) == "94.4%")
        input.census.basic = 12
        input.census.notApplicable = 2
        input.census.claimed = 7
        input.census.items = 8
        input.census.complete = 6
        #expect(value(26, input) == "70.0%")
        #expect(more(26, "标准化完成率", input) == "75.0%")
        input.census.themesEnterprise = 3
        input.census.themesPersonal = 4
        #expect(value(24, input) == "7 个")
        #expect(more(24, "企业", input) == "3 个")
        // Seven of eight are published; on the basic list five, of which four are claimed.
        input.census.themes = 8
        input.census.themesListed = 5
        input.census.themesClaimed = 4
        #expect(more(24, "上线率", input) == "87.5%")
        #expect(more(24, "认领率", input) == "80.0%")
        // 2026-08-31, 09-01 and 09-30: two lie in the month.
        input.census.knowledgeDays = ["2026-08-31", "2026-09-01", "2026-09-30"]
            .map { Self.day($0).daysSince1970 }
        input.census.questions = 5
        input.census.questionsAnswered = 2
        #expect(value(23, input) == "2 条")
        #expect(more(23, "上报问题已解答", input) == "40.0%")
        // Scenario B: v4 was everywhere after 4 d 23 h = 7,140 minutes.
        input.census.spreadMinutes = [7_140, 3, 10]
        input.census.stationsCurrent = 11
        input.census.stationsAll = 12
        #expect(value(37, input) == "91.7%")
        // Of four versions three are everywhere.
        input.census.versions = 4
        #expect(more(25, "事项", input) == "75.0%")
        #expect(more(37, "末站到达 P50", input) == "10 分钟")
        #expect(more(37, "末站到达最长", input) == "7140 分钟")
    }

    // MARK: cases

    @Test func whatTheCasesSay() {
        var input = Self.input()
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
        add(.deferralOpen, 1, key: Portion.padded(Self.day("2026-10-08").daysSince1970))
        add(.deferralOpen, 1, key: Portion.padded(Self.day("2026-10-09").daysSince1970))
        add(.spared, 3, sum: 7)
        add(.waived, 2, sum: 4)
        add(.reused, 2, sum: 3)
        add(.receivedMode, 2, key: "帮办代办")
        add(.receivedMode, 3, key: "授权办理")
        add(.receivedMode, 3, key: Portion.ownLevel)
        // Used 2, 6, 0 of 5, 5, 1: saved 600, −200, 1000 thousandths.
        add(.used, 3, sum: 8)
        add(.promised, 3, sum: 11)
        add(.saved, 3, sum: 1400)
        add(.crossOut, 1)
        add(.sealedDocuments, 2, sum: 3)
        add(.signedDocuments, 2, sum: 4)
        input.below.add(.received, "", Figures.Amount(count: 6))
        input.lights.red = 2
        #expect(value(2, input) == "75.0%")
        #expect(value(9, input) == "25.0%")
        // 1400 of 3 × 1000.
        #expect(value(6, input) == "46.7%")
        #expect(more(6, "平均用时", input) == "2.7 工作日")
        #expect(more(6, "平均承诺", input) == "3.7 工作日")
        #expect(more(11, "容缺受理件", input) == "4 件")
        #expect(more(11, "已补齐", input) == "50.0%")
        #expect(more(11, "逾期率", input) == "50.0%")
        #expect(more(12, "即办件当日办结", input) == "75.0%")
        #expect(more(22, "代收转出", input) == "1 件")
        #expect(value(31, input) == "87.5%")
        #expect(value(32, input) == "83.3%")
        #expect(more(32, "提前率", input) == "50.0%")
        #expect(more(32, "超法定", input) == "1 件")
        #expect(more(32, "现亮红灯", input) == "2 件")
        #expect(value(33, input) == "75.0%")
        // Of eight: two by an agent, three decided in the village, three at town and county.
        #expect(more(33, "帮办代办", input) == "25.0%")
        #expect(more(33, "授权办理", input) == "37.5%")
        #expect(more(33, "本级办理", input) == "37.5%")
        #expect(value(35, input) == "75.0%")
        #expect(value(36, input) == "7 次")
        #expect(more(36, "免交", input) == "4 次")
        #expect(more(36, "复用", input) == "3 次")
        // 7 of 8 cases: 0.875.
        #expect(more(36, "平均每件", input) == "0.9 次")
        // One of eight is not at the county yet.
        #expect(more(27, "办件入库率", input) == "100.0%")
        input.unsynced = 1
        #expect(more(27, "办件入库率", input) == "87.5%")
    }

    @Test func startingAFirmIsCountedByItsItems() {
        var input = Self.input()
        for (key, count) in [("S|000001", 3), ("S|000002", 1), ("T|000006", 1), ("X|000009", 9)] {
            input.figures.add(.itemUsed, key, Figures.Amount(count: count))
        }
        #expect(value(13, input) == "无数据")
        input.startupItems = ["S", "T"]
        // 1, 1, 1, 2, 6: three of five within a day.
        #expect(value(13, input) == "60.0%")
        #expect(more(13, "P50", input) == "1 工作日")
        #expect(more(13, "P90", input) == "6 工作日")
    }

    @Test func whatIsEnteredIsToldAsSuch() {
        var input = Self.input()
        #expect([14, 20, 27, 30].map { value($0, input) } == Array(repeating: "待填报", count: 4))
        input.entered.entries[14] = EnteredFigures.Entry(part: 92, whole: nil, source: "住建局")
        input.entered.entries[20] = EnteredFigures.Entry(part: 6, whole: 8, source: "局")
        input.entered.entries[27] = EnteredFigures.Entry(part: 95, whole: 100, source: "市平台")
        input.entered.entries[30] = EnteredFigures.Entry(part: 9, whole: 10, source: "编办")
        #expect(
            [14, 20, 27, 30].map { value($0, input) } == ["92 工作日", "75.0%", "95.0%", "90.0%"])
        #expect(
            [14, 20, 27, 30].map { more($0, "来源", input) } == ["住建局", "局", "市平台", "编办"],
            "a figure that is entered is told with whose it is")
    }

    @Test func theArchiveIsCountedOfWhatCouldBeRated() {
        var input = Self.input()
        input.settled.add(.closed, "", Figures.Amount(count: 5))
        input.settled.add(.archived, "", Figures.Amount(count: 4))
        #expect(value(28, input) == "80.0%")
    }

    // MARK: service

    @Test func ratingsAndTickets() {
        var input = Self.input()
        func add(_ counted: Counted, _ count: Int, key: String = "", sum: Int = 0) {
            input.figures.add(counted, key, Figures.Amount(count: count, sum: sum))
        }
        add(.rating, 1, key: "5")
        add(.rating, 1, key: "2")
        #expect(value(17, input) == "不足 3 份")
        add(.rating, 1, key: "3")
        add(.rating, 1, key: "4")
        #expect(value(17, input) == "75.0%")
        add(.received, 10)
        add(.itemReceived, 6, key: "A")
        add(.itemReceived, 4, key: "B")
        add(.ratingItem, 3, key: "A", sum: 2)
        add(.ratingItem, 1, key: "Z", sum: 1)
        add(.ratingChannel, 3, key: "window", sum: 2)
        add(.ratingChannel, 1, key: "qr", sum: 1)
        // A of A and B; Z had no case.
        #expect(value(15, input) == "50.0%")
        #expect(more(15, "有评价的渠道", input) == "2 种")
        #expect(more(15, "评价率", input) == "40.0%")
        add(.namedBad, 3)
        add(.namedBadInTime, 2)
        #expect(value(16, input) == "66.7%")
        add(.ticket, 4, key: "stuck")
        add(.ticketClosed, 3, key: "stuck")
        add(.ticketInTime, 2, key: "stuck")
        add(.ticket, 4, key: "push")
        add(.ticketClosed, 1, key: "push")
        add(.ticketInTime, 1, key: "push")
        add(.pushClaimed, 1, key: "000002")
        add(.pushClaimed, 1, key: "000005")
        add(.pushClaimed, 1, key: "000030")
        #expect(value(34, input) == "50.0%")
        #expect(more(34, "办不成事办结率", input) == "75.0%")
        #expect(more(34, "按期办结率", input) == "75.0%")
        #expect(value(19, input) == "75.0%")
        #expect(more(19, "认领用时中位数", input) == "5 小时")
    }

    /// 后两位 and 后五位: of those that have a score, and only where there are more than that.
    @Test func theLastAreNamed() {
        typealias Maker = BoardMaker<NoDocuments, NoDocuments>
        var input = Self.input()
        #expect(value(18, input) == "不足以排名")
        input.lastPlaces = ["丙镇", "丁镇"]
        #expect(value(18, input) == "2 个")
        #expect(more(18, "后两位", input) == "丙镇、丁镇")
        #expect(more(18, "后五位部门", input) == "none")
        #expect(Maker.last(["甲", "乙"], 2) == [], "nobody is last among two")
        #expect(Maker.last(["甲", "乙", "丙"], 2) == ["乙", "丙"])
        #expect(Maker.last(["1", "2", "3", "4", "5", "6"], 5) == ["2", "3", "4", "5", "6"])
        // A place without a case is not among the last for that.
        let ranked = Maker.ranked([("甲", 900), ("乙", 800), ("空", nil), ("丙", 700)])
        #expect(Maker.last(ranked.filter { $0.score != nil }.map(\.name), 2) == ["乙", "丙"])
    }

    /// From 2026-09-01 00:00 until 2026-09-11 00:00, ten days of 240 hours each.
    @Test func hoursOfSilenceAreThoseOfTheLastSign() throws {
        let now = try #require(Instant(rfc3339: "2026-09-11T00:00:00+08:00")).millis
        var stations = StationCensus()
        stations.now = now
        for hours in [0, 1, 48, 24, 744, nil] as [Int64?] {
            stations.stations.append(
                StationCensus.Station(
                    name: "站", level: .village, lastSign: hours.map { now - $0 * 3_600_000 }))
        }
        var input = BoardInput(
            period: Self.day("2026-09-01")...Self.day("2026-09-30"), today: Self.day("2026-09-11"))
        input.stations = stations
        // 48, and 240 each of the one that has been silent since August and of the one never heard
        // of; a day's silence is none.
        #expect(more(29, "离线时长", input) == "528 小时")
        // (6 × 240 − 528) / 1440.
        #expect(more(29, "在线率", input) == "63.3%")
        // Of the first two days the third was there, and two were not: 96 of 288.
        let first = Self.day("2026-09-01")...Self.day("2026-09-02")
        #expect(stations.silence(first) == (96, 288))
        #expect(stations.silence(Self.day("2026-10-01")...Self.day("2026-10-31")) == (0, 0))
    }

    @Test func placesAndTheirSigns() {
        var input = Self.input()
        let hour: Int64 = 3_600_000
        input.stations.now = 100 * 24 * hour
        func station(_ name: String, _ level: Level, _ hoursAgo: Int64?) {
            input.stations.stations.append(
                StationCensus.Station(
                    name: name, level: level,
                    lastSign: hoursAgo.map { input.stations.now - $0 * hour }))
        }
        station("C", .county, 0)
        station("T1", .town, 1)
        station("T2", .town, 31 * 24)
        station("V1", .village, 2)
        station("V2", .village, 48)
        station("V3", .village, nil)
        input.stations.partnerCities = 3
        // Alive in 30 days: T1, V1, V2 of five.
        #expect(value(21, input) == "60.0%")
        #expect(more(21, "镇", input) == "50.0%")
        #expect(more(21, "村", input) == "66.7%")
        #expect(value(22, input) == "20.0%")
        // Heard of within a day: C, T1, V1 of six.
        #expect(value(29, input) == "50.0%")
        // Lags 0, 1, 2, 48 and 744 hours: 95 of 100 keep the last.
        #expect(more(29, "滞后 P95", input) == "44640 分钟")
        #expect(input.stations.asOf == nil, "V3 was never heard of")
        input.stations.stations.removeLast()
        #expect(input.stations.asOf == input.stations.now - 31 * 24 * hour)
    }

    // MARK: ranking

    @Test func aScoreWeighsWhatThereIs() {
        var figures = Figures()
        figures.add(.decided, "", Figures.Amount(count: 10))
        figures.add(.onTime, "", Figures.Amount(count: 9))
        figures.add(.received, "", Figures.Amount(count: 10))
        figures.add(.correctedTwice, "", Figures.Amount(count: 2))
        // 900 × 40 + 800 × 20 over 60: 866.7.
        #expect(Score(figures, .seed).thousandths == 867)
        figures.add(.rating, "5", Figures.Amount(count: 3))
        // (36,000 + 16,000 + 1000 × 30) / 90 = 911.1.
        #expect(Score(figures, .seed).thousandths == 911)
        #expect(Score(Figures(), .seed).thousandths == nil)
        #expect(
            RankingWeights(["onTime": 0, "once": 0, "content": 0, "tickets": 0]) == nil)
    }

    @Test func theBestStandFirstAndThoseWithoutAScoreLast() {
        typealias Maker = BoardMaker<NoDocuments, NoDocuments>
        let ranked = Maker.ranked([("乙", 800), ("甲", 800), ("丙", nil), ("丁", 950)])
        #expect(
            ranked.map(\.name)
                == ["丁", "乙", "甲", "丙"].sorted {
                    let scores = ["丁": 950, "乙": 800, "甲": 800, "丙": -1]
                    return (scores[$1] ?? 0, $0) < (scores[$0] ?? 0, $1)
                })
        #expect(ranked.first?.name == "丁" && ranked.last?.name == "丙")
        var figures = Figures()
        var census = CatalogCensus()
        for (item, name, all, good) in [
            ("A", "民政", 4, 4), ("B", "人社", 10, 9), ("C", "民政", 6, 4), ("D", "住建", 1, 0),
        ] {
            census.departments[item] = name
            figures.add(.itemDecided, item, Figures.Amount(count: all))
            if good > 0 { figures.add(.itemOnTime, item, Figures.Amount(count: good)) }
        }
        // 人社 9/10, 民政 8/10, 住建 0/1.
        let departments = Maker.departments(figures, census)
        #expect(departments.map(\.name) == ["人社", "民政", "住建"])
        #expect(departments.map(\.part) == [9, 8, 0])
        #expect(departments.map(\.whole) == [10, 10, 1])
    }

    // MARK: lights

    /// 2026-12-14 is a Monday; no holiday lies in that month.
    @Test func lightsAreCountedByDueDays() throws {
        let today = Self.day("2026-12-14")
        func due(_ text: String) -> Int { Self.day(text).daysSince1970 }
        let open = OpenFigures([
            .init(.open, due("2026-12-11"), "", 2), .init(.open, due("2026-12-14"), "", 1),
            .init(.open, due("2026-12-15"), "", 1), .init(.open, due("2026-12-17"), "", 4),
            .init(.open, due("2026-12-18"), "", 8),
            // 答复: still open, one day left; and one that nobody answered since the 11th.
            .init(.openReply, due("2026-12-15"), "", 1),
            .init(.openReply, due("2026-12-11"), "", 1),
            .init(.openDeemed, due("2026-12-17"), Portion.padded(due("2026-12-11")), 1),
            // 即办 of Friday is a warning on Monday, of Thursday late.
            .init(.openImmediate, due("2026-12-11"), "", 1),
            .init(.openImmediate, due("2026-12-10"), "", 1),
            // 容缺 overdue is a warning beside the case's own light.
            .init(.openDeferral, due("2026-12-11"), "", 1),
            .init(.openDeferral, due("2026-12-14"), "", 1),
            .init(.paused, 0, "", 3), .init(.undated, 0, "", 1),
            .init(.openTicket, due("2026-12-10"), "stuck", 1),
            // Unsigned since Wednesday: three working days.
            .init(.openHandover, due("2026-12-09"), "", 1),
        ])
        let counts = try #require(LightCounts(open, on: today, WorkCalendar(), .seed))
        #expect(counts.red == 2 + 1 + 1 + 1)
        #expect(counts.yellow == 1 + 1 + 1 + 1 + 1)
        #expect(counts.blue == 4 + 1)
        #expect(counts.paused == 3)
        #expect(counts.undated == 1)
        // 16 promised, one reply that runs, one deemed, two 即办, three paused, one undated.
        #expect(counts.open == 16 + 1 + 1 + 2 + 3 + 1)
    }

    @Test func aPortionComesBackAsItWas() throws {
        var portion = Portion()
        portion.add(.received, Self.day("2026-09-24"))
        portion.add(.saved, Self.day("2026-09-24"), sum: -200)
        portion.add(.itemUsed, Self.day("2026-09-24"), "高龄津贴认定|000003", count: 2)
        portion.add(.paused, nil)
        #expect(try Portion(bytes: portion.bytes).cells == portion.cells)
        #expect(throws: DecodeError.self) { try Portion(bytes: Array(portion.bytes.dropLast())) }
    }
}

/// A source of nothing: for rules that look at no document.
struct NoDocuments: FigureSource {
    /// Nothing goes wrong; the compiler wants a type of its own for what is thrown on.
    enum Failure: Error {}

    var missing: Int { 0 }

    func figures(of region: RegionID, in period: ClosedRange<CivilDate>) -> Figures { Figures() }
    func open(of region: RegionID) -> OpenFigures { OpenFigures() }
    func due(of region: RegionID, until day: CivilDate, limit: Int) -> [DocumentKey] { [] }
    func lastSign(of region: RegionID) -> Int64? { nil }
    func census(
        on day: CivilDate, _ make: () throws(Failure) -> CatalogCensus
    ) throws(Failure) -> CatalogCensus { try make() }
}

extension NoDocuments: ListedSource {
    func content(_ key: DocumentKey) -> Content? { nil }
    func find(_ collection: Collection, label: String) -> [DocumentKey] { [] }
    func change(at dot: Dot, in scope: ScopeID) -> Change? { nil }
    func list(_ collection: Collection, limit: Int) -> [StoredDocument] { [] }
}
