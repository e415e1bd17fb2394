import Base
import Change
import Civil
import Domain
import Guide

/// Metrics, monthly report, ranking: for a subtree and a period.
extension BoardMaker {
    private func stamp(
        _ input: BoardInput, _ region: RegionRecord
    ) -> String {
        let days = "\(input.period.lowerBound.text) 至 \(input.period.upperBound.text)"
        return "\(region.name) · \(days) · \(asOf(input.stations))"
    }

    // MARK: 指标

    func metrics(
        _ question: BoardQuestion, for region: RegionRecord
    ) throws(Source.Failure) -> Sheet {
        let input = try input(period(question), for: region)
        return Sheet(
            "督查指标", stamp: stamp(input, region), [Self.table(input)], data: data(input, region))
    }

    static func table(_ input: BoardInput) -> Sheet.Section {
        var rows: [[String]] = []
        for metric in BoardMetric.all {
            let value = metric.value(input)
            rows.append([
                String(metric.number), metric.name, value.text, value.fraction, metric.target,
                metric.formula,
            ])
            for (name, value) in metric.more(input) {
                rows.append(["", "　" + name, value.text, value.fraction, "", ""])
            }
        }
        return Sheet.Section("指标", ["序号", "指标", "数值", "构成", "目标", "口径"], rows)
    }

    private func data(_ input: BoardInput, _ region: RegionRecord) -> JSON {
        let metrics = BoardMetric.all.map { metric -> JSON in
            [
                "number": .int(Int64(metric.number)), "name": .text(metric.name),
                "value": metric.value(input).json, "target": .text(metric.target),
                "formula": .text(metric.formula),
                "more": .array(
                    metric.more(input).map { ["name": .text($0.0), "value": $0.1.json] }),
            ]
        }
        return [
            "region": .text(region.code.text), "from": .text(input.period.lowerBound.text),
            "to": .text(input.period.upperBound.text),
            "asOf": input.stations.asOf.map { .text(Instant(millis: $0).rfc3339) } ?? .null,
            "missing": .int(Int64(figured.missing)), "metrics": .array(metrics),
            "volumes": Self.volumeData(input.figures),
        ]
    }

    // MARK: 月报

    func month(
        _ question: BoardQuestion, for region: RegionRecord
    ) throws(Source.Failure) -> Sheet {
        let period = period(question)
        let input = try input(period, for: region)
        var rows: [[String]] = []
        for place in [region] + directory.children(of: region.id).sorted(by: { $0.code < $1.code })
        {
            let figures =
                place.id == region.id
                ? input.figures : try figured.figures(of: place.id, in: period)
            rows.append([place.name] + Self.volumes(figures))
        }
        let tickets = TicketKind.allCases.map { kind in
            [
                kind.name, String(input.figures.count(.ticket, kind.rawValue)),
                String(input.figures.count(.ticketClosed, kind.rawValue)),
                String(input.figures.count(.ticketInTime, kind.rawValue)),
            ]
        }
        return Sheet(
            period.lowerBound == period.upperBound
                ? "\(period.lowerBound.text) 日报" : "\(period.lowerBound.monthText) 月报",
            stamp: stamp(input, region),
            [
                Sheet.Section("办件量", ["站点"] + Self.volumeColumns.map(\.name), rows),
                Self.table(input), ratingSection(input.figures),
                Sheet.Section("工单", ["类别", "登记", "办结", "按期办结"], tickets),
                silent(input.stations),
            ], data: data(input, region))
    }

    /// What is counted of a place, each with its name for programs.
    private static var volumeColumns: [(name: String, key: String, counted: Counted)] {
        [
            ("收件", "received", .received), ("受理", "accepted", .accepted),
            ("办结", "decided", .decided), ("当日办结", "sameDay", .sameDay),
            ("补正", "corrected", .corrected), ("撤回", "withdrawn", .withdrawn),
            ("不予受理", "refused", .refused), ("终止", "ended", .ended),
            ("容缺", "deferred", .deferred), ("离线登记", "offline", .offline),
            ("其中离线收件", "offlineReceived", .offlineReceived),
            ("跨域转出", "crossOut", .crossOut),
        ]
    }

    private static func volumes(_ figures: Figures) -> [String] {
        volumeColumns.map { String(figures.count($0.counted)) }
    }

    private static func volumeData(_ figures: Figures) -> JSON {
        var object = JSONObject()
        for column in volumeColumns {
            object[column.key] = .int(Int64(figures.count(column.counted)))
        }
        return .object(object)
    }

    /// The places that were silent longest.
    private func silent(_ stations: StationCensus) -> Sheet.Section {
        let rows = stations.stations
            .sorted { ($0.lastSign ?? 0, $0.name) < ($1.lastSign ?? 0, $1.name) }
            .prefix(10).map { station in
                [station.name, station.lastSign.map { Instant(millis: $0).minute } ?? "从未"]
            }
        return Sheet.Section("数据截至（各站最后音讯，最久的在前）", ["站点", "最后音讯"], Array(rows))
    }

    // MARK: 评价

    func ratings(
        _ question: BoardQuestion, for region: RegionRecord
    ) throws(Source.Failure) -> Sheet {
        let period = period(question)
        let figures = try figured.figures(of: region.id, in: period)
        let stations = try stations(of: region)
        var places: [Rated] = []
        for place in directory.children(of: region.id).sorted(by: { $0.code < $1.code }) {
            let part = try figured.figures(of: place.id, in: period).list(.ratingChannel)
            places.append(Rated(place.name, part.map(\.amount)))
        }
        let census = try figured.census(on: min(today, period.upperBound)) {
            () throws(Source.Failure) in try counted(on: min(today, period.upperBound))
        }
        let items = Dictionary(grouping: figures.list(.ratingItem)) {
            census.departments[$0.key] ?? "（未列部门）"
        }
        let departments = items.map { Rated($0.key, $0.value.map(\.amount)) }
        let officers = figures.list(.ratingOfficer).map { Rated($0.key, [$0.amount]) }
            .filter { $0.count >= Limits.ratingsShownMin }
        let all = figures.count(.rating)
        let days = "\(period.lowerBound.text) 至 \(period.upperBound.text)"
        return Sheet(
            "好差评", stamp: "\(region.name) · \(days) · \(asOf(stations))",
            [
                ratingSection(figures),
                Sheet.Section("逐站", ["站点", "名次", "份数", "满意率"], Rated.rows(places)),
                Sheet.Section("逐部门", ["部门", "名次", "份数", "满意率"], Rated.rows(departments)),
                Sheet.Section(
                    "逐人（账户编号）", ["经办", "名次", "份数", "满意率"], Rated.rows(officers)),
            ],
            data: [
                "shown": .bool(all >= Limits.ratingsShownMin),
                "count": all >= Limits.ratingsShownMin ? .int(Int64(all)) : .null,
                "content": BoardMetric.satisfaction(figures).json,
            ])
    }

    /// By grade; nothing below three.
    func ratingSection(_ figures: Figures) -> Sheet.Section {
        let all = figures.count(.rating)
        guard all >= Limits.ratingsShownMin else {
            return Sheet.Section(
                "好差评", [], [["份数", all == 0 ? "0" : "不足 \(Limits.ratingsShownMin) 份，不显示"]])
        }
        let rows = Grade.allCases.reversed().map { grade in
            let count = figures.count(.rating, String(grade.rawValue))
            return [grade.name, String(count), MetricValue.share(count, of: all).text]
        }
        return Sheet.Section("好差评", ["评价", "份数", "占比"], rows)
    }
}

/// How content people are with somebody; nothing is told of fewer than three ratings.
struct Rated {
    let name: String
    let count: Int
    private let content: Int

    /// - Parameter amounts: Each with how many are content as its sum.
    init(_ name: String, _ amounts: [Figures.Amount]) {
        self.name = name
        count = amounts.reduce(0) { $0 + $1.count }
        content = amounts.reduce(0) { $0 + $1.sum }
    }

    private var isShown: Bool { count >= Limits.ratingsShownMin }

    /// The most content first, those that are as good by name with one rank, and behind them who
    /// has too few to be told of.
    static func rows(_ all: [Rated]) -> [[String]] {
        let shown = all.filter(\.isShown).sorted { left, right in
            let (one, other) = (left.content * right.count, right.content * left.count)
            return one == other ? left.name < right.name : one > other
        }
        let ranked = shown.map { entry -> [String] in
            let better = shown.filter { $0.content * entry.count > entry.content * $0.count }
            let share = MetricValue.share(entry.content, of: entry.count).text
            return [entry.name, String(better.count + 1), String(entry.count), share]
        }
        let rest = all.filter { !$0.isShown }.sorted { $0.name < $1.name }
        return ranked
            + rest.map { entry in
                [entry.name, "—", "—", entry.count == 0 ? "无评价" : "不足 \(Limits.ratingsShownMin) 份"]
            }
    }
}
