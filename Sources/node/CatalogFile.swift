import API
import Base
import Domain
import Guide
import Host
import Runtime

/// `catalog`: files of items, drafts, steps, and the sheets that are made of them.
enum CatalogActs {
    static let all: [Act] = [
        imports, exports, draft, drafts,
        command("approve", "复核发布一份草稿", "publishes a draft", "DRAFT"),
        command("discard", "作废一份草稿", "gives a draft up", "DRAFT"), split, merge, widen, halt,
        rollback, sheets, claim,
    ]

    // MARK: files

    private static let imports = Act(
        name: "import", about: Words("导入事项文件（JSON、CSV；GB18030 自动转换）", "imports a file of items"),
        subject: "FILE",
        options: [
            .optional("dry-run", "dryRun", .flag), .optional("publish", "publish", .flag),
            .optional("skip-refused", "skipRefused", .flag),
            .optional("effective-from", "effectiveFrom"), .key,
        ]
    ) { order in
        let bytes = try JSONFile.bytes(order.subject, limit: Limits.importBytesMax)
        guard let text = Charset.utf8(bytes) else {
            throw Arguments.Failure(
                "\(order.subject) is neither UTF-8 nor GB18030",
                chinese: "\(order.subject) 既不是 UTF-8 也不是 GB18030")
        }
        if text.isConverted {
            Console.say(Words("已由 GB18030 转换", "converted from GB18030").text)
        }
        var path = "/api/v1/catalog/" + (order.arguments.has("dry-run") ? "check" : "import")
        var sign = "?"
        for (option, name) in [("publish", "publish"), ("skip-refused", "skipRefused")]
        where order.arguments.has(option) {
            path += "\(sign)\(name)=true"
            sign = "&"
        }
        if let date = order.arguments.value("effective-from") {
            path += "\(sign)effectiveFrom=\(URLText.segment(date))"
        }
        let answer = try await NodeCommands.ask(
            try order.arguments.required("data"), "POST", path,
            body: String(decoding: text.bytes, as: UTF8.self), key: order.arguments.value("key"))
        return order.finish(answer, lines: report)
    }

    private static func report(_ answer: JSON) -> [String] {
        func count(_ key: String, of json: JSON? = nil) -> Int64 {
            (json ?? answer)[key]?.int ?? 0
        }
        var lines = [
            Words(
                "\(count("rows")) 行：发布 \(count("published"))，草稿 \(count("drafted"))，"
                    + "不变 \(count("unchanged"))，拒绝 \(count("refused"))",
                "\(count("rows")) rows: \(count("published")) published, "
                    + "\(count("drafted")) drafts, \(count("unchanged")) unchanged, "
                    + "\(count("refused")) refused"
            ).text
        ]
        for gap in answer["gaps"]?.array ?? [] {
            let place = "\(gap["field"]?.text ?? "")：\(gap["title"]?.text ?? "")"
            lines.append(
                Words(
                    "  \(count("rows", of: gap)) 行  \(place)",
                    "  \(count("rows", of: gap)) rows  \(place)"
                ).text)
        }
        for row in answer["report"]?.array ?? [] {
            let name = row["name"]?.text ?? ""
            let head = "  \(row["row"]?.int ?? 0)  \(row["fate"]?.text ?? "")"
            lines.append(head + "  \(row["score"]?.int ?? 0)%  " + name)
            for finding in row["findings"]?.array ?? [] {
                lines.append(
                    "      \(finding["field"]?.text ?? "")：\(finding["title"]?.text ?? "")")
            }
        }
        return lines
    }

    private static let exports = Act(
        name: "export", about: Words("导出全部事项", "exports all items"), subject: "FILE",
        options: [.optional("format", "", .choice([("json", "json"), ("csv", "csv")]))]
    ) { order in
        let format =
            order.arguments.value("format") ?? (order.subject.hasSuffix(".csv") ? "csv" : "json")
        let answer = try await NodeCommands.ask(
            try order.arguments.required("data"), "GET", "/api/v1/export/" + format, body: nil)
        guard answer.exitCode == 0 else { return order.finish(answer) { _ in [] } }
        try SmallFile.write(
            Array(answer.text.utf8), to: order.subject, mode: 0o644, replace: true)
        Console.say(Words("已导出到 \(order.subject)", "exported to \(order.subject)").text)
        return 0
    }

    // MARK: drafts

    private static let draft = Act(
        name: "draft", about: Words("起草一个版本", "drafts a version"), subject: "FILE.json",
        options: [.optional("replaces", "replaces"), .key]
    ) { order in
        var object = try JSONFile.object(order.subject)
        try order.fill(&object)
        object["command"] = "item.draft"
        return try await order.submit(object) { _, answer in
            let id = answer["draft"]?.text ?? "?"
            let score = answer["score"]?.int ?? 0
            return Words("草稿 \(id)，完整度 \(score)%", "draft \(id), \(score)% complete")
        }
    }

    private static let drafts = Act(
        name: "drafts", about: Words("草稿", "drafts"), subject: nil,
        options: [.optional("status", "status"), .optional("limit", "limit", .number(1...200))]
    ) { order in
        try await order.query(try order.page("/api/v1/drafts")) { page in
            (page["drafts"]?.array ?? []).map { draft in
                let state = draft["published"]?.bool == true ? "已发布" : "待复核"
                return [
                    draft["draft"]?.text ?? "?", draft["code"]?.text ?? "",
                    draft["publication"]?["elements"]?["name"]?.text ?? "", state,
                ].joined(separator: "  ")
            } + Order.more(page)
        }
    }

    private static func command(
        _ name: String, _ chinese: String, _ english: String, _ subject: String
    ) -> Act {
        .command(
            name, Words(chinese, english), "item." + name,
            subject: (name: subject, field: "draft"), []
        ) { order, _ in Words("完成 \(order.subject)", "done: \(order.subject)") }
    }

    // MARK: steps

    private static let split: Act = .command(
        "split", Words("拆分：以几份草稿取代一个事项", "replaces an item by drafts"), "item.split",
        subject: (name: "CODE", field: "code"),
        [.required("drafts", "drafts", .list), .required("reason", "reason")]
    ) { order, _ in Words("已拆分 \(order.subject)", "split: \(order.subject)") }

    private static let merge: Act = .command(
        "merge", Words("合并：以一份草稿取代几个事项", "replaces items by a draft"), "item.merge",
        subject: (name: "DRAFT", field: "draft"),
        [.required("codes", "codes", .list), .required("reason", "reason")]
    ) { order, _ in Words("已合并到 \(order.subject)", "merged: \(order.subject)") }

    private static let widen: Act = .command(
        "widen", Words("分步发布：扩大范围", "lets a version count in more places"), "item.widen",
        subject: (name: "CODE", field: "code"),
        [
            .required("reach", "reach"), .optional("regions", "regions", .list),
            .optional("reason", "reason"),
        ]
    ) { order, _ in Words("已扩大 \(order.subject)", "widened: \(order.subject)") }

    private static let halt: Act = .command(
        "halt", Words("分步发布：停止扩大", "keeps a version from going further"), "item.halt",
        subject: (name: "CODE", field: "code"), [.required("reason", "reason")]
    ) { order, _ in Words("已停止扩大 \(order.subject)", "halted: \(order.subject)") }

    private static let rollback: Act = .command(
        "rollback", Words("回退：旧版内容作为新版本", "an earlier version's elements as a new one"),
        "item.rollback", subject: (name: "CODE", field: "code"),
        [.required("to", "to", .number(1...1_000_000)), .required("reason", "reason")]
    ) { order, answer in
        let number = answer["version"]?.int ?? 0
        return Words("已回退，现为第 \(number) 版", "rolled back, now version \(number)")
    }

    private static let claim: Act = .command(
        "claim", Words("基本目录：登记、认领或标为不适用", "enters or claims an entry of the basic list"),
        "basic.set", subject: (name: "CODE", field: "code"),
        [
            .optional("name", "name"), .optional("kind", "kind"),
            .optional("department", "department"), .optional("reason", "reason"),
            .optional("status", "status"),
        ]
    ) { order, _ in Words("已登记 \(order.subject)", "entered: \(order.subject)") }

    // MARK: sheets

    private static let sheets = Act(
        name: "sheet",
        about: Words(
            "清单、指南、看板：" + SheetKind.allCases.map(\.rawValue).joined(separator: "、"),
            "a sheet: " + SheetKind.allCases.map(\.rawValue).joined(separator: ", ")),
        subject: "KIND",
        options: [
            .optional("code", "code"), .optional("region", "region"),
            .optional("situation", "situation"),
        ]
    ) { order in
        try await order.query(
            try order.page("/api/v1/catalog/" + URLText.segment(order.subject)), lines: lines)
    }

    /// The sheet as its paper has it.
    static func lines(_ sheet: JSON) -> [String] {
        var lines = [sheet["title"]?.text ?? "", sheet["stamp"]?.text ?? ""]
        for section in sheet["sections"]?.array ?? [] {
            lines.append("【\(section["heading"]?.text ?? "")】")
            let columns = (section["columns"]?.array ?? []).compactMap(\.text)
            if !columns.isEmpty { lines.append("  " + columns.joined(separator: "  ")) }
            for row in section["rows"]?.array ?? [] {
                lines.append("  " + (row.array ?? []).compactMap(\.text).joined(separator: "  "))
            }
        }
        return lines
    }
}

/// `theme` and `knowledge`: definitions of the catalog.
extension Verb {
    static let theme = Family.verb(
        "theme",
        [
            definition("set", "theme.set", Words("起草一件事", "drafts a theme")),
            ended("publish", "theme.publish", Words("发布", "publishes it")),
            ended("end", "theme.end", Words("取消", "ends it")), list("list", .theme),
            show(.theme),
        ])

    static let knowledge = Family.verb(
        "knowledge",
        [
            definition("set", "knowledge.set", Words("维护知识条目", "sets an entry")),
            ended("end", "knowledge.end", Words("撤下", "withdraws it")),
            list("list", .knowledge), list("questions", .question),
            definition("proof", "proof.set", Words("维护证明事项清单", "sets an entry of the proofs")),
            list("proofs", .proof),
            .command(
                "ask", Words("上报答不上的问题", "reports a question"), "knowledge.ask",
                subject: (name: "QUESTION", field: "question"), []
            ) { _, _ in Words("已上报", "reported") }, search,
        ])

    /// Knowledge and items by their words, off line as well; what finds nothing can be asked above.
    private static let search = Act(
        name: "search", about: Words("检索知识库与事项，断网可用", "finds knowledge and items by words"),
        subject: "WORDS", options: []
    ) { order in
        let path = "/api/v1/search?q=" + URLText.segment(order.subject)
        return try await order.query(path) { page in
            let found = (page["results"]?.array ?? []).compactMap { result -> String? in
                let value = newest(result["state"] ?? .null)
                switch result["kind"]?.text {
                case "knowledge":
                    return "\(value["question"]?.text ?? "")  \(value["answer"]?.text ?? "")"
                case "item":
                    let name = value["elements"]?["name"]?.text ?? ""
                    return "\(result["label"]?.text ?? "")  \(name)"
                default: return nil
                }
            }
            return found.isEmpty ? [Words("没有找到", "nothing found").text] : found
        }
    }

    private static func definition(_ name: String, _ command: String, _ about: Words) -> Act {
        Act(name: name, about: about, subject: "FILE.json", options: [.key]) { order in
            var object = try JSONFile.object(order.subject)
            object["command"] = .text(command)
            return try await order.submit(object) { _, answer in
                let code = answer["code"]?.text ?? "?"
                return Words("已保存 \(code)", "kept: \(code)")
            }
        }
    }

    private static func ended(_ name: String, _ command: String, _ about: Words) -> Act {
        .command(name, about, command, subject: (name: "CODE", field: "code"), []) { order, _ in
            Words("完成 \(order.subject)", "done: \(order.subject)")
        }
    }

    private static func list(_ name: String, _ family: DefinitionState.Family) -> Act {
        Act(
            name: name, about: Words("列出", "lists them"), subject: nil,
            options: [
                .optional("status", "status"),
                .optional("limit", "limit", .number(1...Limits.listMax)),
                .optional("cursor", "cursor"),
            ]
        ) { order in
            try await order.query(try order.page("/api/v1/definitions/" + family.rawValue)) {
                page in
                (page["definitions"]?.array ?? []).map { entry in
                    let body = newest(entry)
                    let words = body["name"]?.text ?? body["question"]?.text ?? ""
                    let code = entry["code"]?.text ?? "?"
                    return code == words ? code : "\(code)  \(words)"
                } + Order.more(page)
            }
        }
    }

    /// What a stored document says last.
    private static func newest(_ state: JSON) -> JSON {
        let entries = (state["entries"] ?? state["versions"])?.object?.members ?? []
        return entries.max { left, right in
            let times = [left, right].map { $0.value["stamp"]?["millis"]?.int ?? 0 }
            return times[0] < times[1]
        }?.value["value"] ?? .null
    }

    private static func show(_ kind: SheetKind) -> Act {
        .sheet(
            "show", Words("顺序、合并材料、总时限", "its order, materials and limits"), of: "CODE",
            at: "catalog/" + kind.rawValue)
    }
}
