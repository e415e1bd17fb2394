import Base
import Change
import Civil
import Document
import Region

/// Publishing, suspending, cancelling: the authority's own.
extension CatalogRules {
    static func publish<S: DocumentSource>(
        _ publication: Publication, at desk: Desk, from source: S, draft: Digest16? = nil
    ) throws(S.Failure) -> Decision {
        guard draft != nil || StaffRules.mayActAlone(desk.author) else {
            return .refuse(twoPersons("发布须先由另一人起草（item.draft），再复核发布"))
        }
        let known = try CatalogQuery.item(
            publication.code, for: desk.region, in: desk.directory, from: source)
        let state = known?.state ?? ItemState(code: publication.code, authority: desk.region)
        guard desk.directory.mayPublish(desk.region), state.authority == desk.region else {
            return .refuse(readOnly("code"))
        }
        if let refusal = lint(publication, today: CivilDate(of: desk.now))
            ?? stale(publication, state)
        {
            return .refuse(refusal)
        }
        guard state.nextNumber <= Limits.itemVersionsMax else {
            return .refuse(RuleRefusal("item-versions", "事项版本过多", field: "code"))
        }
        if state.latestStanding == .cancelled {
            return .refuse(RuleRefusal("item-cancelled", "事项已取消，不能再发布", field: "code"))
        }
        if let refusal = try grantsForbid(publication, at: desk, from: source) {
            return .refuse(refusal)
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

    // MARK: two persons

    static func twoPersons(_ title: String) -> RuleRefusal {
        RuleRefusal("two-persons", title, field: "draft", category: .forbidden)
    }

    /// 起草: what publishing would refuse is refused now.
    static func draft<S: DocumentSource>(
        _ publication: Publication, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let id = Digest16(high: desk.entropy.words.0, low: desk.entropy.words.1)
        if case .refuse(let refusal) = try publish(
            publication, at: desk, from: source, draft: id)
        {
            return .refuse(refusal)
        }
        let body = answer { object in
            object.field("draft", hex: id)
            object.field("code", publication.code)
            object.field("publication", stored: publication.json)
        }
        let draft = Draft(scope: .catalog(desk.region), kind: .itemDraft, body: body)
        return .write(
            [draft],
            answer: answer { object in
                object.field("draft", hex: id)
                object.field("code", publication.code)
            })
    }

    /// 复核发布: by another person than the drafter, and only while the catalog is as the drafter
    /// saw it.
    static func approve<S: DocumentSource>(
        _ id: Digest16, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        let key = DocumentKey(collection: .draft, id: id)
        guard case .draft(let state)? = try source.content(key), !state.isPublished else {
            return .refuse(
                RuleRefusal("draft-unknown", "没有待复核的草稿", field: "draft", category: .missing))
        }
        guard state.author != desk.author else {
            return .refuse(twoPersons("起草人不得复核发布自己的草稿"))
        }
        let publication: Publication
        do throws(CommandFault) {
            publication = try Publication(json: CatalogFold.parsed(state.publication))
        } catch {
            return .refuse(error.refusal)
        }
        return try publish(publication, at: desk, from: source, draft: id)
    }

    static func setStanding<S: DocumentSource>(
        _ order: StandingOrder, at desk: Desk, from source: S
    ) throws(S.Failure) -> Decision {
        guard
            let item = try CatalogQuery.item(
                order.code, for: desk.region, in: desk.directory, from: source)
        else { return .refuse(unknownItem(order.code)) }
        guard item.state.authority == desk.region else { return .refuse(readOnly("standing")) }
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

    /// What the publication itself is refused for, whatever the catalog holds.
    private static func lint(_ publication: Publication, today: CivilDate) -> RuleRefusal? {
        guard ItemCode(publication.code) != nil else {
            return .invalid("item-code", "事项编码不合规则（12、31 或 33 位）", "code")
        }
        if let date = publication.effectiveFrom, date < today {
            return .invalid("effective-date-past", "生效日期已过", "effectiveFrom")
        }
        guard publication.elements.bytes.count <= Limits.itemElementsBytesMax else {
            return .invalid("item-too-large", "事项要素过大", "elements")
        }
        guard let elements = ItemElements(json: publication.elements) else {
            return .invalid("item-elements", "事项要素不全或格式不对", "elements")
        }
        return elements.lint
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

    private static func version(
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
        }
        return Draft(
            scope: .catalog(desk.region), kind: .itemPublish, body: body,
            supersedes: heads.map(\.stamp.dot))
    }
}
