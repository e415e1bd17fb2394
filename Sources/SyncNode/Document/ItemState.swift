package import Base
package import Change
package import Civil

/// One version of an item's uniform elements, immutable once published.
package struct ItemVersion: Hashable, Sendable {
    /// 1, 2, 3 …: one more than the greatest that its author had on screen. Two concurrent
    /// versions have one number; their dots tell them apart.
    package let number: Int
    /// The day from which it counts; for an immediate one, the day of publishing.
    package let effectiveFrom: CivilDate
    /// The uniform elements as JSON, as published (`ItemElements` reads them).
    package let elements: [UInt8]
    /// Set where it is tried out first: it counts only where a step lets it. The stations of the
    /// first step, sorted.
    package let stage: [RegionID]?

    package init(
        number: Int, effectiveFrom: CivilDate, elements: [UInt8], stage: [RegionID]? = nil
    ) {
        self.number = number
        self.effectiveFrom = effectiveFrom
        self.elements = elements
        self.stage = stage
    }
}

/// Whether an item may be applied for at all.
package enum Standing: String, Hashable, Sendable, CaseIterable {
    /// 正常.
    case active
    /// 暂停.
    case suspended
    /// 取消: for good.
    case cancelled
}

/// A change of standing, with its reason.
package struct StandingNote: Hashable, Sendable {
    package let standing: Standing
    package let reason: String
    /// Codes of the items that take its place (拆分, 合并); empty where none does.
    package let successors: [String]

    package init(standing: Standing, reason: String, successors: [String] = []) {
        self.standing = standing
        self.reason = reason
        self.successors = successors
    }
}

/// A service item (事项): all its versions and all changes of its standing. What holds on a day
/// is asked of it, never stored.
package struct ItemState: Hashable, Sendable {
    /// A version with its stamp.
    package typealias Version = Timeline<ItemVersion>.Entry

    package let code: String
    /// The region whose catalog it stands in: the only one that may change it.
    package let authority: RegionID
    package private(set) var versions = Timeline<ItemVersion>()
    package private(set) var standings = Timeline<StandingNote>()
    /// Steps of versions that are tried out. By dot.
    package private(set) var stages: [StageNote] = []

    package init(code: String, authority: RegionID) {
        self.code = code
        self.authority = authority
    }

    /// An item's document: its catalog and a fingerprint of its code, so that no other scope can
    /// speak of it and two admins who publish it first at once speak of one item.
    package static func id(of code: String, in catalog: ScopeID) -> Digest16 {
        Digest16(high: catalog.rawValue, low: fingerprint(of: code))
    }

    /// FNV-1a: codes of one catalog are told apart by 64 bits, and only its owner chooses them.
    static func fingerprint(of code: String) -> UInt64 {
        code.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Takes a version in; one that is known changes nothing.
    package mutating func insert(_ version: ItemVersion, _ stamp: Stamp) {
        versions.insert(Timeline.Entry(stamp: stamp, value: version))
    }

    /// Takes a change of standing in; one that is known changes nothing.
    package mutating func insert(_ note: StandingNote, _ stamp: Stamp) {
        standings.insert(Timeline.Entry(stamp: stamp, value: note))
    }

    /// Takes a step in; one that is known changes nothing.
    package mutating func insert(_ note: StageNote) {
        guard !stages.contains(where: { $0.stamp.dot == note.stamp.dot }) else { return }
        let place = stages.firstIndex { $0.stamp.dot > note.stamp.dot }
        stages.insert(note, at: place ?? stages.count)
    }

    // MARK: what holds

    /// The version that counts at a moment; nil before the first. Where several do (版本冲突),
    /// the latest by clock, the same at every node.
    ///
    /// - Parameter place: Where; nil for the catalog's own region, which a version that is tried
    ///   out reaches last.
    package func version(at instant: Instant, for place: StagePlace? = nil) -> Version? {
        Timeline.latest(of: standing(versionsAt: instant, for: place))
    }

    /// The version that counts at the end of a day: one published at once during it included.
    package func effectiveVersion(on date: CivilDate) -> Version? {
        version(at: date.end)
    }

    /// Whether two versions count at a moment of which neither replaces the other: 版本冲突.
    package func isContested(at instant: Instant, for place: StagePlace? = nil) -> Bool {
        standing(versionsAt: instant, for: place).count > 1
    }

    /// From when a version counts at a place; nil where it does not get there.
    package func start(of version: Version, for place: StagePlace?) -> Instant? {
        guard let first = version.value.stage else { return version.stamp.from }
        if let place, first.contains(place.region) { return version.stamp.from }
        return stages.filter { $0.version == version.stamp.dot && $0.covers(place) }
            .map { max($0.stamp.from, version.stamp.from) }.min()
    }

    /// Whether a version that is tried out goes no further.
    package func isHalted(_ version: Version) -> Bool {
        stages.contains { $0.version == version.stamp.dot && $0.reach == .halt }
    }

    /// Whether a version is tried out and has not reached everybody.
    package func isStaged(_ version: Version) -> Bool {
        version.value.stage != nil
            && !stages.contains {
                $0.version == version.stamp.dot && $0.reach == .everywhere
            }
    }

    private func standing(versionsAt instant: Instant, for place: StagePlace?) -> [Version] {
        versions.standing { entry in
            start(of: entry, for: place).map { $0 <= instant } ?? false
        }
    }

    /// The standing at a moment; of contested ones the one that allows least.
    package func standing(at instant: Instant) -> Standing {
        let notes = standings.standing(at: instant).map(\.value.standing)
        return notes.max { $0.rank < $1.rank } ?? .active
    }

    /// The latest word on its standing, whatever its date.
    package var latestStanding: Standing {
        standings.heads.map(\.value.standing).max { $0.rank < $1.rank } ?? .active
    }

    /// The versions that the next one must replace: one, or several under 版本冲突.
    package var heads: [Version] { versions.heads }

    /// The number of the next version.
    package var nextNumber: Int { (versions.entries.map(\.value.number).max() ?? 0) + 1 }

    /// Versions with their place at a moment, the latest first.
    package func history(
        at instant: Instant, for place: StagePlace? = nil
    ) -> [(entry: Version, place: Place)] {
        let current = Set(standing(versionsAt: instant, for: place).map(\.stamp.dot))
        let heads = Set(heads.map(\.stamp.dot))
        return versions.entries.map { entry in
            let dot = entry.stamp.dot
            if current.contains(dot) { return (entry, .current) }
            let begins = start(of: entry, for: place)
            let isScheduled = heads.contains(dot) && begins.map { $0 > instant } ?? true
            return (entry, isScheduled ? .scheduled : .history)
        }.sorted {
            let (left, right) = ($0.entry, $1.entry)
            return (left.value.number, left.stamp.dot) > (right.value.number, right.stamp.dot)
        }
    }

    /// Where a version stands at a moment.
    package enum Place: String, Hashable, Sendable {
        /// 生效.
        case current
        /// 待生效.
        case scheduled
        /// 历史.
        case history
    }
}

extension Timeline.Entry: Hashable where Value: Hashable {
    package func hash(into hasher: inout Hasher) { hasher.combine(stamp) }
}

extension Timeline: Hashable where Value: Hashable {
    package func hash(into hasher: inout Hasher) { hasher.combine(entries) }
}

extension Standing {
    fileprivate var rank: Int {
        switch self {
        case .active: 0
        case .suspended: 1
        case .cancelled: 2
        }
    }
}

// MARK: as a document

extension ItemState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 4096)
        writer.object { object in
            object.field("code", code)
            object.field("authority", authority.hex)
            object.key("versions")
            versions.write(to: &object) { version, writer in
                writer.object { inner in
                    inner.field("number", version.number)
                    inner.field("effectiveFrom", version.effectiveFrom.text)
                    inner.field("elements", stored: version.elements)
                    guard let stage = version.stage else { return }
                    inner.array("stage") { array in
                        for region in stage { array.value(region.hex) }
                    }
                }
            }
            object.key("standings")
            standings.write(to: &object) { note, writer in
                writer.object { inner in
                    inner.field("standing", note.standing.rawValue)
                    inner.field("reason", note.reason)
                    guard !note.successors.isEmpty else { return }
                    inner.array("successors") { array in
                        for code in note.successors { array.value(code) }
                    }
                }
            }
            guard !stages.isEmpty else { return }
            object.array("stages") { array in
                for note in stages { note.write(to: &array) }
            }
        }
        let times = versions.entries.map(\.stamp.time) + standings.entries.map(\.stamp.time)
        return StoredDocument(
            key: key, scope: scope, label: code, status: status,
            time: times.max()?.millis ?? 0, attention: false, search: search,
            state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let bytes = stored.state
        var scanner = try JSONScanner(bytes)
        guard let code = try scanner.text("code"),
            let authority = try scanner.text("authority").flatMap(RegionID.init(hex:)),
            let versions = try scanner.member("versions"),
            let standings = try scanner.member("standings")
        else { throw JSONError(.kind, offset: 0) }
        self.init(code: code, authority: authority)
        self.versions = try Timeline(bytes, in: versions.value) {
            (range) throws(JSONError) -> ItemVersion in
            try ItemVersion(bytes, in: range)
        }
        self.standings = try Timeline(bytes, in: standings.value) {
            (range) throws(JSONError) -> StandingNote in
            let json = try JSON(parsing: bytes, in: range)
            guard let standing = json["standing"]?.text.flatMap(Standing.init(rawValue:)),
                let reason = json["reason"]?.text
            else { throw JSONError(.kind, offset: range.lowerBound) }
            return StandingNote(
                standing: standing, reason: reason,
                successors: (json["successors"]?.array ?? []).compactMap(\.text))
        }
        scanner.rewind()
        guard let stages = try scanner.member("stages") else { return }
        for json in try scanner.json(stages).array ?? [] { insert(try StageNote(json: json)) }
    }

    /// The latest statements' word, whatever their date: a day's answer is asked for, not
    /// stored.
    private var status: String {
        if heads.count > 1 { return "contested" }
        return latestStanding == .active ? "published" : latestStanding.rawValue
    }

    private var search: String {
        guard let latest = Timeline.latest(of: heads),
            let elements = ItemElements(latest.value.elements)
        else { return "" }
        return
            ([elements.name, elements.kind] + elements.materials.map(\.name) + elements.keywords)
            .joined(separator: " ")
    }
}

extension ItemVersion {
    fileprivate init(_ bytes: [UInt8], in range: Range<Int>) throws(JSONError) {
        var scanner = try JSONScanner(bytes, in: range)
        guard let number = try scanner.int("number"),
            let date = try scanner.text("effectiveFrom").flatMap(CivilDate.init(_:)),
            let elements = try scanner.member("elements"), elements.kind == .object
        else { throw JSONError(.kind, offset: range.lowerBound) }
        var stage: [RegionID]?
        if let member = try scanner.member("stage") {
            stage = try scanner.json(member).array?.compactMap {
                $0.text.flatMap(RegionID.init(hex:))
            }
        }
        self.init(
            number: Int(number), effectiveFrom: date, elements: Array(bytes[elements.value]),
            stage: stage)
    }
}
