package import Base
package import Change
package import Civil
import Crypto
package import Document

/// Where a booking stands. The raw value is stored and in the API.
package enum BookingStatus: String, Hashable, Sendable, CaseIterable {
    case pending, confirmed, moved, declined, cancelled, arrived, missed
    /// Another hour is wished for, off line; the one that was given stays until the owner answers.
    case changing

    /// The state for people.
    package var name: String {
        switch self {
        case .pending: "待确认"
        case .confirmed: "已确认"
        case .moved: "已改约"
        case .declined: "未约上"
        case .cancelled: "已取消"
        case .arrived: "已到场"
        case .missed: "爽约"
        case .changing: "改约待确认"
        }
    }

    /// Whether it takes up a place in its slot.
    package var holdsPlace: Bool { [.confirmed, .moved, .arrived, .changing].contains(self) }

    /// Whether the owner owes it an answer.
    package var isOpen: Bool { self == .pending || self == .changing }
}

/// What is done about a booking. The raw value is the command's second word and in the log.
package enum BookingAct: String, Hashable, Sendable, CaseIterable {
    /// 确认, 改约, 谢绝: the owner's word.
    case confirm, move, decline
    /// 取消: by whoever made it, or the owner.
    case cancel
    /// 申请改约: another hour is wished for where it was made; 维持原时段: the owner's no to that.
    case ask, keep
    /// 到场, 爽约: what the owner saw.
    case arrive, miss

    /// The act for people.
    package var name: String {
        switch self {
        case .confirm: "确认"
        case .move: "改约"
        case .decline: "谢绝"
        case .cancel: "取消"
        case .ask: "申请改约"
        case .keep: "维持原时段"
        case .arrive: "到场"
        case .miss: "爽约"
        }
    }

    /// Whether the place where it was made may do it, too.
    package var isOfMaker: Bool { self == .cancel || self == .ask }

    /// Whether only the node itself says it.
    package var isOfNode: Bool { self == .confirm || self == .keep }

    /// The life of a booking as one table; nil where the state forbids the act.
    package func next(from status: BookingStatus) -> BookingStatus? {
        let isGiven = [.confirmed, .moved, .changing].contains(status)
        return switch (status, self) {
        case (.pending, .confirm): .confirmed
        case (.pending, .ask): .pending
        case (.changing, .keep): .confirmed
        case (.pending, .move): .moved
        case (.pending, .decline): .declined
        case (.pending, .cancel): .cancelled
        case (_, .move) where isGiven: .moved
        case (_, .ask) where isGiven: .changing
        case (_, .decline) where isGiven: .declined
        case (_, .cancel) where isGiven: .cancelled
        case (_, .arrive) where isGiven: .arrived
        case (_, .miss) where isGiven: .missed
        // Whoever comes late, after all.
        case (.missed, .arrive): .arrived
        default: nil
        }
    }
}

/// A booking (预约) as folded: a function of the set of its changes.
package struct BookingState: Hashable, Sendable {
    package let scope: ScopeName
    /// By clock, then hash.
    package private(set) var events: [CounterEvent] = []
    /// Whether this node owes it an answer; depends on where it is folded.
    package var attention = false

    /// Derived.
    package private(set) var status = BookingStatus.pending
    /// The hour that it has or, while it waits, wants; nil while what made it is not here.
    package private(set) var slot: BookingSlot?
    /// Another hour that is wished for, and not answered yet.
    package private(set) var wish: Wish?
    /// Whom of two who want one hour it goes to: the earlier by business time; of a wish for
    /// another hour, when that was said.
    package private(set) var moment = Instant(millis: .max)

    /// A wish for another hour.
    package struct Wish: Hashable, Sendable {
        package let slot: BookingSlot
        /// Of the event that says it.
        package let hash: Digest16
        package let moment: Instant
    }

    package init(scope: ScopeName) { self.scope = scope }

    /// The document of a number.
    package static func key(_ number: String) -> DocumentKey {
        let text = Array("syncnode booking 1\0\(number)".utf8)
        return DocumentKey(
            collection: .booking, id: Hash.digest(text, suite: .sha256Ed25519).prefix16)
    }

    /// What all bookings of a window's day are found by.
    package static func label(_ owner: RegionID, _ window: String, _ date: CivilDate) -> String {
        "\(owner.hex)/\(date.text)/\(window)"
    }

    /// What made it; nil while it is not here.
    package var opening: CounterEvent? { events.first { $0.act.isEmpty } }
    /// What people call it.
    package var number: String { opening?.body["number"]?.text ?? "" }
    /// The place whose window it is.
    package var owner: RegionID? { opening?.body["owner"]?.text.flatMap(RegionID.init(hex:)) }
    /// Where it was made.
    package var maker: RegionID? { opening?.region ?? opening.map { _ in scope.region } }
    /// The code of the window among its place's.
    package var window: String { opening?.body["window"]?.text ?? "" }
    /// The item's code; empty where none was named.
    package var item: String { opening?.body["item"]?.text ?? "" }
    /// Who comes, sealed.
    package var sealed: Envelope? { opening?.body["sealed"]?.text.flatMap(Envelope.init(text:)) }
    /// The hour that was asked for.
    package var wanted: BookingSlot? { opening.flatMap { Self.slot(in: $0.body) } }
    /// Why it was moved or declined; empty where nobody said.
    package var reason: String {
        events.last { $0.counts && $0.body["reason"]?.text != nil }?.body["reason"]?.text ?? ""
    }

    /// By business time, then number: an order that every node agrees on.
    package func isBefore(_ other: BookingState) -> Bool {
        (moment, number) < (other.moment, other.number)
    }

    /// Whether it has a place in a slot of a window.
    package func holds(_ slot: BookingSlot) -> Bool { status.holdsPlace && self.slot == slot }

    /// Takes an event in and plays all of them again; one that is known changes nothing.
    package mutating func take(_ event: CounterEvent) {
        guard events.count < Limits.bookingEventsMax, events.take(event) else { return }
        play()
    }

    /// In the order of clocks; but a wish stands before the word that answers it, whatever the
    /// clock of its author said.
    private var course: [Int] {
        var order: [Int] = []
        for index in events.indices where !order.contains(index) {
            let wish = events[index].body["on"]?.text.flatMap(Digest16.init(hex:))
            if let wish, let place = events.firstIndex(where: { $0.hash == wish }),
                place > index, !order.contains(place)
            {
                order.append(place)
            }
            order.append(index)
        }
        return order
    }

    private mutating func play() {
        status = .pending
        slot = wanted
        wish = nil
        moment = opening?.moment ?? Instant(millis: .max)
        let (owner, first, maker) = (owner, opening?.hash, maker)
        for index in course {
            let event = events[index]
            events[index].counts = event.hash == first
            guard first != nil, let act = BookingAct(rawValue: event.act),
                event.region == owner || (act.isOfMaker && event.region == maker),
                let next = act.next(from: status)
            else { continue }
            let target = Self.slot(in: event.body)
            guard target != nil || (act != .move && act != .ask) else { continue }
            events[index].counts = true
            if act == .ask {
                wish = target.map { Wish(slot: $0, hash: event.hash, moment: event.moment) }
                if status == .pending { moment = event.moment }
            } else {
                answer(act, target, event)
            }
            status = wish != nil && next.holdsPlace ? .changing : next
            if act == .keep, status == .confirmed, slot != wanted { status = .moved }
        }
    }

    /// The owner's word on an hour says which wish it answers: one of which it had not heard stays
    /// open. Whoever came, or does not come any more, wishes for nothing.
    private mutating func answer(_ act: BookingAct, _ target: BookingSlot?, _ event: CounterEvent) {
        if act == .move || act == .confirm { slot = target ?? wanted }
        let isAnswer = event.body["on"]?.text == wish?.hash.hex
        if let wish, isAnswer, slot == wish.slot { moment = wish.moment }
        if isAnswer || ![.move, .confirm, .keep].contains(act) { wish = nil }
    }

    private static func slot(in body: JSON) -> BookingSlot? {
        guard let date = body["date"]?.text.flatMap({ CivilDate($0) }),
            let start = body["start"]?.text
        else { return nil }
        return BookingSlot(date: date, time: start)
    }
}

// MARK: as a document

extension BookingState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 768)
        writer.object { object in
            object.field("number", number)
            object.field("status", status.rawValue)
            if let slot { object.field("slot", slot.text) }
            object.field("station", self.scope.region.hex)
            object.field("year", Int(self.scope.year))
            object.array("events") { array in
                for event in events { event.write(to: &array) }
            }
        }
        let label = slot.flatMap { slot in owner.map { Self.label($0, window, slot.date) } }
        return StoredDocument(
            key: key, scope: scope, label: label ?? "", status: status.rawValue,
            time: slot?.moment.millis ?? events.first?.time.millis ?? 0, attention: attention,
            search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let station = json["station"]?.text.flatMap(RegionID.init(hex:)),
            let year = json["year"]?.int.flatMap(UInt16.init(exactly:)),
            let list = json["events"]?.array
        else { throw JSONError(.kind, offset: 0) }
        self.init(scope: .cases(station, year: year))
        for entry in list { events.append(try CounterEvent(json: entry)) }
        attention = stored.attention
        play()
    }
}
