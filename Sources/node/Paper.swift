import API
import Base
import Change
import Crypto
import Domain
import Paper
import Runtime

/// `receipt`: the codes on documents, checked with the county's public key and nothing else.
extension Verb {
    static let receipt = Family.verb("receipt", [checkReceipt, countyKey])

    /// Without a node, by the county's code and public key; with one, by what it knows.
    private static let checkReceipt = Act(
        name: "verify",
        about: Words("核对文书二维码的内容，离线", "checks what a document's code says, off line"),
        subject: "TEXT",
        options: [
            .optional("county", "county"), .optional("public", "key"), .optional("data", ""),
        ],
        needsNode: false
    ) { order in
        guard let receipt = PaperReceipt(order.subject) else {
            Console.say(Words("不是文书的二维码内容", "this is no document's code").text)
            return 1
        }
        guard order.data == nil else {
            let answer = try await NodeCommands.ask(
                try order.arguments.required("data"), "GET",
                "/api/v1/verify?text=" + URLText.segment(receipt.text), body: nil)
            let code = order.finish(answer) { json in
                lines(receipt, json["sentence"]?.text ?? "?")
            }
            let isGenuine = Report.json(answer.text)?["verdict"]?.text == "genuine"
            return code == 0 && !isGenuine ? 1 : code
        }
        let code = try order.arguments.required("county")
        let text = try order.arguments.required("public")
        guard let county = RegionCode(code), let key = IncarnationKey(text: text) else {
            throw Arguments.Failure(
                "--county takes 12 digits, --public what `receipt key` prints",
                chinese: "--county 应为 12 位区划代码，--public 应为 receipt key 给出的公钥")
        }
        let verdict = receipt.verdict(county: (county, key.publicKey))
        let told =
            order.isJSON
            ? [String(decoding: receipt.json(verdict), as: UTF8.self)]
            : lines(receipt, Words(verdict.name, verdict.rawValue).text)
        Console.print(told.joined(separator: "\n"))
        return verdict == .genuine ? 0 : 1
    }

    private static func lines(_ receipt: PaperReceipt, _ sentence: String) -> [String] {
        let facts = receipt.facts
        return [
            sentence, "\(facts.kind.title)  \(facts.number.text)  \(facts.region.text)",
            Instant(millis: facts.millis).rfc3339 + (facts.due.map { "  → \($0.text)" } ?? ""),
        ]
    }

    private static let countyKey = Act(
        name: "key", about: Words("本县公钥，可公开", "the county's public key, for anybody"),
        subject: nil, options: []
    ) { order in
        try await order.query("/api/v1/county-key") { answer in
            [(answer["county"]?.text ?? "?") + "  " + (answer["key"]?.text ?? "?")]
        }
    }

    /// The documents of a case, and one of them as text.
    static let papers = Act(
        name: "papers", about: Words("一个办件的文书", "a case's documents"), subject: "NUMBER",
        options: [.optional("paper", "")]
    ) { order in
        let path = "/api/v1/cases/" + URLText.segment(order.subject) + "/papers"
        guard let name = order.arguments.value("paper") else {
            return try await order.query(path) { answer in
                (answer["papers"]?.array ?? []).map { line in
                    "\(line["paper"]?.text ?? "?")  \(line["title"]?.text ?? "?")"
                }
            }
        }
        return try await order.query(path + "/" + URLText.segment(name)) { sheet in
            var told = [sheet["title"]?.text ?? "?", sheet["stamp"]?.text ?? ""]
            for section in sheet["sections"]?.array ?? [] {
                told.append("【\(section["heading"]?.text ?? "")】")
                told += (section["rows"]?.array ?? []).map { row in
                    (row.array ?? []).compactMap(\.text).joined(separator: "：")
                }
            }
            return told + [sheet["receipt"]?.text ?? ""]
        }
    }

    /// How far a case has come, by each place's own word.
    static let delivery = Act(
        name: "delivery", about: Words("一个办件的到达情况", "how far a case has come"),
        subject: "NUMBER", options: []
    ) { order in
        let path = "/api/v1/cases/" + URLText.segment(order.subject) + "/delivery"
        return try await order.query(path, lines: deliveryLines)
    }

    /// What has not arrived, why, since when.
    static let unsent = Act(
        name: "unsent", about: Words("未送达的办件：为何、自何时", "what has not arrived, why, since when"),
        subject: nil, options: []
    ) { order in
        try await order.query("/api/v1/unsent") { answer in
            let link = answer["link"]
            let state = link?["state"]?.text ?? "-"
            let word = PeerStatus.State(rawValue: state)?.word ?? state
            let why = [
                Words("与上级的链路：\(word)", "the link above: \(state)").text,
                link?["lastContact"]?.text, link?["error"]?.text,
            ]
            return [why.compactMap { $0 }.joined(separator: "  ")]
                + (answer["cases"]?.array ?? []).flatMap(deliveryLines)
        }
    }

    private static func deliveryLines(_ line: JSON) -> [String] {
        let steps = (line["steps"]?.array ?? []).compactMap { $0["word"]?.text }
        var told = [(line["number"]?.text ?? "?") + "  " + steps.joined(separator: "，")]
        if let hand = line["hand"]?["word"]?.text {
            told.append("  " + hand + "  " + (line["hand"]?["reason"]?.text ?? ""))
        }
        if let day = line["onlineBy"]?.text {
            told.append("  " + Words("须在 \(day) 前联网", "must be on line by \(day)").text)
        }
        return told
    }
}
