import Base
import Change
package import Civil
import Counter
import Document
package import Region
import Ticket

/// Where a case stands (DOMAIN §3.3). The raw value is stored and in the API.
package enum CaseStatus: String, Hashable, Sendable, CaseIterable {
    case unknown
    /// Before anybody with authority has it: a check without effect, and an agent's errand.
    case prechecked, registered
    case received, correcting, proposed, accepted, reviewing, special, suspended, extended
    case decided, sealing, ready, delivered, closed, archived
    /// Ends without a decision.
    case refused, withdrawn, ended
    /// On the way to another county; then signed for there.
    case forwarded, handed

    /// The state's name for people.
    package var name: String {
        switch self {
        case .unknown: "未知"
        case .prechecked: "预审"
        case .registered: "代办登记"
        case .received: "已收件"
        case .correcting: "待补正"
        case .proposed: "拟不予受理"
        case .accepted: "已受理"
        case .reviewing: "审查中"
        case .special: "特别程序中"
        case .suspended: "挂起"
        case .extended: "已延期"
        case .decided: "已决定"
        case .sealing: "待签印"
        case .ready: "待出件"
        case .delivered: "已送达"
        case .closed: "已办结"
        case .archived: "已归档"
        case .refused: "不予受理"
        case .withdrawn: "已撤回"
        case .ended: "已终止"
        case .forwarded: "移交在途"
        case .handed: "对方已签收"
        }
    }

    /// Whether nothing more is to be decided.
    package var isFinal: Bool {
        switch self {
        case .refused, .delivered, .closed, .withdrawn, .ended, .archived: true
        default: false
        }
    }

    /// Accepted, and nobody has decided: 已受理, 审查中, 已延期, 特别程序中, 挂起.
    package var isHandled: Bool { LifeCycle.handling.contains(self) || isPaused }

    /// Whether the handling clock stands still.
    package var isPaused: Bool { self == .special || self == .suspended }
}

/// The life of a case as one table: state × event → next, by whom, offline or not (DOMAIN §3.3).
/// What is not in it is refused. Rules ask it before anything else about a state; a test walks
/// every pair.
package enum LifeCycle {
    /// What may happen; the raw value is the command behind `case.`.
    package enum Event: String, Hashable, Sendable, CaseIterable {
        /// 转收件, 受理, 补正告知, 补齐材料.
        case take, accept, correct, supplement
        /// 拟不予受理; 上级确认; 上级指明办法; 不予受理 by who may refuse itself.
        case propose, confirm, guide, refuse
        /// 分转, 审查, 特别程序, 挂起, 恢复, 延期.
        case assign, review, pause, suspend, resume, extend
        /// 决定, 签印请求, 签印, 制证, 送达, 办结, 归档.
        case decide, askSeal, seal, ready, deliver, close, archive
        /// 撤回申请, 终止, 事后核查, 撤销决定.
        case withdraw, end, verify, revoke
        /// 缴费通知, 缴费登记.
        case fee
        /// 移交.
        case offer
    }

    /// Where an event leads.
    package enum Next: Hashable, Sendable {
        case to(CaseStatus)
        /// The state does not change.
        case same
        /// To where it came from: what stood before the state that this ends.
        case back
    }

    /// Who may.
    package enum Party: String, Hashable, Sendable {
        /// 保管节点, as far as its grant reaches (DOMAIN §3.4).
        case holder
        /// 保管节点 of a town or a county: a window of a village refuses nothing.
        case office
        /// A place above the station, whoever has the case.
        case above
        /// Any place of the audience, on the applicant's behalf.
        case audience
        /// The place that was asked.
        case asked
    }

    /// Whether a station without a link may.
    package enum Offline: String, Hashable, Sendable {
        /// With full effect at once.
        case full
        /// Written down here; it counts for others when they hear of it.
        case queued
    }

    /// One row of the table.
    package struct Row: Hashable, Sendable {
        package let event: Event
        /// 事项环节 in Chinese.
        package let name: String
        package let from: [CaseStatus]
        package let next: Next
        package let by: Party
        package let offline: Offline
    }

    static let handling: [CaseStatus] = [.accepted, .reviewing, .extended]
    private static let early: [CaseStatus] = [.prechecked, .registered]
    private static let open: [CaseStatus] = [.received, .correcting]
    private static let paused: [CaseStatus] = [.special, .suspended]
    private static let undecided =
        early + open + [.proposed] + handling + paused + [.forwarded, .handed]
    private static let outcomes: [CaseStatus] = [
        .decided, .sealing, .ready, .delivered, .closed,
    ]

    /// The table. 收件, 预审 and 代办登记 make the case, so they stand on no state.
    package static let rows: [Row] = [
        row(.take, "转收件", early, .to(.received), .holder, .full),
        row(.accept, "受理", open, .to(.accepted), .holder, .full),
        row(.correct, "补正告知", open, .to(.correcting), .holder, .full),
        row(.correct, "补正告知（只因版本滞后）", handling, .same, .holder, .full),
        row(.supplement, "补齐材料", [.correcting], .to(.received), .audience, .full),
        row(
            .supplement, "补齐容缺材料", handling + paused + [.decided], .same, .audience, .full),
        row(.propose, "拟不予受理", open, .to(.proposed), .holder, .queued),
        row(.confirm, "确认不予受理", [.proposed], .to(.refused), .above, .queued),
        row(.guide, "指明办法", [.proposed], .back, .above, .queued),
        row(.refuse, "不予受理", open + [.proposed], .to(.refused), .office, .full),
        row(.assign, "分转", [.accepted], .to(.reviewing), .office, .full),
        row(.assign, "分转", [.reviewing, .extended], .same, .office, .full),
        row(.review, "审查", handling, .same, .audience, .full),
        row(.pause, "启动特别程序", handling, .to(.special), .office, .full),
        row(.suspend, "挂起", handling, .to(.suspended), .office, .full),
        row(.resume, "恢复计时", paused, .back, .office, .full),
        row(.extend, "延长办理期限", [.accepted, .reviewing], .to(.extended), .office, .full),
        row(.decide, "决定", handling, .to(.decided), .holder, .full),
        row(.askSeal, "签印请求", [.decided], .to(.sealing), .holder, .queued),
        row(.seal, "签印", [.sealing], .back, .asked, .queued),
        row(.ready, "制证", [.decided], .to(.ready), .holder, .full),
        row(.deliver, "送达", [.decided, .ready], .to(.delivered), .holder, .full),
        row(
            .close, "办结", [.delivered, .refused, .withdrawn, .ended], .to(.closed), .holder,
            .full),
        row(.archive, "归档", [.closed], .to(.archived), .holder, .full),
        row(.withdraw, "撤回申请", undecided, .to(.withdrawn), .audience, .full),
        row(
            .end, "终止", early + open + [.proposed] + handling + paused, .to(.ended), .above,
            .queued),
        row(.verify, "事后核查", outcomes, .same, .office, .full),
        row(.revoke, "撤销决定", outcomes, .same, .office, .full),
        row(.fee, "缴费通知与登记", handling + paused + [.decided, .ready], .same, .holder, .full),
        row(
            .offer, "移交",
            CaseStatus.allCases.filter { ![.unknown, .withdrawn, .archived].contains($0) }, .same,
            .holder, .queued),
    ]

    private static func row(
        _ event: Event, _ name: String, _ from: [CaseStatus], _ next: Next, _ by: Party,
        _ offline: Offline
    ) -> Row {
        Row(event: event, name: name, from: from, next: next, by: by, offline: offline)
    }

    /// The row of a pair; nil where the event is not possible in the state.
    package static func row(_ event: Event, in status: CaseStatus) -> Row? {
        rows.first { $0.event == event && $0.from.contains(status) }
    }

    /// What an event is called, whatever the state.
    package static func name(_ event: Event) -> String {
        rows.first { $0.event == event }?.name ?? event.rawValue
    }

    /// Events that are possible in a state, in the order of the table.
    package static func events(in status: CaseStatus) -> [Event] {
        Event.allCases.filter { row($0, in: status) != nil }
    }
}

/// A decision slot: at most one effective event each (I18).
package enum Slot: Int, Hashable, Sendable, CaseIterable {
    case acceptance, correction, decision, delivery, closure, intake, ready, archive

    init?(_ kind: ChangeKind) {
        switch kind {
        case .caseAccept, .caseRefuse: self = .acceptance
        case .caseCorrection: self = .correction
        case .caseDecide: self = .decision
        case .caseDeliver: self = .delivery
        case .caseClose: self = .closure
        case .caseTake: self = .intake
        case .caseReady: self = .ready
        case .caseArchive: self = .archive
        default: return nil
        }
    }
}

extension CatalogQuery {
    /// The last day on which a closed case may be rated (R19); nil where it is not closed, or no
    /// notice of that year is known.
    package static func lastRatingDay<S: DocumentSource>(
        of state: CaseState, in directory: Directory, from source: S
    ) throws(S.Failure) -> CivilDate? {
        guard let close = state.effective(.caseClose).first else { return nil }
        let day = CivilDate(of: Instant(millis: close.moment))
        let calendar = try calendar(
            of: day.year...min(9999, day.year + 1), for: state.scope.region, in: directory,
            from: source)
        return calendar.due(after: day, workingDays: Limits.ratingDays).date
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
                    change?.body.flatMap { CatalogFold.parsed($0)["detail"]?["receiver"]?.text }
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
