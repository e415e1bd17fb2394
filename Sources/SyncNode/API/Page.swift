import Account
import Base
import Console
import Domain
import HTTP

extension Stylesheet {
    static func response(for request: HTTPRequest) -> HTTPResponse {
        var headers = HTTPHeaders([
            ("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", "max-age=300"),
        ])
        headers.add("ETag", EntityTag.quoted(tag))
        let isFresh = EntityTag.isFresh(tag, request.headers)
        return HTTPResponse(
            status: isFresh ? 304 : 200, headers: headers, body: isFresh ? [] : bytes)
    }
}

/// The frame of every page: head, banner, navigation. No script, one style sheet.
enum Page {
    /// - Parameter status: Of the node, for head and banner; nil where it could not be read.
    static func response(
        _ title: String, _ status: NodeStatus?, code: UInt16 = 200, everySeconds: Int? = nil,
        _ body: HTMLText
    ) -> HTTPResponse {
        let refresh: HTMLText =
            everySeconds.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">" } ?? .empty
        let text: HTMLText = """
            <!doctype html>
            <html lang="zh-CN"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>\(refresh)
            <link rel="stylesheet" href="/style.css"></head>
            <body>\(head(status))\(banner(status))<main>\(body)</main></body></html>

            """
        var response = HTTPResponse(status: code, headers: headers, body: text.bytes)
        response.headers.add("Cache-Control", "no-store")
        return response
    }

    /// Nothing from elsewhere, no script, in no frame.
    private static let headers = HTTPHeaders([
        ("Content-Type", "text/html; charset=utf-8"),
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                + "base-uri 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
    ])

    private static func head(_ status: NodeStatus?) -> HTMLText {
        let place: HTMLText =
            status.map { "<span class=\"place\">\($0.name)</span>" } ?? "<span></span>"
        let viewer = status?.viewer ?? .nobody
        var links: [HTMLText] = []
        if viewer.may(.receive) { links.append("<a href=\"/receive\">收件</a>") }
        if viewer.may(.viewCatalog) { links.append("<a href=\"/#items\">事项</a>") }
        if viewer.may(.viewCases) { links.append("<a href=\"/#cases\">办件</a>") }
        if viewer.may(.draft) || viewer.may(.publish) {
            links.append("<a href=\"/drafts\">草稿</a>")
        }
        if [.draft, .publish, .rule, .knowledge, .overlay].contains(where: viewer.may) {
            links.append("<a href=\"/catalog\">目录</a>")
        }
        if viewer.may(.queue) { links.append("<a href=\"/queue\">叫号</a>") }
        if viewer.may(.viewBoard) { links.append("<a href=\"/board\">看板</a>") }
        if viewer.may(.viewNode) { links.append("<a href=\"/scopes\">范围</a>") }
        if viewer.may(.viewAudit) || viewer.may(.viewNode) {
            links.append("<a href=\"/reconciliations\">对账</a>")
        }
        if viewer.may(.viewAudit) { links.append("<a href=\"/audit\">审计</a>") }
        if viewer.may(.enrol), status?.level != .village {
            links.append("<a href=\"/enrolment\">入网</a>")
        }
        if viewer.may(.enrol) || viewer.may(.adopt), status?.level != .village {
            links.append("<a href=\"/late\">迟到</a>")
        }
        if viewer.may(.account) { links.append("<a href=\"/account\">账户</a>") }
        if viewer.kind == .nobody {
            links = [
                "<a href=\"/guide\">办事指南</a><a href=\"/progress\">进度查询</a>"
                    + "<a href=\"/book\">预约</a><a href=\"/rate\">评价</a>"
                    + "<a href=\"/verify\">核对文书</a>"
            ]
        }
        let find: HTMLText =
            viewer.may(.viewCases)
            ? """
            <form class="find" action="/search" method="get" role="search">
            <input name="q" aria-label="检索" placeholder="检索事项或办件" maxlength="60" required>
            <button>检索</button></form>
            """ : .empty
        return """
            <header><div class="bar"><a class="brand" href="/">政务服务同步节点</a>\(place)
            <nav>\(HTMLText(links))</nav>\(find)\(person(viewer))</div></header>
            """
    }

    private static func person(_ viewer: Principal) -> HTMLText {
        guard viewer.kind == .account else {
            return viewer.kind == .nobody ? "<a href=\"/login\">登录</a>" : .empty
        }
        return """
            <form class="who" method="post" action="/console/logout">\(token(viewer))\
            <a href="/account" title="\(viewer.login)">\(viewer.name)</a>\
            <button>退出</button></form>
            """
    }

    /// What a form of a session brings back, so that no other site can send it, and nobody twice.
    static func token(_ viewer: Principal) -> HTMLText {
        func hidden(_ name: String, _ value: String) -> HTMLText {
            value.isEmpty
                ? .empty : "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
        }
        return hidden("token", viewer.formToken) + hidden("key", viewer.pageKey)
    }

    private static func banner(_ status: NodeStatus?) -> HTMLText {
        guard let status else { return .empty }
        if status.fenced {
            return """
                <p class="banner bad" role="alert"><strong>本节点已隔离</strong>：\
                发现数据回退或副本，正在以新身份重新开始；可以查看，不能办理。</p>
                """
        }
        if status.isEnded {
            return """
                <p class="banner bad" role="alert"><strong>本节点已被上级吊销</strong>：\
                此后所办一律无效，待上级核对后才算数。请停止办理，与上级联系。</p>
                """
        }
        if !status.seated {
            return """
                <p class="banner bad" role="alert"><strong>席位暂停</strong>：\
                本节点以新身份运行，等待重新授予席位；照常收件，不能决定。</p>
                """
        }
        let clock: HTMLText = "\(clockBanner(status))\(certificateBanner(status))"
        guard status.isCutOff else { return clock }
        let last = status.peers.first { $0.isParent }?.lastContact
        let since = last.map { "，最后同步 " + $0.minuteText } ?? "，尚未同步过"
        let unsent: HTMLText =
            status.viewer.may(.viewCases)
            ? "<a href=\"/unsent\">\(status.unsent) 条变更待上传</a>" : "\(status.unsent) 条变更待上传"
        return """
            <p class="banner" role="status"><strong>离线</strong>：与上级的链路不通\(since)；\
            照常收件办理，\(unsent)。</p>\(clock)
            """
    }

    /// A clock that nobody above has vouched for, or that was wrong.
    private static func clockBanner(_ status: NodeStatus) -> HTMLText {
        switch status.clockTrust {
        case "doubtful":
            return """
                <p class="banner bad" role="alert"><strong>时钟存疑</strong>：本机时钟未经上级时间核对，\
                所登记的日期以联网核对后为准。</p>
                """
        case NodeStatus.suspectClock:
            return """
                <p class="banner bad" role="alert"><strong>时钟可疑</strong>：按本机时钟（\
                \(status.clock.minuteText)），上级的证书已过期或尚未生效，联不上。请先核对并校正本机时钟；\
                时钟无误的，请上级换发证书。其间照常收件，日期以核对后为准。</p>
                """
        case "corrected":
            let days = abs(status.clockCorrectionMillis) / 86_400_000
            return """
                <p class="banner" role="status"><strong>时钟已更正</strong>：本机时钟与上级相差 \
                \(String(days)) 天，已按上级时间办理；请校正本机时钟。</p>
                """
        default: return .empty
        }
    }

    /// A certificate that runs out soon; it is renewed by itself as soon as the parent is reached.
    private static func certificateBanner(_ status: NodeStatus) -> HTMLText {
        guard status.isCertificateDue else { return .empty }
        let days = status.certificateDaysLeft
        if days < 0 {
            return """
                <p class="banner bad" role="alert"><strong>证书已过期</strong>：上级不再接待，\
                连通后自动换发；换发不成的，请上级重新邀请本节点入网。</p>
                """
        }
        return """
            <p class="banner" role="status"><strong>证书将到期</strong>：还有 \(String(days)) 天，\
            与上级连通后自动换发；请管理员核对与上级的链路。</p>
            """
    }

    /// A mark with a colour.
    static func mark(_ text: String, _ tone: HTMLText) -> HTMLText {
        "<span class=\"mark \(tone)\">\(text)</span>"
    }

    /// A pair in a list of facts.
    static func fact(_ name: HTMLText, _ value: HTMLText) -> HTMLText {
        "<div><dt>\(name)</dt><dd>\(value)</dd></div>"
    }

    /// A pair with plain text.
    static func fact(_ name: HTMLText, text: String) -> HTMLText {
        fact(name, HTMLText(text: text))
    }

    /// A digest that people compare by its beginning; the whole of it on hover.
    static func digest(_ hex: String) -> HTMLText {
        "<code title=\"\(hex)\">\(String(hex.prefix(12)))</code>"
    }
}

/// A problem as a page.
enum ProblemPage {
    /// What was seen and what there is, of a page that is stale.
    private static func both(_ problem: Problem) -> HTMLText {
        guard problem.status == 412 else { return .empty }
        func value(_ name: String) -> String? {
            problem.members.first { $0.name == name }?.value.text
        }
        let rows = [("您看到的", "seen"), ("现在", "current")].map { label, name -> HTMLText in
            let state = value(name + "State").map { $0 + "　" } ?? ""
            return Page.fact(HTMLText(text: label), "\(state)<code>\(value(name) ?? "—")</code>")
        }
        let link: HTMLText =
            value("place").map { "<p><a class=\"button\" href=\"\($0)\">看现在的</a></p>" } ?? .empty
        return "<dl class=\"facts\">\(rows)</dl>\(link)"
    }

    static func response(of problem: Problem) -> HTTPResponse {
        let field: HTMLText = problem.field.map { "<p>所涉字段：\($0)</p>" } ?? .empty
        var response = Page.response(
            problem.title, nil, code: problem.status,
            """
            <section class="card narrow"><h1>\(problem.title)</h1>\(field)\(both(problem))
            <p class="quiet">规则 <code>\(problem.rule)</code>，状态 \(Int(problem.status))。\
            用浏览器的“后退”可回到刚才的表单，所填内容还在。</p>
            <p><a class="button" href="/">回首页</a></p></section>
            """)
        response.refusal = problem.rule
        if let allow = problem.allow { response.headers.add("Allow", allow) }
        if let seconds = problem.retryAfterSeconds {
            response.headers.add("Retry-After", String(seconds))
        }
        return response
    }
}

/// Names of places, for pages.
struct PlaceNames {
    private let places: [Place]
    private let byCode: [RegionCode: String]
    private let byID: [String: String]

    init(_ places: [Place]) {
        self.places = places
        byCode = Dictionary(places.map { ($0.code, $0.name) }) { first, _ in first }
        byID = Dictionary(places.map { ($0.id.hex, $0.name) }) { first, _ in first }
    }

    /// The code where the name is not known.
    func name(_ code: RegionCode?) -> String {
        guard let code else { return "—" }
        return byCode[code] ?? code.text
    }

    /// - Parameter id: A region id in hexadecimal.
    func name(id: String?) -> String { id.flatMap { byID[$0] } ?? "—" }

    /// Places of the node's own tree, by code.
    var own: [Place] { places.filter { $0.relation != .partner } }

    /// The region id of a place; nil where it is not known.
    func id(_ code: RegionCode) -> String? { places.first { $0.code == code }?.id.hex }

    /// Whether a place lies directly below this one.
    func isBelow(_ code: RegionCode?) -> Bool {
        places.contains { $0.code == code && $0.relation == .child }
    }

    /// The code of a place by its id in hexadecimal; nil where it is not known.
    func code(id: String) -> RegionCode? { places.first { $0.id.hex == id }?.code }

    /// Where a case may go from here.
    var targets: [Place] { places.filter { $0.relation != .own } }
}

extension Instant {
    /// As people at a station read it: `2026-09-24 09:05`.
    var minuteText: String {
        let text = Substring(rfc3339)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }
}
