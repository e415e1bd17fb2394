package import Account
import Base
import QR

/// The form with which a session begins.
package struct LoginForm: Sendable {
    private let place: String
    private let next: String
    private let problem: String?

    /// - Parameters:
    ///   - next: A place on this node.
    ///   - problem: Why the last try failed; nil at first.
    package init(place: String, next: String, problem: String? = nil) {
        self.place = place
        self.next = next
        self.problem = problem
    }

    /// The page's body.
    package var html: HTMLText {
        let why: HTMLText =
            problem.map { "<p class=\"banner bad\" role=\"alert\">\($0)</p>" } ?? .empty
        return """
            <section class="card narrow"><h1>登录 \(place)</h1>\(why)
            <form method="post" action="/console/login">
            <input type="hidden" name="next" value="\(next)">
            <label>登录名<input name="login" required maxlength="32" autocomplete="username" \
            autofocus></label>
            <label>口令<input name="password" type="password" required maxlength="128" \
            autocomplete="current-password"></label>
            <label>动态码（未启用则留空）<input name="code" maxlength="8" inputmode="numeric" \
            autocomplete="one-time-code"></label>
            <button class="main">登录</button></form>
            <p class="quiet">办事群众无需登录：<a href="/guide">办事指南</a>，\
            <a href="/progress">进度查询</a>。</p></section>
            """
    }
}

/// An account in a list.
package struct AccountRow: Sendable {
    package let login: String
    package let name: String
    package let roles: [Role]
    package let isDisabled: Bool
    package let hasCode: Bool
    /// The node's region, by its id in hexadecimal.
    package let region: String
    /// The place's name and division code, where the page knows them.
    package var place = "—"
    package var code = ""
    /// Whether it is the viewer's, which nobody changes for himself.
    package var isOwn = false

    package init(
        login: String, name: String, roles: [Role], isDisabled: Bool, hasCode: Bool,
        region: String
    ) {
        self.login = login
        self.name = name
        self.roles = roles
        self.isDisabled = isDisabled
        self.hasCode = hasCode
        self.region = region
    }

    /// As `GET /api/v1/accounts` gives it: nothing of password or secret.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.person(login, name, roles)
            object.field("disabled", isDisabled)
            object.field("code", hasCode)
            object.field("region", region)
        }
        return writer.bytes
    }
}

/// One's own account, and for whoever looks after them all accounts of the node.
package struct AccountForms: Sendable {
    private let viewer: Principal
    private let rows: [AccountRow]
    private let token: HTMLText
    private let roles: [Role]
    private let hasCode: Bool

    /// - Parameters:
    ///   - rows: Empty where the viewer may not see them.
    ///   - token: The hidden field of the session.
    ///   - roles: Those that there are at this level.
    ///   - hasCode: Whether the viewer's logins ask for a one-time code.
    package init(
        viewer: Principal, rows: [AccountRow], token: HTMLText, roles: [Role],
        hasCode: Bool = false
    ) {
        self.hasCode = hasCode
        self.viewer = viewer
        self.rows = rows
        self.token = token
        self.roles = roles
    }

    /// The page's body.
    package var html: HTMLText {
        "\(own)\(viewer.may(.viewAccounts) ? list + add : .empty)"
    }

    private var own: HTMLText {
        let names = viewer.roles.map(\.name).joined(separator: "、")
        let form: HTMLText =
            viewer.kind == .account
            ? """
            <form method="post" action="/console/password">\(token)
            <label>现口令<input name="old" type="password" required maxlength="128" \
            autocomplete="current-password"></label>
            <label>新口令（至少 \(8) 位）<input name="password" type="password" required \
            minlength="8" maxlength="128" autocomplete="new-password"></label>
            <button>修改口令</button></form>
            <h2>动态码</h2>
            <form method="post" action="/console/code">\(token)\(codeFields)</form>
            """ : .empty
        return """
            <section class="card narrow"><h1>\(viewer.name)</h1>
            <p class="quiet">\(viewer.login) · \(names)</p>\(form)</section>
            """
    }

    private var codeFields: HTMLText {
        let password: HTMLText = """
            <label>口令<input name="old" type="password" required maxlength="128" \
            autocomplete="current-password"></label>
            """
        guard hasCode else {
            return """
                <p class="quiet">启用后，登录须再输入手机验证器上的六位数字。</p>\(password)
                <button>启用动态码</button>
                """
        }
        return """
            <p class="quiet">已启用：每次登录须输入手机验证器上的六位数字。</p>\(password)
            <label>动态码<input name="code" required maxlength="6" inputmode="numeric" \
            autocomplete="one-time-code"></label>
            <button>停用动态码</button>
            """
    }

    private var list: HTMLText {
        let lines = rows.map { row -> HTMLText in
            let names = row.roles.map(\.name).joined(separator: "、")
            let verb: HTMLText = row.isDisabled ? "enable" : "disable"
            let word: HTMLText = row.isDisabled ? "启用" : "停用"
            let mark: HTMLText =
                row.isDisabled ? "<span class=\"mark bad\">已停用</span>" : .empty
            // A login is a place's own: the same one may be another person's elsewhere.
            let form: HTMLText = """
                <form method="post" action="/console/account">\(token)\
                <input type="hidden" name="verb" value="\(verb)">\
                <input type="hidden" name="login" value="\(row.login)">\
                <input type="hidden" name="at" value="\(row.code)">\
                <button>\(word)</button></form>
                """
            return """
                <tr><td>\(row.login)<td data-l="姓名">\(row.name) \(mark)<td data-l="角色">\(names)
                <td data-l="任职">\(row.place)
                <td>\(row.isOwn || row.code.isEmpty ? .empty : form)</tr>
                """
        }
        return """
            <section class="card"><h2>账户</h2><div class="scroll"><table class="stack"><thead><tr>\
            <th>登录名<th>姓名<th>角色<th>任职<th></thead><tbody>\(lines)</tbody></table></div></section>
            """
    }

    private var add: HTMLText {
        let boxes = roles.map { role -> HTMLText in
            """
            <label class="box"><input type="checkbox" name="role" value="\(role.rawValue)">\
            \(role.name)</label>
            """
        }
        return """
            <section class="card narrow"><h2>新建账户</h2>
            <form method="post" action="/console/account">\(token)
            <input type="hidden" name="verb" value="add">
            <label>登录名<input name="login" required maxlength="32" autocomplete="off"></label>
            <label>姓名<input name="name" required maxlength="60" autocomplete="off"></label>
            <label>初始口令<input name="password" type="password" required minlength="8" \
            maxlength="128" autocomplete="new-password"></label>
            <fieldset><legend>角色</legend>\(boxes)</fieldset>
            <button>新建</button></form></section>
            """
    }
}

/// A new secret for one-time codes, shown once, and the field for the first code of it.
package struct CodeForm: Sendable {
    private let secret: String
    private let address: String
    private let token: HTMLText

    /// - Parameters:
    ///   - secret: As people type it.
    ///   - address: As programs take it.
    ///   - token: The hidden field of the session.
    package init(secret: String, address: String, token: HTMLText) {
        self.secret = secret
        self.address = address
        self.token = token
    }

    /// The page's body.
    package var html: HTMLText {
        """
        <section class="card narrow"><h1>启用动态码</h1>
        <p>用手机验证器（如 FreeOTP）扫描，或新建一项（按时间、六位、SHA-1）并输入密钥；只显示这一次：</p>
        \(square)<p class="secret"><code>\(grouped)</code></p>
        <p class="quiet"><a href="\(address)">在本机验证器中打开</a></p>
        <form method="post" action="/console/code">\(token)
        <label>验证器显示的六位数字<input name="code" required maxlength="6" inputmode="numeric" \
        autocomplete="one-time-code" autofocus></label>
        <button class="main">确认启用</button></form></section>
        """
    }

    /// The address as a QR code; nothing where it is too long for one.
    private var square: HTMLText { CodeFigure.html(address) }

    /// In fours, as people read it out.
    private var grouped: String {
        var text = ""
        for (index, letter) in secret.enumerated() {
            if index > 0, index % 4 == 0 { text.append(" ") }
            text.append(letter)
        }
        return text
    }
}

/// A text as a QR code on a page.
package enum CodeFigure {
    /// Nothing where it is too long for one.
    package static func html(_ text: String) -> HTMLText {
        guard let code = QRCode(text) else { return .empty }
        return """
            <p class="secret"><svg viewBox="0 0 \(code.side) \(code.side)" \
            width="\(code.side * 4)" height="\(code.side * 4)" role="img" \
            aria-label="二维码" shape-rendering="crispEdges">\
            <path fill="#fff" d="M0 0h\(code.side)v\(code.side)h-\(code.side)z"/>\
            <path fill="#000" d="\(code.path)"/></svg></p>
            """
    }
}
