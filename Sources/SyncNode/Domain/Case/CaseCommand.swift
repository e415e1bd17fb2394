package import Base
import Change
import Civil

/// What a clerk or the node itself asks of a case.
package struct CaseCommand: Sendable {
    /// Which case is meant.
    package enum Target: Hashable, Sendable {
        case id(Digest16)
        case number(CaseNumber)
        /// A hand-over between counties: only the node itself names it.
        case handover(Digest16)
    }

    /// An application as it is handed in.
    package struct Application: Hashable, Sendable {
        package let item: String
        /// The version that the clerk saw; the effective one where it is left out.
        package let version: Int?
        /// Who applies, as it was typed.
        package let person: Person
        /// The same, sealed: what is written. Set before the command reaches the writer.
        package var sealed: Envelope?
        package let materials: [Material]
        package let channel: String
        /// 预审 or 代办登记 where it is no 收件.
        package var stage: CaseFacts.Stage?
        /// 离线登记: the station had no link to its parent. Set by the node, never by a caller.
        package var isOffline = false
        /// Nobody above has vouched for the station's clock. Set as `isOffline` is.
        package var isDoubtful = false
    }

    /// Who took a result away; as with an application, what is written is sealed.
    package struct Receiver: Hashable, Sendable {
        /// Empty where nobody is named.
        package let name: String
        package var sealed: Envelope?

        package init(name: String) { self.name = name }
    }

    /// One material of an application, and whether it was handed in.
    package struct Material: Hashable, Sendable {
        package let code: String
        package let present: Bool
        /// The scan (附件), by the digest of its content; nil where there is none.
        package let blob: Digest?

        package init(code: String, present: Bool = true, blob: Digest? = nil) {
            self.code = code
            self.present = present
            self.blob = blob
        }
    }

    /// A material that the applicant gave in another case and that still counts (复用).
    package struct PooledMaterial: Hashable, Sendable {
        /// Of this case's own item.
        package let code: String
        /// The other case.
        package let number: CaseNumber
        /// 可信等级 there: A or B.
        package let level: String
        /// The last day on which it counts.
        package let until: CivilDate
        /// Its scan, where there is one.
        package let blob: Digest?

        package init(
            code: String, number: CaseNumber, level: String, until: CivilDate, blob: Digest?
        ) {
            self.code = code
            self.number = number
            self.level = level
            self.until = until
            self.blob = blob
        }
    }

    /// One act. The names are those of the API.
    package enum Act: Hashable, Sendable {
        case receive(Application)
        case accept
        case refuse(reason: String)
        case correct(gaps: [CaseGap], override: Bool, reason: String)
        case supplement(materials: [Material])
        case review(isGranted: Bool, note: String)
        case decide(isGranted: Bool, note: String)
        case deliver(receiver: Receiver)
        case withdraw(reason: String)
        case note(String)
        case rate(score: Int, note: String, isNamed: Bool = false)
        case close
        case offer(to: RegionCode, reason: String)
        case sign
        case reject(reason: String)
        case recall(reason: String)
        case force(to: RegionCode, reason: String)
        case ratify(Digest16)
        case forkCut(Digest16)
        /// `isEarly`: before its term is over, by a law that the reason names.
        case erase(reason: String, isDry: Bool, isEarly: Bool)
        /// 档案管理: beside the case's course, also once it is archived.
        case keep(KeepWord, reason: String)
        case step(CaseStep)
        /// What the local seat owes without being asked: never from outside.
        case gateway(Gateway)
        /// 业务时间更正, by the node itself: the clock was wrong by so much.
        case retime(ClockWord)
    }

    /// Duties of a county between its own cases and the corridor (PROTOCOL §8).
    package enum Gateway: Hashable, Sendable {
        /// Takes an offer that only passes through, or that brings a case home.
        case signThrough
        /// Lets a withdrawn offer go.
        case release
        /// Offers on to where the case is to go.
        case route
        /// Freezes the token and writes the package.
        case forward(isReturn: Bool)
        /// Offers the packed case to the other county.
        case dispatch
        /// Takes the other county's case.
        case admit
        /// Refuses the other county's case.
        case turnBack(reason: String)
        /// Lets a withdrawn hand-over go.
        case releaseHandover
        /// Passes a withdrawal request on to the other county.
        case recallHandover
        /// Takes the token up again after the hand-over failed.
        case settle
        /// Turns a withdrawal that came too late into the applicant's request.
        case petition
        /// Tells the other county what happened.
        case tell
        /// Writes what the other county told into the case.
        case mirror
        /// Destroys what is personal of a case that the other county erased, or that came after it
        /// was erased here.
        case erase
    }

    package let target: Target?
    package let act: Act
    /// Business time (业务时间), where the clerk states it.
    package let at: Instant?
    /// What the applicant gave in other cases that this node can open: put in by the node itself,
    /// for what asks for materials.
    package var pool: [PooledMaterial] = []

    package init(_ act: Act, on target: Target?, at: Instant? = nil) {
        self.act = act
        self.target = target
        self.at = at
    }

    /// - Parameter json: One flat object, `{"command": "case.accept", "case": …, …}`.
    /// - Throws: A refusal of category `invalid` that names the field.
    package init(json: JSON) throws(RuleRefusal) {
        let fields = CommandFields(json)
        let name = try fields.text("command")
        guard name.hasPrefix("case.") else {
            throw .invalid("command", "不认识的命令：\(name)")
        }
        let act = try Self.act(String(name.dropFirst(5)), fields)
        if case .receive = act {
            target = nil
        } else {
            target = try Self.target(fields)
        }
        self.act = act
        guard let text = try fields.optionalText("at") else {
            at = nil
            return
        }
        guard let instant = Instant(rfc3339: text) else {
            throw .invalid("at", "业务时间应为带时区的 RFC 3339 时间")
        }
        at = instant
    }

    /// The same, with what the node itself says of the hour.
    fileprivate func noted(offline: Bool, doubtful: Bool) -> CaseCommand {
        guard case .receive(var application) = act else { return self }
        application.isOffline = offline
        application.isDoubtful = doubtful
        return CaseCommand(.receive(application), on: target, at: at)
    }

    private static func target(_ fields: CommandFields) throws(RuleRefusal) -> Target {
        let text = try fields.text("case")
        if let number = CaseNumber(text) { return .number(number) }
        if let id = Digest16(hex: text) { return .id(id) }
        throw .invalid("case", "办件编号应为 26 位且校验位正确")
    }

    private static func act(
        _ name: String, _ fields: CommandFields
    ) throws(RuleRefusal) -> Act {
        switch name {
        case "receive": return .receive(try Application(fields))
        case "accept":
            let promise = try fields.flag("promise")
            let pledge = try fields.flag("pledge")
            return promise || pledge
                ? .step(.accept(promise: promise, pledge: pledge)) : .accept
        case "refuse": return .refuse(reason: try fields.text("reason"))
        case "correct":
            return .correct(
                gaps: try CaseGap.list(fields), override: try fields.flag("override"),
                reason: try fields.optionalText("reason") ?? "")
        case "supplement": return .supplement(materials: try fields.materials(atLeast: 1))
        case "review":
            return .review(
                isGranted: try fields.choice("outcome", ["grant", "refuse"]) == "grant",
                note: try fields.optionalText("note") ?? "")
        case "decide":
            return .decide(
                isGranted: try fields.choice("outcome", ["grant", "refuse"]) == "grant",
                note: try fields.optionalText("note") ?? "")
        case "deliver":
            return .deliver(
                receiver: CaseCommand.Receiver(
                    name: try fields.optionalText("receiver") ?? ""))
        case "withdraw": return .withdraw(reason: try fields.optionalText("reason") ?? "")
        case "note": return .note(try fields.text("note"))
        case "rate":
            return .rate(
                score: try fields.number("score", in: 1...5),
                note: try fields.optionalText("note") ?? "",
                isNamed: try fields.flag("named"))
        case "close": return .close
        default: return try custodyAct(name, fields)
        }
    }

    private static func custodyAct(
        _ name: String, _ fields: CommandFields
    ) throws(RuleRefusal) -> Act {
        switch name {
        case "offer", "handover":
            return .offer(
                to: try fields.region("to"), reason: try fields.optionalText("reason") ?? "")
        case "sign", "acceptOffer": return .sign
        case "reject": return .reject(reason: try fields.text("reason"))
        case "recall", "requestWithdrawal":
            return .recall(reason: try fields.optionalText("reason") ?? "")
        case "force":
            return .force(to: try fields.region("to"), reason: try fields.text("reason"))
        case "ratify": return .ratify(try fields.hash("event"))
        case "forkCut": return .forkCut(try fields.hash("event"))
        case "erase":
            return .erase(
                reason: try fields.text("reason"), isDry: try fields.flag("dryRun"),
                isEarly: try fields.flag("early"))
        case "preserve", "dispose", "export":
            return .keep(try KeepWord(name, fields), reason: try fields.text("reason"))
        default:
            guard let step = try CaseStep(name, fields) else {
                throw .invalid("command", "不认识的命令：case.\(name)")
            }
            return .step(step)
        }
    }
}

extension CaseCommand.Application {
    fileprivate init(_ fields: CommandFields) throws(RuleRefusal) {
        item = try fields.text("item")
        version = try fields.optionalNumber("version", in: 1...1_000_000)
        let applicant = fields.json["applicant"]
        let person = applicant?.object == nil ? fields : CommandFields(applicant ?? .null)
        self.person = Person(
            name: try person.text(applicant?.object == nil ? "applicant" : "name"),
            idNumber: try person.optionalText("idNumber"),
            phone: try person.optionalText("phone"),
            address: try person.optionalText("address"))
        try self.person.check()
        if fields.json["stage"]?.isNull == false {
            stage = CaseFacts.Stage(rawValue: try fields.choice("stage", ["precheck", "agent"]))
        }
        channel = try fields.optionalText("channel") ?? "window"
        materials = try fields.materials(atLeast: 0)
    }
}

extension CommandFields {
    /// Materials: each a code, or {code, present?, blob?}; no code twice.
    package func materials(atLeast least: Int) throws(RuleRefusal) -> [CaseCommand.Material] {
        let given = json["materials"] ?? .array([])
        guard let list = given.array, (least...Limits.caseMaterialsMax).contains(list.count) else {
            throw .invalid("materials", "材料应为 \(least) 到 \(Limits.caseMaterialsMax) 项的列表")
        }
        var materials: [CaseCommand.Material] = []
        for entry in list {
            guard let code = entry.text ?? entry["code"]?.text, !code.isEmpty,
                code.utf8.count <= 256, code.count <= 64,
                !materials.contains(where: { $0.code == code })
            else { throw .invalid("materials", "材料编码应为不重复的文字") }
            let present = entry["present"] ?? true
            guard let isPresent = present.bool else {
                throw .invalid("materials", "present 应为 true 或 false")
            }
            materials.append(
                CaseCommand.Material(
                    code: code, present: isPresent,
                    blob: try Self.blob(entry["blob"])))
        }
        return materials
    }

    /// 64 lower-case hexadecimal digits, or nothing.
    static func blob(
        _ json: JSON?, field: String = "materials"
    ) throws(RuleRefusal) -> Digest? {
        guard let json, !json.isNull else { return nil }
        guard let text = json.text, let bytes = Hex.decode(text), bytes.count == 32,
            Hex.encode(bytes) == text
        else { throw .invalid(field, "附件摘要应为 64 位小写十六进制数") }
        return Digest(bytes: bytes)
    }
}

extension CaseCommand.Act {
    /// Whether it asks for a material, so that it must be known what the applicant gave before.
    package var asksForMaterials: Bool {
        switch self {
        case .correct, .step(.reuse): true
        default: false
        }
    }
}

extension CaseStep {
    /// - Returns: nil where no step of materials has that name.
    static func ofMaterials(
        _ name: String, _ fields: CommandFields
    ) throws(RuleRefusal) -> CaseStep? {
        switch name {
        case "material":
            let blob = try CommandFields.blob(fields.json["blob"], field: "blob")
            let hasLevel = fields.json["level"].map { !$0.isNull } ?? false
            let level = hasLevel ? try fields.choice("level", levels) : nil
            guard level != nil || blob != nil else {
                throw .invalid("level", "须给出可信等级（level，A 至 D）或扫描件（blob）")
            }
            return .material(
                codes: try fields.texts("codes"), level: level, blob: blob,
                note: try fields.optionalText("note") ?? "")
        case "reuse":
            guard let from = CaseNumber(try fields.text("from")) else {
                throw .invalid("from", "来源办件编号应为 26 位且校验位正确")
            }
            return .reuse(code: try fields.text("code"), from: from)
        case "waive":
            return .waive(
                code: try fields.text("code"), certificate: try fields.text("certificate"))
        default: return nil
        }
    }
}

extension Command {
    /// Whether it takes an application in, so that the node says whether it had a link then.
    package var isReceipt: Bool {
        switch self {
        case .cases(let order):
            if case .receive = order.act { true } else { false }
        case .ifSeen(_, let inner): inner.isReceipt
        default: false
        }
    }

    /// The command with what the node itself says of the hour: that it had no link to its parent
    /// (离线登记), that nobody above had vouched for its clock.
    package func noted(offline: Bool, doubtful: Bool) -> Command {
        switch self {
        case .cases(let order): .cases(order.noted(offline: offline, doubtful: doubtful))
        case .ifSeen(let tag, let inner):
            .ifSeen(tag, inner.noted(offline: offline, doubtful: doubtful))
        default: self
        }
    }
}
