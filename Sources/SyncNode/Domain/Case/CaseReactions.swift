import Base
import Change
import Document
import Region

/// What a county owes between its own cases and the corridor, and what a station owes a case
/// that comes home. Each duty is gone once its change is folded.
enum CaseReactions {
    static func due<S: DocumentSource>(
        _ key: DocumentKey, at desk: Desk, from source: S
    ) throws(S.Failure) -> [Command] {
        let duties = try duties(key, at: desk, from: source)
        let target: CaseCommand.Target =
            key.collection == .caseFile ? .id(key.id) : .handover(key.id)
        return duties.map { .cases(CaseCommand(.gateway($0), on: target)) }
    }

    /// Sets `attention` on what was written and on what hangs together with it.
    static func marked<S: DocumentSource>(
        _ writes: [ContentWrite], at desk: Desk, from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        guard !writes.isEmpty else { return [] }
        var overlay = Overlay(writes: writes, base: source)
        for key in try related(writes, from: overlay) {
            let owes = try !duties(key, at: desk, from: overlay).isEmpty
            try overlay.mark(key, owes)
        }
        return overlay.writes
    }

    /// The written documents, and the case, hand-over and parcel that one of them belongs to.
    private static func related<S: DocumentSource>(
        _ writes: [ContentWrite], from source: S
    ) throws(S.Failure) -> [DocumentKey] {
        var keys: [DocumentKey] = []
        func add(_ key: DocumentKey) {
            if !keys.contains(key) { keys.append(key) }
        }
        for write in writes where write.key.collection != .serial {
            add(write.key)
            switch write.content {
            case .caseFile(let state):
                if let handover = state.handover {
                    add(DocumentKey(collection: .handover, id: handover))
                    add(DocumentKey(collection: .parcel, id: handover))
                }
            case .handover(let state):
                add(DocumentKey(collection: .parcel, id: write.key.id))
                add(DocumentKey(collection: .caseFile, id: state.caseID))
            case .parcel(let state):
                add(DocumentKey(collection: .handover, id: write.key.id))
                add(DocumentKey(collection: .caseFile, id: state.caseID))
            default: break
            }
        }
        return keys
    }

    /// What the local region owes about a document, seated or not.
    static func duties<S: DocumentSource>(
        _ key: DocumentKey, at desk: Desk, from source: S
    ) throws(S.Failure) -> [CaseCommand.Gateway] {
        switch try source.content(key) {
        case .caseFile(let state): return try duties(of: state, at: desk, from: source)
        case .handover(let state): return try duties(of: state, key.id, at: desk, from: source)
        case .parcel(let state): return try duties(of: state, key.id, at: desk, from: source)
        default: return []
        }
    }

    // MARK: the case

    static func duties<S: DocumentSource>(
        of state: CaseState, at desk: Desk, from source: S
    ) throws(S.Failure) -> [CaseCommand.Gateway] {
        guard let link = state.holder, !state.needsUpgrade else { return [] }
        if try Erasure.isOwed(state, at: desk, from: source) { return [.erase] }
        if let offer = state.event(state.offer) {
            guard offer.region == desk.region else { return [] }
            let recalled = state.effective(.custodyWithdrawal).contains { $0.on == offer.hash }
            if recalled { return [.release] }
            return offer.destination != nil || offer.outcome == "return" ? [.signThrough] : []
        }
        guard desk.isGateway(of: state.scope) else { return [] }
        var duties: [CaseCommand.Gateway] = []
        if state.outgoing == nil, link.region == desk.region {
            if let onward = onward(state, at: desk) { duties.append(onward) }
        }
        guard let id = state.handover else { return duties }
        let key = DocumentKey(collection: .handover, id: id)
        if case .handover(let handover) = try source.content(key),
            state.event(state.outgoing)?.handover == id, handover.from == desk.region,
            handover.offer != nil, handover.withdrawal == nil
        {
            let asks = state.effective(.custodyWithdrawal).contains { $0.on == state.outgoing }
            if asks { duties.append(.recallHandover) }
        }
        if try !untold(state, at: desk, from: source).isEmpty { duties.append(.tell) }
        return duties
    }

    /// Where the token goes on by itself from the last link.
    private static func onward(_ state: CaseState, at desk: Desk) -> CaseCommand.Gateway? {
        guard let event = state.event(state.holder?.event) else { return nil }
        switch event.kind {
        case .custodyAccept:
            return state.event(event.on)?.destination == nil ? nil : .forward(isReturn: false)
        case .caseArrive, .custodyReturned:
            guard let code = event.destination,
                let target = desk.directory.region(code: code), target.id != desk.region,
                desk.directory.seat(of: target.id) != nil,
                desk.directory.carries(target.id, state.scope)
            else { return nil }
            return .route
        case .custodyReject:
            let isRouted = state.event(event.on)?.dot.actor == desk.key.actor(in: state.scopeID)
            return state.isForeign && isRouted ? .forward(isReturn: true) : nil
        default: return nil
        }
    }

    /// What happened here that the other county was not told yet, in list order. Either side
    /// tells what it did while it had, or had received, the case; what the package carried
    /// already is not told again. A note goes from where the case came from to where it is
    /// decided; opinions there stay there.
    static func untold<S: DocumentSource>(
        _ state: CaseState, at desk: Desk, from source: S
    ) throws(S.Failure) -> [CaseEvent] {
        guard let handover = state.handover, desk.isGateway(of: state.scope) else { return [] }
        let kinds: [ChangeKind] =
            state.isForeign
            ? [
                .caseAccept, .caseRefuse, .caseCorrection, .caseDecide, .caseDeliver, .caseClose,
                .custodyAccept, .casePause, .caseResume, .caseExtend,
            ]
            : [.caseSupplement, .caseWithdraw, .caseHandOut, .caseNote, .caseMaterial]
        let cut = state.lastOutgoing?.cut ?? []
        let events = state.events.filter { event in
            event.status == .effective && kinds.contains(event.kind)
                && (state.isForeign || !event.isWithin(cut) || state.isAddendum(event))
        }
        guard !events.isEmpty else { return [] }
        let key = DocumentKey(collection: .parcel, id: handover)
        guard case .parcel(let parcel) = try source.content(key) else { return [] }
        let told = parcel.told.filter { $0.region == desk.region }.compactMap(\.on)
        return events.filter { !told.contains($0.hash) }
    }

    // MARK: the hand-over

    private static func duties<S: DocumentSource>(
        of state: HandoverState, _ id: Digest16, at desk: Desk, from source: S
    ) throws(S.Failure) -> [CaseCommand.Gateway] {
        guard let offer = state.offer else { return [] }
        let file = try CaseFold.load(
            DocumentKey(collection: .caseFile, id: state.caseID), from: source)
        if offer.region == desk.region {
            if state.answer == nil { return try answer(state, id, file, at: desk, from: source) }
            let isLate = state.answer?.kind == .handoverAccept && state.withdrawal != nil
            let hasPetition = file?.events.contains {
                $0.kind == .caseWithdraw && $0.handover == id
            }
            return isLate && hasPetition == false ? [.petition] : []
        }
        guard state.from == desk.region, let answer = state.answer,
            answer.kind != .handoverAccept,
            let outgoing = file.flatMap({ $0.event($0.outgoing) }), outgoing.handover == id
        else { return [] }
        return [.settle]
    }

    /// The offeree's answer: it lets go what was withdrawn, waits for the package, takes what is
    /// intact and refuses the rest.
    private static func answer<S: DocumentSource>(
        _ state: HandoverState, _ id: Digest16, _ file: CaseState?, at desk: Desk, from source: S
    ) throws(S.Failure) -> [CaseCommand.Gateway] {
        if state.withdrawal != nil { return [.releaseHandover] }
        let key = DocumentKey(collection: .parcel, id: id)
        guard case .parcel(let parcel) = try source.content(key), !parcel.packages.isEmpty else {
            return []
        }
        guard let package = parcel.packages.first(where: { $0.hash == state.offer?.on }),
            parcel.caseID == state.caseID, parcel.number == state.number,
            package.region == state.from
        else { return [.turnBack(reason: "校验失败")] }
        if let file {
            return file.outgoing != nil && file.isKin(to: state)
                ? [.admit] : [.turnBack(reason: "办件已在本地办理")]
        }
        guard let code = state.offer?.destination,
            let target = desk.directory.region(code: code),
            desk.directory.county(of: target.id) == desk.region
        else { return [.turnBack(reason: "非本辖区")] }
        return [.admit]
    }

    private static func duties<S: DocumentSource>(
        of state: ParcelState, _ id: Digest16, at desk: Desk, from source: S
    ) throws(S.Failure) -> [CaseCommand.Gateway] {
        var duties: [CaseCommand.Gateway] = []
        let key = DocumentKey(collection: .handover, id: id)
        var handover: HandoverState?
        if case .handover(let known) = try source.content(key) { handover = known }
        if handover?.offer == nil, state.packages.contains(where: { $0.region == desk.region }) {
            duties.append(.dispatch)
        }
        let file = try CaseFold.load(
            DocumentKey(collection: .caseFile, id: state.caseID), from: source)
        if let file, desk.isGateway(of: file.scope), !state.unmirrored(in: file, at: desk).isEmpty {
            duties.append(.mirror)
        }
        return duties
    }
}

extension ParcelState {
    /// What the other county told and the case does not show yet.
    func unmirrored(in file: CaseState, at desk: Desk) -> [CaseEvent] {
        let shown = file.events.filter { $0.kind == .caseMirror }.compactMap(\.on)
        return told.filter { $0.region != desk.region && !shown.contains($0.on ?? .zero) }
    }
}

extension CaseState {
    /// Whether it came by value from another county.
    var isForeign: Bool { genesis?.kind == .caseArrive }

    /// Whether it never left or entered the county, so that nothing beside it is concerned.
    var isHome: Bool { handover == nil && genesis?.kind != .caseArrive }

    /// The hand-over that it last left or came by; nil for a case that stayed.
    var handover: Digest16? {
        if let open = event(outgoing) { return open.handover }
        for link in links.reversed() {
            if let handover = event(link.event)?.handover { return handover }
        }
        return nil
    }

    /// The last event by which it left for the other county.
    var lastOutgoing: CaseEvent? {
        if let open = event(outgoing) { return open }
        for link in links.reversed() {
            if let event = event(link.event), event.kind == .custodyReturned {
                return self.event(event.on)
            }
        }
        return nil
    }

    /// Whether it is a note that a station wrote after it had offered the case to another county:
    /// the package, which carries no notes, was made on the way.
    func isAddendum(_ event: CaseEvent) -> Bool {
        event.kind == .caseNote
            && effective(.custodyOffer).contains {
                $0.destination != nil && $0.dot.actor == event.dot.actor
                    && $0.dot.seq < event.dot.seq
            }
    }

    /// Whether a hand-over can be the way back of the one by which this case left.
    func isKin(to handover: HandoverState) -> Bool { number == handover.number }
}

extension Desk {
    /// Whether this is the county seat that stands between a case's scope and the corridor.
    func isGateway(of scope: ScopeName) -> Bool {
        directory.county(of: scope.region) == region
    }
}

/// The documents with some writes on top.
private struct Overlay<Base: DocumentSource>: DocumentSource {
    var writes: [ContentWrite]
    let base: Base

    func content(_ key: DocumentKey) throws(Base.Failure) -> Content? {
        if let write = writes.first(where: { $0.key == key }) { return write.content }
        return try base.content(key)
    }

    func find(_ collection: Collection, label: String) throws(Base.Failure) -> [DocumentKey] {
        try base.find(collection, label: label)
    }

    func change(at dot: Dot, in scope: ScopeID) throws(Base.Failure) -> Change? {
        try base.change(at: dot, in: scope)
    }

    func missing(_ attachments: [Digest]) throws(Base.Failure) -> [Digest] {
        try base.missing(attachments)
    }

    /// Sets a document's flag; one that was not written joins only if its flag changes.
    mutating func mark(_ key: DocumentKey, _ owes: Bool) throws(Base.Failure) {
        guard var content = try content(key), content.attention != owes else { return }
        content.attention = owes
        if let index = writes.firstIndex(where: { $0.key == key }) {
            writes[index] = ContentWrite(key: key, content: content)
        } else {
            writes.append(ContentWrite(key: key, content: content))
        }
    }
}

extension Content {
    /// Whether the local seat may owe a reaction.
    fileprivate var attention: Bool {
        get { owes }
        set {
            switch self {
            case .caseFile(var state):
                state.attention = newValue
                self = .caseFile(state)
            case .handover(var state):
                state.attention = newValue
                self = .handover(state)
            case .parcel(var state):
                state.attention = newValue
                self = .parcel(state)
            default: break
            }
        }
    }
}

/// What of a case's materials goes to another county with it.
extension HandoverRules {
    /// 材料清单 as it stands: each code of the 收件 and each that came since, whether it is here, its
    /// last scan, and what it is worth (可信等级, 复用, 免提交) by whose word.
    static func materials<S: DocumentSource>(
        of state: CaseState, in directory: Directory, from source: S
    ) throws(S.Failure) -> [JSON] {
        let (listed, present) = state.present
        var scans: [String: String] = [:]
        var words: [String: (place: String, at: Int64, detail: JSON)] = [:]
        let kinds: [ChangeKind] = [
            .caseReceive, .caseArrive, .caseSupplement, .caseMaterial,
        ]
        let events = state.events.filter { $0.status == .effective && kinds.contains($0.kind) }
            .sorted { ($0.moment, $0.time, $0.dot.seq) < ($1.moment, $1.time, $1.dot.seq) }
        for event in events {
            let body = try source.change(at: event.dot, in: state.scopeID)?.body
            let json = body.map(JSON.orNull) ?? .null
            for entry in json["materials"]?.array ?? json["detail"]?["materials"]?.array ?? [] {
                if let code = entry["code"]?.text { scans[code] = entry["blob"]?.text }
            }
            guard event.kind == .caseMaterial else { continue }
            let place = state.region(of: event.dot.actor).flatMap {
                directory.region($0)?.code.text
            }
            for code in event.terms.codes {
                if let blob = json["blob"]?.text { scans[code] = blob }
                guard event.outcome != CaseEvent.scanned else { continue }
                words[code] = (place ?? "", event.moment, json["detail"] ?? .null)
            }
        }
        var codes = listed
        for code in present where !codes.contains(code) { codes.append(code) }
        return codes.prefix(Limits.caseMaterialsMax).map { code in
            var entry = JSONObject()
            entry["code"] = .text(code)
            entry["present"] = .bool(present.contains(code))
            if let blob = scans[code] { entry["blob"] = .text(blob) }
            let reused = words[code]?.detail["level"]?.text
            if let level = state.level(of: code) ?? reused { entry["level"] = .text(level) }
            if let word = words[code] {
                entry["by"] = .text(word.place)
                entry["at"] = .int(word.at)
                for name in ["from", "until", "licence", "certificate"] {
                    if let value = word.detail[name] { entry[name] = value }
                }
            }
            return .object(entry)
        }
    }
}
