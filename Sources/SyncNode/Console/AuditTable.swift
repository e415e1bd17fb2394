import Account
package import Base

/// A line of the audit as it is shown.
package struct AuditRow: Sendable {
    package let act: String
    /// The act for people.
    package let title: String
    package let login: String
    package let name: String
    package let about: String
    package let outcome: String
    package let reason: String
    package let from: String
    /// Division code.
    package let region: String
    package let place: String
    /// Business time, RFC 3339; nil where none was stated.
    package let business: String?
    /// When it was recorded, RFC 3339.
    package let recorded: String

    package init(
        act: String, title: String, login: String, name: String, about: String, outcome: String,
        reason: String, from: String, region: String, place: String, business: String?,
        recorded: String
    ) {
        self.act = act
        self.title = title
        self.login = login
        self.name = name
        self.about = about
        self.outcome = outcome
        self.reason = reason
        self.from = from
        self.region = region
        self.place = place
        self.business = business
        self.recorded = recorded
    }

    /// As `GET /api/v1/audit` gives it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("act", act)
            object.field("title", title)
            object.field("login", login)
            object.field("name", name)
            object.field("about", about)
            object.field("outcome", outcome)
            object.field("reason", reason)
            object.field("from", from)
            object.field("region", region)
            object.field("place", place)
            object.field("at", business.map(JSON.text) ?? .null)
            object.field("recorded", recorded)
        }
    }
}

/// The audit's page: who, when, where, what.
package struct AuditTable: Sendable {
    private let rows: [AuditRow]
    private let next: String?
    private let login: String
    private let act: String

    /// - Parameter next: The cursor of the next page, escaped for an address; nil on the last.
    package init(rows: [AuditRow], next: String?, login: String, act: String) {
        self.rows = rows
        self.next = next
        self.login = login
        self.act = act
    }

    /// What an act that is no command is called.
    package static func title(_ act: String) -> String {
        switch act {
        case "login": "登录"
        case "login.failed": "登录失败"
        case "logout": "退出"
        case "blob.view": "查看附件"
        case "denied": "被拒绝"
        case "reconcile": "对账"
        case "case.erased": "已销毁个人信息"
        case "enrol.invite": "发出邀请码"
        case "enrol.approve": "同意入网"
        case "enrol.refuse": "拒绝入网"
        case "enrol.withdraw": "收回邀请码"
        case "late.adopt": "认可迟到记录"
        case "node.revoke": "吊销节点"
        case "node.retire": "撤销节点"
        case "node.replace": "替换节点"
        case "node.move": "划转节点"
        case "node.seat": "授予席位"
        case "node.partner": "与外县互认"
        case "node.parent": "改上级地址"
        case "account.add": "新建账户"
        case "account.roles": "改角色"
        case "account.name": "改姓名"
        case "account.disable": "停用账户"
        case "account.enable": "启用账户"
        case "account.password": "改口令"
        case "account.code": "改动态码"
        case "item.standing": "改事项状态"
        case "acceptOffer": "签收"
        case "rejectOffer": "退件"
        case "requestWithdrawal": "请求撤回移交"
        case "handOut": "出件送达"
        case "outgoing": "县际移出"
        default: act
        }
    }

    /// Acts that are no commands.
    private static let others = [
        "login", "login.failed", "logout", "denied", "blob.view", "reconcile", "case.erased",
        "account.add", "account.roles", "account.name", "account.disable", "account.enable",
        "account.password", "account.code", "item.standing", "enrol.invite", "enrol.approve",
        "enrol.refuse", "enrol.withdraw", "late.adopt", "node.revoke", "node.retire",
        "node.replace", "node.move", "node.seat", "node.partner", "node.parent",
    ]

    /// What can be asked for, in words; what was asked for is there, whatever it is.
    private var options: [HTMLText] {
        var acts = Self.others.map { ($0, Self.title($0)) }
        for one in Act.allCases where one.rawValue.hasPrefix("case.") {
            if !acts.contains(where: { $0.0 == one.rawValue }) {
                acts.append((one.rawValue, one.name))
            }
        }
        if !act.isEmpty, !acts.contains(where: { $0.0 == act }) { acts.append((act, act)) }
        return ["<option value=\"\">全部</option>"]
            + acts.map { value, title in
                let mark: HTMLText = value == act ? " selected" : .empty
                return "<option value=\"\(value)\"\(mark)>\(title)</option>"
            }
    }

    /// To the second, as people read it; the whole stands in `datetime`.
    private static func shown(_ moment: String) -> String {
        moment.prefix(10) + " " + moment.dropFirst(11).prefix(8)
    }

    /// The page's body.
    package var html: HTMLText {
        let lines = rows.map { row -> HTMLText in
            let mark: HTMLText =
                row.outcome == "done" ? .empty : "<span class=\"mark bad\">\(row.outcome)</span>"
            let business: HTMLText =
                row.business.map { "<br><small>业务 \(Self.shown($0))</small>" } ?? .empty
            let time = Self.shown(row.recorded)
            let about: HTMLText = "<code>\(row.about)</code>"
            return """
                <tr><td><time datetime="\(row.recorded)">\(time)</time>\(business)
                <td data-l="何人">\(row.name.isEmpty ? row.login : row.name)<br>\
                <code class="quiet">\(row.login)</code>
                <td data-l="何事">\(row.title) \(mark)
                <td class="wide" data-l="对象">\(row.about.isEmpty ? .empty : about)</td>
                <td class="wide" data-l="理由">\(row.reason)</td>
                <td data-l="何处">\(row.place)<br><small>\(row.from)</small></tr>
                """
        }
        let more: HTMLText =
            next.map {
                "<p><a href=\"/audit?cursor=\($0)&amp;login=\(login)&amp;act=\(act)\">更早</a></p>"
            } ?? .empty
        return """
            <section class="card"><h1>审计</h1>
            <form method="get" action="/audit" class="inline">
            <label>登录名<input name="login" value="\(login)" maxlength="32"></label>
            <label>动作<select name="act">\(options)</select></label><button>查询</button></form>
            <p class="quiet">每一行都在本节点签名的变更链里；“syncnode audit verify” 逐条核对。</p>
            <div class="scroll"><table class="stack"><thead><tr><th>时间<th>何人<th>何事<th>对象\
            <th>理由<th>何处</thead><tbody>\(lines)</tbody></table></div>\(more)</section>
            """
    }
}

/// Versions of items that wait for a second person.
package struct DraftTable: Sendable {
    /// One draft.
    package struct Row: Sendable {
        package let id: String
        package let code: String
        package let name: String
        package let from: String
        package let time: String
        package let isWaiting: Bool
        /// Whether the viewer drafted it, and so may not publish it.
        package let isOwn: Bool

        package init(
            id: String, code: String, name: String, from: String, time: String, isWaiting: Bool,
            isOwn: Bool
        ) {
            self.id = id
            self.code = code
            self.name = name
            self.from = from
            self.time = time
            self.isWaiting = isWaiting
            self.isOwn = isOwn
        }
    }

    private let rows: [Row]
    private let token: HTMLText
    private let mayPublish: Bool

    package init(rows: [Row], token: HTMLText, mayPublish: Bool) {
        self.rows = rows
        self.token = token
        self.mayPublish = mayPublish
    }

    /// The page's body.
    package var html: HTMLText {
        let lines = rows.map { row -> HTMLText in
            let form: HTMLText =
                row.isWaiting && mayPublish && !row.isOwn
                ? """
                <form method="post" action="/console/draft">\(token)\
                <input type="hidden" name="draft" value="\(row.id)">\
                <button>复核发布</button></form>
                """ : row.isWaiting ? "待复核" : "已发布"
            return """
                <tr><td><a href="/catalog/draft?code=\(row.id)">\(row.name)</a><br>\
                <code class="quiet">\(row.code)</code>
                <td data-l="生效">\(row.from)<td data-l="起草">\(row.time)<td>\(form)</tr>
                """
        }
        return """
            <section class="card"><h1>事项草稿</h1><p class="quiet">起草人不得复核自己的草稿。</p>
            <div class="scroll"><table class="stack"><thead><tr><th>事项<th>生效<th>起草<th></thead>\
            <tbody>\(lines)</tbody></table></div></section>
            """
    }
}
