import Base

/// `grant`: how far lower stations may go with an item.
extension Verb {
    static let grant = Family.verb(
        "grant",
        [
            .command(
                "set", Words("下沉授权，none 为收回", "grants, or with none takes back"), "grant.set",
                subject: (name: "CODE", field: "code"),
                [
                    .required("region", "region"), .optional("level", "level"),
                    .required("mode", "mode", .choice(modes)), .required("from", "from"),
                    .optional("to", "to"), .required("document", "document"),
                ]
            ) { order, _ in Words("已授权 \(order.subject)", "granted: \(order.subject)") },
            grants,
        ])

    /// 下沉方式 by English words; the Chinese ones are taken too.
    private static let modes: [(word: String, value: JSON)] = [
        ("pickup", "就近领取"), ("assist", "帮办代办"), ("entrust", "委托受理"),
        ("authorise", "授权办理"), ("none", nil),
    ]

    private static let grants = Act(
        name: "list", about: Words("授权及当前方式", "grants, each with the mode that holds now"),
        subject: nil, options: [.optional("item", "code"), .optional("region", "region")]
    ) { order in
        var wanted = JSONObject()
        try order.fill(&wanted)
        let filter = wanted.members
        return try await order.all(
            "/api/v1/grants", "grants",
            where: { grant in filter.allSatisfy { grant[$0.key] == $0.value } }
        ) { grant in
            let level = grant["level"]?.text.map { "/" + $0 } ?? ""
            let none = Words("无", "none").text
            return [
                grant["code"]?.text ?? "?", (grant["region"]?.text ?? "?") + level,
                grant["name"]?.text ?? "", grant["mode"]?.text ?? none,
                grant["from"]?.text ?? "?", grant["document"]?.text ?? "",
            ].joined(separator: "  ")
        }
    }
}
