package import Base
package import Change
package import Civil
import Crypto
package import Document

/// Where a booking stands. The raw value is stored and in the API.
package enum BookingStatus: String, Hashable, Sendable, CaseIterable {
    case pending, confirmed, moved, declined, cancelled, arrived, missed

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
        }
    }

    /// Whether it takes up a place in its slot.
    package var holdsPlace: Bool { self == .confirmed || self == .moved || self == .arrived }
}

/// What is done about a booking. The raw value is the command's second word and in the log.
package enum BookingAct: String, Hashable, Sendable, CaseIterable {
    /// 确认, 改约, 谢绝: the owner's word.
    case confirm, move, decline
    /// 取消: by whoever made it, or the owner.
    case cancel
    /// 到场, 爽约: what the owner saw.
    case arrive, miss

    /// The act for people.
    package var name: String {
        switch self {
        case .confirm: "确认"
        case .move: "改约"
        case .decline: "谢绝"
        case .cancel: "取消"
        case .arrive: "到场"
        case .miss: "爽约"
        }
    }

    /// The life of a booking as one table; nil where the state forbids the act.
    package func next(from status: BookingStatus) -> BookingStatus? {
        switch (status, self) {
        case (.pending, .confirm): .confirmed
        case (.pending, .move), (.confirmed, .move), (.moved, .move): .moved
        case (.pending, .decline), (.confirmed, .decline), (.moved, .decline): .declined
        case (.pending, .cancel), (.confirmed, .cancel), (.moved, .cancel): .cancelled
        case (.confirmed, .arrive), (.moved, .arrive): .arrived
        case (.confirmed, .miss), (.moved, .miss): .missed
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
    /// Whom of two who want one hour it goes to: the earlier by business time.
    package var moment: Instant { opening?.moment ?? Instant(millis: .max) }
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
        status = .pending
        slot = wanted
        let (owner, first, maker) = (owner, opening?.hash, maker)
        for index in events.indices {
            let event = events[index]
            events[index].counts = event.hash == first
            guard first != nil, let act = BookingAct(rawValue: event.act),
                event.region == owner || (act == .cancel && event.region == maker),
                let next = act.next(from: status)
            else { continue }
            if act == .move {
                guard let target = Self.slot(in: event.body) else { continue }
                slot = target
            }
            status = next
            events[index].counts = true
        }
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
            let status = json["status"]?.text.flatMap(BookingStatus.init(rawValue:)),
            let list = json["events"]?.array
        else { throw JSONError(.kind, offset: 0) }
        self.init(scope: .cases(station, year: year))
        for entry in list { events.append(try CounterEvent(json: entry)) }
        self.status = status
        attention = stored.attention
        if let parts = json["slot"]?.text?.split(separator: " "), parts.count == 2,
            let date = CivilDate(String(parts[0]))
        {
            slot = BookingSlot(date: date, time: String(parts[1]))
        }
    }
}
