package import API
package import Account
package import Base
package import Change
import Crypto
package import Domain
package import HTTP
import Host
import Synchronization

/// Who is in: sessions, wrong passwords, and the lines about both that the audit gets. Sessions
/// live in memory only; accounts are read from the store, so that a disabled one stops at once.
package final class Doorkeeper: Sendable {
    /// What it needs of the node.
    package struct Ports: Sendable {
        /// An account of this node by login. Blocks for one row.
        package var byLogin: @Sendable (String) -> AccountLook
        /// The same by author.
        package var byAuthor: @Sendable (UInt64) -> AccountLook
        /// Changes whenever an account of this node may have changed.
        package var version: @Sendable () -> UInt64
        /// Has a command decided and written.
        package var submit: @Sendable (Command, UInt64) async -> CommandOutcome
        /// The node's region: where a line was written.
        package var region: RegionID

        package init(
            region: RegionID, byLogin: @escaping @Sendable (String) -> AccountLook,
            byAuthor: @escaping @Sendable (UInt64) -> AccountLook,
            version: @escaping @Sendable () -> UInt64,
            submit: @escaping @Sendable (Command, UInt64) async -> CommandOutcome
        ) {
            self.region = region
            self.byLogin = byLogin
            self.byAuthor = byAuthor
            self.version = version
            self.submit = submit
        }
    }

    let ports: Ports
    let desk = PasswordDesk()
    private let sessions = Mutex(SessionTable())
    private let lockout = Mutex(Lockout())
    let codes = Mutex(CodeTable())
    private let cookieName: String
    private let isSecure: Bool
    private let operatorToken: [UInt8]
    let clock: @Sendable () -> Instant

    /// - Parameters:
    ///   - node: Names the cookie, since one machine's ports share them.
    ///   - isSecure: Whether the node speaks TLS: the cookie then never travels without.
    ///   - operatorToken: The text in `keys/admin`.
    ///   - clock: The machine's own: a demo's calendar ends no session.
    package init(
        ports: Ports, node: Digest, isSecure: Bool, operatorToken: String,
        clock: @escaping @Sendable () -> Instant = { SystemClock.now() }
    ) {
        self.ports = ports
        self.isSecure = isSecure
        self.operatorToken = Array(operatorToken.utf8)
        self.clock = clock
        cookieName = "sn_" + String(node.hex.prefix(12))
    }

    /// Ends the thread for passwords.
    package func stop() { desk.stop() }

    // MARK: who asks

    /// Who sent a request: the operator's token, a session's token, a session's cookie, or
    /// nobody. On the loop's thread: a look-up, and one row where accounts have changed.
    package func principal(of request: HTTPRequest) -> Principal {
        if let header = request.headers["authorization"] {
            guard let token = Self.bearer(header) else { return .nobody }
            if Secret.isSame(Array(token.utf8), operatorToken) { return .machine }
            return known(token, isCookie: false)
        }
        guard let token = cookie(of: request) else { return .nobody }
        return known(token, isCookie: true)
    }

    private func known(_ token: String, isCookie: Bool) -> Principal {
        guard token.utf8.count == 2 * Limits.sessionTokenBytes else { return .nobody }
        let digest = Self.digest(token)
        let now = clock()
        guard let session = sessions.withLock({ $0.use(digest, at: now) }) else {
            return .nobody
        }
        var principal = session.principal
        let version = ports.version()
        if session.version != version {
            let look = ports.byAuthor(principal.author)
            // Nobody is let in while accounts cannot be read; who was keeps the session.
            if case .unreadable = look { return .nobody }
            guard let account = look.account, !account.isDisabled else {
                sessions.withLock { $0.close(digest) }
                return .nobody
            }
            principal = Self.principal(account, formToken: principal.formToken)
            sessions.withLock { $0.refresh(digest, principal, version: version) }
        }
        return isCookie ? principal : principal.withoutForms
    }

    private static func bearer(_ header: String) -> String? {
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    private func cookie(of request: HTTPRequest) -> String? {
        for header in request.headers.all("cookie") {
            for pair in header.split(separator: ";") {
                let text = pair.drop { $0 == " " }
                guard text.hasPrefix(cookieName + "=") else { continue }
                return String(text.dropFirst(cookieName.count + 1))
            }
        }
        return nil
    }

    private static func digest(_ token: String) -> Digest {
        Hash.digest(Array(token.utf8), suite: .sha256Ed25519)
    }

    private static func principal(_ account: AccountState, formToken: String) -> Principal {
        Principal(
            kind: .account, author: account.author, login: account.login, name: account.name,
            roles: account.roles, formToken: formToken)
    }

    // MARK: what is wished

    /// Does what only the keeper of sessions can, and gives the answer.
    package func serve(
        _ order: DoorOrder, of request: HTTPRequest, by principal: Principal
    ) async -> HTTPResponse {
        let address = request.peer?.address ?? ""
        switch order.wish {
        case .login(let login, let password, let code):
            return order.render(await open(login, password, code, from: address))
        case .logout: return order.render(await close(request, principal, from: address))
        case .derive(let password, let old, let command):
            return order.render(await derive(password, old, command, principal, request))
        case .beginCode(let password):
            return order.render(await beginCode(password, principal, request))
        case .confirmCode(let code): return order.render(await confirmCode(code, principal))
        case .endCode(let password, let code):
            return order.render(await endCode(password, code, principal, request))
        case .guess(let subject, let isRight):
            return order.render(guess(subject, isRight, from: address))
        case .turn(let subject): return order.render(turn(subject, from: address))
        }
    }

    /// A wrong one is counted before it is checked, so that a thousand at once are no more than
    /// one after the other.
    private func open(
        _ login: String, _ password: String, _ code: String, from address: String
    ) async -> DoorOutcome {
        let subjects = [Lockout.Subject.login(login), .address(address)]
        if let wait = count(subjects) { return .wait(wait) }
        // Asked first: what changes while the password is derived is seen with the first request.
        let version = ports.version()
        let look = ports.byLogin(login)
        if case .unreadable = look {
            forgive(subjects)
            return .busy
        }
        let account = look.account
        let record = account?.password.flatMap(PasswordRecord.init(text:)) ?? .nobody
        guard let opened = await desk.key(record, password) else {
            forgive(subjects)
            return .busy
        }
        guard let key = opened, let account, !account.isDisabled, isRight(code, of: account, key)
        else {
            var line = AuditState(act: "login.failed", region: ports.region)
            line.login = AccountID.isLogin(login) ? login : ""
            line.author = account?.author ?? 0
            line.outcome = "login-wrong"
            await note(line, from: address)
            return .wrong
        }
        forgive(subjects)
        let formToken = Hex.encode(SystemRandom.bytes(16))
        let token = Hex.encode(SystemRandom.bytes(Limits.sessionTokenBytes))
        let principal = Self.principal(account, formToken: formToken)
        let now = clock()
        let isOpen = sessions.withLock {
            $0.open(Self.digest(token), principal, from: address, version: version, at: now)
        }
        guard isOpen else { return .busy }
        var line = AuditState(act: "login", region: ports.region, author: account.author)
        line.login = account.login
        await note(line, from: address)
        return .opened(
            token: token, cookie: header(token, age: Limits.sessionAgeMillis / 1000),
            principal.withoutForms)
    }

    private func close(
        _ request: HTTPRequest, _ principal: Principal, from address: String
    ) async -> DoorOutcome {
        let token = request.headers["authorization"].flatMap(Self.bearer) ?? cookie(of: request)
        if let token { sessions.withLock { $0.close(Self.digest(token)) } }
        if principal.kind == .account {
            var line = AuditState(act: "logout", region: ports.region, author: principal.author)
            line.login = principal.login
            await note(line, from: address)
        }
        return .closed(cookie: header("", age: 0))
    }

    private func derive(
        _ password: String, _ old: String?, _ command: JSONObject, _ principal: Principal,
        _ request: HTTPRequest
    ) async -> DoorOutcome {
        var secret: CodeSecret?
        if let old {
            switch await open(old, principal, request) {
            case .failure(let refusal): return refusal.outcome
            case .success((let account, let key)):
                secret = account.code.flatMap { CodeSecret(sealed: $0, key, of: account.id) }
            }
        }
        guard let record = await desk.derive(password) else { return .busy }
        var object = command
        object["password"] = .text(record.text)
        if let secret, let account = ports.byAuthor(principal.author).account {
            // The secret lies under the password: under the new one from now on.
            guard let opened = await desk.key(record, password), let key = opened else {
                return .busy
            }
            object["code"] = .text(
                secret.sealed(
                    key, of: account.id, nonce: SystemRandom.bytes(Limits.saltBytes)))
        }
        let outcome: CommandOutcome
        do throws(RuleRefusal) {
            let command = try Command(json: .object(object))
            outcome = await ports.submit(command, principal.author)
        } catch {
            outcome = .refused(error)
        }
        if case .done(let answer) = outcome, let author = Self.author(answer) {
            let token = request.headers["authorization"].flatMap(Self.bearer) ?? cookie(of: request)
            sessions.withLock { $0.closeAll(of: author, but: token.map(Self.digest)) }
        }
        return .ruled(outcome)
    }

    /// Why a password was not taken.
    struct Refused: Error { let outcome: DoorOutcome }

    /// The caller's account with the key that the password opens.
    func open(
        _ password: String, _ principal: Principal, _ request: HTTPRequest
    ) async -> Result<(AccountState, [UInt8]), Refused> {
        let subjects = [
            Lockout.Subject.login(principal.login), .address(request.peer?.address ?? ""),
        ]
        if let wait = count(subjects) { return .failure(Refused(outcome: .wait(wait))) }
        let look = ports.byAuthor(principal.author)
        if case .unreadable = look {
            forgive(subjects)
            return .failure(Refused(outcome: .busy))
        }
        let account = look.account
        let record = account?.password.flatMap(PasswordRecord.init(text:))
        guard let opened = await desk.key(record ?? .nobody, password) else {
            forgive(subjects)
            return .failure(Refused(outcome: .busy))
        }
        guard let key = opened, let account else {
            return .failure(Refused(outcome: .wrong))
        }
        forgive(subjects)
        return .success((account, key))
    }

    private static func author(_ answer: [UInt8]) -> UInt64? {
        do throws(JSONError) {
            return try JSON(parsing: answer)["author"]?.text.flatMap(RegionID.init(hex:))?.rawValue
        } catch {
            return nil
        }
    }

    /// What became of a guess or a turn that a command waits for; `wrong` for any other wish.
    package func guessed(_ order: DoorOrder, of request: HTTPRequest) -> DoorOutcome {
        let address = request.peer?.address ?? ""
        switch order.wish {
        case .guess(let subject, let isRight): return guess(subject, isRight, from: address)
        case .turn(let subject): return turn(subject, from: address)
        default: return .wrong
        }
    }

    /// Apart from passwords: who books often is not kept from logging in.
    private func turn(_ subject: String, from address: String) -> DoorOutcome {
        count([.login("turn " + subject), .address("turn " + address)]).map { .wait($0) } ?? .right
    }

    private func guess(_ subject: String, _ isRight: Bool, from address: String) -> DoorOutcome {
        let subjects = [Lockout.Subject.login(subject), .address(address)]
        if let wait = count(subjects) { return .wait(wait) }
        guard isRight else { return .wrong }
        forgive(subjects)
        return .right
    }

    // MARK: counting

    /// Seconds to wait, or nil; then a wrong one is counted already.
    private func count(_ subjects: [Lockout.Subject]) -> Int? {
        let now = clock()
        return lockout.withLock { lockout in
            let wait = lockout.wait(subjects, at: now)
            if wait > 0 { return Int((wait + 999) / 1000) }
            lockout.wrong(subjects, at: now)
            return nil
        }
    }

    private func forgive(_ subjects: [Lockout.Subject]) {
        lockout.withLock { $0.forgive(subjects) }
    }

    // MARK: the audit

    /// Writes a line; it is durable when this returns, unless the store failed, which the node
    /// says elsewhere.
    package func note(_ line: AuditState, from address: String) async {
        var line = line
        line.from = address
        _ = await ports.submit(.staff(.record(line)), 0)
    }

    /// An attachment that somebody known is about to see.
    package func noteView(of request: HTTPRequest, by principal: Principal) async {
        var line = AuditState(act: "blob.view", region: ports.region, author: principal.author)
        line.login = principal.login
        line.about = String(request.path.prefix(120))
        await note(line, from: request.peer?.address ?? "")
    }

    /// A refusal of somebody known: what was asked, and which rule refused.
    package func noteRefusal(
        of request: HTTPRequest, by principal: Principal, _ response: HTTPResponse
    ) async {
        guard principal.kind == .account, response.status == 403 else { return }
        var line = AuditState(act: "denied", region: ports.region, author: principal.author)
        line.login = principal.login
        line.about = String((request.methodName + " " + request.path).prefix(120))
        line.outcome = "forbidden"
        await note(line, from: request.peer?.address ?? "")
    }

    // MARK: cookies

    private func header(_ token: String, age: Int64) -> String {
        "\(cookieName)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(age)"
            + (isSecure ? "; Secure" : "")
    }
}
