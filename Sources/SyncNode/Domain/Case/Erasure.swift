package import Base
package import Change
import Document
package import Region

/// What an erasure says: of which changes of a case, or of a hand-over's package, the payloads are
/// destroyed, and what is left of each, so that every fold comes to the same with the payload and
/// without (PROTOCOL §11).
package struct Erasure: Sendable {
    /// One change.
    package struct Entry: Sendable {
        package let dot: Dot
        package let hash: Digest16
        /// Its body without what is personal or was written freely: JSON.
        package let rest: [UInt8]
    }

    /// The case, or the parcel.
    package let key: DocumentKey
    package let number: String
    package let entries: [Entry]

    /// Members of a body that are neither personal nor free text.
    private static let kept = [
        "case", "on", "number", "query", "item", "version", "origin", "channel", "outcome", "at",
        "to", "region", "destination", "handover", "about", "cut", "score",
        "codes", "pledge", "stage", "offline", "clockUnproven", "clock", "named",
    ]

    /// nil for a change of another kind, or one that is not of its form.
    package init?(_ change: Change) {
        guard change.kind.isErasure, let body = change.body else { return nil }
        let isParcel = change.kind == .parcelErase
        let json = JSON.orNull(body)
        let name = json[isParcel ? "handover" : "case"]?.text
        guard let id = name.flatMap(Digest16.init(hex:)),
            let list = json["changes"]?.array, list.count <= Limits.caseEventsMax
        else { return nil }
        key = DocumentKey(collection: isParcel ? .parcel : .caseFile, id: id)
        number = json["number"]?.text ?? ""
        entries = list.compactMap { entry in
            guard let actor = entry["actor"]?.text.flatMap(RegionID.init(hex:)),
                let seq = entry["seq"]?.int, (1...Int64(Limits.seqMax)).contains(seq),
                let hash = entry["hash"]?.text.flatMap(Digest16.init(hex:)),
                let rest = entry["rest"], rest.object != nil
            else { return nil }
            return Entry(
                dot: Dot(actor: ActorID(actor.rawValue), seq: Seq(UInt64(seq))), hash: hash,
                rest: rest.bytes)
        }
    }

    /// Whether it counts: said by the county that the case belongs to, of a package by either of
    /// the two counties, and not behind an end.
    package func isEffective(_ arrival: Arrival, in directory: Directory) -> Bool {
        guard !arrival.isIdle, let author = directory.region(seatedBy: arrival.key) else {
            return false
        }
        switch arrival.scope.family {
        case .cases: return author == directory.county(of: arrival.scope.region)
        case .corridor: return author == arrival.scope.region || author == arrival.scope.other
        default: return false
        }
    }

    /// The case or parcel that a change with its payload speaks of; nil where it is about neither.
    package static func subject(of change: Change, in scope: ScopeName) -> DocumentKey? {
        guard scope.family == .cases || scope.family == .corridor, let body = CaseBody(change)
        else { return nil }
        return scope.family == .cases
            ? body.document.map { DocumentKey(collection: .caseFile, id: $0) }
            : body.handover.map { DocumentKey(collection: .parcel, id: $0) }
    }

    /// What a case or parcel consists of; nothing for other documents.
    package static func events(of content: Content?) -> [CaseEvent] {
        switch content {
        case .caseFile(let state): state.events
        case .parcel(let state): state.events
        default: []
        }
    }

    /// Whether an erasure of a case or parcel counts.
    package static func isErased(_ content: Content?) -> Bool {
        events(of: content).contains { $0.kind.isErasure && $0.status == .effective }
    }

    /// What is left of the changes that erasures of a case or parcel name, those that count.
    ///
    /// - Parameter change: Reads one change of its scope.
    package static func remains<Failure: Error>(
        of content: Content?, _ change: (Dot) throws(Failure) -> Change?
    ) throws(Failure) -> [Entry] {
        var entries: [Entry] = []
        for event in events(of: content) where event.kind.isErasure && event.status == .effective {
            if let said = try change(event.dot).flatMap(Erasure.init) { entries += said.entries }
        }
        return entries
    }
}

extension ChangeKind {
    /// 清除回执, in the node's control scope: which erasures it has carried out, and that nothing of
    /// the payloads is left in its store: {erased: [{case, number, erasure, changes}]}.
    package static let erasureReceipt = ChangeKind(rawValue: 0x0094)

    /// Whether it destroys payloads, and so keeps its own.
    package var isErasure: Bool { self == .caseErase || self == .parcelErase }
}

/// Deciding an erasure.
extension Erasure {
    /// The county destroys what is personal of a case that is at its end, and of the packages in
    /// which it came or left.
    ///
    /// - Parameters:
    ///   - isEarly: Before the term is over, by a law that the reason names.
    ///   - isOwed: The other county has erased it, or something came afterwards.
    static func decide<S: DocumentSource>(
        _ sheet: CaseSheet, _ reason: String, isDry: Bool, isEarly: Bool = false,
        isOwed: Bool = false, from source: S
    ) throws(S.Failure) -> Decision {
        if let refusal = try refusal(sheet, isOwed: isOwed, from: source) {
            return .refuse(refusal)
        }
        if !isOwed {
            let retention = try CatalogQuery.retention(
                of: sheet.state, in: sheet.desk.directory, from: source)
            if let refusal = untimely(sheet, retention, isEarly: isEarly, isDry: isDry) {
                return .refuse(refusal)
            }
        }
        let entries = try bare(.caseFile(sheet.state), in: sheet.state.scopeID, from: source)
        var drafts: [Draft] = []
        if !entries.isEmpty || !sheet.state.isErased {
            drafts.append(
                sheet.draft(.caseErase) { object in
                    object.field("number", sheet.state.number)
                    object.field("reason", reason)
                    write(entries, to: &object)
                })
        }
        var count = entries.count
        for (id, parcel) in try parcels(of: sheet.state, from: source) {
            let packed = try bare(.parcel(parcel), in: parcel.scope.id, from: source)
            guard !packed.isEmpty else { continue }
            count += packed.count
            drafts.append(
                HandoverRules.draft(.parcelErase, id, sheet.id, in: parcel.scope) { object in
                    object.field("number", sheet.state.number)
                    write(packed, to: &object)
                })
        }
        let answer = CatalogRules.answer { object in
            object.field("number", sheet.state.number)
            object.field("changes", count)
            object.field("dryRun", isDry)
        }
        return .write(isDry ? [] : drafts, answer: answer)
    }

    /// Whether this county owes an erasure: the other one has erased what was handed over, or
    /// something came to the case after it was erased.
    static func isOwed<S: DocumentSource>(
        _ state: CaseState, at desk: Desk, from source: S
    ) throws(S.Failure) -> Bool {
        guard desk.isGateway(of: state.scope), !state.isHeld, !awaitsArchive(state),
            !state.isHome || state.isErased, try isOver(state, from: source)
        else { return false }
        if state.isErased {
            return try !bare(.caseFile(state), in: state.scopeID, from: source).isEmpty
        }
        return try parcels(of: state, from: source).contains { isErased(.parcel($0.parcel)) }
    }

    /// Its changes that no erasure names yet, and what is to be left of them.
    private static func bare<S: DocumentSource>(
        _ content: Content, in scope: ScopeID, from source: S
    ) throws(S.Failure) -> [(event: CaseEvent, rest: JSONObject)] {
        let named = Set(
            try remains(of: content) { (dot) throws(S.Failure) in
                try source.change(at: dot, in: scope)
            }.map(\.dot))
        var entries: [(event: CaseEvent, rest: JSONObject)] = []
        for event in events(of: content) where !event.kind.isErasure && !named.contains(event.dot) {
            guard let body = try source.change(at: event.dot, in: scope)?.body else { continue }
            entries.append((event, rest(of: JSON.orNull(body).object ?? JSONObject())))
        }
        return entries
    }

    private static func parcels<S: DocumentSource>(
        of state: CaseState, from source: S
    ) throws(S.Failure) -> [(id: Digest16, parcel: ParcelState)] {
        var found: [(id: Digest16, parcel: ParcelState)] = []
        for event in state.events {
            guard let id = event.handover, !found.contains(where: { $0.id == id }),
                case .parcel(let parcel)? = try source.content(
                    DocumentKey(collection: .parcel, id: id))
            else { continue }
            found.append((id, parcel))
        }
        return found
    }

    private static func write(
        _ entries: [(event: CaseEvent, rest: JSONObject)], to object: inout JSONWriter
    ) {
        object.array("changes") { array in
            for (event, rest) in entries {
                array.object { entry in
                    entry.field("actor", hex: event.dot.actor.rawValue)
                    entry.field("seq", Int64(event.dot.seq.rawValue))
                    entry.field("hash", hex: event.hash)
                    entry.field("rest", .object(rest))
                }
            }
        }
    }

    private static func rest(of object: JSONObject) -> JSONObject {
        var rest = JSONObject()
        for name in kept { if let value = object[name] { rest[name] = value } }
        if let materials = object["materials"] {
            rest["materials"] = JSON.orNull(CaseBody.materials(materials))
        }
        return rest
    }

    private static func refusal<S: DocumentSource>(
        _ sheet: CaseSheet, isOwed: Bool, from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        do throws(RuleRefusal) {
            try sheet.checkSeat()
        } catch {
            return error
        }
        guard sheet.desk.isGateway(of: sheet.state.scope) else {
            return RuleRefusal("not-supervisor", "只有所属县可以清除", category: .forbidden)
        }
        guard try isOver(sheet.state, from: source) else {
            return RuleRefusal("case-not-final", "办件尚未送达或终结")
        }
        guard isOwed || !sheet.state.isErased else {
            return RuleRefusal("case-erased", "此办件的个人信息已清除")
        }
        guard !sheet.state.isHeld else {
            return RuleRefusal("case-preserved", "办件已列入保全（复议、诉讼或核查），解除前不得清除")
        }
        return nil
    }

    /// Whether this county has still to put it away, also where it was refused or ended. Of what
    /// was withdrawn nothing came: it may be put away, and need not be to be erased.
    private static func awaitsArchive(_ state: CaseState) -> Bool {
        state.outgoing == nil && !state.isErased
            && ![.archived, .withdrawn].contains(state.status)
    }

    /// Nothing goes before it is archived and its term is over, and of two persons one asks for it
    /// and the other carries it out (销毁鉴定).
    private static func untimely(
        _ sheet: CaseSheet, _ retention: Retention, isEarly: Bool, isDry: Bool
    ) -> RuleRefusal? {
        let state = sheet.state
        if awaitsArchive(state) {
            return RuleRefusal("case-not-archived", "办件尚未归档，不得清除：评价期满归档后再办")
        }
        let today = CivilDate(of: sheet.at ?? sheet.desk.now)
        if !isEarly, retention.isPermanent {
            return RuleRefusal("retention-permanent", "保管期限为永久，不得清除")
        }
        if !isEarly, let due = retention.due, today < due {
            return RuleRefusal(
                "retention-open", "保管期限未满：\(retention.words)，\(due.text) 起方可清除")
        }
        guard sheet.desk.author != 0, !isDry else { return nil }
        guard let asked = state.disposal else {
            return RuleRefusal("disposal-none", "没有待批的销毁申请：须先由另一人提出")
        }
        guard asked.author != sheet.desk.author else {
            return RuleRefusal(
                "separate-officers", "申请销毁的人不得自行批准，请由另一人办理", category: .forbidden)
        }
        return nil
    }

    /// Whether a county has nothing more to do with a case: it is at its end, also as the county
    /// told that has it now, or it went home.
    private static func isOver<S: DocumentSource>(
        _ state: CaseState, from source: S
    ) throws(S.Failure) -> Bool {
        guard let outgoing = state.outgoing else { return state.status.isFinal }
        guard let id = state.event(outgoing)?.handover,
            case .handover(let handover)? = try source.content(
                DocumentKey(collection: .handover, id: id)),
            handover.answer?.kind == .handoverAccept
        else { return false }
        return state.status.isFinal || state.isForeign
    }
}

// MARK: 档案管理

extension Erasure {
    static func keep<S: DocumentSource>(
        _ word: KeepWord, _ reason: String, on sheet: CaseSheet, from source: S
    ) throws(S.Failure) -> Decision {
        do throws(RuleRefusal) {
            try check(word, sheet)
        } catch {
            return .refuse(error)
        }
        if word == .propose, let refusal = try refusal(sheet, isOwed: false, from: source) {
            return .refuse(refusal)
        }
        return sheet.written([
            sheet.draft(.caseKeep) { object in
                object.field("outcome", word.rawValue)
                object.object("detail") { $0.field("reason", reason) }
            }
        ])
    }

    private static func check(_ word: KeepWord, _ sheet: CaseSheet) throws(RuleRefusal) {
        let (state, desk) = (sheet.state, sheet.desk)
        guard desk.directory.carries(desk.region, state.scope), state.holder != nil else {
            throw .noCase
        }
        guard state.events.count < Limits.caseEventsMax else {
            throw RuleRefusal("case-full", "办件记录已达上限 \(Limits.caseEventsMax) 条")
        }
        guard word != .export else { return }
        try sheet.checkSeat()
        guard desk.isGateway(of: state.scope) else {
            throw RuleRefusal("not-supervisor", "只有所属县可以保全、申请销毁", category: .forbidden)
        }
        switch word {
        case .hold where state.isHeld:
            throw RuleRefusal("case-preserved", "办件已在保全之中")
        case .release where !state.isHeld:
            throw RuleRefusal("preserve-none", "办件没有在保全之中")
        case .propose where state.disposal != nil:
            throw RuleRefusal("disposal-open", "已有待批的销毁申请")
        case .dismiss where state.disposal == nil:
            throw RuleRefusal("disposal-none", "没有待批的销毁申请")
        default: return
        }
    }
}

extension CatalogQuery {
    /// 保管期限 of a case, by the kind of its item and how it ended.
    package static func retention<S: DocumentSource>(
        of state: CaseState, in directory: Directory, from source: S
    ) throws(S.Failure) -> Retention {
        var terms = RetentionTerms.seed
        for place in directory.ancestry(of: state.scope.region) where directory.mayPublish(place) {
            let key = DefinitionState.key(
                .setting, "retention", in: ScopeName.catalog(place).id)
            guard case .definition(let known)? = try source.content(key),
                let said = RetentionTerms(known.approved)
            else { continue }
            terms = said
            break
        }
        if let ending = state.ending, ending.status != .closed {
            let years = ending.status == .withdrawn ? terms.withdrawn : terms.refused
            return Retention(
                years: years, from: CivilDate(of: Instant(millis: ending.millis)))
        }
        let item = try CatalogQuery.item(
            state.item, for: state.scope.region, in: directory, from: source)
        let version = item?.state.versions.entries.first { $0.value.number == state.itemVersion }
        let kind = version.flatMap { ItemElements($0.value.elements) }?.kind ?? ""
        // What another county decided ends here with its delivery (收件卷).
        let left = state.outgoing == nil ? nil : state.course.flatMap { $0.delivered ?? $0.decided }
        let closed = state.ending.map { CivilDate(of: Instant(millis: $0.millis)) }
        return Retention(years: terms.years(of: kind), from: closed ?? left)
    }
}
