package import Base
import Civil
import Domain
import Guide

/// The words of one document: which facts, which text, in which order.
package struct PaperWords {
    /// What was written freely with one event of a case, in a line; empty where nothing was.
    ///
    /// - Parameter body: Of its change, opened.
    package static func written(_ body: JSON) -> String {
        let gaps = (body["detail"]?["gaps"]?.array ?? []).compactMap(CaseGap.init).map(\.text)
        let names = ["reason", "note", "document", "seal", "certificate", "receiver"]
        let texts = [body, body["detail"] ?? .null].flatMap { part in
            names.compactMap { part[$0]?.text }
        }
        let approver = body["detail"]?["approver"]?.text.map { "批准人 " + $0 }
        return (gaps + texts + [approver].compactMap { $0 }).filter { !$0.isEmpty }
            .joined(separator: "；")
    }

    /// What it is made from.
    let name: PaperName
    let event: CaseEvent
    let state: CaseState
    /// The event's own body.
    let body: JSON
    let elements: ItemElements?
    let clock: CaseClock?
    let place: String

    init(
        entry: PaperEntry, state: CaseState, body: JSON, elements: ItemElements?,
        clock: CaseClock?, place: String
    ) {
        name = entry.name
        event = entry.event
        self.state = state
        self.body = body
        self.elements = elements
        self.clock = clock
        self.place = place
    }

    /// Business time as people read it.
    var time: String { Self.minute(event.moment) }

    private static func minute(_ millis: Int64) -> String {
        let text = Substring(Instant(millis: millis).rfc3339)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }

    /// The day that the document promises.
    var due: CivilDate? {
        switch name.kind {
        case .receipt, .proposal: replyDue
        case .acceptance, .extension, .answer: clock?.promised?.date
        case .deferralPromise, .deferralNotice: clock?.deferral?.date ?? clock?.promised?.date
        case .pledge: clock?.verification?.date
        case .grant, .denial: clock?.delivery?.date
        default: nil
        }
    }

    /// Five working days from the receipt, whatever has been answered since.
    private var replyDue: CivilDate? {
        guard let course = clock?.course else { return nil }
        let plain = CaseClock.Course(received: course.received)
        return clock?.again(plain).reply?.date
    }

    var sections: [Sheet.Section] {
        [lines("办件", facts)] + particular + [closing]
    }

    /// A section of plain lines.
    private func lines(_ heading: String, _ rows: [[String]]) -> Sheet.Section {
        Sheet.Section(heading, [], rows)
    }

    private var facts: [[String]] {
        var rows = [
            ["办件编号", state.number], ["查询码", state.facts.queryCode],
            ["事项", (elements?.name ?? state.item) + " v\(state.itemVersion)"],
            ["办理地点", place], ["业务时间", time], ["记录时间", Self.minute(event.time)],
        ]
        if let due { rows.append([dueName, due.text]) }
        if name.kind == .acceptance, let legal = clock?.legal?.date {
            rows.append(["法定办结", legal.text])
        }
        return rows
    }

    private var dueName: String {
        switch name.kind {
        case .receipt, .proposal: "答复期限"
        case .deferralPromise, .deferralNotice: "容缺补齐期"
        case .pledge: "事后核查期"
        case .grant, .denial: "送达期限"
        default: "承诺办结"
        }
    }

    private func reason(_ name: String = "理由") -> [[String]] {
        let text = body["detail"]?["reason"]?.text ?? body["reason"]?.text ?? ""
        return text.isEmpty ? [] : [[name, text]]
    }

    private func detail(_ pairs: (String, String)...) -> [[String]] {
        pairs.compactMap { name, key in
            let value = body["detail"]?[key]
            guard let text = value?.text ?? value?.int.map(String.init), !text.isEmpty else {
                return nil
            }
            return [name, text]
        }
    }

    private func material(_ code: String) -> String {
        elements?.materials.first { $0.code == code }?.name ?? code
    }

    private var codes: [[String]] { event.terms.codes.map { [$0, material($0)] } }

    private var listed: [[String]] {
        let list = parsedMaterials
        return list.map { code, isPresent in [code, material(code), isPresent ? "已交" : "未交"] }
    }

    private var parsedMaterials: [(String, Bool)] {
        (body["materials"]?.array ?? []).compactMap { entry in
            guard let code = entry.text ?? entry["code"]?.text else { return nil }
            return (code, entry["present"]?.bool ?? true)
        }
    }

    /// What this kind says beside the rest.
    private var particular: [Sheet.Section] {
        switch name.kind {
        case .precheck, .agency, .receipt:
            return [Sheet.Section("材料", ["编码", "名称", "收取"], listed)]
        case .transfer:
            let rows = codes.isEmpty ? listed : codes
            let way = ["in": "收存", "on": "转交", "back": "退还"][event.outcome ?? ""] ?? "交代办员"
            return [
                lines("材料", rows),
                lines("交接", [["去向", way]] + detail(("交接人", "receiver"))),
            ]
        case .correction: return [Sheet.Section("所缺与补齐途径", ["材料", "所缺", "补齐途径"], gaps)]
        case .deferralPromise:
            return [lines("承诺补齐的材料", codes), lines("承诺", [[promise]])]
        case .deferralNotice:
            return [
                lines("容缺材料", codes),
                lines("告知", [["补齐日期以材料到达之日为准；补齐前不发证、不出件。"]]),
            ]
        case .pledge:
            return [lines("承诺", [["申请人已知晓条件与不实承诺的后果，承诺符合条件并接受事后核查。"]])]
        case .procedure, .suspension:
            return [
                lines(
                    "停算时限",
                    [["程序", event.procedure]] + detail(("所需工作日", "days")) + reason()
                        + detail(("批准人", "approver")))
            ]
        case .extension:
            return [
                lines(
                    "延长",
                    [["延长工作日", event.outcome ?? ""]] + reason() + detail(("批准人", "approver")))
            ]
        case .answer: return [lines("办理办法", reason("办法"))]
        case .grant, .denial:
            let note = body["note"]?.text ?? ""
            return [
                lines(
                    "决定",
                    [["结论", name.kind == .grant ? "准予" : "不予"]]
                        + (note.isEmpty ? [] : [["说明", note]])),
                lines("救济", [["不服本决定的，可依法申请行政复议或提起行政诉讼。"]]),
            ]
        case .ended:
            return [lines("终止", reason() + detail(("并入办件", "kept")))]
        case .refusal:
            return [
                lines("不予受理", reason()),
                lines("救济", [["不服本决定的，可依法申请行政复议或提起行政诉讼。"]]),
            ]
        case .handover:
            return [lines("移交", [["移交至", event.destination?.text ?? "—"]] + reason())]
        case .proposal, .withdrawn, .revocation: return [lines("说明", reason())]
        case .payment:
            return [
                lines(
                    "缴费",
                    detail(("收费项目", "purpose")) + [["金额", amount]] + detail(("说明", "note"))),
                lines("告知", [["缴费不影响办理时限的计算；票据由收费单位出具。"]]),
            ]
        case .waiver:
            return [
                lines("免提交的材料", codes),
                lines("凭以免提交", detail(("证照类型", "licence"), ("证照编号", "certificate"))),
                lines("告知", [["申请人同意以上列证照代替所列材料；办理中各环节不得再要求提交。"]]),
            ]
        case .reuse:
            return [
                lines("复用的材料", codes),
                lines("来源", detail(("来源办件", "from"), ("可信等级", "level"), ("有效至", "until"))),
                lines("告知", [["申请人同意复用已提交的材料；办理中各环节不得再要求提交。"]]),
            ]
        case .acceptance, .delivery: return []
        }
    }

    /// `12.50 元`.
    private var amount: String {
        let cents = body["detail"]?["cents"]?.int ?? 0
        let rest = String(cents % 100)
        return "\(cents / 100).\(rest.utf8.count == 1 ? "0" + rest : rest) 元"
    }

    private var promise: String {
        "申请人承诺于 \(due?.text ?? "承诺办结之日") 前补齐上列材料；逾期未补齐的，依法不予出证。"
    }

    private var gaps: [[String]] {
        (body["detail"]?["gaps"]?.array ?? []).compactMap(CaseGap.init).map { gap in
            let known = elements?.materials.first { $0.code == gap.code }
            let usual = known.map(\.source).flatMap { $0.isEmpty ? nil : "（\($0)）" } ?? ""
            return [
                known.map { "\(gap.code) \($0.name)" } ?? gap.code,
                gap.lack.isEmpty ? "未提交" : gap.lack,
                gap.way.isEmpty ? CaseGap.usual + usual : gap.way,
            ]
        }
    }

    private var closing: Sheet.Section {
        var rows = [["凭二维码可在任一站点或用本县公钥离线核对真伪。"]]
        if state.status == .sealing, [.grant, .denial].contains(name.kind) {
            rows.insert(["待签印：签印之前仅供核对，不作凭证。"], at: 0)
        }
        if state.isDoubtful {
            rows.insert(["登记时本站时钟未经上级时间核对，日期以核对后为准。"], at: 0)
        }
        if name.kind.isSignedByApplicant { rows.append(["申请人（签字）：　　　　　　　　日期："]) }
        rows.append(["经办人（签字）：　　　　　　　　（盖章）"])
        return lines("签章", rows)
    }
}
