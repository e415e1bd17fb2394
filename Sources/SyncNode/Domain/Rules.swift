package import Account
package import Base
@_exported public import Catalog
import Change
@_exported public import Civil
@_exported public import Counter
@_exported public import Document
@_exported public import Region
@_exported public import Ticket
@_exported public import Verdict

// Whoever knows the domain knows the words that it is spoken in: places, dates, documents.

/// A wish to change something: from the API, the command line, or the node itself.
package enum Command: Sendable {
    case catalog(CatalogCommand)
    case cases(CaseCommand)
    case staff(StaffCommand)
    case ticket(TicketCommand)
    case counter(CounterCommand)
    /// The command, if what it is about is still as its author saw it.
    indirect case ifSeen(StateTag, Command)

    /// - Parameter json: One flat object with `command`, that command's fields, and `seen` where
    ///   the author says what was on screen.
    /// - Throws: A refusal that names the field which is not well formed.
    package init(json: JSON) throws(RuleRefusal) {
        let plain = try Command(plain: json)
        guard let seen = json["seen"], !seen.isNull else {
            self = plain
            return
        }
        guard let tag = seen.text.flatMap({ StateTag($0) }) else {
            throw .invalid("seen", "seen 应为 16 位十六进制数")
        }
        self = .ifSeen(tag, plain)
    }

    private init(plain json: JSON) throws(RuleRefusal) {
        guard let name = json["command"]?.text else {
            throw .invalid("command", "缺少 command")
        }
        if StaffCommand.verbs.contains(name) {
            self = .staff(try StaffCommand(json: json))
            return
        }
        if TicketCommand.verbs.contains(name) {
            self = .ticket(try TicketCommand(json: json))
            return
        }
        if CounterCommand.verbs.contains(name) {
            self = .counter(try CounterCommand(json: json))
            return
        }
        if name.hasPrefix("case.") {
            self = .cases(try CaseCommand(json: json))
            return
        }
        do throws(CommandFault) {
            self = .catalog(try CatalogCommand(verb: name, json: json))
        } catch {
            throw error.refusal
        }
    }
}

extension Command {
    /// What must be allowed to whoever asks for it; nil for what only the node itself asks.
    package var act: Act? {
        switch self {
        case .catalog(let command): command.act
        case .cases(let command): Act(rawValue: "case." + command.act.name)
        case .staff(let command): command.act
        case .ticket(let command): command.act
        case .counter(let command): command.act
        case .ifSeen(_, let command): command.act
        }
    }

    /// The same command with all that somebody wrote freely put through `map`, but for what is
    /// empty. Of the catalog nothing is: what is said of items is published.
    package func mappingTexts<E: Error>(
        _ map: (String) throws(E) -> String
    ) throws(E) -> Command {
        switch self {
        case .catalog: self
        case .cases(let command):
            .cases(
                CaseCommand(
                    try command.act.mappingTexts(map), on: command.target, at: command.at))
        case .staff(let command): .staff(try command.mappingTexts(map))
        case .ticket(let command): .ticket(try command.mappingTexts(map))
        case .counter(let command): .counter(try command.mappingTexts(map))
        case .ifSeen(let seen, let command): .ifSeen(seen, try command.mappingTexts(map))
        }
    }

    /// Why it is not written: a text in it is in the clear. nil where all are sealed.
    fileprivate var refusalOfTexts: RuleRefusal? {
        do throws(RuleRefusal) {
            _ = try mappingTexts { (text) throws(RuleRefusal) in
                guard SealedText.isSealed(text) else { throw .textNotSealed }
                return text
            }
            return nil
        } catch {
            return error
        }
    }

    /// Whether its answer holds a full name or number: such an answer is kept nowhere.
    package var isReveal: Bool { act == .reveal }
}

/// What a command leads to: the one door through which anything is decided.
package enum Rules {
    /// - Parameters:
    ///   - desk: The local node, its clerk and the moment.
    ///   - source: The documents as the batch has them by now.
    ///   - custody: Which of custody's rules are in force: all, outside the simulator.
    /// - Throws: What the port throws; a refusal by rule is a decision.
    package static func decide<S: DocumentSource>(
        _ command: Command, at desk: Desk, from source: S, under custody: CustodyRules = .standard
    ) throws(S.Failure) -> Decision {
        if let refusal = try StaffRules.refusal(of: command, at: desk, from: source) {
            return .refuse(refusal)
        }
        if desk.mustSeal, let refusal = command.refusalOfTexts { return .refuse(refusal) }
        return switch command {
        case .catalog(let command): try CatalogRules.decide(command, at: desk, from: source)
        case .cases(let command):
            if let refusal = try TicketDoor.refusal(of: command, at: desk, from: source) {
                .refuse(refusal)
            } else {
                try CaseRules.decide(command, at: desk, from: source, under: custody)
            }
        case .ticket(let command): try TicketDoor.decide(command, at: desk, from: source)
        case .counter(let command): try CounterDoor.decide(command, at: desk, from: source)
        case .staff(let command): try StaffRules.decide(command, at: desk, from: source)
        case .ifSeen(let seen, let command):
            if let current = try state(of: command, at: desk, from: source), current != seen {
                .refuse(.stale(seen: seen, current: current))
            } else {
                try decide(command, at: desk, from: source, under: custody)
            }
        }
    }

    /// The state of the document that a command is about, as an entity tag carries it; nil where
    /// there is none, which the command's own rule says.
    private static func state<S: DocumentSource>(
        of command: Command, at desk: Desk, from source: S
    ) throws(S.Failure) -> StateTag? {
        let key: DocumentKey?
        switch command {
        case .ifSeen(_, let inner): return try state(of: inner, at: desk, from: source)
        case .cases(let command): key = try CaseRules.document(of: command, from: source)
        case .catalog(.define(let order)):
            key = DefinitionState.key(
                order.family, order.code, in: ScopeName.catalog(desk.region).id)
        case .catalog(let command):
            key = try command.item.flatMap { code throws(S.Failure) in
                try source.find(.item, label: code).first
            }
        case .ticket(let command): key = try TicketDoor.key(of: command, from: source)
        case .counter(let command): key = CounterDoor.key(of: command)
        case .staff: return nil
        }
        guard let key, let content = try source.content(key) else { return nil }
        return content.tag(of: key)
    }
}

extension Content {
    /// What a page shows of it and brings back: the mark of its stored state.
    package func tag(of key: DocumentKey) -> StateTag {
        StateTag(of: stored(key: key, scope: ScopeID(0)).state)
    }
}

extension RuleRefusal {
    /// A scope whose key is not made yet.
    package static let keyless = RuleRefusal("seal-key-unknown", "加密密钥尚未就绪，请稍后重试")
    /// A text on its way past the door.
    fileprivate static let textNotSealed = RuleRefusal(
        "text-not-sealed", "所写的文字未经加密，不予保存", category: .forbidden)

    /// What the author saw was changed since.
    static func stale(seen: StateTag, current: StateTag) -> RuleRefusal {
        var refusal = RuleRefusal(
            "state-changed", "您看到的内容已被更新，请刷新后再办理", category: .stale)
        refusal.tags = Tags(seen: seen, current: current)
        return refusal
    }
}

extension CaseRules {
    /// What is personal is written sealed or not at all, under a key that its readers have.
    ///
    /// - Parameter isNamed: Whether the command names a person.
    static func refusal<S: DocumentSource>(
        of sealed: Envelope?, _ isNamed: Bool, at desk: Desk, from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        guard desk.mustSeal, isNamed else { return nil }
        guard let sealed else {
            return RuleRefusal("person-not-sealed", "个人信息未经加密，不予保存", category: .forbidden)
        }
        guard try source.content(sealed.keyring) != nil else {
            return .keyless
        }
        return nil
    }
}

/// What the local seat owes without being asked: gateways pass on, sign, tell.
package enum Reactions {
    /// - Parameter key: A document whose `attention` is set.
    /// - Returns: Commands to decide as the node itself, in order. Nothing where this node has
    ///   no seat, or once their changes are folded.
    package static func due<S: DocumentSource>(
        _ key: DocumentKey, at desk: Desk, from source: S
    ) throws(S.Failure) -> [Command] {
        guard desk.isSeated else { return [] }
        switch key.collection {
        case .caseFile, .handover, .parcel:
            return try CaseReactions.due(key, at: desk, from: source)
        case .receipt:
            return try CatalogReactions.due(key, at: desk, from: source).map { .catalog($0) }
        case .booking:
            guard case .booking(let state)? = try source.content(key), state.attention else {
                return []
            }
            return [.counter(.settle(key.id))]
        case .item, .overlay, .grant, .calendar, .serial, .holding, .account, .audit, .draft,
            .keyring, .reconciliation, .theme, .basic, .knowledge, .proof, .question, .ruling,
            .ticket, .rating, .setting, .figure, .station, .window, .mailing, .certificate,
            .queueDay:
            return []
        }
    }
}

/// What the local seat owes the catalog of itself: receipts.
package enum CatalogReactions {
    /// The commands due for a document of the `receipt` collection; none once they are folded.
    /// One receipt covers all that is there, however many changes that took.
    ///
    /// - Throws: What the source throws.
    package static func due<S: DocumentSource>(
        _ key: DocumentKey, at desk: Desk, from source: S
    ) throws(S.Failure) -> [CatalogCommand] {
        guard key.collection == .receipt, desk.isSeated,
            case .receipt(let state)? = try source.content(key), state.owner == state.region,
            state.owesReceipt
        else { return [] }
        return [.receipt(catalog: state.owner)]
    }
}

extension CaseSheet {
    /// 审查: an opinion, bound to nobody's decision, of an officer who did not accept the case.
    func review(_ isGranted: Bool, _ note: String) throws(RuleRefusal) -> Decision {
        try checkMode([.authorise])
        try check(.acceptance, isFilled: true, "case-not-accepted", "尚未受理")
        try check(.decision, isFilled: false, "case-decided", "已作出决定")
        try checkNotWithdrawn()
        guard !CaseEvent.isBarred(desk.author, by: state.effective(.acceptance)) else {
            throw RuleRefusal(
                "separate-officers", "受审分离：受理人不得审查同一承诺件", category: .forbidden)
        }
        try checkState(.review)
        let draft = draft(.caseReview) { object in
            object.field("outcome", isGranted ? "grant" : "refuse")
            object.object("detail") { $0.field("note", note) }
        }
        return written([draft])
    }
}

/// What becomes of each row of a hotline's file: the same for a dry run and for the import.
package struct TicketPlan: Sendable {
    /// The rows with what was found, the node's word included.
    package private(set) var file: TicketFile
    private(set) var drafts: [Draft] = []
    private var known = 0

    /// The rows of an order, without a file around them: what the writer decides.
    static func of<S: DocumentSource>(
        _ rows: [TicketRow], at desk: Desk, from source: S
    ) throws(S.Failure) -> TicketPlan {
        var plan = TicketPlan(file: TicketFile(rows: rows))
        try plan.decide(at: desk, from: source)
        return plan
    }

    /// Cost: a look at the store for each row.
    package static func of<S: DocumentSource>(
        _ file: TicketFile, at desk: Desk, from source: S
    ) throws(S.Failure) -> TicketPlan {
        var plan = TicketPlan(file: file)
        try plan.decide(at: desk, from: source)
        return plan
    }

    /// Rows on which nothing was decided yet.
    init(file: TicketFile) { self.file = file }

    private mutating func decide<S: DocumentSource>(
        at desk: Desk, from source: S
    ) throws(S.Failure) {
        for row in file.rows {
            let label = "R" + (row.order.hotline ?? "")
            guard try source.find(.ticket, label: label).isEmpty else {
                known += 1
                continue
            }
            do throws(RuleRefusal) {
                drafts.append(
                    try TicketRules.opening(row.order, at: desk, number: row.number).draft)
            } catch {
                file.refuse(row.number, error)
            }
        }
    }

    /// As `TicketFile.answer`.
    package var answer: [UInt8] {
        file.answer(opened: file.findings.isEmpty ? drafts.count : 0, known: known)
    }
}

extension Command {
    /// The case of which it must be known what its applicant gave before; nil where that does not
    /// matter.
    package var poolTarget: CaseCommand.Target? {
        switch self {
        case .ifSeen(_, let command): command.poolTarget
        case .cases(let order) where order.act.asksForMaterials: order.target
        default: nil
        }
    }

    /// The same with what is known.
    package func knowing(_ pool: [CaseCommand.PooledMaterial]) -> Command {
        switch self {
        case .ifSeen(let seen, let command): return .ifSeen(seen, command.knowing(pool))
        case .cases(var order):
            order.pool = pool
            return .cases(order)
        default: return self
        }
    }
}

/// What pages ask about bookings.
package enum CounterQuery {
    /// A window's hours with the bookings that are here. Reads a day's bookings when asked.
    package static func book<S: DocumentSource>(
        _ window: ServiceWindow, at now: Instant, in directory: Directory, from source: S
    ) throws(S.Failure) -> BookingBook<S.Failure> {
        let year = CivilDate(of: now).year
        let calendar = try CatalogQuery.calendar(
            of: year...min(9999, year + 1), for: window.region, in: directory, from: source)
        return BookingBook(window, calendar, at: now) { (date) throws(S.Failure) in
            var found: [BookingState] = []
            let label = BookingState.label(window.region, window.code, date)
            for key in try source.find(.booking, label: label) {
                if case .booking(let state)? = try source.content(key) { found.append(state) }
            }
            return found
        }
    }
}
