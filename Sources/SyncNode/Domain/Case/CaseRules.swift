import Base
import Change
import Civil
import Document
import Region

/// What may be done with a case, here and now. Each rule answers with changes or with a refusal
/// that says which rule it is; nothing is decided that the fold would not let stand.
enum CaseRules {
    /// - Parameters:
    ///   - desk: The local node, its clerk and the moment.
    ///   - source: The documents as the batch has them by now.
    static func decide<S: DocumentSource>(
        _ command: CaseCommand, at desk: Desk, from source: S,
        under rules: CustodyRules = .standard
    ) throws(S.Failure) -> Decision {
        if case .receive(let application) = command.act {
            return try receive(application, command.at, at: desk, from: source)
        }
        let id: Digest16
        switch try locate(command.target, from: source) {
        case .found(let found): id = found
        case .refused(let refusal): return .refuse(refusal)
        }
        if case .handover = command.target {
            return try HandoverRules.decide(command.act, id, at: desk, from: source)
        }
        let key = DocumentKey(collection: .caseFile, id: id)
        guard let stored = try CaseFold.load(key, from: source) else {
            return .refuse(.noCase)
        }
        let state = CaseFold.refold(stored, in: desk.directory, under: rules)
        let sheet = CaseSheet(
            id: id, state: state, desk: desk, at: command.at, rules: rules,
            mode: try mode(for: state, at: desk, from: source),
            demands: try demands(command.act, state, at: desk, from: source),
            asksNewer: try asksNewer(command.act, state, at: desk, from: source),
            pool: command.pool)
        if case .deliver(let receiver) = command.act, !receiver.name.isEmpty,
            let refusal = try refusal(of: receiver.sealed, true, at: desk, from: source)
        {
            return .refuse(refusal)
        }
        if case .retime(let word) = command.act { return sheet.retime(word) }
        if case .gateway(let duty) = command.act {
            return try HandoverRules.decide(duty, on: sheet, from: source)
        }
        if let refusal = try unbound(command.act, id, state, at: desk, from: source) {
            return .refuse(refusal)
        }
        switch command.act {
        case .step(.end(let reason, let keep?)):
            return try end(sheet, reason, keep: keep, from: source)
        case .erase(let why, let isDry, let isEarly):
            return try Erasure.decide(sheet, why, isDry: isDry, isEarly: isEarly, from: source)
        case .keep(let word, let reason):
            return try Erasure.keep(word, reason, on: sheet, from: source)
        case .sign: if let refusal = try unready(state, from: source) { return .refuse(refusal) }
        default: break
        }
        let partner: RegionRecord?
        do throws(RuleRefusal) {
            guard case .offer(let code, _) = command.act,
                let crossed = try sheet.crossing(to: code)
            else { return try sheet.decide(command.act) }
            partner = crossed
        } catch {
            return .refuse(error)
        }
        guard case .offer(let code, _) = command.act, let partner else { return .refuse(.noCase) }
        return try HandoverRules.pack(
            sheet, to: partner.id, destination: code, isReturn: false, from: source)
    }

    /// A clerk signs for what is there to be worked on (PROTOCOL §8): every attachment that the
    /// case names. A gateway, which only passes it on, does not wait.
    private static func unready<S: DocumentSource>(
        _ state: CaseState, from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        var named: [Digest] = []
        for event in state.events {
            let change = try source.change(at: event.dot, in: state.scopeID)
            named += change?.namedBlobs ?? []
        }
        let missing = try source.missing(named)
        guard !missing.isEmpty else { return nil }
        return RuleRefusal(
            "attachments-missing", "附件尚未到齐，还差 \(missing.count) 份，到齐后再签收", field: "case")
    }

    /// The case that a command is about; nil where it names none, or more than one.
    static func document<S: DocumentSource>(
        of command: CaseCommand, from source: S
    ) throws(S.Failure) -> DocumentKey? {
        if case .receive = command.act { return nil }
        guard case .found(let id) = try locate(command.target, from: source) else { return nil }
        return DocumentKey(collection: .caseFile, id: id)
    }

    private enum Location {
        case found(Digest16)
        case refused(RuleRefusal)
    }

    private static func locate<S: DocumentSource>(
        _ target: CaseCommand.Target?, from source: S
    ) throws(S.Failure) -> Location {
        switch target {
        case .id(let id), .handover(let id): return .found(id)
        case .number(let number):
            let keys = try source.find(.caseFile, label: number.text)
            guard let first = keys.first else { return .refused(.noCase) }
            guard keys.count == 1 else {
                return .refused(
                    RuleRefusal(
                        "case-ambiguous", "两份办件用了同一编号，请用办件标识指明", field: "case"))
            }
            return .found(first.id)
        case nil: return .refused(.invalid("case", "缺少 case"))
        }
    }

    /// A village does what it was granted; a town and a county need no grant.
    private static func mode<S: DocumentSource>(
        for state: CaseState, at desk: Desk, from source: S
    ) throws(S.Failure) -> SinkMode? {
        guard desk.needsGrant else { return .authorise }
        guard
            let item = try CatalogQuery.item(
                state.item, for: desk.region, in: desk.directory, from: source)
        else { return nil }
        return try CatalogQuery.mode(
            of: item, for: desk.region, at: desk.now, in: desk.directory, from: source)
    }

    // MARK: 收件

    private static func receive<S: DocumentSource>(
        _ application: CaseCommand.Application, _ at: Instant?, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let moment = at ?? desk.now
        if let refusal = desk.refusal(of: at) ?? impossible(application.person, at: desk) {
            return .refuse(refusal)
        }
        guard let region = desk.directory.region(desk.region) else {
            return .refuse(RuleRefusal("station-unknown", "本站尚未列入目录", category: .forbidden))
        }
        // A suspended item is taken in: whether it goes on is decided later (待裁定), never by
        // the station.
        guard
            let item = try CatalogQuery.item(
                application.item, for: desk.region, in: desk.directory, from: source),
            item.state.standing(at: moment) != .cancelled,
            let version = item.state.version(
                at: moment, for: desk.directory.stagePlace(desk.region))?.value.number
        else {
            return .refuse(
                RuleRefusal(
                    "item-not-in-force", "事项不存在或当日未生效", field: "item", category: .missing))
        }
        guard application.version ?? version == version else {
            return .refuse(
                RuleRefusal(
                    "item-version-stale", "事项当日有效版本为 \(version)", field: "version",
                    category: .stale))
        }
        var stage = application.stage
        if desk.needsGrant {
            let mode = try CatalogQuery.mode(
                of: item, for: desk.region, at: moment, in: desk.directory, from: source)
            guard let mode, mode != .pickup else { return .refuse(.notGranted) }
            // An agent receives nothing: it is registered, and received by who signs for it.
            if mode == .assist, stage == nil { stage = .agent }
        }
        if let refusal = unasked(application, in: item, version, from: source) {
            return .refuse(refusal)
        }
        if let refusal = try refusal(of: application.sealed, true, at: desk, from: source) {
            return .refuse(refusal)
        }
        let day = CivilDate(of: moment)
        let scope = ScopeName.cases(desk.region, year: day.scopeYear)
        guard let number = try nextNumber(region.code, day, scope, desk, from: source) else {
            return .refuse(RuleRefusal("numbers-used-up", "当日编号已用完"))
        }
        return write(application, stage, version, number, at, region.code, scope, desk)
    }

    private static func write(
        _ application: CaseCommand.Application, _ stage: CaseFacts.Stage?, _ version: Int,
        _ number: CaseNumber, _ at: Instant?, _ origin: RegionCode, _ scope: ScopeName,
        _ desk: Desk
    ) -> Decision {
        let id = Self.id(desk)
        let query = queryCode(desk.entropy)
        var body = JSONWriter(capacity: 512)
        body.object { object in
            object.field("case", hex: id)
            object.field("number", number.text)
            object.field("query", query)
            object.field("item", application.item)
            object.field("version", version)
            object.field("origin", origin.text)
            object.field("channel", application.channel)
            if let stage { object.field("stage", stage.rawValue) }
            if application.isOffline { object.field("offline", true) }
            if application.isDoubtful { object.field("clockUnproven", true) }
            if let sealed = application.sealed {
                object.field("sealed", sealed.text)
            } else {
                object.object("applicant") { application.person.write(to: &$0) }
            }
            object.array("materials") { array in
                for material in application.materials {
                    array.object { entry in
                        entry.field("code", material.code)
                        entry.field("present", material.present)
                        if let blob = material.blob { entry.field("blob", blob.hex) }
                    }
                }
            }
            if let at = at ?? desk.stated { object.field("at", at.millis) }
        }
        var answer = JSONWriter()
        answer.object { object in
            object.field("case", hex: id)
            object.field("number", number.text)
            object.field("queryCode", query)
            object.field("item", application.item)
            object.field("itemVersion", version)
            let status: CaseStatus =
                stage.map { $0 == .agent ? .registered : .prechecked } ?? .received
            object.field("status", status.rawValue)
            object.field("receivedAt", (at ?? desk.now).millis)
        }
        return .write(
            [Draft(scope: scope, kind: .caseReceive, body: body.bytes)], answer: answer.bytes)
    }

    /// The moment and 80 random bits: cases of one time stand side by side in the store, so that a
    /// commit of many new ones touches few pages. Nothing is ever concluded from the moment in it.
    private static func id(_ desk: Desk) -> Digest16 {
        let millis = UInt64(max(0, desk.now.millis)) & 0xffff_ffff_ffff
        return Digest16(
            high: millis << 16 | desk.entropy.words.0 & 0xffff, low: desk.entropy.words.1)
    }

    /// Six digits out of the fresh randomness, from other bytes than the document's id.
    private static func queryCode(_ entropy: Digest) -> String {
        let digits = String(entropy.words.3 % 1_000_000)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }
}

/// One case on the desk: its state, and who looks at it. The rules proper, without lookups.
struct CaseSheet {
    let id: Digest16
    let state: CaseState
    let desk: Desk
    let at: Instant?
    let rules: CustodyRules
    /// How far this place may go with the item; nil where it was not granted.
    let mode: SinkMode?
    /// What the case's version asks of this act, where it asks for anything.
    var demands: CaseDemands?

    /// 特殊环节 of the item.
    var procedures: [String] { demands?.procedures ?? [] }
    /// Whether a 补正告知 asks only for what the version that governs added after 收件.
    var asksNewer = false
    /// What the applicant gave in other cases.
    var pool: [CaseCommand.PooledMaterial] = []

    /// This node in the case's scope.
    var actor: ActorID { desk.key.actor(in: state.scopeID) }

    func decide(_ act: CaseCommand.Act) throws(RuleRefusal) -> Decision {
        try checkOpen()
        switch act {
        case .accept, .refuse, .correct, .review, .decide, .deliver, .close:
            return try slot(act)
        case .supplement, .withdraw, .note, .rate: return try remark(act)
        case .step(let step): return try self.step(step)
        case .offer(let to, let reason): return try offer(to: to, reason: reason)
        case .sign: return try sign()
        case .reject(let reason): return try reject(reason: reason)
        case .recall(let reason): return try recall(reason: reason)
        case .force(let to, let reason): return try force(to: to, reason: reason)
        case .ratify(let event): return try ratify(event)
        case .forkCut(let event): return try forkCut(event)
        case .receive, .gateway, .erase, .keep, .retime:
            throw .invalid("command", "此命令不针对已有办件")
        }
    }

    func checkOpen() throws(RuleRefusal) {
        guard desk.directory.carries(desk.region, state.scope) else { throw .noCase }
        guard state.holder != nil else { throw .noCase }
        guard !state.needsUpgrade else {
            throw RuleRefusal("case-needs-upgrade", "办件含有新版本的内容，请先升级本机程序")
        }
        guard state.events.count < Limits.caseEventsMax else {
            throw RuleRefusal("case-full", "办件记录已达上限 \(Limits.caseEventsMax) 条")
        }
        guard state.status != .archived else {
            throw RuleRefusal("case-archived", "办件已归档，不再变更")
        }
        if let refusal = desk.refusal(of: at) { throw refusal }
        if let at, let received = state.genesis?.moment,
            CivilDate(of: at) < CivilDate(of: Instant(millis: received))
        {
            throw .invalid("at", "业务时间不能早于收件之日")
        }
    }

    // MARK: who may

    /// Whether this node may use a token held by an actor: its own, or that of an earlier
    /// incarnation of its seat.
    func isMine(_ holder: ActorID, _ region: RegionID?) -> Bool {
        if holder == actor { return true }
        if rules.custodyBoundToNode { return region == desk.region }
        guard region == desk.region, desk.isSeated,
            let held = state.seatEpoch(of: holder, region: desk.region, in: desk.directory),
            let own = state.seatEpoch(of: actor, region: desk.region, in: desk.directory)
        else { return false }
        return held < own
    }

    func checkSeat() throws(RuleRefusal) {
        guard desk.isSeated || rules.custodyBoundToNode else {
            throw RuleRefusal(
                "seat-suspended", "本机席位未获上级授予，可收件不可决定", category: .forbidden)
        }
    }

    /// The link on which this node may decide.
    func heldLink() throws(RuleRefusal) -> CustodyLink {
        try checkSeat()
        guard let link = state.holder, isMine(link.actor, link.region) else {
            throw RuleRefusal("case-not-held", "本处不是该办件的保管节点", category: .conflict)
        }
        guard !state.isFrozen || rules.holderNotFrozen else {
            throw RuleRefusal("case-frozen", "办件正在移交，待对方签收或退件")
        }
        return link
    }

    // MARK: writing

    /// One change of this case.
    func draft(
        _ kind: ChangeKind, on: Digest16? = nil, _ members: (inout JSONWriter) -> Void = { _ in }
    ) -> Draft {
        var body = JSONWriter(capacity: 256)
        body.object { object in
            object.field("case", hex: id)
            if let on { object.field("on", hex: on) }
            members(&object)
            if let at = at ?? desk.stated { object.field("at", at.millis) }
            if needsCut(kind) { CutPoint.write(state.heads, to: &object) }
        }
        return Draft(scope: state.scope, kind: kind, body: body.bytes)
    }

    /// A Force, and whatever a later seat does with an earlier one's token, says what it saw.
    private func needsCut(_ kind: ChangeKind) -> Bool {
        if kind == .custodyForce { return true }
        return (kind.needsToken || kind.isAnswer) && state.holder?.actor != actor
    }

    func written(_ drafts: [Draft]) -> Decision {
        var answer = JSONWriter()
        answer.object { object in
            object.field("case", hex: id)
            object.field("number", state.number)
            object.array("written") { array in
                for draft in drafts { array.value(draft.kind.caseName) }
            }
        }
        return .write(drafts, answer: answer.bytes)
    }
}

extension Desk {
    /// Whether what may be done here depends on a grant: below the town.
    var needsGrant: Bool { directory.region(region)?.level == .village }
}

extension RuleRefusal {
    static let noCase = RuleRefusal(
        "case-not-found", "没有这个办件", field: "case", category: .missing)
    static let notGranted = RuleRefusal(
        "item-not-granted", "本站未获下放此事项的这一环节", field: "item", category: .forbidden)
}
