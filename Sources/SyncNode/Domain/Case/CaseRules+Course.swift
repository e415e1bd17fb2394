import Base
import Change
import Civil
import Document
import Region

/// Steps of a case's course: who may, where, and what is written.
extension CaseSheet {
    /// Decides a step: who may, where, in which state; the state is asked of the life cycle.
    func step(_ step: CaseStep) throws(RuleRefusal) -> Decision {
        switch step {
        case .answer(let isConfirmed, let reason): return try answer(isConfirmed, reason)
        case .seal(let isGiven, let seal, let note):
            return try self.seal(isGiven, seal, note)
        case .end(let reason, _): return written([try end(reason, kept: nil)])
        case .originals(let codes, let way, let to): return try originals(codes, way, to)
        case .material(let codes, let level, let blob, let note):
            return try material(codes, level, blob, note)
        case .reuse(let code, let from): return try reuse(code, from)
        case .waive(let code, let certificate): return try waive(code, certificate)
        case .passDuty(let to, let reason): return try passDuty(to, reason)
        case .takeDuty: return try takeDuty()
        default: break
        }
        let link = try heldLink()
        try checkState(step.event)
        switch step {
        case .take:
            try checkMode([.entrust, .authorise])
            return written([draft(.caseTake, on: link.event)])
        case .accept(let promise, let pledge):
            return try accept(promise: promise, pledge: pledge, on: link)
        case .propose(let reason):
            let draft = draft(.casePropose, on: link.event) { object in
                object.object("detail") { $0.field("reason", reason) }
            }
            return written([draft])
        case .ready(let certificate, let end):
            try checkMode([.authorise])
            try checkDeferral()
            if let end, end <= CivilDate(of: at ?? desk.now) {
                throw .invalid("validUntil", "有效期至应晚于制证之日")
            }
            let draft = draft(.caseReady, on: link.event) { object in
                if let end { object.field("outcome", end.text) }
                object.object("detail") { $0.field("certificate", certificate) }
            }
            return written([draft])
        case .archive(let digest):
            guard state.outgoing == nil else {
                throw RuleRefusal("case-in-other-county", "办件已移交他县，由办理地归档")
            }
            let draft = draft(.caseArchive, on: link.event) { object in
                object.object("detail") { $0.field("digest", digest) }
            }
            return written([draft])
        case .askSeal(let document, let to): return try askSeal(document, to, on: link)
        case .fee(let isNotice, let cents, let purpose, let note):
            return try fee(isNotice, cents, purpose, note, on: link)
        default: return try officeStep(step, on: link)
        }
    }

    /// What a town or a county does as the office in charge.
    private func officeStep(
        _ step: CaseStep, on link: CustodyLink
    ) throws(RuleRefusal) -> Decision {
        guard !desk.needsGrant else { throw .notGranted }
        switch step {
        case .assign(let department):
            return stepped(.caseAssign, on: link) { $0.field("department", department) }
        case .pause(let procedure, let days, let reason):
            guard CaseStep.lawful.contains(procedure) || procedures.contains(procedure) else {
                throw RuleRefusal(
                    "procedure-not-of-item", "此事项的实施清单没有“\(procedure)”环节，不得停算时限",
                    field: "procedure")
            }
            return stepped(.casePause, on: link, procedure) { object in
                object.field("days", days)
                object.field("reason", reason)
            }
        case .suspend(let reason, let approver):
            return stepped(.casePause, on: link, CaseEvent.suspension) { object in
                object.field("reason", reason)
                object.field("approver", approver)
            }
        case .resume(let note):
            return stepped(.caseResume, on: link, about: state.openPauseID) {
                $0.field("note", note)
            }
        case .extend(let days, let reason, let approver):
            let isJoint = state.effective(.acceptance)?.outcome == CaseEvent.joint
            guard days <= 10 || isJoint else {
                throw RuleRefusal(
                    "extension-too-long", "延长办理期限至多 10 个工作日（联合办理 15 个）", field: "days")
            }
            return stepped(.caseExtend, on: link, String(days)) { object in
                object.field("reason", reason)
                object.field("approver", approver)
            }
        case .verify(let isKept, let note):
            return stepped(.caseVerify, on: link, isKept ? "kept" : "broken") {
                $0.field("note", note)
            }
        case .revoke(let reason):
            return stepped(.caseRevoke, on: link) { $0.field("reason", reason) }
        default: throw .invalid("command", "不是办件环节")
        }
    }

    private func stepped(
        _ kind: ChangeKind, on link: CustodyLink, _ outcome: String? = nil,
        about: Digest16? = nil, _ detail: (inout JSONWriter) -> Void
    ) -> Decision {
        let draft = draft(kind, on: link.event) { object in
            if let outcome { object.field("outcome", outcome) }
            if let about { object.field("about", hex: about) }
            object.object("detail") { detail(&$0) }
        }
        return written([draft])
    }

    /// Whether the life cycle has the event in this state.
    func checkState(_ event: LifeCycle.Event?) throws(RuleRefusal) {
        guard let event, LifeCycle.row(event, in: state.status) == nil else { return }
        throw RuleRefusal(
            "case-state", "\(state.status.name)的办件不能\(LifeCycle.name(event))")
    }

    /// No certificate before what was promised has come (DOMAIN §3.3).
    func checkDeferral() throws(RuleRefusal) {
        let late = state.deferred
        guard late.isEmpty else {
            throw RuleRefusal(
                "deferral-open", "容缺材料 \(late.joined(separator: "、")) 尚未补齐，不得出证、出件")
        }
    }

    // MARK: above

    private func answer(_ isConfirmed: Bool, _ reason: String) throws(RuleRefusal) -> Decision {
        try checkSupervisor()
        try checkState(isConfirmed ? .confirm : .guide)
        guard let proposal = state.openProposal else {
            throw RuleRefusal("no-open-proposal", "没有待确认的拟不予受理")
        }
        let draft = draft(.caseAnswer, on: proposal.hash) { object in
            object.field("outcome", isConfirmed ? "refuse" : "way")
            object.object("detail") { $0.field("reason", reason) }
        }
        return written([draft])
    }

    /// 终止: by a place above, with the reason, and of a second application with the number of
    /// the one that goes on, and nothing else of it.
    func end(_ reason: String, kept: String?) throws(RuleRefusal) -> Draft {
        try checkSupervisor()
        try checkState(.end)
        return draft(.caseEnd) { object in
            object.object("detail") { detail in
                detail.field("reason", reason)
                if let kept { detail.field("kept", kept) }
            }
        }
    }

    // MARK: seals

    private func askSeal(
        _ document: String, _ code: RegionCode, on link: CustodyLink
    ) throws(RuleRefusal) -> Decision {
        guard let target = desk.directory.region(code: code), target.id != desk.region,
            desk.directory.carries(target.id, state.scope)
        else {
            throw RuleRefusal(
                "offer-outside-audience", "该地不在此办件的收件站及其上级之内", field: "to")
        }
        let draft = draft(.caseSealAsk, on: link.event) { object in
            object.field("region", target.id.hex)
            object.object("detail") { $0.field("document", document) }
        }
        return written([draft])
    }

    private func seal(
        _ isGiven: Bool, _ seal: String, _ note: String
    ) throws(RuleRefusal) -> Decision {
        try checkSeat()
        try checkState(.seal)
        guard let ask = state.openSeal else {
            throw RuleRefusal("no-open-seal", "没有待签印的请求")
        }
        guard ask.region == desk.region else {
            throw RuleRefusal("not-offered", "签印请求的对象不是本处", category: .forbidden)
        }
        let draft = draft(.caseSealAnswer, on: ask.hash) { object in
            object.field("outcome", isGiven ? "sealed" : "declined")
            object.object("detail") { detail in
                detail.field("seal", seal)
                detail.field("note", note)
            }
        }
        return written([draft])
    }

    // MARK: 首问负责

    private func duty() throws(RuleRefusal) -> CaseDuty {
        guard let duty = CaseDuty(state) else {
            throw RuleRefusal("duty-elsewhere", "首问责任在收件的县，由其交接")
        }
        guard !state.status.isAnswered else {
            throw RuleRefusal("duty-over", "\(state.status.name)的办件首问已闭环，无需交接")
        }
        return duty
    }

    private func isHolder(_ holder: CaseDuty.Holder) -> Bool {
        holder.region == desk.region && holder.author == desk.author
    }

    /// 交: by who answers for it, or a place above where that person cannot.
    private func passDuty(_ code: RegionCode?, _ reason: String) throws(RuleRefusal) -> Decision {
        let duty = try duty()
        let isAbove =
            duty.holder.region != desk.region
            && desk.directory.supervises(desk.region, state.scope.region)
        guard isHolder(duty.holder) || isAbove || StaffRules.mayActAlone(desk.author) else {
            throw RuleRefusal("duty-not-yours", "首问责任由现责任人或上级交出", category: .forbidden)
        }
        guard let place = desk.directory.region(code: code, or: desk.region),
            desk.directory.carries(place.id, state.scope)
        else {
            throw RuleRefusal(
                "offer-outside-audience", "该地不在此办件的收件站及其上级之内", field: "to")
        }
        let draft = draft(.caseDuty, on: duty.holder.event) { object in
            object.field("outcome", CaseDuty.passed)
            object.field("region", place.id.hex)
            object.object("detail") { $0.field("reason", reason) }
        }
        return written([draft])
    }

    /// 接: by another person of the place to which it was handed on.
    private func takeDuty() throws(RuleRefusal) -> Decision {
        let duty = try duty()
        guard let open = duty.open, open.region == desk.region else {
            throw RuleRefusal("duty-not-offered", "没有交给本处、待接手的首问责任")
        }
        guard !isHolder(duty.holder) else {
            throw RuleRefusal("duty-own", "交接须由另一人接手", category: .forbidden)
        }
        let draft = draft(.caseDuty, on: open.hash) { $0.field("outcome", CaseDuty.taken) }
        return written([draft])
    }

    // MARK: fees

    /// 缴费通知书: only what the item itself says that it costs (不得擅自收费).
    private func fee(
        _ isNotice: Bool, _ cents: Int, _ purpose: String, _ note: String, on link: CustodyLink
    ) throws(RuleRefusal) -> Decision {
        let isOpen = state.openFee != nil
        guard isNotice || isOpen else {
            throw RuleRefusal("no-open-fee", "没有待缴费的通知")
        }
        guard !isNotice || !isOpen else {
            throw RuleRefusal("fee-open", "已有待缴费的通知，缴清后再通知")
        }
        guard !isNotice || demands?.isFree != true else {
            throw RuleRefusal("fee-not-of-item", "事项的实施清单不收费，不得收费", field: "cents")
        }
        return stepped(.caseFee, on: link, isNotice ? "notice" : "paid") { detail in
            if isNotice {
                detail.field("cents", cents)
                detail.field("purpose", purpose)
            }
            if !note.isEmpty { detail.field("note", note) }
        }
    }

    // MARK: paper

    /// 交接单: whoever carries the case may hold its originals.
    private func originals(
        _ codes: [String], _ way: String, _ receiver: String
    ) throws(RuleRefusal) -> Decision {
        let held = state.originals
        if way != "in", let missing = codes.first(where: { code in !held.contains(code) }) {
            throw RuleRefusal(
                "original-not-held", "原件 \(missing) 没有交接登记，不能转交或退还", field: "codes")
        }
        if way == "in", let known = codes.first(where: held.contains) {
            throw RuleRefusal("original-held", "原件 \(known) 已登记在册", field: "codes")
        }
        let draft = draft(.caseOriginals) { object in
            object.field("outcome", way)
            object.codes(codes)
            object.object("detail") { $0.field("receiver", receiver) }
        }
        return written([draft])
    }
}

extension CaseSheet {
    /// 受理: nothing that may not come later is missing, and what may was promised.
    func accept(
        promise: Bool, pledge: Bool, on link: CustodyLink
    ) throws(RuleRefusal) -> Decision {
        try checkAcceptance()
        let demands = demands
        var missing = demands?.missing ?? []
        if pledge {
            guard let demands, !demands.promisable.isEmpty else {
                throw RuleRefusal(
                    "pledge-not-offered", "此事项或所缺材料不适用告知承诺", field: "pledge")
            }
            missing.removeAll(where: demands.promisable.contains)
        }
        guard missing.isEmpty else {
            throw RuleRefusal(
                "material-missing",
                "缺少不可容缺的材料 \(missing.joined(separator: "、"))：请一次性补正告知", field: "materials")
        }
        let late = demands?.late ?? []
        guard late.isEmpty || promise else {
            throw RuleRefusal(
                "deferral-promise",
                "缺少可容缺的材料 \(late.joined(separator: "、"))：须申请人签署容缺承诺书", field: "promise")
        }
        let accept = draft(.caseAccept, on: link.event) { object in
            if let officers = demands?.officers, desk.author != 0 {
                object.field("outcome", officers)
            }
            if !late.isEmpty { object.codes(late) }
            if pledge { object.field("pledge", true) }
        }
        guard demands?.isInstant == true, demands?.officers == nil, late.isEmpty, !pledge,
            mode == .authorise
        else { return written([accept]) }
        let decide = draft(.caseDecide, on: link.event) { object in
            object.field("outcome", "grant")
            object.field("note", "秒批：材料齐全，规则自动决定")
        }
        return written([accept, decide])
    }

    func correct(
        _ gaps: [CaseGap], _ override: Bool, _ reason: String, on link: CustodyLink
    ) throws(RuleRefusal) -> Decision {
        try checkMode([.entrust, .authorise])
        try checkPool(gaps)
        // A station that lagged asks once more for what it could not know of: that counts against
        // nobody's 一次告知 (DOMAIN §3.8).
        let earlier = state.effective(.caseCorrection)
        let isRebased = asksNewer && !earlier.contains(where: \.isRebased)
        if isRebased {
            try check(.decision, isFilled: false, "case-decided", "已作出决定")
        } else {
            try check(.acceptance, isFilled: false, "case-accepted", "已受理，不得再要求补正")
        }
        try checkNotWithdrawn()
        let isSecond = !isRebased && earlier.contains { !$0.isRebased }
        if isSecond {
            guard override, !desk.needsGrant, !reason.isEmpty else {
                throw RuleRefusal(
                    "second-correction", "补正应一次告知；再次补正须由上级说明理由", field: "override")
            }
        }
        try checkState(.correct)
        let draft = draft(.caseCorrection, on: link.event) { object in
            if isSecond { object.field("outcome", "override") }
            if isRebased { object.field("outcome", CaseEvent.rebased) }
            if !reason.isEmpty { object.field("reason", reason) }
            object.codes(gaps.map(\.code).filter { !$0.isEmpty })
            object.object("detail") { detail in
                detail.array("gaps") { array in
                    for gap in gaps { gap.write(to: &array) }
                }
            }
        }
        return written([draft])
    }
}
