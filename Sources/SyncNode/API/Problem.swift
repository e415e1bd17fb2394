package import Base
import Civil
package import Domain
package import HTTP

/// A refusal as the caller gets it (RFC 9457): a stable type, a Chinese title, the rule and the
/// field concerned. Nothing of the node's inside, and nothing of the request but field names.
package struct Problem: Error, Hashable, Sendable {
    /// 400 to 599.
    package let status: UInt16
    /// Stable name; the problem's type is `/problems/` and this.
    package let rule: String
    package private(set) var title: String
    package let field: String?
    /// Further members, in order: the two entity tags of a 412.
    package var members: [Member] = []
    /// For 405: the methods that are allowed.
    package var allow: String?
    /// For 429 and 503.
    package var retryAfterSeconds: Int?

    /// A member of the document beside the standard ones.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: JSON
    }

    package init(_ status: UInt16, _ rule: String, _ title: String, field: String? = nil) {
        invariant((400...599).contains(status), "a problem is an error status")
        self.status = status
        self.rule = rule
        self.title = title
        self.field = field
    }

    /// A refusal by rule.
    package init(_ refusal: RuleRefusal) {
        let status: UInt16 =
            switch refusal.category {
            case .invalid: 422
            case .missing: 404
            case .conflict: 409
            case .stale: 412
            case .forbidden: 403
            }
        self.init(status, refusal.rule, refusal.title, field: refusal.field)
        if let tags = refusal.tags {
            members = [
                Member(name: "seen", value: .text(tags.seen.text)),
                Member(name: "current", value: .text(tags.current.text)),
            ]
        }
    }

    package init(_ error: ViewError) {
        switch error {
        case .busy:
            self.init(503, "readers-busy", "节点繁忙，请稍后再试")
            retryAfterSeconds = Limits.retryAfterSeconds
        case .closed:
            self = .closed
        case .full:
            self = .diskFull
        case .failed:
            self.init(500, "internal", "节点内部错误，已记入本机日志")
        }
    }

    /// The node does not serve now.
    package static var closed: Problem {
        var problem = Problem(503, "not-serving", "节点正在启动、停止或已被隔离，暂不受理")
        problem.retryAfterSeconds = 5
        return problem
    }

    /// The writer's queue is full.
    package static var queueFull: Problem {
        var problem = Problem(503, "queue-full", "待写入的请求已满，请稍后再试")
        problem.retryAfterSeconds = Limits.retryAfterSeconds
        return problem
    }

    /// Nothing can be written until there is room on the disk.
    package static var diskFull: Problem {
        var problem = Problem(503, "disk-full", "本节点磁盘已满，暂不能写入；腾出空间后会自动恢复")
        problem.retryAfterSeconds = Limits.storeRetrySeconds
        return problem
    }

    /// Nothing can be written while another program holds the database.
    package static var storeLocked: Problem {
        var problem = Problem(503, "store-locked", "本节点的数据库正被其他程序占用，暂不能写入")
        problem.retryAfterSeconds = Limits.storeRetrySeconds
        return problem
    }

    static func missing(_ rule: String, _ title: String) -> Problem { Problem(404, rule, title) }

    static func invalid(_ rule: String, _ title: String, field: String? = nil) -> Problem {
        Problem(422, rule, title, field: field)
    }

    /// What is longer than a command may be: the member that is, where one alone is.
    static func tooLong(_ size: ElementSize?, _ bytesMax: Int) -> Problem {
        guard let size else {
            var problem = Problem(
                413, "body-too-long",
                "请求正文（body）过长：至多 \(bytesMax) 字节，未作任何处理；请缩短，图片和成篇的文字作附件另行上传", field: "body")
            problem.members = [Member(name: "limitBytes", value: JSON(count: bytesMax))]
            return problem
        }
        let most = size.isOfItem ? Limits.itemElementsBytesMax : bytesMax
        var problem = Problem(
            413, size.isOfItem ? "item-too-large" : "body-too-long",
            "\(size.words)；\(size.isOfItem ? "一个事项的全部要素" : "一条命令")至多 \(most) 字节，一项也未保存；"
                + "请缩短，图片和成篇的文字作附件另行上传", field: size.field)
        problem.members = [
            Member(name: "bytes", value: JSON(count: size.bytes)),
            Member(name: "limitBytes", value: JSON(count: most)),
        ]
        return problem
    }

    /// The caller saw another state than there is (RFC 9110 §13.1.1).
    static func stale(seen: String, current: String) -> Problem {
        var problem = Problem(412, "state-changed", "您看到的内容已被更新，请刷新后再办理")
        problem.members = [
            Member(name: "seen", value: .text(seen)),
            Member(name: "current", value: .text(current)),
        ]
        return problem
    }

    /// The same in the language that the caller asked for; Chinese where a rule has no English
    /// sentence.
    func told(inEnglish isEnglish: Bool) -> Problem {
        guard isEnglish, let english = RuleWords.english(rule) else { return self }
        var copy = self
        copy.title = english
        return copy
    }

    /// The English sentence of a rule; nil where there is none.
    package static func english(_ rule: String) -> String? { RuleWords.english(rule) }

    /// The document's address, relative to the node.
    package var type: String { "/problems/" + rule }

    /// The answer.
    package var response: HTTPResponse {
        var writer = JSONWriter(capacity: 256)
        writer.object { object in
            object.field("type", type)
            object.field("title", title)
            object.field("status", Int(status))
            object.field("rule", rule)
            if let field { object.field("field", field) }
            for member in members { object.field(member.name, member.value) }
        }
        var response = HTTPResponse(
            status: status, contentType: "application/problem+json", body: writer.bytes)
        addHeaders(to: &response)
        return response
    }

    /// The headers that a status asks for, whatever the body is, and the refusal's name.
    func addHeaders(to response: inout HTTPResponse) {
        response.refusal = rule
        response.headers.add("Cache-Control", "no-store")
        if status == 401 { response.headers.add("WWW-Authenticate", "Bearer") }
        if let allow { response.headers.add("Allow", allow) }
        if let retryAfterSeconds {
            response.headers.add("Retry-After", String(retryAfterSeconds))
        }
    }
}
