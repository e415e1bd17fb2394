package import Account
package import Base
package import Document
import Region

/// What is asked of accounts, and what of cases concerns who sees them.
package enum StaffCommand: Hashable, Sendable {
    /// A new account, or other words about a known one, at the places named.
    case account(AccountOrder)
    /// A full name and number, for a reason that is kept.
    case reveal(Digest16?, number: String?, reason: String)
    /// A line of the audit: the node's own, never from outside.
    case record(AuditState)

    /// The commands that a person or program may name.
    package static let verbs = [
        "account.add", "account.roles", "account.name", "account.disable", "account.enable",
        "account.password", "account.code", "case.reveal",
    ]

    /// What must be allowed to whoever asks for it; nil for what only the node itself asks.
    package var act: Act? {
        switch self {
        case .account(let order):
            order.verb == "account.password" || order.verb == "account.code"
                ? .ownAccount : .account
        case .reveal: .reveal
        case .record: nil
        }
    }

    /// - Parameter json: `account.add` {login, name, roles, regions?, password} · `account.roles`
    ///   {login, roles} · `account.name` {login, name} · `account.disable`, `account.enable`
    ///   {login} · `account.password` {login, password, code?} · `account.code` {login, code?} ·
    ///   and of all `regions?` · `case.reveal` {case, reason}. A password is a
    ///   `PasswordRecord`, never the password itself.
    /// - Throws: A refusal of category `invalid` that names the field.
    package init(json: JSON) throws(RuleRefusal) {
        let fields = CommandFields(json)
        let verb = try fields.text("command")
        if verb == "case.reveal" {
            let text = try fields.text("case")
            let reason = try fields.text("reason")
            guard reason.count <= Limits.reasonCharactersMax else {
                throw .invalid("reason", "理由至多 \(Limits.reasonCharactersMax) 字")
            }
            self = .reveal(Digest16(hex: text), number: CaseNumber(text)?.text, reason: reason)
            return
        }
        self = .account(try AccountOrder(verb, fields))
    }
}

/// Words about one account.
package struct AccountOrder: Hashable, Sendable {
    /// Which command it is.
    package let verb: String
    package let login: String
    package let name: String?
    package let roles: [Role]?
    /// As `PasswordRecord` writes it.
    package let password: String?
    /// Sealed; empty for none.
    package let code: String?
    /// Where it works; empty for this node, and of a known account for all places from this node
    /// down at which it works, but for its roles.
    package let regions: [RegionCode]

    fileprivate init(_ verb: String, _ fields: CommandFields) throws(RuleRefusal) {
        self.verb = verb
        login = try fields.text("login")
        guard AccountID.isLogin(login) else {
            throw .invalid("login", "登录名应为小写字母开头的字母、数字、点或短横，至多 32 位")
        }
        let isNew = verb == "account.add"
        name = isNew || verb == "account.name" ? try fields.text("name") : nil
        if let name, name.count > Limits.personCharactersMax {
            throw .invalid("name", "姓名过长")
        }
        roles = isNew || verb == "account.roles" ? try Self.roles(fields) : nil
        let needsPassword = isNew || verb == "account.password"
        let stored = needsPassword ? try fields.text("password") : nil
        if let stored, PasswordRecord(text: stored) == nil {
            throw .invalid("password", "口令应为已派生的记录")
        }
        password = stored
        let sealed = try fields.optionalText("code")
        code = verb == "account.code" ? sealed ?? "" : verb == "account.password" ? sealed : nil
        if let code, code.utf8.count > Limits.sealedCodeBytesMax {
            throw .invalid("code", "动态码密钥过长")
        }
        var regions: [RegionCode] = []
        if let list = fields.json["regions"]?.array {
            guard list.count <= Limits.accountRegionsMax else {
                throw .invalid("regions", "任职节点过多")
            }
            for entry in list {
                guard let code = entry.text.flatMap(RegionCode.init(_:)) else {
                    throw .invalid("regions", "应为 12 位区划代码")
                }
                regions.append(code)
            }
        }
        self.regions = regions
    }

    /// The same as a change of roles: what must be allowed to say it of another person.
    init(asAdmin order: AccountOrder) {
        verb = "account.roles"
        login = order.login
        name = nil
        roles = nil
        password = nil
        code = nil
        regions = order.regions
    }

    private static func roles(_ fields: CommandFields) throws(RuleRefusal) -> [Role] {
        let words = try fields.texts("roles")
        var roles: [Role] = []
        for word in words {
            guard let role = Role(rawValue: word) else {
                throw .invalid("roles", "没有这个角色：\(word)")
            }
            if !roles.contains(role) { roles.append(role) }
        }
        guard roles.count <= Limits.rolesMax else { throw .invalid("roles", "角色过多") }
        return roles
    }
}
