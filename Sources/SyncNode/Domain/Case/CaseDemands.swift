package import Base
package import Change
package import Civil
import Counter
import Document
package import Region
import Ticket

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
        for entry in JSON.orNull(facts.materials).array ?? [] {
            guard let code = entry["code"]?.text else { continue }
            listed.append(code)
            if entry["present"]?.bool ?? true { codes.append(code) }
        }
        return (listed, codes)
    }
}

extension CaseRules {
    /// A material that the version does not ask for (S1-15: 不得额外增加).
    static func unasked<S: DocumentSource>(
        _ application: CaseCommand.Application, in item: CatalogItem, _ version: Int,
        from source: S
    ) -> RuleRefusal? {
        guard !application.materials.isEmpty,
            let entry = item.state.versions.entries.first(where: { $0.value.number == version }),
            let known = source.elements(entry)?.materials, !known.isEmpty,
            let strange = application.materials.first(where: { one in
                !known.contains { $0.code == one.code }
            })
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
        let elements = version.flatMap { source.elements($0) }
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
    fileprivate var holdsFalse: Bool {
        let wanted = Array("\":false".utf8)
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

extension CatalogQuery {
    /// The last day on which a case that is over may be rated (R19): counted from 办结, else from
    /// what ended it. nil where it is not over, or no notice of that year is known.
    package static func lastRatingDay<S: DocumentSource>(
        of state: CaseState, in directory: Directory, from source: S
    ) throws(S.Failure) -> CivilDate? {
        guard let millis = state.overSince else { return nil }
        let day = CivilDate(of: Instant(millis: millis))
        let calendar = try calendar(
            of: day.year...min(9999, day.year + 1), for: state.scope.region, in: directory,
            from: source)
        return calendar.due(after: day, workingDays: Limits.ratingDays).date
    }
}

extension CaseState {
    /// How it came to its end and when (business time, milliseconds), also once it was closed or
    /// put away: `closed` of what was decided, else `refused`, `ended` or `withdrawn`. nil where it
    /// goes on.
    package var ending: (status: CaseStatus, millis: Int64)? {
        guard status.isFinal, status != .delivered else { return nil }
        let closed = effective(.caseClose).first.map { (CaseStatus.closed, $0.moment) }
        guard told(.caseDecide).isEmpty else { return closed }
        let words: [(CaseStatus, CaseEvent?)] = [
            (.refused, told(.caseRefuse).first), (.ended, told(.caseEnd).first),
            (.withdrawn, told(.caseWithdraw).first),
            (.refused, told(.caseAnswer).first { $0.result == "refuse" }),
        ]
        for (status, event) in words {
            if let event { return (status, event.moment) }
        }
        return closed
    }

    /// Since when nothing more is to be done but to rate it and put it away: 办结, else what ended
    /// it; in milliseconds.
    package var overSince: Int64? {
        effective(.caseClose).first?.moment ?? ending?.millis
    }
}

extension CaseSheet {
    /// 评价 of a case; a 差评 is a ticket beside it. Only who gives a name is tied to the case.
    func rate(_ score: Int, _ note: String, _ isNamed: Bool) throws(RuleRefusal) -> Decision {
        let draft = draft(.caseRate) { object in
            object.field("score", score)
            if !note.isEmpty { object.field("note", note) }
            if isNamed { object.field("named", true) }
        }
        guard let grade = Grade(rawValue: score), grade.isBad else { return written([draft]) }
        var order = TicketRules.bad(grade, note, isNamed: isNamed, item: state.item, at: at)
        if isNamed { order.caseNumber = state.number }
        let opened = try TicketRules.opening(order, at: desk)
        var answer = JSONWriter()
        answer.object { object in
            object.field("case", hex: id)
            object.field("number", state.number)
            object.field("ticket", opened.number)
        }
        return .write([draft, opened.draft], answer: answer.bytes)
    }
}

extension CounterDoor {
    /// Who has each original that is in somebody's keeping, by the 交接单 of the case.
    static func holders<S: DocumentSource>(
        of state: CaseState, from source: S
    ) throws(S.Failure) -> [String: OriginalHolder] {
        var holders: [String: OriginalHolder] = [:]
        let events = state.effective(.caseOriginals)
            .sorted { ($0.time, $0.dot.seq, $0.hash) < ($1.time, $1.dot.seq, $1.hash) }
        for event in events {
            var holder = state.region(of: event.dot.actor).map { OriginalHolder.place($0) }
            if event.outcome == "on" {
                let change = try source.change(at: event.dot, in: state.scopeID)
                let words =
                    change?.body.flatMap { JSON.orNull($0)["detail"]?["receiver"]?.text }
                    ?? ""
                holder = MailingRules.holder(words, at: holder)
            }
            for code in event.terms.codes {
                holders[code] = event.outcome == "back" ? nil : holder
            }
        }
        return holders
    }

    /// The certificates of cases that were written: what they say of their validity, made of the
    /// case alone.
    static func certificates<S: DocumentSource>(
        of writes: [ContentWrite], from source: S
    ) throws(S.Failure) -> [ContentWrite] {
        var found: [ContentWrite] = []
        for write in writes {
            guard case .caseFile(let file) = write.content,
                file.events.contains(where: { $0.kind == .caseReady && $0.outcome != nil })
            else { continue }
            let key = CertificateState.key(case: write.key.id)
            var state = CertificateState(scope: file.scope)
            if case .certificate(let known)? = try source.content(key) { state = known }
            let ready = file.effective(.caseReady).filter { $0.outcome != nil }
                .max { ($0.time, $0.hash) < ($1.time, $1.hash) }
            state.caseNumber = file.number
            state.item = file.item
            state.validUntil = ready?.outcome.flatMap { CivilDate($0) }
            state.isRevoked = !file.effective(.caseRevoke).isEmpty
            found.append(ContentWrite(key: key, content: .certificate(state)))
        }
        return found
    }

    /// 到期提醒: the stage that has come, once.
    static func remind<S: DocumentSource>(
        _ order: ReminderOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let keys = try source.find(.certificate, label: order.caseNumber)
        guard keys.count == 1, case .certificate(let state)? = try source.content(keys[0]) else {
            return .refuse(
                RuleRefusal(
                    "certificate-unknown", "此办件没有带有效期的证照", field: "case", category: .missing))
        }
        if let refusal = desk.refusal(of: order.at) { return .refuse(refusal) }
        let moment = order.at ?? desk.now
        guard let stage = state.due(on: CivilDate(of: moment)) else {
            return .refuse(
                RuleRefusal("reminder-not-due", "尚未到提醒的日子，或本次已提醒", field: "case"))
        }
        var body = JSONWriter(capacity: 128)
        body.object { object in
            object.field("case", hex: keys[0].id)
            object.field("stage", stage.rawValue)
            object.field("way", order.way)
            object.field("at", moment.millis)
        }
        return .write(
            [Draft(scope: state.scope, kind: .reminderGiven, body: body.bytes)],
            answer: CatalogRules.answer { object in
                object.field("number", state.caseNumber)
                object.field("stage", stage.rawValue)
            })
    }
}

extension Person {
    /// What was typed as a number has the form and the check digit of one (DOMAIN §3.1).
    func check() throws(RuleRefusal) {
        guard let number = idNumber, !number.isEmpty else { return }
        let upper = String(number.map { $0 == "x" ? "X" : $0 })
        if ResidentNumber(upper) != nil || CreditCode(upper) != nil { return }
        let isLetterFirst = number.unicodeScalars.first.map { $0.properties.isAlphabetic } ?? false
        let length = number.utf8.count
        if isLetterFirst, (5...17).contains(length) { return }
        guard length == 18 else {
            throw Self.refusal("证件号码应为 18 位身份证号或统一社会信用代码；其他证件以字母开头")
        }
        throw Self.refusal("身份证号或统一社会信用代码的校验位不对，请核对证件")
    }

    private static func refusal(_ title: String) -> RuleRefusal {
        RuleRefusal("id-number", title, field: "idNumber", category: .invalid)
    }
}
