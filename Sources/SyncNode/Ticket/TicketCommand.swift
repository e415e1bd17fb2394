package import Account
package import Base
package import Civil
package import Document
package import Verdict

/// What is asked of tickets and ratings.
package enum TicketCommand: Hashable, Sendable {
    case open(TicketOrder)
    case step(TicketStepOrder)
    case rate(RatingOrder)
    /// Rows of a hotline's file, all of them or none.
    case importRows([TicketRow])
    /// 亮灯通知: somebody was told, or has acknowledged it.
    case notice(NoticeOrder)

    /// The commands that a person or program may name.
    package static let verbs =
        ["ticket.open", "rating.give", "notice.tell", "notice.acknowledge"]
        + TicketAct.allCases.map { "ticket." + $0.rawValue }

    /// What must be allowed to whoever asks for it.
    package var act: Act {
        switch self {
        case .open: .ticketOpen
        case .step(let order):
            order.act == .review || order.act == .archive ? .ticketReview : .ticketStep
        case .rate: .rate
        case .importRows: .ticketImport
        case .notice: .notice
        }
    }

    /// - Parameter json: `ticket.open` {kind, text, case?, item?, grade?, days?, channel?,
    ///   hotline?, to?, applicant?, phone?, at?} · `ticket.judge`, `ticket.review` {ticket,
    ///   outcome, note?, at?} · `ticket.assign` {ticket, to, note?, at?} · `ticket.claim`,
    ///   `ticket.fix`, `ticket.reply`, `ticket.archive`, `ticket.note` {ticket, note?, at?} ·
    ///   `rating.give` {contact, grade, served?, channel?, item?, named?, text?, at?} ·
    ///   `notice.tell` {subject, step, due, way, at?} · `notice.acknowledge` {subject, step, due,
    ///   at?}.
    /// - Throws: A refusal of category `invalid` that names the field.
    package init(json: JSON) throws(RuleRefusal) {
        let fields = CommandFields(json)
        switch try fields.text("command") {
        case "ticket.open": self = .open(try TicketOrder(fields))
        case "rating.give": self = .rate(try RatingOrder(fields))
        case "notice.tell", "notice.acknowledge": self = .notice(try NoticeOrder(fields))
        case let verb:
            guard let act = TicketAct(rawValue: String(verb.dropFirst("ticket.".count))) else {
                throw .invalid("command", "没有这个命令")
            }
            self = .step(try TicketStepOrder(act, fields))
        }
    }
}

extension TicketCommand {
    /// The same command with all that somebody wrote freely put through `map`, but for what is
    /// empty: the one list of it.
    package func mappingTexts<E: Error>(
        _ map: (String) throws(E) -> String
    ) throws(E) -> TicketCommand {
        func text(_ plain: String) throws(E) -> String { plain.isEmpty ? plain : try map(plain) }
        switch self {
        case .open(var order):
            order.text = try text(order.text)
            return .open(order)
        case .step(var order):
            order.note = try text(order.note)
            return .step(order)
        case .rate(var order):
            order.text = try text(order.text)
            return .rate(order)
        case .importRows(let rows):
            var mapped: [TicketRow] = []
            for row in rows {
                var order = row.order
                order.text = try text(order.text)
                mapped.append(TicketRow(number: row.number, order: order))
            }
            return .importRows(mapped)
        case .notice: return self
        }
    }
}

/// A new ticket.
package struct TicketOrder: Hashable, Sendable {
    package let kind: TicketKind
    /// What it is about; sealed at the door.
    package var text: String
    /// 办件编号; nil where it is about no case.
    package var caseNumber: String?
    package var item: String?
    /// Working days; nil for the kind's own.
    package var days: Int?
    package var channel = "window"
    /// 热线工单号.
    package var hotline: String?
    /// The place that is to answer; nil for where it is opened.
    package var target: RegionCode?
    /// Who asks; in the clear on the way to the door, where it is sealed.
    package var person: Person?
    package var sealed: Envelope?
    package var isNamed = false
    /// 评价 of which it is 差评; nil for another kind.
    package var grade: Grade?
    /// Business time.
    package var at: Instant?

    package init(_ kind: TicketKind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    fileprivate init(_ fields: CommandFields) throws(RuleRefusal) {
        let word = try fields.choice("kind", TicketKind.allCases.map(\.rawValue))
        guard let kind = TicketKind(rawValue: word), kind != .badRating else {
            throw .invalid("kind", "差评整改由评价产生，不单独登记")
        }
        self.init(kind, try fields.text("text"))
        caseNumber = try fields.optionalText("case")
        item = try fields.optionalText("item")
        days = try fields.optionalNumber("days", in: 0...Limits.ticketDaysMax)
        if kind == .stuck, let days, !TicketKind.stuckDays.contains(days) {
            throw .invalid("days", "办不成事分即办（0）、5、10 个工作日三档")
        }
        channel = try fields.optionalText("channel") ?? "window"
        hotline = try fields.optionalText("hotline")
        if let text = try fields.optionalText("to"), !text.isEmpty {
            guard let code = RegionCode(text) else { throw .invalid("to", "to 应为 12 位区划代码") }
            target = code
        }
        if let name = try fields.optionalText("applicant"), !name.isEmpty {
            person = Person(name: name, phone: try fields.optionalText("phone"))
            isNamed = true
        }
        at = try fields.moment("at")
    }
}

/// A step of a ticket.
package struct TicketStepOrder: Hashable, Sendable {
    package let act: TicketAct
    /// Its number or id.
    package let ticket: String
    package let isGood: Bool
    package let target: RegionCode?
    /// Sealed at the door.
    package var note: String
    package let at: Instant?

    fileprivate init(_ act: TicketAct, _ fields: CommandFields) throws(RuleRefusal) {
        self.act = act
        ticket = try fields.text("ticket")
        let judged = act == .judge || act == .review
        isGood = judged ? try fields.choice("outcome", ["yes", "no"]) == "yes" : true
        target = act == .assign ? try fields.region("to") : nil
        note =
            act == .reply || act == .fix
            ? try fields.text("note") : try fields.optionalText("note") ?? ""
        at = try fields.moment("at")
    }
}

/// 评价 of one contact.
package struct RatingOrder: Hashable, Sendable {
    /// What names the contact: a slip's number. A node keeps a token of it, never itself.
    package var contact: String
    package let grade: Grade
    package let channel: String
    package let item: String?
    package let isNamed: Bool
    /// What was said; goes into the ticket of a 差评 and nowhere else.
    package var text: String
    /// The day of the contact; nil where it was the day on which it is rated.
    package let served: CivilDate?
    package let at: Instant?

    fileprivate init(_ fields: CommandFields) throws(RuleRefusal) {
        contact = try fields.text("contact")
        guard CaseNumber(contact) == nil else {
            throw RuleRefusal(
                "rating-of-case", "这是办件编号：办件请按一事一评登记（case.rate）", field: "contact",
                category: .invalid)
        }
        let day = try fields.optionalText("served") ?? ""
        served = CivilDate(day)
        guard day.isEmpty || served != nil else {
            throw .invalid("served", "服务日期应形如 2026-09-24")
        }
        guard contact.count <= Limits.contactCharactersMax else {
            throw .invalid("contact", "contact 至多 \(Limits.contactCharactersMax) 字")
        }
        let number = try fields.number("grade", in: 1...Limits.gradesMax)
        grade = Grade(rawValue: number) ?? .fair
        channel = try fields.optionalText("channel") ?? "window"
        item = try fields.optionalText("item")
        isNamed = try fields.flag("named")
        text = try fields.optionalText("text") ?? ""
        at = try fields.moment("at")
    }
}

/// A word about a notice.
package struct NoticeOrder: Hashable, Sendable {
    /// 办件编号, or a ticket's number or id.
    package let subject: String
    package let step: NoticeStep
    /// The day that the light is about.
    package let due: CivilDate
    /// How somebody was told; nil where it is acknowledged.
    package let way: String?
    package let at: Instant?

    /// How somebody is told.
    package static let ways = ["当面", "电话", "短信", "书面"]

    fileprivate init(_ fields: CommandFields) throws(RuleRefusal) {
        subject = try fields.text("subject")
        let number = try fields.number("step", in: 1...NoticeStep.allCases.count)
        step = NoticeStep(rawValue: number) ?? .officer
        guard let day = CivilDate(try fields.text("due")) else {
            throw .invalid("due", "到期日应形如 2026-09-28")
        }
        due = day
        let isTold = try fields.text("command") == "notice.tell"
        way = isTold ? try fields.choice("way", Self.ways) : nil
        at = try fields.moment("at")
    }
}
