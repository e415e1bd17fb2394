import Base
import Change
import Civil
import Domain
import Guide

/// 档案: what is due for the archive, what is in it, and what may leave it.
extension BoardMaker {
    /// A case as such lists have it.
    private struct Line {
        let state: CaseState
        let path: String
    }

    private func walk(
        _ status: CaseStatus, of region: RegionRecord
    ) throws(Source.Failure) -> [Line] {
        var lines: [Line] = []
        let found = try source.list(
            .caseFile, status: status.rawValue, limit: Limits.archivesWalkedMax)
        for document in found {
            guard case .caseFile(let state)? = try source.content(document.key),
                directory.isWithin(state.scope.region, region.id)
            else { continue }
            lines.append(Line(state: state, path: "/board/archive?code=" + state.number))
        }
        return lines
    }

    private func day(_ kind: ChangeKind, of state: CaseState) -> String {
        state.effective(kind).first.map { CivilDate(of: Instant(millis: $0.moment)).text } ?? "—"
    }

    /// Whether it waits to be put away here, closed or at an end without a decision.
    private func isSealable(_ state: CaseState) -> Bool {
        state.outgoing == nil && !state.isErased
            && LifeCycle.row(.archive, in: state.status) != nil
    }

    private func ended(_ state: CaseState) -> String {
        state.overSince.map { CivilDate(of: Instant(millis: $0)).text } ?? "—"
    }

    /// 档案: lists by what is to be done.
    func archives(for region: RegionRecord) throws(Source.Failure) -> Sheet {
        var lists = ArchiveLists()
        let sealed = try walk(.archived, of: region)
        let confirmed = try confirmations()
        for line in sealed { try kept(line, confirmed, into: &lists) }
        for status in [CaseStatus.closed, .refused, .ended, .withdrawn] {
            for line in try walk(status, of: region) {
                if isSealable(line.state) { try waiting(line, into: &lists) }
                if status != .closed { try kept(line, confirmed, into: &lists) }
            }
        }
        let held = try self.terms()
        let columns = ["办件编号", "事项", "收件地点", "保管节点", "状态", "办结或终结", "可归档自"]
        let terms = ["办件编号", "收件地点", "状态", "保管期限", "备注"]
        let counts = [
            lists.due, lists.open, sealed.map { ([], $0.path) }, lists.over, lists.special,
            lists.erased,
        ]
        .map { rows in
            rows.count < Limits.archivesWalkedMax ? String(rows.count) : "不少于 \(rows.count)"
        }
        return Sheet(
            "档案", stamp: "\(region.name) · \(asOf(try stations(of: region)))",
            [
                Sheet.Section(
                    "合计", ["待归档", "评价期内", "已归档", "保管期满", "保全或待批销毁", "已清除"], [counts]),
                section("待归档（评价期已满）", columns, lists.due),
                section("评价期内", columns, lists.open),
                section(
                    "已归档", ["办件编号", "事项", "收件地点", "归档", "导出次数", "最后导出"],
                    sealed.reversed().map { (cells(sealed: $0.state), $0.path) }),
                section("保管期满，可申请销毁", terms, lists.over),
                section("保全中、待批销毁", terms, lists.special),
                section("已清除", ["办件编号", "清除日期", "已证实的节点"], lists.erased),
            ] + held.sections,
            data: [
                "due": Self.numbers(lists.due), "open": .int(Int64(lists.open.count)),
                "sealed": .int(Int64(sealed.count)), "over": Self.numbers(lists.over),
                "special": Self.numbers(lists.special), "erased": Self.numbers(lists.erased),
                "terms": held.data, "draft": held.draft, "seen": held.seen,
                "state": .text(held.draft.isNull ? "没有草案" : "有待批准的草案"),
                "authority": .bool(directory.mayPublish(own)),
            ])
    }

    private static func numbers(_ rows: [ArchiveLists.Row]) -> JSON {
        .array(rows.map { .text($0.cells.first ?? "") })
    }

    private func waiting(_ line: Line, into lists: inout ArchiveLists) throws(Source.Failure) {
        let state = line.state
        let last = try CatalogQuery.lastRatingDay(of: state, in: directory, from: source)
        let from = last?.advanced(by: 1)
        let cells = [
            state.number, state.item, name(state.scope.region), name(state.holder?.region),
            state.status.name, ended(state), from?.text ?? "缺节假日安排",
        ]
        if let from, from <= today {
            lists.due.append((cells, line.path))
        } else {
            lists.open.append((cells, line.path))
        }
    }

    private func kept(
        _ line: Line, _ confirmed: [String: [String]], into lists: inout ArchiveLists
    ) throws(Source.Failure) {
        let state = line.state
        if state.isErased {
            let nodes = confirmed[state.number, default: []].joined(separator: "、")
            lists.erased.append(([state.number, day(.caseErase, of: state), nodes], line.path))
            return
        }
        let retention = try CatalogQuery.retention(of: state, in: directory, from: source)
        let cells = [
            state.number, name(state.scope.region), state.status.name, retention.words,
            state.isHeld ? "保全中" : state.disposal == nil ? "" : "待批销毁",
        ]
        if state.isHeld || state.disposal != nil { lists.special.append((cells, line.path)) }
        if let first = retention.due, first <= today { lists.over.append((cells, line.path)) }
    }

    private func section(
        _ heading: String, _ columns: [String], _ rows: [(cells: [String], path: String)]
    ) -> Sheet.Section {
        let shown = rows.prefix(Limits.archivesListedMax)
        return Sheet.Section(heading, columns, shown.map(\.cells)).leading(shown.map(\.path))
    }

    private func cells(sealed state: CaseState) -> [String] {
        let last = state.exports.map(\.moment).max()
        return [
            state.number, state.item, name(state.scope.region), day(.caseArchive, of: state),
            String(state.exports.count), last.map { Instant(millis: $0).minute } ?? "",
        ]
    }

    /// What holds, and a draft that waits for a second person.
    private func terms() throws(Source.Failure) -> (
        sections: [Sheet.Section], data: JSON, draft: JSON, seen: JSON
    ) {
        let said = try setting(.setting, "retention")
        let terms = RetentionTerms(said)
        var basis = terms == nil ? "缺省（国家档案局令第8号：定期 30 年、10 年）" : "本县设置"
        if let document = said["document"]?.text { basis += "，" + document }
        var sections = [
            Sheet.Section(
                "保管期限", ["类别", "期限"],
                (terms ?? .seed).rows + [["依据", basis]])
        ]
        var draft = JSON.null
        if let body = try self.draft(of: "retention"), let proposed = RetentionTerms(body) {
            let document = body["document"]?.text ?? ""
            sections.append(
                Sheet.Section(
                    "待另一人批准的保管期限", ["类别", "期限"],
                    proposed.rows + (document.isEmpty ? [] : [["依据", document]])))
            draft = Self.json(proposed, document)
        }
        let key = DefinitionState.key(.setting, "retention", in: ScopeName.catalog(own).id)
        let seen = try source.content(key).map { JSON.text($0.tag(of: key).text) } ?? .null
        return (sections, Self.json(terms ?? .seed, said["document"]?.text ?? ""), draft, seen)
    }

    private static func json(_ terms: RetentionTerms, _ document: String) -> JSON {
        [
            "default": .int(Int64(terms.usual)), "refused": .int(Int64(terms.refused)),
            "withdrawn": .int(Int64(terms.withdrawn)), "kinds": .text(terms.kindsText),
            "document": .text(document),
        ]
    }

    /// Which nodes said under their signature that nothing of an erased case is left, by number.
    private func confirmations() throws(Source.Failure) -> [String: [String]] {
        var found: [String: [String]] = [:]
        let lines = try source.list(
            .audit, status: "case.erased", limit: Limits.archivesWalkedMax)
        for document in lines {
            guard case .audit(let line)? = try source.content(document.key) else { continue }
            let place = name(line.region)
            if !found[line.about, default: []].contains(place) {
                found[line.about, default: []].append(place)
            }
        }
        return found
    }

    // MARK: one

    func archive(_ code: String) throws(Source.Failure) -> Sheet? {
        guard let (_, state) = try source.caseFile(code) else { return nil }
        let retention = try CatalogQuery.retention(of: state, in: directory, from: source)
        let last = try CatalogQuery.lastRatingDay(of: state, in: directory, from: source)
        let from = last?.advanced(by: 1)
        let isDue = isSealable(state) && from.map { $0 <= today } == true
        var facts = [
            ["状态", state.status.name], ["事项", "\(state.item) v\(state.itemVersion)"],
            ["收件地点", name(state.scope.region)], ["保管节点", name(state.holder?.region)],
            ["办结或终结", ended(state)], ["归档", day(.caseArchive, of: state)],
        ]
        if isSealable(state) { facts.append(["可归档自", from?.text ?? "缺节假日安排"]) }
        facts.append(["保管期限", retention.words])
        facts.append(["可清除自", retention.isPermanent ? "永久保管" : retention.due?.text ?? "未办结"])
        facts.append(["清除时销毁", "\(state.events.count) 条环节记录的内容、密钥，及只有本件用到的附件"])
        if state.isErased {
            let nodes = try confirmations()[state.number, default: []]
            facts.append(["清除", day(.caseErase, of: state)])
            facts.append(["已证实的节点", nodes.isEmpty ? "尚无" : nodes.joined(separator: "、")])
        }
        return Sheet(
            "档案 \(state.number)", stamp: asOf(try stations(of: record(state.scope.region))),
            [
                Sheet.Section("卷", [], facts),
                Sheet.Section("档案管理", ["时间", "事项", "地点", "理由"], try kept(state)),
                Sheet.Section("办件", [], [["办件编号", state.number]]).leading([
                    "/cases/" + state.number
                ]),
            ],
            data: [
                "number": .text(state.number), "status": .text(state.status.rawValue),
                "sealable": .bool(isDue), "held": .bool(state.isHeld),
                "proposed": .bool(state.disposal != nil), "erased": .bool(state.isErased),
                "final": .bool(state.status.isFinal),
                "sealableFrom": from.map { .text($0.text) } ?? .null,
                "erasableFrom": retention.due.map { .text($0.text) } ?? .null,
                "exports": .int(Int64(state.exports.count)),
            ])
    }

    private func record(_ region: RegionID) -> RegionRecord {
        guard let found = directory.region(region) ?? directory.region(own) else {
            invariant(false, "the own place stands in the directory")
            return directory.regions[0]
        }
        return found
    }

    /// Holds, requests to destroy and exports, the earliest first, with their reasons.
    private func kept(_ state: CaseState) throws(Source.Failure) -> [[String]] {
        let names = [
            "hold": "保全", "release": "解除保全", "propose": "申请销毁", "dismiss": "驳回销毁", "export": "导出",
        ]
        var rows: [[String]] = []
        for event in state.effective(.caseKeep).sorted(by: { $0.time < $1.time }) {
            let body = try source.change(at: event.dot, in: state.scopeID)?.body
            let reason = body.map(JSON.orNull)?["detail"]?["reason"]?.text ?? ""
            rows.append([
                Instant(millis: event.moment).minute, names[event.outcome ?? ""] ?? "",
                name(state.region(of: event.dot.actor)), reason.isEmpty ? "" : text(reason),
            ])
        }
        return rows
    }
}

/// Cases by what their archive waits for.
private struct ArchiveLists {
    typealias Row = (cells: [String], path: String)

    var due: [Row] = []
    var open: [Row] = []
    var over: [Row] = []
    var special: [Row] = []
    var erased: [Row] = []
}
