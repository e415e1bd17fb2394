/// The documents (文书) of a case, as DOMAIN §3.2 names them. The raw value stands in addresses and,
/// by its place here, in receipts: entries are added at the end and never removed.
package enum PaperKind: String, Hashable, Sendable, CaseIterable {
    case precheck, agency, transfer, receipt, correction, refusal, acceptance
    case deferralPromise = "deferral-promise"
    case deferralNotice = "deferral-notice"
    case pledge, procedure, suspension, `extension`, proposal, answer
    case grant, denial, delivery, ended, withdrawn, revocation, handover
    case payment
    case waiver, reuse

    /// What stands at its head.
    package var title: String {
        switch self {
        case .precheck: "材料预审记录"
        case .agency: "代办委托书"
        case .transfer: "材料交接单（物料流转凭证）"
        case .receipt: "收件凭证（接收回执）"
        case .correction: "申请材料补正告知书"
        case .refusal: "不予受理通知书"
        case .acceptance: "受理回执"
        case .deferralPromise: "容缺受理承诺书"
        case .deferralNotice: "容缺受理通知书"
        case .pledge: "告知承诺书"
        case .procedure: "特殊程序审查期限告知书"
        case .suspension: "办理时限中止告知书"
        case .extension: "延长办理期限通知书"
        case .proposal: "拟不予受理报告单"
        case .answer: "办理办法告知书"
        case .grant: "批准决定书"
        case .denial: "不予批准决定书"
        case .delivery: "送达回执"
        case .ended: "终止办理通知书"
        case .withdrawn: "撤回申请确认书"
        case .revocation: "撤销决定书"
        case .handover: "移交单"
        case .payment: "缴费通知书"
        case .waiver: "证照免提交确认书"
        case .reuse: "材料复用确认书"
        }
    }

    /// Whether the applicant signs it, so that a line is left for that.
    package var isSignedByApplicant: Bool {
        switch self {
        case .agency, .transfer, .deferralPromise, .pledge, .delivery, .withdrawn, .correction,
            .waiver, .reuse:
            true
        default: false
        }
    }

    /// Its number in a receipt.
    var code: UInt8 { UInt8(Self.allCases.firstIndex(of: self) ?? 255) }

    init?(code: UInt8) {
        guard Self.allCases.indices.contains(Int(code)) else { return nil }
        self = Self.allCases[Int(code)]
    }
}

/// One document of one case: its kind and the event that it was made from.
package struct PaperName: Hashable, Sendable {
    package let kind: PaperKind
    /// Of several of a kind the how-manieth, from 1.
    package let number: Int

    package init(_ kind: PaperKind, _ number: Int = 1) {
        self.kind = kind
        self.number = number
    }

    /// `correction`, `correction.2`: what addresses carry.
    package var text: String { number == 1 ? kind.rawValue : "\(kind.rawValue).\(number)" }

    /// - Parameter text: As `text` gives it; anything else gives nil.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let kind = parts.first.flatMap({ PaperKind(rawValue: String($0)) }) else {
            return nil
        }
        guard parts.count == 2 else {
            guard parts.count == 1 else { return nil }
            self.init(kind)
            return
        }
        guard let number = Int(parts[1]), (2...99).contains(number), String(number) == parts[1]
        else { return nil }
        self.init(kind, number)
    }
}
