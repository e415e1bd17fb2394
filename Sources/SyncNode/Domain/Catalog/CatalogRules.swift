import Base
import Change
import Civil
import Document
import Region

/// The rules of the catalog: who may write what, and what is refused.
package enum CatalogRules {
    /// Decides a command at a desk. Reads the documents that it touches and no others.
    ///
    /// - Throws: What the source throws.
    package static func decide<S: DocumentSource>(
        _ command: CatalogCommand, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard desk.isSeated else {
            return .refuse(
                RuleRefusal("not-seated", "本节点没有该地区的办理席位", category: .forbidden))
        }
        switch command {
        case .publish(let publication): return try publish(publication, at: desk, from: source)
        case .draft(let publication): return try draft(publication, at: desk, from: source)
        case .approve(let id): return try approve(id, at: desk, from: source)
        case .discard(let id): return try discard(id, at: desk, from: source)
        case .succeed(let order): return try succeed(order, at: desk, from: source)
        case .stage(let order): return try stage(order, at: desk, from: source)
        case .rollback(let code, let number, let reason):
            return try rollback(code, to: number, reason, at: desk, from: source)
        case .importItems(let order): return try importItems(order, at: desk, from: source)
        case .define(let order): return try define(order, at: desk, from: source)
        case .setStanding(let order): return try setStanding(order, at: desk, from: source)
        case .setOverlay(let code, let values):
            return try setOverlay(code, values, at: desk, from: source)
        case .setGrant(let order): return try setGrant(order, at: desk, from: source)
        case .setCalendar(let year): return try setCalendar(year, at: desk, from: source)
        case .receipt(let catalog): return try receipt(of: catalog, at: desk, from: source)
        }
    }

    // MARK: calendar and receipts

    private static func setCalendar<S: DocumentSource>(
        _ year: HolidayYear, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard desk.directory.mayPublish(desk.region) else { return .refuse(readOnly("calendar")) }
        let scope = ScopeName.catalog(desk.region)
        let key = DocumentKey(
            collection: .calendar, id: CalendarState.id(of: year.year, in: scope.id))
        var replaced: [Dot] = []
        if case .calendar(let state)? = try source.content(key) {
            replaced = state.notices.heads.map(\.stamp.dot)
        }
        var body = JSONWriter(capacity: 1024)
        year.write(to: &body)
        let draft = Draft(
            scope: scope, kind: .calendarSet, body: body.bytes, supersedes: replaced)
        return .write([draft], answer: answer { $0.field("year", year.year) })
    }

    private static func receipt<S: DocumentSource>(
        of catalog: RegionID, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let known = try CatalogFold.receipts(of: catalog, at: catalog, from: source)
        let own = try CatalogFold.receipts(of: catalog, at: desk.region, from: source)
        guard catalog != desk.region, !own.covers(known) else {
            return .write([], answer: answer { _ in })
        }
        let body = answer { object in
            object.field("region", catalog.hex)
            object.array("heads") { array in
                for head in known.heads { head.write(to: &array) }
            }
            object.field("uniform", hex: known.uniform)
        }
        let draft = Draft(scope: .control(desk.region), kind: .catalogReceipt, body: body)
        return .write([draft], answer: answer { $0.field("heads", known.heads.count) })
    }

    // MARK: words

    /// An item of this seat's own catalog, or why the seat may not touch it.
    enum Owned {
        case item(CatalogItem)
        case refused(RuleRefusal)
    }

    /// - Parameter field: What the refusal names where the item is another authority's.
    static func owned<S: DocumentSource>(
        _ code: String, _ field: String, at desk: Desk, from source: S
    ) throws(S.Failure) -> Owned {
        guard
            let item = try CatalogQuery.item(
                code, for: desk.region, in: desk.directory, from: source)
        else { return .refused(unknownItem(code)) }
        return item.state.authority == desk.region ? .item(item) : .refused(readOnly(field))
    }

    static func readOnly(_ field: String) -> RuleRefusal {
        RuleRefusal(
            "uniform-element-read-only", "统一要素只读：由目录所属县级以上节点维护", field: field,
            category: .forbidden)
    }

    static func unknownItem(_ code: String) -> RuleRefusal {
        RuleRefusal("item-unknown", "目录中没有事项 \(code)", field: "code", category: .missing)
    }

    /// An object as bytes.
    static func answer(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { write(&$0) }
        return writer.bytes
    }

    static func isText(_ text: String) -> Bool {
        text.contains { !$0.isWhitespace } && text.count <= Limits.catalogTextCharactersMax
    }
}

extension RuleRefusal {
    /// The command itself is not well formed.
    static func invalid(_ rule: String, _ title: String, _ field: String) -> RuleRefusal {
        RuleRefusal(rule, title, field: field, category: .invalid)
    }

    /// What a check of elements found.
    init(_ finding: Finding) {
        self.init(finding.rule, finding.title, field: finding.field, category: .invalid)
    }
}

/// Overlays and grants.
extension CatalogRules {
    static func setOverlay<S: DocumentSource>(
        _ code: String, _ orders: [OverlayOrder], at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        if let refusal = lint(orders) { return .refuse(refusal) }
        guard
            try CatalogQuery.item(code, for: desk.region, in: desk.directory, from: source) != nil
        else { return .refuse(unknownItem(code)) }
        let scope = ScopeName.catalog(desk.region)
        let key = DocumentKey(collection: .overlay, id: OverlayState.id(of: code, in: scope.id))
        var replaced: [Dot] = []
        if case .overlay(let state)? = try source.content(key) {
            replaced = state.dots(of: orders.compactMap { .init(rawValue: $0.field) })
        }
        let body = answer { object in
            object.field("code", code)
            object.object("values") { values in
                for order in orders {
                    values.key(order.field)
                    if let text = order.text { values.value(text) } else { values.null() }
                }
            }
        }
        let draft = Draft(scope: scope, kind: .overlaySet, body: body, supersedes: replaced)
        return .write([draft], answer: answer { $0.field("code", code) })
    }

    static func setGrant<S: DocumentSource>(
        _ order: GrantOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let item: CatalogItem
        switch try owned(order.code, "grant", at: desk, from: source) {
        case .refused(let refusal): return .refuse(refusal)
        case .item(let found): item = found
        }
        guard let region = desk.region(named: order.region) else {
            return .refuse(
                RuleRefusal(
                    "region-unknown", "没有这个区划代码的地区", field: "region", category: .missing))
        }
        if let refusal = lint(order, for: region, of: item.state, in: desk) {
            return .refuse(refusal)
        }
        let id = GrantState.id(
            of: order.code, for: region.id, level: order.level, in: item.catalog.id)
        var replaced: [Dot] = []
        if case .grant(let state)? = try source.content(
            DocumentKey(collection: .grant, id: id))
        {
            replaced = state.terms.heads.map(\.stamp.dot)
        }
        let body = answer { object in
            object.field("code", order.code)
            object.field("region", region.id.hex)
            if let level = order.level { object.field("level", level.rawValue) }
            if let mode = order.mode { object.field("mode", mode.rawValue) }
            object.field("from", order.from.text)
            if let to = order.to { object.field("to", to.text) }
            object.field("document", order.document)
        }
        let draft = Draft(
            scope: item.catalog, kind: .grantSet, body: body, supersedes: replaced)
        return .write([draft], answer: answer { $0.field("code", order.code) })
    }

    // MARK: what is refused

    /// The ten uniform elements (十同) and what is published with them: no region's to change.
    private static let uniform: Set<String> = [
        "code", "name", "kind", "basis", "level", "conditions", "audience", "materials",
        "legalDays", "promisedDays", "fees", "handling", "steps", "result",
    ]

    private static func lint(_ orders: [OverlayOrder]) -> RuleRefusal? {
        guard (1...Limits.overlayFieldsMax).contains(orders.count) else {
            return .invalid("overlay-fields", "没有要改的字段，或过多", "values")
        }
        for order in orders {
            if uniform.contains(order.field) { return readOnly(order.field) }
            guard OverlayState.Field(rawValue: order.field) != nil else {
                return .invalid("overlay-field", "没有这个本地要素：" + order.field, order.field)
            }
            if let text = order.text, !isText(text) {
                return .invalid("overlay-text", "内容为空或过长", order.field)
            }
        }
        return nil
    }

    private static func lint(
        _ order: GrantOrder, for region: RegionRecord, of item: ItemState, in desk: Desk
    ) -> RuleRefusal? {
        guard desk.directory.isWithin(region.id, desk.region) else {
            return .invalid("grant-region", "该地区不在本目录范围内", "region")
        }
        if let level = order.level {
            guard Level.allCases.drop(while: { $0 != region.level }).dropFirst().contains(level)
            else { return .invalid("grant-level", "层级须低于该地区", "level") }
        } else if region.id == desk.region {
            return .invalid("grant-region", "本级无需授权", "region")
        }
        if let to = order.to, to < order.from {
            return .invalid("grant-dates", "截止日期早于起始日期", "to")
        }
        guard isText(order.document), order.document.count <= Limits.catalogNameCharactersMax
        else { return .invalid("grant-document", "须写明授权文号", "document") }
        let isLicence = item.heads.contains {
            ItemElements($0.value.elements)?.kind == ItemElements.licence
        }
        let level = order.level ?? region.level
        if isLicence, level == .village, order.mode == .authorise { return licenceAtVillage }
        return nil
    }
}

extension Desk {
    /// The place that a command names; nil where the directory has none, or where a person
    /// names an id.
    func region(named name: PlaceName) -> RegionRecord? {
        switch name {
        case .code(let code): directory.region(code: code)
        case .id(let id): author == 0 ? directory.region(id) : nil
        }
    }
}
