import API
import Base
import Crypto
import HTTP
import Runtime

/// `case`: from receipt to the end, at the node that holds it.
extension Verb {
    static let caseFile = Family.verb(
        "case",
        [
            .command(
                "receive", Words("收件", "takes an application in"), "case.receive", subject: nil,
                [
                    .required("item", "item"), .required("applicant", "applicant"),
                    .optional("id-number", "idNumber"),
                    .optional("material", "materials", .materials(isPresent: true)),
                    .optional("missing", "materials", .materials(isPresent: false)),
                    .optional("phone", "phone"), .optional("address", "address"),
                    .optional("channel", "channel"),
                    .optional(
                        "stage", "stage",
                        .choice([("precheck", "precheck"), ("agent", "agent")])),
                    .optional("version", "version", .number(1...1_000_000)), .at,
                ]
            ) { _, answer in
                let number = answer["number"]?.text ?? "?"
                let query = answer["queryCode"]?.text ?? "?"
                return Words(
                    "已收件 \(number)，查询码 \(query)", "received \(number), query code \(query)")
            },
            onCase(
                "accept", Words("受理", "accepts it"),
                [
                    .optional("promise", "promise", .flag), .optional("pledge", "pledge", .flag),
                    .at,
                ], done: "已受理"),
            onCase(
                "refuse", Words("不予受理", "refuses to accept it"),
                [.required("reason", "reason"), .at], done: "已告知不予受理"),
            onCase(
                "correct", Words("一次性补正告知", "tells at once what is missing"),
                [
                    .required("gap", "gaps", .sentences),
                    .optional("override", "override", .flag), .optional("reason", "reason"), .at,
                ], done: "已告知补正"),
            onCase(
                "supplement", Words("登记补来的材料", "enters materials that were brought"),
                [.required("material", "materials", .list), .at], done: "已登记补齐材料"),
            onCase(
                "review", Words("审查意见", "examines: another officer's opinion"),
                [
                    .required(
                        "outcome", "outcome",
                        .choice([("grant", "grant"), ("refuse", "refuse")])),
                    .optional("note", "note"), .at,
                ], done: "已记审查意见"),
            onCase(
                "decide", Words("决定", "decides"),
                [
                    .required(
                        "outcome", "outcome",
                        .choice([("grant", "grant"), ("refuse", "refuse")])),
                    .optional("note", "note"), .at,
                ], done: "已决定"),
            onCase(
                "deliver", Words("送达", "hands the result out"),
                [.optional("receiver", "receiver"), .at], done: "已送达"),
            onCase("close", Words("办结", "closes it"), [.at], done: "已办结"),
            onCase(
                "withdraw", Words("申请人撤回", "the applicant withdraws"),
                [.optional("reason", "reason"), .at], done: "已撤回"),
            onCase(
                "note", Words("备注", "adds a note"), [.required("note", "note"), .at],
                done: "已备注"),
            onCase(
                "erase", Words("清除个人信息（办结后，县）", "destroys what is personal of a closed case"),
                [.required("reason", "reason"), .optional("dry-run", "dryRun", .flag)],
                done: "已清除（或试算）"),
        ] + course + duty + materials + [show, clock, papers, delivery, unsent, list])

    /// Steps beside the decisions: the clock's, the department's, the paper's.
    private static let course: [Act] = [
        onCase("take", Words("预审、代办登记转收件", "receives what was registered"), [.at], done: "已收件"),
        onCase(
            "propose", Words("拟不予受理，报上级", "proposes not to accept it"),
            [.required("reason", "reason"), .at], done: "已报上级"),
        onCase(
            "answer", Words("答复拟不予受理：确认或指明办法", "confirms a proposal, or says the way"),
            [
                .required(
                    "outcome", "outcome", .choice([("refuse", "refuse"), ("way", "way")])),
                .required("reason", "reason"), .at,
            ], done: "已答复"),
        onCase(
            "assign", Words("分转部门", "passes it on to a department"),
            [.required("department", "department"), .at], done: "已分转"),
        onCase(
            "pause", Words("启动特别程序，停算时限", "begins a special procedure: the clock stands still"),
            [
                .required("procedure", "procedure"),
                .required("days", "days", .number(1...Limits.procedureDaysMax)),
                .required("reason", "reason"), .at,
            ], done: "已停算时限"),
        onCase(
            "suspend", Words("挂起（须批准人）", "suspends it, by an approver"),
            [.required("reason", "reason"), .required("approver", "approver"), .at],
            done: "已挂起"),
        onCase(
            "resume", Words("恢复计时", "lets the clock run on"), [.optional("note", "note"), .at],
            done: "已恢复计时"),
        onCase(
            "extend", Words("延长办理期限（须批准人）", "extends the limit, by an approver"),
            [
                .required("days", "days", .number(1...Limits.extensionDaysMax)),
                .required("reason", "reason"), .required("approver", "approver"), .at,
            ], done: "已延期"),
        onCase(
            "ask-seal", Words("请求签印", "asks another place for its seal"),
            [.required("document", "document"), .required("to", "to"), .at], done: "已请求签印",
            command: "askSeal"),
        onCase(
            "seal", Words("签印或不签", "seals what was asked, or declines"),
            [
                .required(
                    "outcome", "outcome",
                    .choice([("sealed", "sealed"), ("declined", "declined")])),
                .optional("seal", "seal"), .optional("note", "note"), .at,
            ], done: "已答复签印"),
        onCase(
            "ready", Words("制证，待出件", "has the result ready"),
            [
                .optional("certificate", "certificate"),
                .optional("valid-until", "validUntil"), .at,
            ], done: "待出件"),
        onCase(
            "end", Words("终止（上级），重复申请时保留较早的一件", "ends it, from above"),
            [.required("reason", "reason"), .optional("keep", "keep"), .at], done: "已终止"),
        onCase(
            "verify", Words("告知承诺的事后核查", "checks what was promised"),
            [
                .required("outcome", "outcome", .choice([("kept", "kept"), ("broken", "broken")])),
                .optional("note", "note"), .at,
            ], done: "已核查"),
        onCase(
            "revoke", Words("撤销决定", "revokes the decision"),
            [.required("reason", "reason"), .at], done: "已撤销"),
        onCase(
            "fee", Words("缴费通知，或登记已缴", "tells what is to be paid, or that it was"),
            [
                .required("outcome", "outcome", .choice([("notice", "notice"), ("paid", "paid")])),
                .optional("cents", "cents", .number(1...Limits.feeCentsMax)),
                .optional("purpose", "purpose"),
                .optional("note", "note"), .at,
            ], done: "已登记缴费"),
        onCase(
            "originals", Words("原件交接：收存、转交、退还", "enters originals: in, on, back"),
            [
                .required("codes", "codes", .list),
                .required(
                    "way", "way", .choice([("in", "in"), ("on", "on"), ("back", "back")])),
                .optional("receiver", "receiver"), .at,
            ], done: "已登记交接"),
    ]

    /// 首问负责: who answers for a case until its end.
    private static let duty: [Act] = [
        .sheet(
            "duty", Words("首问负责：谁是首问责任人，现由谁负责", "who was asked first, and who answers now"),
            at: "board/duty"),
        onCase(
            "pass-duty", Words("交出首问责任", "hands the duty to answer on"),
            [.optional("to", "to"), .required("reason", "reason"), .at], done: "已交出首问责任，待接手",
            command: "passDuty"),
        onCase(
            "take-duty", Words("接手首问责任", "takes that duty over"), [.at], done: "已接手首问责任",
            command: "takeDuty"),
    ]

    /// 材料: what each is worth, and what need not be brought again.
    private static let materials: [Act] = [
        .sheet(
            "materials",
            Words("材料清单：可信等级、扫描件、原件、可复用的", "the materials of a case, each with its worth"),
            at: "catalog/materials"),
        onCase(
            "material", Words("登记材料的可信等级（A 至 D）或扫描件", "says how far materials can be trusted"),
            [
                .required("codes", "codes", .list),
                .optional(
                    "level", "level", .choice([("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")])),
                .optional("blob", "blob"), .optional("note", "note"), .at,
            ], done: "已登记材料"),
        scan,
        onCase(
            "reuse", Words("复用申请人在别的办件提交过的材料", "takes a material from an earlier case"),
            [.required("code", "code"), .required("from", "from"), .at], done: "已复用"),
        onCase(
            "waive", Words("凭电子证照免提交", "lets a certificate stand for a material"),
            [.required("code", "code"), .required("certificate", "certificate"), .at],
            done: "已免提交"),
    ]

    private static let scan = Act(
        name: "scan", about: Words("上传材料扫描件（JPEG、PNG、PDF）", "hands in the scan of a material"),
        subject: "NUMBER",
        options: [
            .required("codes", "codes", .list), .required("file", ""),
            .optional("level", "level", .choice([("A", "A"), ("B", "B"), ("C", "C"), ("D", "D")])),
            .optional("note", "note"), .key,
        ]
    ) { order in
        let file = try order.arguments.required("file")
        let bytes = try JSONFile.bytes(file, limit: Limits.blobUploadBytesMax)
        guard MediaKind(sniffing: bytes) != nil else {
            throw Arguments.Failure(
                "\(file) is neither JPEG, PNG nor PDF by its first bytes",
                chinese: "\(file) 按内容识别不是 \(MediaKind.names)")
        }
        let digest = Hash.digest(bytes, suite: .sha256Ed25519).hex
        let data = try order.arguments.required("data")
        let kept = try await NodeCommands.put(data, "/api/v1/blobs/" + digest, bytes)
        guard kept.exitCode == 0 else { return order.finish(kept) { _ in [] } }
        var object = JSONObject()
        try order.fill(&object)
        object["command"] = "case.material"
        object["case"] = .text(order.subject)
        object["blob"] = .text(digest)
        return try await order.submit(object) { order, _ in
            Words("已上传 \(order.subject) \(digest)", "kept for \(order.subject): \(digest)")
        }
    }

    /// An act on a case by its number or id.
    static func onCase(
        _ name: String, _ about: Words, _ options: [Option], done: String,
        command: String? = nil
    ) -> Act {
        .command(
            name, about, "case." + (command ?? name), subject: (name: "NUMBER", field: "case"),
            options
        ) { order, _ in Words("\(done) \(order.subject)", "\(name): done, \(order.subject)") }
    }

    private static let show = Act(
        name: "show", about: Words("一个办件的现状", "a case as it stands"), subject: "NUMBER",
        options: []
    ) { order in
        try await order.query("/api/v1/cases/" + URLText.segment(order.subject)) { file in
            [CaseLine.text(file)] + CaseLine.events(file)
        }
    }

    private static let clock = Act(
        name: "clock", about: Words("一个办件的时限与亮灯", "when a case is due"), subject: "NUMBER",
        options: []
    ) { order in
        let path = "/api/v1/cases/" + URLText.segment(order.subject) + "/clock"
        return try await order.query(path) { clock in
            let limits = [
                ("reply", Words("答复期限", "reply")),
                ("deemedAccepted", Words("视为受理", "deemed accepted")),
                ("promised", Words("承诺办结", "promised")), ("legal", Words("法定办结", "legal limit")),
                ("deferral", Words("容缺补齐期", "what was promised")),
                ("delivery", Words("送达期限", "delivery")),
                ("verification", Words("事后核查期", "check of a promise")),
                ("light", Words("亮灯", "light")),
            ]
            return limits.compactMap { field, name in
                clock[field]?.text.map { "\(name.text)  \($0)" }
            }
        }
    }

    private static let list = Act(
        name: "list", about: Words("办件，新的在前", "cases, the newest first"), subject: nil,
        options: [
            .optional("status", "status"), .optional("limit", "limit", .number(1...Limits.listMax)),
            .optional("cursor", "cursor"),
        ]
    ) { order in
        try await order.query(try order.page("/api/v1/cases")) { page in
            (page["cases"]?.array ?? []).map(CaseLine.text) + Order.more(page)
        }
    }
}

/// A case for people.
enum CaseLine {
    static func text(_ file: JSON) -> String {
        var parts = [
            file["number"]?.text ?? "?",
            Words(
                file["statusName"]?.text ?? "?", file["status"]?.text ?? "?"
            ).text, file["item"]?.text ?? "?", masked(file["applicant"]?.text ?? "?"),
        ]
        let holder = file["holder"]?.text ?? "—"
        parts.append(Words("保管 \(holder)", "held by \(holder)").text)
        if let to = file["offeredTo"]?.text {
            parts.append(Words("移交 \(to) 待签收", "offered to \(to)").text)
        } else if file["frozen"]?.bool == true {
            parts.append(Words("移交中", "being handed over").text)
        }
        if let outcome = file["outcome"]?.text {
            parts.append(Words(outcome == "grant" ? "准予" : "不予", outcome).text)
        }
        return parts.joined(separator: "  ")
    }

    /// Its events, one a line.
    static func events(_ file: JSON) -> [String] {
        (file["events"]?.array ?? []).map { event in
            "  \(event["kind"]?.text ?? "?")  \(event["status"]?.text ?? "")"
        }
    }

    /// Lists show no whole name: who looks over a shoulder need not know.
    private static func masked(_ name: String) -> String {
        String(name.prefix(1)) + (name.count > 1 ? "某" : "")
    }
}

extension Order {
    /// A list's address with what was asked for.
    func page(_ path: String) throws(Arguments.Failure) -> String {
        var object = JSONObject()
        try fill(&object)
        let items = object.members.map { member in
            let text = member.value.text ?? member.value.int.map(String.init) ?? ""
            return member.key + "=" + URLText.segment(text)
        }
        return items.isEmpty ? path : path + "?" + items.joined(separator: "&")
    }

    /// Where a list goes on, for people.
    static func more(_ page: JSON) -> [String] {
        guard let next = page["next"]?.text else { return [] }
        return [Words("还有：--cursor \(next)", "more: --cursor \(next)").text]
    }
}
