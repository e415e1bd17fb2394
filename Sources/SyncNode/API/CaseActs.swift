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
    private var isOfferedHere: Bool { sheet.offeredTo == page.status.region }

    var html: HTMLText {
        if page.status.fenced { return .empty }
        if sheet.isReadOnly {
            return note("此办件含有本版本不认识的步骤，升级前只能查看。")
        }
        let viewer = page.status.viewer
        let isSeparated = sheet.status == "accepted" && sheet.isSeparated(from: viewer.author)
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

    private var allowed: [CaseForm] {
        if isOfferedHere {
            return [act("sign", "签收", .empty), act("reject", "退件", reason("退件理由"))]
        }
        if sheet.isFrozen {
            return isOwn ? [act("recall", "请求撤回移交", reason("原因"))] : []
        }
        guard isOwn else {
            return isUndecided ? [act("withdraw", "代申请人撤回", reason("原因"))] : []
        }
        return own
    }

    private var isUndecided: Bool {
        ["received", "correcting", "accepted"].contains(sheet.status)
    }

    private var own: [CaseForm] {
        switch sheet.status {
        case "received", "correcting":
            var forms = [act("accept", "受理", .empty, isMain: true)]
            if sheet.status == "correcting" {
                forms.append(act("supplement", "登记补齐材料", missingMaterials))
            } else {
                forms.append(act("correct", "一次性补正告知", gaps))
            }
            return forms + [
                act("refuse", "不予受理", reason("理由")), offer,
                act("withdraw", "申请人撤回", reason("原因")),
            ]
        case "accepted":
            let forms = [act("decide", "决定", decision, isMain: true), offer]
            let isOfThree = sheet.events.contains { $0.kind == "accept" && $0.outcome == "three" }
            return isOfThree ? [act("review", "审查意见", decision)] + forms : forms
        case "decided":
            return [act("deliver", "送达", receiver, isMain: true)]
        case "delivered":
            return [act("close", "办结", .empty, isMain: true)]
        default: return []
        }
    }

    // MARK: fields

    private func reason(_ label: HTMLText) -> HTMLText {
        "<label>\(label)<input name=\"reason\" required maxlength=\"200\"></label>"
    }

    private var gaps: HTMLText {
        """
        <label>缺什么、怎样补，一行一项\
        <textarea name="gaps" rows="3" required maxlength="2000"></textarea></label>
        """
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
        let known = page.item?.current?.elements?.materials ?? []
        let present = sheet.materials.filter(\.isPresent).map(\.code)
        let missing = known.filter { !present.contains($0.code) }
        let boxes = missing.map { material -> HTMLText in
            """
            <label class="box"><input type="checkbox" name="material" value="\(material.code)">\
            \(material.name)</label>
            """
        }
        return "<fieldset><legend>补来的材料</legend>\(boxes)</fieldset>"
    }

    private var offer: CaseForm {
        let targets = page.names.targets.prefix(Limits.listMax).map { place -> HTMLText in
            let kind: String =
                switch place.relation {
                case .parent: "（上级）"
                case .partner: "（跨域）"
                default: ""
                }
            return "<option value=\"\(place.code.text)\">\(place.name)\(kind)</option>"
        }
        return act(
            "offer", "移交",
            "<label>移交给<select name=\"to\">\(targets)</select></label>")
    }

    private func act(
        _ name: String, _ title: HTMLText, _ fields: HTMLText, isMain: Bool = false
    ) -> CaseForm {
        let kind: HTMLText = isMain ? " class=\"main\"" : .empty
        let form: HTMLText = """
            <form method="post" action="/console/cases/\(URLText.segment(sheet.address))/\(name)">
            <input type="hidden" name="seen" value="\(sheet.tag.text)">
            <input type="hidden" name="key" value="\(page.key)">\(Page.token(page.status.viewer))
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
