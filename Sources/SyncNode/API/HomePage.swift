import Account
import Base
import Console
import Domain
import HTTP

/// The first page: who I am, how the links stand, what is in force, what is being handled.
struct HomePage {
    let status: NodeStatus
    let items: [ItemSheet]
    /// Further items that the cases are about.
    var named: [ItemSheet] = []
    /// By the code of its item.
    let rollouts: [Rollout]
    let cases: [CaseSheet]
    let names: PlaceNames

    var response: HTTPResponse {
        let machine = isTechnical ? identity + links : .empty
        // Whoever works on cases finds them first; whoever looks after the machine, the machine.
        return Page.response(
            status.name, status,
            isClerk
                ? "\(caseTable)\(itemTable)\(machine)" : "\(machine)\(itemTable)\(caseTable)")
    }

    private var isClerk: Bool {
        status.viewer.kind == .account && status.viewer.may(.viewCases)
    }

    private var isTechnical: Bool { status.viewer.may(.viewNode) }

    // MARK: who and how

    /// How many changes have not gone up, and for who sees cases which.
    private var unsent: HTMLText {
        status.viewer.may(.viewCases)
            ? "<a href=\"/unsent\"><b>\(status.unsent)</b> 条</a>" : "<b>\(status.unsent)</b> 条"
    }

    private var identity: HTMLText {
        var facts = [
            Page.fact("区划", "\(status.name) <code>\(status.region.text)</code>"),
            Page.fact("层级", text: Self.levelName(status.level)),
            Page.fact("节点", Page.digest(status.nodeID.hex)),
            Page.fact("化身", Page.digest(status.incarnation.hex)),
            Page.fact("承载根", Page.digest(status.carryRoot.hex)),
            Page.fact("变更 / 范围", "\(status.changes) / <a href=\"/scopes\">\(status.scopes)</a>"),
            Page.fact("待上传", status.unsent == 0 ? "无" : unsent),
            Page.fact("磁盘余量", text: Self.size(status.diskFreeBytes)),
            Page.fact("本机时间", text: status.clock.minuteText),
        ]
        if let until = status.certificateUntil {
            let days = status.certificateDaysLeft
            let day = String(until.minuteText.prefix(10))
            facts.append(Page.fact("证书有效至", text: day + "，还有 \(days) 天"))
        }
        if status.blobsWanted > 0 {
            facts.append(Page.fact("待收附件", text: "\(status.blobsWanted)"))
        }
        return """
            <section class="card"><h1>\(status.name)</h1><dl class="facts">\(facts)</dl></section>
            """
    }

    private var links: HTMLText {
        guard !status.peers.isEmpty else {
            return "<section class=\"card\"><h2>链路</h2><p class=\"quiet\">没有对端。</p></section>"
        }
        // Those in trouble first; each group in the order given.
        let troubled = status.peers.filter { $0.state != .online }
        let fine = status.peers.filter { $0.state == .online }
        let rows = (troubled + fine).prefix(Limits.pageRowsMax).map(row)
        let rest = status.peers.count - rows.count
        let more: HTMLText =
            rest > 0 ? "<p class=\"quiet\">另有 \(rest) 个对端，见 /api/v1/peers。</p>" : .empty
        let now: HTMLText =
            status.viewer.may(.sync)
            ? """
            <form method="post" action="/console/sync">\(Page.token(status.viewer))\
            <button>立即同步</button></form>
            """ : .empty
        return """
            <section class="card"><div class="title"><h2>链路</h2>\(now)</div>
            <div class="scroll"><table class="stack"><thead><tr><th>对端<th>状态\
            <th class="n">落后<th class="n">待发<th>最后联系\
            <th>回执<th>最近错误</thead><tbody>\(rows)</tbody></table></div>\(more)</section>
            """
    }

    private func row(_ peer: PeerStatus) -> HTMLText {
        let role: HTMLText = peer.isParent ? " <span class=\"quiet\">上级</span>" : .empty
        let (word, tone): (String, HTMLText) =
            switch peer.state {
            case .online: (peer.state.word, "done")
            case .connecting: (peer.state.word, "waiting")
            case .offline, .refused: (peer.state.word, "bad")
            }
        return """
            <tr><td>\(peer.name)\(role)<br><code class="quiet">\(peer.region.text)</code>
            <td data-l="状态">\(Page.mark(word, tone))
            <td class="n" data-l="落后">\(peer.lagSeconds.map(Self.duration) ?? "—")
            <td class="n" data-l="待发">\(peer.unsent)
            <td data-l="最后联系">\(peer.lastContact.map { $0.minuteText } ?? "—")
            <td data-l="回执">\(Self.receipt(peer))
            <td class="wide" data-l="最近错误">\(trouble(peer))</tr>
            """
    }

    private static func receipt(_ peer: PeerStatus) -> HTMLText {
        guard let behind = peer.receiptBehind else { return "—" }
        let time = peer.receiptTime.map { $0.minuteText } ?? "尚无"
        return behind == 0 ? "\(time)" : "\(time) <small>另有 \(behind) 条</small>"
    }

    /// The last error, then what a person must look at.
    private func trouble(_ peer: PeerStatus) -> HTMLText {
        let error: HTMLText = peer.lastError.map { "\($0)" } ?? (peer.alarms.isEmpty ? "—" : .empty)
        guard !peer.alarms.isEmpty else { return error }
        let lines = peer.alarms.map { alarm -> HTMLText in "<li>\(alarm.text)</li>" }
        return "\(error)<ul class=\"alarms\">\(lines)</ul>"
    }

    // MARK: items

    private var itemTable: HTMLText {
        guard !items.isEmpty else {
            return """
                <section class="card" id="items"><h2>事项</h2><p class="quiet">目录还没有到达。</p></section>
                """
        }
        return """
            <section class="card" id="items"><h2>事项</h2><div class="scroll">\
            <table class="stack"><thead><tr>\
            <th>事项<th>类型<th class="n">版本<th>生效<th>状态<th>到达<th></thead><tbody>\
            \(items.map(row))</tbody></table></div></section>
            """
    }

    private func row(_ item: ItemSheet) -> HTMLText {
        let standing = Page.mark(
            ItemSheet.standingName(item.standing), CaseWords.tone(item.standing))
        let version: HTMLText = item.current.map { "v\($0.number)" } ?? "—"
        let receive: HTMLText =
            item.isOpen && status.viewer.may(.receive)
            ? "<a class=\"button\" href=\"/receive?item=\(URLText.segment(item.code))\">收件</a>"
            : .empty
        return """
            <tr><td><a href="/items/\(URLText.segment(item.code))">\(item.name)</a><br>\
            <code class="quiet">\(item.code)</code>
            <td data-l="类型">\(item.current?.elements?.handling.rawValue ?? "—")
            <td class="n" data-l="版本">\(version)
            <td data-l="生效">\(item.current?.effectiveFrom ?? "—")
            <td data-l="状态">\(standing)<td data-l="到达">\(rollout(item))<td class="n">\(receive)</tr>
            """
    }

    private func rollout(_ item: ItemSheet) -> HTMLText {
        guard let found = rollouts.first(where: { $0.code == item.code }) else { return "—" }
        return RolloutBar.html(found)
    }

    // MARK: cases

    private var caseTable: HTMLText {
        guard status.viewer.may(.viewCases) else { return .empty }
        guard !cases.isEmpty else {
            return """
                <section class="card" id="cases"><h2>办件</h2><p class="quiet">还没有办件。</p></section>
                """
        }
        let rows = cases.map { CaseRow.html($0, names, items + named) }
        return """
            <section class="card" id="cases"><h2>办件</h2>\(CaseRow.table(rows))</section>
            """
    }

    // MARK: words

    static func levelName(_ level: Level) -> String {
        switch level {
        case .province: "省"
        case .city: "市"
        case .county: "县（市、区）"
        case .town: "镇（街道）"
        case .village: "村（社区）"
        }
    }

    static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(seconds) 秒"
        case ..<7200: "\(seconds / 60) 分"
        case ..<172_800: "\(seconds / 3600) 小时"
        default: "\(seconds / 86_400) 天"
        }
    }

    static func size(_ bytes: Int64) -> String {
        let mebibytes = bytes >> 20
        return mebibytes < 10_240 ? "\(mebibytes) MiB" : "\(mebibytes >> 10) GiB"
    }
}

/// How far a version has got, as a number and a bar.
enum RolloutBar {
    static func html(_ rollout: Rollout) -> HTMLText {
        let count = rollout.lines.count
        return """
            <span class="reach"><meter min="0" max="\(max(count, 1))" value="\(rollout.reached)">\
            </meter> \(rollout.reached)/\(count)</span>
            """
    }
}

/// A case in a list: who is responsible now stands beside its state.
enum CaseRow {
    static func table(_ rows: [HTMLText]) -> HTMLText {
        """
        <div class="scroll"><table class="stack"><thead><tr><th>办件编号<th>事项<th>申请人<th>状态<th>现由谁负责\
        <th>收件时间</thead><tbody>\(rows)</tbody></table></div>
        """
    }

    static func html(_ sheet: CaseSheet, _ names: PlaceNames, _ items: [ItemSheet]) -> HTMLText {
        let item = items.first { $0.code == sheet.item }?.name ?? sheet.item
        // Its receipt has not come, or came behind an end and is void.
        let number = sheet.number.isEmpty ? "收件未到或未生效" : sheet.number
        return """
            <tr><td><a href="/cases/\(URLText.segment(sheet.address))">\
            <code>\(number)</code></a><td data-l="事项">\(item)
            <td data-l="申请人">\(sheet.shown.name)
            <td data-l="状态">\
            \(Page.mark(CaseWords.status(sheet.status), CaseWords.tone(sheet.status)))
            <td data-l="现由谁负责">\(custody(sheet, names))
            <td data-l="收件时间">\(sheet.receivedAt.minuteText)</tr>
            """
    }

    /// Who has it, and whether it is on its way.
    static func custody(_ sheet: CaseSheet, _ names: PlaceNames) -> HTMLText {
        var way = ""
        if let target = sheet.offeredTo {
            way = "待 " + names.name(target) + " 签收"
        } else if sheet.isOutgoing {
            way = "县际移交在途"
        }
        let mark: HTMLText = way.isEmpty ? .empty : " \(Page.mark(way, "waiting"))"
        return "\(names.name(sheet.holder))\(mark)"
    }
}

/// One item: its versions, what an applicant brings, and who has it, station by station.
struct ItemPage {
    let status: NodeStatus
    let item: ItemSheet
    let rollout: Rollout?

    var response: HTTPResponse {
        Page.response(item.name, status, "\(facts)\(versions)\(materials)\(stations)")
    }

    private var facts: HTMLText {
        let elements = item.current?.elements
        let standing = Page.mark(
            ItemSheet.standingName(item.standing), CaseWords.tone(item.standing))
        let receive: HTMLText =
            item.isOpen && status.viewer.may(.receive)
            ? "<a class=\"button\" href=\"/receive?item=\(URLText.segment(item.code))\">收件</a>"
            : .empty
        let facts = [
            Page.fact("事项编码", "<code>\(item.code)</code>"),
            Page.fact("状态", standing),
            Page.fact("事项类型", text: elements?.kind ?? "—"),
            Page.fact("办件类型", text: elements?.handling.rawValue ?? "—"),
            Page.fact("法定时限", text: elements.map { "\($0.legalDays) 个工作日" } ?? "—"),
            Page.fact("承诺时限", text: elements.map { "\($0.promisedDays) 个工作日" } ?? "—"),
        ]
        return """
            <section class="card"><div class="title"><h1>\(item.name)</h1>\(receive)</div>
            <dl class="facts">\(facts)</dl><p>\(elements?.conditions ?? "")</p>\
            <p>\(links)</p></section>
            """
    }

    /// The sheets that are made of it.
    private var links: [HTMLText] {
        let sheets = [
            ("guide", "办事指南"), ("notice", "一次告知单"), ("board", "到达看板"), ("impact", "影响范围"),
            ("history", "历史与起草"),
        ]
        let code = URLText.segment(item.code)
        return sheets.map { kind, title -> HTMLText in
            "<a class=\"button\" href=\"/catalog/\(kind)?code=\(code)\">\(title)</a> "
        }
    }

    private var versions: HTMLText {
        let rows = item.versions.prefix(Limits.pageRowsMax).map { version -> HTMLText in
            """
            <tr><td>v\(version.number)<td data-l="生效日期">\(version.effectiveFrom)
            <td data-l="状态">\
            \(Page.mark(ItemSheet.placeName(version.place), CaseWords.tone(version.place)))
            <td class="n" data-l="材料">\(version.elements?.materials.count ?? 0)
            <td class="n" data-l="承诺（工作日）">\(version.elements?.promisedDays ?? 0)</tr>
            """
        }
        return """
            <section class="card"><h2>版本</h2><div class="scroll"><table class="stack">\
            <thead><tr><th>版本<th>生效日期<th>状态<th class="n">材料\
            <th class="n">承诺（工作日）</thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    private var materials: HTMLText {
        let list = item.current?.elements?.materials ?? []
        guard !list.isEmpty else { return .empty }
        let rows = list.map { material -> HTMLText in
            let need = material.isDeferrable ? "可容缺" : material.isRequired ? "必要" : "情形必要"
            return """
                <tr><td><code>\(material.code)</code><td>\(material.name)<td>\(need)</tr>
                """
        }
        return """
            <section class="card"><h2>申请材料</h2><div class="scroll"><table><thead><tr><th>编码<th>名称\
            <th>必要性</thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    private var stations: HTMLText {
        guard let rollout else { return .empty }
        // Those that lack it first: they are what the reader looks for.
        let waiting = rollout.lines.filter { ($0.version ?? 0) < rollout.version }
        let reached = rollout.lines.filter { ($0.version ?? 0) >= rollout.version }
        let rows = (waiting + reached).map { line -> HTMLText in
            let has = (line.version ?? 0) >= rollout.version
            // Seen at a neighbour, and not yet said by it.
            let isSeen = !has && line.knownAt != nil
            let word = has ? "已达" : isSeen ? "已送" : "待达"
            let time = (line.time ?? line.knownAt).map { $0.minuteText } ?? "—"
            let receipt = line.receiptTime.map { " · 回执 " + $0.minuteText } ?? ""
            return """
                <li>\(Page.mark(word, has ? "done" : "waiting")) \(line.name)
                <small>\(line.version.map { "v\($0)" } ?? (isSeen ? "待回执" : "未收到")) · \
                \(time)\(receipt)</small></li>
                """
        }
        return """
            <section class="card"><div class="title"><h2>逐站到达 v\(rollout.version)</h2>\
            \(RolloutBar.html(rollout))</div><ul class="stations">\(rows)</ul></section>
            """
    }
}
