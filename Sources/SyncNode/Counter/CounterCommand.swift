package import Account
package import Base
import Civil
package import Document
package import Verdict

/// What is asked of bookings, parcels and reminders.
package enum CounterCommand: Hashable, Sendable {
    case book(BookingOrder)
    case bookingStep(BookingStepOrder)
    /// The owner's word on a booking that waits: the node's own.
    case settle(Digest16)
    case mail(MailingOrder)
    case mailStep(MailingStepOrder)
    case remind(ReminderOrder)
    /// 叫号日结, out of the node's own line.
    case queueDay(QueueCounts)

    /// The commands that a person or program may name.
    package static let verbs =
        ["booking.make", "mailing.make", "certificate.remind"]
        + BookingAct.allCases.filter { !$0.isOfNode }.map { "booking." + $0.rawValue }
        + MailingAct.allCases.map { "mailing." + $0.rawValue }

    /// What must be allowed to whoever asks for it; nil for what only the node itself asks.
    package var act: Act? {
        switch self {
        case .book: .book
        case .bookingStep: .bookingStep
        case .settle: nil
        case .mail, .mailStep: .mail
        case .remind: .remind
        case .queueDay: .queue
        }
    }

    /// - Parameter json: `booking.make` {window, date, start, region?, item?, applicant?, phone?,
    ///   at?} · `booking.move` {booking, date, start, reason} · `booking.ask` {booking, date,
    ///   start, reason?} · `booking.decline` {booking, reason} · `booking.cancel`,
    ///   `booking.arrive`, `booking.miss` {booking, reason?} · `mailing.make` {case, to?,
    ///   originals?, result?, at?} · `mailing.collect` {mailing, carrier, tracking, at?} ·
    ///   `mailing.receive`, `mailing.return`, `mailing.lose` {mailing, note?, at?} ·
    ///   `certificate.remind` {case, way, at?}.
    /// - Throws: A refusal of category `invalid` that names the field.
    package init(json: JSON) throws(RuleRefusal) {
        let fields = CommandFields(json)
        let verb = try fields.text("command")
        switch verb {
        case "booking.make": self = .book(try BookingOrder(fields))
        case "mailing.make": self = .mail(try MailingOrder(fields))
        case "certificate.remind": self = .remind(try ReminderOrder(fields))
        default:
            if let act = BookingAct(rawValue: String(verb.dropFirst("booking.".count))) {
                self = .bookingStep(try BookingStepOrder(act, fields))
            } else if let act = MailingAct(rawValue: String(verb.dropFirst("mailing.".count))) {
                self = .mailStep(try MailingStepOrder(act, fields))
            } else {
                throw .invalid("command", "没有这个命令")
            }
        }
    }
}

extension CounterCommand {
    /// The booking or parcel that it is about, by its number; nil of what is about none.
    package var about: String? {
        switch self {
        case .bookingStep(let order): order.booking
        case .mailStep(let order): order.mailing
        case .book, .settle, .mail, .remind, .queueDay: nil
        }
    }

    /// The same command with all that somebody wrote freely put through `map`, but for what is
    /// empty: the one list of it. A carrier and its number for a parcel are none.
    package func mappingTexts<E: Error>(
        _ map: (String) throws(E) -> String
    ) throws(E) -> CounterCommand {
        switch self {
        case .bookingStep(var order):
            if !order.reason.isEmpty { order.reason = try map(order.reason) }
            return .bookingStep(order)
        case .mailStep(var order):
            if !order.note.isEmpty { order.note = try map(order.note) }
            return .mailStep(order)
        case .book, .settle, .mail, .remind, .queueDay: return self
        }
    }
}

/// A new booking.
package struct BookingOrder: Hashable, Sendable {
    package let window: String
    /// Whose window it is; nil for this place's.
    package let owner: RegionCode?
    package let slot: BookingSlot
    package let item: String?
    /// Who comes; in the clear on the way to the door, where it is sealed.
    package let person: Person?
    package var sealed: Envelope?
    /// Business time: when it was asked for.
    package let at: Instant?

    fileprivate init(_ fields: CommandFields) throws(RuleRefusal) {
        window = try fields.text("window")
        let code = try fields.optionalText("region") ?? ""
        owner = code.isEmpty ? nil : try fields.region("region")
        slot = try fields.slot()
        item = try fields.optionalText("item").flatMap { $0.isEmpty ? nil : $0 }
        let name = try fields.optionalText("applicant") ?? ""
        let phone = try fields.optionalText("phone")
        person = name.isEmpty ? nil : Person(name: name, phone: phone)
        at = try fields.moment("at")
    }
}

/// A step of a booking.
package struct BookingStepOrder: Hashable, Sendable {
    package let act: BookingAct
    package let booking: String
    /// Of `move` and `ask`.
    package let slot: BookingSlot?
    package var reason: String

    fileprivate init(_ act: BookingAct, _ fields: CommandFields) throws(RuleRefusal) {
        self.act = act
        booking = try fields.text("booking")
        slot = act == .move || act == .ask ? try fields.slot() : nil
        let isReasoned = act == .move || act == .decline
        reason =
            isReasoned ? try fields.text("reason") : try fields.optionalText("reason") ?? ""
    }
}

/// A new parcel.
package struct MailingOrder: Hashable, Sendable {
    package let caseNumber: String
    /// Where it goes; nil for the applicant.
    package let target: RegionCode?
    package let originals: [String]
    package let hasResult: Bool
    package let at: Instant?

    fileprivate init(_ fields: CommandFields) throws(RuleRefusal) {
        caseNumber = try fields.text("case")
        let code = try fields.optionalText("to") ?? ""
        target = code.isEmpty ? nil : try fields.region("to")
        let isNone = fields.json["originals"].map { $0.isNull || $0.array?.isEmpty == true } ?? true
        originals = isNone ? [] : try fields.texts("originals")
        guard Set(originals).count == originals.count else {
            throw .invalid("originals", "原件重复")
        }
        hasResult = try fields.flag("result")
        at = try fields.moment("at")
    }
}

/// A step of a parcel.
package struct MailingStepOrder: Hashable, Sendable {
    package let act: MailingAct
    package let mailing: String
    package let carrier: String
    package let tracking: String
    package var note: String
    package let at: Instant?

    fileprivate init(_ act: MailingAct, _ fields: CommandFields) throws(RuleRefusal) {
        self.act = act
        mailing = try fields.text("mailing")
        carrier = act == .collect ? try fields.text("carrier") : ""
        tracking = act == .collect ? try fields.text("tracking") : ""
        note = try fields.optionalText("note") ?? ""
        at = try fields.moment("at")
    }
}

/// 到期提醒: somebody was told.
package struct ReminderOrder: Hashable, Sendable {
    package let caseNumber: String
    package let way: String
    package let at: Instant?

    /// How somebody is told.
    package static let ways = ["上门", "电话", "短信", "窗口"]

    fileprivate init(_ fields: CommandFields) throws(RuleRefusal) {
        caseNumber = try fields.text("case")
        way = try fields.choice("way", Self.ways)
        at = try fields.moment("at")
    }
}

extension CommandFields {
    fileprivate func slot() throws(RuleRefusal) -> BookingSlot {
        guard let date = CivilDate(try text("date")) else {
            throw .invalid("date", "日期应形如 2026-10-09")
        }
        guard let slot = BookingSlot(date: date, time: try text("start")) else {
            throw .invalid("start", "时段应形如 09:30")
        }
        return slot
    }
}
