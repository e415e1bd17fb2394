import Base
import Catalog
import Change
import Civil
import Document
import Region

/// Publishing, suspending, cancelling: the authority's own.
extension CatalogRules {
    static func publish<S: DocumentSource>(
        _ publication: Publication, at desk: Desk, from source: S, draft: Digest16? = nil,
        allowsGaps: Bool = false
    ) throws(S.Failure) -> Decision {
        guard draft != nil || StaffRules.mayActAlone(desk.author) else {
            return .refuse(twoPersons("发布须先由另一人起草（item.draft），再复核发布"))
        }
        let state: ItemState
        switch try judged(publication, at: desk, from: source, allowsGaps: allowsGaps) {
        case .refused(let refusal): return .refuse(refusal)
        case .good(let found): state = found
        }
        return .write(
            [
                version(
                    publication, number: state.nextNumber, replacing: state.heads, of: draft,
                    at: desk)
            ],
            answer: answer { object in
                object.field("code", publication.code)
                object.field("version", state.nextNumber)
            })
    }

    /// What a publication comes to.
    enum Judgement {
        case good(ItemState)
        case refused(RuleRefusal)
    }

    /// Everything that is asked of a publication, whoever asks for it.
    static func judged<S: DocumentSource>(
        _ publication: Publication, at desk: Desk, from source: S, allowsGaps: Bool
    ) throws(S.Failure) -> Judgement {
        let known = try CatalogQuery.item(
            publication.code, for: desk.region, in: desk.directory, from: source)
        let state = known?.state ?? ItemState(code: publication.code, authority: desk.region)
        guard desk.directory.mayPublish(desk.region), state.authority == desk.region else {
            return .refused(readOnly("code"))
        }
        if let refusal = lint(
            publication, today: CivilDate(of: desk.now), allowsGaps: allowsGaps)
            ?? unknownArea(publication.elements, in: desk.directory).map(RuleRefusal.init(_:))
            ?? stale(publication, state) ?? unknownStage(publication, at: desk)
        {
            return .refused(refusal)
        }
        guard state.nextNumber <= Limits.itemVersionsMax else {
            return .refused(RuleRefusal("item-versions", "事项版本过多", field: "code"))
        }
        if state.latestStanding == .cancelled {
            return .refused(RuleRefusal("item-cancelled", "事项已取消，不能再发布", field: "code"))
        }
        if let refusal = try grantsForbid(publication, at: desk, from: source) {
            return .refused(refusal)
        }
        if !allowsGaps, let refusal = try proofs(publication, at: desk, from: source) {
            return .refused(refusal)
        }
        return .good(state)
    }

    /// A division of 代收代办区域 that is none: of a county that this directory has, places are
    /// nodes of it; of others only the form is known.
    static func unknownArea(_ elements: JSON, in directory: Directory) -> Finding? {
        let codes = (elements["areas"]?.array ?? []).compactMap(\.text)
        let unknown = codes.first { text in
            guard let code = RegionCode(text) else { return true }
            let county = text.prefix(6)
            return directory.region(code: code) == nil
                && directory.regions.contains { $0.code.text.prefix(6) == county }
        }
        return unknown.map {
            Finding("areas", "region-unknown", "“代收代办区域”中没有区划代码 \($0) 的地区")
        }
    }

    /// Stations of a first step that the directory does not have.
    private static func unknownStage(_ publication: Publication, at desk: Desk) -> RuleRefusal? {
        for place in publication.stage ?? [] {
            guard let region = desk.region(named: place),
                desk.directory.isWithin(region.id, desk.region)
            else { return .invalid("region-unknown", "没有这个区划代码的地区", "stage") }
        }
        return nil
    }

    /// 证明 stand on the list of proofs (DOMAIN row 37).
    private static func proofs<S: DocumentSource>(
        _ publication: Publication, at desk: Desk, from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        let materials = publication.elements[ElementTable.materials]?.array ?? []
        for (index, material) in materials.enumerated() {
            guard let code = material["proof"]?.text, !code.isEmpty else { continue }
            let key = DefinitionState.key(.proof, code, in: ScopeName.catalog(desk.region).id)
            if case .definition(let state)? = try source.content(key),
                state.body["status"]?.text == "current"
            {
                continue
            }
            return .invalid(
                "proof-unlisted", "证明事项清单中没有 \(code)", "materials[\(index)].proof")
        }
        return nil
    }

    // MARK: two persons

    static func twoPersons(_ title: String) -> RuleRefusal {
        RuleRefusal("two-persons", title, field: "draft", category: .forbidden)
    }

    /// 起草: what publishing would refuse is refused now.
    static func draft<S: DocumentSource>(
        _ publication: Publication, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        if case .refused(let refusal) = try judged(
            publication, at: desk, from: source, allowsGaps: true)
        {
            return .refuse(refusal)
        }
        let id = Digest16(high: desk.entropy.words.0, low: desk.entropy.words.1)
        if let replaced = publication.replaces {
            let key = DocumentKey(collection: .draft, id: replaced)
            guard case .draft(let old)? = try source.content(key), old.isOpen else {
                return .refuse(draftUnknown)
            }
        }
        let report = ElementReport(publication.elements)
        return .write(
            [written(publication, as: id, at: desk)],
            answer: answer { object in
                object.field("draft", hex: id)
                object.field("code", publication.code)
                object.field("score", report.score)
                object.array("gaps") { array in
                    for gap in report.gaps { array.value(gap.field) }
                }
            })
    }

    static func written(
        _ publication: Publication, as id: Digest16, at desk: Desk
    ) -> Draft {
        let body = answer { object in
            object.field("draft", hex: id)
            object.field("code", publication.code)
            if let replaced = publication.replaces { object.field("replaces", hex: replaced) }
            object.field("publication", stored: publication.json)
        }
        return Draft(scope: .catalog(desk.region), kind: .itemDraft, body: body)
    }

    static let draftUnknown = RuleRefusal(
        "draft-unknown", "没有待复核的草稿", field: "draft", category: .missing)

    /// 复核发布: by another person than the drafter, and only while the catalog is as the drafter
    /// saw it.
    static func approve<S: DocumentSource>(
        _ id: Digest16, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        switch try opened(id, at: desk, from: source) {
        case .refused(let refusal): return .refuse(refusal)
        case .good(let publication):
            return try publish(publication, at: desk, from: source, draft: id)
        }
    }

    /// A draft that somebody else made.
    enum Opening {
        case good(Publication)
        case refused(RuleRefusal)
    }

    static func opened<S: DocumentSource>(
        _ id: Digest16, at desk: Desk, from source: S
    ) throws(S.Failure) -> Opening {
        let key = DocumentKey(collection: .draft, id: id)
        guard case .draft(let state)? = try source.content(key), state.isOpen else {
            return .refused(draftUnknown)
        }
        guard state.author != desk.author || StaffRules.mayActAlone(desk.author) else {
            return .refused(twoPersons("起草人不得复核发布自己的草稿"))
        }
        do throws(CommandFault) {
            return .good(try Publication(json: JSON.orNull(state.publication)))
        } catch {
            return .refused(error.refusal)
        }
    }

    static func setStanding<S: DocumentSource>(
        _ order: StandingOrder, at desk: Desk, from source: S, successors: [String] = []
    ) throws(S.Failure) -> Decision {
        let item: CatalogItem
        switch try owned(order.code, "standing", at: desk, from: source) {
        case .refused(let refusal): return .refuse(refusal)
        case .item(let found): item = found
        }
        guard isText(order.reason) else {
            return .refuse(.invalid("reason-required", "须写明理由", "reason"))
        }
        if let from = order.from, from < CivilDate(of: desk.now) {
            return .refuse(.invalid("effective-date-past", "日期已过", "from"))
        }
        let present = item.state.latestStanding
        guard present != .cancelled, present != order.standing else {
            let title = present == .cancelled ? "事项已取消" : "事项已是该状态"
            return .refuse(RuleRefusal("item-standing", title, field: "standing"))
        }
        let body = answer { object in
            object.field("code", order.code)
            object.field("standing", order.standing.rawValue)
            object.field("at", (order.from?.start ?? desk.now).millis)
            object.field("reason", order.reason)
            if !successors.isEmpty {
                object.array("successors") { array in
                    for code in successors { array.value(code) }
                }
            }
        }
        let draft = Draft(
            scope: item.catalog, kind: .itemStanding, body: body,
            supersedes: item.state.standings.heads.map(\.stamp.dot))
        return .write(
            [draft],
            answer: answer { object in
                object.field("code", order.code)
                object.field("standing", order.standing.rawValue)
            })
    }

    // MARK: what is refused

    /// What the publication itself is refused for, whatever the catalog holds. A draft may have
    /// gaps, the item's code among them.
    private static func lint(
        _ publication: Publication, today: CivilDate, allowsGaps: Bool
    ) -> RuleRefusal? {
        guard ItemCode(publication.code) != nil || (allowsGaps && publication.code.isEmpty) else {
            return .invalid("item-code", "事项编码不合规则（12、31 或 33 位）", "code")
        }
        if let date = publication.effectiveFrom, date < today {
            return .invalid("effective-date-past", "生效日期已过", "effectiveFrom")
        }
        guard publication.elements.bytes.count <= Limits.itemElementsBytesMax else {
            let most = ElementSize(heaviestIn: publication.elements).map { "：" + $0.words } ?? ""
            return .invalid("item-too-large", "事项要素过大" + most, "elements")
        }
        let report = ElementReport(publication.elements)
        if let finding = report.refusal { return RuleRefusal(finding) }
        if allowsGaps { return nil }
        guard ItemElements(json: publication.elements) != nil else {
            return .invalid("item-elements", "事项要素不全或格式不对", "elements")
        }
        guard let gap = report.gaps.first else { return nil }
        let titles = report.gaps.map(\.title).joined(separator: "；")
        return .invalid(gap.rule, "\(titles)（完整度 \(report.score)%）", gap.field)
    }

    /// 版本冲突: what the author had on screen is not what the catalog holds.
    private static func stale(_ publication: Publication, _ state: ItemState) -> RuleRefusal? {
        let heads = state.heads
        let now = heads.map { "v\($0.value.number)" }.joined(separator: "、")
        let seen = publication.base.map { "v\($0)" } ?? "无"
        let conflict = RuleRefusal(
            "version-conflict", "版本冲突：起草依据 \(seen)，目录现为 \(now.isEmpty ? "无" : now)",
            field: "base", category: .stale)
        if heads.count > 1 || !publication.saw.isEmpty {
            let all = heads.map(\.stamp.dot)
            return Set(publication.saw) == Set(all) ? nil : conflict
        }
        return publication.base == heads.first?.value.number ? nil : conflict
    }

    /// An item may not become a licence while a village is authorised to decide it.
    private static func grantsForbid<S: DocumentSource>(
        _ publication: Publication, at desk: Desk, from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        guard publication.elements["kind"]?.text == ItemElements.licence else { return nil }
        for key in try source.find(.grant, label: publication.code) {
            guard case .grant(let grant)? = try source.content(key) else { continue }
            let level = grant.level ?? desk.directory.region(grant.region)?.level
            if level == .village,
                grant.terms.heads.contains(where: { $0.value.mode == .authorise })
            {
                return licenceAtVillage
            }
        }
        return nil
    }

    static let licenceAtVillage = RuleRefusal(
        "licence-at-village", "行政许可不得授权村级办理", field: "mode", category: .invalid)

    // MARK: what is written

    static func version(
        _ publication: Publication, number: Int, replacing heads: [ItemState.Version],
        of draft: Digest16?, at desk: Desk
    ) -> Draft {
        let body = answer { object in
            object.field("code", publication.code)
            object.field("version", number)
            let date = publication.effectiveFrom ?? CivilDate(of: desk.now)
            object.field("effectiveFrom", date.text)
            if publication.effectiveFrom == nil { object.field("at", desk.now.millis) }
            object.field("elements", publication.elements)
            if let draft { object.field("draft", hex: draft) }
            if let stage = publication.stage {
                object.array("stage") { array in
                    for id in stage.compactMap({ desk.region(named: $0)?.id }).sorted() {
                        array.value(id.hex)
                    }
                }
            }
        }
        return Draft(
            scope: .catalog(desk.region), kind: .itemPublish, body: body,
            supersedes: heads.map(\.stamp.dot))
    }
}
