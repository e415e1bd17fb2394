package import Base
package import Change
package import Civil
package import Document
package import Region

/// An item in the catalog in which it stands.
package struct CatalogItem: Hashable, Sendable {
    package let key: DocumentKey
    package let catalog: ScopeName
    package let state: ItemState

    /// The reference that a case carries to the version that governs it.
    package func reference(to version: ItemState.Version) -> Reference {
        Reference(scope: catalog.id, document: key.id, hash: version.stamp.hash)
    }
}

/// An item as it holds at a place and a moment: the authority's version, the elements of the
/// regions on the way down, and how far the place may go. Derived, never stored (事项同源).
package struct EffectiveItem: Hashable, Sendable {
    /// A local element, and whose it is.
    package struct Local: Hashable, Sendable {
        package let field: OverlayState.Field
        package let text: String
        package let region: RegionID
    }

    package let item: CatalogItem
    package let version: ItemState.Version
    package let elements: ItemElements
    package let standing: Standing
    /// Two versions count at once: the owner must settle it (版本冲突).
    package let isContested: Bool
    /// nil: the place was granted nothing.
    package let mode: SinkMode?
    /// One a field, the nearest region's; in the order of the fields.
    package let locals: [Local]
}

/// Questions to the catalog, each a pure function of the documents and the directory.
package enum CatalogQuery {
    /// The item of a code as it reaches a region: of the nearest authority above that has it.
    package static func item<S: DocumentSource>(
        _ code: String, for region: RegionID, in directory: Directory, from source: S
    ) throws(S.Failure) -> CatalogItem? {
        for authority in directory.ancestry(of: region) where directory.mayPublish(authority) {
            let catalog = ScopeName.catalog(authority)
            let key = DocumentKey(
                collection: .item, id: ItemState.id(of: code, in: catalog.id))
            if case .item(let state)? = try source.content(key), state.code == code {
                return CatalogItem(key: key, catalog: catalog, state: state)
            }
        }
        return nil
    }

    /// How far a region may go with an item at a moment. The authority itself may do all; the
    /// region's own grant stands before one for its level, and a nearer one before a wider.
    package static func mode<S: DocumentSource>(
        of item: CatalogItem, for region: RegionID, at instant: Instant,
        in directory: Directory, from source: S
    ) throws(S.Failure) -> SinkMode? {
        if region == item.state.authority { return .authorise }
        guard let level = directory.region(region)?.level else { return nil }
        var scopes: [(RegionID, Level?)] = [(region, nil)]
        for place in directory.ancestry(of: region).dropFirst() { scopes.append((place, level)) }
        for (place, level) in scopes {
            let id = GrantState.id(
                of: item.state.code, for: place, level: level, in: item.catalog.id)
            let key = DocumentKey(collection: .grant, id: id)
            guard case .grant(let state)? = try source.content(key) else { continue }
            if !state.terms.standing(at: instant).isEmpty { return state.mode(at: instant) }
        }
        return nil
    }

    /// The item as it holds for a region at a moment; nil where no version counts yet.
    package static func effective<S: DocumentSource>(
        _ code: String, for region: RegionID, at instant: Instant, in directory: Directory,
        from source: S
    ) throws(S.Failure) -> EffectiveItem? {
        let place = directory.stagePlace(region)
        guard let item = try item(code, for: region, in: directory, from: source),
            let version = item.state.version(at: instant, for: place),
            let elements = ItemElements(version.value.elements)
        else { return nil }
        return EffectiveItem(
            item: item, version: version, elements: elements,
            standing: item.state.standing(at: instant),
            isContested: item.state.isContested(at: instant, for: place),
            mode: try mode(of: item, for: region, at: instant, in: directory, from: source),
            locals: try locals(of: item, for: region, in: directory, from: source))
    }

    /// Working days as a region counts them: the shipped years, and over them what its county
    /// and those above pushed, the nearest last.
    package static func calendar<S: DocumentSource>(
        of years: ClosedRange<Int>, for region: RegionID, in directory: Directory,
        from source: S
    ) throws(S.Failure) -> WorkCalendar {
        var calendar = WorkCalendar()
        for place in directory.ancestry(of: region).reversed() where directory.mayPublish(place) {
            let catalog = ScopeName.catalog(place).id
            for year in years {
                let key = DocumentKey(
                    collection: .calendar, id: CalendarState.id(of: year, in: catalog))
                guard case .calendar(let state)? = try source.content(key),
                    let notice = state.current
                else { continue }
                calendar.set(notice)
            }
        }
        return calendar
    }

    /// The statutory clock of a case as its own region counts; nil while its 收件 is not here.
    ///
    /// - Parameter asPrinted: With the promised days that the station printed.
    package static func clock<S: DocumentSource>(
        of state: CaseState, on today: CivilDate, in directory: Directory, from source: S,
        asPrinted: Bool = false
    ) throws(S.Failure) -> CaseClock? {
        guard let course = state.course else { return nil }
        let first = course.received.year
        let calendar = try calendar(
            of: first...min(first + Limits.dueYearsMax, 9999), for: state.scope.region,
            in: directory, from: source)
        let binding = try binding(of: state, in: directory, from: source)
        let terms = binding.map { binding in
            // A version that another program published was linted by nobody here.
            let legal = max(0, min(binding.legalDays, Limits.workingDaysMax))
            let printed = asPrinted ? binding.printedDays : nil
            let promised = max(
                0, min(printed ?? min(binding.promisedDays, legal), Limits.workingDaysMax))
            return CaseClock.Terms(
                promised: promised, legal: max(legal, promised),
                isImmediate: binding.isImmediate)
        }
        return CaseClock(course, terms, calendar, on: today)
    }

    /// Which version governs a case and what follows from it (DOMAIN §3.8); nil where the pinned
    /// version is not here. A case that came by value from another county keeps what it brought.
    package static func binding<S: DocumentSource>(
        of state: CaseState, in directory: Directory, from source: S
    ) throws(S.Failure) -> CaseBinding? {
        guard let received = state.receivedAt,
            let item = try item(
                state.item, for: state.scope.region, in: directory, from: source),
            let place = directory.stagePlace(state.scope.region)
        else { return nil }
        return CaseBinding(
            item.state, received: Instant(millis: received), pinned: state.itemVersion,
            place: place, isForeign: state.isForeign)
    }

    /// Acts of places that had no grant for them when they acted (越权待追认): a grant had ended
    /// or was taken back, and the station did not know.
    package static func overreach<S: DocumentSource>(
        of state: CaseState, in directory: Directory, from source: S
    ) throws(S.Failure) -> [CaseEvent] {
        guard
            let item = try item(
                state.item, for: state.scope.region, in: directory, from: source)
        else { return [] }
        var found: [CaseEvent] = []
        for event in state.events where event.status == .effective {
            guard let region = state.writer(event.dot.actor)?.region,
                directory.region(region)?.level == .village,
                let needed = SinkMode.needed(for: event.kind)
            else { continue }
            let mode = try mode(
                of: item, for: region, at: Instant(millis: event.moment), in: directory,
                from: source)
            if !needed.contains(where: { $0 == mode }) { found.append(event) }
        }
        return found
    }

    /// What of a case waits for a word of the catalog's authority: 待裁定 while it is open, and 追认
    /// of what was done behind the end of a grant whether it is or not.
    package static func waiting<S: DocumentSource>(
        _ state: CaseState, _ id: Digest16, in directory: Directory, from source: S
    ) throws(S.Failure) -> CaseWaiting {
        var waiting = CaseWaiting()
        guard ![.refused, .withdrawn, .ended].contains(state.status),
            let item = try item(
                state.item, for: state.scope.region, in: directory, from: source)
        else { return waiting }
        if !state.status.isFinal, !item.state.standings.entries.isEmpty {
            waiting.forStanding =
                try binding(of: state, in: directory, from: source)?.isHalted ?? false
        }
        waiting.forGrant = try !overreach(of: state, in: directory, from: source).isEmpty
        let catalog = item.catalog.id
        if waiting.forStanding {
            waiting.forStanding =
                try CatalogRules.ruling(on: id, about: "standing", in: catalog, from: source) == nil
        }
        if waiting.forGrant {
            waiting.forGrant =
                try CatalogRules.ruling(on: id, about: "grant", in: catalog, from: source) == nil
        }
        return waiting
    }

    private static func locals<S: DocumentSource>(
        of item: CatalogItem, for region: RegionID, in directory: Directory, from source: S
    ) throws(S.Failure) -> [EffectiveItem.Local] {
        var found: [OverlayState.Field: EffectiveItem.Local] = [:]
        for place in directory.ancestry(of: region) {
            let id = OverlayState.id(of: item.state.code, in: ScopeName.catalog(place).id)
            let key = DocumentKey(collection: .overlay, id: id)
            if case .overlay(let state)? = try source.content(key) {
                for field in OverlayState.Field.allCases where found[field] == nil {
                    guard let text = state[field] else { continue }
                    found[field] = EffectiveItem.Local(field: field, text: text, region: place)
                }
            }
            if place == item.state.authority { break }
        }
        return OverlayState.Field.allCases.sorted().compactMap { found[$0] }
    }
}

/// For which word of the catalog's authority a case waits.
package struct CaseWaiting: Hashable, Sendable {
    /// 待裁定: the item was suspended or cancelled when it was received.
    package internal(set) var forStanding = false
    /// 越权待追认: a station acted behind the end of its grant.
    package internal(set) var forGrant = false

    /// Whether it waits at all.
    package var isAny: Bool { forStanding || forGrant }
}

/// One line of the rollout board (到达看板).
package struct RolloutLine: Hashable, Sendable {
    package let region: RegionRecord
    package let reach: CatalogReceiptState.Reach
    /// The time of the region's last receipt of this catalog; nil where there is none.
    package let lastContact: Instant?
}

extension CatalogQuery {
    /// Who has a change of a catalog, region by region in the subtree of its owner. The owner
    /// has it from the start.
    ///
    /// - Parameter stamp: A version's, a grant's or a notice's.
    /// - Returns: By division code. Cost: one document a region.
    package static func rollout<S: DocumentSource>(
        of stamp: Stamp, in catalog: RegionID, _ directory: Directory, from source: S
    ) throws(S.Failure) -> [RolloutLine] {
        var lines: [RolloutLine] = []
        for region in directory.regions where directory.isWithin(region.id, catalog) {
            let state = try CatalogFold.receipts(of: catalog, at: region.id, from: source)
            let isOwner = region.id == catalog
            let begun = CatalogReceiptState.Reach.reached(
                since: stamp.time.instant, isExact: true)
            lines.append(
                RolloutLine(
                    region: region, reach: isOwner ? begun : state.reach(stamp.dot),
                    lastContact: state.entries.last?.time.instant))
        }
        return lines.sorted { $0.region.code < $1.region.code }
    }

    /// 目录同步时效: when the last region had a change of a catalog; nil while one lacks it.
    package static func complete(_ lines: [RolloutLine]) -> Instant? {
        var last: Instant?
        for line in lines {
            guard case .reached(let since, _) = line.reach else { return nil }
            last = max(last ?? since, since)
        }
        return last
    }
}

extension SinkMode {
    /// The modes of which one is needed for an act; nil for what needs none.
    fileprivate static func needed(for kind: ChangeKind) -> [SinkMode]? {
        switch kind {
        case .caseReceive: [.assist, .entrust, .authorise]
        case .caseAccept, .caseCorrection: [.entrust, .authorise]
        case .caseDecide: [.authorise]
        default: nil
        }
    }
}

extension CaseRules {
    /// What a case's own version, and the item's standing on the day of 收件, forbid.
    static func unbound<S: DocumentSource>(
        _ act: CaseCommand.Act, _ id: Digest16, _ state: CaseState, at desk: Desk,
        from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        guard act.dependsOnVersion,
            let item = try CatalogQuery.item(
                state.item, for: desk.region, in: desk.directory, from: source)
        else { return nil }
        if case .correct(let gaps, _, _) = act {
            return try unasked(gaps, state, item, at: desk, from: source)
                ?? held(gaps, state, item)
        }
        guard item.state.versions.entries.count > 1 || !item.state.standings.entries.isEmpty,
            let binding = try CatalogQuery.binding(
                of: state, in: desk.directory, from: source)
        else { return nil }
        guard binding.isHalted else { return nil }
        let ruled = try CatalogRules.ruling(
            on: id, about: "standing", in: item.catalog.id, from: source)
        if ruled == "continue" { return nil }
        if ruled != nil {
            return RuleRefusal("case-ruled-ended", "已裁定终止：请由上级终止办件", field: "case")
        }
        return RuleRefusal(
            "case-pending-ruling", "收件时事项已暂停或取消：待裁定后再办理", field: "case")
    }
}

extension CaseRules {
    /// A material that some version of the item has, and this case's has not, or waives.
    private static func unasked<S: DocumentSource>(
        _ gaps: [CaseGap], _ state: CaseState, _ item: CatalogItem, at desk: Desk,
        from source: S
    ) throws(S.Failure) -> RuleRefusal? {
        guard item.state.versions.entries.count > 1,
            let binding = try CatalogQuery.binding(
                of: state, in: desk.directory, from: source)
        else { return nil }
        let known = Set(
            item.state.versions.entries.flatMap { entry in
                ItemElements(entry.value.elements)?.materials.map(\.code) ?? []
            })
        for gap in gaps {
            guard known.contains(gap.code), !binding.mayAsk(gap.code) else { continue }
            return RuleRefusal(
                "material-not-asked", "材料 \(gap.code) 不在本件所依据的版本中，或已免交，不得要求",
                field: "gaps")
        }
        return nil
    }

    /// 上一环节已收的不得要求重复提交: what is here is asked for again only where it is said what is
    /// wrong with it.
    private static func held(
        _ gaps: [CaseGap], _ state: CaseState, _ item: CatalogItem
    ) -> RuleRefusal? {
        let present = state.present.codes
        let asked = gaps.first { present.contains($0.code) && $0.way.isEmpty }
        guard let asked,
            let version = item.state.versions.entries.first(where: {
                $0.value.number == state.itemVersion
            }), version.value.elements.hasMember("code", asked.code)
        else { return nil }
        return RuleRefusal(
            "material-held", "材料 \(asked.code) 已收存，不得要求重复提交；确有问题的写明缺陷与补齐途径",
            field: "gaps")
    }

    /// Whether a 补正告知 names only what the governing version added after 收件, where the station
    /// did not know that version.
    static func asksNewer<S: DocumentSource>(
        _ act: CaseCommand.Act, _ state: CaseState, at desk: Desk, from source: S
    ) throws(S.Failure) -> Bool {
        guard case .correct(let gaps, _, _) = act, !gaps.isEmpty,
            let binding = try CatalogQuery.binding(
                of: state, in: desk.directory, from: source), binding.isLagging
        else { return false }
        let added = Set(binding.materials.filter { $0.standing == .toAsk }.map(\.code))
        return gaps.allSatisfy { gap in added.contains(gap.code) }
    }
}

extension CaseCommand.Act {
    fileprivate var dependsOnVersion: Bool {
        switch self {
        case .accept, .correct, .decide, .step(.accept): true
        default: false
        }
    }
}
