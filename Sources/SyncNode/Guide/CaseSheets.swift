import Base
import Change
import Civil
import Domain

/// What the catalog means for cases: 版本依据, 时限变更, 待裁定 and 追认.
extension SheetMaker {
    /// A case with all that the catalog says of it.
    private struct Bound {
        let id: Digest16
        let state: CaseState
        let item: CatalogItem
        let binding: CaseBinding
        /// Acts behind the end of a grant.
        let late: [CaseEvent]
        /// What was ruled, by what about; absent where nothing was.
        let rulings: [String: (outcome: String, reason: String)]
    }

    private func bound(_ code: String) throws(Source.Failure) -> Bound? {
        guard let (id, state) = try source.caseFile(code) else { return nil }
        return try bound(state, id)
    }

    private func bound(
        _ state: CaseState, _ id: Digest16
    ) throws(Source.Failure) -> Bound? {
        guard
            let item = try CatalogQuery.item(
                state.item, for: state.scope.region, in: directory, from: source),
            let binding = try CatalogQuery.binding(of: state, in: directory, from: source)
        else { return nil }
        var rulings: [String: (outcome: String, reason: String)] = [:]
        for about in ["standing", "grant"] {
            let key = DefinitionState.key(.ruling, id.hex + ":" + about, in: item.catalog.id)
            guard case .definition(let ruling)? = try source.content(key) else { continue }
            let body = ruling.body
            rulings[about] = (body["status"]?.text ?? "", body["reason"]?.text ?? "")
        }
        return Bound(
            id: id, state: state, item: item, binding: binding,
            late: try CatalogQuery.overreach(of: state, in: directory, from: source),
            rulings: rulings)
    }

    // MARK: 版本依据

    func binding(_ code: String) throws(Source.Failure) -> Sheet? {
        guard let bound = try bound(code) else { return nil }
        let binding = bound.binding
        let dues = try dues(bound)
        var data = JSON.made { writer in binding.write(to: &writer) }.object ?? JSONObject()
        data["case"] = .text(bound.id.hex)
        data["due"] = .text(dues.now)
        data["printedDue"] = .text(dues.printed)
        data["overreach"] = .array(
            bound.late.map { event in
                [
                    "event": .text(event.hash.hex), "kind": .text(event.kind.caseName),
                    "at": .int(event.moment),
                ]
            })
        var ruled = JSONObject()
        for about in bound.rulings.keys.sorted() {
            ruled[about] = .text(bound.rulings[about]?.outcome ?? "")
        }
        data["rulings"] = .object(ruled)
        return Sheet(
            "版本依据 " + bound.state.number,
            stamp: stamp(
                bound.state.item, "v\(binding.governing)", "承诺 \(binding.promisedDays) 个工作日"),
            [
                Sheet.Section("提示", ["事由", "说明"], notes(bound, dues)),
                Sheet.Section(
                    "材料", ["编码", "名称", "要求"],
                    binding.materials.map { [$0.code, $0.name, $0.standing.rawValue] }),
            ],
            data: .object(data))
    }

    private func notes(_ bound: Bound, _ dues: (now: String, printed: String)) -> [[String]] {
        let binding = bound.binding
        var notes: [[String]] = []
        if binding.isLagging {
            notes.append(["版本滞后", "收件时应依据 v\(binding.governing)，站点仍用 v\(binding.pinned)"])
        }
        if let printed = binding.printedDays {
            // Before 受理 no paper has a day on it.
            let days = dues.printed == Self.noDay ? "" : "\(dues.printed) → \(dues.now)，"
            notes.append([
                "时限变更", "\(printed) → \(binding.promisedDays) 个工作日，\(days)按较早者",
            ])
        }
        if binding.isHalted {
            notes.append(
                ruled(bound, "standing", "待裁定", "收件前事项已暂停或取消", "已裁定继续办理", "已裁定终止"))
        }
        for event in bound.late {
            let writer = bound.state.writers.first { $0.actor == event.dot.actor }?.region
            let what = "\(name(writer ?? own)) \(Instant(millis: event.moment).minute)"
            notes.append(ruled(bound, "grant", "越权待追认", what, "越权已追认", "越权不予追认"))
        }
        return notes
    }

    private func ruled(
        _ bound: Bound, _ about: String, _ waits: String, _ what: String, _ goesOn: String,
        _ ends: String
    ) -> [String] {
        guard let ruling = bound.rulings[about] else { return [waits, what] }
        return [ruling.outcome == "continue" ? goesOn : ends, what + "；" + ruling.reason]
    }

    /// 承诺到期 as it is, and as the station's own version had it.
    private func dues(_ bound: Bound) throws(Source.Failure) -> (now: String, printed: String) {
        func date(_ clock: CaseClock?) -> String { clock?.promised?.date?.text ?? Self.noDay }
        let now = try CatalogQuery.clock(
            of: bound.state, on: today, in: directory, from: source)
        let printed = try CatalogQuery.clock(
            of: bound.state, on: today, in: directory, from: source, asPrinted: true)
        return (date(now), date(printed))
    }

    private static var noDay: String { "—" }

    // MARK: 时限变更告知书

    /// What the applicant is told where the station printed another day; nil where it did not.
    func terms(_ code: String) throws(Source.Failure) -> Sheet? {
        guard let bound = try bound(code), let printed = bound.binding.printedDays else {
            return nil
        }
        let binding = bound.binding
        let dues = try dues(bound)
        guard dues.printed != Self.noDay else { return nil }
        func names(_ standing: CaseBinding.Standing) -> [[String]] {
            binding.materials.filter { $0.standing == standing }.map { [$0.code, $0.name] }
        }
        return Sheet(
            "时限变更告知书 " + bound.state.number,
            stamp: stamp(bound.state.item, "v\(binding.governing)", name(bound.state.scope.region)),
            [
                Sheet.Section(
                    "时限", ["", "承诺（工作日）", "承诺到期"],
                    [
                        ["回执所印", String(printed), dues.printed],
                        ["变更为", String(binding.promisedDays), dues.now],
                    ]),
                Sheet.Section(
                    "理由", [],
                    [["收件之日事项已有新版本 v\(binding.governing)，收件站点当时未收到；两个期限按较早者，您无须做任何事"]]),
                Sheet.Section("不再需要的材料（已交的可取回）", ["编码", "名称"], names(.waived)),
                Sheet.Section("可以后补的材料", ["编码", "名称"], names(.deferred)),
                Sheet.Section("请补一次的材料", ["编码", "名称"], names(.toAsk)),
            ],
            data: [
                "case": .text(bound.id.hex), "printedDue": .text(dues.printed),
                "due": .text(dues.now), "printedDays": .int(Int64(printed)),
                "promisedDays": .int(Int64(binding.promisedDays)),
                "governing": .int(Int64(binding.governing)),
            ])
    }

    // MARK: 待裁定与追认

    /// Cases that wait for a word of the authority, the longest waiting first; of more than a page
    /// shows, the rest comes as these are ruled on.
    func pending() throws(Source.Failure) -> Sheet {
        var rows: [[String]] = []
        var links: [String] = []
        var data: [JSON] = []
        let index = try source.waitingCases(limit: Limits.waitingCasesShown)
        var keys = index?.keys ?? []
        if index == nil {
            for document in try source.list(.caseFile, limit: Limits.impactCasesMax) {
                keys.append(document.key)
            }
        }
        for key in keys {
            guard case .caseFile(let state)? = try source.content(key) else { continue }
            let waiting = try CatalogQuery.waiting(state, key.id, in: directory, from: source)
            for (isDue, word, about) in [
                (waiting.forStanding, "待裁定", "standing"),
                (waiting.forGrant, "越权待追认", "grant"),
            ] where isDue {
                rows.append([
                    state.number, word, state.item, name(state.scope.region),
                    state.receivedAt.map { Instant(millis: $0).minute } ?? "",
                ])
                links.append("/catalog/binding?code=" + key.id.hex)
                data.append([
                    "case": .text(key.id.hex), "number": .text(state.number),
                    "about": .text(about),
                ])
            }
        }
        let total = max(index?.total ?? rows.count, rows.count)
        let shown = total > rows.count ? "，列出等候最久的 \(rows.count) 件" : ""
        return Sheet(
            "待裁定与追认", stamp: stamp("\(total) 件" + shown, behind),
            [
                Sheet.Section("逐件", ["办件", "事由", "事项", "收件地点", "收件时间"], rows)
                    .leading(links)
            ],
            data: ["waiting": .array(data), "total": .int(Int64(total))])
    }
}
