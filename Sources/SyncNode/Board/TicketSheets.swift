import Base
import Change
import Civil
import Domain
import Guide

/// Tickets for people and programs.
extension BoardMaker {
    /// The newest of a subtree, with due dates and lights.
    func tickets(
        _ question: BoardQuestion, for region: RegionRecord
    ) throws(Source.Failure) -> Sheet {
        let calendar = try calendar(around: today)
        let limits = try lightLimits()
        var rows: [[String]] = []
        var paths: [String] = []
        var data: [JSON] = []
        for document in try source.list(.ticket, limit: Limits.ticketsListedMax) {
            guard let state = ticket(document), state.opening != nil,
                directory.isWithin(state.station, region.id),
                question.status.map({ $0 == state.status.rawValue }) ?? true
            else { continue }
            let light = state.light(calendar, on: today, limits)
            let due = state.due(calendar)
            rows.append([
                state.number, state.kind.name, state.status.name(of: state.kind),
                name(state.station), name(state.holder), state.opened?.text ?? "",
                due?.words ?? "", light?.name ?? "",
                String(text(state.opening?.note ?? "").prefix(24)),
            ])
            paths.append("/board/ticket?code=" + document.key.id.hex)
            data.append(line(state, document.key.id, due, light))
        }
        return Sheet(
            "工单", stamp: "\(region.name) · 截至 \(now.minute)",
            [
                Sheet.Section(
                    "登记的工单",
                    ["编号", "类别", "状态", "登记站", "现办理", "登记", "到期", "亮灯", "内容"], rows
                ).leading(paths)
            ], data: ["tickets": .array(data)])
    }

    private func line(
        _ state: TicketState, _ id: Digest16, _ due: WorkCalendar.DueDate?,
        _ light: CaseClock.Light?
    ) -> JSON {
        [
            "ticket": .text(id.hex), "number": .text(state.number),
            "kind": .text(state.kind.rawValue), "status": .text(state.status.rawValue),
            "station": code(state.station), "holder": code(state.holder),
            "opened": state.opened.map { .text($0.text) } ?? .null,
            "due": due?.date.map { .text($0.text) } ?? .null,
            "light": light.map { .text($0.rawValue) } ?? .null,
        ]
    }

    /// One, by id or number: what it is about, who has it, what was done.
    func ticket(_ code: String) throws(Source.Failure) -> Sheet? {
        var key = Digest16(hex: code).map { TicketState.key($0) }
        if key == nil {
            let found = try source.find(.ticket, label: code)
            key = found.count == 1 ? found[0] : nil
        }
        guard let key, case .ticket(let state)? = try source.content(key),
            let opening = state.opening
        else { return nil }
        let calendar = try calendar(around: state.opened ?? today)
        let due = state.due(calendar)
        let light = state.light(calendar, on: today, try lightLimits())
        let body = opening.body
        var facts: [[String]] = [
            ["类别", state.kind.name], ["状态", state.status.name(of: state.kind)],
            ["登记站", name(state.station)], ["现办理", name(state.holder)],
            ["登记", opening.moment.minute], ["到期", due?.words ?? ""],
            ["亮灯", light?.name ?? "—"], ["渠道", Channel.name(body["channel"]?.text ?? "")],
            ["内容", text(opening.note)],
        ]
        for (label, field) in [("热线工单号", "hotline"), ("办件", "case"), ("事项", "item")] {
            if let text = body[field]?.text { facts.append([label, text]) }
        }
        if let sealed = body["sealed"]?.text { facts.append(["反映人", person(sealed)]) }
        if let author = try responsible(state.firstAuthor, at: state.station) {
            facts.append(["首问责任人", author])
        }
        let steps = state.events.map { event in
            [
                event.moment.minute, event.act?.name(of: state.kind) ?? "登记", name(event.region),
                event.act == .judge || event.act == .review
                    ? event.isGood ? "通过" : "不通过" : event.target.map(name) ?? "",
                event.act == nil ? "" : text(event.note), event.counts ? "" : "未生效",
            ]
        }
        guard case .object(var data) = line(state, key.id, due, light) else { return nil }
        data["acts"] = .array(
            TicketTable.acts(state.kind, state.status).filter { act in
                TicketState.may(
                    own, act, holding: state.holder, station: state.station, directory)
            }.map { .text($0.rawValue) })
        data["events"] = .int(Int64(state.events.count))
        data["seen"] = .text(Content.ticket(state).tag(of: key).text)
        data["state"] = .text(state.status.name(of: state.kind))
        return Sheet(
            "工单 " + state.number, stamp: "截至 \(now.minute)",
            [
                Sheet.Section("概况", [], facts),
                Sheet.Section("经过", ["时间", "动作", "地点", "结果", "说明", ""], steps),
            ], data: .object(data))
    }

    /// 首问责任人 by name, else by the number of the account; nil for the node itself.
    func responsible(
        _ author: UInt64, at region: RegionID
    ) throws(Source.Failure) -> String? {
        guard author != 0 else { return nil }
        if CaseDuty.isNode(author) { return "本机操作员" }
        if case .account(let state)? = try source.content(AccountState.key(of: author, at: region))
        {
            return "\(text(state.name))（\(state.login)）"
        }
        return ActorID(author).hex
    }

    func ticket(_ document: StoredDocument) -> TicketState? {
        do throws(JSONError) {
            return try TicketState(document)
        } catch {
            return nil
        }
    }

}
