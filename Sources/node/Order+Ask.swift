import Base
import Runtime

/// Asking the node, and telling what it answered.
extension Order {
    /// One command, as `POST /api/v1/commands` takes it.
    func submit(
        _ object: JSONObject, line: @Sendable (Order, JSON) -> Words
    ) async throws -> Int32 {
        var writer = JSONWriter(capacity: 512)
        writer.value(JSON.object(object))
        let answer = try await NodeCommands.ask(
            try arguments.required("data"), "POST", "/api/v1/commands",
            body: String(decoding: writer.bytes, as: UTF8.self), key: arguments.value("key"))
        return finish(answer) { json in [line(self, json).text] }
    }

    /// One query.
    func query(_ path: String, lines: (JSON) -> [String]) async throws -> Int32 {
        let answer = try await NodeCommands.ask(
            try arguments.required("data"), "GET", path, body: nil)
        return finish(answer, lines: lines)
    }

    /// Every page of a list whose entries pass, as one list.
    func all(
        _ path: String, _ name: String, where passes: (JSON) -> Bool, line: (JSON) -> String
    ) async throws -> Int32 {
        var found: [JSON] = []
        var cursor: String?
        for _ in 0..<Limits.listPagesMax {
            let more = cursor.map { "&cursor=" + $0 } ?? ""
            let answer = try await NodeCommands.ask(
                try arguments.required("data"), "GET", path + "?limit=\(Limits.listMax)" + more,
                body: nil)
            guard answer.exitCode == 0, let page = Report.json(answer.text) else {
                return finish(answer) { _ in [] }
            }
            found += (page[name]?.array ?? []).filter(passes)
            cursor = page["next"]?.text
            if cursor == nil { break }
        }
        if cursor != nil {
            Console.say(Words("只看了最新的一部分", "only the newest were looked at").text)
        }
        if isJSON {
            var writer = JSONWriter(capacity: 1024)
            writer.object { object in
                object.field(name, .array(found))
                object.field("next", cursor.map(JSON.text) ?? .null)
            }
            Console.print(String(decoding: writer.bytes, as: UTF8.self))
        } else {
            Report.print(found.map(line))
        }
        return 0
    }

    func finish(_ answer: NodeCommands.Answer, lines: (JSON) -> [String]) -> Int32 {
        Report.finish(
            answer, isJSON: isJSON, options: act.options, usage: usage, lines: lines)
    }
}

extension Limits {
    /// Pages of a list that one verb reads: 20,000 entries.
    static let listPagesMax = 100
}
