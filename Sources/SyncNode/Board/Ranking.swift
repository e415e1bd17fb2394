package import Base
import Change
import Civil
import Domain
import Guide

/// What makes up a score, and how much each part weighs (绩效评估): a county's setting.
package struct RankingWeights: Hashable, Sendable {
    package let onTime: Int
    package let once: Int
    package let content: Int
    package let tickets: Int

    /// What holds where nobody set anything.
    package static let seed = RankingWeights(onTime: 40, once: 20, content: 30, tickets: 10)

    package init(onTime: Int, once: Int, content: Int, tickets: Int) {
        self.onTime = onTime
        self.once = once
        self.content = content
        self.tickets = tickets
    }

    /// - Parameter json: {onTime, once, content, tickets}, each 0 … 100, not all 0; else nil.
    package init?(_ json: JSON) {
        let numbers = ["onTime", "once", "content", "tickets"].map { json[$0]?.int ?? -1 }
        guard numbers.allSatisfy({ (0...100).contains($0) }), numbers.contains(where: { $0 > 0 })
        else { return nil }
        self.init(
            onTime: Int(numbers[0]), once: Int(numbers[1]), content: Int(numbers[2]),
            tickets: Int(numbers[3]))
    }
}

/// The score of one place: a weighted mean of the shares that it has something of.
package struct Score: Hashable, Sendable {
    /// In thousandths; nil where nothing can be said of it.
    package let thousandths: Int?
    package let onTime: MetricValue
    package let once: MetricValue
    package let content: MetricValue
    package let tickets: MetricValue

    package init(_ figures: Figures, _ weights: RankingWeights) {
        let received = figures.count(.received)
        onTime = .share(figures.count(.onTime), of: figures.count(.decided))
        once = .share(received - figures.count(.correctedTwice), of: received)
        content = BoardMetric.satisfaction(figures)
        tickets = .share(figures.count(.ticketInTime), of: figures.count(.ticket))
        let parts = [
            (onTime, weights.onTime), (once, weights.once), (content, weights.content),
            (tickets, weights.tickets),
        ]
        var sum = 0
        var weight = 0
        for (value, share) in parts {
            guard let thousandths = value.thousandths else { continue }
            sum += thousandths * share
            weight += share
        }
        thousandths = weight == 0 ? nil : (2 * sum + weight) / (2 * weight)
    }

    var text: String { thousandths.map { MetricValue.tenths($0, "分").text } ?? "无数据" }
}

extension BoardMaker {
    /// Places below, and departments by their items, the best first; 后两位 and 后五位 marked.
    func ranking(
        _ question: BoardQuestion, for region: RegionRecord
    ) throws(Source.Failure) -> Sheet {
        let period = period(question)
        let weights = RankingWeights(try setting(.setting, "ranking")) ?? .seed
        var scores: [(name: String, score: Score)] = []
        for place in directory.children(of: region.id).sorted(by: { $0.code < $1.code }) {
            let figures = try figured.figures(of: place.id, in: period)
            scores.append((place.name, Score(figures, weights)))
        }
        let stations = try stations(of: region)
        let figures = try figured.figures(of: region.id, in: period)
        let census = try figured.census(on: min(today, period.upperBound)) {
            () throws(Source.Failure) in
            try input(period, for: region).census
        }
        let places = Self.ranked(scores.map { ($0.name, $0.score.thousandths) })
        let lastPlaces = Self.last(
            places.filter { $0.score != nil }.map(\.name), Limits.lastPlaces)
        let rows = places.enumerated().map { index, place in
            let score = scores.first { $0.name == place.name }?.score
            return [
                String(index + 1), place.name, score?.text ?? "", score?.onTime.text ?? "",
                score?.once.text ?? "", score?.content.text ?? "", score?.tickets.text ?? "",
                lastPlaces.contains(place.name) ? "后\(Limits.lastPlaces)位" : "",
            ]
        }
        let departments = Self.departments(figures, census)
        let lastDepartments = Self.last(departments.map(\.name), Limits.lastDepartments)
        let below = departments.enumerated().map { index, entry in
            [
                String(index + 1), entry.name, MetricValue.share(entry.part, of: entry.whole).text,
                "\(entry.part)/\(entry.whole)",
                lastDepartments.contains(entry.name) ? "后\(Limits.lastDepartments)位" : "",
            ]
        }
        let days = "\(period.lowerBound.text) 至 \(period.upperBound.text)"
        return Sheet(
            "排名", stamp: "\(region.name) · \(days) · \(asOf(stations))",
            [
                Sheet.Section(
                    "站点", ["名次", "站点", "得分", "按时办结", "一次告知", "满意", "工单按期", "预警"], rows),
                Sheet.Section("部门", ["名次", "部门", "按时办结率", "构成", "预警"], below),
            ],
            data: [
                "places": .array(places.map { .text($0.name) }),
                "departments": .array(departments.map { .text($0.name) }),
            ])
    }

    /// Who is warned (约谈): the last so many of those that have a score. None where there are no
    /// more than that, so that nobody is last among nobody.
    static func last(_ names: [String], _ count: Int) -> [String] {
        names.count > count ? Array(names.suffix(count)) : []
    }

    /// The best first; of two that are as good the first by name; without a score last.
    static func ranked(_ scores: [(String, Int?)]) -> [(name: String, score: Int?)] {
        scores.map { (name: $0.0, score: $0.1) }
            .sorted { ($1.score ?? -1, $0.name) < ($0.score ?? -1, $1.name) }
    }

    /// 按时办结 by the department of each item, the best first.
    static func departments(
        _ figures: Figures, _ census: CatalogCensus
    ) -> [(name: String, part: Int, whole: Int)] {
        var wholes: [String: Int] = [:]
        var parts: [String: Int] = [:]
        for entry in figures.list(.itemDecided) {
            let name = census.departments[entry.key] ?? "（未列部门）"
            wholes[name, default: 0] += entry.amount.count
        }
        for entry in figures.list(.itemOnTime) {
            let name = census.departments[entry.key] ?? "（未列部门）"
            parts[name, default: 0] += entry.amount.count
        }
        return wholes.filter { $0.value > 0 }.map { name, whole in
            (name: name, part: parts[name] ?? 0, whole: whole)
        }.sorted { left, right in
            let (one, other) = (left.part * right.whole, right.part * left.whole)
            return one == other ? left.name < right.name : one > other
        }
    }
}
