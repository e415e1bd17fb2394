import Base

/// `handoff`: who is the custodian of a case, and who is to be.
extension Verb {
    static let handoff = Family.verb(
        "handoff",
        [
            onCase(
                "offer", Words("移交给另一地", "offers it to another place"),
                [.required("to", "to"), .optional("reason", "reason"), .at], done: "已发出移交"),
            onCase("sign", Words("签收", "takes it over"), [.at], done: "已签收"),
            onCase(
                "reject", Words("退件", "sends it back"), [.required("reason", "reason"), .at],
                done: "已退件"),
            onCase(
                "recall", Words("请求撤回移交", "asks for it back"),
                [.optional("reason", "reason"), .at], done: "已请求撤回"),
            open,
        ])

    private static let open = Act(
        name: "list", about: Words("在途的移交", "cases being handed over"), subject: nil,
        options: []
    ) { order in
        try await order.all(
            "/api/v1/cases", "cases", where: { $0["frozen"]?.bool == true }, line: CaseLine.text)
    }
}
