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
        "codes", "pledge", "stage",
    ]

    /// nil for a change of another kind, or one that is not of its form.
    package init?(_ change: Change) {
        guard change.kind.isErasure, let body = change.body else { return nil }
        let isParcel = change.kind == .parcelErase
        let json = CatalogFold.parsed(body)
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
    /// - Parameter isOwed: The other county has erased it, or something came afterwards.
    static func decide<S: DocumentSource>(
        _ sheet: CaseSheet, _ reason: String, isDry: Bool, isOwed: Bool = false, from source: S
    ) throws(S.Failure) -> Decision {
        if let refusal = try refusal(sheet, isOwed: isOwed, from: source) {
            return .refuse(refusal)
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
        guard desk.isGateway(of: state.scope), !state.isHome || state.isErased,
            try isOver(state, from: source)
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
            entries.append((event, rest(of: CatalogFold.parsed(body).object ?? JSONObject())))
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
            rest["materials"] = CatalogFold.parsed(CaseBody.materials(materials))
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
