import Base
package import Change
import Civil
import Document
package import Region

/// The fold of the catalog: changes into items, overlays, grants, calendars and receipts.
///
/// A change counts where its author sits, or sat, for the region whose scope it stands in, and
/// where that region may say such a thing. `dir` scopes come first in every exchange, so the
/// directory knows the author before the change is here.
package enum CatalogFold {
    /// Whether a change is one of the catalog: of its scope, or a receipt of it.
    package static func handles(_ arrival: Arrival) -> Bool {
        arrival.scope.family == .catalog || arrival.change.kind == .catalogReceipt
    }

    /// Folds one change; one that has no effect gives nothing. The state that it gives is a
    /// function of the set of changes.
    ///
    /// - Throws: What the source throws.
    package static func apply<S: DocumentSource>(
        _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        let region = arrival.scope.region
        guard !arrival.isIdle, desk.directory.region(seatedBy: arrival.key) == region,
            let json = body(of: arrival.change)
        else { return [] }
        if arrival.change.kind == .catalogReceipt {
            return try receipt(json, arrival, at: desk, from: source)
        }
        guard arrival.scope.family == .catalog else { return [] }
        if arrival.change.kind == .overlaySet {
            return try overlay(json, arrival, from: source).map { [$0] } ?? []
        }
        guard desk.directory.mayPublish(region) else { return [] }
        if arrival.change.kind == .itemDraft { return draft(json, arrival).map { [$0] } ?? [] }
        let write: ContentWrite? =
            switch arrival.change.kind {
            case .itemPublish: try publication(json, arrival, from: source)
            case .itemStanding: try standing(json, arrival, from: source)
            case .grantSet: try grant(json, arrival, from: source)
            case .calendarSet: try calendar(json, arrival, from: source)
            default: nil
            }
        guard let write else { return [] }
        let settled = try settledDraft(json, from: source)
        return [write, try published(arrival, at: desk, from: source)] + settled
    }

    // MARK: drafts

    private static func draft(_ json: JSON, _ arrival: Arrival) -> ContentWrite? {
        guard let id = json["draft"]?.text.flatMap(Digest16.init(hex:)),
            let code = json["code"]?.text, let publication = json["publication"]?.object
        else { return nil }
        let header = arrival.change.header
        let state = DraftState(
            author: header.author, code: code, publication: JSON.object(publication).bytes,
            time: header.time.millis)
        return ContentWrite(
            key: DocumentKey(collection: .draft, id: id), content: .draft(state))
    }

    private static func settledDraft<S: DocumentSource>(
        _ json: JSON, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard let id = json["draft"]?.text.flatMap(Digest16.init(hex:)) else { return [] }
        let key = DocumentKey(collection: .draft, id: id)
        guard case .draft(var state)? = try source.content(key) else { return [] }
        state.isPublished = true
        return [ContentWrite(key: key, content: .draft(state))]
    }

    static func parsed(_ bytes: [UInt8]) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            return .null
        }
    }

    // MARK: items

    private static func publication<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard let code = json["code"]?.text, let number = json["version"]?.int,
            (1...Int64(Limits.itemVersionsMax)).contains(number),
            let date = json["effectiveFrom"].flatMap(JSON.date),
            let elements = json["elements"], ItemElements(json: elements) != nil
        else { return nil }
        let from = json["at"]?.int.map(Instant.init(millis:)) ?? date.start
        let version = ItemVersion(
            number: Int(number), effectiveFrom: date, elements: elements.bytes)
        var item = try item(code, arrival, from: source)
        item.state.insert(version, Stamp(arrival.change, from: from))
        return ContentWrite(key: item.key, content: .item(item.state))
    }

    private static func standing<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard let code = json["code"]?.text,
            let standing = json["standing"]?.text.flatMap(Standing.init(rawValue:)),
            let reason = json["reason"]?.text, let at = json["at"]?.int
        else { return nil }
        let note = StandingNote(standing: standing, reason: reason)
        var item = try item(code, arrival, from: source)
        item.state.insert(note, Stamp(arrival.change, from: Instant(millis: at)))
        return ContentWrite(key: item.key, content: .item(item.state))
    }

    private static func item<S: DocumentSource>(
        _ code: String, _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> (key: DocumentKey, state: ItemState) {
        let key = DocumentKey(
            collection: .item, id: ItemState.id(of: code, in: arrival.change.scope))
        if case .item(let state)? = try source.content(key) { return (key, state) }
        return (key, ItemState(code: code, authority: arrival.scope.region))
    }

    // MARK: what hangs on items

    private static func overlay<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard let code = json["code"]?.text, let members = json["values"]?.object?.members else {
            return nil
        }
        let change = arrival.change
        let key = DocumentKey(
            collection: .overlay, id: OverlayState.id(of: code, in: change.scope))
        var state = OverlayState(code: code, region: arrival.scope.region)
        if case .overlay(let known)? = try source.content(key) { state = known }
        for member in members {
            guard let field = OverlayState.Field(rawValue: member.key) else { continue }
            let value = OverlayState.Value(
                field: field, text: member.value.text, dot: change.dot, time: change.header.time)
            state.insert(value, replacing: change.header.supersedes)
        }
        return ContentWrite(key: key, content: .overlay(state))
    }

    private static func grant<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard let code = json["code"]?.text,
            let region = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let from = json["from"].flatMap(JSON.date), let document = json["document"]?.text
        else { return nil }
        let level = json["level"]?.text.flatMap(Level.init(rawValue:))
        let key = DocumentKey(
            collection: .grant,
            id: GrantState.id(of: code, for: region, level: level, in: arrival.change.scope))
        var state = GrantState(code: code, region: region, level: level)
        if case .grant(let known)? = try source.content(key) { state = known }
        let term = GrantTerm(
            mode: json["mode"]?.text.flatMap(SinkMode.init(rawValue:)),
            to: json["to"].flatMap(JSON.date), document: document)
        state.insert(term, Stamp(arrival.change, from: from.start))
        return ContentWrite(key: key, content: .grant(state))
    }

    private static func calendar<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard let notice = HolidayYear(json: json) else { return nil }
        let key = DocumentKey(
            collection: .calendar, id: CalendarState.id(of: notice.year, in: arrival.change.scope))
        var state = CalendarState(region: arrival.scope.region, year: notice.year)
        if case .calendar(let known)? = try source.content(key) { state = known }
        state.insert(notice, Stamp(arrival.change, from: arrival.change.header.time.instant))
        return ContentWrite(key: key, content: .calendar(state))
    }

    /// The change's body, read strictly; nil where it is erased or not of its form: such a
    /// change is stored and has no effect.
    private static func body(of change: Change) -> JSON? {
        guard let body = change.body else { return nil }
        do throws(JSONError) {
            return try JSON(parsing: body)
        } catch {
            return nil
        }
    }
}

extension Directory {
    /// Whether a region may keep a catalog of its own: a county, or what is above it.
    package func mayPublish(_ region: RegionID) -> Bool {
        switch self.region(region)?.level {
        case .province, .city, .county: true
        case .town, .village, nil: false
        }
    }
}
