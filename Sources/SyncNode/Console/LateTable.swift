import Account
package import Base

/// What came behind the end of a node or an account: it is stored and void until somebody above
/// has looked at it and says that it counts (PROTOCOL I25).
package struct LateTable: Sendable {
    private let list: JSON
    private let token: HTMLText
    private let mayAdopt: Bool
    private let seesCases: Bool
    /// What is about to be adopted: a row's id, or `all`.
    private let chosen: String?

    /// - Parameters:
    ///   - list: {ended: […], count, late: […]}.
    ///   - mayAdopt: Whether the viewer may say that something counts.
    ///   - seesCases: Whether the viewer may look at a case.
    ///   - chosen: The row that is looked at, by its id; `all` for all that wait.
    package init(
        _ list: JSON, token: HTMLText, mayAdopt: Bool, seesCases: Bool, chosen: String?
    ) {
        self.list = list
        self.token = token
        self.mayAdopt = mayAdopt
        self.seesCases = seesCases
        self.chosen = chosen
    }

    private var rows: [JSON] { list["late"]?.array ?? [] }

    private var waiting: [JSON] { rows.filter { $0["adopted"]?.bool != true } }

    private static func text(_ row: JSON, _ name: String) -> String {
        guard let text = row[name]?.text, !text.isEmpty else { return "—" }
        return text
    }

    private static func moment(_ row: JSON) -> String {
        let text = Self.text(row, "time")
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }

    /// Why a node was ended, as people say it.
    private static func ending(_ reason: String) -> String {
        switch reason {
        case "stolen": "机器被盗"
        case "lost": "机器遗失"
        case "replaced": "机器已替换"
        case "retired": "节点已撤销"
        case "account": "账户已停用"
        default: reason
        }
    }

    private static func act(_ row: JSON) -> String {
        let kind = text(row, "kind")
        return Act(rawValue: "case." + kind)?.name ?? AuditTable.title(kind)
    }

    private static func who(_ row: JSON) -> HTMLText {
        let login = text(row, "login")
        let name = row["person"]?.text ?? ""
        guard login != "—" else { return "节点自身" }
        return name.isEmpty
            ? "<code>\(login)</code>" : "\(name)<br><code class=\"quiet\">\(login)</code>"
    }

    private static func place(_ row: JSON) -> HTMLText {
        "\(text(row, "name"))<br><code class=\"quiet\">\(text(row, "region"))</code>"
    }

    private func number(_ row: JSON) -> HTMLText {
        let number = Self.text(row, "number")
        guard seesCases, number != "—" else { return "<code>\(number)</code>" }
        return "<a href=\"/cases/\(number)\"><code>\(number)</code></a>"
    }

    private func line(_ row: JSON) -> HTMLText {
        let id = Self.text(row, "id")
        let isAdopted = row["adopted"]?.bool == true
        let mark: HTMLText =
            isAdopted
            ? "<span class=\"mark done\">已认可</span>"
            : "<span class=\"mark waiting\">无效，待认可</span>"
        let way: HTMLText =
            mayAdopt && !isAdopted ? " <a class=\"button\" href=\"/late?id=\(id)\">核对</a>" : .empty
        return """
            <tr><td>\(Self.act(row))<br>\(number(row))
            <td data-l="何人">\(Self.who(row))
            <td data-l="何处">\(Self.place(row))
            <td data-l="作者所记时间"><time>\(Self.moment(row))</time>
            <td data-l="为何无效">\(Self.ending(Self.text(row, "reason")))
            <td data-l="现状">\(mark)\(way)</tr>
            """
    }

    private var ended: HTMLText {
        let lines = (list["ended"]?.array ?? []).map { row -> HTMLText in
            """
            <tr><td>\(Self.place(row))<td data-l="机器">\
            <code>\(String(Self.text(row, "node").prefix(8)))</code>
            <td data-l="原因">\(Self.ending(Self.text(row, "reason")))</tr>
            """
        }
        guard !lines.isEmpty else { return "<p class=\"quiet\">没有吊销过节点。</p>" }
        return """
            <div class="scroll"><table class="stack"><thead><tr><th>地方<th>机器<th>原因</thead>\
            <tbody>\(lines)</tbody></table></div>
            """
    }

    private var table: HTMLText {
        guard !rows.isEmpty else { return "<p>没有迟到的记录。</p>" }
        let count = list["count"]?.int ?? 0
        let more: HTMLText =
            count > rows.count
            ? "<p class=\"quiet\">共 \(String(count)) 条，只列前 \(rows.count) 条。</p>" : .empty
        let all: HTMLText =
            mayAdopt && waiting.count > 1
            ? "<p><a class=\"button\" href=\"/late?id=all\">全部核对（\(waiting.count) 条）</a></p>"
            : .empty
        return """
            \(all)<div class="scroll"><table class="stack"><thead><tr><th>何事<th>何人<th>何处\
            <th>作者所记时间<th>为何无效<th>现状</thead><tbody>\(rows.map(line))</tbody></table></div>\(more)
            """
    }

    /// What is about to count, and the form that says so.
    private var confirmation: HTMLText {
        guard mayAdopt, let chosen else { return .empty }
        let found = chosen == "all" ? waiting : waiting.filter { $0["id"]?.text == chosen }
        guard let first = found.first else {
            return "<p class=\"notice\">这条记录已认可，或不在此列。</p>"
        }
        let about: HTMLText =
            found.count > 1
            ? "<p>以下 <strong>\(found.count)</strong> 条待认可的记录将全部生效。</p>"
            : """
            <dl class="facts"><div><dt>何事</dt><dd>\(Self.act(first))</dd></div>\
            <div><dt>办件</dt><dd>\(number(first))</dd></div>\
            <div><dt>何人</dt><dd>\(Self.who(first))</dd></div>\
            <div><dt>何处</dt><dd>\(Self.place(first))</dd></div>\
            <div><dt>作者所记时间</dt><dd>\(Self.moment(first))</dd></div>\
            <div><dt>为何无效</dt><dd>\(Self.ending(Self.text(first, "reason")))</dd></div></dl>
            """
        return """
            <section class="card narrow"><h1>认可迟到记录</h1>\(about)
            <p class="quiet">认可后即生效，各级节点照此办理，不能撤回；理由记入审计。时间由作者自己的时钟所记，不作准，\
            请先向本人或纸质材料核实。</p>
            <form method="post" action="/console/late">\(token)\
            <input type="hidden" name="id" value="\(chosen)">
            <label>理由<input name="reason" required maxlength="200" autocomplete="off"></label>
            <label><input type="checkbox" name="confirmed" value="yes" required>已核对，确系本人所办</label>
            <button class="main">认可，使其生效</button> <a class="button" href="/late">返回</a></form>
            </section>
            """
    }

    /// The page's body.
    package var html: HTMLText {
        """
        \(confirmation)<section class="card"><h1>迟到记录</h1>
        <p class="quiet">节点吊销、账户停用之后才到达的记录：已存盘，一律无效，直到上级核对后认可。</p>\(table)</section>
        <section class="card"><h2>已吊销的节点</h2>\(ended)</section>
        """
    }
}
