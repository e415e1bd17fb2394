package import Base
import Board
import Civil
import Console
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

/// A form that was refused, on its own page again.
extension Call {
    /// What a form leads to. Where it is refused, the page on which it stood is answered, with what
    /// was filled in and the rule beside its field; where that page is not known, or has no such
    /// form any more, the rule alone.
    func refilling(
        _ form: FormBody, _ make: () throws(Problem) -> Reply
    ) throws(Problem) -> Reply {
        let reply: Reply
        do throws(Problem) {
            reply = try make()
        } catch {
            guard let page = formPage(form), let response = page.refilled(error) else {
                throw error
            }
            return .now(response)
        }
        guard let page = formPage(form) else { return reply }
        switch reply {
        case .submit(let order): return .submit(order.refilling(page))
        case .upload(let order):
            return .upload(
                UploadOrder(
                    digest: order.digest, bytes: order.bytes, next: order.next.refilling(page),
                    refused: order.refused))
        case .door(var order):
            order.next = order.next?.refilling(page)
            return .door(order)
        default: return reply
        }
    }

    /// The page on which a form stood, as it is now; nil where it is none of this node's.
    private func formPage(_ form: FormBody) -> FormPage? {
        guard let place = form.text("page") ?? refererPlace, place.hasPrefix("/"),
            !place.hasPrefix("//")
        else { return nil }
        do {
            let request = try HTTPRequest.make("GET", place)
            guard
                case .route(let route, let values) = RouteTable.shipped.find(.get, request.path),
                route.face == .console, route.answer.type == "text/html"
            else { return nil }
            try Gate.check(route.operation, route.face, request, principal)
            let call = Call(
                request: request, view: view, principal: principal, route: route, values: values)
            guard case .now(let response) = try call.reply(), response.status == 200 else {
                return nil
            }
            return FormPage(
                response: response, action: self.request.path, fields: form.all, place: place)
        } catch {
            // A page that is not to be had is none to show a form on.
            return nil
        }
    }

    /// What a page that may be stale showed, and what there is, in words.
    func both(_ name: String, _ form: FormBody) throws(Problem) -> [Problem.Member] {
        let question: BoardQuestion
        if let kind = BoardKind(rawValue: String(name.prefix { $0 != "." })),
            let code = form.text(kind.rawValue)
        {
            question = BoardQuestion(kind, code: code)
        } else {
            question = BoardQuestion(.archives)
        }
        let sheet = try read { view throws(ViewError) in try view.board(question) }
        let code = question.code.isEmpty ? "" : "?code=" + URLText.segment(question.code)
        return [
            .init(name: "seenState", value: .text(form.text("seenState") ?? "—")),
            .init(name: "currentState", value: sheet?.data["state"] ?? .text("—")),
            .init(name: "place", value: .text("/board/" + question.kind.rawValue + code)),
        ]
    }

    /// Path and query of the page from which a browser came, where that is one of this node.
    private var refererPlace: String? {
        guard let referer = request.headers["referer"], let host = request.headers["host"] else {
            return nil
        }
        for scheme in ["http://", "https://"] {
            if referer.hasPrefix(scheme + host + "/") {
                return String(referer.dropFirst(scheme.count + host.count))
            }
        }
        return nil
    }
}

/// A page with a form that somebody has sent.
struct FormPage: Sendable {
    let response: HTTPResponse
    let action: String
    let fields: [(name: String, value: String)]
    let place: String

    /// The page with the form as it came; nil where the refusal has a page of its own.
    func refilled(_ problem: Problem) -> HTTPResponse? {
        guard [400, 403, 404, 409, 413, 422].contains(problem.status) else { return nil }
        let refill = FormRefill(
            action: action, fields: fields, title: problem.title, field: problem.field,
            page: place)
        guard let body = refill.applied(to: response.body) else { return nil }
        var answer = response
        answer.status = problem.status
        answer.body = body
        answer.refusal = problem.rule
        return answer
    }
}

extension CommandOrder {
    fileprivate func refilling(_ page: FormPage) -> CommandOrder {
        CommandOrder(command: command, author: author, replayKey: replayKey) { outcome in
            outcome.problem.flatMap(page.refilled) ?? render(outcome)
        }
    }
}
