import Account
package import Base
package import Catalog
package import Civil
package import Document

/// 拆分, 合并: published drafts take the place of items that end.
package struct SuccessionOrder: Hashable, Sendable {
    /// The items that end.
    package let codes: [String]
    /// The drafts of what takes their place, each by another person.
    package let drafts: [Digest16]
    package let reason: String

    package init(codes: [String], drafts: [Digest16], reason: String) {
        self.codes = codes
        self.drafts = drafts
        self.reason = reason
    }
}

/// 扩大, 停止: how far a version goes that is tried out.
package struct StageOrder: Hashable, Sendable {
    /// Where to.
    package enum Reach: Hashable, Sendable {
        case regions([PlaceName])
        case level(Level)
        case everywhere
        case halt
    }

    package let code: String
    package let reach: Reach
    package let reason: String

    package init(code: String, reach: Reach, reason: String) {
        self.code = code
        self.reach = reach
        self.reason = reason
    }
}

/// Rows of a file, all of them or none.
package struct ImportOrder: Hashable, Sendable {
    package let rows: [ItemRow]
    /// Whether complete rows are published at once, by whoever may act alone.
    package let publishes: Bool
    /// Whether rows that are refused are left out, with their names in the answer.
    package let skipsRefused: Bool
    /// nil: at once.
    package let effectiveFrom: CivilDate?

    package init(
        rows: [ItemRow], publishes: Bool = false, skipsRefused: Bool = false,
        effectiveFrom: CivilDate? = nil
    ) {
        self.rows = rows
        self.publishes = publishes
        self.skipsRefused = skipsRefused
        self.effectiveFrom = effectiveFrom
    }
}

/// A statement of a definition.
package struct DefinitionOrder: Hashable, Sendable {
    package let family: DefinitionState.Family
    package let code: String
    /// An object with `status`; without `code` and the command's own fields.
    package let body: JSON

    package init(family: DefinitionState.Family, code: String, body: JSON) {
        self.family = family
        self.code = code
        self.body = body
    }
}

// MARK: as JSON

extension CatalogCommand {
    /// The commands that came with claims, steps, themes and the knowledge.
    static let furtherVerbs = [
        "item.discard", "item.split", "item.merge", "item.widen", "item.halt", "item.rollback",
        "catalog.import", "theme.set", "theme.publish", "theme.end", "basic.set",
        "knowledge.set", "knowledge.end", "knowledge.ask", "proof.set", "proof.end",
        "ruling.set", "setting.set", "setting.approve", "figure.set", "window.set", "window.end",
    ]

    /// `item.discard` {draft} · `item.split` {code, drafts, reason} · `item.merge` {codes, draft,
    /// reason} · `item.widen` {code, reach: regions, a level or all, regions?, reason} ·
    /// `item.halt` {code, reason} · `item.rollback` {code, to, reason} · `catalog.import` {items,
    /// publish?, skipRefused?, effectiveFrom?} · `theme.set`, `basic.set`, `knowledge.set`,
    /// `proof.set` {code, …} · `theme.publish`, `theme.end`, `knowledge.end`, `proof.end` {code} ·
    /// `knowledge.ask` {question} · `ruling.set` {case, about, outcome, reason} ·
    /// `setting.set`, `figure.set`, `window.set` {code, …} · `setting.approve`, `window.end`
    /// {code}.
    init(further verb: String, json: JSON) throws(CommandFault) {
        func draft(_ json: JSON) -> Digest16? { json.text.flatMap(Digest16.init(hex:)) }
        switch verb {
        case "item.discard": self = .discard(try json.required("draft", draft))
        case "item.split":
            self = .succeed(
                SuccessionOrder(
                    codes: [try json.required("code", JSON.words)],
                    drafts: try json.list("drafts", draft),
                    reason: try json.required("reason", JSON.words)))
        case "item.merge":
            self = .succeed(
                SuccessionOrder(
                    codes: try json.list("codes", JSON.words),
                    drafts: [try json.required("draft", draft)],
                    reason: try json.required("reason", JSON.words)))
        case "item.widen", "item.halt":
            self = .stage(try StageOrder(json: json, isHalt: verb == "item.halt"))
        case "item.rollback":
            self = .rollback(
                code: try json.required("code", JSON.words),
                number: try json.required("to") {
                    $0.int.flatMap { (1...1_000_000).contains($0) ? Int($0) : nil }
                }, reason: try json.required("reason", JSON.words))
        case "catalog.import":
            let items = try json.required("items", \.array)
            guard items.count <= Limits.importRowsMax else {
                throw CommandFault(.invalid("import-rows", "行数过多", "items"))
            }
            self = .importItems(
                ImportOrder(
                    rows: ItemFile.marked(items.enumerated().map { ItemRow($0 + 1, $1) }),
                    publishes: try json.optional("publish", \.bool) ?? false,
                    skipsRefused: try json.optional("skipRefused", \.bool) ?? false,
                    effectiveFrom: try json.optional("effectiveFrom", JSON.date)))
        default: self = .define(try DefinitionOrder(verb: verb, json: json))
        }
    }
}

extension JSON {
    /// Some values of one form: at least one, and no more than `Limits.successorsMax`.
    fileprivate func list<Value>(
        _ key: String, _ read: (JSON) -> Value?
    ) throws(CommandFault) -> [Value] {
        let values = try required(key, \.array)
        let read = values.compactMap(read)
        guard read.count == values.count, (1...Limits.successorsMax).contains(read.count) else {
            throw CommandFault(.invalid("field-required", "缺少字段或格式不对：" + key, key))
        }
        return read
    }
}

extension StageOrder {
    fileprivate init(json: JSON, isHalt: Bool) throws(CommandFault) {
        let reach: Reach
        if isHalt {
            reach = .halt
        } else {
            let word = try json.required("reach", JSON.words)
            switch word {
            case "all": reach = .everywhere
            case "regions":
                reach = .regions(try Self.regions(json.required("regions", \.array), of: "regions"))
            default:
                guard let level = Level(rawValue: word) else {
                    throw CommandFault(.invalid("stage-reach", "没有这一步", "reach"))
                }
                reach = .level(level)
            }
        }
        self.init(
            code: try json.required("code", JSON.words), reach: reach,
            reason: try json.optional("reason", JSON.words) ?? "")
    }

    static func regions(
        _ list: [JSON], of field: String
    ) throws(CommandFault) -> [PlaceName] {
        let names = list.compactMap { $0.text.flatMap(PlaceName.init) }
        guard names.count == list.count, (1...Limits.stageRegionsMax).contains(names.count) else {
            throw CommandFault(.invalid("stage-regions", "须写明先行站点", field))
        }
        return names
    }
}

extension DefinitionOrder {
    /// What must be allowed to whoever asks for it.
    var act: Act {
        switch family {
        case .theme: body["status"]?.text == "draft" ? .draft : .publish
        case .basic: .draft
        case .knowledge, .proof: .knowledge
        case .question: .viewCatalog
        case .ruling: .rule
        case .station: .publish
        case .setting, .figure: .setting
        case .window: .window
        }
    }

    /// What the end of each family is called.
    private static let ends = ["theme.end": "ended", "knowledge.end": "withdrawn"]

    fileprivate init(verb: String, json: JSON) throws(CommandFault) {
        let name = verb.prefix { $0 != "." }
        guard let family = DefinitionState.Family(rawValue: String(name)) else {
            throw CommandFault(.invalid("command-unknown", "没有这个命令", "command"))
        }
        var body = json.object ?? JSONObject()
        for key in ["command", "code", "seen"] { body[key] = nil }
        switch verb {
        case "theme.publish": body = JSONObject([.init(key: "status", value: "published")])
        case "setting.approve": body = JSONObject([.init(key: "status", value: "current")])
        case "theme.end", "knowledge.end", "proof.end", "window.end":
            let word = Self.ends[verb] ?? "withdrawn"
            body = JSONObject([.init(key: "status", value: .text(word))])
        case "theme.set": body["status"] = "draft"
        case "basic.set": body["status"] = body["status"] ?? "waiting"
        case "knowledge.ask":
            let words = try json.required("question", JSON.words)
            self.init(
                family: .question, code: words,
                body: ["status": "open", "question": .text(words)])
            return
        case "ruling.set":
            let id = try json.required("case") { json in
                json.text.flatMap {
                    Digest16(hex: $0) != nil || CaseNumber($0) != nil ? $0 : nil
                }
            }
            body["case"] = nil
            body["status"] = body["outcome"]
            body["outcome"] = nil
            self.init(
                family: .ruling, code: id + ":" + (body["about"]?.text ?? ""),
                body: .object(body))
            return
        default: body["status"] = "current"
        }
        self.init(
            family: family, code: try json.required("code", JSON.words), body: .object(body))
    }
}
