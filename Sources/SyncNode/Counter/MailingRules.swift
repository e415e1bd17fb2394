import Base
package import Change
import Region
package import Verdict

/// What of a case a parcel may hold, as the case stands.
package struct MailedCase: Hashable, Sendable {
    package let number: String
    package let scope: ScopeName
    /// Originals in somebody's keeping, each with whom.
    package let originals: [String: OriginalHolder]
    /// Whether there is a result to send.
    package let hasResult: Bool

    package init(
        number: String, scope: ScopeName, originals: [String: OriginalHolder], hasResult: Bool
    ) {
        self.number = number
        self.scope = scope
        self.originals = originals
        self.hasResult = hasResult
    }
}

/// Who has an original, by the last 交接单.
package enum OriginalHolder: Hashable, Sendable {
    case place(RegionID)
    /// In a parcel of this number.
    case parcel(String)
    /// Another desk, by the words of whoever handed it over.
    case desk(String)
}

/// What becomes of commands about parcels.
package enum MailingRules {
    /// How the receiver of a 交接单 names a parcel.
    package static func mark(_ number: String) -> String { "寄递 " + number }

    /// How it begins where the place that writes it has the originals from a parcel.
    private static let signed = "签收寄递 "

    /// Who has what a 交接单 handed on.
    ///
    /// - Parameter writer: Who wrote it.
    package static func holder(
        _ receiver: String, at writer: OriginalHolder?
    ) -> OriginalHolder? {
        if receiver.hasPrefix("寄递 ") { return .parcel(String(receiver.dropFirst(3))) }
        return receiver.hasPrefix(signed) ? writer : .desk(receiver)
    }

    /// What a step does to the originals of a parcel: the way of a 交接单 and its receiver; nil
    /// where none change hands.
    package static func originals(
        of state: MailingState, _ act: MailingAct
    ) -> (way: String, receiver: String)? {
        guard !state.originals.isEmpty else { return nil }
        switch act {
        case .collect: return ("on", mark(state.number))
        case .receive where state.target == nil: return ("back", mark(state.number))
        case .receive: return ("on", signed + state.number)
        // What was never collected never left.
        case .giveBack: return state.status == .packed ? nil : ("on", signed + state.number)
        case .lose: return nil
        }
    }

    /// 登记寄递单: originals that are here, the result where there is one.
    ///
    /// - Parameters:
    ///   - open: The case's parcels.
    ///   - number: A fresh one.
    package static func make(
        _ order: MailingOrder, of file: MailedCase, open: [MailingState],
        number: String, at desk: Desk
    ) throws(RuleRefusal) -> Draft {
        guard desk.isSeated else { throw suspended }
        if let refusal = desk.refusal(of: order.at) { throw refusal }
        guard !order.originals.isEmpty || order.hasResult else {
            throw .invalid("originals", "寄递单应写明原件或办理结果")
        }
        if order.hasResult, !file.hasResult {
            throw RuleRefusal("result-not-ready", "尚无办理结果可寄", field: "result")
        }
        if order.hasResult, open.contains(where: { $0.hasResult && $0.status.isOpen }) {
            throw RuleRefusal("result-in-mail", "办理结果已在寄递中", field: "result")
        }
        for code in order.originals {
            if let other = open.first(where: { $0.status == .packed && $0.originals.contains(code) }
            ) {
                throw RuleRefusal(
                    "original-in-mail", "原件 \(code) 已装入 \(other.number)", field: "originals")
            }
            guard file.originals[code] == .place(desk.region) else {
                throw RuleRefusal(
                    "original-not-held", "原件 \(code) 不在本处，不能寄递", field: "originals")
            }
        }
        var target: RegionID?
        if let code = order.target {
            guard let place = desk.directory.region(code: code)?.id, place != desk.region,
                desk.directory.carries(place, file.scope)
            else {
                throw RuleRefusal(
                    "mailing-target", "只能寄给此办件的收件站及其上级，或寄给申请人", field: "to")
            }
            target = place
        }
        var body = JSONWriter(capacity: 320)
        body.object { object in
            object.field("mailing", hex: MailingState.key(number).id)
            object.field("number", number)
            object.field("case", file.number)
            if let target { object.field("to", target.hex) }
            object.array("originals") { array in
                for code in order.originals { array.value(code) }
            }
            object.field("result", order.hasResult)
            object.field("at", (order.at ?? desk.now).millis)
        }
        return Draft(scope: file.scope, kind: .mailingMade, body: body.bytes)
    }

    /// A step of a parcel; what it does to the originals is the caller's to write beside it.
    package static func step(
        _ order: MailingStepOrder, on state: MailingState, at desk: Desk
    ) throws(RuleRefusal) -> (draft: Draft, next: MailingStatus) {
        guard desk.isSeated else { throw suspended }
        if let refusal = desk.refusal(of: order.at) { throw refusal }
        guard
            MailingState.may(desk.region, order.act, from: state.sender, to: state.target)
        else {
            throw RuleRefusal("mailing-not-yours", "此寄递单由寄件处或收件处办理", category: .forbidden)
        }
        guard let next = order.act.next(from: state.status) else {
            throw RuleRefusal(
                "mailing-state", "\(state.status.name)的寄递单不能\(order.act.name)", field: "mailing")
        }
        var body = JSONWriter(capacity: 192)
        body.object { object in
            object.field("mailing", hex: MailingState.key(state.number).id)
            object.field("act", order.act.rawValue)
            if !order.carrier.isEmpty { object.field("carrier", order.carrier) }
            if !order.tracking.isEmpty { object.field("tracking", order.tracking) }
            if !order.note.isEmpty { object.field("note", order.note) }
            if let at = order.at { object.field("at", at.millis) }
        }
        return (Draft(scope: state.scope, kind: .mailingStep, body: body.bytes), next)
    }

    /// {mailing, status, state}.
    package static func answer(_ number: String, _ status: MailingStatus) -> [UInt8] {
        var answer = JSONWriter()
        answer.object { object in
            object.field("mailing", number)
            object.field("status", status.rawValue)
            object.field("state", status.name)
        }
        return answer.bytes
    }

    private static let suspended = RuleRefusal(
        "seat-suspended", "本机席位未获上级授予，不能办理寄递", category: .forbidden)
}

extension RuleRefusal {
    /// There is no such parcel here.
    package static let noMailing = RuleRefusal(
        "mailing-not-found", "没有这个寄递单", field: "mailing", category: .missing)
}
