import Base
import Change
import Civil
import Domain
import Guide

/// 亮灯通知: what shows a light is told to 直接责任人, at yellow to 科室负责人, at red to 部门负责人
/// (S4-2). That a step is due follows from the clock; who was told and has acknowledged it is a
/// record.
extension BoardMaker {
    /// A step that is due, with what was said of it.
    private struct Line {
        let number: String
        let kind: String
        let place: String
        let path: String
        let step: NoticeStep
        let person: String
        let why: String
        let due: CivilDate
        /// Since when; nil where that is longer ago than is looked.
        let since: CivilDate?
        let told: NoticeState.Word?
        let acknowledged: NoticeState.Word?
    }

    /// What shows a light, and why; nil where nothing does.
    private typealias Lit = (light: CaseClock.Light, due: CivilDate, why: String)

    private func lit(
        _ key: DocumentKey, on day: CivilDate, _ limits: LightLimits
    ) throws(Source.Failure) -> Lit? {
        switch try source.content(key) {
        case .caseFile(let state):
            guard
                let clock = try CatalogQuery.clock(
                    of: state, on: day, in: directory, from: source)
            else { return nil }
            return CaseLight(clock, try calendar(around: day), limits).shown(state)
        case .ticket(let state):
            let calendar = try calendar(around: day)
            guard let due = state.due(calendar)?.date,
                let light = state.light(calendar, on: day, limits)
            else { return nil }
            return (light, due, "工单")
        default: return nil
        }
    }

    /// The day on which the clock that runs now began: no light of it is older.
    private func begun(_ key: DocumentKey) throws(Source.Failure) -> CivilDate? {
        switch try source.content(key) {
        case .caseFile(let state):
            let course = state.course
            return [course?.received, course?.accepted, course?.decided].compactMap { $0 }.max()
        case .ticket(let state): return state.opened
        default: return nil
        }
    }

    /// The first day of those on which it has shown at least a light without a break.
    private func since(
        _ light: CaseClock.Light, _ key: DocumentKey, _ due: CivilDate, _ limits: LightLimits
    ) throws(Source.Failure) -> CivilDate? {
        let first = try begun(key) ?? today
        for back in 1...Limits.noticeDaysBack {
            let day = today.advanced(by: -back)
            guard day >= first else { return min(first, today) }
            let shown = try lit(key, on: day, limits)
            guard let shown, shown.due == due, shown.light >= light else {
                return day.advanced(by: 1)
            }
        }
        return nil
    }

    private func lines(
        _ key: DocumentKey, _ limits: LightLimits
    ) throws(Source.Failure) -> [Line] {
        guard let lit = try lit(key, on: today, limits) else { return [] }
        let subject: (number: String, kind: String, place: String, item: String, region: RegionID)
        switch try source.content(key) {
        case .caseFile(let state):
            subject = (
                state.number, "办件", name(state.holder?.region), state.item, state.scope.region
            )
        case .ticket(let state):
            subject = (
                state.number, state.kind.name, name(state.holder),
                state.opening?.body["item"]?.text ?? "", state.station
            )
        default: return []
        }
        var said = NoticeState(scope: .cases(subject.region, year: 0))
        if case .notice(let known)? = try source.content(NoticeState.key(key.id)) { said = known }
        let locals =
            subject.item.isEmpty
            ? []
            : try CatalogQuery.effective(
                subject.item, for: subject.region, at: now, in: directory, from: source)?.locals
                ?? []
        var lines: [Line] = []
        for step in NoticeStep.allCases where lit.light >= step.light {
            lines.append(
                Line(
                    number: subject.number, kind: subject.kind, place: subject.place,
                    path: "/board/notice?code=" + subject.number, step: step,
                    person: locals.first { $0.field == step.field }?.text ?? "（未公示）",
                    why: lit.why, due: lit.due,
                    since: try since(step.light, key, lit.due, limits),
                    told: said.word(step, due: lit.due, isAcknowledged: false),
                    acknowledged: said.word(step, due: lit.due, isAcknowledged: true)))
        }
        return lines
    }

    private func words(_ word: NoticeState.Word?) throws(Source.Failure) -> String {
        guard let word else { return "" }
        let who = try responsible(word.author, at: word.region ?? own) ?? ""
        return [word.moment.minute, word.way, who].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private func cells(_ line: Line) throws(Source.Failure) -> [String] {
        [
            line.number, line.kind, line.place, line.step.name, line.person, line.why,
            line.due.text,
            line.since?.text
                ?? "早于 " + today.advanced(by: -Limits.noticeDaysBack).text,
            try words(line.told), try words(line.acknowledged),
        ]
    }

    private static var columns: [String] {
        ["编号", "类别", "站点", "通知", "应知悉人", "事由", "到期", "应通知自", "已通知", "已知悉"]
    }

    private func json(_ line: Line) -> JSON {
        [
            "number": .text(line.number), "step": .int(Int64(line.step.rawValue)),
            "person": .text(line.person), "due": .text(line.due.text),
            "since": line.since.map { .text($0.text) } ?? .null,
            "told": line.told.map { .text($0.moment.rfc3339) } ?? .null,
            "acknowledged": line.acknowledged.map { .text($0.moment.rfc3339) } ?? .null,
        ]
    }

    /// What is due to be told below a place: what nobody has acknowledged first.
    func notices(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        let calendar = try calendar(around: today)
        let limits = try lightLimits()
        let last = limits.days(on: today, calendar)?.blue ?? today
        let ahead = max(last, today.advanced(by: Limits.lightDaysAhead))
        var open: [Line] = []
        var done: [Line] = []
        for key in try figured.due(of: region.id, until: ahead, limit: Limits.lateRowsMax) {
            for line in try lines(key, limits) {
                if line.acknowledged == nil { open.append(line) } else { done.append(line) }
            }
        }
        func section(_ title: String, _ lines: [Line]) throws(Source.Failure) -> Sheet.Section {
            var rows: [[String]] = []
            for line in lines { rows.append(try cells(line)) }
            return Sheet.Section(title, Self.columns, rows).leading(lines.map(\.path))
        }
        return Sheet(
            "亮灯通知", stamp: "\(region.name) · \(asOf(try stations(of: region)))",
            [try section("待知悉", open), try section("已知悉", done)],
            data: ["notices": .array((open + done).map(json))])
    }

    /// Of one case or ticket: what is due, and all that was said.
    func notice(_ code: String) throws(Source.Failure) -> Sheet? {
        var keys = try source.find(.caseFile, label: code) + source.find(.ticket, label: code)
        if let id = Digest16(hex: code) { keys.append(TicketState.key(id)) }
        guard let key = keys.first, let content = try source.content(key) else { return nil }
        let lines = try lines(key, try lightLimits())
        var rows: [[String]] = []
        for line in lines { rows.append(try cells(line)) }
        var course: [[String]] = []
        if case .notice(let said)? = try source.content(NoticeState.key(key.id)) {
            for word in said.words {
                course.append([
                    word.moment.minute, word.isAcknowledged ? "知悉" : "通知", word.step.name,
                    word.name, word.due.text, word.way,
                    try responsible(word.author, at: word.region ?? own) ?? "",
                ])
            }
        }
        let (number, path): (String, String) =
            switch content {
            case .caseFile(let state): (state.number, "/cases/" + state.number)
            case .ticket(let state): (state.number, "/board/ticket?code=" + key.id.hex)
            default: (code, "/board")
            }
        return Sheet(
            "亮灯通知 " + number, stamp: "截至 \(now.minute)",
            [
                Sheet.Section("现应通知", Self.columns, rows).leading(lines.map { _ in path }),
                Sheet.Section(
                    "经过", ["时间", "事项", "通知", "应知悉人", "到期", "方式", "登记人"], course),
            ],
            data: ["subject": .text(number), "notices": .array(lines.map(json))])
    }
}
