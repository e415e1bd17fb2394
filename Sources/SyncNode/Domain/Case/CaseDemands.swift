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
        case .step(.accept), .step(.pause), .step(.material), .step(.reuse), .step(.waive): break
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
        return CaseDemands(elements, binding, for: state)
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

// MARK: what a material is worth

extension CaseState {
    /// Codes of materials that need not be brought: taken from an earlier case, or a certificate
    /// stands for them.
    package var spared: [String] {
        var codes: [String] = []
        for event in effective(.caseMaterial)
        where event.outcome == CaseEvent.reused || event.outcome == CaseEvent.waived {
            codes += event.terms.codes.filter { !codes.contains($0) }
        }
        return codes
    }

    /// The last word on how far a material can be trusted: by clock, then by number; nil where
    /// nobody said anything.
    package func level(of code: String) -> (level: String, event: CaseEvent)? {
        let said = effective(.caseMaterial).filter { event in
            CaseStep.levels.contains(event.outcome ?? "") && event.terms.codes.contains(code)
        }
        let last = said.max { left, right in
            (left.moment, left.time, left.dot.seq, left.hash)
                < (right.moment, right.time, right.dot.seq, right.hash)
        }
        return last.map { ($0.outcome ?? "", $0) }
    }
}

extension CaseEvent {
    /// What `caseMaterial` says beside a level.
    package static let scanned = "scan"
    package static let reused = "reused"
    package static let waived = "waived"
}

extension CaseSheet {
    /// 登记材料: a scan, how far it can be trusted, or both, at any place that has the case.
    func material(
        _ codes: [String], _ level: String?, _ blob: Digest?, _ note: String
    ) throws(RuleRefusal) -> Decision {
        for code in codes { _ = try listed(code, field: "codes") }
        guard level != "A" || !desk.needsGrant else {
            throw RuleRefusal(
                "level-above-station", "A 级（实施机构产生）由镇、县认定；窗口核验原件为 B 级", field: "level",
                category: .forbidden)
        }
        let draft = draft(.caseMaterial) { object in
            object.field("outcome", level ?? CaseEvent.scanned)
            object.codes(codes)
            if let blob { object.field("blob", blob.hex) }
            object.object("detail") { $0.field("note", note) }
        }
        return written([draft])
    }

    /// 复用: only what this node knows to be the same applicant's, and still counts.
    func reuse(_ code: String, _ from: CaseNumber) throws(RuleRefusal) -> Decision {
        _ = try listed(code, field: "code")
        try checkNotHeld(code)
        guard let found = pool.first(where: { $0.code == code && $0.number == from }) else {
            throw RuleRefusal(
                "material-not-in-pool", "本站所知的同一申请人的办件 \(from.text) 中没有可复用的材料 \(code)",
                field: "from")
        }
        let draft = draft(.caseMaterial) { object in
            object.field("outcome", CaseEvent.reused)
            object.codes([code])
            if let blob = found.blob { object.field("blob", blob.hex) }
            object.object("detail") { detail in
                detail.field("from", found.number.text)
                detail.field("level", found.level)
                detail.field("until", found.until.text)
            }
        }
        return written([draft])
    }

    /// 免提交: where the item links the material to a kind of certificate.
    func waive(_ code: String, _ certificate: String) throws(RuleRefusal) -> Decision {
        let material = try listed(code, field: "code")
        try checkNotHeld(code)
        guard !material.licence.isEmpty else {
            throw RuleRefusal(
                "waiver-not-offered", "材料 \(code) 没有关联证照类型，不能凭证照免提交", field: "code")
        }
        let draft = draft(.caseMaterial) { object in
            object.field("outcome", CaseEvent.waived)
            object.codes([code])
            object.object("detail") { detail in
                detail.field("licence", material.licence)
                detail.field("certificate", certificate)
            }
        }
        return written([draft])
    }

    private func listed(
        _ code: String, field: String
    ) throws(RuleRefusal) -> ItemElements.Material {
        guard let found = demands?.materials.first(where: { $0.code == code }) else {
            throw RuleRefusal(
                "material-unknown", "事项的申请材料中没有 \(code)，不得额外要求或收取", field: field,
                category: .invalid)
        }
        return found
    }

    private func checkNotHeld(_ code: String) throws(RuleRefusal) {
        guard !state.present.codes.contains(code) else {
            throw RuleRefusal("material-held", "材料 \(code) 已收存或已免提交", field: "code")
        }
    }

    /// 上一环节已收的不得要求重复提交: what the applicant gave in an earlier case is reused, not asked
    /// for (DOMAIN §1.3, row 51).
    func checkPool(_ gaps: [CaseGap]) throws(RuleRefusal) {
        for gap in gaps {
            guard let found = pool.first(where: { $0.code == gap.code }),
                !state.present.codes.contains(gap.code)
            else { continue }
            throw RuleRefusal(
                "material-in-pool",
                "材料 \(gap.code) 申请人已在办件 \(found.number.text) 提交（\(found.level) 级，有效至 "
                    + "\(found.until.text)），不得要求重复提交：请复用", field: "gaps")
        }
    }

    /// C 级 is what an applicant handed in alone: the original is looked at before it is granted.
    func checkOriginals() throws(RuleRefusal) {
        var codes: [String] = []
        for event in state.effective(.caseMaterial) {
            codes += event.terms.codes.filter { !codes.contains($0) }
        }
        let open = codes.filter { state.level(of: $0)?.level == "C" }.sorted()
        guard open.isEmpty else {
            throw RuleRefusal(
                "original-unchecked",
                "材料 \(open.joined(separator: "、")) 为申请人自传（C 级），须先核验原件，再准予", field: "materials")
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
