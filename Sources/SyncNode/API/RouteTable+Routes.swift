import Base
import Domain
import HTTP

extension RouteTable {
    /// What a case may be asked for: the word in the path, and what it is to people.
    static let caseActions: [(name: String, title: String)] = [
        ("accept", "受理"), ("refuse", "不予受理"), ("correct", "补正告知"), ("supplement", "补齐材料"),
        ("review", "审查"), ("decide", "决定"), ("deliver", "送达"), ("close", "办结"),
        ("withdraw", "撤回申请"),
        ("note", "备注"), ("rate", "评价"), ("offer", "移交"), ("sign", "签收"), ("reject", "退件"),
        ("recall", "撤回移交"), ("force", "强制接管"), ("ratify", "追认"),
        ("take", "转收件"), ("propose", "拟不予受理"), ("answer", "答复拟不予受理"), ("assign", "分转"),
        ("pause", "启动特别程序"), ("suspend", "挂起"), ("resume", "恢复计时"), ("extend", "延期"),
        ("askSeal", "签印请求"), ("seal", "签印"), ("ready", "制证"), ("end", "终止"),
        ("verify", "事后核查"), ("revoke", "撤销决定"), ("originals", "原件交接"), ("archive", "归档"),
        ("material", "登记材料"), ("reuse", "复用材料"), ("waive", "凭证照免提交"),
        ("fee", "缴费通知与登记"), ("passDuty", "首问交出"), ("takeDuty", "首问接手"),
        ("reveal", "显示完整信息"), ("erase", "清除个人信息"),
        ("preserve", "保全与解除保全"), ("dispose", "申请销毁与驳回"), ("export", "登记导出"),
    ]

    /// What an item may be asked for.
    static let itemActions: [(name: String, title: String)] = [
        ("suspend", "暂停"), ("resume", "恢复"), ("cancel", "取消"), ("overlay", "维护本地要素"),
        ("grant", "下沉授权"),
    ]

    /// What an account may be asked for.
    static let accountActions: [(name: String, title: String)] = [
        ("roles", "角色"), ("name", "姓名"), ("disable", "停用"), ("enable", "启用"),
        ("password", "重设口令"), ("code", "取消动态码"),
    ]

    static let probes: [Route] = [
        Route(
            method: .get, pattern: "/healthz", operation: .health, face: .probe,
            summary: "进程是否活着", answer: .text("text/plain", "ok")),
        Route(
            method: .get, pattern: "/readyz", operation: .readiness, face: .probe,
            summary: "节点是否可以受理", answer: .text("text/plain", "ready"), problems: [503]),
        Route(
            method: .get, pattern: "/metrics", operation: .metrics, face: .probe,
            summary: "运行指标（OpenMetrics）",
            answer: .text("application/openmetrics-text", "指标")),
        Route(
            method: .get, pattern: "/api/v1/openapi.json", operation: .openAPI, face: .api,
            summary: "本文档", answer: .json("Any", "OpenAPI 3.1 文档")),
    ]

    static let queries: [Route] = [
        Route(
            method: .get, pattern: "/api/v1/status", operation: .getStatus, face: .api,
            summary: "节点自述", answer: .json("Status", "节点状态")),
        Route(
            method: .get, pattern: "/api/v1/peers", operation: .listPeers, face: .api,
            summary: "对端与链路", answer: .json("PeerList", "对端，上级在前")),
        Route(
            method: .get, pattern: "/api/v1/scopes", operation: .listScopes, face: .api,
            summary: "范围与版本向量", parameters: [.cursor, .limit],
            answer: .json("ScopeList", "按编号排列的范围"), problems: [400]),
        Route(
            method: .get, pattern: "/api/v1/cases", operation: .listCases, face: .api,
            summary: "办件列表", parameters: [.cursor, .limit, .status],
            answer: .json("CaseList", "新的在前"), problems: [400]),
        Route(
            method: .get, pattern: "/api/v1/cases/{number}", operation: .getCase, face: .api,
            summary: "办件详情", parameters: [.caseNumber, .ifNoneMatch],
            answer: .json("Case", "办件的现状"), problems: [404, 409]),
        Route(
            method: .get, pattern: "/api/v1/cases/{number}/clock", operation: .getCaseClock,
            face: .api, summary: "办件的时限与亮灯", parameters: [.caseNumber],
            answer: .json("CaseClock", "由事件和节假日安排推算，不存储"), problems: [404, 409]),
        Route(
            method: .get, pattern: "/api/v1/cases/{number}/papers", operation: .listPapers,
            face: .api, summary: "办件的文书", parameters: [.caseNumber],
            answer: .json("Any", "由事件生成，不存储"), problems: [404, 409]),
        Route(
            method: .get, pattern: "/api/v1/cases/{number}/papers/{paper}", operation: .getPaper,
            face: .api, summary: "一份文书及其签名回执", parameters: [.caseNumber, .paper],
            answer: .json("Any", "标题、各节、回执（二维码内容）"), problems: [404, 409]),
        Route(
            method: .get, pattern: "/api/v1/cases/{number}/delivery", operation: .getDelivery,
            face: .api, summary: "办件到达情况：各级自己的回执", parameters: [.caseNumber],
            answer: .json("Any", "本站已存、镇已收、县已收、受理方已签收、被退回"), problems: [404, 409]),
        Route(
            method: .get, pattern: "/api/v1/unsent", operation: .listUnsent, face: .api,
            summary: "未送达的办件：为何、自何时、何日之前须联网",
            answer: .json("Any", "最近的办件中未送达的")),
        Route(
            method: .get, pattern: "/api/v1/verify", operation: .checkReceipt, face: .api,
            summary: "核对文书二维码（公开，离线可用）", parameters: [.receiptText],
            answer: .json("Any", "真伪及所载事实"), problems: [400]),
        Route(
            method: .get, pattern: "/api/v1/county-key", operation: .getCountyKey, face: .api,
            summary: "本县公钥：任何人凭它离线核对文书", answer: .json("Any", "县区划代码与公钥"),
            problems: [404]),
        Route(
            method: .get, pattern: "/api/v1/items", operation: .listItems, face: .api,
            summary: "事项列表", parameters: [.cursor, .limit, .status],
            answer: .json("ItemList", "事项"), problems: [400]),
        Route(
            method: .get, pattern: "/api/v1/items/{code}", operation: .getItem, face: .api,
            summary: "事项详情", parameters: [.itemCode, .ifNoneMatch],
            answer: .json("Item", "事项及其版本"), problems: [404, 409]),
        Route(
            method: .get, pattern: "/api/v1/items/{code}/rollout", operation: .getRollout,
            face: .api, summary: "事项到达情况", parameters: [.itemCode],
            answer: .json("Rollout", "逐站到达"), problems: [404]),
        Route(
            method: .get, pattern: "/api/v1/grants", operation: .listGrants, face: .api,
            summary: "下沉授权", parameters: [.cursor, .limit, .status],
            answer: .json("GrantList", "新的在前"), problems: [400]),
        Route(
            method: .get, pattern: "/api/v1/calendar/due", operation: .getDueDate, face: .api,
            summary: "第 N 个工作日", parameters: [.from, .days],
            answer: .json("DueDate", "到期日"), problems: [400, 409]),
        Route(
            method: .get, pattern: "/api/v1/search", operation: .search, face: .api,
            summary: "全文检索事项与办件", parameters: [.words, .limit],
            answer: .json("SearchResults", "最相关的在前"), problems: [400]),
        Route(
            method: .get, pattern: "/api/v1/events", operation: .streamEvents, face: .api,
            summary: "变更事件流（SSE）", parameters: [.since, .lastEventID],
            answer: .text("text/event-stream", "事件"), problems: [400]),
    ]

    static let commands: [Route] = [
        Route(
            method: .post, pattern: "/api/v1/cases", operation: .receiveCase, face: .api,
            summary: "收件", parameters: [.idempotencyKey], body: .json("Receive"),
            answer: .json("CommandAnswer", "办件编号与查询码", status: 201), problems: ruled),
        Route(
            method: .post, pattern: "/api/v1/cases/{number}/{action}", operation: .actOnCase,
            face: .api, summary: "办理一步",
            parameters: [
                .caseNumber, .action(caseActions.map(\.name)), .ifMatch, .idempotencyKey,
            ],
            body: .json("CaseAction"), answer: .json("CommandAnswer", "办理结果"),
            problems: ruled),
        Route(
            method: .post, pattern: "/api/v1/items", operation: .publishItem, face: .api,
            summary: "发布事项版本", parameters: [.idempotencyKey],
            body: .json("PublishItem"),
            answer: .json("CommandAnswer", "事项与版本号", status: 201), problems: ruled),
        Route(
            method: .post, pattern: "/api/v1/items/{code}/{action}", operation: .actOnItem,
            face: .api, summary: "暂停、恢复、取消、本地要素、下沉授权",
            parameters: [
                .itemCode, .action(itemActions.map(\.name)), .ifMatch, .idempotencyKey,
            ],
            body: .json("ItemAction"), answer: .json("CommandAnswer", "结果"), problems: ruled),
        Route(
            method: .post, pattern: "/api/v1/commands", operation: .submitCommand, face: .api,
            summary: "任意命令（命令行同款）", parameters: [.idempotencyKey],
            body: .json("Command"), answer: .json("CommandAnswer", "结果"), problems: ruled),
        Route(
            method: .post, pattern: "/api/v1/sync", operation: .syncNow, face: .api,
            summary: "立即同步一次", parameters: [.idempotencyKey], body: .json("SyncOrder"),
            answer: .json("SyncReport", "交换结果"), problems: [400, 404, 409, 415, 422, 503]),
        Route(
            method: .post, pattern: "/api/v1/receipt", operation: .writeReceipt, face: .api,
            summary: "出具回执：本节点已存盘的内容；指明 peer 则向该下级索取",
            parameters: [.idempotencyKey], body: .json("SyncOrder"),
            answer: .json("ReceiptReport", "结果"),
            problems: [400, 404, 415, 422, 503]),
    ]

    static let staff: [Route] = [
        Route(
            method: .post, pattern: "/api/v1/session", operation: .openSession, face: .api,
            summary: "登录，得到令牌", body: .json("Login"),
            answer: .json("Session", "令牌，用作 Authorization: Bearer", status: 201),
            problems: [400, 401, 415, 429, 503]),
        Route(
            method: .get, pattern: "/api/v1/session", operation: .getSession, face: .api,
            summary: "我是谁", answer: .json("Session", "本次会话的账户"), problems: [401]),
        Route(
            method: .post, pattern: "/api/v1/session/end", operation: .closeSession, face: .api,
            summary: "退出登录", body: .json("Any"), answer: .json("Any", "已退出"), problems: [401]),
        Route(
            method: .post, pattern: "/api/v1/session/password", operation: .changePassword,
            face: .api, summary: "修改本人口令", body: .json("PasswordChange"),
            answer: .json("CommandAnswer", "结果"), problems: [400, 401, 403, 415, 422, 429, 503]),
        Route(
            method: .post, pattern: "/api/v1/session/code", operation: .changeCode,
            face: .api, summary: "本人动态码：先给口令得密钥，再给动态码启用；口令与动态码并给则停用",
            body: .json("CodeChange"), answer: .json("CodeAnswer", "密钥，或结果"),
            problems: [400, 401, 403, 415, 422, 429, 503]),
        Route(
            method: .get, pattern: "/api/v1/accounts", operation: .listAccounts, face: .api,
            summary: "账户", parameters: [.cursor, .limit, .status],
            answer: .json("AccountList", "新的在前"), problems: [400, 401, 403]),
        Route(
            method: .post, pattern: "/api/v1/accounts", operation: .addAccount, face: .api,
            summary: "新建账户", body: .json("AddAccount"),
            answer: .json("CommandAnswer", "账户", status: 201), problems: ruled + [401]),
        Route(
            method: .post, pattern: "/api/v1/accounts/{login}/{action}",
            operation: .actOnAccount, face: .api, summary: "改账户",
            parameters: [
                Parameter("login", in: .path, "登录名", .string(lengthMax: 64)),
                .action(accountActions.map(\.name)),
            ],
            body: .json("Any"), answer: .json("CommandAnswer", "结果"), problems: ruled + [401]),
        Route(
            method: .get, pattern: "/api/v1/audit", operation: .listAudit, face: .api,
            summary: "审计：谁、何时、何处、做了什么",
            parameters: [.cursor, .limit, .who, .act],
            answer: .json("AuditList", "新的在前"), problems: [400, 401, 403]),
        Route(
            method: .get, pattern: "/api/v1/reconciliations", operation: .listReconciliations,
            face: .api, summary: "对账：各站与上级最近一次", parameters: [],
            answer: .json("ReconciliationList", "按区划代码"), problems: [401, 403]),
        Route(
            method: .get, pattern: "/api/v1/late", operation: .listLate, face: .api,
            summary: "迟到记录：节点吊销或账户停用之后才到的，一律无效，直到认可",
            answer: .json("LateList", "按节点、范围、序号"), problems: [401, 403, 503]),
        Route(
            method: .post, pattern: "/api/v1/late", operation: .adoptLate, face: .api,
            summary: "认可迟到记录，使其生效：ids，或 all；reason 记入审计",
            body: .json("LateAdoption"), answer: .json("LateList", "认可之后"),
            problems: [400, 401, 403, 404, 409, 415, 503]),
        Route(
            method: .get, pattern: "/api/v1/drafts", operation: .listDrafts, face: .api,
            summary: "待复核的事项版本", parameters: [.cursor, .limit, .status],
            answer: .json("DraftList", "新的在前"), problems: [400, 401]),
    ]

    static let staffConsole: [Route] = [
        page("/login", .loginPage, "登录", [.next]),
        page("/account", .accountPage, "我的账户"),
        page("/audit", .auditPage, "审计", [.cursor, .who, .act]),
        page("/reconciliations", .reconciliationPage, "对账"),
        page("/drafts", .draftsPage, "待复核的草稿"),
        page("/guide", .guidePage, "办事指南（公开）"),
        page("/guide/{code}", .guideItemPage, "事项指南（公开）", [.itemCode], [404]),
        page("/progress", .progressPage, "进度查询（公开）"),
        form("/console/login", .loginForm, "登录", [401, 429]),
        form("/console/logout", .logoutForm, "退出登录"),
        form("/console/password", .passwordForm, "修改本人口令", [401, 403, 422, 429]),
        form("/console/code", .codeForm, "本人动态码", [401, 403, 422, 429]),
        form("/console/account", .accountForm, "管理账户", [403, 404, 409, 422]),
        form("/console/draft", .draftForm, "复核发布", [403, 404, 409, 412, 422]),
        form("/progress", .progressForm, "进度查询（公开）", [404, 429]),
    ]

    private static func form(
        _ pattern: String, _ operation: Operation, _ summary: String, _ problems: [UInt16] = []
    ) -> Route {
        Route(
            method: .post, pattern: pattern, operation: operation, face: .console,
            summary: summary, body: .form("StaffForm"), answer: .redirect, problems: problems)
    }

    static let blobs: [Route] = [
        Route(
            method: .get, pattern: "/api/v1/blobs/{hash}", operation: .getBlob, face: .api,
            summary: "附件：全部，或 Range 所要的一段（206、416；If-Range、If-None-Match）",
            parameters: [.blobHash], answer: .text("application/octet-stream", "附件内容"),
            problems: [400, 404, 503]),
        Route(
            method: .put, pattern: "/api/v1/blobs/{hash}", operation: .putBlob, face: .api,
            summary: "存入附件：与摘要不符则不保存", parameters: [.blobHash], body: .bytes,
            answer: .json("BlobStored", "已存盘（原已有则为 200）", status: 201),
            problems: [400, 422, 503]),
    ]

    static let sync: [Route] = [
        Route(
            method: .get, pattern: "/sync/v1/{door}", operation: .syncMessage, face: .sync,
            summary: "节点自我介绍（仅节点之间）", parameters: [.door],
            answer: .text("application/octet-stream", "身份")),
        Route(
            method: .post, pattern: "/sync/v1/{door}", operation: .syncMessage, face: .sync,
            summary: "节点之间的交换（仅节点之间）", parameters: [.door], body: .frames,
            answer: .text("application/octet-stream", "帧")),
    ]

    private static let ruled: [UInt16] = [400, 403, 404, 409, 412, 415, 422, 503]
}

extension Parameter {
    static let cursor = Parameter(
        "cursor", in: .query, "上一页给出的 next，原样带回", .string(lengthMax: 64))
    static let limit = Parameter(
        "limit", in: .query, "条数",
        .integer(min: 1, max: Limits.listMax, standard: Limits.listDefault))
    static let status = Parameter("status", in: .query, "只要这一状态", .string(lengthMax: 32))
    static let next = Parameter("next", in: .query, "登录后去的页面", .string(lengthMax: 2048))
    static let who = Parameter("login", in: .query, "只看此人", .string(lengthMax: 64))
    static let act = Parameter("act", in: .query, "只看此类", .string(lengthMax: 64))
    static let caseNumber = Parameter(
        "number", in: .path, "26 位办件编号，或 32 位十六进制办件标识", .string(lengthMax: 32))
    static let paper = Parameter(
        "paper", in: .path, "文书：receipt、acceptance、correction.2 等", .string(lengthMax: 32))
    static let receiptText = Parameter(
        "text", in: .query, "二维码的内容，以 SNP1. 开头",
        .string(lengthMin: 1, lengthMax: Limits.paperReceiptBytesMax), isRequired: true)
    static let receiptForm = Parameter(
        "text", in: .query, "二维码的内容", .string(lengthMax: Limits.paperReceiptBytesMax))
    static let blobHash = Parameter(
        "hash", in: .path, "附件内容的摘要（SHA-256 或 SM3），64 位小写十六进制数",
        .string(lengthMin: 64, lengthMax: 64))
    static let itemCode = Parameter(
        "code", in: .path, "事项编码", .string(lengthMax: Limits.pathValueBytesMax))
    static let words = Parameter(
        "q", in: .query, "检索词", .string(lengthMin: 1, lengthMax: Limits.searchBytesMax),
        isRequired: true)
    static let wordsOfForm = Parameter(
        "q", in: .query, "检索词", .string(lengthMax: Limits.searchBytesMax))
    static let from = Parameter("from", in: .query, "起算日，当日不计", .day, isRequired: true)
    static let days = Parameter(
        "days", in: .query, "工作日数", .integer(min: 0, max: Limits.workingDaysMax),
        isRequired: true)
    static let since = Parameter("since", in: .query, "从此位置之后", .integer(min: 0))
    static let lastEventID = Parameter("Last-Event-ID", in: .header, "断线续传", .integer(min: 0))
    static let ifMatch = Parameter(
        "If-Match", in: .header, "所见状态的 ETag；已变则 412", .string(lengthMax: 512))
    static let ifNoneMatch = Parameter(
        "If-None-Match", in: .header, "已有状态的 ETag；未变则 304", .string(lengthMax: 512))
    static let idempotencyKey = Parameter(
        "Idempotency-Key", in: .header, "重放得到第一次的答复",
        .string(lengthMin: 1, lengthMax: Limits.idempotencyKeyBytesMax))
    static let door = Parameter(
        "door", in: .path, "identity、enrol、partner、exchange、certificates.crl",
        .words(SyncRequestKind.allCases.map(\.rawValue)))

    static func action(_ names: [String]) -> Parameter {
        Parameter("action", in: .path, "动作", .words(names))
    }
}

extension RouteTable {
    /// Pages for people. They need no script, and every form works by itself.
    static let consoleRoutes: [Route] = [
        page("/", .homePage, "首页：本节点、链路、事项、办件"),
        page("/receive", .receivePage, "收件登记", [.itemOfForm]),
        page("/search", .searchPage, "检索", [.wordsOfForm]),
        page("/scopes", .scopesPage, "范围与版本向量", [.cursor]),
        page(
            "/cases/{number}/papers/{paper}", .paperPage, "一份文书，供打印",
            [.caseNumber, .paper], [404]),
        page("/unsent", .unsentPage, "未送达的办件"),
        page("/verify", .verifyPage, "核对文书真伪（公开）", [.receiptForm]),
        page("/cases/{number}", .casePage, "办件与收件凭证", [.caseNumber], [404]),
        page("/items/{code}", .itemPage, "事项、版本与逐站到达", [.itemCode], [404]),
        Route(
            method: .get, pattern: "/style.css", operation: .stylePage, face: .console,
            summary: "样式", answer: .text("text/css", "样式表")),
        Route(
            method: .post, pattern: "/console/cases", operation: .receiveForm, face: .console,
            summary: "收件表单", body: .form("ReceiveForm"), answer: .redirect, problems: formed),
        Route(
            method: .post, pattern: "/console/cases/{number}/{action}", operation: .caseForm,
            face: .console, summary: "办理表单",
            parameters: [.caseNumber, .action(caseActions.map(\.name))],
            body: .form("CaseForm"), answer: .redirect, problems: formed),
        Route(
            method: .post, pattern: "/console/sync", operation: .syncForm, face: .console,
            summary: "立即同步", body: .form("SyncForm"), answer: .redirect, problems: formed),
        page("/late", .latePage, "迟到记录，及其认可", [.lateID], [503]),
        Route(
            method: .post, pattern: "/console/late", operation: .lateForm, face: .console,
            summary: "认可迟到记录", body: .form("SyncForm"), answer: .redirect, problems: formed),
        page("/enrolment", .enrolmentPage, "节点入网：申请、邀请码、证书", [], [503]),
        Route(
            method: .post, pattern: "/console/enrolment", operation: .enrolmentForm,
            face: .console, summary: "同意、拒绝、邀请、收回", body: .form("SyncForm"), answer: .page,
            problems: formed),
    ]

    private static let formed: [UInt16] = [400, 403, 404, 409, 412, 415, 422, 503]

    private static func page(
        _ pattern: String, _ operation: Operation, _ summary: String,
        _ parameters: [Parameter] = [], _ problems: [UInt16] = []
    ) -> Route {
        Route(
            method: .get, pattern: pattern, operation: operation, face: .console,
            summary: summary, parameters: parameters, answer: .page, problems: problems)
    }
}

extension Parameter {
    static let lateID = Parameter(
        "id", in: .query, "要核对的记录；all 为全部", .string(lengthMax: 32))
    static let itemOfForm = Parameter("item", in: .query, "事项编码", .string(lengthMax: 64))
}
