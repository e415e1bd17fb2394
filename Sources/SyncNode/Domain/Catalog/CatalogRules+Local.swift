import Base
import Change
import Document
import Region

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
