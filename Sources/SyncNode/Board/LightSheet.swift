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
        let waiting = try draft(of: "lights").flatMap { LightLimits($0) }
        let counts = try lightCounts(of: region.id, calendar)
        let stations = try stations(of: region)
        let ahead = today.advanced(by: Limits.lightDaysAhead)
        let last = max(limits.days(on: today, calendar)?.blue ?? today, ahead)
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
                    "现亮灯", ["亮灯", "件数"],
                    [
                        ("蓝", counts.blue), ("黄", counts.yellow), ("红", counts.red),
                        ("在办", counts.open), ("暂停或待申请人", counts.paused),
                        ("缺节假日安排", counts.undated),
                    ].map { [$0, String($1)] }),
                Sheet.Section(
                    "阈值（工作日）",
                    ["阈值", "蓝：剩余不多于", "黄：剩余不多于", "红：逾期超过", "移交未签收黄：超过", "红：超过"],
                    [limits.row("现行")] + (waiting.map { [$0.row("待复核")] } ?? [])),
                Sheet.Section(
                    "临期与逾期（先到期的在前）",
                    ["编号", "类别", "站点", "到期", "亮灯", "事由", "通知直接责任人", "通知科室负责人", "通知部门负责人"],
                    rows
                ).leading(paths),
            ],
            data: [
                "blue": .int(Int64(counts.blue)), "yellow": .int(Int64(counts.yellow)),
                "red": .int(Int64(counts.red)), "open": .int(Int64(counts.open)),
                "paused": .int(Int64(counts.paused)),
                "limits": limits.json, "draft": waiting?.json ?? .null,
            ])
    }

    private func line(
        _ key: DocumentKey, _ calendar: WorkCalendar, _ limits: LightLimits
    ) throws(Source.Failure) -> (cells: [String], path: String)? {
        switch try source.content(key) {
        case .caseFile(let state):
            let clock = try CatalogQuery.clock(of: state, on: today, in: directory, from: source)
            guard let clock,
                let (light, due, why) = CaseLight(clock, calendar, limits).shown(state)
            else { return nil }
            let chain = try chain(state.item, light, at: state.scope.region)
            return (
                [state.number, "办件", name(state.holder?.region), due.text, light.name, why]
                    + chain,
                "/cases/" + state.number
            )
        case .ticket(let state):
            guard let due = state.due(calendar)?.date,
                let light = state.light(calendar, on: today, limits)
            else { return nil }
            let chain = try chain(
                state.opening?.body["item"]?.text ?? "", light, at: state.station)
            return (
                [state.number, state.kind.name, name(state.holder), due.text, light.name, "工单"]
                    + chain,
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

extension LightLimits {
    private var fields: [(name: String, days: Int)] {
        [
            ("blue", blue), ("yellow", yellow), ("red", red), ("offered", offered),
            ("unsigned", unsigned),
        ]
    }

    fileprivate func row(_ name: String) -> [String] { [name] + fields.map { String($0.days) } }

    fileprivate var json: JSON {
        var object = JSONObject()
        for field in fields { object[field.name] = .int(Int64(field.days)) }
        return .object(object)
    }
}

/// The light of one open case, by the county's thresholds: what the counts say of many.
struct CaseLight {
    private let clock: CaseClock
    private let calendar: WorkCalendar
    private let limits: LightLimits
    private var today: CivilDate { clock.today }

    init(_ clock: CaseClock, _ calendar: WorkCalendar, _ limits: LightLimits) {
        self.clock = clock
        self.calendar = calendar
        self.limits = limits
    }

    /// The strongest light, the day that it is about, and why; nil where none shows, as while the
    /// clock stands still.
    func shown(_ state: CaseState) -> (light: CaseClock.Light, due: CivilDate, why: String)? {
        guard !clock.isPaused else { return nil }
        let all = [handling, reply, delivery, deferral, verification, handover(state)]
            .compactMap { $0 }
        return all.max { ($0.light, $1.due) < ($1.light, $0.due) }
    }

    private typealias Shown = (light: CaseClock.Light, due: CivilDate, why: String)

    private var handling: Shown? {
        if clock.isCorrectedAgain, let day = clock.course.correctedAgain {
            return (.red, day, "再次补正")
        }
        guard clock.course.decided == nil, let due = clock.promised?.date else { return nil }
        if clock.isDueInVisit {
            guard today > due else { return nil }
            let late = calendar.workingDays(after: due, through: today) ?? 2
            guard late > 0 else { return nil }
            return (late > 1 ? .red : .yellow, due, "当场件未办结")
        }
        return limits.light(due: due, on: today, calendar).map { ($0, due, "承诺时限") }
    }

    /// A warning on the fourth of five days: silence accepts, so that it never shows red.
    private var reply: Shown? {
        guard let due = clock.reply?.date, clock.course.correctedAgain == nil,
            let light = limits.light(due: due, on: today, calendar), light >= .yellow
        else { return nil }
        return (.yellow, due, "答复时限")
    }

    private var delivery: Shown? {
        guard clock.course.delivered == nil, let due = clock.delivery?.date else { return nil }
        return limits.light(due: due, on: today, calendar).map { ($0, due, "送达时限") }
    }

    private var deferral: Shown? {
        guard clock.course.decided == nil, let due = clock.deferral?.date, today > due else {
            return nil
        }
        return (.yellow, due, "容缺逾期")
    }

    /// 事后核查 of what was granted on a promise.
    private var verification: Shown? {
        guard let due = clock.verification?.date, today > due else { return nil }
        return (.yellow, due, "事后核查逾期")
    }

    private func handover(_ state: CaseState) -> Shown? {
        guard clock.course.decided == nil, state.status == .forwarded || state.offer != nil,
            let sent = state.event(state.offer ?? state.outgoing)
        else { return nil }
        let day = CivilDate(of: Instant(millis: sent.moment))
        let passed = calendar.workingDays(after: day, through: today) ?? 0
        guard passed > limits.offered else { return nil }
        return (passed > limits.unsigned ? .red : .yellow, day, "移交未签收")
    }
}
