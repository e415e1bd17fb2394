package import Base
package import Change
package import Civil
package import Region

/// How far a lower node may go with an item (下沉方式, DOMAIN §3.4).
package enum SinkMode: String, Hashable, Sendable, CaseIterable {
    /// Hands out results and no more.
    case pickup = "就近领取"
    /// Helps, hands in for the applicant, brings the result.
    case assist = "帮办代办"
    /// Receives and accepts in its own name.
    case entrust = "委托受理"
    /// Decides too.
    case authorise = "授权办理"

    /// 决定.
    package var mayDecide: Bool { self == .authorise }

    /// How much it allows: of contested grants the one that allows least stands.
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// One statement of a grant.
package struct GrantTerm: Hashable, Sendable {
    /// nil: taken back.
    package let mode: SinkMode?
    /// The last day on which it holds; nil where it has no end.
    package let to: CivilDate?
    /// 文号 of the paper that grants it.
    package let document: String

    package init(mode: SinkMode?, to: CivilDate?, document: String) {
        self.mode = mode
        self.to = to
        self.document = document
    }
}

/// What an item's authority lets a region do for it: or, with a level, every region of that
/// level inside the region, so that one statement reaches 350 villages.
package struct GrantState: Hashable, Sendable {
    /// The item's code.
    package let code: String
    package let region: RegionID
    /// nil: the region itself.
    package let level: Level?
    package private(set) var terms = Timeline<GrantTerm>()

    package init(code: String, region: RegionID, level: Level?) {
        self.code = code
        self.region = region
        self.level = level
    }

    /// The document of one grant in the catalog of the item's authority.
    package static func id(
        of code: String, for region: RegionID, level: Level?, in catalog: ScopeID
    ) -> Digest16 {
        let depth = level.flatMap { Level.allCases.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
        return Digest16(
            high: catalog.rawValue ^ region.rawValue,
            low: ItemState.fingerprint(of: code) &+ UInt64(depth))
    }

    /// Takes a statement in; one that is known changes nothing.
    package mutating func insert(_ term: GrantTerm, _ stamp: Stamp) {
        terms.insert(Timeline.Entry(stamp: stamp, value: term))
    }

    /// The mode at a moment: nil where nothing was granted, or it ended or was taken back. Of
    /// contested grants the one that allows least.
    package func mode(at instant: Instant) -> SinkMode? {
        let modes = terms.standing(at: instant).map { entry -> SinkMode? in
            if let to = entry.value.to, instant > to.end { return nil }
            return entry.value.mode
        }
        guard let first = modes.first else { return nil }
        return modes.dropFirst().reduce(first) { least, mode in
            guard let least, let mode else { return nil }
            return mode.rank < least.rank ? mode : least
        }
    }

    /// Two admins granted at once (冲突待裁).
    package var isContested: Bool { terms.heads.count > 1 }
}

// MARK: as a document

extension GrantState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        var writer = JSONWriter(capacity: 512)
        writer.object { object in
            object.field("code", code)
            object.field("region", region.hex)
            if let level { object.field("level", level.rawValue) }
            object.key("terms")
            terms.write(to: &object) { term, writer in
                writer.object { inner in
                    if let mode = term.mode { inner.field("mode", mode.rawValue) }
                    if let to = term.to { inner.field("to", to.text) }
                    inner.field("document", term.document)
                }
            }
        }
        return StoredDocument(
            key: key, scope: scope, label: code, status: isContested ? "contested" : "set",
            time: terms.entries.map(\.stamp.time).max()?.millis ?? 0, attention: false,
            search: "", state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let bytes = stored.state
        var scanner = try JSONScanner(bytes)
        guard let code = try scanner.text("code"),
            let region = try scanner.text("region").flatMap(RegionID.init(hex:)),
            let terms = try scanner.member("terms")
        else { throw JSONError(.kind, offset: 0) }
        let level = try scanner.text("level").flatMap(Level.init(rawValue:))
        self.init(code: code, region: region, level: level)
        self.terms = try Timeline(bytes, in: terms.value) {
            (range) throws(JSONError) -> GrantTerm in
            let json = try JSON(parsing: bytes, in: range)
            guard let document = json["document"]?.text else {
                throw JSONError(.kind, offset: range.lowerBound)
            }
            return GrantTerm(
                mode: json["mode"]?.text.flatMap(SinkMode.init(rawValue:)),
                to: json["to"]?.text.flatMap(CivilDate.init(_:)), document: document)
        }
    }
}
