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
