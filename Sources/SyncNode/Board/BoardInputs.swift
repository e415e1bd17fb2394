import Base
import Change
import Civil
import Domain
import Guide

/// What the board's sheets are made of.
extension BoardMaker {
    // MARK: settings

    /// What holds of a setting, of the nearest authority that says something; null for none.
    func setting(_ family: DefinitionState.Family, _ code: String) throws(Source.Failure) -> JSON {
        for place in directory.ancestry(of: own) where directory.mayPublish(place) {
            let key = DefinitionState.key(family, code, in: ScopeName.catalog(place).id)
            if case .definition(let state)? = try source.content(key) {
                return family == .setting ? state.approved : state.body
            }
        }
        return .null
    }

    /// What of a setting waits for a second person; nil for nothing.
    func draft(of code: String) throws(Source.Failure) -> JSON? {
        for place in directory.ancestry(of: own) where directory.mayPublish(place) {
            let key = DefinitionState.key(.setting, code, in: ScopeName.catalog(place).id)
            if case .definition(let state)? = try source.content(key) {
                return state.body["status"]?.text == "draft" ? state.body : nil
            }
        }
        return nil
    }

    /// 亮灯阈值.
    func lightLimits() throws(Source.Failure) -> LightLimits {
        LightLimits(try setting(.setting, "lights")) ?? .seed
    }

    private func entered() throws(Source.Failure) -> EnteredFigures {
        var entered = EnteredFigures()
        for number in [14, 20, 27, 30] {
            let body = try setting(.figure, String(number))
            guard let value = body["value"]?.int else { continue }
            entered.entries[number] = EnteredFigures.Entry(
                part: Int(value), whole: body["whole"]?.int.flatMap(Int.init(exactly:)),
                source: body["source"]?.text ?? "")
        }
        return entered
    }

    // MARK: places

    /// The places of a subtree, by code.
    func places(of region: RegionRecord) -> [RegionRecord] {
        directory.regions.filter { directory.isWithin($0.id, region.id) }
            .sorted { $0.code < $1.code }
    }

    /// When each place was last heard of: a receipt, or a change of its own.
    func stations(of region: RegionRecord) throws(Source.Failure) -> StationCensus {
        var census = StationCensus()
        census.now = now.millis
        census.partnerCities =
            Set(
                directory.partners.map { $0.record.code.text.prefix(4) }
            ).subtracting([region.code.text.prefix(4)]).count
        for place in places(of: region) {
            var sign = place.id == own ? now.millis : try figured.lastSign(of: place.id)
            if case .holding(let state)? = try source.content(HoldingState.key(of: place.id)),
                let time = state.time?.millis
            {
                sign = max(sign ?? time, time)
            }
            census.stations.append(
                StationCensus.Station(name: place.name, level: place.level, lastSign: sign))
        }
        return census
    }

    // MARK: everything of a subtree

    func input(
        _ period: ClosedRange<CivilDate>, for region: RegionRecord
    ) throws(Source.Failure) -> BoardInput {
        var input = BoardInput(period: period, today: today)
        let calendar = try calendar(around: today)
        input.figures = try figured.figures(of: region.id, in: period)
        input.settled = try settled(period, of: region.id, calendar)
        input.lights = try lightCounts(of: region.id, calendar)
        input.census = try figured.census(on: min(today, period.upperBound)) {
            () throws(Source.Failure) in try counted(on: min(today, period.upperBound))
        }
        input.stations = try stations(of: region)
        input.entered = try entered()
        input.startupItems = (try setting(.setting, "startup")["items"]?.array ?? [])
            .compactMap(\.text)
        let parts = try parts(period, region)
        input.below = try below(period, region, parts)
        input.unsynced = try unsynced(period, region)
        let weights = RankingWeights(try setting(.setting, "ranking")) ?? .seed
        input.lastPlaces = Self.last(
            Self.ranked(parts.map { ($0.place.name, Score($0.figures, weights).thousandths) })
                .filter { $0.score != nil }.map(\.name), Limits.lastPlaces)
        input.lastDepartments = Self.last(
            Self.departments(input.figures, input.census).map(\.name), Limits.lastDepartments)
        return input
    }

    /// Each place right below, with its figures.
    private func parts(
        _ period: ClosedRange<CivilDate>, _ region: RegionRecord
    ) throws(Source.Failure) -> [(place: RegionRecord, figures: Figures)] {
        var parts: [(place: RegionRecord, figures: Figures)] = []
        for place in directory.children(of: region.id).sorted(by: { $0.code < $1.code }) {
            parts.append((place, try figured.figures(of: place.id, in: period)))
        }
        return parts
    }

    /// 收件 that the county has not said it holds: looked for among the newest of a station.
    private func unsynced(
        _ period: ClosedRange<CivilDate>, _ region: RegionRecord
    ) throws(Source.Failure) -> Int {
        guard let county = directory.county(of: own), county != own else { return 0 }
        var count = 0
        var held: [ScopeID: HoldingState?] = [:]
        for document in try source.list(.caseFile, limit: Limits.unsyncedCasesMax) {
            guard case .caseFile(let state)? = try source.content(document.key),
                directory.isWithin(state.scope.region, region.id),
                let first = state.links.first.flatMap({ state.event($0.event) }),
                let received = state.receivedAt,
                period.contains(CivilDate(of: Instant(millis: received)))
            else { continue }
            if held[state.scopeID] == nil {
                var known: HoldingState?
                if case .holding(let said)? = try source.content(
                    HoldingState.key(of: county, in: state.scopeID))
                {
                    known = said
                }
                held[state.scopeID] = .some(known)
            }
            let isHeld = held[state.scopeID]??.covers(first.dot, in: state.scopeID) ?? false
            if !isHeld { count += 1 }
        }
        return count
    }

    /// 办结 of the period of which the rating window is over by today.
    private func settled(
        _ period: ClosedRange<CivilDate>, of region: RegionID, _ calendar: WorkCalendar
    ) throws(Source.Failure) -> Figures {
        var last = today
        var left = Limits.ratingDays
        while left > 0, let isWorked = calendar.isWorkingDay(last) {
            if isWorked { left -= 1 }
            last = last.advanced(by: -1)
        }
        let end = min(period.upperBound, last)
        guard period.lowerBound <= end else { return Figures() }
        return try figured.figures(of: region, in: period.lowerBound...end)
    }

    func lightCounts(
        of region: RegionID, _ calendar: WorkCalendar
    ) throws(Source.Failure) -> LightCounts {
        let open = try figured.open(of: region)
        return LightCounts(open, on: today, calendar, try lightLimits()) ?? LightCounts()
    }

    /// What towns and villages received: all, less what the county and above took in themselves.
    private func below(
        _ period: ClosedRange<CivilDate>, _ region: RegionRecord,
        _ parts: [(place: RegionRecord, figures: Figures)]
    ) throws(Source.Failure) -> Figures {
        if region.level == .town || region.level == .village {
            return try figured.figures(of: region.id, in: period)
        }
        var figures = Figures()
        for part in parts {
            var count = part.figures.count(.received)
            if part.place.level != .town, part.place.level != .village {
                let deeper = try self.parts(period, part.place)
                count = try below(period, part.place, deeper).count(.received)
            }
            figures.add(.received, "", Figures.Amount(count: count, sum: 0))
        }
        return figures
    }

    // MARK: the catalog

    /// Counts what is in force on a day. Cost: every item with all its versions.
    private func counted(on day: CivilDate) throws(Source.Failure) -> CatalogCensus {
        var census = CatalogCensus()
        let moment = day.end
        for document in try source.list(.item, limit: Limits.importRowsMax) {
            guard let state = item(document), state.standing(at: moment) == .active,
                let version = state.version(at: moment)
            else { continue }
            let first = state.versions.entries.min { $0.value.number < $1.value.number }
            let isFirst = first?.value.number == version.value.number
            census.add(
                state.code, JSON.orNull(version.value.elements),
                first: isFirst ? nil : first.map { JSON.orNull($0.value.elements) })
            try addSpread(state, to: &census)
        }
        try addSheets(to: &census)
        for document in try source.list(.theme, limit: Limits.importRowsMax) {
            guard let body = definition(document)?.body, let status = body["status"]?.text,
                status != "ended"
            else { continue }
            census.themes += 1
            guard status == "published" else { continue }
            if body["object"]?.text == "企业" {
                census.themesEnterprise += 1
            } else {
                census.themesPersonal += 1
            }
        }
        for document in try source.list(.knowledge, limit: Limits.importRowsMax) {
            guard let state = definition(document),
                let first = state.entries.entries.map(\.stamp.time).min()
            else { continue }
            census.knowledgeDays.append(CivilDate(of: first.instant).daysSince1970)
        }
        for document in try source.list(.question, limit: Limits.importRowsMax) {
            census.questions += 1
            if try isAnswered(document) { census.questionsAnswered += 1 }
        }
        return census
    }

    /// A question is answered once an entry of the knowledge asks the same.
    private func isAnswered(_ document: StoredDocument) throws(Source.Failure) -> Bool {
        guard let state = definition(document) else { return false }
        if state.body["status"]?.text == "answered" { return true }
        return try !source.find(.knowledge, label: state.code).isEmpty
    }

    /// 同步时效 of its newest version, and who has it.
    private func addSpread(
        _ state: ItemState, to census: inout CatalogCensus
    ) throws(Source.Failure) {
        guard let head = Timeline.latest(of: state.heads) else { return }
        let lines = try CatalogQuery.rollout(
            of: head.stamp, in: state.authority, directory, from: source)
        census.versions += 1
        census.stationsAll += lines.count
        census.stationsCurrent +=
            lines.filter { line in
                if case .reached = line.reach { true } else { false }
            }.count
        if let last = CatalogQuery.complete(lines) {
            let millis = max(0, last.millis - head.stamp.time.millis)
            census.spreadMinutes.append(Int(millis / 60_000))
        }
    }

    /// 十同 and 认领, as their own sheets have them.
    private func addSheets(to census: inout CatalogCensus) throws(Source.Failure) {
        let maker = SheetMaker(own: own, directory: directory, now: now, source: source)
        let uniform = try maker.sheet(SheetQuestion(.uniform))?.data ?? .null
        census.agreeing = Int(uniform["agreeing"]?.int ?? 0)
        census.compared = census.agreeing + Int(uniform["differing"]?.int ?? 0)
        for document in try source.list(.basic, limit: Limits.importRowsMax) {
            guard let body = definition(document)?.body, let status = body["status"]?.text else {
                continue
            }
            if body["kind"]?.text == DefinitionCheck.themeKind, status != "notApplicable" {
                census.themesListed += 1
                if status == "claimed" { census.themesClaimed += 1 }
            }
            census.basic += 1
            if status == "notApplicable" { census.notApplicable += 1 }
            if status == "claimed" { census.claimed += 1 }
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
