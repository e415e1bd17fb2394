package import Base
package import Civil
package import Verdict

/// Why somebody is called before others (绿色通道).
package enum QueuePriority: String, Hashable, Sendable, CaseIterable {
    case elderly, disabled, pregnant, soldier

    /// The reason for people.
    package var name: String {
        switch self {
        case .elderly: "老年人"
        case .disabled: "残疾人"
        case .pregnant: "孕妇、携婴幼儿"
        case .soldier: "军人、退役军人"
        }
    }
}

/// What is done with the line. The raw value is the command's word.
package enum QueueAct: String, Hashable, Sendable, CaseIterable {
    /// 取号, 叫号, 重呼, 过号, 过号重排, 办结.
    case take, call, recall, skip, back, done

    /// The act for people.
    package var name: String {
        switch self {
        case .take: "取号"
        case .call: "叫号"
        case .recall: "重呼"
        case .skip: "过号"
        case .back: "过号重排"
        case .done: "办结"
        }
    }
}

/// One wish about the line.
package struct QueueOrder: Hashable, Sendable {
    package let act: QueueAct
    /// The window at which it is done; empty of `take` and `back`.
    package var window = ""
    /// Of `take`.
    package var priority: QueuePriority?
    /// Of `back`: whose turn was passed.
    package var ticket = ""

    package init(_ act: QueueAct, window: String = "", ticket: String = "") {
        self.act = act
        self.window = window
        self.ticket = ticket
    }

    /// - Parameter json: {act, window?, priority?, ticket?}.
    /// - Throws: A refusal of category `invalid` that names the field.
    package init(json: JSON) throws(RuleRefusal) {
        let fields = CommandFields(json)
        let word = try fields.choice("act", QueueAct.allCases.map(\.rawValue))
        act = QueueAct(rawValue: word) ?? .take
        switch act {
        case .take:
            guard let word = try fields.optionalText("priority"), !word.isEmpty else { return }
            guard let reason = QueuePriority(rawValue: word) else {
                let words = QueuePriority.allCases.map(\.rawValue).joined(separator: " 或 ")
                throw .invalid("priority", "priority 应为 " + words)
            }
            priority = reason
        case .back: ticket = try fields.text("ticket")
        case .call, .recall, .skip, .done:
            window = try fields.text("window")
            guard window.count <= Limits.queueWindowCharactersMax else {
                throw .invalid("window", "窗口名称至多 \(Limits.queueWindowCharactersMax) 字")
            }
        }
    }

    /// As the node's own file keeps it.
    package func bytes(at now: Instant) -> [UInt8] {
        var writer = JSONWriter(capacity: 96)
        writer.object { object in
            object.field("act", act.rawValue)
            if !window.isEmpty { object.field("window", window) }
            if let priority { object.field("priority", priority.rawValue) }
            if !ticket.isEmpty { object.field("ticket", ticket) }
            object.field("at", now.millis)
        }
        return writer.bytes
    }
}

/// Who waits at a place on one day (排队叫号): numbers in the order in which they were taken, those
/// with a priority called first. It stays at its place; only the day's counts go up.
package struct WaitingLine: Hashable, Sendable {
    /// How far a ticket has come.
    package enum Status: String, Hashable, Sendable {
        case waiting, called, served, missed

        /// The state for people.
        package var name: String {
            switch self {
            case .waiting: "等候"
            case .called: "办理中"
            case .served: "已办"
            case .missed: "过号"
            }
        }
    }

    /// One number.
    package struct Ticket: Hashable, Sendable {
        /// `A001`, of a priority `P001`.
        package let number: String
        package let priority: QueuePriority?
        package let takenAt: Instant
        package fileprivate(set) var status = Status.waiting
        package fileprivate(set) var window = ""
        /// When it was first called.
        package fileprivate(set) var calledAt: Instant?
        /// How often it was called.
        package fileprivate(set) var calls = 0
        /// Where it stands among those of its kind: its number, or behind all once it was passed.
        fileprivate var place: Int
    }

    package let day: CivilDate
    /// In the order in which they were taken.
    package private(set) var tickets: [Ticket] = []
    /// Numbers given, with a priority and without.
    private var given = (priority: 0, other: 0)

    package init(day: CivilDate) { self.day = day }

    /// Those that wait, in the order in which they will be called.
    package var waiting: [Ticket] {
        tickets.filter { $0.status == .waiting }.sorted { left, right in
            (left.priority == nil ? 1 : 0, left.place) < (
                right.priority == nil ? 1 : 0, right.place
            )
        }
    }

    /// Those that are at a window, the last called first.
    package var called: [Ticket] {
        tickets.filter { $0.status == .called }.sorted {
            ($1.calledAt ?? $1.takenAt, $1.number) < ($0.calledAt ?? $0.takenAt, $0.number)
        }
    }

    /// Does what is wished.
    ///
    /// - Returns: The ticket that it was about.
    /// - Throws: A refusal by rule; nothing has changed then.
    package mutating func apply(
        _ order: QueueOrder, at now: Instant
    ) throws(RuleRefusal) -> Ticket {
        switch order.act {
        case .take: return try take(order.priority, at: now)
        case .call: return try call(order.window, at: now)
        case .recall:
            let index = try at(order.window)
            tickets[index].calls += 1
            return tickets[index]
        case .skip:
            let index = try at(order.window)
            tickets[index].status = .missed
            return tickets[index]
        case .done:
            let index = try at(order.window)
            tickets[index].status = .served
            return tickets[index]
        case .back:
            guard
                let index = tickets.firstIndex(where: {
                    $0.number == order.ticket && $0.status == .missed
                })
            else { throw RuleRefusal("queue-ticket", "没有这个过号的号票", field: "ticket") }
            tickets[index].status = .waiting
            tickets[index].window = ""
            tickets[index].place = (tickets.map(\.place).max() ?? 0) + 1
            return tickets[index]
        }
    }

    private mutating func take(
        _ priority: QueuePriority?, at now: Instant
    ) throws(RuleRefusal) -> Ticket {
        guard tickets.count < Limits.queueTicketsMax else {
            throw RuleRefusal("queue-full", "今日号票已发完")
        }
        if priority == nil { given.other += 1 } else { given.priority += 1 }
        let count = priority == nil ? given.other : given.priority
        let digits = String(count)
        let number =
            (priority == nil ? "A" : "P")
            + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        let ticket = Ticket(
            number: number, priority: priority, takenAt: now, place: tickets.count + 1)
        tickets.append(ticket)
        return ticket
    }

    /// The next one; whoever is at the window has been served by then.
    private mutating func call(_ window: String, at now: Instant) throws(RuleRefusal) -> Ticket {
        guard let next = waiting.first,
            let index = tickets.firstIndex(where: { $0.number == next.number })
        else { throw RuleRefusal("queue-empty", "没有人在等候") }
        if let current = current(window) { tickets[current].status = .served }
        tickets[index].status = .called
        tickets[index].window = window
        tickets[index].calledAt = tickets[index].calledAt ?? now
        tickets[index].calls += 1
        return tickets[index]
    }

    private func current(_ window: String) -> Int? {
        tickets.firstIndex { $0.status == .called && $0.window == window }
    }

    private func at(_ window: String) throws(RuleRefusal) -> Int {
        guard let index = current(window) else {
            throw RuleRefusal("queue-window", "\(window) 没有正在办理的号票", field: "window")
        }
        return index
    }

    /// What the day comes to.
    package var counts: QueueCounts {
        var counts = QueueCounts(day: day)
        for ticket in tickets {
            counts.taken += 1
            if ticket.priority != nil { counts.priority += 1 }
            if ticket.status == .served || ticket.status == .called { counts.served += 1 }
            if ticket.status == .missed { counts.missed += 1 }
            guard let calledAt = ticket.calledAt else { continue }
            let waited = max(0, Int((calledAt.millis - ticket.takenAt.millis) / 1000))
            counts.called += 1
            counts.waitSeconds += waited
            counts.waitSecondsMax = max(counts.waitSecondsMax, waited)
        }
        return counts
    }

    package static func == (left: WaitingLine, right: WaitingLine) -> Bool {
        left.day == right.day && left.tickets == right.tickets
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(day)
        hasher.combine(tickets)
    }
}
