import Base
import Catalog
import Change
import Civil
import Document
import Region

/// What becomes of each row of an import: the same for a dry run and for the import itself.
package struct ImportPlan: Sendable {
    /// What becomes of a row.
    package enum Fate: String, Hashable, Sendable {
        case refused = "拒绝"
        case unchanged = "不变"
        case drafted = "草稿"
        case published = "发布"
    }

    /// The rows with everything that was found, the catalog's word included.
    package private(set) var rows: [ItemRow] = []
    /// One a row.
    package private(set) var fates: [Fate] = []
    /// Percent, one a row.
    package private(set) var scores: [Int] = []
    /// The changes that the import writes.
    private(set) var drafts: [Draft] = []

    /// Cost: one look at the catalog for each row.
    package static func of<S: DocumentSource>(
        _ order: ImportOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> ImportPlan {
        var plan = ImportPlan()
        var waiting = WaitingDrafts(order)
        for row in order.rows { try plan.add(row, order, &waiting, at: desk, from: source) }
        return plan
    }

    private mutating func add<S: DocumentSource>(
        _ row: ItemRow, _ order: ImportOrder, _ waiting: inout WaitingDrafts, at desk: Desk,
        from source: S
    ) throws(S.Failure) {
        var row = row
        let report = ElementReport(row.elements)
        for finding in report.findings {
            row.note(finding.field, finding.rule, finding.title, finding.weight)
        }
        let known = try Self.judge(&row, at: desk, from: source)
        if let head = known?.state.heads.first, known?.state.heads.count == 1,
            ElementDiff.isNone(from: JSON.orNull(head.value.elements), to: row.elements),
            row.refusals.isEmpty
        {
            close(row, .unchanged, report.score)
            return
        }
        guard row.refusals.isEmpty else {
            close(row, .refused, report.score)
            return
        }
        let isDrafted = !order.publishes || !report.isComplete
        var replaced: Digest16?
        switch isDrafted ? try waiting.match(row, from: source) : .none {
        case .same:
            close(row, .unchanged, report.score)
            return
        case .several:
            row.note("name", "draft-ambiguous", "有几份同名同部门的草稿待复核，不知是哪一份的新内容")
            close(row, .refused, report.score)
            return
        case .earlier(let id): replaced = id
        case .none: break
        }
        let publication = Publication(
            code: row.code, base: known?.state.heads.first?.value.number,
            saw: known.map { $0.state.heads.count > 1 ? $0.state.heads.map(\.stamp.dot) : [] }
                ?? [],
            effectiveFrom: order.effectiveFrom, elements: row.elements, replaces: replaced)
        guard !isDrafted else {
            // Each row's draft has an id of its own: the command's, counted up.
            let words = desk.entropy.words
            let id = Digest16(high: words.0, low: words.1 &+ UInt64(row.number))
            drafts.append(CatalogRules.written(publication, as: id, at: desk))
            close(row, .drafted, report.score)
            return
        }
        switch try CatalogRules.judged(publication, at: desk, from: source, allowsGaps: false) {
        case .refused(let refusal):
            row.note(refusal.field ?? "code", refusal.rule, refusal.title)
            close(row, .refused, report.score)
        case .good(let state):
            drafts.append(
                CatalogRules.version(
                    publication, number: state.nextNumber, replacing: state.heads, of: nil,
                    at: desk))
            close(row, .published, report.score)
        }
    }

    /// Notes what the node's own catalog and directory say of a row.
    ///
    /// - Returns: The item of its code; nil where there is none yet.
    private static func judge<S: DocumentSource>(
        _ row: inout ItemRow, at desk: Desk, from source: S
    ) throws(S.Failure) -> CatalogItem? {
        if let area = CatalogRules.unknownArea(row.elements, in: desk.directory) {
            row.note(area.field, area.rule, area.title)
        }
        guard !row.code.isEmpty else {
            row.note("code", "element-missing", "没有事项编码", .gap)
            return nil
        }
        let known = try CatalogQuery.item(
            row.code, for: desk.region, in: desk.directory, from: source)
        if let known, known.state.authority != desk.region {
            row.note("code", "uniform-element-read-only", "此事项由上级目录维护")
        }
        if known?.state.latestStanding == .cancelled {
            row.note("code", "item-cancelled", "事项已取消")
        }
        return known
    }

    private mutating func close(_ row: ItemRow, _ fate: Fate, _ score: Int) {
        rows.append(row)
        fates.append(fate)
        scores.append(score)
        invariant(rows.count == fates.count, "each row has its fate")
    }

    /// How many rows come to something.
    package func count(_ fate: Fate) -> Int { fates.filter { $0 == fate }.count }

    /// {rows, published, drafted, unchanged, refused, gaps: [{field, title, rows}],
    /// report: [{row, code, name, fate, score, findings: [{field, rule, title, weight}]}]}:
    /// rows with nothing to say are left out of the report.
    package var answer: [UInt8] {
        CatalogRules.answer { object in
            object.field("rows", rows.count)
            object.field("published", count(.published))
            object.field("drafted", count(.drafted))
            object.field("unchanged", count(.unchanged))
            object.field("refused", count(.refused))
            object.array("gaps") { array in
                for line in FindingTally(rows.map(\.findings)).lines {
                    array.object { entry in
                        entry.field("field", line.field)
                        entry.field("title", line.title)
                        entry.field("rows", line.rows)
                    }
                }
            }
            object.array("report") { array in
                for (index, row) in rows.enumerated() where !row.findings.isEmpty {
                    write(row, fates[index], scores[index], to: &array)
                }
            }
        }
    }

    private func write(_ row: ItemRow, _ fate: Fate, _ score: Int, to writer: inout JSONWriter) {
        writer.object { object in
            object.field("row", row.number)
            object.field("code", row.code)
            object.field("name", row.elements["name"]?.text ?? "")
            object.field("fate", fate.rawValue)
            object.field("score", score)
            object.array("findings") { array in
                for finding in row.findings {
                    array.object { entry in
                        entry.field("field", finding.field)
                        entry.field("rule", finding.rule)
                        entry.field("title", finding.title)
                        entry.field("weight", finding.weight.rawValue)
                    }
                }
            }
        }
    }
}

/// The drafts that wait for a second person, beside the rows of an import: a row that came before
/// is not drafted again. A row without a code is known by its name and department.
private struct WaitingDrafts {
    /// What a row comes to beside the drafts that wait.
    enum Match {
        case none
        /// One says just this.
        case same
        /// One was made of an earlier state of this row.
        case earlier(Digest16)
        /// Which one it was made of cannot be told.
        case several
    }

    private struct Waiting {
        let id: Digest16
        let elements: JSON
        let from: String?
    }

    private let from: String?
    /// Rows of the import by what they are known by.
    private var rows: [String: [JSON]] = [:]
    private var drafts: [String: [Waiting]] = [:]
    /// Labels whose drafts were looked up.
    private var looked: Set<String> = []
    /// Those that a row has taken the place of.
    private var taken: Set<Digest16> = []

    init(_ order: ImportOrder) {
        from = order.effectiveFrom?.text
        for row in order.rows {
            rows[Self.name(row.code, row.elements), default: []].append(row.elements)
        }
    }

    /// Looks the drafts of a code up once; all those without a code together.
    mutating func match<S: DocumentSource>(
        _ row: ItemRow, from source: S
    ) throws(S.Failure) -> Match {
        if looked.insert(row.code).inserted { try look(up: row.code, from: source) }
        let name = Self.name(row.code, row.elements)
        guard let known = drafts[name] else { return .none }
        if known.contains(where: { isSame($0, row.elements) }) { return .same }
        let siblings = rows[name] ?? []
        let free = known.filter { draft in
            !taken.contains(draft.id) && !siblings.contains { isSame(draft, $0) }
        }
        guard let first = free.first else { return .none }
        guard free.count == 1 else { return .several }
        taken.insert(first.id)
        return .earlier(first.id)
    }

    private mutating func look<S: DocumentSource>(
        up code: String, from source: S
    ) throws(S.Failure) {
        for key in try source.find(.draft, label: code) {
            guard case .draft(let state)? = try source.content(key), state.isOpen else { continue }
            let publication = JSON.orNull(state.publication)
            let elements = publication["elements"] ?? .null
            drafts[Self.name(code, elements), default: []].append(
                Waiting(
                    id: key.id, elements: elements, from: publication["effectiveFrom"]?.text))
        }
    }

    private func isSame(_ draft: Waiting, _ elements: JSON) -> Bool {
        draft.from == from && ElementDiff.isNone(from: draft.elements, to: elements)
    }

    private static func name(_ code: String, _ elements: JSON) -> String {
        guard code.isEmpty else { return code }
        let words = ["name", "department"].map { elements[$0]?.text ?? "" }
        return "\n" + words.joined(separator: "\n")
    }
}

/// Themes, claims, knowledge, proofs, questions, rulings.
extension CatalogRules {
    static func define<S: DocumentSource>(
        _ given: DefinitionOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard let order = try named(given, from: source) else { return .refuse(.noCase) }
        let isQuestion = order.family == .question
        // Its own windows are each place's to open.
        guard isQuestion || order.family == .window || desk.directory.mayPublish(desk.region) else {
            return .refuse(readOnly(order.family.rawValue))
        }
        let scope = ScopeName.catalog(desk.region)
        let key = DefinitionState.key(order.family, order.code, in: scope.id)
        var known: DefinitionState?
        if case .definition(let state)? = try source.content(key) { known = state }
        let body: JSON
        switch merged(order, known, at: desk) {
        case .success(let whole): body = whole
        case .failure(let refusal): return .refuse(refusal)
        }
        if let finding = DefinitionCheck.findings(order.family, order.code, body).first {
            return .refuse(RuleRefusal(finding))
        }
        if order.family == .window, let fault = ServiceWindow.fault(body) {
            return .refuse(.invalid(fault.field, fault.title))
        }
        if let refusal = try unknownParts(order.family, body, at: desk, from: source) {
            return .refuse(refusal)
        }
        if isQuestion, known != nil {
            return .write([], answer: answer { $0.field("code", order.code) })
        }
        let bytes = answer { object in
            object.field("family", order.family.rawValue)
            object.field("code", order.code)
            object.field("body", body)
        }
        let draft = Draft(
            scope: scope, kind: isQuestion ? .questionAsked : .definitionSet, body: bytes,
            supersedes: known?.entries.heads.map(\.stamp.dot) ?? [])
        return .write([draft], answer: answer { $0.field("code", order.code) })
    }

    /// A ruling is known by its case's id; people name the case by its number. nil where no case,
    /// or more than one, has it.
    private static func named<S: DocumentSource>(
        _ order: DefinitionOrder, from source: S
    ) throws(S.Failure) -> DefinitionOrder? {
        guard order.family == .ruling else { return order }
        let parts = order.code.split(separator: ":", maxSplits: 1).map(String.init)
        guard let first = parts.first, CaseNumber(first) != nil else { return order }
        let keys = try source.find(.caseFile, label: first)
        guard keys.count == 1, parts.count == 2 else { return nil }
        return DefinitionOrder(
            family: .ruling, code: keys[0].id.hex + ":" + parts[1], body: order.body)
    }

    /// What is said now on top of what stands. Who publishes a theme is not who drafted it.
    private static func merged(
        _ order: DefinitionOrder, _ known: DefinitionState?, at desk: Desk
    ) -> Result<JSON, RuleRefusal> {
        var body = known?.body.object ?? JSONObject()
        let given = order.body.object ?? JSONObject()
        let status = given["status"]?.text
        let isStep = given.members.count == 1
        if isStep, order.family != .question, known == nil {
            return .failure(
                RuleRefusal(
                    "definition-unknown", "目录中没有 \(order.code)", field: "code",
                    category: .missing))
        }
        if order.family == .theme, status == "published" {
            guard body["status"]?.text == "draft" else {
                return .failure(RuleRefusal("not-drafted", "主题没有待发布的草稿", field: "code"))
            }
            guard known?.latest?.stamp.author != desk.author || StaffRules.mayActAlone(desk.author)
            else { return .failure(twoPersons("起草人不得发布自己的主题")) }
            body["version"] = .int((body["version"]?.int ?? 0) + 1)
        }
        if order.family == .theme, status == "draft" {
            let version = body["version"]
            body = JSONObject()
            body["version"] = version
        }
        if order.family == .setting, DefinitionState.isApproved(order.code) {
            if let refusal = unapproved(isStep, known, at: desk) { return .failure(refusal) }
            if !isStep { body = JSONObject() }
        }
        for member in given.members { body[member.key] = member.value }
        if order.family == .setting, !isStep, DefinitionState.isApproved(order.code),
            !StaffRules.mayActAlone(desk.author)
        {
            body["status"] = "draft"
        }
        return .success(.object(body))
    }

    /// Why a draft of a setting may not be approved; nil for what is no approval.
    private static func unapproved(
        _ isStep: Bool, _ known: DefinitionState?, at desk: Desk
    ) -> RuleRefusal? {
        guard isStep else { return nil }
        guard known?.body["status"]?.text == "draft" else {
            return RuleRefusal("not-drafted", "没有待复核的设置", field: "code")
        }
        guard known?.latest?.stamp.author != desk.author || StaffRules.mayActAlone(desk.author)
        else { return twoPersons("起草人不得复核自己的设置") }
        return nil
    }

    /// Items of a theme and of the knowledge that the catalog does not have.
    private static func unknownParts<S: DocumentSource>(
        _ family: DefinitionState.Family, _ body: JSON, at desk: Desk, from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        guard family == .theme else { return nil }
        for (index, child) in (body["children"]?.array ?? []).enumerated() {
            let code = child["item"]?.text ?? ""
            let item = try CatalogQuery.item(
                code, for: desk.region, in: desk.directory, from: source)
            guard let item, item.state.latestStanding != .cancelled else {
                return RuleRefusal(
                    "item-unknown", "目录中没有事项 \(code)", field: "children[\(index)].item",
                    category: .missing)
            }
        }
        return nil
    }

    /// What was ruled on a case; nil where nothing was. Read by the rules of cases.
    static func ruling<S: DocumentSource>(
        on id: Digest16, about: String, in catalog: ScopeID, from source: S
    ) throws(S.Failure) -> String? {
        let key = DefinitionState.key(.ruling, id.hex + ":" + about, in: catalog)
        guard case .definition(let state)? = try source.content(key) else { return nil }
        return state.body["status"]?.text
    }
}
