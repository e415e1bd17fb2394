import Base
import Board
import Change
import Civil
import Domain
import Guide
import Kernel

/// Scenario A's evening, and its table of what is true in the end.
extension VillageDay {
    /// 10.: the link is back; the places above say what they have.
    func meet() throws(JournalError) {
        try cast.at("2026-09-24T17:20")
        if isCut { try cast.link("V1", "T", isCut: false) }
        try cast.stage.settle()
        for name in ["T", "C"] {
            try cast.stage.tellArrivals(at: try cast.code(name))
            try cast.stage.settle()
        }
    }

    func evening(_ numbers: Numbers) throws(JournalError) {
        let crossed = cast.stage.crossings
        try meet()
        cast.fact("A.10", "联网后推拉", cast.stage.crossings > crossed)
        for (letter, number) in numbers.ofV1 {
            cast.fact("A.10", "\(letter) 到县", try cast.file("C", number) != nil)
        }
        try cast.at("2026-09-24T17:25")
        let before = cast.stage.crossings
        try cast.stage.settle()
        cast.cell("A.10", "第二次同步的事件", "0", String(cast.stage.crossings - before))
        try cast.at("2026-09-24T17:30")
        let old = try digest("C")
        let (given, taken) = try cast.stage.replay(
            from: try cast.code("V1"), to: try cast.code("C"))
        cast.fact("A.10", "重放的旧批次有内容", given > 10)
        cast.cell("A.10", "重放改变了什么", "0 条，无", "\(taken) 条，\(try digest("C") == old ? "无" : "有")")
        try duplicates(numbers)
        try handovers(numbers)
    }

    /// 11.: the earlier by business time stays.
    private func duplicates(_ numbers: Numbers) throws(JournalError) {
        try cast.at("2026-09-24T17:35")
        var times: [String] = []
        for number in [numbers.a1, numbers.b1] {
            let millis = try cast.file("C", number)?.receivedAt ?? 0
            times.append(Cast.minute(Instant(millis: millis)))
        }
        cast.cell("A.11", "A1、B1 的业务时间", "09:05 11:45", times.joined(separator: " "))
        let keepLater = ",\"reason\":\"重复申请\",\"keep\":\"\(numbers.b1)\""
        cast.cell(
            "A.11", "保留较晚的一件", "keep-earlier",
            try act("C", "end", numbers.a1, keepLater, as: Self.chief).rule ?? "终止")
        let keep = ",\"reason\":\"重复申请\",\"keep\":\"\(numbers.a1)\""
        let ended = try act("C", "end", numbers.b1, keep, as: Self.chief)
        cast.cell("A.11", "保留 A1，终止 B1", "已办", ended.rule ?? "已办")
        let force = Self.up + ",\"reason\":\"重复申请\""
        let taken = try act("C", "force", numbers.b1, force, as: Self.chief)
        cast.cell("A.11", "B1 归县保管", "已办", taken.rule ?? "已办")
        try cast.stage.settle()
    }

    /// 12.
    private func handovers(_ numbers: Numbers) throws(JournalError) {
        try cast.at("2026-09-24T17:40")
        let signed = try act("C", "sign", numbers.a3, as: Self.window)
        cast.cell("A.12", "C 签收 A3", "已办", signed.rule ?? "已办")
        cast.cell("A.12", "签收后 A3", "已收件", try cast.status("C", numbers.a3))
        let accepted = try act("C", "accept", numbers.a3, as: Self.window)
        cast.cell("A.12", "C 受理 A3", "已办", accepted.rule ?? "已办")
        cast.cell("A.12", "A3 承诺到期", "2026-09-28", try cast.due("C", numbers.a3))
        let offered = try act("V1", "offer", numbers.a1, Self.up)
        cast.cell("A.12", "A1 上送", "已办", offered.rule ?? "已办")
        try cast.stage.settle()
        let taken = try act("C", "sign", numbers.a1, as: Self.window)
        cast.cell("A.12", "A1 分转", "已办", taken.rule ?? "已办")
        let assigned = try cast.say(
            "C",
            "{\"command\":\"ticket.assign\",\"ticket\":\"\(numbers.k1)\",\"to\":\"370124106000\"}",
            as: Self.chief)
        cast.cell("A.12", "K1 交办 T", "已办", assigned.rule ?? "已办")
        try cast.stage.settle()
        for name in ["T", "C"] {
            try cast.stage.tellArrivals(at: try cast.code(name))
            try cast.stage.settle()
        }
    }

    // MARK: the table

    func table(_ numbers: Numbers) throws(JournalError) {
        try stations(numbers)
        try county(numbers)
        try metrics()
        try everywhere(numbers)
    }

    private func stations(_ numbers: Numbers) throws(JournalError) {
        let rows = [
            ("A1", numbers.a1, "审查中"), ("A2", numbers.a2, "已办结"), ("A3", numbers.a3, "已受理"),
            ("A4", numbers.a4, "待补正"), ("A5", numbers.a5, "已撤回"),
        ]
        for name in ["V1", "T", "C"] {
            for (letter, number, status) in rows {
                cast.cell("A 表 \(name)", letter, status, try cast.status(name, number))
            }
            cast.cell(
                "A 表 \(name)", "A1 容缺", "M4",
                try cast.file(name, numbers.a1)?.deferred.joined(separator: " ") ?? "—")
            cast.cell(
                "A 表 \(name)", "D1", "差评整改 待整改", Self.words(try cast.ticket(name, numbers.d1)))
            cast.cell(
                "A 表 \(name)", "K1", "诉求 处理中", Self.words(try cast.ticket(name, numbers.k1)))
            cast.cell(
                "A 表 \(name)", "K1 在", "玫瑰镇",
                try cast.place(name, try cast.ticket(name, numbers.k1)?.holder))
        }
        let notes = try cast.notes("V1", numbers.a1)
        cast.cell("A 表 V1", "A1 的备注", "重复件已并", notes.joined(separator: "；"))
        cast.fact("A 表 V1", "没有 B1", try cast.file("V1", numbers.b1) == nil)
        for (letter, number) in numbers.ofV1 {
            let times = try cast.storedTimes("V1", number)
            cast.cell("A 表 V1", "\(letter) 已送达镇、县", "2", "\(times.filter(Self.isTold).count)")
            cast.fact("A 表 V2", "没有 \(letter)", try cast.file("V2", number) == nil)
        }
        cast.cell("A 表 V2", "B1", "已终止", try cast.status("V2", numbers.b1))
        let body = try cast.body("V2", numbers.b1, .caseEnd)
        cast.cell("A 表 V2", "B1 终止理由", "重复申请", body["detail"]?["reason"]?.text ?? "—")
        cast.cell("A 表 V2", "B1 指向", numbers.a1, body["detail"]?["kept"]?.text ?? "—")
        cast.cell(
            "A 表 V2", "指向之外 A1 的内容", "reason kept",
            (body["detail"]?.object?.members ?? []).map(\.key).joined(separator: " "))
    }

    private static func isTold(_ time: String) -> Bool { !time.hasSuffix("—") }

    private func county(_ numbers: Numbers) throws(JournalError) {
        for (letter, number) in numbers.ofV1 + [("B1", numbers.b1)] {
            cast.fact(
                "A 表 T", "\(letter) 与县里逐字节相同",
                try cast.stored("T", .caseFile, number) == cast.stored("C", .caseFile, number))
        }
        for (letter, number) in [("D1", numbers.d1), ("K1", numbers.k1)] {
            cast.fact(
                "A 表 T", "\(letter) 与县里逐字节相同",
                try cast.stored("T", .ticket, number) == cast.stored("C", .ticket, number))
        }
        cast.cell("A 表 T", "办件工单摘要与县里", "相同", try digest("T") == digest("C") ? "相同" : "不同")
        let source = try cast.source("C").0
        cast.cell("A 表 C", "办件", "6", String(try source.list(.caseFile, limit: 100).count))
        cast.cell("A 表 C", "工单", "2", String(try source.list(.ticket, limit: 100).count))
        let at = try cast.file("C", numbers.a1)?.receivedAt ?? 0
        cast.cell("A 表 C", "A1 业务时间", "09:05", Cast.minute(Instant(millis: at)))
        cast.cell(
            "A 表 C", "A1 入库时间", "玫瑰镇 17:20，平阴县 17:20",
            try cast.storedTimes("C", numbers.a1).joined(separator: "，"))
    }

    /// Every case and ticket that a place has, as bytes.
    private func digest(_ name: String) throws(JournalError) -> String {
        let (source, _, _) = try cast.source(name)
        var bytes: [UInt8] = []
        for collection in [Collection.caseFile, .ticket] {
            for document in try source.list(collection, limit: Limits.importRowsMax) {
                bytes += document.key.id.bytes + document.state
            }
        }
        return StateTag(of: bytes).text
    }

    private func metrics() throws(JournalError) {
        let sheet = try cast.board("C", .month, on: "2026-09-24")
        let volumes = sheet?.data["volumes"]
        let wanted = [
            ("收件", "received", 6), ("受理", "accepted", 4), ("当场办结", "sameDay", 1),
            ("补正", "corrected", 1), ("撤回", "withdrawn", 1), ("终止", "ended", 1),
            ("离线登记", "offline", 5), ("其中收件", "offlineReceived", 4),
        ]
        for (name, key, count) in wanted {
            cast.cell("A 表 指标", name, String(count), String(volumes?[key]?.int ?? -1))
        }
        let values = sheet?.sections.first { $0.heading == "指标" }?.rows ?? []
        for (number, name) in [("31", "一次告知率"), ("33", "就近办率")] {
            cast.cell(
                "A 表 指标", name, "100.0%", values.first { $0[0] == number }?[2] ?? "—")
        }
        let tickets = sheet?.sections.first { $0.heading == "工单" }?.rows ?? []
        cast.cell("A 表 指标", "差评", "1", tickets.first { $0[0] == "差评整改" }?[1] ?? "—")
        cast.fact(
            "A 表 指标", "少于三份的评价不显示",
            sheet?.sections.first { $0.heading == "好差评" }?.rows.first?[1].hasPrefix("不足") == true)
    }

    private func everywhere(_ numbers: Numbers) throws(JournalError) {
        let rows = [
            ("A1", numbers.a1, "平阴县", "2026-10-09", ["V1", "T", "C"]),
            ("A2", numbers.a2, "焦庄村", "2026-09-28", ["V1", "T", "C"]),
            ("A3", numbers.a3, "平阴县", "2026-09-28", ["V1", "T", "C"]),
            ("A4", numbers.a4, "焦庄村", "—", ["V1", "T", "C"]),
            ("A5", numbers.a5, "焦庄村", "—", ["V1", "T", "C"]),
            ("B1", numbers.b1, "平阴县", "2026-10-09", ["V2", "T", "C"]),
        ]
        for (letter, number, holder, due, names) in rows {
            for name in names {
                let state = try cast.file(name, number)
                cast.cell(
                    "A 表 全体", "\(name) \(letter) 保管节点", holder,
                    try cast.place(name, state?.holder?.region))
                cast.cell("A 表 全体", "\(name) \(letter) 承诺到期", due, try cast.due(name, number))
            }
        }
        for name in ["V1", "T", "C"] {
            let clock = try cast.clock(name, numbers.a1)
            cast.cell("A 表 全体", "\(name) A1 法定", "2026-10-29", clock?.legal?.date?.text ?? "—")
            cast.cell("A 表 全体", "\(name) A1 补齐", "2026-10-09", clock?.deferral?.date?.text ?? "—")
            for (letter, number) in [("D1", numbers.d1), ("K1", numbers.k1)] {
                cast.cell(
                    "A 表 全体", "\(name) \(letter) 到期", "2026-10-09",
                    try cast.ticketDue(name, number))
            }
        }
        let all = numbers.ofV1.map(\.number) + [numbers.b1]
        cast.cell("A 表 全体", "不同的编号", "6", String(Set(all).count))
    }
}

extension Cast {
    /// The state of a case for people; `—` where the place has none.
    func status(_ name: String, _ number: String) throws(JournalError) -> String {
        try file(name, number)?.status.name ?? "—"
    }

    /// The name of a region as a place knows it.
    func place(_ name: String, _ region: RegionID?) throws(JournalError) -> String {
        guard let region else { return "—" }
        return try source(name).1.region(region)?.name ?? "—"
    }

    /// The day on which a ticket is due, as a place counts.
    func ticketDue(_ name: String, _ number: String) throws(JournalError) -> String {
        let (source, directory, region) = try source(name)
        guard let ticket = try ticket(name, number), let opened = ticket.opened else { return "—" }
        let calendar = try CatalogQuery.calendar(
            of: opened.year...opened.year + 1, for: region, in: directory, from: source)
        return ticket.due(calendar)?.date?.text ?? "—"
    }

    /// What the notes of a case say, as their changes have it.
    func notes(_ name: String, _ number: String) throws(JournalError) -> [String] {
        let (source, _, _) = try source(name)
        guard let state = try file(name, number) else { return [] }
        var words: [String] = []
        for event in state.events where event.kind == .caseNote {
            let body = try source.change(at: event.dot, in: state.scopeID)?.body
            words.append(Cast.parsed(body ?? [])["detail"]?["note"]?.text ?? "—")
        }
        return words
    }

    /// The body of the first effective event of a kind; null where there is none.
    func body(
        _ name: String, _ number: String, _ kind: ChangeKind
    ) throws(JournalError) -> JSON {
        let (source, _, _) = try source(name)
        guard let state = try file(name, number), let event = state.effective(kind).first else {
            return .null
        }
        let body = try source.change(at: event.dot, in: state.scopeID)?.body
        return Cast.parsed(body ?? [])
    }

    /// A document's bytes; nil where the place has none of this label.
    func stored(
        _ name: String, _ collection: Collection, _ number: String
    ) throws(JournalError) -> [UInt8]? {
        let (source, _, _) = try source(name)
        guard let key = try source.find(collection, label: number).first else { return nil }
        return try source.stored(key)?.state
    }
}
