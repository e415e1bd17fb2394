import API
import Base
import Runtime

/// `calendar`: working days.
extension Verb {
    static let calendar = Family.verb("calendar", [due, year])

    /// With `--data` as that node's region counts, else by the notices that ship with the
    /// product.
    private static let due = Act(
        name: "due", about: Words("起算日之后第 N 个工作日", "the n-th working day after a day"),
        subject: nil,
        options: [
            .required("from", "from"),
            .required("days", "days", .number(0...Limits.workingDaysMax)),
            .optional("data", ""),
        ], needsNode: false
    ) { order in
        guard order.data == nil else {
            return try await order.query(try order.page("/api/v1/calendar/due")) { answer in
                [answer["due"]?.text ?? "?"]
            }
        }
        let from = try order.arguments.required("from")
        let days = try order.arguments.number("days", in: 0...Limits.workingDaysMax, fallback: 0)
        guard let answer = DueAnswer(from: from, days: days) else {
            throw Arguments.Failure(
                "--from must be a day such as 2026-09-28, not \(from)",
                chinese: "--from 应形如 2026-09-28，不是 \(from)")
        }
        guard let json = answer.json, let date = answer.date else {
            let year = answer.missingYear ?? 0
            Console.say(
                Words(
                    "没有 \(year) 年的节假日安排，算不出到期日",
                    "no notice of holidays is known for \(year): the due date cannot be told"
                ).text)
            return 1
        }
        Console.print(order.isJSON ? String(decoding: json, as: UTF8.self) : date)
        return 0
    }

    private static let year = Act(
        name: "set", about: Words("录入一年的节假日安排", "enters a year's notice of holidays"),
        subject: "FILE.json", options: [.key]
    ) { order in
        var object = try JSONFile.object(order.subject)
        object["command"] = "calendar.set"
        return try await order.submit(object) { _, answer in
            let year = answer["year"]?.int ?? 0
            return Words("已录入 \(year) 年", "entered: \(year)")
        }
    }
}
