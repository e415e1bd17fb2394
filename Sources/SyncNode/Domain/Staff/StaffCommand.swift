package import Account
package import Base
package import Change
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

extension StaffCommand {
    /// The same command with all that somebody wrote freely put through `map`: why a full value
    /// is wanted, or something was done, and an account's name.
    package func mappingTexts<E: Error>(
        _ map: (String) throws(E) -> String
    ) throws(E) -> StaffCommand {
        switch self {
        case .account(var order):
            if let name = order.name { order.name = try map(name) }
            return .account(order)
        case .reveal(let id, let number, let reason):
            return .reveal(id, number: number, reason: try map(reason))
        case .record(var line):
            if !line.reason.isEmpty { line.reason = try map(line.reason) }
            return .record(line)
        }
    }
}

/// Words about one account.
package struct AccountOrder: Hashable, Sendable {
    /// Which command it is.
    package let verb: String
    package let login: String
    /// The person's name; sealed at the door.
    package var name: String?
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

extension ChangeKind {
    /// What someone who may says of an account at a node: `AccountWord`.
    package static let accountSet = ChangeKind(rawValue: 0x00a0)
    /// A line of the audit: `AuditState`.
    package static let auditLine = ChangeKind(rawValue: 0x00a1)
}

/// The fold of a node's accounts and audit, and the lines that changes of other scopes are.
enum StaffFold {
    /// Folds one change of a `staff` scope.
    static func apply<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard let json = arrival.change.body.map(JSON.orNull) else { return [] }
        switch arrival.change.kind {
        case .accountSet: return try account(json, arrival, at: desk, from: source)
        case .auditLine:
            let region = arrival.scope.region
            let recorded = arrival.change.header.time.millis
            guard var state = AuditState(json, region: region, recorded: recorded) else {
                return []
            }
            if arrival.change.header.author != 0 { state.author = arrival.change.header.author }
            return [write(state, arrival.change)]
        default: return []
        }
    }

    /// Said by the seat of the node itself or of a place above it; of a quarantined chain, and of
    /// what lies beyond an end, nothing counts.
    private static func account<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        let region = arrival.scope.region
        guard !arrival.isIdle, let word = AccountWord(json),
            let writer = desk.directory.region(seatedBy: arrival.key),
            desk.directory.isWithin(region, writer)
        else { return [] }
        let key = AccountState.key(of: AccountID.author(of: word.id), at: region)
        var state = AccountState(id: word.id, login: word.login, region: region)
        if case .account(let known)? = try source.content(key) {
            guard known.id == word.id else { return [] }
            state = known
        }
        state.take(word, arrival.change)
        return [ContentWrite(key: key, content: .account(state))]
    }

    /// The line that a person's act in another scope is; nil for the node's own doings. The
    /// change itself is the proof: this is how lists find it.
    static func line(
        of arrival: Arrival, _ writes: [ContentWrite], at desk: Desk
    ) -> ContentWrite? {
        let header = arrival.change.header
        // A case before what comes with it, such as the day's counter of numbers.
        let main = writes.first { $0.key.collection == .caseFile } ?? writes.first
        guard header.author != 0, arrival.scope.family != .staff, let first = main,
            let (act, about) = act(arrival.change, first.content)
        else { return nil }
        var state = AuditState(
            act: act, region: desk.directory.region(of: arrival.key) ?? arrival.scope.region,
            author: header.author, recorded: header.time.millis)
        state.about = about
        if case .caseFile(let file) = first.content {
            let event = file.event(arrival.change.hash.prefix16)
            state.business = event?.business
        }
        return write(state, arrival.change)
    }

    private static func act(_ change: Change, _ content: Content) -> (String, String)? {
        switch content {
        case .caseFile(let state):
            (
                Act(rawValue: "case." + change.kind.caseName)?.rawValue ?? change.kind.caseName,
                state.number
            )
        case .serial: nil
        case .item(let state):
            (change.kind == .itemPublish ? Act.publish.rawValue : "item.standing", state.code)
        case .draft(let state): (Act.draft.rawValue, state.code)
        case .definition(let state): (state.family.rawValue + ".set", state.code)
        case .overlay(let state): (Act.overlay.rawValue, state.code)
        case .grant(let state): (Act.grant.rawValue, state.code)
        case .calendar(let state): (Act.calendar.rawValue, String(state.year))
        case .ticket(let state): (TicketDoor.act(change), state.number)
        case .booking(let state): (CounterDoor.act(change, "booking"), state.number)
        case .mailing(let state): (CounterDoor.act(change, "mailing"), state.number)
        case .certificate(let state): (Act.remind.rawValue, state.caseNumber)
        case .queueDay(let state): ("queue.day", state.counts.day.text)
        case .notice(let state): (NoticeDoor.act(change), state.number)
        // Who rated what stands in no list.
        case .rating, .receipt, .handover, .parcel, .holding, .account, .audit,
            .keyring, .reconciliation:
            nil
        }
    }

    /// By time, so that one person's lines stand in their order in the index of labels.
    private static func write(_ state: AuditState, _ change: Change) -> ContentWrite {
        let id = Digest16(
            high: UInt64(max(0, change.header.time.millis)), low: change.hash.prefix8)
        return ContentWrite(
            key: DocumentKey(collection: .audit, id: id), content: .audit(state))
    }
}
