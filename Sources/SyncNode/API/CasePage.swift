import Account
import Base
import Console
import Domain
import Guide
import HTTP
import Paper

/// One case: on paper the receipt that the applicant takes home; on the screen also who has it,
/// what happened, and what may be done now.
struct CasePage {
    let status: NodeStatus
    let sheet: CaseSheet
    /// The item that it is about; nil where it is not here.
    let item: ItemSheet?
    /// Its statutory clock today; nil while its 收件 is not here.
    let clock: CaseClock?
    /// By the county's thresholds.
    var light: CaseClock.Light?
    let names: PlaceNames
    /// Cases of the same person for the same item that are not closed: 疑似重复.
    var twins: [CaseSheet] = []
    /// Which version governs it, and what must be told or ruled for that; nil where the item is not
    /// here.
    var binding: Sheet?
    /// How far it has come.
    var delivery: Delivery?
    /// 首问负责; nil where it is not known here.
    var duty: Sheet?
    /// The documents that there are by now.
    var papers: [PaperEntry] = []
    /// What was written with its events, by the event's hash.
    var words: [String: String] = [:]
    /// The applicant in full, after it was asked for with a reason; nil shows it masked.
    var person: Person?

    var response: HTTPResponse {
        Page.response(
            "办件 " + sheet.number, status,
            """
            \(receipt)<div class="screen">\(arrival)\(documents)\(custody)\(asked)\(bound)\
            \(CaseActs(page: self).html)\(history)</div>
            """)
    }

    /// Whether this place stands above the station of receipt.
    var isAbove: Bool {
        status.level == .county || (status.level == .town && names.isBelow(sheet.station))
    }

    // MARK: the receipt

    /// 收件凭证 until it is accepted, then 受理回执.
    private var title: String {
        switch sheet.status {
        case "prechecked": "预审记录"
        case "registered": "代办登记与材料交接单"
        case "received", "correcting", "proposed", "forwarded", "withdrawn", "unknown": "收件凭证"
        case "refused": "不予受理告知"
        default: "受理回执"
        }
    }

    private var receipt: HTMLText {
        var version = ""
        if let number = sheet.itemVersion { version = " v\(number)" }
        let facts = [
            Page.fact("办件编号", "<code class=\"number\">\(Self.grouped(sheet.number))</code>"),
            Page.fact("查询码", "<code class=\"number\">\(sheet.queryCode)</code>"),
            Page.fact("事项", text: (item?.name ?? sheet.item) + version),
            Page.fact("申请人", text: shown.name),
            Page.fact("证件号码", text: shown.idNumber ?? "—"),
            Page.fact("联系电话", text: shown.phone ?? "—"),
            Page.fact("联系地址", text: shown.address ?? "—"),
            Page.fact("收件时间", text: sheet.receivedAt.minuteText),
            Page.fact("收件地点", text: names.name(sheet.station)),
        ]
        let mark = Page.mark(CaseWords.status(sheet.status), CaseWords.tone(sheet.status))
        return """
            <section class="card receipt"><div class="title"><h1>\(title)</h1>\(mark)</div>
            <dl class="facts">\(facts)\(dues)</dl>\(materials)
            \(trouble)\(sharedNumber)\(duplicates)\(reveal)<p class="quiet">凭办件编号和查询码可在任一站点查询进度。\
            打印于 \(status.clock.minuteText)，\(status.name)。</p><p class="seal">（盖章）</p></section>
            """
    }

    /// In full after it was asked for; else masked.
    private var shown: Person { person ?? sheet.shown }

    /// Why nothing is shown of a person, in a sentence.
    private var trouble: HTMLText {
        switch sheet.person {
        case .absent where sheet.isErased:
            "<p class=\"notice\">个人信息已按规定清除，各节点均已销毁。</p>"
        case .known, .absent: .empty
        case .locked:
            "<p class=\"notice\">个人信息已加密，本节点没有密钥：不在此办件的知悉范围内，或密钥尚未送达。</p>"
        case .damaged:
            "<p class=\"notice\">个人信息的密文已损坏，无法解密。请从上级或备份恢复，并运行 verify。</p>"
        }
    }

    /// Two images of one disk gave a number twice: both count, and the 查询码 tells them apart.
    private var sharedNumber: HTMLText {
        guard sheet.sharesNumber else { return .empty }
        return """
            <p class="notice">重号：另有一件办件也是此编号（整盘副本同时收件所致），两件都有效。\
            请凭查询码 <code>\(sheet.queryCode)</code> 分辨。</p>
            """
    }

    /// A person looks and keeps the earlier one (DOMAIN §3.8); nothing is concluded here.
    private var duplicates: HTMLText {
        guard !twins.isEmpty else { return .empty }
        let links = twins.map { twin -> HTMLText in
            """
            <li><a href="/cases/\(URLText.segment(twin.address))"><code>\(twin.number)</code></a> \
            \(names.name(twin.station)) \(twin.receivedAt.minuteText)</li>
            """
        }
        return """
            <div class="notice screen"><p>疑似重复：同一申请人的同一事项还有未办结的办件，请核对后保留较早的一件。</p>\
            <ul>\(links)</ul></div>
            """
    }

    /// One click more, with a reason that the audit keeps.
    private var reveal: HTMLText {
        guard person == nil, case .known = sheet.person, status.viewer.may(.reveal) else {
            return .empty
        }
        return """
            <form class="inline screen" method="post" \
            action="/console/cases/\(URLText.segment(sheet.address))/reveal">\
            \(Page.token(status.viewer))<label>查看完整信息的理由\
            <input name="reason" required maxlength="200" value="打印凭证"></label>\
            <button>显示完整信息</button></form>
            """
    }

    private var dues: HTMLText {
        var facts: [HTMLText] = []
        if let day = clock?.deemedAccepted {
            facts.append(Page.fact("视为受理", text: day.text))
        }
        let limits: [(HTMLText, CaseClock.Due?)] = [
            ("答复期限", clock?.reply), ("承诺办结", clock?.promised), ("法定办结", clock?.legal),
            ("容缺补齐期", clock?.deferral), ("送达期限", clock?.delivery),
            ("事后核查期", clock?.verification),
        ]
        for (name, due) in limits {
            guard let due else { continue }
            facts.append(Page.fact(name, text: due.words))
        }
        if let days = clock?.course.extended, days > 0 {
            facts.append(Page.fact("延期", text: "已批准延长 \(days) 个工作日"))
        }
        if !sheet.deferred.isEmpty {
            facts.append(Page.fact("容缺", text: sheet.deferred.joined(separator: "、")))
        }
        if clock?.isPaused == true { facts.append(Page.fact("时限", text: "暂停计算")) }
        if let light {
            facts.append(Page.fact("亮灯", Page.mark(light.name, light.tone)))
        }
        let originals = sheet.originals
        if !originals.isEmpty {
            let isOver = CaseStatus(rawValue: sheet.status)?.isFinal ?? false
            let words = originals.joined(separator: "、") + (isOver ? "，尚未退还" : "")
            facts.append(Page.fact("在册原件", text: words))
        }
        if let outcome = sheet.outcome {
            facts.append(Page.fact("决定", text: CaseWords.outcome(outcome)))
        }
        return HTMLText(facts)
    }

    private var materials: HTMLText {
        let standing = sheet.standing
        guard !standing.isEmpty else { return .empty }
        let rows = standing.map { material -> HTMLText in
            let name = item?.materialName(material.code, version: sheet.itemVersion)
            let mark: HTMLText = material.isPresent ? "☑" : "☐"
            let word = material.isPresent ? material.word : "未交"
            let tone: HTMLText = material.isPresent ? "done" : "waiting"
            let how: HTMLText = word.isEmpty ? .empty : " \(Page.mark(word, tone))"
            return "<li>\(mark) \(name ?? material.code)\(how)</li>"
        }
        let place = URLText.segment(sheet.address)
        return """
            <h2>申请材料</h2><ul class="materials">\(rows)</ul>\
            <p class="screen"><a class="button" href="/catalog/materials?code=\(place)">\
            材料、扫描件与可信等级</a></p>
            """
    }

    /// 到达情况, by each place's own word.
    private var arrival: HTMLText {
        guard let delivery else { return .empty }
        return DeliveryCard(delivery: delivery, status: status).html
    }

    /// Each as a page of its own, to be printed.
    private var documents: HTMLText {
        guard !papers.isEmpty else { return .empty }
        let links = papers.suffix(Limits.pageRowsMax).map { entry -> HTMLText in
            let place = "/cases/\(URLText.segment(sheet.address))/papers/\(entry.name.text)"
            return "<li><a href=\"\(place)\">\(entry.name.kind.title)</a> \(entry.moment)</li>"
        }
        return "<section class=\"card\"><h2>文书</h2><ul>\(links)</ul></section>"
    }

    // MARK: who has it, and what happened

    private var custody: HTMLText {
        """
        <section class="card"><h2>现由谁负责</h2>\
        <p class="holder">\(CaseRow.custody(sheet, names))</p></section>
        """
    }

    /// 首问责任人, and who answers for it now.
    private var asked: HTMLText {
        guard let rows = duty?.sections.first?.rows else { return .empty }
        let facts = rows.map { row -> HTMLText in
            Page.fact("\(row.first ?? "")", text: row.dropFirst().joined(separator: " "))
        }
        let place = URLText.segment(sheet.address)
        return """
            <section class="card"><h2>首问负责</h2><dl class="facts">\(facts)</dl>\
            <p><a class="button" href="/board/duty?code=\(place)">交接经过</a></p></section>
            """
    }

    /// 版本滞后, 时限变更, 待裁定, 越权: only where there is something of it.
    private var bound: HTMLText {
        guard let notes = binding?.sections.first(where: { $0.heading == "提示" }) else {
            return .empty
        }
        let id = sheet.document.key.id.hex
        let rows = notes.rows.map { row -> HTMLText in
            "<tr><td>\(row.first ?? "")<td>\(row.dropFirst().joined(separator: " "))</tr>"
        }
        let paper: HTMLText =
            binding?.data["printedDays"] == nil || clock?.promised == nil
            ? .empty : "<a class=\"button\" href=\"/catalog/terms?code=\(id)\">时限变更告知书</a> "
        return """
            <section class="card"><h2>目录与本件</h2><table><tbody>\(rows)</tbody></table>
            <p>\(paper)<a class="button" href="/catalog/binding?code=\(id)">版本依据</a></p></section>
            """
    }

    private var history: HTMLText {
        let rows = sheet.events.suffix(Limits.pageRowsMax).map { event -> HTMLText in
            let verdict = CaseWords.verdict(event.status)
            let mark: HTMLText = verdict.isEmpty ? .empty : Page.mark(verdict, "bad")
            let outcome = event.outcome.map { "：" + CaseWords.outcome($0) } ?? ""
            let written = words[event.hash].map { "<br><small>\($0)</small>" as HTMLText }
            return """
                <li><time>\(event.moment.minuteText)</time><span>\
                \(CaseWords.kind(event.kind))\(outcome) \(mark)\(written ?? .empty)</span>\
                <small>\(names.name(id: event.region))\(who(event))</small></li>
                """
        }
        return """
            <section class="card"><h2>经过</h2><ol class="events">\(rows)</ol></section>
            """
    }

    /// By name, where this place knows the account.
    private func who(_ event: CaseSheet.Event) -> String {
        let name = event.author.flatMap { duty?.data["people"]?[$0]?.text }
        return name.map { " " + $0 } ?? ""
    }

    /// 12 region + 8 date + 5 serial + 1 check: with gaps, people copy it without a slip.
    private static func grouped(_ number: String) -> HTMLText {
        guard number.utf8.count == 26 else { return HTMLText(text: number) }
        let digits = Array(number)
        let parts = [0..<6, 6..<12, 12..<20, 20..<26].map { String(digits[$0]) }
        return HTMLText(parts.map { "<span>\($0)</span>" })
    }
}

extension WorkCalendar.DueDate {
    /// The day, or why it is not known.
    fileprivate var words: String {
        switch self {
        case .date(let date): date.text
        case .calendarMissing(let year): "缺 \(year) 年节假日安排"
        }
    }
}

extension CaseClock.Light {
    /// The mark's tone on a page.
    fileprivate var tone: HTMLText {
        switch self {
        case .blue: "going"
        case .yellow: "waiting"
        case .red: "bad"
        }
    }
}
