package import Base
package import Change
import Crypto
package import Document

/// Where a parcel is. The raw value is stored and in the API.
package enum MailingStatus: String, Hashable, Sendable, CaseIterable {
    case packed, carried, received, returned, lost

    /// The state for people.
    package var name: String {
        switch self {
        case .packed: "待揽收"
        case .carried: "在途"
        case .received: "已签收"
        case .returned: "已退回"
        case .lost: "遗失"
        }
    }

    /// Whether somebody still waits for it.
    package var isOpen: Bool { self == .packed || self == .carried }
}

/// What is done with a parcel. The raw value is the command's second word and in the log.
package enum MailingAct: String, Hashable, Sendable, CaseIterable {
    /// 揽收: the carrier has it.
    case collect
    /// 签收.
    case receive
    /// 退回 to whoever sent it.
    case giveBack = "return"
    /// 遗失.
    case lose

    /// The act for people.
    package var name: String {
        switch self {
        case .collect: "揽收"
        case .receive: "签收"
        case .giveBack: "退回"
        case .lose: "登记遗失"
        }
    }

    /// The life of a parcel as one table; nil where the state forbids the act.
    package func next(from status: MailingStatus) -> MailingStatus? {
        switch (status, self) {
        case (.packed, .collect): .carried
        case (.carried, .receive): .received
        case (.packed, .giveBack), (.carried, .giveBack): .returned
        case (.carried, .lose): .lost
        // What was given up turns up again.
        case (.lost, .receive): .received
        case (.lost, .giveBack): .returned
        default: nil
        }
    }
}

/// A parcel (寄递单) as folded: what of a case travels by post, from whom to whom, and who has it.
package struct MailingState: Hashable, Sendable {
    package let scope: ScopeName
    /// By clock, then hash.
    package private(set) var events: [CounterEvent] = []
    /// Derived.
    package private(set) var status = MailingStatus.packed

    package init(scope: ScopeName) { self.scope = scope }

    /// The document of a number.
    package static func key(_ number: String) -> DocumentKey {
        let text = Array("syncnode mailing 1\0\(number)".utf8)
        return DocumentKey(
            collection: .mailing, id: Hash.digest(text, suite: .sha256Ed25519).prefix16)
    }

    /// What made it; nil while it is not here.
    package var opening: CounterEvent? { events.first { $0.act.isEmpty } }
    /// What people call it.
    package var number: String { opening?.body["number"]?.text ?? "" }
    /// The case that it is of: all of a case are found by it.
    package var caseNumber: String { opening?.body["case"]?.text ?? "" }
    /// Who sends it.
    package var sender: RegionID? { opening?.region }
    /// Where it goes; nil for the applicant.
    package var target: RegionID? { opening?.body["to"]?.text.flatMap(RegionID.init(hex:)) }
    /// Codes of the originals in it.
    package var originals: [String] {
        (opening?.body["originals"]?.array ?? []).compactMap(\.text)
    }
    /// Whether the case's result is in it.
    package var hasResult: Bool { opening?.body["result"]?.bool ?? false }
    /// 承运单位 and 运单号, once it was collected.
    package var carrier: String { said("carrier") }
    /// What the carrier calls it by; empty until then.
    package var tracking: String { said("tracking") }

    private func said(_ field: String) -> String {
        events.last { $0.counts && $0.body[field]?.text != nil }?.body[field]?.text ?? ""
    }

    /// Whether a place may do an act: the sender hands it over and gets it back; the place that
    /// it goes to signs for it; of a parcel for the applicant the sender keeps the record.
    package static func may(
        _ region: RegionID?, _ act: MailingAct, from sender: RegionID?, to target: RegionID?
    ) -> Bool {
        switch act {
        case .collect, .giveBack, .lose: region == sender
        case .receive: region == target ?? sender
        }
    }

    /// Takes an event in and plays all of them again; one that is known changes nothing.
    package mutating func take(_ event: CounterEvent) {
        guard events.count < Limits.mailingEventsMax, events.take(event) else { return }
        status = .packed
        let first = opening?.hash
        for index in events.indices {
            let event = events[index]
            events[index].counts = event.hash == first
            guard first != nil, let act = MailingAct(rawValue: event.act),
                Self.may(event.region, act, from: sender, to: target),
                let next = act.next(from: status)
            else { continue }
            status = next
            events[index].counts = true
        }
    }
}

// MARK: as a document

extension MailingState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 768)
        writer.object { object in
            object.field("number", number)
            object.field("status", status.rawValue)
            object.field("station", self.scope.region.hex)
            object.field("year", Int(self.scope.year))
            object.array("events") { array in
                for event in events { event.write(to: &array) }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: caseNumber, status: status.rawValue,
            time: opening?.moment.millis ?? events.first?.time.millis ?? 0, attention: false,
            search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let station = json["station"]?.text.flatMap(RegionID.init(hex:)),
            let year = json["year"]?.int.flatMap(UInt16.init(exactly:)),
            let status = json["status"]?.text.flatMap(MailingStatus.init(rawValue:)),
            let list = json["events"]?.array
        else { throw JSONError(.kind, offset: 0) }
        self.init(scope: .cases(station, year: year))
        for entry in list { events.append(try CounterEvent(json: entry)) }
        self.status = status
    }
}
