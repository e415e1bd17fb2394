import Account
package import Base
package import Change
package import Civil
package import Document
package import Region

extension ChangeKind {
    /// A version of an item: {code, version, effectiveFrom, at?, elements}.
    package static let itemPublish = ChangeKind(rawValue: 0x8060)
    /// A version that waits for a second person: {draft, code, publication}.
    package static let itemDraft = ChangeKind(rawValue: 0x0062)
    /// A draft that is given up: {draft}.
    package static let itemDraftEnd = ChangeKind(rawValue: 0x0063)
    /// 暂停, 恢复, 取消: {code, standing, from, reason, successors?}.
    package static let itemStanding = ChangeKind(rawValue: 0x8061)
    /// A step of a version that is tried out: {code, version, reach, regions?, at, reason}.
    package static let itemStage = ChangeKind(rawValue: 0x8062)
    /// A region's own elements: {code, values: {field: text or null}}.
    package static let overlaySet = ChangeKind(rawValue: 0x8064)
    /// 下沉授权: {code, region, level?, mode?, from, to?, document}.
    package static let grantSet = ChangeKind(rawValue: 0x8068)
    /// A year's notice: {year, holidays, workdays}.
    package static let calendarSet = ChangeKind(rawValue: 0x806c)
    /// A theme, a claim, knowledge, a proof, a ruling: {family, code, body}.
    package static let definitionSet = ChangeKind(rawValue: 0x8070)
    /// A question that a place could not answer: {family, code, body}, in its own catalog.
    package static let questionAsked = ChangeKind(rawValue: 0x0072)
    /// 到达 of a catalog, in the node's control scope: {region, heads, uniform}.
    package static let catalogReceipt = ChangeKind(rawValue: 0x0091)
}

/// What may be asked of the catalog.
package enum CatalogCommand: Hashable, Sendable {
    case publish(Publication)
    /// 起草: to be published by another person.
    case draft(Publication)
    /// 复核发布: a draft of another person.
    case approve(Digest16)
    /// Gives a draft up.
    case discard(Digest16)
    /// 拆分, 合并.
    case succeed(SuccessionOrder)
    /// 扩大, 停止: of a version that is tried out.
    case stage(StageOrder)
    /// 回退: an earlier version's elements as a new version, at once and everywhere.
    case rollback(code: String, number: Int, reason: String)
    case importItems(ImportOrder)
    case define(DefinitionOrder)
    case setStanding(StandingOrder)
    case setOverlay(code: String, values: [OverlayOrder])
    case setGrant(GrantOrder)
    case setCalendar(HolidayYear)
    /// Says how far the local node has a county's catalog: the node's own, never a person's.
    case receipt(catalog: RegionID)

    /// The code of the item that it is about; nil where it is about none.
    package var item: String? {
        switch self {
        case .publish(let publication), .draft(let publication): publication.code
        case .setStanding(let order): order.code
        case .setOverlay(let code, _): code
        case .setGrant(let order): order.code
        case .stage(let order): order.code
        case .rollback(let code, _, _): code
        case .approve, .discard, .succeed, .importItems, .define, .setCalendar, .receipt: nil
        }
    }
}

/// A version to be published.
package struct Publication: Hashable, Sendable {
    package let code: String
    /// The number of the version that the author had on screen; nil for the first.
    package let base: Int?
    /// Under 版本冲突: all versions that the author had on screen.
    package let saw: [Dot]
    /// nil: at once.
    package let effectiveFrom: CivilDate?
    /// As JSON: `ItemElements` and whatever else the guide shows.
    package let elements: JSON
    /// The stations at which it is tried out first; nil where it counts everywhere.
    package let stage: [PlaceName]?
    /// The draft whose place this one takes.
    package let replaces: Digest16?

    package init(
        code: String, base: Int?, saw: [Dot] = [], effectiveFrom: CivilDate?, elements: JSON,
        stage: [PlaceName]? = nil, replaces: Digest16? = nil
    ) {
        self.stage = stage
        self.replaces = replaces
        self.code = code
        self.base = base
        self.saw = saw
        self.effectiveFrom = effectiveFrom
        self.elements = elements
    }
}

/// 暂停, 恢复, 取消.
package struct StandingOrder: Hashable, Sendable {
    package let code: String
    package let standing: Standing
    package let reason: String
    /// nil: at once.
    package let from: CivilDate?

    package init(code: String, standing: Standing, reason: String, from: CivilDate? = nil) {
        self.code = code
        self.standing = standing
        self.reason = reason
        self.from = from
    }
}

/// One field of an overlay; the name as given, so that a uniform element is refused by name.
package struct OverlayOrder: Hashable, Sendable {
    package let field: String
    /// nil: clear it.
    package let text: String?

    package init(field: String, text: String?) {
        self.field = field
        self.text = text
    }
}

/// How a command names a place.
package enum PlaceName: Hashable, Sendable {
    /// As people do.
    case code(RegionCode)
    /// As the node itself does: refused from anybody else.
    case id(RegionID)

    /// As `init` reads it.
    var text: String {
        switch self {
        case .code(let code): code.text
        case .id(let id): id.hex
        }
    }

    /// - Parameter text: 12 digits, or 16 hexadecimal digits; anything else gives nil.
    package init?(_ text: String) {
        if let code = RegionCode(text) {
            self = .code(code)
        } else if let id = RegionID(hex: text) {
            self = .id(id)
        } else {
            return nil
        }
    }
}

/// A grant, or with no mode its end.
package struct GrantOrder: Hashable, Sendable {
    package let code: String
    package let region: PlaceName
    /// Set: every region of that level inside `region`.
    package let level: Level?
    package let mode: SinkMode?
    package let from: CivilDate
    package let to: CivilDate?
    package let document: String

    package init(
        code: String, region: PlaceName, level: Level? = nil, mode: SinkMode?, from: CivilDate,
        to: CivilDate? = nil, document: String
    ) {
        self.code = code
        self.region = region
        self.level = level
        self.mode = mode
        self.from = from
        self.to = to
        self.document = document
    }
}

// MARK: as JSON

extension CatalogCommand {
    /// The commands that a person or program may name.
    package static let verbs =
        [
            "item.publish", "item.draft", "item.approve", "item.suspend", "item.resume",
            "item.cancel", "overlay.set", "grant.set", "calendar.set",
        ] + furtherVerbs

    /// Reads a command of one of `verbs`.
    ///
    /// - Parameter json: One flat object with the command's fields: `item.publish` {code,
    ///   base?, saw?, effectiveFrom or immediate: true, elements, stage?} · `item.suspend`,
    ///   `item.resume`, `item.cancel` {code, reason, from?} · `item.draft` as `item.publish` ·
    ///   `item.approve` {draft} · `overlay.set` {code, values:
    ///   {field: text or null}} · `grant.set` {code, region, level?, mode or null, from, to?,
    ///   document} · `calendar.set` {year, holidays, workdays}. Regions are division codes of 12
    ///   digits, dates `2026-09-28`.
    /// - Throws: With the field that is not of its form; `command-unknown` for another name.
    package init(verb: String, json: JSON) throws(CommandFault) {
        switch verb {
        case "item.publish": self = .publish(try Publication(json: json))
        case "item.draft": self = .draft(try Publication(json: json))
        case "item.approve":
            self = .approve(try json.required("draft") { $0.text.flatMap(Digest16.init(hex:)) })
        case "item.suspend": self = .setStanding(try StandingOrder(.suspended, json: json))
        case "item.resume": self = .setStanding(try StandingOrder(.active, json: json))
        case "item.cancel": self = .setStanding(try StandingOrder(.cancelled, json: json))
        case "overlay.set":
            self = .setOverlay(
                code: try json.required("code", JSON.words), values: try OverlayOrder.list(json))
        case "grant.set": self = .setGrant(try GrantOrder(json: json))
        case "calendar.set":
            guard let year = HolidayYear(json: json) else {
                throw CommandFault(.invalid("calendar-year", "日期不属于该年或互相矛盾", "holidays"))
            }
            self = .setCalendar(year)
        default:
            guard Self.furtherVerbs.contains(verb) else {
                throw CommandFault(.invalid("command-unknown", "没有这个命令", "command"))
            }
            self = try CatalogCommand(further: verb, json: json)
        }
    }
}

/// A command that could not be read: the refusal to be told, as an error.
package struct CommandFault: Error, Hashable, Sendable {
    package let refusal: RuleRefusal

    package init(_ refusal: RuleRefusal) { self.refusal = refusal }
}

extension JSON {
    /// A member that must be there.
    func required<Value>(
        _ key: String, _ read: (JSON) -> Value?
    ) throws(CommandFault) -> Value {
        guard let value = self[key].flatMap(read) else {
            throw CommandFault(.invalid("field-required", "缺少字段或格式不对：" + key, key))
        }
        return value
    }

    /// A member that may be absent or null, but not of another form.
    func optional<Value>(
        _ key: String, _ read: (JSON) -> Value?
    ) throws(CommandFault) -> Value? {
        guard let member = self[key], !member.isNull else { return nil }
        return try required(key, read)
    }

    /// A text of at most `Limits.caseTextCharactersMax` characters, and of no more bytes than
    /// so many Chinese ones may take.
    static func words(_ json: JSON) -> String? {
        json.text.flatMap { CommandFields.isBounded($0) ? $0 : nil }
    }

    static func date(_ json: JSON) -> CivilDate? { json.text.flatMap(CivilDate.init(_:)) }
}

extension CatalogCommand {
    /// What must be allowed to whoever asks for it; nil for what only the node itself asks.
    var act: Act? {
        switch self {
        case .publish, .approve, .succeed, .stage, .rollback: .publish
        case .draft, .discard: .draft
        case .importItems(let order): order.publishes ? .publish : .draft
        case .define(let order): order.act
        case .setStanding(let order):
            switch order.standing {
            case .active: .resume
            case .suspended: .suspend
            case .cancelled: .cancel
            }
        case .setOverlay: .overlay
        case .setGrant: .grant
        case .setCalendar: .calendar
        case .receipt: nil
        }
    }
}

extension Publication {
    /// The fields of the command that asks for it.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("code", code)
            if let base { object.field("base", base) }
            if !saw.isEmpty {
                object.array("saw") { array in
                    for dot in saw { array.value(dot.text) }
                }
            }
            if let effectiveFrom {
                object.field("effectiveFrom", effectiveFrom.text)
            } else {
                object.field("immediate", true)
            }
            if let stage {
                object.array("stage") { array in
                    for place in stage { array.value(place.text) }
                }
            }
            object.field("elements", elements)
        }
        return writer.bytes
    }

    init(json: JSON) throws(CommandFault) {
        let isImmediate = try json.optional("immediate", \.bool) ?? false
        let date = try json.optional("effectiveFrom", JSON.date)
        guard isImmediate == (date == nil) else {
            throw CommandFault(
                .invalid("effective-date", "须写明生效日期，或立即生效，二者择一", "effectiveFrom"))
        }
        let saw = try json.optional("saw", \.array) ?? []
        let dots = saw.compactMap { $0.text.flatMap(Dot.init(text:)) }
        guard dots.count == saw.count, dots.count <= Limits.changeSupersedesMax else {
            throw CommandFault(.invalid("field-required", "缺少字段或格式不对：saw", "saw"))
        }
        self.init(
            code: try json.required("code", JSON.words),
            base: try json.optional("base") {
                $0.int.flatMap { (1...1_000_000).contains($0) ? Int($0) : nil }
            },
            saw: dots, effectiveFrom: date,
            elements: try json.required("elements") { $0.object.map(JSON.object) },
            stage: try json.optional("stage", \.array).map { list throws(CommandFault) in
                try StageOrder.regions(list, of: "stage")
            },
            replaces: try json.optional("replaces") { $0.text.flatMap(Digest16.init(hex:)) })
    }
}

extension StandingOrder {
    fileprivate init(_ standing: Standing, json: JSON) throws(CommandFault) {
        self.init(
            code: try json.required("code", JSON.words), standing: standing,
            reason: try json.required("reason", JSON.words),
            from: try json.optional("from", JSON.date))
    }
}

extension OverlayOrder {
    fileprivate static func list(_ json: JSON) throws(CommandFault) -> [OverlayOrder] {
        let members = try json.required("values", \.object).members
        var orders: [OverlayOrder] = []
        for member in members {
            guard member.value.isNull || member.value.text != nil else {
                throw CommandFault(
                    .invalid("field-required", "缺少字段或格式不对：" + member.key, member.key))
            }
            orders.append(OverlayOrder(field: member.key, text: member.value.text))
        }
        return orders
    }
}

extension GrantOrder {
    fileprivate init(json: JSON) throws(CommandFault) {
        self.init(
            code: try json.required("code", JSON.words),
            region: try json.required("region") { $0.text.flatMap(PlaceName.init) },
            level: try json.optional("level") { $0.text.flatMap(Level.init(rawValue:)) },
            mode: try json.optional("mode") { $0.text.flatMap(SinkMode.init(rawValue:)) },
            from: try json.required("from", JSON.date),
            to: try json.optional("to", JSON.date),
            document: try json.required("document", JSON.words))
    }
}
