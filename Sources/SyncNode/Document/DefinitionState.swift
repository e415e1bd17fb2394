package import Base
package import Change

/// What a catalog defines beside its items, each with all its statements: a theme (一件事), an
/// entry of the basic list (基本目录), of the knowledge (知识库) or of the list of proofs
/// (证明事项清单), a question that nobody could answer, a ruling on one case (裁定), a setting of
/// the county (亮灯阈值、排名权重), a figure that is entered by hand (填报), the
/// county's word for the key with which a station signs its documents, and a window of a place
/// that takes bookings (预约窗口).
package struct DefinitionState: Hashable, Sendable {
    /// What kinds there are; each is a collection of its own.
    package enum Family: String, Hashable, Sendable, CaseIterable {
        case theme, basic, knowledge, proof, question, ruling, setting, figure, station
        case window

        /// The collection in which its documents stand.
        package var collection: Collection {
            switch self {
            case .theme: .theme
            case .basic: .basic
            case .knowledge: .knowledge
            case .proof: .proof
            case .question: .question
            case .ruling: .ruling
            case .station: .station
            case .setting: .setting
            case .figure: .figure
            case .window: .window
            }
        }

        /// - Parameter collection: One that holds definitions; any other gives nil.
        package init?(_ collection: Collection) {
            guard let family = Self.allCases.first(where: { $0.collection == collection }) else {
                return nil
            }
            self = family
        }
    }

    package let family: Family
    /// What people call it by; unique in its family and catalog.
    package let code: String
    /// The region whose catalog it stands in.
    package let region: RegionID
    /// All statements, each a JSON object with `status` and whatever its family has.
    package private(set) var entries = Timeline<[UInt8]>()

    package init(family: Family, code: String, region: RegionID) {
        self.family = family
        self.code = code
        self.region = region
    }

    /// Its document in a catalog.
    package static func key(
        _ family: Family, _ code: String, in catalog: ScopeID
    ) -> DocumentKey {
        DocumentKey(
            collection: family.collection,
            id: Digest16(high: catalog.rawValue, low: ItemState.fingerprint(of: code)))
    }

    /// Takes a statement in; one that is known changes nothing.
    package mutating func insert(_ body: [UInt8], _ stamp: Stamp) {
        entries.insert(Timeline.Entry(stamp: stamp, value: body))
    }

    /// The latest statement; of contested ones the latest by clock.
    package var latest: Timeline<[UInt8]>.Entry? { Timeline.latest(of: entries.heads) }

    /// What holds now; null where nothing was stated.
    package var body: JSON {
        do throws(JSONError) {
            return try latest.map { entry throws(JSONError) in try JSON(parsing: entry.value) }
                ?? .null
        } catch {
            return .null
        }
    }

    /// Settings of which a person's word is a draft until another has approved it: 亮灯阈值, 排名
    /// 权重, 企业开办, 保管期限.
    package static func isApproved(_ setting: String) -> Bool {
        ["lights", "ranking", "startup", "retention"].contains(setting)
    }

    /// What holds while a draft waits: the latest statement that is none; null for none.
    package var approved: JSON {
        let bodies = entries.entries.map { ($0.stamp, JSON.orNull($0.value)) }
            .filter { $0.1["status"]?.text != "draft" }
        return bodies.max { ($0.0.time, $0.0.dot) < ($1.0.time, $1.0.dot) }?.1 ?? .null
    }

    /// Two admins stated something at once (冲突待裁).
    package var isContested: Bool { entries.heads.count > 1 }
}

// MARK: as a document

extension DefinitionState {
    /// The document that the store keeps; `init` reads it back.
    package func stored(key: DocumentKey, scope: ScopeID) -> StoredDocument {
        let body = body
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("family", family.rawValue)
            object.field("code", code)
            object.field("region", region.hex)
            object.field("contested", isContested)
            object.key("entries")
            entries.write(to: &object) { value, writer in writer.value(stored: value) }
        }
        let words = ["name", "question", "answer"].compactMap { body[$0]?.text }
        let lists = ["labels", "synonyms"].flatMap { key in
            (body[key]?.array ?? []).compactMap(\.text)
        }
        let isFound = family == .knowledge && body["status"]?.text == "current"
        return StoredDocument(
            key: key, scope: scope, label: code, status: body["status"]?.text ?? "set",
            time: entries.entries.map(\.stamp.time).max()?.millis ?? 0, attention: false,
            search: isFound || family == .theme ? (words + lists).joined(separator: " ") : "",
            state: writer.bytes)
    }

    /// - Throws: `kind`, or what the reader finds, where the state is not of its form.
    package init(_ stored: StoredDocument) throws(JSONError) {
        let bytes = stored.state
        var scanner = try JSONScanner(bytes)
        guard let family = try scanner.text("family").flatMap(Family.init(rawValue:)),
            let code = try scanner.text("code"),
            let region = try scanner.text("region").flatMap(RegionID.init(hex:)),
            let entries = try scanner.member("entries")
        else { throw JSONError(.kind, offset: 0) }
        self.init(family: family, code: code, region: region)
        self.entries = try Timeline(bytes, in: entries.value) { range in Array(bytes[range]) }
    }
}
