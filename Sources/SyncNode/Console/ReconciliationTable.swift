package import Base

/// The last 对账 of one place with its parent, as it is shown.
package struct ReconciliationRow: Sendable {
    /// How it stands.
    package enum Standing: String, Sendable {
        /// Both signed the same digests.
        case equal
        case differs
        /// The parent has not answered the last statement.
        case waiting
        /// Nothing was stated yet.
        case none
    }

    package let code: String
    package let name: String
    package let standing: Standing
    /// `2026-11-21`; nil where nothing was stated yet.
    package let day: String?
    /// When it was stated, and when answered: RFC 3339.
    package let stated: String?
    package let answered: String?
    package let scopes: Int
    /// Scopes whose digests differ.
    package let differing: [String]

    package init(
        code: String, name: String, standing: Standing, day: String?, stated: String?,
        answered: String?, scopes: Int, differing: [String]
    ) {
        self.code = code
        self.name = name
        self.standing = standing
        self.day = day
        self.stated = stated
        self.answered = answered
        self.scopes = scopes
        self.differing = differing
    }

    /// As `GET /api/v1/reconciliations` gives it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("region", code)
            object.field("name", name)
            object.field("standing", standing.rawValue)
            object.field("day", day.map(JSON.text) ?? .null)
            object.field("stated", stated.map(JSON.text) ?? .null)
            object.field("answered", answered.map(JSON.text) ?? .null)
            object.field("scopes", scopes)
            object.array("differing") { array in for scope in differing { array.value(scope) } }
        }
    }
}

/// The page of 对账: with whom, when, and whether both hold the same.
package struct ReconciliationTable: Sendable {
    private let rows: [ReconciliationRow]

    package init(_ rows: [ReconciliationRow]) { self.rows = rows }

    private static func mark(_ row: ReconciliationRow) -> HTMLText {
        switch row.standing {
        case .equal: "<span class=\"mark done\">一致</span>"
        case .differs: "<span class=\"mark bad\">不一致</span>"
        case .waiting: "<span class=\"mark waiting\">待上级答复</span>"
        case .none: "<span class=\"mark\">尚未对账</span>"
        }
    }

    private static func shown(_ moment: String?) -> String {
        moment.map { $0.prefix(10) + " " + $0.dropFirst(11).prefix(5) } ?? "—"
    }

    /// The page's body.
    package var html: HTMLText {
        let lines = rows.map { row -> HTMLText in
            let differing = row.differing.map { "<code>\($0)</code> " as HTMLText }
            return """
                <tr><td>\(row.name)<br><code class="quiet">\(row.code)</code>
                <td data-l="结果">\(Self.mark(row))
                <td data-l="对账日">\(row.day ?? "—")
                <td data-l="本站陈述">\(Self.shown(row.stated))
                <td data-l="上级答复">\(Self.shown(row.answered))
                <td data-l="范围">\(row.scopes)
                <td class="wide" data-l="不一致的范围">\(differing)</tr>
                """
        }
        let body: HTMLText =
            rows.isEmpty
            ? "<p class=\"quiet\">还没有对账：每个下级每天与上级对账一次。</p>"
            : """
            <div class="scroll"><table class="stack"><thead><tr><th>站点<th>结果<th>对账日\
            <th>本站陈述<th>上级答复<th>范围<th>不一致的范围</thead><tbody>\(lines)</tbody></table></div>
            """
        return """
            <section class="card"><h1>对账</h1>
            <p class="quiet">每天一次：下级对每个共有范围签出一个摘要，上级就同样的链头签出自己的。\
            不一致时请在两边执行 “syncnode verify”。历次结果见审计，动作选“对账”。</p>\(body)</section>
            """
    }
}
