package import Base
package import Change
import Document
import Region

/// What a case's version asks of an acceptance: how many officers, which materials, what may be
/// promised. Read from the item's elements once for each command that needs it.
struct CaseDemands {
    /// The outcome that is written into the acceptance; nil where one person may do all.
    var officers: String?
    /// Whether the case is decided by rule with the acceptance (秒批).
    var isInstant = false
    /// Materials without which nothing is accepted, and those that may come later, both missing:
    /// code and name.
    var missing: [String] = []
    var late: [String] = []
    /// Of the missing ones, those for which a promise may stand (告知承诺).
    var promisable: [String] = []
    /// 特殊环节 of the item.
    var procedures: [String] = []
    /// What the case's version asks for.
    var materials: [ItemElements.Material] = []
    /// Whether the item says that nothing is charged.
    var isFree = false

    /// - Parameters:
    ///   - elements: Of the version that the case is pinned to; nil where it is not here.
    ///   - binding: Where another version governs.
    init(_ elements: ItemElements?, _ binding: CaseBinding?, for state: CaseState) {
        officers = Self.officers(of: elements)
        guard let elements else { return }
        isInstant = elements.isInstant
        procedures = elements.procedures
        materials = elements.materials
        let present = state.present
        // A case without a list of what came in was not checked: nothing can be said of it.
        guard !present.listed.isEmpty else { return }
        for material in elements.materials where !present.codes.contains(material.code) {
            let standing = binding?.materials.first { $0.code == material.code }?.standing
            if standing == .waived || !(material.isRequired || material.isDeferrable) { continue }
            let name = material.code
            if standing == .deferred || (standing == nil && material.isDeferrable) {
                late.append(name)
            } else {
                missing.append(name)
                if elements.isOnPromise, material.isPromisable { promisable.append(name) }
            }
        }
    }

    private static func officers(of elements: ItemElements?) -> String? {
        guard let elements else { return CaseEvent.separate }
        switch elements.approval {
        case "一审一核": return CaseEvent.three
        case "审核批三级": return CaseEvent.four
        case "联席": return CaseEvent.joint
        default: break
        }
        if elements.officers == 3 { return CaseEvent.three }
        return elements.handling == .immediate ? nil : CaseEvent.separate
    }
}

extension CaseState {
    /// Codes of materials that are listed, and of those the ones that are here.
    var present: (listed: [String], codes: [String]) {
        var listed: [String] = []
        var codes = supplied
        for entry in CatalogFold.parsed(facts.materials).array ?? [] {
            guard let code = entry["code"]?.text else { continue }
            listed.append(code)
            if entry["present"]?.bool ?? true { codes.append(code) }
        }
        return (listed, codes)
    }
}

extension CaseRules {
    /// A material that the version does not ask for (S1-15: 不得额外增加). Looked for in the bytes
    /// first: they are read for a refusal only.
    static func unasked(
        _ application: CaseCommand.Application, in item: CatalogItem, _ version: Int
    ) -> RuleRefusal? {
        guard !application.materials.isEmpty,
            let entry = item.state.versions.entries.first(where: { $0.value.number == version })
        else { return nil }
        let bytes = entry.value.elements
        let strange = application.materials.first { !bytes.hasMember("code", $0.code) }
        guard let strange, let known = ItemElements(bytes)?.materials, !known.isEmpty,
            !known.contains(where: { $0.code == strange.code })
        else { return nil }
        return RuleRefusal(
            "material-unknown", "事项的申请材料中没有 \(strange.code)，不得额外要求或收取",
            field: "materials", category: .invalid)
    }

    /// Somebody who is not born yet, or older than anybody is.
    static func impossible(_ person: Person, at desk: Desk) -> RuleRefusal? {
        guard let birth = person.idNumber.flatMap({ ResidentNumber($0) })?.birth else { return nil }
        let today = CivilDate(of: desk.now)
        guard birth > today || today.year - birth.year > Limits.ageYearsMax else { return nil }
        return RuleRefusal(
            "id-number", "身份证号中的出生日期不可能：\(birth.text)", field: "idNumber",
            category: .invalid)
    }

    /// A business time that is not possible: to come, or a year and more ago.
    static func refusal(of at: Instant?, at desk: Desk) -> RuleRefusal? {
        guard let at else { return nil }
        guard at <= desk.now.advanced(byMillis: Limits.clockLeadMillisMax) else {
            return .invalid("at", "业务时间不能晚于现在")
        }
        let oldest = Int64(Limits.backdatedDaysMax) * 86_400_000
        guard at.millis >= desk.now.millis - oldest else {
            return .invalid("at", "业务时间早于 \(Limits.backdatedDaysMax) 天以前，请核对年份")
        }
        return nil
    }

    /// What the acts need to know of the item; nil where they need nothing of it.
    static func demands<S: DocumentSource>(
        _ act: CaseCommand.Act, _ state: CaseState, at desk: Desk, from source: S
    ) throws(S.Failure) -> CaseDemands? {
        switch act {
        case .accept:
            // The node itself accepts what it was told to; nothing is missing that was listed.
            if desk.author == 0, !state.facts.materials.holdsFalse { return nil }
        case .step(.accept), .step(.pause), .step(.fee), .step(.material), .step(.reuse),
            .step(.waive):
            break
        default: return nil
        }
        guard
            let item = try CatalogQuery.item(
                state.item, for: desk.region, in: desk.directory, from: source)
        else { return CaseDemands(nil, nil, for: state) }
        let version = item.state.versions.entries.first { $0.value.number == state.itemVersion }
        let elements = version.flatMap { ItemElements($0.value.elements) }
        let binding =
            item.state.versions.entries.count > 1
            ? try CatalogQuery.binding(of: state, in: desk.directory, from: source) : nil
        var demands = CaseDemands(elements, binding, for: state)
        demands.isFree = elements?.isCharged == false
        return demands
    }

    /// Of two applications of one person the earlier goes on (DOMAIN §3.8): the other ends with
    /// its number and nothing else of it, and the one that stays hears that one was joined.
    static func end<S: DocumentSource>(
        _ sheet: CaseSheet, _ reason: String, keep number: CaseNumber, from source: S
    ) throws(S.Failure) -> Decision {
        var found: (id: Digest16, state: CaseState)?
        for key in try source.find(.caseFile, label: number.text) {
            if let state = try CaseFold.load(key, from: source) { found = (key.id, state) }
        }
        guard let found, found.id != sheet.id else {
            return .refuse(
                RuleRefusal("case-not-found", "没有要保留的办件", field: "keep", category: .missing))
        }
        guard found.state.item == sheet.state.item else {
            return .refuse(
                RuleRefusal("keep-other-item", "保留的办件不是同一事项", field: "keep"))
        }
        if let mine = sheet.state.receivedAt, let theirs = found.state.receivedAt, theirs > mine {
            return .refuse(
                RuleRefusal("keep-earlier", "重复申请保留业务时间较早的一件", field: "keep"))
        }
        let kept = CaseSheet(
            id: found.id, state: CaseFold.refold(found.state, in: sheet.desk.directory),
            desk: sheet.desk, at: sheet.at, rules: sheet.rules, mode: .authorise)
        do throws(RuleRefusal) {
            try sheet.checkOpen()
            let end = try sheet.end(reason, kept: number.text)
            let note = kept.draft(.caseNote) { object in
                object.object("detail") { $0.field("note", "重复件已并") }
            }
            return sheet.written([end, note])
        } catch {
            return .refuse(error)
        }
    }
}

extension [UInt8] {
    /// Whether `false` stands in a list of materials: something was not handed in.
    fileprivate var holdsFalse: Bool { holds("\":false") }

    /// Whether `"key":"text"` stands somewhere in compact JSON: a cheap look before reading it.
    func hasMember(_ key: String, _ text: String) -> Bool { holds("\"\(key)\":\"\(text)\"") }

    private func holds(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard count >= wanted.count else { return false }
        let source = span
        for start in 0...(count - wanted.count) where source[start] == wanted[0] {
            var index = 1
            while index < wanted.count, source[start + index] == wanted[index] { index += 1 }
            if index == wanted.count { return true }
        }
        return false
    }
}

extension CaseState {
    /// The case as it was when an event of it had just happened, in business time.
    package func asOf(_ event: CaseEvent) -> CaseState {
        var state = self
        state.events.removeAll { $0.moment > event.moment && $0.hash != event.hash }
        return state
    }

    /// The place of a writer; nil where its seat is not known.
    package func region(of actor: ActorID) -> RegionID? { writer(actor)?.region }

    /// The open pause as other events name it.
    var openPauseID: Digest16? {
        openPause.map { $0.kind == .caseMirror ? $0.on ?? $0.hash : $0.hash }
    }

    /// Codes of the originals that are in somebody's keeping: what came in more often than it
    /// went back.
    package var originals: [String] {
        var counts: [(code: String, count: Int)] = []
        for event in effective(.caseOriginals) where event.outcome != "on" {
            for code in event.terms.codes {
                let change = event.outcome == "in" ? 1 : -1
                if let place = counts.firstIndex(where: { $0.code == code }) {
                    counts[place].count += change
                } else {
                    counts.append((code, change))
                }
            }
        }
        return counts.filter { $0.count > 0 }.map(\.code).sorted()
    }
}

extension ChangeKind {
    /// 业务时间更正: the writer's clock was wrong; {clock: {offset, from, through}}.
    package static let caseRetime = ChangeKind(rawValue: 0x80cf)
    /// 缴费通知 and 缴费登记: `outcome` `notice` or `paid`.
    package static let caseFee = ChangeKind(rawValue: 0x80d0)
}

/// What a node says of its own clock once a clock above has told it the time (见证时间).
package struct ClockWord: Hashable, Sendable {
    /// True time less the clock's, in milliseconds; 0 where the clock was right.
    package let offset: Int64
    /// The first and last change of the writer's chain to which that applies.
    package let from: UInt64
    package let through: UInt64

    package init(offset: Int64, from: UInt64, through: UInt64) {
        self.offset = offset
        self.from = from
        self.through = through
    }

    /// - Parameter json: {offset, from, through}; anything else gives nil.
    init?(_ json: JSON?) {
        guard let json, let offset = json["offset"]?.int, abs(offset) <= Limits.clockErrorMillisMax,
            let from = json["from"]?.int, let through = json["through"]?.int,
            (0...Int64(Limits.seqMax)).contains(from), from <= through,
            through <= Int64(Limits.seqMax)
        else { return nil }
        self.init(offset: offset, from: UInt64(from), through: UInt64(through))
    }

    func write(to writer: inout JSONWriter) {
        writer.object("clock") { object in
            object.field("offset", offset)
            object.field("from", Int64(from))
            object.field("through", Int64(through))
        }
    }

    /// Business time as it truly was, of a change that it speaks of.
    ///
    /// - Parameter told: When the clock above told it. Nothing happened after that.
    func corrected(_ event: CaseEvent, told: Int64) -> Int64? {
        guard offset != 0, (from...through).contains(event.dot.seq.rawValue) else { return nil }
        if let business = event.business {
            // What a clerk wrote down stands where it is possible at all.
            let oldest = told - Int64(Limits.backdatedDaysMax) * 86_400_000
            if (oldest...told + Limits.clockLeadMillisMax).contains(business) { return nil }
        }
        return min((event.business ?? event.time) + offset, told)
    }
}

extension CaseState {
    /// 缴费通知 that nobody has paid yet.
    package var openFee: CaseEvent? {
        effective(.caseFee).last.flatMap { $0.outcome == "notice" ? $0 : nil }
    }

    /// Whether its days rest on a clock for which nobody above has vouched yet.
    package var isDoubtful: Bool {
        guard facts.isDoubtful, let genesis else { return false }
        return !events.contains { event in
            event.kind == .caseRetime && event.dot.actor == genesis.dot.actor
                && event.status == .effective
        }
    }

    /// Puts business times right by the words of those who wrote by a wrong clock: each of its own
    /// chain only. The same words give the same times in any order.
    mutating func retime() {
        guard events.contains(where: { $0.kind == .caseRetime }) else { return }
        let words = events.filter { $0.kind == .caseRetime && $0.status == .effective }
        for index in events.indices where events[index].kind != .caseRetime {
            let event = events[index]
            let word = words.first {
                $0.dot.actor == event.dot.actor
                    && ($0.terms.clock.map { $0.from...$0.through }?
                        .contains(event.dot.seq.rawValue) ?? false)
            }
            let corrected = word.flatMap { word in
                word.terms.clock?.corrected(event, told: word.moment)
            }
            if event.terms.corrected != corrected { events[index].terms.corrected = corrected }
        }
    }
}

extension CaseSheet {
    /// 业务时间更正 of what this node wrote in a case by a wrong clock, each change once.
    func retime(_ word: ClockWord) -> Decision {
        let known = state.events.compactMap { event in
            event.kind == .caseRetime && event.dot.actor == actor ? event.terms.clock?.through : nil
        }.max()
        let from = max(word.from, known.map { $0 + 1 } ?? 0)
        let mine = state.events.contains { event in
            event.dot.actor == actor && event.dot.seq.rawValue >= from
                && event.dot.seq.rawValue <= word.through
        }
        guard mine, desk.directory.carries(desk.region, state.scope), state.status != .archived
        else { return .refuse(RuleRefusal("clock-not-concerned", "没有需要更正时间的环节")) }
        var body = JSONWriter(capacity: 128)
        body.object { object in
            object.field("case", hex: id)
            ClockWord(offset: word.offset, from: from, through: word.through).write(to: &object)
            object.field("at", desk.now.millis)
        }
        return written([Draft(scope: state.scope, kind: .caseRetime, body: body.bytes)])
    }
}
