import Account
import Base
import Console
import Domain

/// The forms of a case's page: what its state allows the local place to do. The rules decide
/// again; a form that should not be there is refused, one that is missing would be a lost way.
struct CaseActs {
    let page: CasePage

    private var sheet: CaseSheet { page.sheet }
    private var isOwn: Bool { sheet.holder == page.status.region }
    private var state: CaseStatus { CaseStatus(rawValue: sheet.status) ?? .unknown }
    /// Whether this place stands above the station: it answers and ends.
    private var isAbove: Bool { page.isAbove }
    private var isOfferedHere: Bool { sheet.offeredTo == page.status.region }

    var html: HTMLText {
        if page.status.fenced { return .empty }
        if sheet.isReadOnly {
            return note("此办件含有本版本不认识的步骤，升级前只能查看。")
        }
        let viewer = page.status.viewer
        let isSeparated = state.isHandled && sheet.isSeparated(from: viewer.author)
        let forms = allowed.filter {
            viewer.may($0.act) && !(isSeparated && [.decide, .review].contains($0.act))
        }
        .map(\.form)
        let separated =
            isSeparated ? note("此件由您受理，须由另一人作出决定（受审分离）。") : HTMLText.empty
        guard !forms.isEmpty else { return separated }
        return """
            <section class="card"><h2>办理</h2><div class="acts">\(forms)</div></section>\(separated)
            """
    }

    private func note(_ text: HTMLText) -> HTMLText {
        "<section class=\"card\"><p class=\"quiet\">\(text)</p></section>"
    }

    /// 首问交接: handed on by who answers for it or from above, signed for by another person.
    private var duty: [CaseForm] {
        guard let data = page.duty?.data, data["closed"]?.bool == false else { return [] }
        let own = page.status.region.text
        let isHolder =
            data["holder"]?["region"]?.text == own
            && data["holder"]?["author"]?.text == ActorID(page.status.viewer.author).hex
        if data["openTo"]?.text == own, !isHolder {
            return [act("takeDuty", "接手首问责任", .empty, isMain: true)]
        }
        guard isHolder || isAbove else { return [] }
        let places: HTMLText = "<option value=\"\">本站另一人</option>\(self.places)"
        return [
            act(
                "passDuty", "交出首问责任",
                "<label>交给<select name=\"to\">\(places)</select></label>\(reason("交接理由"))")
        ]
    }

    private var allowed: [CaseForm] { steps + duty }

    private var steps: [CaseForm] {
        if isOfferedHere {
            return [act("sign", "签收", .empty), act("reject", "退件", reason("退件理由"))]
        }
        if sheet.isFrozen {
            return isOwn ? [act("recall", "请求撤回移交", reason("原因"))] : []
        }
        guard isOwn else { return others }
        return own + others.filter { $0.act == .answer || $0.act == .end }
    }

    /// What a place may do that does not have the case: on the applicant's behalf, and from above.
    private var others: [CaseForm] {
        var forms: [CaseForm] = []
        if isAbove, has(.confirm) { forms.append(act("answer", "答复拟不予受理", answer, isMain: true)) }
        if has(.seal), sheet.sealAskedOf == page.names.id(page.status.region) {
            forms.append(act("seal", "签印", seal, isMain: true))
        }
        if isAbove, has(.end) { forms.append(act("end", "终止", ending)) }
        if !isOwn, has(.withdraw) { forms.append(act("withdraw", "代申请人撤回", reason("原因"))) }
        return forms
    }

    private func has(_ event: LifeCycle.Event) -> Bool {
        LifeCycle.row(event, in: state) != nil
    }

    /// In the order of the table; the first is what comes next.
    private var own: [CaseForm] {
        var forms: [CaseForm] = []
        for event in LifeCycle.events(in: state) {
            guard let form = form(event, isMain: forms.isEmpty) else { continue }
            forms.append(form)
        }
        if !state.isFinal { forms.append(act("originals", "原件交接", originals)) }
        return forms
    }

    private func form(_ event: LifeCycle.Event, isMain: Bool) -> CaseForm? {
        switch event {
        case .take: return act("take", "转收件", .empty, isMain: isMain)
        case .accept: return act("accept", "受理", promises, isMain: isMain)
        case .correct:
            guard state == .received else { return nil }
            return act("correct", "一次性补正告知", gaps)
        case .supplement:
            guard state == .correcting || !sheet.deferred.isEmpty else { return nil }
            return act("supplement", "登记补齐材料", missingMaterials)
        case .propose:
            // A window has no button to refuse with: it asks above (窗口无否决权).
            return act("propose", "拟不予受理，报上级", reason("理由"))
        case .refuse: return isOffice ? act("refuse", "不予受理", reason("理由")) : nil
        case .assign:
            return isOffice
                ? act(
                    "assign", "分转",
                    "<label>部门<input name=\"department\" required maxlength=\"60\"></label>") : nil
        case .review: return sheet.needsReview ? act("review", "审查意见", decision) : nil
        case .decide: return act("decide", "决定", decision, isMain: isMain)
        case .pause: return isOffice ? act("pause", "启动特别程序", procedure) : nil
        case .suspend: return isOffice ? act("suspend", "挂起", approved) : nil
        case .resume:
            return isOffice ? act("resume", "恢复计时", note, isMain: isMain) : nil
        case .extend: return isOffice ? act("extend", "延长办理期限", longer) : nil
        case .askSeal: return act("askSeal", "请求签印", sealing)
        case .ready:
            return act(
                "ready", "制证",
                """
                <label>证照编号<input name="certificate" maxlength="60"></label>\
                <label>有效期至（长期有效则不填）<input type="date" name="validUntil"></label>
                """)
        case .deliver: return act("deliver", "送达", receiver, isMain: isMain)
        case .close: return act("close", "办结", .empty, isMain: isMain)
        case .verify: return sheet.isPledged ? act("verify", "事后核查", checked) : nil
        case .revoke: return isOffice ? act("revoke", "撤销决定", reason("理由")) : nil
        case .withdraw: return act("withdraw", "申请人撤回", reason("原因"))
        case .offer: return state.isFinal ? nil : offer
        case .fee:
            // Only what the item itself says that it costs.
            guard bound?.isCharged == true else { return nil }
            return act("fee", "缴费通知与登记", fee)
        case .confirm, .guide, .seal, .end, .archive: return nil
        }
    }

    /// What the version asks for to which the case is pinned.
    private var bound: ItemElements? {
        page.item?.bound(sheet.itemVersion)?.elements
    }

    private var isOffice: Bool { page.status.level != .village }

    // MARK: fields

    private func reason(_ label: HTMLText) -> HTMLText {
        "<label>\(label)<input name=\"reason\" required maxlength=\"200\"></label>"
    }

    private var gaps: HTMLText {
        """
        <label>一次写全：一行一项，编码、缺什么；怎样补\
        <textarea name="gaps" rows="3" required maxlength="2000" \
        placeholder="M3 户口簿未带；带原件到任一站点补交"></textarea></label>
        """
    }

    private var promises: HTMLText {
        let boxes: [HTMLText] = [
            box("promise", "申请人已签容缺承诺书（缺可容缺材料时）"),
            box("pledge", "申请人已签告知承诺书"),
        ]
        return "<fieldset><legend>承诺</legend>\(boxes)</fieldset>"
    }

    private func box(_ name: HTMLText, _ label: HTMLText) -> HTMLText {
        """
        <label class="box"><input type="checkbox" name="\(name)" value="true">\(label)</label>
        """
    }

    private var note: HTMLText {
        "<label>说明<input name=\"note\" maxlength=\"200\"></label>"
    }

    private var approver: HTMLText {
        "<label>批准人<input name=\"approver\" required maxlength=\"60\"></label>"
    }

    private var approved: HTMLText { "\(reason("理由"))\(approver)" }

    private var procedure: HTMLText {
        let options = (CaseStep.lawful + CaseStep.ofItem).map { name -> HTMLText in
            "<option>\(name)</option>"
        }
        return """
            <label>程序<select name="procedure">\(options)</select></label>\
            <label>所需工作日<input name="days" required inputmode="numeric" maxlength="3"></label>\
            \(reason("理由（书面告知申请人）"))
            """
    }

    private var longer: HTMLText {
        """
        <label>延长工作日<input name="days" required inputmode="numeric" maxlength="2"></label>\
        \(approved)
        """
    }

    private var answer: HTMLText {
        """
        <label>答复<select name="outcome"><option value="way">可以办理，办法如下</option>\
        <option value="refuse">确认不予受理</option></select></label>\(reason("办法或理由"))
        """
    }

    private var seal: HTMLText {
        """
        <label>结果<select name="outcome"><option value="sealed">签印</option>\
        <option value="declined">不签</option></select></label>\
        <label>印章编号<input name="seal" maxlength="60"></label>\(note)
        """
    }

    private var sealing: HTMLText {
        """
        <label>文书<input name="document" required maxlength="60" value="批准决定书"></label>\
        <label>请谁签<select name="to">\(places)</select></label>
        """
    }

    private var ending: HTMLText {
        """
        \(reason("理由"))<label>重复申请时保留的办件编号\
        <input name="keep" maxlength="26" inputmode="numeric"></label>
        """
    }

    private var checked: HTMLText {
        """
        <label>结果<select name="outcome"><option value="kept">承诺属实</option>\
        <option value="broken">承诺不实</option></select></label>\(note)
        """
    }

    private var fee: HTMLText {
        """
        <label>环节<select name="outcome"><option value="notice">通知缴费</option>\
        <option value="paid">登记已缴</option></select></label>\
        <label>收费项目<input name="purpose" maxlength="60"></label>\
        <label>金额（分）<input name="cents" inputmode="numeric" maxlength="10"></label>\(note)
        """
    }

    private var originals: HTMLText {
        let known = bound?.materials ?? []
        let boxes = known.map { material -> HTMLText in
            """
            <label class="box"><input type="checkbox" name="code" value="\(material.code)">\
            \(material.name)</label>
            """
        }
        return """
            <fieldset><legend>原件</legend>\(boxes)</fieldset><label>去向<select name="way">\
            <option value="in">收存</option><option value="on">转交</option>\
            <option value="back">退还</option></select></label>\
            <label>交接人<input name="receiver" maxlength="60"></label>
            """
    }

    private var places: HTMLText {
        let options = page.names.targets.prefix(Limits.listMax).map { place -> HTMLText in
            let kind: String =
                switch place.relation {
                case .parent: "（上级）"
                case .partner: "（跨域）"
                default: ""
                }
            return "<option value=\"\(place.code.text)\">\(place.name)\(kind)</option>"
        }
        return HTMLText(Array(options))
    }

    private var receiver: HTMLText {
        "<label>领取人<input name=\"receiver\" maxlength=\"60\"></label>"
    }

    private var decision: HTMLText {
        """
        <label>结论<select name="outcome"><option value="grant">准予</option>\
        <option value="refuse">不予</option></select></label>
        <label>说明<input name="note" maxlength="200"></label>
        """
    }

    private var missingMaterials: HTMLText {
        let known = bound?.materials ?? []
        let present = sheet.standing.filter(\.isPresent).map(\.code)
        let missing = known.filter { material in
            state == .correcting
                ? !present.contains(material.code) : sheet.deferred.contains(material.code)
        }
        let boxes = missing.map { material -> HTMLText in
            """
            <label class="box"><input type="checkbox" name="material" value="\(material.code)">\
            \(material.name)</label>
            """
        }
        return "<fieldset><legend>补来的材料</legend>\(boxes)</fieldset>"
    }

    private var offer: CaseForm {
        return act(
            "offer", "移交",
            "<label>移交给<select name=\"to\">\(places)</select></label>")
    }

    private func act(
        _ name: String, _ title: HTMLText, _ fields: HTMLText, isMain: Bool = false
    ) -> CaseForm {
        let kind: HTMLText = isMain ? " class=\"main\"" : .empty
        let form: HTMLText = """
            <form method="post" action="/console/cases/\(URLText.segment(sheet.address))/\(name)">
            <input type="hidden" name="seen" value="\(sheet.tag.text)">
            <input type="hidden" name="seenState" value="\(CaseWords.status(sheet.status))">
            \(Page.token(page.status.viewer))
            \(fields)<button\(kind)>\(title)</button></form>
            """
        return CaseForm(act: Act(rawValue: "case." + name) ?? .force, form: form)
    }
}

/// A form, and the act that a person must be allowed for it to be shown.
struct CaseForm {
    let act: Act
    let form: HTMLText
}
