import HTTP

extension RouteTable {
    /// Pages for people. They need no script, and every form works by itself.
    static let consoleRoutes: [Route] = [
        page("/", .homePage, "首页：本节点、链路、事项、办件"),
        page("/receive", .receivePage, "收件登记", [.itemOfForm]),
        page("/search", .searchPage, "检索", [.words]),
        page("/scopes", .scopesPage, "范围与版本向量", [.cursor]),
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
    static let itemOfForm = Parameter("item", in: .query, "事项编码", .string(lengthMax: 64))
}
