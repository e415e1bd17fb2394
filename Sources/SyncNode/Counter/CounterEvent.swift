package import Base
package import Change

/// One thing that was done about a booking or a parcel, as its change says it.
package struct CounterEvent: Hashable, Sendable {
    /// First 16 bytes of the change's hash.
    package let hash: Digest16
    package let time: HybridTime
    /// First 8 bytes of H(account id); 0 for the node itself.
    package let author: UInt64
    /// Where it was written; nil where the directory does not know.
    package let region: RegionID?
    /// What was done; empty of the event that made it.
    package let act: String
    /// The change's body.
    package let body: JSON
    /// Whether it counts: false where the state forbade it, or it was another place's to do.
    package internal(set) var counts = false

    package init(_ change: Change, _ body: JSON, region: RegionID?) {
        act = body["act"]?.text ?? ""
        hash = change.hash.prefix16
        time = change.header.time
        author = change.header.author
        self.region = region
        self.body = body
    }

    /// Whether what makes a thing names no act, and what goes on with it does.
    package func isWellFormed(_ kind: ChangeKind) -> Bool {
        (kind == .bookingMade || kind == .mailingMade) == act.isEmpty
    }

    /// Business time where it was stated, else the author's clock.
    package var moment: Instant { Instant(millis: body["at"]?.int ?? time.millis) }

    /// By clock, then hash: the same at every node.
    func precedes(_ other: CounterEvent) -> Bool { (time, hash) < (other.time, other.hash) }

    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("hash", hex: hash)
            object.field("time", hex: time.rawValue)
            object.field("author", hex: author)
            if let region { object.field("region", region.hex) }
            object.field("act", act)
            object.field("counts", counts)
            object.field("body", body)
        }
    }

    init(json: JSON) throws(JSONError) {
        guard let hash = json["hash"]?.text.flatMap(Digest16.init(hex:)),
            let time = json["time"]?.text.flatMap(RegionID.init(hex:)),
            let author = json["author"]?.text.flatMap(RegionID.init(hex:)),
            let act = json["act"]?.text, let body = json["body"],
            let counts = json["counts"]?.bool
        else { throw JSONError(.kind, offset: 0) }
        self.hash = hash
        self.time = HybridTime(rawValue: time.rawValue)
        self.author = author.rawValue
        region = json["region"]?.text.flatMap(RegionID.init(hex:))
        self.act = act
        self.body = body
        self.counts = counts
    }
}

extension [CounterEvent] {
    /// Puts an event in its place; false where it is known.
    mutating func take(_ event: CounterEvent) -> Bool {
        guard !contains(where: { $0.hash == event.hash }) else { return false }
        insert(event, at: firstIndex { event.precedes($0) } ?? count)
        return true
    }
}

extension ChangeKind {
    /// 预约: {booking, number, owner, window, date, start, item?, sealed?, at?}.
    package static let bookingMade = ChangeKind(rawValue: 0x0083)
    /// What became of it: {booking, act, date?, start?, reason?, at?}.
    package static let bookingStep = ChangeKind(rawValue: 0x0084)
    /// 寄递单: {mailing, number, case, to?, originals, result, at?}.
    package static let mailingMade = ChangeKind(rawValue: 0x0085)
    /// What became of it: {mailing, act, carrier?, tracking?, note?, at?}.
    package static let mailingStep = ChangeKind(rawValue: 0x0086)
    /// 到期提醒: {case, stage, way, at?}.
    package static let reminderGiven = ChangeKind(rawValue: 0x0087)
    /// 叫号日结: {day, taken, priority, served, missed, waitSeconds, waitSecondsMax}.
    package static let queueDay = ChangeKind(rawValue: 0x0088)

    /// Whether it is folded into bookings, parcels and reminders, though it stands in a case scope.
    package var isCounterKind: Bool { (0x0083...0x0088).contains(rawValue) }
}
