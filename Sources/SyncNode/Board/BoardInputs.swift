import Base
import Change
import Civil
import Domain
import Guide

/// What the board's sheets are made of.
extension BoardMaker {
    // MARK: settings

    var settings: BoardSettings<Source> {
        BoardSettings(own: own, directory: directory, source: source)
    }

    func setting(_ family: DefinitionState.Family, _ code: String) throws(Source.Failure) -> JSON {
        try settings.setting(family, code)
    }

    /// What of a setting waits for a second person; nil for nothing.
    func draft(of code: String) throws(Source.Failure) -> JSON? { try settings.draft(of: code) }

    /// 亮灯阈值.
    func lightLimits() throws(Source.Failure) -> LightLimits { try settings.lightLimits() }

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
                    .filter { $0.prefix(2) == region.code.text.prefix(2) }
            ).subtracting([region.code.text.prefix(4)]).count
        for place in places(of: region) {
            var sign = place.id == own ? now.millis : try figured.lastSign(of: place.id, until: now)
            if case .holding(let state)? = try source.content(HoldingState.key(of: place.id)),
                let time = state.time?.millis, time <= now.millis
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
        for (place, reach) in input.census.reach where directory.isWithin(place, region.id) {
            input.reach.has += reach.has
            input.reach.all += reach.all
        }
        input.stations = try stations(of: region)
        input.entered = try entered()
        input.startupItems = try startupItems()
        let parts = try parts(period, region)
        input.below = try below(period, region, parts)
        input.unsynced = try unsynced(period, region)
        let served = try figured.places(of: region.id, with: .received, in: period)
        let rated = try figured.places(of: region.id, with: .rating, in: period)
        input.served = served.count
        input.rated = rated.filter(Set(served).contains).count
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

    /// 收件 of the period that the county has not said it holds; 0 at the county and above it, where
    /// nothing is that it does not hold.
    private func unsynced(
        _ period: ClosedRange<CivilDate>, _ region: RegionRecord
    ) throws(Source.Failure) -> Int {
        guard let county = directory.county(of: own), county != own else { return 0 }
        return try figured.unsynced(of: region.id, in: period) {
            (scope) throws(Source.Failure) -> HoldingState? in
            guard
                case .holding(let said)? = try source.content(
                    HoldingState.key(of: county, in: scope))
            else { return nil }
            return said
        }
    }

    /// Items whose course is 企业开办: of the theme that the setting names, and those it lists.
    private func startupItems() throws(Source.Failure) -> [String] {
        let setting = try setting(.setting, "startup")
        var items = (setting["items"]?.array ?? []).compactMap(\.text)
        if let theme = setting["theme"]?.text {
            let body = try self.setting(.theme, theme)
            items += (body["children"]?.array ?? []).compactMap { $0["item"]?.text }
        }
        return items
    }

    /// 办结 of the period of which the rating window was over before today.
    private func settled(
        _ period: ClosedRange<CivilDate>, of region: RegionID, _ calendar: WorkCalendar
    ) throws(Source.Failure) -> Figures {
        var last = today.advanced(by: -1)
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
}
