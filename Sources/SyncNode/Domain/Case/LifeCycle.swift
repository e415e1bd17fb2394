import Base
import Change
import Document

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
        row(
            .archive, "归档", [.closed, .refused, .withdrawn, .ended], .to(.archived), .holder,
            .full),
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

// MARK: what a material is worth

extension CaseState {
    /// Codes of materials that need not be brought: taken from an earlier case, or a certificate
    /// stands for them.
    package var spared: [String] {
        var codes: [String] = []
        for event in told(.caseMaterial)
        where event.result == CaseEvent.reused || event.result == CaseEvent.waived {
            codes += event.terms.codes.filter { !codes.contains($0) }
        }
        return codes
    }

    /// The last word on how far a material can be trusted, here or in the county from which the
    /// case came: by clock, then by number; before all of them what came with the case. nil where
    /// nobody said anything.
    package func level(of code: String) -> String? {
        let said = told(.caseMaterial).filter { event in
            CaseStep.levels.contains(event.result) && event.terms.codes.contains(code)
        }
        let last = said.max { left, right in
            (left.moment, left.time, left.dot.seq, left.hash)
                < (right.moment, right.time, right.dot.seq, right.hash)
        }
        return last?.result ?? brought.first { $0.code == code }?.level
    }

    /// What a case from another county brought along of its materials' worth.
    var brought: [(code: String, level: String)] {
        guard isForeign else { return [] }
        return (JSON.orNull(facts.materials).array ?? []).compactMap { entry in
            guard let code = entry["code"]?.text, let level = entry["level"]?.text,
                CaseStep.levels.contains(level)
            else { return nil }
            return (code, level)
        }
    }
}

extension CaseEvent {
    /// What `caseMaterial` says beside a level.
    package static let scanned = "scan"
    package static let reused = "reused"
    package static let waived = "waived"

    /// What it says of its materials: `A` to `D`, or one of these; also as another county told it.
    package var materialWord: String { result }
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
        var codes = state.brought.map(\.code)
        for event in state.told(.caseMaterial) {
            codes += event.terms.codes.filter { !codes.contains($0) }
        }
        let open = codes.filter { state.level(of: $0) == "C" }.sorted()
        guard open.isEmpty else {
            throw RuleRefusal(
                "original-unchecked",
                "材料 \(open.joined(separator: "、")) 为申请人自传（C 级），须先核验原件，再准予", field: "materials")
        }
    }
}
