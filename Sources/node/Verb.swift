import Runtime

/// One verb of the command line (CONTRACT §2).
struct Verb: Sendable {
    let name: String
    /// One line for people.
    let help: String
    /// More lines, for `help VERB`.
    var details: [String] = []
    let run: @Sendable ([String]) async -> Int32

    static let all: [Verb] = [
        .initialise, .serve, .demo, .status, .sync, .command, .invite, .enroll, .partner, .seat,
        .revoke, .retire, .replace, .move, .late, .user, .audit,
        .caseFile, .handoff, .catalog, .grant, .calendar, .theme, .knowledge, .ticket, .rating,
        .receipt, .booking, .queue, .mailing, .certificate,
        .board, .report, .archive,
        .verify, .backup, .restore, .secret, .export, .importing, .simulate, .bench,
    ]

    static var usage: String {
        let width = all.map(\.name.count).max() ?? 0
        let lines = all.map { verb in
            "  \(verb.name)\(String(repeating: " ", count: width - verb.name.count))  \(verb.help)"
        }
        let closing = Words(
            "syncnode help VERB 给出一个动词的全部用法；--lang zh|en 选择语言",
            "syncnode help VERB tells all about one verb; --lang zh|en picks the language")
        return Words("用法：syncnode VERB …", "usage: syncnode VERB …").text + "\n"
            + lines.joined(separator: "\n") + "\n" + closing.text
    }

    /// The verb of that name; nil where there is none.
    static func named(_ name: String?) -> Verb? { all.first { $0.name == name } }

    /// All about one verb.
    var manual: String {
        var lines = ["syncnode \(name) \(help)"]
        if let about = Words.verbs.first(where: { $0.verb == name }) {
            lines.append("  " + about.words.text)
        }
        return (lines + details).joined(separator: "\n")
    }

    /// Runs a body, turning its failures into a sentence and an exit code.
    static func guarded(
        _ verb: String, help: [String]? = nil, _ body: () async throws -> Int32
    ) async -> Int32 {
        do {
            return try await body()
        } catch let failure as Arguments.Failure {
            return refuse(verb, failure, help: help ?? [self.help(of: verb)])
        } catch let failure as Topology.Failure {
            Console.say("\(verb): \(Words(failure.chinese, failure.sentence).text)")
            return 2
        } catch let failure as NodeRuntime.Failure {
            Console.say("\(verb): \(Words(failure.chinese, failure.sentence).text)")
            return failure.exitCode
        } catch let failure as KeyFiles.Failure {
            Console.say("\(verb): \(Words(failure.chinese, failure.sentence).text)")
            return failure.exitCode
        } catch {
            Console.say("\(verb): \(error)")
            return 1
        }
    }

    /// A bad word: says which, and the help. Exit code 2.
    static func refuse(_ verb: String, _ failure: Arguments.Failure, help: [String]) -> Int32 {
        let lines = ["\(verb): \(Words(failure.chinese, failure.sentence).text)"] + help
        Console.say(lines.joined(separator: "\n  "))
        return 2
    }

    private static func help(of verb: String) -> String {
        named(verb).map { "\($0.name)  \($0.help)" } ?? ""
    }
}

extension Words {
    /// What each verb is for.
    static let verbs: [(verb: String, words: Words)] = [
        ("init", Words("建立一个节点：身份、密钥、库", "makes a node: identity, keys, database")),
        ("serve", Words("运行节点，直到 SIGTERM", "runs a node until SIGTERM")),
        ("demo", Words("在本机拉起整个拓扑", "starts a whole topology on this machine")),
        ("status", Words("节点自述", "the node as it sees itself")),
        ("sync", Words("立即与对端完整同步一次", "one full exchange with the peers, now")),
        ("command", Words("提交一条 JSON 命令", "hands in one command as JSON")),
        ("invite", Words("邀请下级节点入网", "lets a child node in, by a code or by request")),
        ("enroll", Words("凭邀请码入网", "makes this machine a node of its parent's")),
        ("partner", Words("与邻县约定跨域协作", "agrees on a corridor with a county of another tree")),
        ("seat", Words("给下级的新密钥授予席位", "gives a child's new key its seat")),
        ("revoke", Words("吊销下级的机器：到达的算数，之后的不算", "ends a stolen machine: what is here counts")),
        ("retire", Words("下级停用", "ends a node that left nothing behind")),
        ("replace", Words("换掉坏了的机器", "ends a broken machine and invites the next")),
        ("move", Words("把下级划到另一个上级之下", "puts a place under another parent")),
        ("late", Words("吊销之后才到的", "what came behind the end of a node")),
        ("verify", Words("核对全部链、签名与文档", "checks every chain, signature and document")),
        ("backup", Words("在线备份", "a copy of the data while it runs")),
        ("restore", Words("从备份恢复，作为新的化身", "brings a backup back as a new incarnation")),
        ("secret", Words("更换开启密钥的口令或机密文件", "puts the keys under another secret")),
        ("export", Words("导出给一地的密封件", "a sealed bundle for one region")),
        ("import", Words("收入密封件并给出回执", "takes a bundle in and answers with a receipt")),
        ("bench", Words("在本机测量", "measures this build on this machine")),
        ("simulate", Words("在模拟世界里检验规则", "checks the rules in a simulated world")),
        ("case", Words("办件", "cases")),
        ("handoff", Words("移交", "hand-overs")),
        ("catalog", Words("事项目录", "the catalog of items")),
        ("grant", Words("下沉授权", "what lower stations may do")),
        ("calendar", Words("工作日", "working days")),
        ("theme", Words("一件事", "themes: several items as one matter")),
        ("knowledge", Words("知识库与证明清单", "answers to questions, and the list of proofs")),
        ("ticket", Words("工单：差评、办不成事、找茬、投诉、诉求", "tickets: bad ratings, complaints, questions")),
        ("rating", Words("好差评", "ratings of the service")),
        ("booking", Words("预约", "bookings")),
        ("queue", Words("排队叫号，只在本站", "the line of this place")),
        ("mailing", Words("寄递", "parcels")),
        ("certificate", Words("证照到期提醒", "certificates that run out")),
        ("receipt", Words("文书二维码：核对真伪", "codes on documents: whether they are genuine")),
        ("board", Words("督查看板：亮灯、指标、评价、排名", "the board: lights, metrics, ratings, ranking")),
        ("report", Words("月报", "the monthly report")),
        ("archive", Words("归档包：导出、校验、封存", "archives of cases: export, verify, seal")),
        ("user", Words("账户", "accounts")),
        ("audit", Words("审计：谁、何时、做了什么", "who did what, and whether that is still so")),
    ]
}
