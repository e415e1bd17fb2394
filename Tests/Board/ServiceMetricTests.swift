import Base
import Change
import Civil
import Domain
import Guide
import Testing

@testable import Board

/// Metrics of ratings, tickets and links, with numbers worked by hand.
@Suite struct ServiceMetricTests {
    @Test func ratingsAndTickets() {
        var input = MetricAsk.input()
        func add(_ counted: Counted, _ count: Int, key: String = "", sum: Int = 0) {
            input.figures.add(counted, key, Figures.Amount(count: count, sum: sum))
        }
        add(.rating, 1, key: "5")
        add(.rating, 1, key: "2")
        #expect(MetricAsk.value(17, input) == "不足 3 份")
        add(.rating, 1, key: "3")
        add(.rating, 1, key: "4")
        #expect(MetricAsk.value(17, input) == "75.0%")
        add(.received, 10)
        add(.itemReceived, 6, key: "A")
        add(.itemReceived, 4, key: "B")
        add(.ratingItem, 3, key: "A", sum: 2)
        add(.ratingItem, 1, key: "Z", sum: 1)
        add(.ratingChannel, 3, key: "window", sum: 2)
        add(.ratingChannel, 1, key: "qr", sum: 1)
        // A of A and B; Z had no case.
        #expect(MetricAsk.value(15, input) == "50.0%")
        // 评价器 and 二维码 of five; what is none of them covers nothing.
        add(.ratingChannel, 1, key: "else")
        #expect(MetricAsk.more(15, "渠道", input) == "40.0%")
        input.served = 8
        input.rated = 3
        #expect(MetricAsk.more(15, "站点", input) == "37.5%")
        #expect(MetricAsk.more(15, "评价率", input) == "40.0%")
        add(.namedBad, 3)
        add(.namedBadInTime, 2)
        #expect(MetricAsk.value(16, input) == "66.7%")
        var twice = MetricAsk.input()
        twice.figures.add(.namedBad, "", Figures.Amount(count: 1))
        twice.figures.add(.namedBadInTime, "", Figures.Amount(count: 2))
        #expect(MetricAsk.value(16, twice) == "100.0%", "of two tickets on one word one counts")
        add(.ticket, 4, key: "stuck")
        add(.ticketClosed, 3, key: "stuck")
        add(.ticketInTime, 2, key: "stuck")
        add(.ticket, 4, key: "push")
        add(.ticketClosed, 1, key: "push")
        add(.ticketInTime, 1, key: "push")
        add(.pushClaimed, 1, key: "000002")
        add(.pushClaimed, 1, key: "000005")
        add(.pushClaimed, 1, key: "000030")
        #expect(MetricAsk.value(34, input) == "50.0%")
        #expect(MetricAsk.more(34, "办不成事办结率", input) == "75.0%")
        #expect(MetricAsk.more(34, "按期办结率", input) == "75.0%")
        #expect(MetricAsk.value(19, input) == "75.0%")
        #expect(MetricAsk.more(19, "认领用时中位数", input) == "5 小时")
    }

    /// 后两位 and 后五位: of those that have a score, and only where there are more than that.
    @Test func theLastAreNamed() {
        typealias Maker = BoardMaker<NoDocuments, NoDocuments>
        var input = MetricAsk.input()
        #expect(MetricAsk.value(18, input) == "不足以排名")
        input.lastPlaces = ["丙镇", "丁镇"]
        #expect(MetricAsk.value(18, input) == "2 个")
        #expect(MetricAsk.more(18, "后两位", input) == "丙镇、丁镇")
        #expect(MetricAsk.more(18, "后五位部门", input) == "none")
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
            period: MetricAsk.day("2026-09-01")...MetricAsk.day("2026-09-30"),
            today: MetricAsk.day("2026-09-11"))
        input.stations = stations
        // 48, and 240 each of the one that has been silent since August and of the one never heard
        // of; a day's silence is none.
        #expect(MetricAsk.more(29, "离线时长", input) == "528 小时")
        // (6 × 240 − 528) / 1440.
        #expect(MetricAsk.more(29, "在线率", input) == "63.3%")
        // Outages that are over: 90 minutes and 30 hours; with them 528 + 31.5 hours, told as 559.
        input.figures.add(.outage, "", Figures.Amount(count: 3, sum: 90 + 30 * 60))
        #expect(MetricAsk.more(29, "离线时长", input) == "559 小时")
        // (1440 − 559) / 1440.
        #expect(MetricAsk.more(29, "在线率", input) == "61.2%")
        // 19 deliveries within a minute and one after an hour: 95 of 100 are the nineteenth.
        input.figures.add(.syncLag, Portion.padded(1), Figures.Amount(count: 19))
        input.figures.add(.syncLag, Portion.padded(60), Figures.Amount(count: 1))
        #expect(MetricAsk.more(29, "滞后 P95", input) == "1 分钟")
        input.figures.add(.syncLag, Portion.padded(60), Figures.Amount(count: 1))
        #expect(MetricAsk.more(29, "滞后 P95", input) == "60 分钟")
        // Of the first two days the third was there, and two were not: 96 of 288.
        let first = MetricAsk.day("2026-09-01")...MetricAsk.day("2026-09-02")
        #expect(stations.silence(first) == (96, 288))
        #expect(
            stations.silence(MetricAsk.day("2026-10-01")...MetricAsk.day("2026-10-31")) == (0, 0))
    }

    @Test func placesAndTheirSigns() {
        var input = MetricAsk.input()
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
        #expect(MetricAsk.value(21, input) == "60.0%")
        #expect(MetricAsk.more(21, "镇", input) == "50.0%")
        #expect(MetricAsk.more(21, "村", input) == "66.7%")
        #expect(MetricAsk.value(22, input) == "20.0%")
        // Heard of within a day: C, T1, V1 of six.
        #expect(MetricAsk.value(29, input) == "50.0%")
        // Lags 0, 1, 2, 48 and 744 hours: 95 of 100 keep the last.
        #expect(MetricAsk.more(29, "静默 P95", input) == "44640 分钟")
        #expect(input.stations.asOf == nil, "V3 was never heard of")
        input.stations.stations.removeLast()
        #expect(input.stations.asOf == input.stations.now - 31 * 24 * hour)
    }
}
