package import Base
import Change
import Civil
import Document
import Region

/// A step of a case's course beside the decisions proper: what the clock, the department, a
/// promise and the paper ask for.
package enum CaseStep: Hashable, Sendable {
    case take
    /// 受理 on promises: 容缺承诺 for what comes later, 告知承诺 for what a promise stands in for.
    case accept(promise: Bool, pledge: Bool)
    case propose(reason: String)
    /// The answer to a proposal: it is confirmed, or this is how it can be done.
    case answer(isConfirmed: Bool, reason: String)
    case assign(department: String)
    case pause(procedure: String, days: Int, reason: String)
    case suspend(reason: String, approver: String)
    case resume(note: String)
    case extend(days: Int, reason: String, approver: String)
    case askSeal(document: String, to: RegionCode)
    case seal(isGiven: Bool, seal: String, note: String)
    case ready(certificate: String, validUntil: CivilDate? = nil)
    /// - `keep`: Of two applications, the one that goes on.
    case end(reason: String, keep: CaseNumber?)
    case verify(isKept: Bool, note: String)
    case revoke(reason: String)
    case originals(codes: [String], way: String, to: String)
    case archive(digest: String)
    /// 缴费通知, and 缴费登记 once it was paid: who takes the money is another system's.
    case fee(isNotice: Bool, cents: Int, purpose: String, note: String)
    /// A scan of materials, and how far they can be trusted: at least one of the two.
    case material(codes: [String], level: String?, blob: Digest?, note: String)
    /// 复用: what the applicant gave in an earlier case.
    case reuse(code: String, from: CaseNumber)
    /// 免提交: a certificate, by its number, stands in a material's place.
    case waive(code: String, certificate: String)
    /// 首问交接, 交: to a place, this one where none is named. 接: by another person there.
    case passDuty(to: RegionCode?, reason: String)
    case takeDuty

    /// 材料可信等级 (国办函〔2016〕108号): made by the agency itself; checked at a window; handed in by
    /// the applicant alone; the applicant's own word.
    package static let levels = ["A", "B", "C", "D"]

    /// Procedures for which the law lets the clock stand still (行政许可法 第四十五条).
    package static let lawful = ["听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"]
    /// Those for which it does where the item says so.
    package static let ofItem = ["现场勘验", "公示"]
    /// How originals move: in, on to another desk, back to the applicant.
    package static let ways = ["in", "on", "back"]

    /// The name of the command behind `case.`.
    package var name: String {
        switch self {
        case .take: "take"
        case .accept: "accept"
        case .propose: "propose"
        case .answer: "answer"
        case .assign: "assign"
        case .pause: "pause"
        case .suspend: "suspend"
        case .resume: "resume"
        case .extend: "extend"
        case .askSeal: "askSeal"
        case .seal: "seal"
        case .ready: "ready"
        case .end: "end"
        case .verify: "verify"
        case .revoke: "revoke"
        case .originals: "originals"
        case .archive: "archive"
        case .material: "material"
        case .reuse: "reuse"
        case .waive: "waive"
        case .fee: "fee"
        case .passDuty: "passDuty"
        case .takeDuty: "takeDuty"
        }
    }

    /// The row of the life cycle that it belongs to; nil for what changes no state.
    var event: LifeCycle.Event? {
        switch self {
        case .answer(let isConfirmed, _): isConfirmed ? .confirm : .guide
        case .originals, .material, .reuse, .waive, .passDuty, .takeDuty: nil
        default: LifeCycle.Event(rawValue: name)
        }
    }

    /// - Returns: nil where no step has that name.
    init?(_ name: String, _ fields: CommandFields) throws(RuleRefusal) {
        func reason() throws(RuleRefusal) -> String { try fields.text("reason") }
        switch name {
        case "take": self = .take
        case "propose": self = .propose(reason: try reason())
        case "answer":
            self = .answer(
                isConfirmed: try fields.choice("outcome", ["refuse", "way"]) == "refuse",
                reason: try reason())
        case "assign": self = .assign(department: try fields.text("department"))
        case "pause":
            self = .pause(
                procedure: try fields.choice("procedure", Self.lawful + Self.ofItem),
                days: try fields.number("days", in: 1...Limits.procedureDaysMax),
                reason: try reason())
        case "suspend":
            self = .suspend(reason: try reason(), approver: try fields.text("approver"))
        case "resume": self = .resume(note: try fields.optionalText("note") ?? "")
        case "extend":
            self = .extend(
                days: try fields.number("days", in: 1...Limits.extensionDaysMax),
                reason: try reason(), approver: try fields.text("approver"))
        case "askSeal":
            self = .askSeal(
                document: try fields.text("document"), to: try fields.region("to"))
        case "seal":
            let isGiven = try fields.choice("outcome", ["sealed", "declined"]) == "sealed"
            self = .seal(
                isGiven: isGiven, seal: isGiven ? try fields.text("seal") : "",
                note: try fields.optionalText("note") ?? "")
        default:
            guard let step = try Self.late(name, fields) else { return nil }
            self = step
        }
    }

    private static func late(
        _ name: String, _ fields: CommandFields
    ) throws(RuleRefusal) -> CaseStep? {
        switch name {
        case "ready":
            var end: CivilDate?
            if let text = try fields.optionalText("validUntil"), !text.isEmpty {
                guard let date = CivilDate(text) else {
                    throw .invalid("validUntil", "有效期至应形如 2027-09-24")
                }
                end = date
            }
            return .ready(
                certificate: try fields.optionalText("certificate") ?? "", validUntil: end)
        case "end":
            var keep: CaseNumber?
            if let text = try fields.optionalText("keep") {
                guard let number = CaseNumber(text) else {
                    throw .invalid("keep", "保留的办件编号应为 26 位且校验位正确")
                }
                keep = number
            }
            return .end(reason: try fields.text("reason"), keep: keep)
        case "verify":
            return .verify(
                isKept: try fields.choice("outcome", ["kept", "broken"]) == "kept",
                note: try fields.optionalText("note") ?? "")
        case "revoke": return .revoke(reason: try fields.text("reason"))
        case "fee":
            let isNotice = try fields.choice("outcome", ["notice", "paid"]) == "notice"
            return .fee(
                isNotice: isNotice,
                cents: isNotice ? try fields.number("cents", in: 1...Limits.feeCentsMax) : 0,
                purpose: isNotice ? try fields.text("purpose") : "",
                note: try fields.optionalText("note") ?? "")
        case "originals":
            return .originals(
                codes: try fields.texts("codes"), way: try fields.choice("way", ways),
                to: try fields.optionalText("receiver") ?? "")
        case "archive":
            let digest = try fields.text("digest")
            guard Hex.decode(digest)?.count == 32 else {
                throw .invalid("digest", "归档包摘要应为 64 位小写十六进制数")
            }
            return .archive(digest: digest)
        case "passDuty":
            let isNamed = try fields.optionalText("to")?.isEmpty == false
            return .passDuty(
                to: isNamed ? try fields.region("to") : nil, reason: try fields.text("reason"))
        case "takeDuty": return .takeDuty
        default: return try ofMaterials(name, fields)
        }
    }
}

extension CaseCommand.Act {
    /// The name of the command behind `case.`; a duty of the node itself has none.
    var name: String {
        switch self {
        case .receive: "receive"
        case .accept: "accept"
        case .refuse: "refuse"
        case .correct(_, let override, _): override ? "correctAgain" : "correct"
        case .supplement: "supplement"
        case .review: "review"
        case .decide: "decide"
        case .deliver: "deliver"
        case .withdraw: "withdraw"
        case .note: "note"
        case .rate: "rate"
        case .close: "close"
        case .offer: "offer"
        case .sign: "sign"
        case .reject: "reject"
        case .recall: "recall"
        case .force: "force"
        case .ratify: "ratify"
        case .forkCut: "forkCut"
        case .erase: "erase"
        case .keep(let word, _): word.command
        case .retime: "retime"
        case .step(let step): step.name
        case .gateway: ""
        }
    }
}

extension CaseStep {
    /// See `CaseCommand.Act.mappingTexts`. The name of a procedure and of a department is none.
    fileprivate func mappingTexts<E: Error>(
        _ map: (String) throws(E) -> String
    ) throws(E) -> CaseStep {
        switch self {
        case .propose(let reason): .propose(reason: try map(reason))
        case .answer(let isConfirmed, let reason):
            .answer(isConfirmed: isConfirmed, reason: try map(reason))
        case .pause(let procedure, let days, let reason):
            .pause(procedure: procedure, days: days, reason: try map(reason))
        case .suspend(let reason, let approver):
            .suspend(reason: try map(reason), approver: try map(approver))
        case .resume(let note): .resume(note: try map(note))
        case .extend(let days, let reason, let approver):
            .extend(days: days, reason: try map(reason), approver: try map(approver))
        case .askSeal(let document, let to): .askSeal(document: try map(document), to: to)
        case .seal(let isGiven, let seal, let note):
            .seal(isGiven: isGiven, seal: try map(seal), note: try map(note))
        case .ready(let certificate, let end):
            .ready(certificate: try map(certificate), validUntil: end)
        case .end(let reason, let keep): .end(reason: try map(reason), keep: keep)
        case .verify(let isKept, let note): .verify(isKept: isKept, note: try map(note))
        case .revoke(let reason): .revoke(reason: try map(reason))
        case .originals(let codes, let way, let to):
            .originals(codes: codes, way: way, to: try map(to))
        case .material(let codes, let level, let blob, let note):
            .material(
                codes: codes, level: level, blob: blob, note: note.isEmpty ? note : try map(note))
        case .waive(let code, let certificate):
            .waive(code: code, certificate: try map(certificate))
        case .fee(let isNotice, let cents, let purpose, let note):
            .fee(isNotice: isNotice, cents: cents, purpose: purpose, note: try map(note))
        case .passDuty(let to, let reason): .passDuty(to: to, reason: try map(reason))
        case .take, .accept, .assign, .archive, .reuse, .takeDuty: self
        }
    }
}

extension CaseCommand.Act {
    /// The same act with all that somebody wrote freely put through `map`, but for what is empty:
    /// the one list of it. Who applies and who takes a result away are no texts but persons.
    package func mappingTexts<E: Error>(
        _ map: (String) throws(E) -> String
    ) throws(E) -> Self {
        func text(_ plain: String) throws(E) -> String { plain.isEmpty ? plain : try map(plain) }
        switch self {
        case .refuse(let reason): return .refuse(reason: try text(reason))
        case .correct(let gaps, let override, let reason):
            var mapped: [CaseGap] = []
            for gap in gaps {
                mapped.append(
                    CaseGap(code: gap.code, lack: try text(gap.lack), way: try text(gap.way)))
            }
            return .correct(gaps: mapped, override: override, reason: try text(reason))
        case .review(let isGranted, let note):
            return .review(isGranted: isGranted, note: try text(note))
        case .decide(let isGranted, let note):
            return .decide(isGranted: isGranted, note: try text(note))
        case .withdraw(let reason): return .withdraw(reason: try text(reason))
        case .note(let note): return .note(try text(note))
        case .rate(let score, let note, let isNamed):
            return .rate(score: score, note: try text(note), isNamed: isNamed)
        case .offer(let to, let reason): return .offer(to: to, reason: try text(reason))
        case .reject(let reason): return .reject(reason: try text(reason))
        case .recall(let reason): return .recall(reason: try text(reason))
        case .force(let to, let reason): return .force(to: to, reason: try text(reason))
        case .erase(let reason, let isDry, let isEarly):
            return .erase(reason: try text(reason), isDry: isDry, isEarly: isEarly)
        case .keep(let word, let reason): return .keep(word, reason: try text(reason))
        case .step(let step):
            return .step(try step.mappingTexts { (plain) throws(E) in try text(plain) })
        case .receive, .accept, .supplement, .deliver, .close, .sign, .ratify, .forkCut, .gateway,
            .retime:
            return self
        }
    }
}

/// One gap of a 补正告知: which material, what is wrong with it, and how it is closed (补齐途径).
package struct CaseGap: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The material's code.
    package let code: String
    /// What is missing or wrong, in words.
    package let lack: String
    /// 补齐途径; empty for the usual one: to any window nearby.
    package let way: String

    package init(code: String, lack: String, way: String = "") {
        self.code = code
        self.lack = lack
        self.way = way
    }

    /// - Parameter text: A code, and behind a space what is missing; a text that does not begin
    ///   with letters and digits is all of it what is missing.
    package init(_ text: String) {
        let code = text.prefix { $0 != " " }
        guard code.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            self.init(code: "", lack: text)
            return
        }
        self.init(code: String(code), lack: String(text.dropFirst(code.count + 1)))
    }

    package init(stringLiteral text: String) { self.init(text) }

    /// Where nothing else is said.
    package static let usual = "补齐后交原收件窗口，或就近任一站点代收"

    /// As a clerk reads it.
    package var text: String {
        lack.isEmpty ? code : code.isEmpty ? lack : code + " " + lack
    }

    /// Each a text, or {material, lack, way}: one at least, no material twice.
    static func list(_ fields: CommandFields) throws(RuleRefusal) -> [CaseGap] {
        guard let list = fields.json["gaps"]?.array, !list.isEmpty,
            list.count <= Limits.caseMaterialsMax
        else {
            throw .invalid("gaps", "gaps 应为 1 到 \(Limits.caseMaterialsMax) 项的列表")
        }
        var gaps: [CaseGap] = []
        for entry in list {
            let gap: CaseGap
            if let text = entry.text {
                guard !text.isEmpty, CommandFields.isBounded(text) else {
                    throw .invalid("gaps", "gaps 的每一项应为文字")
                }
                gap = CaseGap(text)
            } else {
                guard entry.object != nil else {
                    throw .invalid("gaps", "gaps 的每一项应为文字，或 {material, lack, way}")
                }
                let inner = CommandFields(entry)
                gap = CaseGap(
                    code: try inner.text("material"), lack: try inner.text("lack"),
                    way: try inner.text("way"))
            }
            guard !gaps.contains(where: { $0.code == gap.code && $0.lack == gap.lack }) else {
                throw .invalid("gaps", "同一缺项写了两遍：\(gap.text)")
            }
            gaps.append(gap)
        }
        return gaps
    }

    /// As the change keeps it: a text where there is no more to it.
    func write(to array: inout JSONWriter) {
        guard !way.isEmpty || SealedText.isSealed(lack) else {
            array.value(text)
            return
        }
        array.object { object in
            object.field("material", code)
            object.field("lack", lack)
            object.field("way", way)
        }
    }

    /// - Parameter json: As `write` has it.
    package init?(_ json: JSON) {
        if let text = json.text {
            self.init(text)
            return
        }
        guard let code = json["material"]?.text else { return nil }
        self.init(
            code: code, lack: json["lack"]?.text ?? "", way: json["way"]?.text ?? "")
    }
}
