import Base
import Catalog
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
        if arrival.change.kind == .questionAsked {
            return try definition(json, arrival, from: source).map { [$0] } ?? []
        }
        if arrival.change.kind == .overlaySet {
            return try overlay(json, arrival, from: source).map { [$0] } ?? []
        }
        if arrival.change.kind == .definitionSet, json["family"]?.text == "window" {
            return try definition(json, arrival, from: source).map { [$0] } ?? []
        }
        guard desk.directory.mayPublish(region) else { return [] }
        if arrival.change.kind == .itemDraft {
            let write = draft(json, arrival).map { [$0] } ?? []
            return try write + ended(json["replaces"], from: source)
        }
        if arrival.change.kind == .itemDraftEnd {
            return try ended(json["draft"], from: source)
        }
        if arrival.change.kind == .itemPublish {
            return try publication(json, arrival, at: desk, from: source)
        }
        let write: ContentWrite? =
            switch arrival.change.kind {
            case .itemStanding: try standing(json, arrival, from: source)
            case .grantSet: try grant(json, arrival, from: source)
            case .calendarSet: try calendar(json, arrival, from: source)
            case .itemStage: try stage(json, arrival, from: source)
            case .definitionSet: try definition(json, arrival, from: source)
            default: nil
            }
        guard let write else { return [] }
        return [write, try published(arrival, at: desk, from: source)]
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

    /// A draft that was given up, or that another took the place of.
    private static func ended<S: DocumentSource>(
        _ json: JSON?, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard let id = json?.text.flatMap(Digest16.init(hex:)) else { return [] }
        let key = DocumentKey(collection: .draft, id: id)
        guard case .draft(var state)? = try source.content(key) else { return [] }
        state.isDiscarded = true
        return [ContentWrite(key: key, content: .draft(state))]
    }

    // MARK: items

    private static func publication<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard let code = json["code"]?.text, let number = json["version"]?.int,
            (1...Int64(Limits.itemVersionsMax)).contains(number),
            let date = json["effectiveFrom"].flatMap(JSON.date),
            let elements = json["elements"], ItemElements(json: elements) != nil
        else { return [] }
        let from = json["at"]?.int.map(Instant.init(millis:)) ?? date.start
        let stage = json["stage"]?.array?.compactMap { $0.text.flatMap(RegionID.init(hex:)) }
        let version = ItemVersion(
            number: Int(number), effectiveFrom: date, elements: elements.bytes,
            stage: stage?.sorted())
        var item = try item(code, arrival, from: source)
        let isNew = item.state.versions[arrival.change.dot] == nil
        item.state.insert(version, Stamp(arrival.change, from: from))
        let digest = isNew ? UniformDigest.of(code, Int(number), elements) : 0
        return [
            ContentWrite(key: item.key, content: .item(item.state)),
            try published(arrival, adding: digest, at: desk, from: source),
        ] + (try settledDraft(json, from: source))
    }

    private static func stage<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard let code = json["code"]?.text, let reach = StageNote.Reach(json),
            let version = json["version"]?.text.flatMap(Dot.init(text:)),
            let at = json["at"]?.int
        else { return nil }
        var item = try item(code, arrival, from: source)
        item.state.insert(
            StageNote(
                version: version, reach: reach, reason: json["reason"]?.text ?? "",
                stamp: Stamp(arrival.change, from: Instant(millis: at))))
        return ContentWrite(key: item.key, content: .item(item.state))
    }

    /// A question stands in the catalog of whoever asked it, all else in the authority's.
    private static func definition<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard let code = json["code"]?.text,
            let family = json["family"]?.text.flatMap(DefinitionState.Family.init(rawValue:)),
            (family == .question) == (arrival.change.kind == .questionAsked),
            let body = json["body"], body.object != nil
        else { return nil }
        let key = DefinitionState.key(family, code, in: arrival.change.scope)
        var state = DefinitionState(family: family, code: code, region: arrival.scope.region)
        if case .definition(let known)? = try source.content(key) { state = known }
        state.insert(
            body.bytes, Stamp(arrival.change, from: arrival.change.header.time.instant))
        return ContentWrite(key: key, content: .definition(state))
    }

    private static func standing<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, from source: S
    ) throws(S.Failure) -> ContentWrite? {
        guard let code = json["code"]?.text,
            let standing = json["standing"]?.text.flatMap(Standing.init(rawValue:)),
            let reason = json["reason"]?.text, let at = json["at"]?.int
        else { return nil }
        let note = StandingNote(
            standing: standing, reason: reason,
            successors: (json["successors"]?.array ?? []).compactMap(\.text))
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

/// Who has what: the head of a catalog, and each region's receipts of it.
extension CatalogFold {
    /// Moves the catalog's own document to a change of it.
    static func published<S: DocumentSource>(
        _ arrival: Arrival, adding digest: UInt64 = 0, at desk: Desk, from source: S
    ) throws(S.Failure) -> ContentWrite {
        let owner = arrival.scope.region
        let change = arrival.change
        var state = try receipts(of: owner, at: owner, from: source)
        state.advance(
            to: CatalogReceiptState.Head(
                actor: change.header.actor, seq: change.header.seq, hash: change.hash.prefix16))
        state.uniform &+= digest
        return try noted(state, at: desk, from: source)
    }

    /// Takes a region's receipt in; the local node's own settles what it owed.
    static func receipt<S: DocumentSource>(
        _ json: JSON, _ arrival: Arrival, at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard arrival.scope.family == .control,
            let owner = json["region"]?.text.flatMap(RegionID.init(hex:)),
            let heads = CatalogReceiptState.Head.list(json["heads"]),
            owner != arrival.scope.region
        else { return [] }
        let region = arrival.scope.region
        var state = try receipts(of: owner, at: region, from: source)
        for head in heads { state.advance(to: head) }
        if state.entries.last.map({ $0.time <= arrival.change.header.time }) ?? true {
            let said = json["uniform"]?.text.flatMap(RegionID.init(hex:))
            state.uniform = said?.rawValue ?? 0
        }
        state.insert(
            CatalogReceiptState.Entry(
                dot: arrival.change.dot, time: arrival.change.header.time,
                heads: heads.map { Dot(actor: $0.actor, seq: $0.seq) }.sorted()))
        let write = ContentWrite(
            key: CatalogReceiptState.key(catalog: owner, region: region),
            content: .receipt(state))
        guard region == desk.region else { return [write] }
        var known = try receipts(of: owner, at: owner, from: source)
        known.owesReceipt = known.owesReceipt && !state.covers(known)
        let key = CatalogReceiptState.key(catalog: owner, region: owner)
        return known.heads.isEmpty
            ? [write] : [write, ContentWrite(key: key, content: .receipt(known))]
    }

    /// One region's document of one catalog; a new one where there is none.
    package static func receipts<S: DocumentSource>(
        of owner: RegionID, at region: RegionID, from source: S
    ) throws(S.Failure) -> CatalogReceiptState {
        let key = CatalogReceiptState.key(catalog: owner, region: region)
        if case .receipt(let state)? = try source.content(key) { return state }
        return CatalogReceiptState(owner: owner, region: region)
    }

    /// Notes on the catalog's document whether the local node owes a receipt: it does for the
    /// catalog of its own county, whose node carries its control scope.
    private static func noted<S: DocumentSource>(
        _ state: CatalogReceiptState, at desk: Desk, from source: S
    ) throws(S.Failure) -> ContentWrite {
        var noted = state
        if state.owner != desk.region, desk.directory.county(of: desk.region) == state.owner {
            let own = try receipts(of: state.owner, at: desk.region, from: source)
            noted.owesReceipt = !own.covers(state)
        }
        let key = CatalogReceiptState.key(catalog: state.owner, region: state.owner)
        return ContentWrite(key: key, content: .receipt(noted))
    }
}
