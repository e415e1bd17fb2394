import Account
import Base
import Console
import Domain
import HTTP

/// Sessions, accounts, drafts and the audit, for programs and for people.
extension Call {
    // MARK: programs

    /// What only the keeper of sessions can do; nil for every other command.
    func staffCommand() throws(Problem) -> Reply? {
        switch route.operation {
        case .openSession:
            let body = try CommandBody.object(request.body, mayBeEmpty: false)
            return try login(
                body["login"]?.text, body["password"]?.text, body["code"]?.text
            ) { outcome in
                guard case .opened(let token, _, let principal) = outcome else {
                    return outcome.refusal.response
                }
                return .json(principal.json(token: token), status: 201)
            }
        case .closeSession:
            _ = try CommandBody.object(request.body, mayBeEmpty: true)
            return .door(DoorOrder(wish: .logout) { _ in .json(Array("{}".utf8)) })
        case .changePassword:
            let body = try CommandBody.object(request.body, mayBeEmpty: false)
            return try password(body["old"]?.text, body["password"]?.text) { $0.answer }
        case .changeCode:
            let body = try CommandBody.object(request.body, mayBeEmpty: false)
            return try code(body["password"]?.text, body["code"]?.text) { outcome in
                guard case .shown(let secret, let address) = outcome else { return outcome.answer }
                var writer = JSONWriter()
                writer.object { object in
                    object.field("secret", secret)
                    object.field("address", address)
                }
                return .json(writer.bytes)
            }
        case .addAccount:
            let body = try CommandBody.object(request.body, mayBeEmpty: false)
            return try derived("account.add", body) { outcome in
                guard case .ruled(.done(let answer)) = outcome else { return outcome.answer }
                return .json(answer, status: 201)
            }
        case .actOnAccount:
            try checkAction(RouteTable.accountActions.map(\.name))
            var body = try CommandBody.object(request.body, mayBeEmpty: true)
            body["login"] = .text(values[0])
            if values[1] == "password" {
                return try derived("account.password", body) { $0.answer }
            }
            body["command"] = .text("account." + values[1])
            return try ruled(body)
        default: return nil
        }
    }

    private func ruled(_ body: JSONObject) throws(Problem) -> Reply {
        .submit(
            CommandOrder(
                command: try CommandBody.command(body), author: principal.author,
                replayKey: try replayKey()
            ) { DoorOutcome.ruled($0).answer })
    }

    /// A command whose password is yet to be derived.
    private func derived(
        _ name: String, _ body: JSONObject,
        _ render: @escaping @Sendable (DoorOutcome) -> HTTPResponse
    ) throws(Problem) -> Reply {
        var body = body
        body["command"] = .text(name)
        let login = body["login"]?.text ?? ""
        let password = try strong(body["password"]?.text, login: login)
        return .door(
            DoorOrder(
                wish: .derive(password: password, old: nil, command: body), render: render))
    }

    private func strong(_ password: String?, login: String) throws(Problem) -> String {
        guard let password else {
            throw .invalid("field-required", "没有填写口令", field: "password")
        }
        if let weakness = PasswordRecord.weakness(of: password, login: login) {
            throw .invalid("password-weak", weakness, field: "password")
        }
        return password
    }

    private func login(
        _ login: String?, _ password: String?, _ code: String?,
        _ render: @escaping @Sendable (DoorOutcome) -> HTTPResponse
    ) throws(Problem) -> Reply {
        guard let login, let password, !login.isEmpty, !password.isEmpty,
            login.utf8.count <= Limits.pathValueBytesMax,
            password.utf8.count <= Limits.passwordBytesMax
        else { throw DoorOutcome.wrong.refusal }
        return .door(
            DoorOrder(
                wish: .login(login: login, password: password, code: code ?? ""), render: render))
    }

    /// One's own new password: the old one is checked again.
    private func password(
        _ old: String?, _ new: String?, _ render: @escaping @Sendable (DoorOutcome) -> HTTPResponse
    ) throws(Problem) -> Reply {
        guard principal.kind == .account else {
            throw Problem(403, "no-password", "本机操作员没有口令")
        }
        let password = try strong(new, login: principal.login)
        let body = CommandBody.object([
            ("command", "account.password"), ("login", principal.login),
        ])
        return .door(
            DoorOrder(
                wish: .derive(password: password, old: old ?? "", command: body), render: render))
    }

    /// One's own one-time codes: a password shows a secret, its first code begins them, both end
    /// them.
    private func code(
        _ password: String?, _ code: String?,
        _ render: @escaping @Sendable (DoorOutcome) -> HTTPResponse
    ) throws(Problem) -> Reply {
        guard principal.kind == .account else {
            throw Problem(403, "no-password", "本机操作员没有口令")
        }
        guard (password?.utf8.count ?? 0) <= Limits.passwordBytesMax else {
            throw DoorOutcome.wrong.refusal
        }
        let wish: DoorOrder.Wish =
            switch (password, code) {
            case (let password?, let code?): .endCode(password: password, code: code)
            case (let password?, nil): .beginCode(password: password)
            case (nil, let code?): .confirmCode(code)
            case (nil, nil): throw .invalid("field-required", "请填写口令或动态码", field: "password")
            }
        return .door(DoorOrder(wish: wish, render: render))
    }

    /// Queries.
    func staffAnswer() throws(Problem) -> HTTPResponse {
        switch route.operation {
        case .getSession: return .json(principal.json())
        case .listDrafts: return try pageOf(.draft, "drafts") { $0.state }
        case .listAccounts:
            return try pageOf(.account, "accounts") { document in
                guard let account = accountRow(document) else { return Array("{}".utf8) }
                return account.json
            }
        default:
            let found = try auditLines(limit: try limit())
            var writer = JSONWriter(capacity: 256 * found.lines.count + 64)
            writer.object { object in
                object.array("lines") { array in
                    for line in found.lines { line.write(to: &array) }
                }
                object.field("next", found.next.map(JSON.text) ?? .null)
            }
            return .json(writer.bytes)
        }
    }

    private func pageOf(
        _ collection: Collection, _ name: String, _ body: (StoredDocument) -> [UInt8]
    ) throws(Problem) -> HTTPResponse {
        let found = try page(of: collection)
        var writer = JSONWriter(capacity: 512 * found.documents.count + 64)
        writer.object { object in
            object.array(name) { array in
                for document in found.documents { array.value(stored: body(document)) }
            }
            object.field("next", found.next.map(JSON.text) ?? .null)
        }
        return .json(writer.bytes)
    }

    // MARK: pages

    func staffPage() throws(Problem) -> HTTPResponse {
        let status = try status()
        switch route.operation {
        case .loginPage:
            let next = Gate.place(try queryText("next", bytesMax: 2048))
            return Page.response("登录", status, LoginForm(place: status.name, next: next).html)
        case .accountPage:
            var rows: [AccountRow] = []
            if principal.may(.viewAccounts) {
                let places = try read { view throws(ViewError) in try view.places() }
                for document in try newest(.account) {
                    guard var row = accountRow(document) else { continue }
                    let place = places.first { $0.id.hex == row.region }
                    row.place = place?.name ?? "—"
                    row.code = place?.code.text ?? ""
                    row.isOwn = document.key.id.high == principal.author
                    rows.append(row)
                }
            }
            let form = AccountForms(
                viewer: principal, rows: rows, token: Page.token(status.viewer),
                roles: Role.allCases.filter { $0.levels.contains(status.level) },
                hasCode: try ownAccount()?.hasCode ?? false)
            return Page.response("我的账户", status, form.html)
        case .auditPage:
            let found = try auditLines(limit: Limits.pageRowsMax)
            let table = AuditTable(
                rows: found.lines, next: found.next.map(URLText.segment),
                login: request.queryItem("login") ?? "", act: request.queryItem("act") ?? "")
            return Page.response("审计", status, table.html)
        case .draftsPage:
            return Page.response("草稿", status, try drafts(status))
        case .guidePage:
            let items = try newest(.item).map { ItemSheet($0, at: status.clock) }
                .filter { $0.current != nil }.sorted { $0.code < $1.code }
            let list = items.map {
                PublicPages.Line(
                    address: "/guide/" + URLText.segment($0.code), name: $0.name,
                    code: $0.code)
            }
            return Page.response("办事指南", status, PublicPages.guide(list))
        case .guideItemPage: return try guidePage(status)
        default: return Page.response("进度查询", status, PublicPages.progress(nil))
        }
    }

    private func ownAccount() throws(Problem) -> AccountRow? {
        let login = principal.login
        let found = try read { view throws(ViewError) in
            try view.documents(.account, label: login)
        }
        return found.first { $0.key.id.high == principal.author }.flatMap { accountRow($0) }
    }

    private func drafts(_ status: NodeStatus) throws(Problem) -> HTMLText {
        let rows = try newest(.draft).map { document -> DraftTable.Row in
            let json = CommandBody.parsed(document.state)
            let publication = json["publication"]
            return DraftTable.Row(
                id: document.key.id.hex, code: document.label,
                name: publication?["elements"]?["name"]?.text ?? "—",
                from: publication?["effectiveFrom"]?.text ?? "立即",
                time: Instant(millis: document.time).minuteText,
                isWaiting: document.status == "waiting",
                isOwn: json["author"]?.text == ScopeID(principal.author).hex)
        }
        return DraftTable(
            rows: rows, token: Page.token(status.viewer), mayPublish: principal.may(.publish)
        ).html
    }

    // MARK: forms

    func staffForm(_ form: FormBody) throws(Problem) -> Reply {
        let status = try status()
        switch route.operation {
        case .loginForm:
            let next = Gate.place(form.text("next"))
            return try login(form.text("login"), form.text("password"), form.text("code")) {
                guard case .opened(_, let cookie, _) = $0 else {
                    let problem = $0.refusal
                    let page = LoginForm(place: status.name, next: next, problem: problem.title)
                    var response = Page.response(
                        "登录", status, code: problem.status, page.html)
                    problem.addHeaders(to: &response)
                    return response
                }
                var response = HTTPResponse.seeOther(next)
                response.headers.add("Set-Cookie", cookie)
                return response
            }
        case .logoutForm:
            return .door(
                DoorOrder(wish: .logout) { outcome in
                    var response = HTTPResponse.seeOther("/login")
                    if case .closed(let cookie) = outcome {
                        response.headers.add("Set-Cookie", cookie)
                    }
                    return response
                })
        case .passwordForm:
            return try password(
                form.text("old"), form.text("password"), DoorOutcome.onward("/account"))
        case .codeForm: return try codeForm(form, status)
        case .accountForm: return try accountForm(form)
        case .draftForm:
            let body = CommandBody.object([
                ("command", "item.approve"), ("draft", form.text("draft") ?? ""),
            ])
            return try order(body, form) { _ in "/drafts" }
        default: return try progress(form, status)
        }
    }

    private func codeForm(_ form: FormBody, _ status: NodeStatus) throws(Problem) -> Reply {
        let token = Page.token(principal)
        return try code(form.text("old"), form.text("code")) { outcome in
            guard case .shown(let secret, let address) = outcome else {
                return DoorOutcome.onward("/account")(outcome)
            }
            let form = CodeForm(secret: secret, address: address, token: token)
            return Page.response("动态码", status, form.html)
        }
    }

    private func accountForm(_ form: FormBody) throws(Problem) -> Reply {
        let verb = form.text("verb") ?? ""
        guard verb == "add" || RouteTable.accountActions.contains(where: { $0.name == verb })
        else { throw .missing("no-such-action", "没有这个动作") }
        var body = CommandBody.object([("login", form.text("login") ?? "")])
        if let name = form.text("name") { body["name"] = .text(name) }
        if let place = form.text("at") { body["regions"] = .array([.text(place)]) }
        let roles = form.texts("role")
        if !roles.isEmpty { body["roles"] = .array(roles.map(JSON.text)) }
        if let password = form.text("password") { body["password"] = .text(password) }
        if verb == "add" || verb == "password" {
            return try derived("account." + verb, body, DoorOutcome.onward("/account"))
        }
        body["command"] = .text("account." + verb)
        return try order(body, form) { _ in "/account" }
    }

    /// One click more: the command writes the audit's line, then the page shows the value.
    func reveal(_ form: FormBody) throws(Problem) -> Reply {
        guard let page = try singleCasePage(try documents(.caseFile)) else {
            throw Problem(409, "label-not-unique", "此编号有两份，请按标识查看")
        }
        let body = CommandBody.object([
            ("command", "case.reveal"), ("case", values[0]), ("reason", form.text("reason") ?? ""),
        ])
        let command = try CommandBody.command(body)
        return .submit(
            CommandOrder(command: command, author: principal.author, replayKey: nil) {
                [page] outcome in
                guard case .done(let answer) = outcome else {
                    return ProblemPage.response(of: outcome.problem ?? .closed)
                }
                var shown = page
                shown.person = Person(answer)
                return shown.response
            })
    }

    private func isOf(_ person: PersonAnswer, _ last: String) -> Bool {
        guard case .known(let person) = person else { return false }
        return person.idNumber?.hasSuffix(last) ?? false
    }

    /// The case whose number, query code and last four of the id a form has; nil for a guess.
    func slip(_ form: FormBody) throws(Problem) -> CaseSheet? {
        let number = form.text("number") ?? ""
        let query = form.text("query") ?? ""
        let last = form.text("last") ?? ""
        let found = try read { view throws(ViewError) in
            try view.documents(.caseFile, label: number)
        }
        return found.map { CaseSheet($0, opened: view) }.first {
            query.utf8.count == 6 && $0.queryCode == query && last.utf8.count == 4
                && isOf($0.person, last)
        }
    }

    /// 进度查询: number, query code and the last four of the id; the same words for each that is
    /// wrong, and each wrong one counts.
    private func progress(_ form: FormBody, _ status: NodeStatus) throws(Problem) -> Reply {
        let number = form.text("number") ?? ""
        let sheet = try slip(form)
        let names = try names()
        let line = try sheet.map { sheet throws(Problem) in try progress(sheet, names, status) }
        return .door(
            DoorOrder(wish: .guess(subject: "progress " + number, isRight: line != nil)) {
                switch $0 {
                case .right: Page.response("进度查询", status, PublicPages.progress(line))
                case .wait, .busy: ProblemPage.response(of: $0.refusal)
                default:
                    ProblemPage.response(
                        of: .missing("progress-unknown", "没有找到：请核对办件编号、查询码和证件号后四位"))
                }
            })
    }
}

extension Call {
    /// nil where the state is not of its form. A name that does not open is not told.
    func accountRow(_ document: StoredDocument) -> AccountRow? {
        do throws(JSONError) {
            let state = try AccountState(document).opened(view.text)
            return AccountRow(
                login: state.login, name: state.name, roles: state.roles,
                isDisabled: state.isDisabled, hasCode: state.code != nil, region: state.region.hex)
        } catch {
            return nil
        }
    }
}
