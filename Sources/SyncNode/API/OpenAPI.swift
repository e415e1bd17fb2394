import Base
import HTTP

/// The description of all routes as an OpenAPI 3.1 document, made from the route table.
enum OpenAPI {
    /// The document's bytes, and their mark.
    static let shipped: (bytes: [UInt8], tag: StateTag) = {
        let bytes = document(of: .shipped).bytes
        return (bytes, StateTag(of: bytes))
    }()

    /// The document of a table. Deterministic: tables and members have an order.
    static func document(of table: RouteTable) -> JSON {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "政务服务分级同步节点",
                "version": "1",
                "description": .text(about),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "paths": paths(of: table),
            "components": [
                "schemas": .object(Schemas.all),
                "responses": .object(responses),
            ],
            "x-limits": limits,
        ]
    }

    private static let about = """
        HEAD 与 GET 同路，OPTIONS 给出 Allow。错误为 RFC 9457 application/problem+json：type 稳定，\
        title 中文，rule 与 field 指明规则与字段。ETag 是状态的摘要；If-Match 写明所见，已变则 412 并给出\
        两个值。Idempotency-Key 重放得到第一次的答复。时间为 RFC 3339，日期按 Asia/Shanghai。\
        列表总有上限，next 为下一页的 cursor。超限答复：413 正文，414 地址，431 头部，429 频率，503 排队已满，\
        后两者带 Retry-After。
        """

    /// Every bound that a caller may meet.
    private static var limits: JSON {
        [
            "targetBytes": JSON(count: Limits.targetBytesMax),
            "headBytes": JSON(count: Limits.headBytesMax),
            "headerBytes": JSON(count: Limits.fieldBytesMax),
            "headers": JSON(count: Limits.fieldsMax),
            "queryItems": JSON(count: Limits.queryItemsMax),
            "commandBytes": JSON(count: Limits.commandBytesMax),
            "formBytes": JSON(count: Limits.formBytesMax),
            "exchangeBytes": JSON(count: Limits.messageBytesMax),
            "jsonDepth": JSON(count: Limits.jsonDepthMax),
            "listEntries": JSON(count: Limits.listMax),
            "idempotencyKeyBytes": JSON(count: Limits.idempotencyKeyBytesMax),
            "commandsWaiting": JSON(count: Limits.writerQueueMax),
        ]
    }

    // MARK: paths

    private static func paths(of table: RouteTable) -> JSON {
        var paths = JSONObject()
        for route in table.routes {
            var item = paths[route.pattern]?.object ?? JSONObject()
            item[route.method.name.lowercased()] = operation(route)
            paths[route.pattern] = .object(item)
        }
        return .object(paths)
    }

    private static func operation(_ route: Route) -> JSON {
        var operation = JSONObject()
        operation["operationId"] = .text(id(of: route))
        operation["tags"] = [.text(route.face.rawValue)]
        operation["summary"] = .text(route.summary)
        if !route.parameters.isEmpty {
            operation["parameters"] = .array(route.parameters.map(parameter))
        }
        if let body = body(route) { operation["requestBody"] = body }
        operation["responses"] = answers(route)
        return .object(operation)
    }

    /// One path may have an operation for two methods; ids are unique.
    private static func id(of route: Route) -> String {
        guard route.operation == .syncMessage else { return route.operation.rawValue }
        return route.operation.rawValue + (route.method == .get ? "Get" : "Post")
    }

    private static func parameter(_ parameter: Parameter) -> JSON {
        [
            "name": .text(parameter.name),
            "in": .text(parameter.place.rawValue),
            "required": .bool(parameter.isRequired),
            "description": .text(parameter.about),
            "schema": parameter.schema,
        ]
    }

    private static func body(_ route: Route) -> JSON? {
        let type: String
        let schema: JSON
        switch route.body {
        case .none: return nil
        case .json(let name): (type, schema) = ("application/json", Schemas.reference(name))
        case .form(let name):
            (type, schema) = ("application/x-www-form-urlencoded", Schemas.reference(name))
        case .upload(let name): (type, schema) = ("multipart/form-data", Schemas.reference(name))
        case .frames, .bytes: (type, schema) = ("application/octet-stream", [:])
        }
        return [
            "required": true,
            "content": .object(JSONObject([.init(key: type, value: ["schema": schema])])),
            "x-bytes-max": JSON(count: route.bodyBytesMax),
        ]
    }

    // MARK: answers

    private static func answers(_ route: Route) -> JSON {
        var answers = JSONObject()
        answers[String(route.answer.status)] = answer(route.answer)
        if route.parameters.contains(where: { $0.name == "If-None-Match" }) {
            answers["304"] = ["description": "未变"]
        }
        for status in route.problems.sorted() {
            answers[String(status)] = [
                "$ref": .text("#/components/responses/\(problemName(status))")
            ]
        }
        answers["default"] = ["$ref": "#/components/responses/Problem"]
        return .object(answers)
    }

    private static func answer(_ answer: Answer) -> JSON {
        var object = JSONObject([.init(key: "description", value: .text(answer.about))])
        if let type = answer.type {
            let schema = answer.schema.map(Schemas.reference) ?? ["type": "string"]
            object["content"] = .object(
                JSONObject([.init(key: type, value: ["schema": schema])]))
        }
        return .object(object)
    }

    private static func problemName(_ status: UInt16) -> String { "Problem\(status)" }

    /// The problems by status, and the one for all others.
    private static var responses: JSONObject {
        let known: [(UInt16, String)] = [
            (400, "请求本身有误"), (401, "没有会话，或用户名、口令不对"),
            (403, "此地或此人不得办理"), (404, "没有此项"), (409, "现状不允许"),
            (412, "所见已变：seen 与 current"), (413, "正文过长"), (415, "正文类型不对"), (422, "内容不合规则"),
            (429, "失败过多，见 Retry-After"),
            (503, "暂不受理，见 Retry-After"),
        ]
        var responses = JSONObject()
        for (status, about) in known { responses[problemName(status)] = problem(about) }
        responses["Problem"] = problem("其他错误：405、406、414、429、431、5xx")
        return responses
    }

    private static func problem(_ about: String) -> JSON {
        [
            "description": .text(about),
            "content": ["application/problem+json": ["schema": Schemas.reference("Problem")]],
        ]
    }
}
