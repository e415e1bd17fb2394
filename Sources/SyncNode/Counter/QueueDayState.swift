package import Base
package import Change
package import Civil
package import Document

/// What a day's line came to (叫号日结): all of it that leaves its place.
package struct QueueCounts: Hashable, Sendable {
    package let day: CivilDate
    /// Numbers taken, and how many of them with a priority.
    package var taken = 0
    package var priority = 0
    package var served = 0
    package var missed = 0
    /// Those that were called, and how long they waited until then.
    package var called = 0
    package var waitSeconds = 0
    package var waitSecondsMax = 0

    package init(day: CivilDate) { self.day = day }

    /// Seconds that somebody waited on the average; nil where nobody was called.
    package var averageSeconds: Int? { called == 0 ? nil : waitSeconds / called }

    private static var fields: [(String, WritableKeyPath<QueueCounts, Int>)] {
        [
            ("taken", \.taken), ("priority", \.priority), ("served", \.served),
            ("missed", \.missed), ("called", \.called), ("waitSeconds", \.waitSeconds),
            ("waitSecondsMax", \.waitSecondsMax),
        ]
    }

    /// - Parameter json: As `write` makes it; nil for anything else.
    package init?(_ json: JSON) {
        guard let day = json["day"]?.text.flatMap({ CivilDate($0) }) else { return nil }
        self.init(day: day)
        for (name, path) in Self.fields {
            guard let number = json[name]?.int.flatMap(Int.init(exactly:)),
                (0...Limits.queueSecondsMax).contains(number)
            else { return nil }
            self[keyPath: path] = number
        }
    }

    /// Its members, into an object.
    package func write(to object: inout JSONWriter) {
        object.field("day", day.text)
        for (name, path) in Self.fields { object.field(name, self[keyPath: path]) }
    }

    /// The change that tells it.
    package var body: [UInt8] {
        var writer = JSONWriter(capacity: 160)
        writer.object { write(to: &$0) }
        return writer.bytes
    }
}

/// A place's day as folded: the last word counts.
package struct QueueDayState: Hashable, Sendable {
    package let region: RegionID
    package private(set) var counts: QueueCounts
    private var time: HybridTime
    private var hash: Digest16

    package init(region: RegionID, _ change: Change, _ counts: QueueCounts) {
        self.region = region
        self.counts = counts
        time = change.header.time
        hash = change.hash.prefix16
    }

    /// The document of a place's day.
    package static func key(_ region: RegionID, _ day: CivilDate) -> DocumentKey {
        DocumentKey(
            collection: .queueDay,
            id: Digest16(high: region.rawValue, low: UInt64(bitPattern: Int64(day.daysSince1970))))
    }

    /// Takes another word in.
    package mutating func take(_ other: QueueDayState) {
        if (time, hash) < (other.time, other.hash) { self = other }
    }

    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 256)
        writer.object { object in
            object.field("region", region.hex)
            object.field("time", hex: time.rawValue)
            object.field("hash", hex: hash)
            counts.write(to: &object)
        }
        return StoredDocument(
            key: key, scope: scope, label: region.hex, status: "told",
            time: counts.day.start.millis, attention: false, search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let json = try JSON(parsing: stored.state)
        guard let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let time = json["time"]?.text.flatMap(RegionID.init(hex:)),
            let hash = json["hash"]?.text.flatMap(Digest16.init(hex:)),
            let counts = QueueCounts(json)
        else { throw JSONError(.kind, offset: 0) }
        self.region = region
        self.counts = counts
        self.time = HybridTime(rawValue: time.rawValue)
        self.hash = hash
    }
}
