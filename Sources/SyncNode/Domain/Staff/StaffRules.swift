import Account
import Base
import Change
package import Document
import Region
package import Ticket

/// Who may ask for what, and the rules of accounts themselves. Every command of every door comes
/// by here, inside the transaction that writes it.
enum StaffRules {
    /// Whether two-person rules leave this author alone: the node itself, and the operator who
    /// sets a node up.
    static func mayActAlone(_ author: UInt64) -> Bool {
        author == 0 || author == AccountID.operatorAuthor
    }

    /// Why the author may not ask for a command; nil where the author may.
    static func refusal<S: DocumentSource>(
        of command: Command, at desk: Desk, from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        if desk.author == 0 { return nil }
        guard let act = command.act else {
            return RuleRefusal("command-of-node", "此命令只由节点自己发出", category: .forbidden)
        }
        if desk.author == AccountID.operatorAuthor { return nil }
        let key = AccountState.key(of: desk.author, at: desk.region)
        guard case .account(let account)? = try source.content(key) else {
            return RuleRefusal("account-unknown", "本节点没有这个账户", category: .forbidden)
        }
        guard !account.isDisabled else {
            return RuleRefusal("account-disabled", "账户已停用", category: .forbidden)
        }
        guard Permissions.allow(account.roles, act) else {
            let roles = account.roles.map(\.name).joined(separator: "、")
            return RuleRefusal(
                "role-forbids", "\(roles.isEmpty ? "无角色账户" : roles)不得\(act.name)",
                category: .forbidden)
        }
        return nil
    }

    static func decide<S: DocumentSource>(
        _ command: StaffCommand, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        switch command {
        case .account(let order): return try account(order, at: desk, from: source)
        case .reveal(let id, let number, let reason):
            return try reveal(id, number, reason, at: desk, from: source)
        case .record(let line):
            guard desk.author == 0 else {
                return .refuse(
                    RuleRefusal("command-of-node", "此命令只由节点自己发出", category: .forbidden))
            }
            return .write([draft(line, at: desk)], answer: [])
        }
    }

    private static func draft(_ line: AuditState, at desk: Desk) -> Draft {
        Draft(scope: .staff(desk.region), kind: .auditLine, body: line.body)
    }

    // MARK: accounts

    private static func account<S: DocumentSource>(
        _ order: AccountOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard desk.isSeated else {
            return .refuse(
                RuleRefusal("seat-suspended", "本机席位未获上级授予，不能管理账户", category: .forbidden))
        }
        let codes = order.regions
        var places: [RegionRecord] = []
        for code in codes {
            guard let place = desk.directory.region(code: code),
                desk.directory.isWithin(place.id, desk.region),
                desk.directory.carries(desk.region, .staff(place.id))
            else {
                return .refuse(
                    RuleRefusal(
                        "region-not-below", "只能管理本节点及其下级的账户", field: "regions",
                        category: .forbidden))
            }
            places.append(place)
        }
        if places.isEmpty { places = try everyPlace(of: order, at: desk, from: source) }
        guard let home = places.first else {
            return .refuse(RuleRefusal("station-unknown", "本站尚未列入目录", category: .forbidden))
        }
        var drafts: [Draft] = []
        var author: UInt64 = 0
        for place in places {
            let known = try find(order.login, at: place.id, from: source)
            if let refusal = try refusal(of: order, known, at: place, desk, from: source) {
                return .refuse(refusal)
            }
            let id = known?.id ?? AccountID.text(login: order.login, home: home.id.hex)
            author = AccountID.author(of: id)
            var word = word(order, id, isOwn: author == desk.author)
            if let name = word.name {
                guard let fit = try self.name(name, for: place, at: desk, from: source) else {
                    return .refuse(.keyless)
                }
                word.name = fit
            }
            var draft = Draft(scope: .staff(place.id), kind: .accountSet, body: word.body)
            if known != nil, let isEnd = word.isDisabled, place.id != desk.region {
                draft.turn = StaffTurn(author: author, region: place.id, isEnd: isEnd)
            }
            drafts.append(draft)
        }
        var line = AuditState(act: order.verb, region: desk.region)
        line.about = order.login
        line.reason = order.roles?.map(\.rawValue).joined(separator: " ") ?? ""
        drafts.append(draft(line, at: desk))
        return .write(
            drafts,
            answer: CatalogRules.answer { object in
                object.field("login", order.login)
                object.field("author", hex: author)
            })
    }

    /// The name as whoever carries the place's accounts can read it: wrapped for the audience of
    /// its cases, which is the same; nil where that has no key yet.
    private static func name<S: DocumentSource>(
        _ name: String, for place: RegionRecord, at desk: Desk, from source: S
    ) throws(S.Failure) -> String? {
        guard case .whole(let envelope)? = SealedText(text: name) else { return name }
        let scope = ScopeName.cases(place.id, year: CivilDate(of: desk.now).scopeYear)
        return try source.rewrapped(envelope, for: .audience(of: scope))
            .map { SealedText.whole($0).text }
    }

    /// Everywhere from this node down where the account works: a password set here opens there,
    /// and who is disabled here is so there. Roles are a place's own. This node alone where it
    /// is not clear whose login is meant.
    private static func everyPlace<S: DocumentSource>(
        of order: AccountOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> [RegionRecord] {
        guard let own = desk.directory.region(desk.region) else { return [] }
        guard order.verb != "account.add", order.verb != "account.roles" else { return [own] }
        var found: [(id: String, place: RegionRecord)] = []
        for key in try source.find(.account, label: order.login) {
            guard case .account(let state)? = try source.content(key),
                desk.directory.isWithin(state.region, own.id),
                let place = desk.directory.region(state.region)
            else { continue }
            found.append((state.id, place))
        }
        let here = found.first { $0.place.id == own.id }
        let meant = here?.id ?? found.first?.id
        let places = found.filter { $0.id == meant }.map(\.place)
        guard here != nil || places.count == found.count, !places.isEmpty,
            places.count <= Limits.accountRegionsMax
        else { return [own] }
        return places
    }

    /// - Parameter isOwn: Whether it is the caller's own account. Another's new password ends the
    ///   one-time codes: their secret lies under the old one.
    private static func word(_ order: AccountOrder, _ id: String, isOwn: Bool) -> AccountWord {
        var word = AccountWord(id: id, login: order.login)
        word.name = order.name
        word.roles = order.roles
        word.password = order.password
        word.code = order.code
        if order.verb == "account.password", !isOwn { word.code = "" }
        switch order.verb {
        case "account.disable": word.isDisabled = true
        case "account.add", "account.enable": word.isDisabled = false
        default: break
        }
        return word
    }

    /// The account that has a login at a node.
    static func find<S: DocumentSource>(
        _ login: String, at region: RegionID, from source: S
    ) throws(S.Failure) -> AccountState? {
        for key in try source.find(.account, label: login) {
            if case .account(let state)? = try source.content(key), state.region == region {
                return state
            }
        }
        return nil
    }

    private static func refusal<S: DocumentSource>(
        of order: AccountOrder, _ known: AccountState?, at place: RegionRecord, _ desk: Desk,
        from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        if order.verb == "account.add", known != nil {
            return RuleRefusal("account-exists", "已有这个登录名，登录名不再分给他人", field: "login")
        }
        if order.verb != "account.add", known == nil {
            return RuleRefusal(
                "account-not-found", "没有这个账户", field: "login", category: .missing)
        }
        let isOwn = known?.author == desk.author
        if StaffCommand.account(order).act == .ownAccount, !isOwn,
            let refusal = try refusal(
                of: .staff(.account(AccountOrder(asAdmin: order))), at: desk, from: source)
        {
            return refusal
        }
        if order.code?.isEmpty == false, !isOwn {
            return RuleRefusal("own-code", "动态码只能由本人启用", category: .forbidden)
        }
        if isOwn, StaffCommand.account(order).act == .account {
            return RuleRefusal("own-account", "不得管理本人账户，请由另一名管理员办理", category: .forbidden)
        }
        guard let roles = order.roles else { return nil }
        if let role = roles.first(where: { !$0.levels.contains(place.level) }) {
            return RuleRefusal(
                "role-level", "\(role.name)不设在这一级", field: "roles", category: .invalid)
        }
        if let (one, other) = Permissions.clash(roles) {
            return RuleRefusal(
                "roles-clash", "\(one.name)与\(other.name)不得由一人兼任", field: "roles",
                category: .invalid)
        }
        return nil
    }

    // MARK: full values

    /// A full name and number, of an own case only, and with the reason in the audit: the line is
    /// durable before anyone reads the value.
    private static func reveal<S: DocumentSource>(
        _ id: Digest16?, _ number: String?, _ reason: String, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        var found = id
        if found == nil, let number {
            let keys = try source.find(.caseFile, label: number)
            if keys.count == 1 { found = keys[0].id }
        }
        guard let found,
            case .caseFile(let state)? = try source.content(
                DocumentKey(collection: .caseFile, id: found)),
            state.links.first != nil
        else { return .refuse(.noCase) }
        guard state.holder?.region == desk.region || state.scope.region == desk.region else {
            return .refuse(
                RuleRefusal(
                    "case-not-own", "完整个人信息只限收件站和现保管节点查看", category: .forbidden))
        }
        guard let sealed = state.sealed else {
            return .refuse(
                RuleRefusal("personal-data-gone", "个人信息已清除或不在本节点", category: .missing))
        }
        var line = AuditState(act: Act.reveal.rawValue, region: desk.region)
        line.about = state.number
        line.reason = reason
        return .write(
            [draft(line, at: desk)],
            answer: CatalogRules.answer { object in
                object.field("number", state.number)
                object.field("sealed", sealed.text)
            })
    }
}

/// 亮灯通知: who of those who answer was told, and has acknowledged it. That one is due is worked
/// out by whoever looks; what was said of it is a record.
enum NoticeDoor {
    private struct Subject {
        let id: Digest16
        let scope: ScopeName
        let number: String
        /// The item whose guide names who answers; empty where there is none.
        let item: String
        let region: RegionID
        let isOver: Bool
    }

    static func decide<S: DocumentSource>(
        _ order: NoticeOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard let subject = try subject(order.subject, from: source),
            desk.directory.carries(desk.region, subject.scope)
        else {
            return .refuse(
                RuleRefusal("notice-subject", "没有这个办件或工单", field: "subject", category: .missing))
        }
        guard !subject.isOver else {
            return .refuse(RuleRefusal("notice-over", "已办结，无需通知", field: "subject"))
        }
        if let refusal = desk.refusal(of: order.at) { return .refuse(refusal) }
        var state = NoticeState(scope: subject.scope)
        let key = NoticeState.key(subject.id)
        if case .notice(let known)? = try source.content(key) { state = known }
        if let refusal = refusal(of: order, state, at: desk) { return .refuse(refusal) }
        let name = try responsible(order.step, subject, at: desk, from: source)
        var body = JSONWriter(capacity: 256)
        body.object { object in
            object.field("subject", hex: subject.id)
            object.field("number", subject.number)
            object.field("step", order.step.rawValue)
            object.field("due", order.due.text)
            object.field("act", order.way == nil ? "acknowledge" : "tell")
            if let name { object.field("name", name) }
            if let way = order.way { object.field("way", way) }
            object.field("at", (order.at ?? desk.now).millis)
        }
        return .write(
            [Draft(scope: subject.scope, kind: .noticeGiven, body: body.bytes)],
            answer: CatalogRules.answer { $0.field("number", subject.number) })
    }

    private static func refusal(
        of order: NoticeOrder, _ state: NoticeState, at desk: Desk
    ) -> RuleRefusal? {
        guard state.words.count < Limits.noticeWordsMax else {
            return RuleRefusal("notice-full", "通知记录已达上限")
        }
        let isTold = order.way != nil
        guard state.word(order.step, due: order.due, isAcknowledged: !isTold) == nil else {
            return RuleRefusal(
                "notice-given", isTold ? "此步已通知，无需重复" : "此步已知悉", field: "step")
        }
        let told = state.word(order.step, due: order.due, isAcknowledged: false)
        guard isTold || told?.author != desk.author || StaffRules.mayActAlone(desk.author) else {
            return RuleRefusal(
                "separate-officers", "知悉由被通知的人登记，通知人不得代为知悉", category: .forbidden)
        }
        return nil
    }

    /// Who answers at a step, as the item's guide names them; nil where it names nobody.
    private static func responsible<S: DocumentSource>(
        _ step: NoticeStep, _ subject: Subject, at desk: Desk, from source: S
    ) throws(S.Failure) -> String? {
        guard !subject.item.isEmpty else { return nil }
        let locals =
            try CatalogQuery.effective(
                subject.item, for: subject.region, at: desk.now, in: desk.directory, from: source)?
            .locals ?? []
        return locals.first { $0.field == step.field }?.text
    }

    private static func subject<S: DocumentSource>(
        _ name: String, from source: S
    ) throws(S.Failure) -> Subject? {
        let tickets = try source.find(.ticket, label: name)
        let id = Digest16(hex: name)
        for key in try source.find(.caseFile, label: name) + tickets
            + [id.map { TicketState.key($0) }].compactMap({ $0 })
        {
            switch try source.content(key) {
            case .caseFile(let state):
                return Subject(
                    id: key.id, scope: state.scope, number: state.number, item: state.item,
                    region: state.scope.region,
                    isOver: state.status.isFinal && state.status != .delivered)
            case .ticket(let state):
                return Subject(
                    id: key.id, scope: state.scope, number: state.number,
                    item: state.opening?.body["item"]?.text ?? "", region: state.station,
                    isOver: state.status.isFinal)
            default: continue
            }
        }
        return nil
    }

    static func fold<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard !arrival.isIdle, let bytes = arrival.change.body else { return [] }
        let body = JSON.orNull(bytes)
        guard let id = body["subject"]?.text.flatMap(Digest16.init(hex:)) else { return [] }
        let key = NoticeState.key(id)
        var state = NoticeState(scope: arrival.scope)
        if case .notice(let known)? = try source.content(key) { state = known }
        guard state.scope == arrival.scope else { return [] }
        state.take(arrival.change, body, region: desk.directory.region(of: arrival.key))
        return [ContentWrite(key: key, content: .notice(state))]
    }

    /// What the audit calls it.
    static func act(_ change: Change) -> String {
        let act = change.body.flatMap { JSON.orNull($0)["act"]?.text }
        return "notice." + (act ?? "tell")
    }
}

extension NoticeStep {
    /// Where the item's guide names who it is.
    package var field: OverlayState.Field {
        switch self {
        case .officer: .officer
        case .section: .sectionHead
        case .leader: .leader
        }
    }
}
