import Base
import Catalog
import Change
import Civil
import Document
import Region

/// What follows a publication, or is many at once: steps, roll-back, split, merge, import.
extension CatalogRules {
    static func discard<S: DocumentSource>(
        _ id: Digest16, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let key = DocumentKey(collection: .draft, id: id)
        guard case .draft(let state)? = try source.content(key), state.isOpen else {
            return .refuse(draftUnknown)
        }
        guard desk.directory.mayPublish(desk.region) else { return .refuse(readOnly("draft")) }
        let body = answer { $0.field("draft", hex: id) }
        let draft = Draft(scope: .catalog(desk.region), kind: .itemDraftEnd, body: body)
        return .write([draft], answer: answer { $0.field("code", state.code) })
    }

    // MARK: 拆分, 合并

    /// Publishes what takes the place of some items, and ends these: all of it or nothing.
    static func succeed<S: DocumentSource>(
        _ order: SuccessionOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard isText(order.reason) else {
            return .refuse(.invalid("reason-required", "须写明理由", "reason"))
        }
        var written: [Draft] = []
        var successors: [(code: String, from: CivilDate?)] = []
        for id in order.drafts {
            let publication: Publication
            switch try opened(id, at: desk, from: source) {
            case .refused(let refusal): return .refuse(refusal)
            case .good(let found): publication = found
            }
            guard !successors.contains(where: { $0.code == publication.code }) else {
                return .refuse(.invalid("code-duplicate", "两份草稿编码相同", "drafts"))
            }
            switch try judged(publication, at: desk, from: source, allowsGaps: false) {
            case .refused(let refusal): return .refuse(refusal)
            case .good(let state):
                written.append(
                    version(
                        publication, number: state.nextNumber, replacing: state.heads, of: id,
                        at: desk))
            }
            successors.append((publication.code, publication.effectiveFrom))
        }
        let from = successors.first?.from
        guard successors.allSatisfy({ $0.from == from }) else {
            return .refuse(.invalid("effective-date", "各草稿的生效日期须相同", "drafts"))
        }
        for code in Set(order.codes).sorted() where !successors.contains(where: { $0.code == code })
        {
            let standing = StandingOrder(
                code: code, standing: .cancelled, reason: order.reason, from: from)
            let end = try setStanding(
                standing, at: desk, from: source, successors: successors.map(\.code))
            guard case .write(let drafts, _) = end else { return end }
            written += drafts
        }
        return .write(
            written,
            answer: answer { object in
                object.array("codes") { array in
                    for successor in successors { array.value(successor.code) }
                }
            })
    }

    // MARK: steps

    static func stage<S: DocumentSource>(
        _ order: StageOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let item: CatalogItem
        switch try owned(order.code, "stage", at: desk, from: source) {
        case .refused(let refusal): return .refuse(refusal)
        case .item(let found): item = found
        }
        guard let head = item.state.heads.first, item.state.heads.count == 1,
            item.state.isStaged(head)
        else {
            return .refuse(RuleRefusal("not-staged", "事项没有正在分步发布的版本", field: "code"))
        }
        guard !item.state.isHalted(head) else {
            return .refuse(
                RuleRefusal("stage-halted", "该版本已停止扩大：请回退或另发新版本", field: "code"))
        }
        var regions: [RegionID] = []
        if case .regions(let names) = order.reach {
            for name in names {
                guard let region = desk.region(named: name),
                    desk.directory.isWithin(region.id, desk.region)
                else { return .refuse(.invalid("region-unknown", "没有这个区划代码的地区", "regions")) }
                regions.append(region.id)
            }
        }
        if order.reach == .halt, !isText(order.reason) {
            return .refuse(.invalid("reason-required", "须写明理由", "reason"))
        }
        let reach: StageNote.Reach =
            switch order.reach {
            case .regions: .regions(regions.sorted())
            case .level(let level): .level(level)
            case .everywhere: .everywhere
            case .halt: .halt
            }
        let body = answer { object in
            object.field("code", order.code)
            object.field("version", head.stamp.dot.text)
            object.field("reach", reach.word)
            if case .regions(let regions) = reach {
                object.array("regions") { array in
                    for region in regions { array.value(region.hex) }
                }
            }
            object.field("at", desk.now.millis)
            object.field("reason", order.reason)
        }
        let draft = Draft(scope: item.catalog, kind: .itemStage, body: body)
        return .write(
            [draft],
            answer: answer { object in
                object.field("code", order.code)
                object.field("version", head.value.number)
                object.field("reach", reach.word)
            })
    }

    /// Two persons have seen these elements already: going back to them takes one.
    static func rollback<S: DocumentSource>(
        _ code: String, to number: Int, _ reason: String, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let item: CatalogItem
        switch try owned(code, "code", at: desk, from: source) {
        case .refused(let refusal): return .refuse(refusal)
        case .item(let found): item = found
        }
        guard isText(reason) else {
            return .refuse(.invalid("reason-required", "须写明理由", "reason"))
        }
        let state = item.state
        guard let old = state.versions.entries.last(where: { $0.value.number == number }),
            !state.heads.contains(where: { $0.stamp.dot == old.stamp.dot })
        else {
            return .refuse(
                RuleRefusal("version-unknown", "没有这个历史版本", field: "to", category: .missing))
        }
        guard state.latestStanding != .cancelled else {
            return .refuse(RuleRefusal("item-cancelled", "事项已取消，不能再发布", field: "code"))
        }
        let publication = Publication(
            code: code, base: state.heads.first?.value.number, effectiveFrom: nil,
            elements: JSON.orNull(old.value.elements))
        return .write(
            [
                version(
                    publication, number: state.nextNumber, replacing: state.heads, of: nil,
                    at: desk)
            ],
            answer: answer { object in
                object.field("code", code)
                object.field("version", state.nextNumber)
            })
    }

    // MARK: import

    /// Takes all rows or none: what is complete is published or waits for a second person, the
    /// rest waits as a draft with its gaps.
    static func importItems<S: DocumentSource>(
        _ order: ImportOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard desk.directory.mayPublish(desk.region) else { return .refuse(readOnly("items")) }
        guard !order.publishes || StaffRules.mayActAlone(desk.author) else {
            return .refuse(twoPersons("导入的事项须由另一人复核发布"))
        }
        if let from = order.effectiveFrom, from < CivilDate(of: desk.now) {
            return .refuse(.invalid("effective-date-past", "生效日期已过", "effectiveFrom"))
        }
        let plan = try ImportPlan.of(order, at: desk, from: source)
        let refused = plan.rows.filter { !$0.refusals.isEmpty }
        if let first = refused.first, let finding = first.refusals.first, !order.skipsRefused {
            return .refuse(
                RuleRefusal(
                    finding.rule,
                    "第 \(first.number) 行 \(finding.field)：\(finding.title)；共 \(refused.count) 行"
                        + "不合格，一行也未导入",
                    field: "items[\(first.number - 1)].\(finding.field)", category: .invalid))
        }
        return .write(plan.drafts, answer: plan.answer)
    }
}
