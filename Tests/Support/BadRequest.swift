package import Base

/// A request that must be refused, made from the OpenAPI document of a node: nothing here knows
/// a route by name.
package struct BadRequest: Sendable {
    package let title: String
    package let method: String
    package let target: String
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []
    /// What the answer may be.
    package let statuses: ClosedRange<Int>
    /// The field that the problem must name; nil where any or none will do.
    package var field: String?

    init(
        _ title: String, _ method: String, _ target: String, _ statuses: ClosedRange<Int>,
        field: String? = nil
    ) {
        self.title = "\(method) \(target.prefix(80)): \(title)"
        self.method = method
        self.target = target
        self.statuses = statuses
        self.field = field
    }

    /// All that the document leads to.
    package static func all(of document: JSON) -> [BadRequest] {
        var all: [BadRequest] = []
        for path in document["paths"]?.object?.members ?? [] {
            let taken = path.value.object?.members.map { $0.key.uppercased() } ?? []
            for operation in path.value.object?.members ?? [] {
                all += Maker(
                    path: path.key, method: operation.key.uppercased(),
                    operation: operation.value, schemas: document["components"]?["schemas"]
                ).all(taken: taken)
            }
        }
        return all
    }
}

/// What one operation must refuse.
private struct Maker {
    let path: String
    let method: String
    let operation: JSON
    let schemas: JSON?

    private var parameters: [JSON] { operation["parameters"]?.array ?? [] }

    private func parameters(in place: String) -> [(name: String, schema: JSON, required: Bool)] {
        parameters.filter { $0["in"]?.text == place }.map {
            ($0["name"]?.text ?? "", $0["schema"] ?? .null, $0["required"]?.bool ?? false)
        }
    }

    func all(taken: [String]) -> [BadRequest] {
        var all: [BadRequest] = []
        for other in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"]
        where !taken.contains(other) {
            // Another route may take the path for its own, and then know no such action.
            all.append(BadRequest("another method", other, target(), 404...405))
        }
        all.append(
            BadRequest("a path too deep", method, target(below: "/x/y/z/w"), 404...404))
        all.append(
            BadRequest(
                "an unknown query", method, target(query: [("unknown", "1")]), 400...400,
                field: "unknown"))
        return all + queries() + paths() + headers() + bodies()
    }

    // MARK: addresses

    /// The path with a value for each name, and a query.
    private func target(
        _ values: [(String, String)] = [], query: [(String, String)] = [], below: String = ""
    ) -> String {
        var text = path
        let standard = [
            ("number", String(repeating: "0", count: 26)), ("code", "370511001001"),
            ("hash", String(repeating: "0", count: 64)), ("sheet", "guide"), ("board", "tickets"),
            ("family", "theme"), ("format", "json"), ("what", "theme"),
            ("door", method == "GET" ? "identity" : "exchange"),
            (
                "action",
                path.contains("items") ? "suspend" : path.contains("accounts") ? "roles" : "accept"
            ),
        ]
        for (name, value) in values + standard {
            text = text.split(separator: "{" + name + "}", omittingEmptySubsequences: false)
                .joined(separator: value)
        }
        text += below
        var items = query
        for given in parameters(in: "query")
        where given.required && !query.contains(where: { $0.0 == given.name }) {
            items.append((given.name, Self.good(given.name)))
        }
        if items.isEmpty { return text }
        return text + "?" + items.map { $0.0 + "=" + $0.1 }.joined(separator: "&")
    }

    private static func good(_ name: String) -> String {
        ["from": "2026-09-24", "days": "1", "q": "x"][name] ?? "1"
    }

    private func queries() -> [BadRequest] {
        var all: [BadRequest] = []
        for (name, schema, _) in parameters(in: "query") {
            let good = Self.good(name)
            all.append(
                BadRequest(
                    "\(name) twice", method, target(query: [(name, good), (name, good)]),
                    400...400, field: name))
            for bad in Self.bad(schema) {
                all.append(
                    BadRequest(
                        "\(name) is \(bad.prefix(20))", method, target(query: [(name, bad)]),
                        400...400, field: name))
            }
            for broken in ["%", "%4", "%zz", "%ff", "%c3", "%00"] {
                all.append(
                    BadRequest(
                        "\(name) is \(broken)", method, target(query: [(name, broken)]),
                        400...400))
            }
        }
        return all
    }

    /// Texts of a query that are not of a schema.
    private static func bad(_ schema: JSON) -> [String] {
        if schema["type"] == "integer" {
            var bad = ["x", "1.5", "1e3", "0x1", "99999999999999999999", "%E4%B8%80", "%2B1", "-1"]
            if schema["minimum"] == 1 { bad.append("0") }
            if let most = schema["maximum"]?.int { bad.append("\(most + 1)") }
            return bad
        }
        var bad: [String] = []
        if let most = schema["maxLength"]?.int {
            bad.append(String(repeating: "x", count: Int(most) + 1))
        }
        if schema["format"] == "date" { bad += ["2026-02-30", "2026-9-1", "x", "0000-00-00"] }
        return bad
    }

    private func paths() -> [BadRequest] {
        parameters(in: "path").flatMap { name, schema, _ -> [BadRequest] in
            var all = [
                BadRequest(
                    "\(name) too long", method,
                    target([(name, String(repeating: "9", count: 300))]), 404...404)
            ]
            for broken in ["%", "%ff", "%2F", "%5C", "..", "%2e%2e", "%00"] {
                all.append(
                    BadRequest(
                        "\(name) is \(broken)", method, target([(name, broken)]), 400...400))
            }
            if schema["enum"] != nil {
                all.append(
                    BadRequest("no such \(name)", method, target([(name, "nothing")]), 404...404))
            }
            return all
        }
    }

    private func headers() -> [BadRequest] {
        parameters(in: "header").flatMap { name, schema, _ -> [BadRequest] in
            let bad: [String]
            switch name {
            case "If-None-Match": return []
            case "If-Match": bad = ["x", "\"", "\"a\" \"b\"", "W/\"a"]
            case "Last-Event-ID": bad = ["x", "-1", "99999999999999999999", "1 2"]
            default: bad = [String(repeating: "k", count: 65), "a b"]
            }
            return bad.map { value in
                var request = BadRequest(
                    "\(name): \(value.prefix(20))", method, target(), 400...400,
                    field: name == "Last-Event-ID" ? "since" : name)
                request.headers = [(name, value)]
                if method == "POST" {
                    request.headers.append(("Content-Type", "application/json"))
                    request.body = Array("{}".utf8)
                }
                return request
            }
        }
    }

    // MARK: bodies

    private func bodies() -> [BadRequest] {
        guard let types = operation["requestBody"]?["content"]?.object?.members else { return [] }
        return types.flatMap { type -> [BadRequest] in
            switch type.key {
            case "application/json": jsonBodies(type.value["schema"] ?? .null)
            case "application/x-www-form-urlencoded": formBodies()
            default: [request("nonsense", type.key, Array("nonsense".utf8), 400...499)]
            }
        }
    }

    private func request(
        _ title: String, _ type: String, _ body: [UInt8], _ statuses: ClosedRange<Int>,
        field: String? = nil
    ) -> BadRequest {
        var request = BadRequest(title, method, target(), statuses, field: field)
        request.headers = [("Content-Type", type)]
        request.body = body
        return request
    }

    private func jsonBodies(_ reference: JSON) -> [BadRequest] {
        let json = "application/json"
        let texts = [
            "{", "nul", "[1,]", "{\"a\":1,}", "{'a':1}", "{\"a\":01}", "{\"a\":\"\\ud800\"}",
            "{} {}", "\u{feff}{}", "{\"a\":\"\u{1}\"}", "{\"a\":1e999999999999}",
            String(repeating: "[", count: 100_000), "{\"command\":", "[]", "1", "\"x\"", "null",
        ]
        var all = texts.map { text in
            request("body \(text.prefix(20))", json, Array(text.utf8), 400...422)
        }
        all.append(
            request("not UTF-8", json, Array("{\"a\":\"".utf8) + [0xff, 0x22, 0x7d], 400...400))
        all.append(request("as text", "text/plain", Array("{}".utf8), 415...415))
        // As the document says itself: some routes read more, to tell what of it is too long.
        let most = operation["requestBody"]?["x-bytes-max"]?.int ?? Int64(Limits.commandBytesMax)
        all.append(
            request(
                "too long", json, [UInt8](repeating: 0x20, count: Int(most) + 1), 413...413))
        let name = reference["$ref"]?.text?.split(separator: "/").last.map(String.init) ?? ""
        guard let schema = schemas?[name], let good = Self.samples[name] else { return all }
        for member in schema["properties"]?.object?.members ?? [] {
            for bad in Self.wrong(member.value) {
                var object = good
                object[member.key] = bad
                all.append(
                    request(
                        "\(member.key) of another type", json, JSON.object(object).bytes,
                        422...422, field: member.key))
            }
        }
        for required in schema["required"]?.array ?? [] {
            guard let name = required.text else { continue }
            var object = good
            object[name] = nil
            all.append(
                request(
                    "no \(name)", json, JSON.object(object).bytes, 422...422, field: name))
        }
        return all
    }

    private static let samples: [String: JSONObject] = [
        "Receive": ["item": "370511001001", "applicant": "张三", "materials": []],
        "PublishItem": ["code": "370511001001", "immediate": true, "elements": [:]],
        "SyncOrder": ["peer": "370124000000"],
        "Command": ["command": "case.accept", "case": "0"],
    ].mapValues { (json: JSON) in json.object ?? JSONObject() }

    /// Values that are not of a schema's type.
    private static func wrong(_ schema: JSON) -> [JSON] {
        let huge = JSON.text(String(repeating: "长", count: 3000))
        switch schema["type"]?.text {
        case "string": return [1, true, [], huge]
        case "integer": return ["x", true, [], [:], -1, 9_007_199_254_740_991]
        case "boolean": return ["x", 1, [], [:]]
        case "array": return ["x", 1, [:], [1], [[]], [huge]]
        default: return ["x", 1, []]
        }
    }

    private func formBodies() -> [BadRequest] {
        let form = "application/x-www-form-urlencoded"
        let most = operation["requestBody"]?["x-bytes-max"]?.int ?? Int64(Limits.formBytesMax)
        let long = String(repeating: "x", count: 40_000)
        let texts = [
            "item=%", "item=%4", "item=%zz", "item=%ff", "item=%00", "item=%c3&applicant=x",
            "item=" + long, long + "=x", String(repeating: "a=b&", count: 1000),
        ]
        return texts.map { text in
            request("form \(text.prefix(20))", form, Array(text.utf8), 400...422)
        } + [
            request("as JSON", "application/json", Array("{}".utf8), 415...415),
            request("too long", form, [UInt8](repeating: 0x61, count: Int(most) + 1), 413...413),
        ]
    }
}
