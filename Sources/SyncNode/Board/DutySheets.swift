import Base
import Change
import Civil
import Domain
import Guide

/// 首问负责: who was asked first answers for a matter to its end (DOMAIN row 6).
extension BoardMaker {
    /// 首问未闭环: what has not come to its end, the longest open first, with who answers for it.
    func asked(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        let cases = try openCases(of: region)
        let tickets = try openTickets(of: region)
        var counts: [(name: String, count: Int)] = []
        for name in cases.map(\.holder) + tickets.map(\.holder) {
            if let place = counts.firstIndex(where: { $0.name == name }) {
                counts[place].count += 1
            } else {
                counts.append((name, 1))
            }
        }
        counts.sort { ($1.count, $0.name) < ($0.count, $1.name) }
        return Sheet(
            "首问未闭环", stamp: "\(region.name) · 截至 \(now.minute)",
            [
                Sheet.Section(
                    "按责任人（列出的）", ["现责任人", "未闭环"], counts.map { [$0.name, String($0.count)] }),
                Sheet.Section(
                    "办件（登记早的在前，至多 \(Limits.lateRowsMax) 件）",
                    ["编号", "事项", "状态", "首问责任人", "现责任人", "待接手", "登记", "已历工作日"],
                    cases.map(\.cells)
                ).leading(cases.map(\.path)),
                Sheet.Section(
                    "工单", ["编号", "类别", "状态", "首问责任人", "现办理", "", "登记", "已历工作日"],
                    tickets.map(\.cells)
                ).leading(tickets.map(\.path)),
            ],
            data: ["cases": .array(cases.map(\.data)), "tickets": .array(tickets.map(\.data))])
    }

    /// One case: who was asked first, who answers now, every hand-over between.
    func duty(_ code: String) throws(Source.Failure) -> Sheet? {
        guard let (_, state) = try source.caseFile(code) else { return nil }
        let stamp = "办件编号 \(state.number) · 截至 \(now.minute)"
        guard let duty = CaseDuty(state) else {
            let place = state.origin.map { directory.region(code: $0)?.name ?? $0.text } ?? "—"
            return Sheet(
                "首问负责", stamp: stamp,
                [Sheet.Section("首问负责", [], [["首问责任", "在收件地 \(place)，由其交接"]])])
        }
        var facts = [
            ["首问责任人", try person(duty.first)], ["现责任人", try person(duty.holder)],
            ["闭环", state.status.isAnswered ? "已闭环（\(state.status.name)）" : "未闭环"],
        ]
        if let open = duty.open { facts.append(["待接手", name(open.region)]) }
        var steps: [[String]] = []
        for (place, holder) in duty.holders.enumerated() {
            steps.append([
                Instant(millis: holder.since).minute, place == 0 ? "首问" : "接手",
                try person(holder),
            ])
        }
        if let open = duty.open {
            steps.append([Instant(millis: open.moment).minute, "交出", "待 \(name(open.region)) 接手"])
        }
        return Sheet(
            "首问负责", stamp: stamp,
            [
                Sheet.Section("首问负责", [], facts),
                Sheet.Section("交接", ["时间", "", "责任人"], steps),
            ], data: .object(try data(duty, state)))
    }

    private func data(
        _ duty: CaseDuty, _ state: CaseState, withPeople isWhole: Bool = true
    ) throws(Source.Failure) -> JSONObject {
        var data = JSONObject()
        data["number"] = .text(state.number)
        data["closed"] = .bool(state.status.isAnswered)
        for (label, holder) in [("first", duty.first), ("holder", duty.holder)] {
            data[label] = [
                "region": code(holder.region), "author": .text(ActorID(holder.author).hex),
                "name": .text(try person(holder)), "since": .int(holder.since),
            ]
        }
        if isWhole { data["people"] = .object(try people(state)) }
        data["openTo"] = duty.open.map { code($0.region) } ?? .null
        data["handed"] = .int(Int64(duty.holders.count - 1))
        return data
    }

    /// Who had a part in it, by the number of the account: those whom this place knows by name.
    private func people(_ state: CaseState) throws(Source.Failure) -> JSONObject {
        var people = JSONObject()
        for event in state.events {
            let author = ActorID(event.author).hex
            guard event.author != 0, people[author] == nil,
                let region = state.region(of: event.dot.actor),
                let name = try responsible(event.author, at: region), name != author
            else { continue }
            people[author] = .text(name)
        }
        return people
    }

    private func person(_ holder: CaseDuty.Holder) throws(Source.Failure) -> String {
        let place = name(holder.region)
        if holder.isNode { return place + " 本机操作员" }
        guard let region = holder.region,
            let person = try responsible(holder.author, at: region)
        else { return place }
        return "\(place) \(person)"
    }

    // MARK: what is open

    private struct Line {
        let holder: String
        let since: Int64
        let cells: [String]
        let path: String
        let data: JSON
    }

    /// Along the index of states, the longest open first.
    private func openCases(of region: RegionRecord) throws(Source.Failure) -> [Line] {
        let open = CaseStatus.allCases.filter { !$0.isAnswered && $0 != .unknown }
        // Where only a part of what is here is asked for, more has to be looked at.
        let limit = region.id == own ? Limits.lateRowsMax : Limits.impactCasesMax
        var documents: [StoredDocument] = []
        for status in open {
            documents += try source.list(.caseFile, status: status.rawValue, limit: limit)
        }
        documents.sort { ($0.time, $0.key.id) < ($1.time, $1.key.id) }
        let calendar = try calendar(around: today)
        var lines: [Line] = []
        for document in documents {
            guard lines.count < Limits.lateRowsMax,
                case .caseFile(let state)? = try source.content(document.key),
                directory.isWithin(state.scope.region, region.id)
            else { continue }
            guard let duty = CaseDuty(state) else { continue }
            let holder = try person(duty.holder)
            let item = try CatalogQuery.effective(
                state.item, for: state.scope.region, at: now, in: directory, from: source)
            let since = duty.first.since
            lines.append(
                Line(
                    holder: holder, since: since,
                    cells: [
                        state.number, item?.elements.name ?? state.item, state.status.name,
                        try person(duty.first), holder, duty.open.map { name($0.region) } ?? "",
                        Instant(millis: since).minute, days(since, calendar),
                    ], path: "/cases/" + state.number,
                    data: .object(try data(duty, state, withPeople: false))))
        }
        return lines
    }

    private func openTickets(of region: RegionRecord) throws(Source.Failure) -> [Line] {
        let calendar = try calendar(around: today)
        var lines: [Line] = []
        for document in try source.list(.ticket, limit: Limits.ticketsListedMax) {
            guard let state = ticket(document), let opening = state.opening,
                !state.status.isFinal, directory.isWithin(state.station, region.id)
            else { continue }
            let first = try responsible(state.firstAuthor, at: state.station) ?? "本机操作员"
            let since = opening.moment.millis
            let asked = "\(name(state.station)) \(first)"
            lines.append(
                Line(
                    holder: asked, since: since,
                    cells: [
                        state.number, state.kind.name, state.status.name(of: state.kind), asked,
                        name(state.holder), "", opening.moment.minute, days(since, calendar),
                    ], path: "/board/ticket?code=" + document.key.id.hex,
                    data: [
                        "number": .text(state.number), "first": .text(asked), "since": .int(since),
                    ]))
        }
        return lines.sorted { ($0.since, $0.path) < ($1.since, $1.path) }
            .prefix(Limits.lateRowsMax).map(\.self)
    }

    /// Working days from a moment's day until today; empty where a notice is missing.
    private func days(_ since: Int64, _ calendar: WorkCalendar) -> String {
        let first = CivilDate(of: Instant(millis: since))
        guard first < today else { return "0" }
        return calendar.workingDays(after: first, through: today).map(String.init) ?? ""
    }
}
