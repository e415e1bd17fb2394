import Base
import Console
import Domain
import HTTP
import Paper

/// The form with which an application is received: first the item, then its materials.
struct ReceivePage {
    let status: NodeStatus
    /// Those that may be applied for.
    let items: [ItemSheet]
    /// The chosen one.
    let chosen: ItemSheet?

    var response: HTTPResponse {
        Page.response("收件登记", status, "\(choice)\(form)")
    }

    private var choice: HTMLText {
        let options = items.map { item -> HTMLText in
            let isChosen: HTMLText = item.code == chosen?.code ? " selected" : .empty
            return "<option value=\"\(item.code)\"\(isChosen)>\(item.name)</option>"
        }
        return """
            <section class="card narrow"><h1>收件登记</h1>
            <form method="get" action="/receive" class="inline"><label>事项\
            <select name="item">\(options)</select></label><button>选定</button></form></section>
            """
    }

    private var form: HTMLText {
        guard let chosen, let elements = chosen.current?.elements else { return .empty }
        let boxes = elements.materials.map { material -> HTMLText in
            let need: HTMLText =
                material.isDeferrable ? " <small>可容缺</small>" : .empty
            return """
                <label class="box"><input type="checkbox" name="material" value="\(material.code)">\
                \(material.name)\(need)</label>\
                <input type="hidden" name="listed" value="\(material.code)">
                """
        }
        return """
            <section class="card narrow"><h2>\(chosen.name) v\(chosen.current?.number ?? 0)</h2>
            <form method="post" action="/console/cases">
            <input type="hidden" name="item" value="\(chosen.code)">
            <input type="hidden" name="version" value="\(chosen.current?.number ?? 0)">
            \(Page.token(status.viewer))
            <label>申请人<input name="applicant" required maxlength="60" autocomplete="off"></label>
            <label>证件号码<input name="idNumber" maxlength="18" autocomplete="off"></label>
            <label>联系电话\
            <input name="phone" maxlength="20" autocomplete="off" inputmode="tel"></label>
            <label>联系地址<input name="address" maxlength="200" autocomplete="off"></label>
            <fieldset><legend>收到的材料</legend>\(boxes)</fieldset>
            <label>办理方式<select name="stage"><option value="">收件</option>\
            <option value="precheck">预审（不产生法律效力）</option>\
            <option value="agent">代办登记（由受理方签收后收件）</option></select></label>
            <button class="main">收件并出凭证</button></form></section>
            """
    }
}

/// What a search found.
struct SearchPage {
    let status: NodeStatus
    let words: String
    let items: [ItemSheet]
    let cases: [CaseSheet]
    let names: PlaceNames
    /// What the knowledge says.
    var answers: [DefinitionState] = []

    /// 知识库; where nothing was found at all, the question can be reported.
    private var knowledge: HTMLText {
        let rows = answers.map { entry -> HTMLText in
            let body = entry.body
            return """
                <dt>\(body["question"]?.text ?? "")</dt><dd>\(body["answer"]?.text ?? "")</dd>
                """
        }
        if !rows.isEmpty { return "<h2>知识库</h2><dl>\(rows)</dl>" }
        guard items.isEmpty, cases.isEmpty, !words.isEmpty else { return .empty }
        return """
            <form class="inline" method="post" action="/console/catalog">\
            \(Page.token(status.viewer))<input type="hidden" name="command" value="knowledge.ask">\
            <label>上报为答不上的问题（不写个人信息）<input name="question" required maxlength="120" \
            value="\(words)"></label><button>上报</button></form>
            """
    }

    var response: HTTPResponse {
        let itemRows = items.map { item -> HTMLText in
            "<li><a href=\"/items/\(URLText.segment(item.code))\">\(item.name)</a> "
                + "<code class=\"quiet\">\(item.code)</code></li>"
        }
        let caseRows = cases.map { CaseRow.html($0, names, items) }
        let nothing: HTMLText =
            items.isEmpty && cases.isEmpty && answers.isEmpty
            ? "<p class=\"quiet\">没有找到。</p>" : .empty
        let list: HTMLText = itemRows.isEmpty ? .empty : "<ul>\(itemRows)</ul>"
        let table = caseRows.isEmpty ? .empty : CaseRow.table(caseRows)
        return Page.response(
            "检索 " + words, status,
            "<section class=\"card\"><h1>检索：\(words)</h1>\(nothing)\(list)\(table)"
                + "\(knowledge)</section>")
    }
}

/// Scopes with their vectors.
struct ScopesPage {
    let status: NodeStatus
    let scopes: [ScopeStatus]
    /// Where the next page begins; nil on the last.
    let next: ScopeID?

    /// Chains shown of one scope; the whole vector is in the API.
    private static let headsMax = 12

    var response: HTTPResponse {
        let more: HTMLText =
            next.map { "<p><a href=\"/scopes?cursor=\($0.hex)\">下一页</a></p>" } ?? .empty
        return Page.response(
            "范围与版本向量", status,
            """
            <section class="card"><h1>范围与版本向量</h1><div class="scroll"><table><thead><tr><th>范围\
            <th class="n">变更<th>版本向量（写者 : 序号 · 链头）</thead><tbody>\(scopes.map(row))</tbody>\
            </table></div>\(more)</section>
            """)
    }

    private func row(_ scope: ScopeStatus) -> HTMLText {
        let heads = scope.vector.prefix(Self.headsMax).map { head -> HTMLText in
            """
            <span class="head"><code>\(String(head.actor.hex.prefix(8)))</code> : \
            \(Int(head.seq.rawValue)) · \(Page.digest(head.hash.hex))</span>
            """
        }
        let rest = scope.vector.count - heads.count
        let more: HTMLText = rest > 0 ? "<span class=\"quiet\">另 \(rest) 条链</span>" : .empty
        return """
            <tr><td>\(scope.title)<br><code class="quiet">\(scope.id.hex)</code>
            <td class="n">\(scope.changes)<td class="wide">\(heads)\(more)</tr>
            """
    }
}

/// 到达情况 of a case: what each place says, why the rest has not come, and until when it must.
struct DeliveryCard {
    let delivery: Delivery
    let status: NodeStatus

    var html: HTMLText {
        let steps = delivery.steps.map { step -> HTMLText in
            let since = step.since.map { " 自 " + Instant(millis: $0).minuteText } ?? ""
            let mark = Page.mark(step.word, step.missing == 0 ? "done" : "waiting")
            return "<li>\(mark) \(step.region.name)\(since)</li>"
        }
        var hand: HTMLText = .empty
        if let last = delivery.hand {
            let reason = last.reason.isEmpty ? "" : "：" + last.reason
            hand = """
                <p>\(last.word) \(last.region?.name ?? "")\(reason) \
                <small>\(Instant(millis: last.time).minuteText)</small></p>
                """
        }
        let why: HTMLText = delivery.unsent > 0 ? Self.why(status) : .empty
        let until: HTMLText =
            delivery.onlineBy.map {
                "<p class=\"notice\">须在 \($0.text) 前联网，否则误期。</p>"
            } ?? .empty
        return """
            <section class="card"><h2>到达情况</h2><ul class="materials">\(steps)</ul>\
            \(hand)\(why)\(until)\(times)</section>
            """
    }

    /// Each event with 业务时间, 记录时间 and 入库时间 above.
    private var times: HTMLText {
        guard let first = delivery.events.first, !first.stored.isEmpty else { return .empty }
        let heads = first.stored.map { place -> HTMLText in "<th>\(place.region.name)入库" }
        let rows = delivery.events.map { line -> HTMLText in
            let cells = line.stored.map { place -> HTMLText in
                "<td>\(place.time.map { Instant(millis: $0).minuteText } ?? "—")"
            }
            return """
                <tr><td>\(CaseWords.kind(line.kind))<td>\(Instant(millis: line.at).minuteText)\
                <td>\(Instant(millis: line.recorded).minuteText)\(cells)</tr>
                """
        }
        return """
            <details><summary>各环节的时间</summary><div class="scroll"><table><thead><tr>\
            <th>环节<th>业务时间<th>记录时间\(heads)</thead><tbody>\(rows)</tbody></table></div></details>
            """
    }

    /// Why something has not gone up: the link's own word.
    static func why(_ status: NodeStatus) -> HTMLText {
        guard let parent = status.peers.first(where: \.isParent) else { return .empty }
        let last = parent.lastContact?.minuteText ?? "从未"
        let error = parent.lastError.map { "，\($0)" } ?? ""
        return """
            <p class="quiet">与上级 \(parent.name) 的链路：\(parent.state.word)，\
            最近联系 \(last)\(error)</p>
            """
    }
}

/// An urlencoded form, read once and bounded (WHATWG URL §5.1, read strictly: a cut escape or
/// text that is not UTF-8 is refused instead of being mended).
struct FormBody: Hashable, Sendable {
    /// Name and value, in order.
    private let fields: [Field]

    private struct Field: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// Fields that were read elsewhere.
    init(fields: [(name: String, value: String)]) {
        self.fields = fields.map { Field(name: $0.name, value: $0.value) }
    }

    /// - Parameter isWhole: Whether it holds all of an item: such a form may be longer.
    /// - Throws: 400 where it is malformed, 413 where it is too long, 422 for a field that is.
    init(_ bytes: [UInt8], isWhole: Bool = false) throws(Problem) {
        guard bytes.count <= (isWhole ? Limits.editFormBytesMax : Limits.formBytesMax) else {
            throw Problem(413, "form-too-long", "表单过长")
        }
        var fields: [Field] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.count
            if end > start {
                let most = isWhole ? Limits.editFieldsMax : Limits.formFieldsMax
                guard fields.count < most else {
                    throw Problem(413, "form-too-many-fields", "表单字段过多")
                }
                fields.append(try Self.field(bytes, start, end))
            }
            start = end + 1
        }
        self.fields = fields
    }

    /// The first value of a field, without space around it; nil where it is absent or empty.
    func text(_ name: String) -> String? {
        guard let field = fields.first(where: { $0.name == name }) else { return nil }
        let value = Self.trimmed(field.value)
        return value.isEmpty ? nil : value
    }

    /// All values of a field, in order.
    func texts(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    /// All fields, in order.
    var all: [(name: String, value: String)] { fields.map { ($0.name, $0.value) } }

    /// All fields, in order: what a repeated form is known by.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            bytes.append(contentsOf: field.name.utf8)
            bytes.append(0)
            bytes.append(contentsOf: field.value.utf8)
            bytes.append(0)
        }
        return bytes
    }

    private static func field(
        _ bytes: [UInt8], _ start: Int, _ end: Int
    ) throws(Problem) -> Field {
        let equal = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")) ?? end
        let name = try decode(bytes, start, equal)
        let value = try decode(bytes, min(equal + 1, end), end)
        guard name.utf8.count <= Limits.formNameBytesMax else {
            throw .invalid("form-name-too-long", "表单字段名过长")
        }
        guard value.utf8.count <= Limits.formValueBytesMax else {
            throw .invalid("form-value-too-long", "所填内容过长", field: name)
        }
        return Field(name: name, value: value)
    }

    private static func decode(
        _ bytes: [UInt8], _ start: Int, _ end: Int
    ) throws(Problem) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(end - start)
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < end, let high = nibble(bytes[index + 1]),
                    let low = nibble(bytes[index + 2])
                else { throw malformed }
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self),
            decoded.allSatisfy({ $0 >= 0x20 || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 })
        else { throw malformed }
        return text
    }

    private static var malformed: Problem { Problem(400, "form-malformed", "表单内容残缺或编码有误") }

    private static func nibble(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x61...0x66: character - 0x61 + 10
        case 0x41...0x46: character - 0x41 + 10
        default: nil
        }
    }

    private static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
