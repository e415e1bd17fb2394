import API
import Base
import Board
import Domain
import Host
import Runtime

/// `ticket`: 差评整改, 办不成事, 找茬, 投诉, 诉求, 审管推送.
extension Verb {
    static let ticket = Family.verb(
        "ticket",
        [
            Act(
                name: "open", about: Words("登记工单", "takes a ticket in"), subject: "TEXT",
                options: [
                    .required("kind", "kind", .choice(kinds)),
                    .optional("days", "days", .number(0...Limits.ticketDaysMax)),
                    .optional("case", "case"), .optional("item", "item"),
                    .optional("channel", "channel"), .optional("applicant", "applicant"),
                    .optional("phone", "phone"), .optional("to", "to"), .at, .key,
                ]
            ) { order in
                var object = JSONObject()
                object["command"] = "ticket.open"
                object["text"] = .text(order.subject)
                try order.fill(&object)
                return try await order.submit(object) { _, answer in said(answer) }
            },
            step("judge", Words("核实、研判", "says whether it is so"), [outcome]),
            step("assign", Words("交办、上交", "hands it to another place"), [.required("to", "to")]),
            step("claim", Words("认领（审管推送）", "claims a push")),
            step("fix", Words("整改、办理", "puts it right"), isNoted: true),
            step("reply", Words("反馈、答复", "answers"), isNoted: true),
            step("review", Words("复核、回访", "reviews it"), [outcome]),
            step("archive", Words("归档", "puts it away")),
            step("note", Words("备注", "notes")),
            sheet("list", Words("工单", "tickets"), .tickets, [.optional("status", "status")]),
            .sheet("show", Words("一个工单", "one ticket"), at: "board/ticket"),
            file("check", Words("试导入热线工单", "a dry run of a hotline's file")),
            file("import", Words("导入热线工单（CSV）", "imports a hotline's file")),
        ])

    private static let kinds: [(word: String, value: JSON)] = TicketKind.allCases
        .filter { $0 != .badRating }.map { ($0.rawValue, .text($0.rawValue)) }

    private static let outcome = Option.required(
        "outcome", "outcome", .choice([("yes", "yes"), ("no", "no")]))

    private static func said(_ answer: JSON) -> Words {
        let number = answer["number"]?.text ?? "?"
        return Words(
            "工单 \(number)，\(answer["state"]?.text ?? "")",
            "ticket \(number), \(answer["status"]?.text ?? "")")
    }

    private static func step(
        _ name: String, _ about: Words, _ options: [Option] = [], isNoted: Bool = false
    ) -> Act {
        .command(
            name, about, "ticket." + name, subject: (name: "NUMBER", field: "ticket"),
            options + [isNoted ? .required("note", "note") : .optional("note", "note"), .at]
        ) { _, answer in said(answer) }
    }

    /// A file of rows, as it is, to the node.
    private static func file(_ name: String, _ about: Words) -> Act {
        Act(name: name, about: about, subject: "FILE.csv", options: [.key]) { order in
            let bytes = try SmallFile.read(order.subject, limit: Limits.importBytesMax)
            let answer = try await NodeCommands.ask(
                try order.arguments.required("data"), "POST", "/api/v1/tickets/" + name,
                body: String(decoding: bytes, as: UTF8.self), key: order.arguments.value("key"))
            return order.finish(answer) { report in
                func count(_ key: String) -> Int64 { report[key]?.int ?? 0 }
                let head = Words(
                    "\(count("opened")) 件可登记，\(count("known")) 件已有，\(count("refused")) 行不合格",
                    "\(count("opened")) to open, \(count("known")) known, "
                        + "\(count("refused")) refused")
                return [head.text]
                    + (report["report"]?.array ?? []).map { finding in
                        "  \(finding["row"]?.int ?? 0)  \(finding["field"]?.text ?? "")："
                            + (finding["title"]?.text ?? "")
                    }
            }
        }
    }

    /// A sheet of the board.
    static func sheet(
        _ name: String, _ about: Words, _ kind: BoardKind, _ options: [Option] = []
    ) -> Act {
        Act(
            name: name, about: about, subject: nil,
            options: [
                .optional("region", "region"), .optional("from", "from"), .optional("to", "to"),
            ] + options
        ) { order in
            try await order.query(
                try order.page("/api/v1/board/" + kind.rawValue), lines: CatalogActs.lines)
        }
    }
}

/// `rating`: 好差评.
extension Verb {
    static let rating = Family.verb(
        "rating",
        [
            .command(
                "give", Words("评价一次服务（一次一评）", "rates one contact"), "rating.give",
                subject: (name: "CONTACT", field: "contact"),
                [
                    .required("grade", "grade", .number(1...Limits.gradesMax)),
                    .optional("served", "served"), .optional("item", "item"),
                    .optional("channel", "channel"),
                    .optional("named", "named", .flag), .optional("text", "text"), .at,
                ]
            ) { _, answer in rated(answer) },
            .command(
                "case", Words("评价一个办件（一事一评）", "rates a case"), "case.rate",
                subject: (name: "NUMBER", field: "case"),
                [
                    .required("grade", "score", .number(1...Limits.gradesMax)),
                    .optional("named", "named", .flag), .optional("text", "note"), .at,
                ]
            ) { _, answer in rated(answer) },
        ])

    private static func rated(_ answer: JSON) -> Words {
        guard let ticket = answer["ticket"]?.text else { return Words("已评价", "rated") }
        return Words("已评价，差评工单 \(ticket)", "rated, ticket \(ticket)")
    }
}

/// `board` and `report`: lights, metrics, ranking, the month.
extension Verb {
    static let board = Family.verb(
        "board",
        [
            sheet("metrics", Words("全部指标", "all metrics"), .metrics),
            sheet("asked", Words("首问未闭环，登记早的在前", "what is open, with who answers for it"), .asked),
            sheet("lights", Words("亮灯与临期逾期", "lights, and what is late"), .lights),
            sheet("ratings", Words("好差评", "ratings"), .ratings),
            sheet("ranking", Words("排名、后两位、后五位", "ranking, with the last"), .ranking),
            set(
                "limits", Words("设亮灯阈值（工作日）", "sets when lights turn on"), "lights",
                ["blue", "yellow", "red"], 60, optional: ["offered", "unsigned"]),
            set(
                "weights", Words("设排名权重", "sets what a score is made of"), "ranking",
                ["onTime", "once", "content", "tickets"], 100),
            Act(
                name: "startup", about: Words("设企业开办事项", "names the items of 企业开办"),
                subject: nil,
                options: [
                    .optional("items", "items", .list), .optional("theme", "theme"), .key,
                ]
            ) { order in
                var object = JSONObject()
                object["command"] = "setting.set"
                object["code"] = "startup"
                try order.fill(&object)
                return try await order.submit(object) { _, _ in Words("已设置", "set") }
            },
            .command(
                "approve", Words("复核设置：lights、ranking、startup", "approves a drafted setting"),
                "setting.approve", subject: (name: "SETTING", field: "code"), []
            ) { order, _ in Words("已复核 \(order.subject)", "approved: \(order.subject)") },
            .command(
                "enter", Words("填报第 14、20、27、30 项", "enters a figure that is not counted here"),
                "figure.set", subject: (name: "METRIC", field: "code"),
                [
                    .required("value", "value", .number(0...1_000_000_000)),
                    .optional("whole", "whole", .number(1...1_000_000_000)),
                    .required("source", "source"),
                ]
            ) { order, _ in Words("已填报第 \(order.subject) 项", "entered: \(order.subject)") },
        ])

    static let report = Family.verb(
        "report",
        [
            Act(
                name: "month",
                about: Words("月报；--csv 存为表格", "the month; --csv keeps it as a table"),
                subject: nil,
                options: [
                    .optional("region", "region"), .optional("from", "from"),
                    .optional("to", "to"), .optional("csv", ""),
                ]
            ) { order in
                let path = try order.page("/api/v1/board/month")
                guard let file = order.arguments.value("csv") else {
                    return try await order.query(path, lines: CatalogActs.lines)
                }
                let sign = path.contains("?") ? "&" : "?"
                let answer = try await NodeCommands.ask(
                    try order.arguments.required("data"), "GET", path + sign + "format=csv",
                    body: nil)
                guard answer.exitCode == 0 else { return order.finish(answer) { _ in [] } }
                try SmallFile.write(
                    Array(answer.text.utf8), to: file, mode: 0o644, replace: true)
                Console.say(Words("已存为 \(file)", "kept as \(file)").text)
                return 0
            }
        ])

    private static func set(
        _ name: String, _ about: Words, _ code: String, _ fields: [String], _ most: Int,
        optional: [String] = []
    ) -> Act {
        Act(
            name: name, about: about, subject: nil,
            options: fields.map { .required($0, $0, .number(0...most)) }
                + optional.map { .optional($0, $0, .number(0...most)) } + [.key]
        ) { order in
            var object = JSONObject()
            object["command"] = "setting.set"
            object["code"] = .text(code)
            try order.fill(&object)
            return try await order.submit(object) { _, _ in Words("已设置", "set") }
        }
    }
}
