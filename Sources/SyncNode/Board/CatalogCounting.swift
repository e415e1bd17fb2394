import Base
import Change
import Civil
import Domain
import Guide

/// What the catalog comes to on a day: items, 认领, 十同, 一件事, the knowledge.
extension BoardMaker {
    /// Counts what is in force on a day. Cost: every item with all its versions, and the receipts
    /// of every place once.
    func counted(on day: CivilDate) throws(Source.Failure) -> CatalogCensus {
        var census = CatalogCensus()
        let claimed = try addClaims(to: &census)
        try addItems(on: day, claimed, to: &census)
        let maker = SheetMaker(own: own, directory: directory, now: now, source: source)
        let uniform = try maker.sheet(SheetQuestion(.uniform))?.data ?? .null
        census.agreeing = Int(uniform["agreeing"]?.int ?? 0)
        census.compared = census.agreeing + Int(uniform["differing"]?.int ?? 0)
        try addThemes(to: &census)
        try addKnowledge(to: &census)
        return census
    }

    /// 认领, as its own sheet has it.
    ///
    /// - Returns: The basic codes that are claimed; nil where the list has none of an item.
    private func addClaims(
        to census: inout CatalogCensus
    ) throws(Source.Failure) -> Set<String>? {
        var claimed: Set<String> = []
        var isEmpty = true
        for document in try source.list(.basic, limit: Limits.importRowsMax) {
            guard let state = definition(document), let status = state.body["status"]?.text else {
                continue
            }
            let isClaimed = status == "claimed"
            if state.body["kind"]?.text == DefinitionCheck.themeKind {
                if status != "notApplicable" {
                    census.themesListed += 1
                    if isClaimed { census.themesClaimed += 1 }
                }
            } else {
                isEmpty = false
                if isClaimed { claimed.insert(state.code) }
            }
            census.basic += 1
            if status == "notApplicable" { census.notApplicable += 1 }
            if isClaimed { census.claimed += 1 }
        }
        return isEmpty ? nil : claimed
    }

    private func addItems(
        on day: CivilDate, _ claimed: Set<String>?, to census: inout CatalogCensus
    ) throws(Source.Failure) {
        var receipts: [RegionID: [CatalogReceiptState]] = [:]
        for document in try source.list(.item, limit: Limits.importRowsMax) {
            guard let state = item(document), state.standing(at: day.end) == .active,
                let version = state.version(at: day.end)
            else { continue }
            let first = state.versions.entries.min { $0.value.number < $1.value.number }
            let isFirst = first?.value.number == version.value.number
            census.add(
                state.code, JSON.orNull(version.value.elements),
                first: isFirst ? nil : first.map { JSON.orNull($0.value.elements) })
            if receipts[state.authority] == nil {
                receipts[state.authority] = try below(state.authority)
            }
            let places = receipts[state.authority] ?? []
            let reached = places.filter { Self.has(version.stamp, at: $0) }
            for place in places { census.reach[place.region, default: .init()].all += 1 }
            for place in reached { census.reach[place.region, default: .init()].has += 1 }
            let basic = ItemCode(state.code)?.basic ?? state.code
            if claimed?.contains(basic) ?? true {
                census.claimedItems += 1
                // The ten elements are the authority's alone: who has its version differs in none.
                if reached.count == places.count { census.uniformItems += 1 }
            }
            if let minutes = Self.spread(state, places) { census.spreadMinutes.append(minutes) }
        }
    }

    /// What each place of an authority has said of its catalog, the authority with it.
    private func below(_ owner: RegionID) throws(Source.Failure) -> [CatalogReceiptState] {
        var states: [CatalogReceiptState] = []
        for region in directory.regions where directory.isWithin(region.id, owner) {
            states.append(try CatalogFold.receipts(of: owner, at: region.id, from: source))
        }
        return states
    }

    private static func has(_ stamp: Stamp, at place: CatalogReceiptState) -> Bool {
        place.region == place.owner || place.covers(stamp.dot)
    }

    /// 同步时效 of the newest version, in minutes; nil while a place lacks it.
    private static func spread(_ state: ItemState, _ places: [CatalogReceiptState]) -> Int? {
        guard let head = Timeline.latest(of: state.heads) else { return nil }
        var last = head.stamp.time.millis
        for place in places where place.region != place.owner {
            guard case .reached(let since, _) = place.reach(head.stamp.dot) else { return nil }
            last = max(last, since.millis)
        }
        return Int((last - head.stamp.time.millis) / 60_000)
    }

    private func addThemes(to census: inout CatalogCensus) throws(Source.Failure) {
        for document in try source.list(.theme, limit: Limits.importRowsMax) {
            guard let body = definition(document)?.body, let status = body["status"]?.text,
                status != "ended"
            else { continue }
            census.themes += 1
            guard status == "published" else { continue }
            let items = (body["children"]?.array ?? []).compactMap { $0["item"]?.text }
            if body["object"]?.text == "企业" {
                census.themesEnterprise += 1
                census.themeItemsEnterprise.formUnion(items)
            } else {
                census.themesPersonal += 1
                census.themeItemsPersonal.formUnion(items)
            }
        }
    }

    private func addKnowledge(to census: inout CatalogCensus) throws(Source.Failure) {
        for document in try source.list(.knowledge, limit: Limits.importRowsMax) {
            guard let day = definition(document)?.firstDay else { continue }
            census.knowledgeDays.append(day)
        }
        for document in try source.list(.question, limit: Limits.importRowsMax) {
            guard let state = definition(document), let day = state.firstDay else { continue }
            census.questionDays.append(day)
            // A question is answered once an entry of the knowledge asks the same.
            let found = try source.find(.knowledge, label: state.code)
            if !found.isEmpty || state.body["status"]?.text == "answered" {
                census.answeredDays.append(day)
            }
        }
    }

    private func item(_ document: StoredDocument) -> ItemState? {
        do throws(JSONError) {
            return try ItemState(document)
        } catch {
            return nil
        }
    }

    private func definition(_ document: StoredDocument) -> DefinitionState? {
        do throws(JSONError) {
            return try DefinitionState(document)
        } catch {
            return nil
        }
    }
}

extension DefinitionState {
    /// The day on which it was first stated, since 1970.
    fileprivate var firstDay: Int? {
        entries.entries.map(\.stamp.time).min().map { CivilDate(of: $0.instant).daysSince1970 }
    }
}
