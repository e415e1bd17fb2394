import Account
import Base
import Console
import Domain
import HTTP

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
