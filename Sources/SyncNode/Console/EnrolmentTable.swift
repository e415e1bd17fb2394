import Account
package import Base

/// The page on which a node takes others in: who waits, which codes are open, whose certificates
/// it signed, and a form for the next code.
package struct EnrolmentTable: Sendable {
    private let list: JSON
    private let token: HTMLText
    /// A code that was just made: shown once, kept nowhere.
    private let code: JSON?

    /// - Parameters:
    ///   - list: {fingerprint, book: {invitations, requests, certificates}}.
    ///   - code: {code, region, name, until} of an invitation that was just made.
    package init(_ list: JSON, token: HTMLText, code: JSON? = nil) {
        self.list = list
        self.token = token
        self.code = code
    }

    private func rows(_ name: String) -> [JSON] { list["book"]?[name]?.array ?? [] }

    private static func text(_ row: JSON, _ name: String) -> String { row[name]?.text ?? "—" }

    private static func moment(_ row: JSON, _ name: String) -> String {
        guard let millis = row[name]?.int else { return "—" }
        let text = Instant(millis: millis).rfc3339
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }

    private func button(_ act: String, _ id: String, _ words: String) -> HTMLText {
        """
        <form class="inline" method="post" action="/console/enrolment">\(token)\
        <input type="hidden" name="act" value="\(act)">\
        <input type="hidden" name="id" value="\(id)">\
        <button>\(words)</button></form>
        """
    }

    private static func table(
        _ heads: [String], _ lines: [HTMLText], _ none: String
    ) -> HTMLText {
        guard !lines.isEmpty else { return "<p class=\"quiet\">\(none)</p>" }
        let head = heads.map { "<th>\($0)" as HTMLText }
        return """
            <div class="scroll"><table class="stack"><thead><tr>\(head)</thead>\
            <tbody>\(lines)</tbody></table></div>
            """
    }

    private static func place(_ row: JSON) -> HTMLText {
        "<td>\(text(row, "name"))<br><code class=\"quiet\">\(text(row, "region"))</code>"
    }

    private var requests: HTMLText {
        let lines = rows("requests").map { row -> HTMLText in
            let id = Self.text(row, "id")
            let acts: HTMLText
            switch row["state"]?.text {
            case "waiting":
                acts = HTMLText([button("approve", id, "同意"), button("refuse", id, "拒绝")])
            case "approved": acts = "已同意，待其再次申请"
            default: acts = "已拒绝"
            }
            return """
                <tr>\(Self.place(row))<td data-l="节点"><code>\(id)</code>
                <td data-l="申请时间">\(Self.moment(row, "at"))<td data-l="办理">\(acts)</tr>
                """
        }
        return Self.table(["地方", "节点", "申请时间", "办理"], lines, "没有等待同意的申请。")
    }

    private var invitations: HTMLText {
        let names = ["open": "未用", "used": "已用", "expired": "已过期", "withdrawn": "已收回"]
        let lines = rows("invitations").map { row -> HTMLText in
            let state = Self.text(row, "state")
            let acts =
                state == "open" ? button("withdraw", Self.text(row, "id"), "收回") : .empty
            return """
                <tr>\(Self.place(row))<td data-l="状态">\(names[state] ?? state)
                <td data-l="有效至">\(Self.moment(row, "until"))<td data-l="办理">\(acts)</tr>
                """
        }
        return Self.table(["地方", "状态", "有效至", "办理"], lines, "还没有发出过邀请码。")
    }

    private var certificates: HTMLText {
        let lines = rows("certificates").map { row -> HTMLText in
            """
            <tr><td><code>\(Self.text(row, "region"))</code>\
            <td data-l="节点"><code>\(String(Self.text(row, "node").prefix(8)))</code>\
            <td data-l="有效至">\(Self.moment(row, "until"))\(due(row))</tr>
            """
        }
        return Self.table(["区划代码", "节点", "有效至"], lines, "还没有签发过证书。")
    }

    /// Marks a certificate that runs out soon or did.
    private func due(_ row: JSON) -> HTMLText {
        switch row["daysLeft"]?.int ?? Limits.certificateWarningDays {
        case ..<0: " <span class=\"mark bad\">已过期</span>"
        case ..<Limits.certificateWarningDays: " <span class=\"mark waiting\">将到期</span>"
        default: .empty
        }
    }

    private var made: HTMLText {
        guard let code else { return .empty }
        return """
            <section class="card"><h1>邀请码</h1>
            <p><code class="number">\(Self.text(code, "code"))</code></p>
            <p>给 \(Self.text(code, "name"))（\(Self.text(code, "region"))），只用一次。\
            本页关闭后不再显示，本机只留摘要。在新机器上执行：</p>
            <p><code>syncnode enroll https://本节点地址 \(Self.text(code, "code")) --data 目录</code></p>
            </section>
            """
    }

    /// The page's body.
    package var html: HTMLText {
        """
        \(made)<section class="card"><h1>节点入网</h1>
        <p class="quiet">没有邀请码的新节点核对本树的指纹后申请，由本处同意后取得证书：\
        <code>\(Self.text(list, "fingerprint"))</code></p>
        <h2>等待同意的申请</h2>\(requests)</section>
        <section class="card"><h2>发出邀请码</h2>
        <form method="post" action="/console/enrolment">\(token)
        <input type="hidden" name="act" value="invite">
        <label>区划代码<input name="region" required maxlength="12" pattern="[0-9]{12}"></label>
        <label>名称<input name="name" required maxlength="60"></label>
        <label>有效小时<input name="hours" type="number" min="1" max="720" value="72"></label>
        <button>生成邀请码</button></form>
        <h2>邀请码</h2>\(invitations)</section>
        <section class="card"><h2>签发的证书</h2>\(certificates)</section>
        """
    }
}
