import Base
import Change
import Civil
import Domain
import Guide

/// 亮灯: how many show which light now, and which are due first, with whom to tell.
extension BoardMaker {
    func lights(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        let calendar = try calendar(around: today)
        let limits = try lightLimits()
        let counts = try lightCounts(of: region.id, calendar)
        let stations = try stations(of: region)
        let last = limits.days(on: today, calendar)?.blue ?? today
        let keys = try figured.due(of: region.id, until: last, limit: Limits.lateRowsMax)
        var rows: [[String]] = []
        var paths: [String] = []
        for key in keys {
            guard let line = try line(key, calendar, limits) else { continue }
            rows.append(line.cells)
            paths.append(line.path)
        }
        return Sheet(
            "亮灯", stamp: "\(region.name) · \(asOf(stations))",
            [
                Sheet.Section(
                    "现亮灯", ["蓝", "黄", "红", "在办", "暂停或待申请人", "缺节假日安排"],
                    [
                        [
                            counts.blue, counts.yellow, counts.red, counts.open, counts.paused,
                            counts.undated,
                        ].map(String.init)
                    ]),
                Sheet.Section(
                    "阈值（工作日）", ["蓝：剩余不多于", "黄：剩余不多于", "红：逾期超过"],
                    [[limits.blue, limits.yellow, limits.red].map(String.init)]),
                Sheet.Section(
                    "临期与逾期（先到期的在前）",
                    ["编号", "类别", "站点", "到期", "亮灯", "通知直接责任人", "通知科室负责人", "通知部门负责人"],
                    rows
                ).leading(paths),
            ],
            data: [
                "blue": .int(Int64(counts.blue)), "yellow": .int(Int64(counts.yellow)),
                "red": .int(Int64(counts.red)), "open": .int(Int64(counts.open)),
                "paused": .int(Int64(counts.paused)),
                "limits": [
                    "blue": .int(Int64(limits.blue)), "yellow": .int(Int64(limits.yellow)),
                    "red": .int(Int64(limits.red)),
                ],
            ])
    }

    private func line(
        _ key: DocumentKey, _ calendar: WorkCalendar, _ limits: LightLimits
    ) throws(Source.Failure) -> (cells: [String], path: String)? {
        switch try source.content(key) {
        case .caseFile(let state):
            let clock = try CatalogQuery.clock(of: state, on: today, in: directory, from: source)
            guard let clock, !clock.isPaused,
                let due = clock.isCorrectedAgain
                    ? clock.course.correctedAgain : clock.next?.date
            else { return nil }
            let light =
                clock.isCorrectedAgain
                ? .red
                : clock.light == nil && clock.course.accepted == nil
                    ? nil : max(clock.light, limits.light(due: due, on: today, calendar))
            guard let light else { return nil }
            let chain = try chain(state.item, light, at: state.scope.region)
            return (
                [state.number, "办件", name(state.holder?.region), due.text, light.name] + chain,
                "/cases/" + state.number
            )
        case .ticket(let state):
            guard let due = state.due(calendar)?.date,
                let light = state.light(calendar, on: today, limits)
            else { return nil }
            let chain = try chain(
                state.opening?.body["item"]?.text ?? "", light, at: state.station)
            return (
                [state.number, state.kind.name, name(state.holder), due.text, light.name] + chain,
                "/board/ticket?code=" + key.id.hex
            )
        default: return nil
        }
    }

    /// 直接责任人 from blue on, 科室负责人 from yellow on, 部门负责人 at red: the three names that the
    /// item's guide tells (S4-20).
    private func chain(
        _ item: String, _ light: CaseClock.Light, at region: RegionID
    ) throws(Source.Failure) -> [String] {
        let locals =
            item.isEmpty
            ? []
            : try CatalogQuery.effective(
                item, for: region, at: now, in: directory, from: source)?.locals ?? []
        func person(_ field: OverlayState.Field) -> String {
            locals.first { $0.field == field }?.text ?? "（未公示）"
        }
        return [
            person(.officer), light >= .yellow ? person(.sectionHead) : "",
            light >= .red ? person(.leader) : "",
        ]
    }
}

extension CaseClock.Light? {
    fileprivate static func < (left: Self, right: Self) -> Bool {
        guard let right else { return false }
        return left.map { $0 < right } ?? true
    }
}

/// The stronger of two lights.
private func max(_ one: CaseClock.Light?, _ other: CaseClock.Light?) -> CaseClock.Light? {
    one < other ? other : one
}
