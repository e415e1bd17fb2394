import Base
import Change
import Civil
import Domain
import Guide
import Kernel

/// Scenario B: a catalog update while a village is off line. Its lines, in their order.
struct CatalogUpdate {
    let cast: Cast
    /// Off only where somebody wants to see that the facts notice it.
    let isCut: Bool

    static let item = "370511001001"
    static let other = "370511009001"

    /// - Parameter isCut: Whether V1 is off line at all, as the scenario says.
    static func play(isCut: Bool = true) -> Playbill {
        do throws(JournalError) {
            let cast = try Cast(
                [
                    ("C", "370124000000", "平阴县", .county, nil),
                    ("T", "370124106000", "玫瑰镇", .town, "C"),
                    ("V1", "370124106201", "焦庄村", .village, "T"),
                    ("V2", "370124106202", "夏沟村", .village, "T"),
                ], from: "2026-09-21T08:00")
            let play = CatalogUpdate(cast: cast, isCut: isCut)
            try play.begin()
            let numbers = try play.lines()
            try play.table(numbers)
            return try cast.end()
        } catch {
            var bill = Playbill()
            bill.violations = ["journal: \(error)"]
            return bill
        }
    }

    /// The cases of the scenario by their letters.
    struct Numbers {
        var p1 = "", p2 = "", p3 = "", p4 = "", p5 = "", p6 = ""
    }

    // MARK: what is published

    private static let names = [
        "M1": "申请表", "M2": "居民身份证", "M3": "户口簿", "M4": "银行卡复印件", "M5": "社会保障卡复印件",
    ]

    private static let mendedBasis = "样例办法第一条（2026 修订）"

    private static func elements(
        _ days: Int, _ more: [String], basis: String = "样例办法第一条"
    ) -> String {
        let materials = (["M1", "M2"] + more).map { code in
            """
            {"code":"\(code)","name":"\(names[code] ?? code)","required":true,
            "deferrable":\(code == "M4" || code == "M5")}
            """
        }
        return """
            {"name":"高龄津贴认定","kind":"行政给付","basis":"\(basis)","level":"县级",
            "department":"县民政局","agency":"县民政局","conditions":"年满 80 周岁",
            "audience":["自然人"],"steps":["收件","审查","办结"],"legalDays":20,
            "promisedDays":\(days),"handling":"承诺件","fees":{"charged":false},
            "result":{"kind":"给付","name":"高龄津贴"},
            "materials":[\(materials.joined(separator: ","))]}
            """
    }

    private func publish(
        _ code: String, base: Int, days: Int, _ materials: [String],
        basis: String = "样例办法第一条"
    ) throws(JournalError) {
        let head = base == 0 ? "" : "\"base\":\(base),"
        let reply = try cast.say(
            "C",
            """
            {"command":"item.publish","code":"\(code)",\(head)"immediate":true,
            "elements":\(Self.elements(days, materials, basis: basis))}
            """)
        cast.fact("B.0", "发布 \(code) v\(base + 1)", reply.rule == nil)
    }

    /// 收件, and 受理 where it is to be; the number.
    private func take(
        _ name: String, _ item: String, _ moment: String, accepting: Bool = true
    ) throws(JournalError) -> String {
        try cast.at(moment)
        // What the station's own guide asks for, and nothing else.
        let asked = try cast.data(name, .guide, item)["materials"]?.array ?? []
        let codes = asked.map { "\"\($0["code"]?.text ?? "")\"" }.joined(separator: ",")
        let reply = try cast.say(
            name,
            """
            {"command":"case.receive","item":"\(item)","applicant":"王某","materials":[\(codes)]}
            """)
        let number = reply.text("number")
        if accepting {
            try cast.say(name, "{\"command\":\"case.accept\",\"case\":\"\(number)\"}")
        }
        return number
    }

    /// The daily word of every station that is on line.
    private func online() throws(JournalError) {
        for name in (isCut ? [] : ["V1"]) + ["V2", "T"] {
            try cast.stage.giveReceipt(at: try cast.code(name))
        }
        try cast.stage.settle()
    }

    // MARK: the start

    private func begin() throws(JournalError) {
        try cast.stage.settle()
        try cast.at("2026-09-21T09:00")
        for (base, days) in [(0, 7), (1, 6), (2, 5)] {
            try publish(Self.item, base: base, days: days, ["M3", "M4"])
        }
        try publish(Self.other, base: 0, days: 5, ["M4"])
        for code in [Self.item, Self.other] {
            try cast.say(
                "C",
                """
                {"command":"grant.set","code":"\(code)","region":"370124000000",
                "level":"village","mode":"委托受理","from":"2026-01-01","document":"样例〔2026〕1号"}
                """)
        }
        try cast.enter("qicao", ["item-editor"], at: "C")
        try cast.enter("fuhe", ["item-reviewer"], at: "C")
        try cast.stage.settle()
        for name in cast.names {
            cast.cell("B.0", "\(name) 依 I1", "v3", "v\(try cast.version(name, Self.item))")
        }
    }

    // MARK: 1 to 13

    private func lines() throws(JournalError) -> Numbers {
        var numbers = Numbers()
        numbers.p1 = try take("V2", Self.item, "2026-09-23T10:30")
        try cast.stage.settle()
        cast.cell("B.0", "P1 承诺到期", "2026-10-08", try cast.due("V2", numbers.p1))
        try cast.at("2026-09-23T18:00")
        if isCut { try cast.link("V1", "T", isCut: true) }
        try cast.at("2026-09-24T08:00")
        try online()
        numbers.p2 = try take("V1", Self.item, "2026-09-24T08:30")
        cast.cell("B.0", "P2 离线受理，承诺到期", "2026-10-09", try cast.due("V1", numbers.p2))
        let draft = try drafts(numbers)
        try release(draft)
        numbers.p3 = try take("V2", Self.item, "2026-09-24T15:00")
        try cast.stage.settle()
        cast.cell("B.4", "P3 依", "v3", try governing("C", numbers.p3))
        try switchOver(&numbers)
        try away(&numbers)
        try back(numbers)
        try bound(numbers)
        try ruled(numbers)
        try mended(numbers)
        return numbers
    }

    /// 1. and 2.: a draft, what is refused of it, what it changes, whom it concerns.
    private func drafts(_ numbers: Numbers) throws(JournalError) -> String {
        try cast.at("2026-09-24T09:00")
        let head = """
            {"command":"item.draft","code":"\(Self.item)","base":3,
            "effectiveFrom":"2026-09-28","elements":
            """
        let good = Self.elements(3, ["M5"])
        let vague = good.replacing("社会保障卡复印件", with: "其他材料")
        let refused = try cast.say("C", head + vague + "}", as: "qicao")
        cast.cell("B.1", "材料名为“其他材料”", "vague-material", refused.rule ?? "保存")
        let draft = try cast.say("C", head + good + "}", as: "qicao").text("draft")
        let diff = try cast.data("C", .draft, draft)["diff"]
        let fields = (diff?["fields"]?.array ?? []).map { field in
            "\(field["label"]?.text ?? "") \(field["before"]?.int ?? 0)→"
                + "\(field["after"]?.int ?? 0)"
        }
        cast.cell("B.1", "要素差异", "承诺办结时限 5→3", fields.joined(separator: "；"))
        let materials = (diff?["materials"]?.array ?? []).map { material in
            "\(material["change"]?.text ?? "")\(material["code"]?.text ?? "")"
        }
        cast.cell("B.1", "材料差异", "减少M3 减少M4 增加M5", materials.joined(separator: " "))
        let impact = try cast.sheet("C", .impact, Self.item)
        cast.cell("B.2", "在途 v3", "1", String(impact?.data["open"]?.int ?? -1))
        let rows = impact?.sections.first?.rows ?? []
        cast.cell(
            "B.2", "在途的是", "\(numbers.p1)（v3）",
            rows.map { $0[2] }.filter { !$0.isEmpty }.joined(separator: " "))
        cast.cell(
            "B.2", "未同步，可能有未知在途件", "焦庄村",
            rows.filter { $0[3] == "未同步，可能有未知在途件" }.map { $0[1] }.joined(separator: " "))
        return draft
    }

    /// 3.: who drafted does not approve; three of four have it.
    private func release(_ draft: String) throws(JournalError) {
        try cast.at("2026-09-24T10:00")
        let approve = "{\"command\":\"item.approve\",\"draft\":\"\(draft)\"}"
        let own = try cast.say("C", approve, as: "qicao")
        cast.cell("B.3", "起草人复核", "role-forbids", own.rule ?? "发布")
        let done = try cast.say("C", approve, as: "fuhe")
        cast.fact("B.3", "复核人发布，生效 2026-09-28", done.rule == nil)
        try cast.stage.settle()
        cast.cell("B.3", "到达", "3/4，待达 焦庄村", try reach())
    }

    /// `3/4，待达 焦庄村`: of the newest version.
    private func reach() throws(JournalError) -> String {
        let board = try cast.sheet("C", .board, Self.item)
        let lines = board?.sections.last?.rows ?? []
        let waiting = lines.filter { $0[2] == "待达" }.map { $0[1] }
        let word = "\(lines.count - waiting.count)/\(lines.count)"
        return waiting.isEmpty ? word : word + "，待达 " + waiting.joined(separator: " ")
    }

    /// 5.: nobody says anything at midnight.
    private func switchOver(_ numbers: inout Numbers) throws(JournalError) {
        let crossed = cast.stage.crossings
        for (moment, expected) in [("2026-09-27T23:59", "v3"), ("2026-09-28T00:00", "v4")] {
            try cast.at(moment)
            for name in ["C", "T", "V2"] {
                cast.cell(
                    "B.5", "\(moment) \(name) 依", expected,
                    "v\(try cast.version(name, Self.item))")
            }
        }
        cast.cell("B.5", "切换用了几条消息", "0", String(cast.stage.crossings - crossed))
        cast.cell("B.5", "V1 仍依", "v3", "v\(try cast.version("V1", Self.item))")
        numbers.p4 = try take("V2", Self.item, "2026-09-28T09:30")
        cast.cell("B.5", "P4 依", "v4", try governing("V2", numbers.p4))
        cast.cell(
            "B.5", "P4 材料", "M1 M2 M5",
            try materials("V2", numbers.p4).map(\.0).joined(separator: " "))
    }

    /// 6. and 7.
    private func away(_ numbers: inout Numbers) throws(JournalError) {
        numbers.p5 = try take("V1", Self.item, "2026-09-28T10:00")
        cast.cell("B.6", "P5 打印的承诺到期", "2026-10-10", try cast.due("V1", numbers.p5))
        try cast.at("2026-09-28T11:00")
        let head = "{\"command\":\"overlay.set\",\"code\":\"\(Self.item)\",\"values\":"
        let hours = try cast.say("V1", head + "{\"hours\":\"8:30–16:00\"}}")
        cast.fact("B.7", "V1 改自己的办公时间", hours.rule == nil)
        let uniform = try cast.say("T", head + "{\"materials\":\"无\"}}")
        cast.cell("B.7", "T 改申请材料", "uniform-element-read-only", uniform.rule ?? "写入")
        try cast.at("2026-09-28T14:00")
        let suspended = try cast.say(
            "C", "{\"command\":\"item.suspend\",\"code\":\"\(Self.other)\",\"reason\":\"核查\"}")
        cast.fact("B.7", "C 暂停 I9", suspended.rule == nil)
        try cast.stage.settle()
        numbers.p6 = try take("V1", Self.other, "2026-09-28T15:00", accepting: false)
        cast.fact("B.7", "V1 离线收件 P6", !numbers.p6.isEmpty)
    }

    /// 8.
    private func back(_ numbers: Numbers) throws(JournalError) {
        try cast.at("2026-09-29T09:00")
        if isCut { try cast.link("V1", "T", isCut: false) }
        try cast.stage.settle()
        for (letter, number) in [("P2", numbers.p2), ("P5", numbers.p5), ("P6", numbers.p6)] {
            cast.fact("B.8", "\(letter) 到县", try cast.file("C", number) != nil)
        }
        cast.cell("B.8", "V1 依", "v4", "v\(try cast.version("V1", Self.item))")
        cast.cell("B.8", "V1 的 I9", "暂停", try standing("V1"))
        cast.cell("B.8", "到达", "4/4", try reach())
    }

    /// 9. and 10., at every node that has the case.
    private func bound(_ numbers: Numbers) throws(JournalError) {
        for name in ["C", "T", "V1"] {
            cast.cell("B.9", "\(name) P2 依", "v3", try governing(name, numbers.p2))
            cast.cell(
                "B.9", "\(name) P2 材料", "M1 须交 M2 须交 M3 免交 M4 免交",
                try materials(name, numbers.p2).map { "\($0.0) \($0.1)" }.joined(separator: " "))
            cast.cell("B.9", "\(name) P2 承诺到期", "2026-10-09", try cast.due(name, numbers.p2))
            cast.cell("B.10", "\(name) P5 依", "v4，版本滞后", try governing(name, numbers.p5))
            cast.cell(
                "B.10", "\(name) P5 材料", "M1 须交 M2 须交 M5 容缺 M3 免交 M4 免交",
                try materials(name, numbers.p5).map { "\($0.0) \($0.1)" }.joined(separator: " "))
            cast.cell("B.10", "\(name) P5 承诺到期", "2026-10-08", try cast.due(name, numbers.p5))
            let changed = try cast.sheet(name, .binding, numbers.p5)?.sections.first?.rows ?? []
            cast.cell(
                "B.10", "\(name) P5 事件", "时限变更：5 → 3 个工作日，2026-10-10 → 2026-10-08，按较早者",
                changed.filter { $0[0] == "时限变更" }.map { $0.joined(separator: "：") }.joined())
            let notice = try cast.sheet(name, .terms, numbers.p5)
            cast.cell(
                "B.10", "\(name) 给申请人的告知书", "回执所印 2026-10-10，变更为 2026-10-08",
                (notice?.sections.first?.rows ?? []).map { "\($0[0]) \($0[2])" }
                    .joined(separator: "，"))
            cast.fact("B.9", "\(name) P2 没有时限变更", try cast.sheet(name, .terms, numbers.p2) == nil)
        }
        for (letter, number, code) in [("P2", numbers.p2, "M5"), ("P5", numbers.p5, "M3")] {
            let asked = try cast.say(
                "V1", "{\"command\":\"case.correct\",\"case\":\"\(number)\",\"gaps\":[\"\(code)\"]}"
            )
            cast.cell(
                letter == "P2" ? "B.9" : "B.10", "向 \(letter) 索要 \(code)", "material-not-asked",
                asked.rule ?? "已告知")
        }
        let corrections = try cast.file("V1", numbers.p5)?.events.filter {
            $0.kind == .caseCorrection
        }
        cast.cell("B.10", "P5 的补正告知", "0", String(corrections?.count ?? -1))
    }

    /// 11.
    private func ruled(_ numbers: Numbers) throws(JournalError) {
        for name in ["C", "V1"] {
            let halted = try cast.data(name, .binding, numbers.p6)["halted"]?.bool
            cast.fact("B.11", "\(name) P6 待裁定", halted == true)
            cast.cell(
                "B.11", "\(name) P6 状态", "received",
                try cast.file(name, numbers.p6)?.status.rawValue ?? "—")
        }
        cast.cell("B.11", "C 的待裁定", numbers.p6, try pending())
        let accept = "{\"command\":\"case.accept\",\"case\":\"\(numbers.p6)\"}"
        cast.cell(
            "B.11", "裁定前受理", "case-pending-ruling", try cast.say("V1", accept).rule ?? "受理")
        let ruling = try cast.say(
            "C",
            """
            {"command":"ruling.set","case":"\(numbers.p6)","about":"standing",
            "outcome":"continue","reason":"暂停前已有此类申请"}
            """, as: "fuhe")
        cast.fact("B.11", "C 裁定继续办理", ruling.rule == nil)
        cast.cell("B.11", "C 的待裁定", "", try pending())
        try cast.stage.settle()
        cast.fact("B.11", "V1 受理 P6", try cast.say("V1", accept).rule == nil)
        try cast.stage.settle()
    }

    /// Cases that wait for the county's word.
    private func pending() throws(JournalError) -> String {
        let waiting = try cast.data("C", .pending)["waiting"]?.array ?? []
        return waiting.map { $0["number"]?.text ?? "" }.joined(separator: " ")
    }

    /// 12. and 13.
    private func mended(_ numbers: Numbers) throws(JournalError) {
        try cast.at("2026-09-29T11:00")
        try publish(Self.item, base: 4, days: 3, ["M5"], basis: Self.mendedBasis)
        try cast.stage.settle()
        for name in cast.names {
            cast.cell("B.12", "\(name) 依", "v5", "v\(try cast.version(name, Self.item))")
        }
        cast.cell("B.12", "v5 到达", "4/4", try reach())
        cast.cell("B.12", "P4 留在", "v4", try governing("C", numbers.p4))
        cast.cell("B.12", "P5 留在", "v4，版本滞后", try governing("C", numbers.p5))
        try cast.at("2026-09-29T14:00")
        var drafts: [String] = []
        for days in [3, 2] {
            let elements = Self.elements(days, ["M5"], basis: Self.mendedBasis)
            let body = """
                {"command":"item.draft","code":"\(Self.item)","base":5,
                "effectiveFrom":"2026-11-02","elements":\(elements)}
                """
            drafts.append(try cast.say("C", body, as: "qicao").text("draft"))
        }
        var rules: [String] = []
        for draft in drafts {
            let approve = "{\"command\":\"item.approve\",\"draft\":\"\(draft)\"}"
            rules.append(try cast.say("C", approve, as: "fuhe").rule ?? "发布")
        }
        cast.cell("B.13", "两份草稿先后复核", "发布 version-conflict", rules.joined(separator: " "))
        let ways = try cast.data("C", .draft, drafts.last ?? "")["threeWay"]?.array ?? []
        cast.cell(
            "B.13", "三方对照", "promisedDays 3 3 2",
            ways.map { way in
                let values = ["base", "theirs", "mine"].map { String(way[$0]?.int ?? -1) }
                return ([way["key"]?.text ?? ""] + values).joined(separator: " ")
            }.joined(separator: "；"))
        let discard = "{\"command\":\"item.discard\",\"draft\":\"\(drafts.last ?? "")\"}"
        cast.fact("B.13", "须重新起草：作废", try cast.say("C", discard, as: "qicao").rule == nil)
        try cast.stage.settle()
    }
}
