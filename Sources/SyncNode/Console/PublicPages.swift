/// What anyone may see without a session.
package enum PublicPages {
    /// An item in the guide.
    package struct Line: Sendable {
        package let address: String
        package let name: String
        package let code: String

        package init(address: String, name: String, code: String) {
            self.address = address
            self.name = name
            self.code = code
        }
    }

    /// How a case stands, without a name.
    package struct Progress: Sendable {
        package let number: String
        package let status: String
        package let place: String
        package let since: String
        /// 承诺到期; nil where none runs.
        package let due: String?
        /// 时限变更, in a sentence; nil where the receipt's day stands.
        package let change: String?

        package init(
            number: String, status: String, place: String, since: String, due: String? = nil,
            change: String? = nil
        ) {
            self.number = number
            self.status = status
            self.place = place
            self.since = since
            self.due = due
            self.change = change
        }
    }

    /// A window that may be booked, with its free hours.
    package struct Window: Sendable {
        package let name: String
        package let hours: [(value: String, text: String)]

        package init(name: String, hours: [(value: String, text: String)]) {
            self.name = name
            self.hours = hours
        }
    }

    /// 预约 without a session.
    package static func book(_ windows: [Window], key: String) -> HTMLText {
        let groups = windows.filter { !$0.hours.isEmpty }.map { window -> HTMLText in
            let options = window.hours.map { hour -> HTMLText in
                "<option value=\"\(hour.value)\">\(hour.text)</option>"
            }
            return "<optgroup label=\"\(window.name)\">\(options)</optgroup>"
        }
        guard !groups.isEmpty else {
            return """
                <section class="card narrow"><h1>预约</h1><p>近期没有可约的时段，请直接到窗口办理。</p>\
                <p><a href="/guide">办事指南</a></p></section>
                """
        }
        return """
            <section class="card narrow"><h1>预约</h1><p class="quiet">本站的时段当场确认；其他地方的为待确认，\
            由其确认或改约。到场请报预约编号。</p><form method="post" action="/book">\
            <input type="hidden" name="key" value="\(key)">\
            <label>时段<select name="hour" required><option value="">请选择</option>\(groups)\
            </select></label>\
            <label>姓名<input name="applicant" required maxlength="60" autocomplete="name"></label>\
            <label>联系电话<input name="phone" required maxlength="20" inputmode="tel" \
            autocomplete="tel"></label>\
            <label>事项编码（可不填）<input name="item" maxlength="64" autocomplete="off"></label>\
            <button class="main">预约</button></form>\
            <p><a href="/booking">查询、取消、改约</a></p></section>
            """
    }

    /// What only who booked knows.
    package static func ownBooking(_ number: String) -> HTMLText {
        """
        <section class="card narrow"><h1>我的预约</h1>\
        <p class="quiet">可查询、取消、改约；断网时在登记的站点照常办理，对方的窗口为待确认。</p>\
        <form method="post" action="/booking">\
        <label>预约编号<input name="number" required maxlength="32" autocomplete="off" \
        placeholder="Y370124000000-260924-000000" value="\(number)"></label>\
        <label>联系电话后四位<input name="last" required maxlength="4" inputmode="numeric" \
        autocomplete="off"></label>\
        <button class="main">查询</button></form></section>
        """
    }

    /// One, with what may be done about it.
    ///
    /// - Parameter elsewhere: Whose hours they are, where not this place's.
    package static func ownBooking(
        _ number: String, _ last: String, facts: [[String]],
        hours: [(value: String, text: String)], mayCancel: Bool, mayAsk: Bool, elsewhere: String?,
        key: String
    ) -> HTMLText {
        let rows = facts.map { cells -> HTMLText in
            "<div><dt>\(cells.first ?? "")</dt><dd>\(cells.last ?? "")</dd></div>"
        }
        func form(_ act: String, _ title: String, _ fields: HTMLText) -> HTMLText {
            """
            <form method="post" action="/booking"><h2>\(title)</h2>\
            <input type="hidden" name="number" value="\(number)">\
            <input type="hidden" name="last" value="\(last)">\
            <input type="hidden" name="act" value="\(act)">\
            <input type="hidden" name="key" value="\(key)">\(fields)\
            <button>\(title)</button></form>
            """
        }
        let options = hours.map { hour -> HTMLText in
            "<option value=\"\(hour.value)\">\(hour.text)</option>"
        }
        var forms: [HTMLText] = []
        if mayAsk, !options.isEmpty {
            forms.append(
                form(
                    "ask", "改约",
                    """
                    <label>时段<select name="hour" required><option value="">请选择</option>\
                    \(options)</select></label>
                    """))
        }
        if mayCancel { forms.append(form("cancel", "取消预约", .empty)) }
        let acts: HTMLText =
            forms.isEmpty
            ? "<p class=\"quiet\">在这里不能再取消或改约；有疑问请致电窗口。</p>"
            : "<div class=\"acts\">\(forms)</div>"
        let note: HTMLText =
            elsewhere.map {
                "<p class=\"quiet\">号源归\($0)：在此改约为待确认，原时段保留到其答复。</p>"
            } ?? .empty
        return """
            <section class="card narrow"><h1>我的预约</h1><dl class="facts">\
            <div><dt>预约编号</dt><dd><code>\(number)</code></dd></div>\(rows)</dl>\
            \(note)\(acts)</section>
            """
    }

    /// After it was cancelled or moved.
    package static func bookingChanged(
        number: String, state: String, slot: String, note: String
    ) -> HTMLText {
        let more: HTMLText = note.isEmpty ? .empty : "<p>\(note)</p>"
        return """
            <section class="card narrow"><h1>\(state)</h1><dl class="facts">\
            <div><dt>预约编号</dt><dd><code>\(number)</code></dd></div>\
            <div><dt>时段</dt><dd>\(slot)</dd></div></dl>\(more)\
            <p><a href="/booking?number=\(number)">再查询</a> <a href="/book">另行预约</a></p></section>
            """
    }

    /// After it.
    package static func booked(
        number: String, state: String, slot: String, window: String
    ) -> HTMLText {
        """
        <section class="card narrow"><h1>\(state)</h1><dl class="facts">\
        <div><dt>预约编号</dt><dd><code>\(number)</code></dd></div>\
        <div><dt>时段</dt><dd>\(slot)</dd></div><div><dt>窗口</dt><dd>\(window)</dd></div></dl>\
        <p class="quiet">请记下编号；不能来时请<a href="/booking?number=\(number)">取消或改约</a>，把时段让给别人。</p>\
        </section>
        """
    }

    /// 办事指南.
    package static func guide(_ lines: [Line]) -> HTMLText {
        let list = lines.map { line -> HTMLText in
            """
            <li><a href="\(line.address)">\(line.name)</a> \
            <code class="quiet">\(line.code)</code></li>
            """
        }
        return """
            <section class="card"><h1>办事指南</h1><ul>\(list)</ul>
            <p><a href="/progress">进度查询</a> <a href="/book">预约</a> <a href="/rate">评价</a></p>\
            </section>
            """
    }

    private static func fact(_ name: HTMLText, _ words: String?) -> HTMLText {
        words.map { "<div><dt>\(name)</dt><dd>\($0)</dd></div>" } ?? .empty
    }

    /// What a slip has on it.
    private static let slip: HTMLText = """
        <label>办件编号（26 位）<input name="number" required maxlength="26" \
        inputmode="numeric" autocomplete="off"></label>
        <label>查询码<input name="query" required maxlength="6" inputmode="numeric" \
        autocomplete="off"></label>
        <label>证件号码后四位<input name="last" required maxlength="4" \
        autocomplete="off"></label>
        """

    /// 好差评: five grades (GB/T 39734-2020), without a session.
    package static var rate: HTMLText {
        let grades = [(5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意")]
            .map { grade, name -> HTMLText in
                """
                <label><input type="radio" name="grade" value="\(grade)" required> \(name)</label>
                """
            }
        return """
            <section class="card narrow"><h1>评价本次服务</h1><p class="quiet">一事一评；办结后 5 个工作日内\
            评价。不留姓名，不足三份不显示；选择实名的，差评有专人回访。</p>
            <form method="post" action="/rate">\(slip)\
            <fieldset><legend>评价</legend>\(grades)</fieldset>
            <label>意见（可不填）<input name="note" maxlength="500"></label>
            <label><input type="checkbox" name="named" value="yes"> 实名，愿意接受回访</label>
            <button class="main">提交评价</button></form></section>
            """
    }

    /// After it.
    package static let rated: HTMLText = """
        <section class="card narrow"><h1>已收到您的评价</h1><p>谢谢。差评将由专人核实、整改并反馈。</p>
        <p><a href="/progress">进度查询</a></p></section>
        """

    /// 进度查询: the form, and what was found.
    package static func progress(_ found: Progress?) -> HTMLText {
        let answer: HTMLText =
            found.map {
                """
                <section class="card narrow"><h2>\($0.status)</h2>
                <dl class="facts"><div><dt>办件编号</dt><dd><code>\($0.number)</code></dd></div>
                <div><dt>收件时间</dt><dd>\($0.since)</dd></div>
                <div><dt>现由谁负责</dt><dd>\($0.place)</dd></div>\
                \(fact("承诺办结", $0.due))\(fact("时限变更", $0.change))</dl></section>
                """
            } ?? .empty
        return """
            \(answer)<section class="card narrow"><h1>进度查询</h1>
            <form method="post" action="/progress">\(slip)
            <button class="main">查询</button></form></section>
            """
    }
}
