import API
import Base
import Board
import Domain
import Host
import Runtime

/// `booking`: 预约.
extension Verb {
    static let booking = Family.verb(
        "booking",
        [
            sheet("windows", Words("可预约的窗口和余量", "windows with their free hours"), .windows),
            Act(
                name: "open", about: Words("设置本站的预约窗口", "opens a window of this place"),
                subject: "CODE",
                options: [
                    .required("name", "name"), .required("slots", ""),
                    .optional("ahead", "ahead", .number(1...Limits.bookingAheadDaysMax)),
                    .optional("items", "items", .list), .optional("closed", "closed", .list),
                    .optional("weekend", "weekend", .flag), .key,
                ]
            ) { order in
                var object = JSONObject()
                object["command"] = "window.set"
                object["code"] = .text(order.subject)
                let slots = try order.arguments.required("slots").split(separator: ",")
                object["slots"] = .array(slots.map { ServiceWindow.hour(String($0)) })
                try order.fill(&object)
                return try await order.submit(object) { _, _ in Words("已发布", "published") }
            },
            .command(
                "shut", Words("停止一个窗口的预约", "shuts a window"), "window.end",
                subject: (name: "CODE", field: "code"), []
            ) { _, _ in Words("已停止预约", "shut") },
            .command(
                "make", Words("登记预约；上级的窗口待其确认", "books an hour"), "booking.make",
                subject: (name: "WINDOW", field: "window"),
                [
                    .required("date", "date"), .required("start", "start"),
                    .optional("region", "region"), .optional("item", "item"),
                    .optional("applicant", "applicant"), .optional("phone", "phone"), .at,
                ]
            ) { _, answer in booked(answer) },
            bookingStep(
                "move", Words("改约", "moves it"),
                [
                    .required("date", "date"), .required("start", "start"),
                    .required("reason", "reason"),
                ]),
            bookingStep(
                "ask", Words("申请改约：在登记站，待对方确认", "asks for another hour where it was booked"),
                [
                    .required("date", "date"), .required("start", "start"),
                    .optional("reason", "reason"),
                ]),
            bookingStep("decline", Words("谢绝", "declines it"), [.required("reason", "reason")]),
            bookingStep("cancel", Words("取消", "cancels it"), [.optional("reason", "reason")]),
            bookingStep("arrive", Words("到场", "says that they came")),
            bookingStep("miss", Words("爽约", "says that nobody came")),
            sheet(
                "list", Words("今日起的预约", "bookings from today on"), .bookings,
                [.optional("status", "status")]),
            counterShow("show", Words("一个预约", "one booking"), .booking),
        ])

    private static func booked(_ answer: JSON) -> Words {
        let number = answer["booking"]?.text ?? "?"
        let slot = answer["slot"]?.text ?? ""
        return Words(
            "预约 \(number)，\(slot)，\(answer["state"]?.text ?? "")",
            "booking \(number), \(slot), \(answer["status"]?.text ?? "")")
    }

    private static func bookingStep(
        _ name: String, _ about: Words, _ options: [Option] = []
    ) -> Act {
        .command(
            name, about, "booking." + name, subject: (name: "NUMBER", field: "booking"), options
        ) { _, answer in booked(answer) }
    }

    private static func counterShow(_ name: String, _ about: Words, _ kind: BoardKind) -> Act {
        .sheet(name, about, at: "board/" + kind.rawValue)
    }
}

/// `mailing`: 寄递; `certificate`: 到期提醒.
extension Verb {
    static let mailing = Family.verb(
        "mailing",
        [
            .command(
                "make", Words("登记寄递单", "packs a parcel"), "mailing.make",
                subject: (name: "CASE", field: "case"),
                [
                    .optional("to", "to"), .optional("originals", "originals", .list),
                    .optional("result", "result", .flag), .at,
                ]
            ) { _, answer in mailed(answer) },
            mailingStep(
                "collect", Words("揽收", "hands it to the carrier"),
                [.required("carrier", "carrier"), .required("tracking", "tracking")]),
            mailingStep("receive", Words("签收", "signs for it"), [.optional("note", "note")]),
            mailingStep("return", Words("退回寄件处", "it came back"), [.optional("note", "note")]),
            mailingStep("lose", Words("登记遗失", "it is lost"), [.optional("note", "note")]),
            sheet(
                "list", Words("寄递单", "parcels"), .mailings, [.optional("status", "status")]),
            counterShow("show", Words("一个寄递单", "one parcel"), .mailing),
        ])

    private static func mailed(_ answer: JSON) -> Words {
        let number = answer["mailing"]?.text ?? "?"
        return Words(
            "寄递单 \(number)，\(answer["state"]?.text ?? "")",
            "parcel \(number), \(answer["status"]?.text ?? "")")
    }

    private static func mailingStep(
        _ name: String, _ about: Words, _ options: [Option]
    ) -> Act {
        .command(
            name, about, "mailing." + name, subject: (name: "NUMBER", field: "mailing"),
            options + [.at]
        ) { _, answer in mailed(answer) }
    }

    static let certificate = Family.verb(
        "certificate",
        [
            sheet(
                "list", Words("90、60、30 天内到期的证照", "certificates that run out soon"), .reminders),
            .command(
                "remind", Words("登记已提醒", "says that somebody was told"), "certificate.remind",
                subject: (name: "CASE", field: "case"),
                [
                    .required("way", "way", .choice(ReminderOrder.ways.map { ($0, .text($0)) })),
                    .at,
                ]
            ) { _, answer in
                let stage = answer["stage"]?.int ?? 0
                return Words("已登记 \(stage) 天提醒", "reminded, \(stage) days")
            },
        ])
}

/// `queue`: 排队叫号, at this place alone.
extension Verb {
    static let queue = Family.verb(
        "queue",
        [
            queueAct(
                .take, Words("取号", "takes a number"),
                [
                    .optional(
                        "priority", "priority",
                        .choice(
                            QueuePriority.allCases.map { ($0.rawValue, .text($0.rawValue)) }))
                ]),
            queueAct(.call, Words("叫下一个号", "calls the next"), [.required("window", "window")]),
            queueAct(.recall, Words("重呼", "calls again"), [.required("window", "window")]),
            queueAct(.skip, Words("过号", "passes the turn"), [.required("window", "window")]),
            queueAct(.done, Words("办结", "done"), [.required("window", "window")]),
            queueAct(.back, Words("过号重排", "waits again"), [.required("ticket", "ticket")]),
            Act(
                name: "show", about: Words("今日的排队", "the line of today"), subject: nil,
                options: []
            ) { order in try await order.query("/api/v1/queue", lines: lineWords) },
            Act(
                name: "close", about: Words("日结上报", "tells the day's counts upward"), subject: nil,
                options: [.optional("day", "day"), .key]
            ) { order in
                try await post(order, "/api/v1/queue/close", JSONObject()) { answer in
                    let (taken, served) = (answer["taken"]?.int ?? 0, answer["served"]?.int ?? 0)
                    return [
                        Words("取号 \(taken)，办结 \(served)", "\(taken) taken, \(served) served").text
                    ]
                }
            },
            sheet("days", Words("各站每日", "the days of all places"), .queues),
        ])

    private static func queueAct(_ act: QueueAct, _ about: Words, _ options: [Option]) -> node.Act {
        node.Act(name: act.rawValue, about: about, subject: nil, options: options + [.key]) {
            order in
            var object = JSONObject()
            object["act"] = .text(act.rawValue)
            return try await post(order, "/api/v1/queue", object) { answer in
                let ticket = answer["ticket"]
                let window = ticket?["window"]?.text ?? ""
                return ["\(ticket?["number"]?.text ?? "?") \(act.name) \(window)"]
            }
        }
    }

    private static func post(
        _ order: Order, _ path: String, _ object: JSONObject, lines: (JSON) -> [String]
    ) async throws -> Int32 {
        var object = object
        try order.fill(&object)
        var writer = JSONWriter(capacity: 128)
        writer.value(JSON.object(object))
        let answer = try await NodeCommands.ask(
            try order.arguments.required("data"), "POST", path,
            body: String(decoding: writer.bytes, as: UTF8.self), key: order.arguments.value("key"))
        return order.finish(answer, lines: lines)
    }

    private static func lineWords(_ answer: JSON) -> [String] {
        func words(_ tickets: JSON?) -> String {
            (tickets?.array ?? []).map { ticket in
                [ticket["number"]?.text, ticket["window"]?.text].compactMap(\.self)
                    .joined(separator: "→")
            }.joined(separator: " ")
        }
        return [
            Words("办理中：", "called: ").text + words(answer["called"]),
            Words("等候：", "waiting: ").text + words(answer["waiting"]),
        ]
    }
}
