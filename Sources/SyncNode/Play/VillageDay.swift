import Base
import Change
import Civil
import Domain
import Guide
import Kernel

/// Scenario A: a village's day without a link, Thursday 2026-09-24. Its lines, in their order.
struct VillageDay {
    let cast: Cast
    /// Off only where somebody wants to see that the facts notice it.
    let isCut: Bool
    /// Whether the applicant of A5 withdraws, as is written; step 13 asks what would be else.
    let isWithdrawn: Bool

    enum Item {
        static let allowance = "370511001001"
        static let pension = "370511002001"
        static let trader = "370511003001"
    }

    /// Cases and tickets by their letters.
    struct Numbers {
        var a1 = "", a2 = "", a3 = "", a4 = "", a5 = "", b1 = "", d1 = "", k1 = ""

        var ofV1: [(letter: String, number: String)] {
            [("A1", a1), ("A2", a2), ("A3", a3), ("A4", a4), ("A5", a5)]
        }
    }

    static let clerk = "cunban"
    static let window = "chuangkou"
    static let chief = "shouxi"

    /// - Parameter isCut: Whether V1 is off line at all, as the scenario says.
    static func play(isCut: Bool = true) -> Playbill {
        do throws(JournalError) {
            let play = VillageDay(cast: try stage(), isCut: isCut, isWithdrawn: true)
            try play.begin()
            var numbers = Numbers()
            try play.morning(&numbers)
            try play.afternoon(&numbers)
            try play.evening(numbers)
            try play.table(numbers)
            let other = VillageDay(cast: try stage(), isCut: isCut, isWithdrawn: false)
            try other.silence(on: play.cast)
            return try play.cast.end()
        } catch {
            var bill = Playbill()
            bill.violations = ["journal: \(error)"]
            return bill
        }
    }

    private static func stage() throws(JournalError) -> Cast {
        try Cast(
            [
                ("C", "370124000000", "平阴县", .county, nil),
                ("T", "370124106000", "玫瑰镇", .town, "C"),
                ("V1", "370124106201", "焦庄村", .village, "T"),
                ("V2", "370124106202", "夏沟村", .village, "T"),
            ], from: "2026-09-23T08:00")
    }

    // MARK: what is published

    private static let names = ["M1": "申请表", "M2": "居民身份证", "M3": "户口簿", "M4": "银行卡复印件"]

    private static func elements(
        _ name: String, _ handling: String, legal: Int, promised: Int, _ codes: [String]
    ) -> String {
        let materials = codes.map { code in
            """
            {"code":"\(code)","name":"\(names[code] ?? code)","required":true,
            "deferrable":\(code == "M4")}
            """
        }
        return """
            {"name":"\(name)","kind":"公共服务","basis":"样例办法第一条","level":"县级",
            "department":"县民政局","agency":"县民政局","conditions":"本县居民",
            "audience":["自然人"],"steps":["收件","审查","办结"],"legalDays":\(legal),
            "promisedDays":\(promised),"handling":"\(handling)","fees":{"charged":false},
            "approval":"独任","result":{"kind":"其他","name":"办理结果"},
            "materials":[\(materials.joined(separator: ","))]}
            """
    }

    private func publish(
        _ code: String, base: Int, _ elements: String
    ) throws(JournalError) {
        let head = base == 0 ? "" : "\"base\":\(base),"
        let reply = try cast.say(
            "C",
            """
            {"command":"item.publish","code":"\(code)",\(head)"immediate":true,
            "elements":\(elements)}
            """)
        cast.fact("A.0", "发布 \(code) v\(base + 1)", reply.rule == nil)
    }

    func begin() throws(JournalError) {
        try cast.stage.settle()
        try cast.at("2026-09-23T09:00")
        let all = ["M1", "M2", "M3", "M4"]
        for (base, promised) in [(0, 7), (1, 6), (2, 5)] {
            try publish(
                Item.allowance, base: base,
                Self.elements("高龄津贴认定", "承诺件", legal: 20, promised: promised, all))
        }
        try publish(
            Item.pension, base: 0,
            Self.elements("城乡居民养老保险参保登记", "即办件", legal: 1, promised: 1, ["M1"]))
        try publish(
            Item.trader, base: 0,
            Self.elements("个体工商户设立登记", "承诺件", legal: 5, promised: 1, ["M1"]))
        let modes = [
            (Item.allowance, "委托受理"), (Item.pension, "授权办理"), (Item.trader, "帮办代办"),
        ]
        for (code, mode) in modes {
            let reply = try cast.say(
                "C",
                """
                {"command":"grant.set","code":"\(code)","region":"370124000000",
                "level":"village","mode":"\(mode)","from":"2026-01-01","document":"样例〔2026〕1号"}
                """)
            cast.fact("A.0", "下沉 \(code)：\(mode)", reply.rule == nil)
        }
        for name in ["V1", "V2"] { try cast.enter(Self.clerk, ["village-clerk"], at: name) }
        try cast.enter(Self.window, ["county-window"], at: "C")
        try cast.enter(Self.chief, ["chief"], at: "C")
        try cast.stage.settle()
    }

    // MARK: acting

    /// An act of the place's clerk; the rule that refused it, or nil.
    func act(
        _ name: String, _ act: String, _ number: String, _ more: String = "",
        as login: String = clerk
    ) throws(JournalError) -> Cast.Reply {
        try cast.say(
            name, "{\"command\":\"case.\(act)\",\"case\":\"\(number)\"\(more)}", as: login)
    }

    private func done(
        _ line: String, _ sentence: String, _ name: String, _ verb: String, _ number: String,
        _ more: String = "", as login: String = clerk
    ) throws(JournalError) {
        let reply = try act(name, verb, number, more, as: login)
        cast.cell(line, sentence, "已办", reply.rule ?? "已办")
    }

    private func receive(
        _ name: String, _ item: String, _ person: String, _ idNumber: String,
        missing: [String] = []
    ) throws(JournalError) -> String {
        let asked = try cast.data(name, .guide, item)["materials"]?.array ?? []
        let list = asked.compactMap { $0["code"]?.text }.map { code in
            "{\"code\":\"\(code)\",\"present\":\(!missing.contains(code))}"
        }
        return try cast.say(
            name,
            """
            {"command":"case.receive","item":"\(item)",
            "applicant":{"name":"\(person)","idNumber":"\(idNumber)"},
            "materials":[\(list.joined(separator: ","))]}
            """, as: Self.clerk
        ).text("number")
    }

    private static let wang = "370124194401081234"

    // MARK: 1 to 7

    private func morning(_ numbers: inout Numbers) throws(JournalError) {
        try cast.at("2026-09-24T08:30")
        if isCut { try cast.link("V1", "T", isCut: true) }
        try cast.at("2026-09-24T08:35")
        cast.fact("A.1", "V1 离线", cast.stage.isCutOff(try cast.code("V1")))
        cast.cell("A.1", "V1 目录", "v3", "v\(try cast.version("V1", Item.allowance))")
        let login = try cast.say(
            "V1",
            "{\"command\":\"case.note\",\"case\":\"\(String(repeating: "0", count: 32))\","
                + "\"note\":\"试\"}", as: Self.clerk)
        cast.cell("A.1", "V1 的账户照常可用", "case-not-found", login.rule ?? "已记")
        try deferral(&numbers)
        try cast.at("2026-09-24T09:40")
        numbers.a2 = try receive("V1", Item.pension, "张某", "370124199001191234")
        try done("A.3", "A2 受理", "V1", "accept", numbers.a2)
        try done("A.3", "A2 准予", "V1", "decide", numbers.a2, ",\"outcome\":\"grant\"")
        try done("A.3", "A2 出件", "V1", "deliver", numbers.a2)
        try done("A.3", "A2 当场办结", "V1", "close", numbers.a2)
        try cast.at("2026-09-24T10:00")
        try done("A.3", "A2 评价非常满意", "V1", "rate", numbers.a2, ",\"score\":5")
        try agency(&numbers)
        try correction(&numbers)
        try cast.at("2026-09-24T11:45")
        numbers.b1 = try receive("V2", Item.allowance, "王某", Self.wang)
        try done("A.6", "V2 在线受理同一人 B1", "V2", "accept", numbers.b1)
        try cast.stage.settle()
        cast.fact("A.6", "B1 到县，A1 还没有", try cast.file("C", numbers.b1) != nil)
        try veto(&numbers)
    }

    /// 2.: M4 is missing and may come later.
    private func deferral(_ numbers: inout Numbers) throws(JournalError) {
        try cast.at("2026-09-24T09:05")
        let asked = try cast.data("V1", .guide, Item.allowance)["materials"]?.array ?? []
        cast.cell(
            "A.2", "I1 的材料", "M1 M2 M3 M4",
            asked.compactMap { $0["code"]?.text }.joined(separator: " "))
        numbers.a1 = try receive("V1", Item.allowance, "王某", Self.wang, missing: ["M4"])
        cast.cell("A.2", "A1 编号", "26 位", "\(numbers.a1.count) 位")
        cast.cell(
            "A.2", "缺 M4，无承诺书受理", "deferral-promise",
            try act("V1", "accept", numbers.a1).rule ?? "受理")
        try done("A.2", "断网容缺受理 A1", "V1", "accept", numbers.a1, ",\"promise\":true")
        let paper = try cast.paper("V1", .acceptance, numbers.a1)
        cast.cell("A.2", "受理回执：承诺到期", "2026-10-09", paper?.due?.text ?? "—")
        let rows = paper?.sheet.sections.first?.rows ?? []
        cast.cell(
            "A.2", "受理回执：法定到期", "2026-10-29",
            rows.first { $0[0] == "法定办结" }?[1] ?? "—")
        let notice = try cast.paper("V1", .deferralNotice, numbers.a1)
        cast.cell("A.2", "容缺受理通知书：补齐期", "2026-10-09", notice?.due?.text ?? "—")
        cast.fact(
            "A.2", "容缺受理承诺书", try cast.paper("V1", .deferralPromise, numbers.a1) != nil)
    }

    /// 4.: an agent registers and hands over; it accepts nothing.
    private func agency(_ numbers: inout Numbers) throws(JournalError) {
        try cast.at("2026-09-24T10:20")
        numbers.a3 = try receive("V1", Item.trader, "张某", "370124199001191234")
        cast.cell("A.4", "A3 状态", "代办登记", try cast.status("V1", numbers.a3))
        cast.cell(
            "A.4", "V1 受理 A3", "item-not-granted",
            try act("V1", "accept", numbers.a3).rule ?? "受理")
        cast.fact("A.4", "代办委托书", try cast.paper("V1", .agency, numbers.a3) != nil)
        cast.fact("A.4", "材料交接单", try cast.paper("V1", .transfer, numbers.a3) != nil)
        try done("A.4", "A3 提交县里", "V1", "offer", numbers.a3, Self.up)
    }

    /// 5.: M3 is missing and may not; all is told once.
    private func correction(_ numbers: inout Numbers) throws(JournalError) {
        try cast.at("2026-09-24T11:20")
        numbers.a4 = try receive(
            "V1", Item.allowance, "赵某", "370124194401011236", missing: ["M3"])
        cast.cell(
            "A.5", "缺 M3 受理 A4", "material-missing",
            try act("V1", "accept", numbers.a4).rule ?? "受理")
        let gap =
            ",\"gaps\":[{\"material\":\"M3\",\"lack\":\"户口簿未带\",\"way\":\"原件交任一站点\"}]"
        try done("A.5", "一次性补正告知 A4", "V1", "correct", numbers.a4, gap)
        let paper = try cast.paper("V1", .correction, numbers.a4)
        let rows = paper?.sheet.sections.first { $0.heading == "所缺与补齐途径" }?.rows ?? []
        cast.cell(
            "A.5", "告知书", "M3 户口簿：户口簿未带，原件交任一站点",
            rows.map { "\($0[0])：\($0[1])，\($0[2])" }.joined(separator: "；"))
        cast.cell(
            "A.5", "第二次补正告知", "second-correction",
            try act("V1", "correct", numbers.a4, gap).rule ?? "告知")
        try cast.at("2026-09-24T11:30")
        let rated = try act("V1", "rate", numbers.a4, ",\"score\":2,\"named\":true")
        numbers.d1 = rated.text("ticket")
        let ticket = try cast.ticket("V1", numbers.d1)
        cast.cell("A.5", "D1", "差评整改 待整改", Self.words(ticket))
        cast.cell(
            "A.5", "D1 到期", "2026-10-09", try cast.ticketDue("V1", numbers.d1))
    }

    /// 7.: a window refuses nothing.
    private func veto(_ numbers: inout Numbers) throws(JournalError) {
        try cast.at("2026-09-24T13:10")
        cast.cell(
            "A.7", "V1 不予受理", "role-forbids",
            try act("V1", "refuse", numbers.a4, ",\"reason\":\"不归本站\"").rule ?? "不予受理")
        let asked = try cast.say(
            "V1",
            """
            {"command":"ticket.open","kind":"request","text":"村里没有的事项怎么办",
            "to":"370124000000"}
            """, as: Self.clerk)
        numbers.k1 = asked.text("number")
        cast.cell("A.7", "K1 上交", "诉求 待研判", Self.words(try cast.ticket("V1", numbers.k1)))
        cast.cell("A.7", "K1 答复期", "2026-10-09", try cast.ticketDue("V1", numbers.k1))
    }

    // MARK: 8 and 9

    private func afternoon(_ numbers: inout Numbers) throws(JournalError) {
        try cast.at("2026-09-24T14:00")
        try cast.stage.losePower(at: try cast.code("V1"))
        for (letter, number) in numbers.ofV1.dropLast() {
            cast.fact("A.8", "断电后 \(letter) 还在", try cast.file("V1", number) != nil)
        }
        cast.fact("A.8", "断电后 D1 还在", try cast.ticket("V1", numbers.d1) != nil)
        cast.fact("A.8", "断电后 K1 还在", try cast.ticket("V1", numbers.k1) != nil)
        try cast.at("2026-09-24T14:30")
        numbers.a5 = try receive("V1", Item.allowance, "孙某", "37012419900101123X")
        cast.cell("A.9", "A5 状态", "已收件", try cast.status("V1", numbers.a5))
        cast.cell(
            "A.8", "A1–A5 的流水", "1 2 3 4 5",
            numbers.ofV1.map { String(Self.serial($0.number)) }.joined(separator: " "))
        guard isWithdrawn else { return }
        try cast.at("2026-09-24T16:10")
        try done("A.9", "A5 撤回", "V1", "withdraw", numbers.a5, ",\"reason\":\"改天再交\"")
        cast.cell("A.9", "A5 状态", "已撤回", try cast.status("V1", numbers.a5))
    }

    /// 13.: nobody answered A5, neither with 补正告知 nor with 受理.
    private func silence(on other: Cast) throws(JournalError) {
        try begin()
        var numbers = Numbers()
        try morning(&numbers)
        try afternoon(&numbers)
        try meet()
        for (moment, expected) in [("2026-10-09T23:59", "—"), ("2026-10-10T00:01", "2026-09-24")] {
            try cast.at(moment)
            for name in ["V1", "T", "C"] {
                let clock = try cast.clock(name, numbers.a5)
                other.cell(
                    "A.13", "\(moment) \(name) A5 视为受理", expected,
                    clock?.deemedAccepted?.text ?? "—")
                guard expected != "—" else { continue }
                other.cell(
                    "A.13", "\(name) A5 承诺到期", "2026-10-09",
                    clock?.promised?.date?.text ?? "—")
            }
        }
    }

    // MARK: words

    static let up = ",\"to\":\"370124000000\""

    static func words(_ ticket: TicketState?) -> String {
        guard let ticket else { return "—" }
        return ticket.kind.name + " " + ticket.status.name(of: ticket.kind)
    }

    static func serial(_ number: String) -> Int { Int(number.dropFirst(20).prefix(5)) ?? -1 }
}
