import API
import Base
import Domain
import Runtime

/// `catalog`: items, their versions and who has them.
extension Verb {
    static let catalog = Family.verb(
        "catalog",
        [
            publish,
            onItem("suspend", Words("暂停", "suspends it"), done: "已暂停"),
            onItem("resume", Words("恢复", "resumes it"), done: "已恢复"),
            onItem("cancel", Words("取消", "cancels it"), done: "已取消"),
            .command(
                "overlay", Words("维护本地要素", "sets a region's own elements"), "overlay.set",
                subject: (name: "CODE", field: "code"),
                [
                    .optional("set", "values", .member),
                    .optional("clear", "values", .clearedMember),
                ]
            ) { order, _ in Words("已更新本地要素 \(order.subject)", "overlay: done, \(order.subject)") },
            items, showItem, rollout,
        ] + CatalogActs.all)

    private static func onItem(_ name: String, _ about: Words, done: String) -> Act {
        .command(
            name, about, "item." + name, subject: (name: "CODE", field: "code"),
            [.required("reason", "reason"), .optional("from", "from")]
        ) { order, _ in Words("\(done) \(order.subject)", "\(name): done, \(order.subject)") }
    }

    private static let publish = Act(
        name: "publish", about: Words("发布一个版本", "publishes a version"), subject: "FILE.json",
        options: [
            .optional("base", "base", .number(1...1_000_000)),
            .optional("effective-from", "effectiveFrom"),
            .optional("immediate", "immediate", .flag), .key,
        ]
    ) { order in
        var object = try JSONFile.object(order.subject)
        let given = object
        try order.fill(&object)
        for option in order.act.options {
            guard let stated = given[option.field], object[option.field] != stated else { continue }
            throw Arguments.Failure(
                "--\(option.name) and \(order.subject) say different things",
                chinese: "--\(option.name) 与 \(order.subject) 不一致")
        }
        object["command"] = "item.publish"
        return try await order.submit(object) { _, answer in
            let code = answer["code"]?.text ?? "?"
            let version = answer["version"]?.int ?? 0
            return Words("已发布 \(code) 第 \(version) 版", "published \(code), version \(version)")
        }
    }

    private static let items = Act(
        name: "list", about: Words("事项", "items"), subject: nil,
        options: [
            .optional("status", "status"), .optional("limit", "limit", .number(1...Limits.listMax)),
            .optional("cursor", "cursor"),
        ]
    ) { order in
        try await order.query(try order.page("/api/v1/items")) { page in
            (page["items"]?.array ?? []).map(ItemLine.text) + Order.more(page)
        }
    }

    private static let showItem = Act(
        name: "show", about: Words("一个事项及其版本", "an item with its versions"),
        subject: "CODE", options: []
    ) { order in
        try await order.query("/api/v1/items/" + URLText.segment(order.subject)) {
            [ItemLine.text($0)] + ItemLine.versions($0)
        }
    }

    private static let rollout = Act(
        name: "rollout", about: Words("哪些站点已有最新版本", "who has the newest version"),
        subject: "CODE", options: []
    ) { order in
        let path = "/api/v1/items/" + URLText.segment(order.subject) + "/rollout"
        return try await order.query(path) { board in
            let reached = board["reached"]?.int ?? 0
            let stations = board["stations"]?.int ?? 0
            let version = board["version"]?.int ?? 0
            let head = Words(
                "第 \(version) 版，已达 \(reached)/\(stations)",
                "version \(version), reached \(reached) of \(stations)")
            return [head.text]
                + (board["lines"]?.array ?? []).map { line in
                    let time = line["time"]?.text ?? Words("待达", "not yet").text
                    return "  \(line["region"]?.text ?? "?")  \(line["name"]?.text ?? "?")  \(time)"
                }
        }
    }
}

/// An item for people.
enum ItemLine {
    static func text(_ item: JSON) -> String {
        let all = sorted(item)
        let name = all.last?["elements"]?["name"]?.text ?? "?"
        let number = all.last?["number"]?.int ?? 0
        return "\(item["code"]?.text ?? "?")  \(name)  v\(number)"
    }

    /// Its versions, one a line.
    static func versions(_ item: JSON) -> [String] {
        sorted(item).map { version in
            "  v\(version["number"]?.int ?? 0)  \(version["effectiveFrom"]?.text ?? "?")"
        }
    }

    private static func sorted(_ item: JSON) -> [JSON] {
        let all = (item["versions"]?.object?.members ?? []).compactMap { $0.value["value"] }
        return all.sorted { ($0["number"]?.int ?? 0) < ($1["number"]?.int ?? 0) }
    }
}

/// A file of JSON that a verb was given.
enum JSONFile {
    /// - Throws: Where it cannot be read or holds no object, by its name.
    static func object(_ path: String) throws -> JSONObject {
        let bytes = try bytes(path, limit: Limits.importBytesMax)
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw Arguments.Failure(
                "\(path) is no JSON: \(error.reason.rawValue) at byte \(error.offset)",
                chinese: "\(path) 不是合格的 JSON：第 \(error.offset) 字节 \(error.reason.rawValue)")
        }
        guard bytes.count <= Limits.commandBytesMax else { throw tooLong(path, json) }
        guard let object = json.object else {
            throw Arguments.Failure(
                "\(path) must hold one JSON object", chinese: "\(path) 应为一个 JSON 对象")
        }
        return object
    }

    /// A command that no change can hold: nothing is sent.
    private static func tooLong(_ path: String, _ json: JSON) -> Arguments.Failure {
        let size = ElementSize(heaviestIn: json)
        let most = Limits.commandBytesMax
        return Arguments.Failure(
            "\(path) is too long: at most \(most) bytes; "
                + (size.map { "\($0.field) has \($0.bytes)" } ?? ""),
            chinese: "\(path) 过大：至多 \(most) 字节；" + (size?.words ?? ""))
    }

    /// A file that the caller named: where it is none, or too long, the word was wrong (2), and not
    /// this node's data (3).
    static func bytes(_ path: String, limit: Int) throws -> [UInt8] {
        do throws(KeyFiles.Failure) {
            return try SmallFile.read(path, limit: limit)
        } catch {
            throw KeyFiles.Failure(
                sentence: error.sentence, chinese: error.chinese,
                exitCode: error.exitCode == 3 ? 2 : error.exitCode)
        }
    }
}
