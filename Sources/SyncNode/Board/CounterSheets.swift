import Base
import Change
import Civil
import Domain
import Guide

/// Windows and bookings for people and programs.
extension BoardMaker {
    /// The windows that may be booked from here, with what is free in the coming days, as far as
    /// this place has heard of bookings; the owner's own page is the last word.
    func windows(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        var sections: [Sheet.Section] = []
        var data: [JSON] = []
        for document in try source.list(.window, limit: Limits.counterRowsMax) {
            guard case .definition(let state)? = try source.content(document.key),
                let window = ServiceWindow(state), window.isOpen,
                directory.isWithin(window.region, region.id)
                    || directory.isWithin(region.id, window.region)
            else { continue }
            let book = try CounterQuery.book(window, at: now, in: directory, from: source)
            var rows: [[String]] = []
            var slots: [JSON] = []
            for date in today.through(window.lastDay(from: today)) {
                guard rows.count < Limits.windowDaysShown else { break }
                guard window.isOpenDay(date, book.calendar) == true else { continue }
                var cells = [date.text]
                for hour in window.hours {
                    let slot = BookingSlot(date: date, start: hour.start)
                    let free = try book.free(slot)
                    cells.append("\(free) / \(hour.places)")
                    slots.append([
                        "date": .text(date.text), "start": .text(slot.time),
                        "free": .int(Int64(free)), "places": .int(Int64(hour.places)),
                    ])
                }
                rows.append(cells)
            }
            let times = window.hours.map { BookingSlot(date: today, start: $0.start).time }
            sections.append(
                Sheet.Section(
                    "\(name(window.region)) \(window.name)（\(window.code)）", ["日期"] + times, rows))
            data.append([
                "window": .text(window.code), "region": code(window.region),
                "name": .text(window.name), "slots": .array(slots),
            ])
        }
        return Sheet(
            "预约窗口", stamp: "\(region.name) · 余量 / 号源 · 截至 \(now.minute)", sections,
            data: ["windows": .array(data)])
    }

    /// What was booked from today on, at windows of a subtree or by its places.
    func bookings(
        _ question: BoardQuestion, for region: RegionRecord
    ) throws(Source.Failure) -> Sheet {
        var rows: [[String]] = []
        var paths: [String] = []
        var data: [JSON] = []
        let from = (question.period?.lowerBound ?? today).start.millis
        for document in try source.list(.booking, from: from, limit: Limits.counterRowsMax) {
            guard case .booking(let state)? = try source.content(document.key),
                let owner = state.owner,
                directory.isWithin(owner, region.id)
                    || directory.isWithin(state.scope.region, region.id),
                question.status.map({ $0 == state.status.rawValue }) ?? true,
                question.period.map({ state.slot.map(\.date).map($0.contains) ?? true }) ?? true
            else { continue }
            rows.append([
                state.number, state.slot?.text ?? "", name(owner), state.window,
                state.status.name, state.sealed.map { person($0.text) } ?? "", state.item,
                name(state.maker),
            ])
            paths.append("/board/booking?code=" + state.number)
            data.append(line(state))
        }
        return Sheet(
            "预约", stamp: "\(region.name) · 截至 \(now.minute)",
            [
                Sheet.Section(
                    "今日起的预约", ["编号", "时段", "地点", "窗口", "状态", "预约人", "事项", "登记站"], rows
                ).leading(paths)
            ], data: ["bookings": .array(data)])
    }

    private func line(_ state: BookingState) -> JSON {
        [
            "booking": .text(state.number), "status": .text(state.status.rawValue),
            "slot": state.slot.map { .text($0.text) } ?? .null, "owner": code(state.owner),
            "window": .text(state.window), "station": code(state.maker),
            "asked": state.wish.map { .text($0.slot.text) } ?? .null,
            "wanted": state.wanted.map { .text($0.text) } ?? .null,
            "reason": .text(text(state.reason)),
        ]
    }

    /// One, by its number.
    func booking(_ number: String) throws(Source.Failure) -> Sheet? {
        guard case .booking(let state)? = try source.content(BookingState.key(number)),
            state.opening != nil, case .object(var data) = line(state)
        else { return nil }
        var facts: [[String]] = [
            ["状态", state.status.name], ["时段", state.slot?.text ?? ""],
            ["地点", "\(name(state.owner)) \(state.window)"], ["登记站", name(state.maker)],
            ["登记", (state.opening?.moment ?? state.moment).minute],
        ]
        if let wish = state.wish { facts.append(["改约申请", wish.slot.text + "，待确认"]) }
        if state.wanted != state.slot { facts.append(["原约", state.wanted?.text ?? ""]) }
        if !state.reason.isEmpty { facts.append(["说明", text(state.reason)]) }
        if !state.item.isEmpty { facts.append(["事项", state.item]) }
        if let sealed = state.sealed { facts.append(["预约人", person(sealed.text)]) }
        let isOwn = state.owner == own
        let acts = BookingAct.allCases.filter { act in
            !act.isOfNode && act.next(from: state.status) != nil
                && (isOwn ? act != .ask : act.isOfMaker && state.maker == own)
        }
        data["acts"] = .array(acts.map { .text($0.rawValue) })
        data["seen"] = .text(Content.booking(state).tag(of: BookingState.key(number)).text)
        data["state"] = .text(state.status.name)
        return Sheet(
            "预约 " + number, stamp: "截至 \(now.minute)",
            [
                Sheet.Section("概况", [], facts),
                Sheet.Section(
                    "经过", ["时间", "动作", "地点", "说明", ""],
                    course(state.events) {
                        BookingAct(rawValue: $0)?.name ?? "登记"
                    }),
            ], data: .object(data))
    }

    /// What was done, as rows.
    private func course(
        _ events: [CounterEvent], _ word: (String) -> String
    ) -> [[String]] {
        events.map { event in
            let words = ["reason", "carrier", "tracking", "note", "date", "start"]
                .compactMap { event.body[$0]?.text }.map(text)
            return [
                event.moment.minute, word(event.act), name(event.region),
                event.act.isEmpty ? "" : words.joined(separator: " "),
                event.counts ? "" : "未生效",
            ]
        }
    }

    func code(_ region: RegionID?) -> JSON {
        region.flatMap { directory.region($0) }.map { .text($0.code.text) } ?? .null
    }
}

/// Parcels, certificates that run out, days of lines.
extension BoardMaker {
    func mailings(
        _ question: BoardQuestion, for region: RegionRecord
    ) throws(Source.Failure) -> Sheet {
        var rows: [[String]] = []
        var paths: [String] = []
        var data: [JSON] = []
        for document in try source.list(.mailing, limit: Limits.counterRowsMax) {
            guard case .mailing(let state)? = try source.content(document.key),
                directory.isWithin(state.scope.region, region.id),
                question.status.map({ $0 == state.status.rawValue }) ?? true
            else { continue }
            rows.append([
                state.number, state.status.name, state.caseNumber, name(state.sender),
                receiver(state), contents(state), state.carrier, state.tracking,
                state.opening?.moment.minute ?? "",
            ])
            paths.append("/board/mailing?code=" + state.number)
            data.append(line(state))
        }
        return Sheet(
            "寄递", stamp: "\(region.name) · 截至 \(now.minute)",
            [
                Sheet.Section(
                    "寄递单", ["编号", "状态", "办件", "寄件", "收件", "内容", "承运", "运单号", "登记"], rows
                ).leading(paths)
            ], data: ["mailings": .array(data)])
    }

    private func receiver(_ state: MailingState) -> String {
        state.target == nil ? "申请人" : name(state.target)
    }

    private func contents(_ state: MailingState) -> String {
        (state.originals.map { "原件 " + $0 } + (state.hasResult ? ["办理结果"] : []))
            .joined(separator: "、")
    }

    private func line(_ state: MailingState) -> JSON {
        [
            "mailing": .text(state.number), "status": .text(state.status.rawValue),
            "case": .text(state.caseNumber), "sender": code(state.sender),
            "target": code(state.target), "carrier": .text(state.carrier),
            "tracking": .text(state.tracking),
            "originals": .array(state.originals.map(JSON.text)), "result": .bool(state.hasResult),
        ]
    }

    /// One, by its number: what is in it, who has it, each hand-over.
    func mailing(_ number: String) throws(Source.Failure) -> Sheet? {
        guard case .mailing(let state)? = try source.content(MailingState.key(number)),
            state.opening != nil, case .object(var data) = line(state)
        else { return nil }
        let keeper =
            switch state.status {
            case .packed, .returned: name(state.sender)
            case .carried: "\(state.carrier) \(state.tracking)"
            case .lost: "遗失（\(state.carrier) \(state.tracking)）"
            case .received: receiver(state)
            }
        let facts = [
            ["状态", state.status.name], ["办件", state.caseNumber], ["寄件", name(state.sender)],
            ["收件", receiver(state)], ["内容", contents(state)], ["现由谁保管", keeper],
        ]
        data["seen"] = .text(Content.mailing(state).tag(of: MailingState.key(number)).text)
        data["state"] = .text(state.status.name)
        data["acts"] = .array(
            MailingAct.allCases.filter { act in
                act.next(from: state.status) != nil
                    && MailingState.may(own, act, from: state.sender, to: state.target)
            }.map { .text($0.rawValue) })
        return Sheet(
            "寄递单 " + number, stamp: "截至 \(now.minute)",
            [
                Sheet.Section("概况", [], facts),
                Sheet.Section(
                    "经过", ["时间", "动作", "地点", "说明", ""],
                    course(state.events) {
                        MailingAct(rawValue: $0)?.name ?? "登记"
                    }),
            ], data: .object(data))
    }

    /// 到期提醒: certificates that run out within ninety days, in the order in which they do.
    func reminders(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        var rows: [ReminderStage: [[String]]] = [:]
        var paths: [ReminderStage: [String]] = [:]
        var data: [JSON] = []
        let found = try source.list(
            .certificate, from: today.start.millis, limit: Limits.counterRowsMax)
        for document in found {
            guard case .certificate(let state)? = try source.content(document.key),
                directory.isWithin(state.scope.region, region.id),
                let left = state.daysLeft(on: today)
            else { continue }
            guard let stage = ReminderStage(daysLeft: left) else { break }
            let due = state.due(on: today)
            let last = state.reminders.last
            let who = try applicant(document.key.id)
            rows[stage, default: []].append([
                state.caseNumber, state.validUntil?.text ?? "", "\(left) 天", state.item, who,
                name(state.scope.region), due == nil ? "已提醒" : "待提醒",
                last.map { "\($0.moment.minute) \($0.way)" } ?? "",
            ])
            paths[stage, default: []].append("/cases/" + state.caseNumber)
            data.append([
                "case": .text(state.caseNumber), "station": code(state.scope.region),
                "validUntil": state.validUntil.map { .text($0.text) } ?? .null,
                "daysLeft": .int(Int64(left)), "stage": .int(Int64(stage.rawValue)),
                "due": .bool(due != nil), "reminders": .int(Int64(state.reminders.count)),
            ])
        }
        let columns = ["办件编号", "有效期至", "剩余", "事项", "持有人", "登记站", "提醒", "最近一次"]
        let sections = ReminderStage.allCases.reversed().map { stage in
            Sheet.Section(
                "\(stage.rawValue) 天内到期", columns, rows[stage] ?? []
            ).leading(paths[stage] ?? [])
        }
        return Sheet(
            "到期提醒", stamp: "\(region.name) · 到期前 30 天为申请延续的期限 · \(today.text)",
            sections, data: ["certificates": .array(data)])
    }

    private func applicant(_ id: Digest16) throws(Source.Failure) -> String {
        let key = DocumentKey(collection: .caseFile, id: id)
        guard case .caseFile(let file)? = try source.content(key), let sealed = file.sealed else {
            return ""
        }
        return person(sealed.text)
    }

    /// 叫号日结: all of a line that leaves its place.
    func queues(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        var rows: [[String]] = []
        var data: [JSON] = []
        for document in try source.list(.queueDay, limit: Limits.counterRowsMax) {
            guard case .queueDay(let state)? = try source.content(document.key),
                directory.isWithin(state.region, region.id)
            else { continue }
            let counts = state.counts
            let average = counts.averageSeconds.map { "\(($0 + 30) / 60)" } ?? "—"
            rows.append([
                counts.day.text, name(state.region), "\(counts.taken)", "\(counts.priority)",
                "\(counts.served)", "\(counts.missed)", average,
                "\((counts.waitSecondsMax + 30) / 60)",
            ])
            data.append([
                "day": .text(counts.day.text), "region": code(state.region),
                "taken": .int(Int64(counts.taken)), "priority": .int(Int64(counts.priority)),
                "served": .int(Int64(counts.served)), "missed": .int(Int64(counts.missed)),
                "waitSeconds": .int(Int64(counts.averageSeconds ?? 0)),
                "waitSecondsMax": .int(Int64(counts.waitSecondsMax)),
            ])
        }
        return Sheet(
            "排队日结", stamp: "\(region.name) · 截至 \(now.minute)",
            [
                Sheet.Section(
                    "每日", ["日期", "地点", "取号", "其中优先", "已办", "过号", "平均等候（分）", "最长等候（分）"],
                    rows)
            ], data: ["days": .array(data)])
    }
}
