import Base
import Change
import Testing

@testable import Domain

/// Overlays, grants, calendars.
@Suite struct CatalogLocalTests {
    private let world: CatalogWorld
    private let start: Instant

    init() throws {
        world = try CatalogWorld()
        start = try Sample.moment("2026-09-23T09:00")
        world.county.run(try Sample.publication(), at: start)
        try world.sync(at: start)
    }

    private func set(_ place: RegionID, _ field: String, _ text: String?) -> RuleRefusal? {
        world[place].run(
            .setOverlay(code: Sample.code, values: [OverlayOrder(field: field, text: text)]),
            at: start)
    }

    private func grant(
        _ region: RegionID, _ mode: SinkMode?, level: Level? = nil, from: String = "2026-09-23",
        to: String? = nil, code: String = Sample.code, document: String = "平政办发〔2026〕1号"
    ) throws -> RuleRefusal? {
        world.county.run(
            .setGrant(
                GrantOrder(
                    code: code, region: try CatalogWorld.name(region), level: level, mode: mode,
                    from: try Sample.date(from), to: try to.map(Sample.date), document: document)),
            at: start)
    }

    // MARK: overlays

    /// People name places by their division code; only the node itself by id.
    @Test func anIdIsNoNameForAPlace() throws {
        world.county.run(try Sample.publication(), at: start)
        let order = GrantOrder(
            code: Sample.code, region: .id(CatalogWorld.village), mode: .assist,
            from: try Sample.date("2026-09-23"), document: "文")
        world.county.author = 7
        let refusal = world.county.run(.setGrant(order), at: start)
        #expect(refusal?.rule == "region-unknown" && refusal?.field == "region")
        let desk = Desk(
            region: CatalogWorld.county, key: world.county.key, directory: world.directory,
            author: 0, now: start, entropy: .zero)
        #expect(desk.region(named: order.region)?.id == CatalogWorld.village)
    }

    @Test func nearestRegionsWordStands() throws {
        #expect(set(CatalogWorld.county, "phone", "0531-1") == nil)
        #expect(set(CatalogWorld.county, "hours", "9-17") == nil)
        #expect(set(CatalogWorld.town, "hours", "8-18") == nil)
        #expect(set(CatalogWorld.village, "hours", "8-12") == nil)
        try world.sync(at: start)
        func locals(_ place: RegionID) -> [String]? {
            world[place].effective(Sample.code, at: start)?.locals.map {
                "\($0.field.rawValue) \($0.text) \($0.region.rawValue)"
            }
        }
        #expect(locals(CatalogWorld.village) == ["hours 8-12 3", "phone 0531-1 1"])
        #expect(locals(CatalogWorld.otherVillage) == ["hours 8-18 2", "phone 0531-1 1"])
        #expect(locals(CatalogWorld.otherTown) == ["hours 9-17 1", "phone 0531-1 1"])
        #expect(set(CatalogWorld.village, "hours", nil) == nil)
        #expect(locals(CatalogWorld.village) == ["hours 8-18 2", "phone 0531-1 1"])
        let above = CatalogQuery.effective(
            Sample.code, for: CatalogWorld.village, at: start, in: world.directory,
            from: world.county)
        #expect(above?.locals.first?.text == "8-12")
    }

    @Test func aRegionSpeaksForItselfAlone() throws {
        #expect(set(CatalogWorld.village, "hours", "8-12") == nil)
        let forged: JSON = ["code": .text(Sample.code), "values": ["hours": "0-0"]]
        world[CatalogWorld.otherVillage].write(
            Draft(
                scope: .catalog(CatalogWorld.village), kind: .overlaySet, body: forged.bytes),
            at: start)
        try world.sync(at: start)
        #expect(world.county.find(.overlay, label: Sample.code).count == 1)
        #expect(
            world.village.effective(Sample.code, at: start)?.locals.map(\.text) == ["8-12"])
    }

    @Test func overlayFieldsAreChecked() {
        #expect(set(CatalogWorld.village, "colour", "红")?.rule == "overlay-field")
        #expect(set(CatalogWorld.village, "hours", " ")?.rule == "overlay-text")
        let long = String(repeating: "长", count: Limits.catalogTextCharactersMax + 1)
        #expect(set(CatalogWorld.village, "hours", long)?.rule == "overlay-text")
        let none = world.village.run(.setOverlay(code: Sample.code, values: []), at: start)
        #expect(none?.rule == "overlay-fields")
        let unknown = world.village.run(
            .setOverlay(code: Sample.other, values: [OverlayOrder(field: "hours", text: "8")]),
            at: start)
        #expect(unknown?.rule == "item-unknown")
    }

    @Test func concurrentOverlaysAreBothKept() throws {
        let twin = try world.twin()
        _ = try twin.take(world.county.log, at: start)
        let later = start.advanced(byMillis: 1_000)
        _ = set(CatalogWorld.county, "hours", "甲")
        twin.run(
            .setOverlay(code: Sample.code, values: [OverlayOrder(field: "hours", text: "乙")]),
            at: later)
        world.county.directory = world.directory
        _ = try world.county.take(twin.log, at: later)
        let key = try #require(world.county.find(.overlay, label: Sample.code).first)
        guard case .overlay(let state)? = world.county.content(key) else {
            Issue.record("an overlay")
            return
        }
        #expect(state.contested == [.hours])
        #expect(state[.hours] == "乙")
        #expect(state.values.count == 2)
        #expect(world.county.stored(key)?.status == "contested")
    }

    // MARK: grants

    @Test func grantHoldsFromItsFirstToItsLastDay() throws {
        #expect(
            try grant(CatalogWorld.village, .entrust, from: "2026-09-28", to: "2026-10-09")
                == nil)
        try world.sync(at: start)
        let modes = try ["2026-09-27T23:59", "2026-09-28T00:00", "2026-10-09T23:59"].map {
            world.village.mode(Sample.code, at: try Sample.moment($0))
        }
        #expect(modes == [nil, .entrust, .entrust])
        #expect(
            world.village.mode(Sample.code, at: try Sample.moment("2026-10-10T00:00")) == nil)
        #expect(world[CatalogWorld.otherVillage].mode(Sample.code, at: start) == nil)
        #expect(world.county.mode(Sample.code, at: start) == .authorise)
    }

    @Test func laterGrantLeavesTheEarlierOneItsDays() throws {
        #expect(try grant(CatalogWorld.village, .assist) == nil)
        #expect(try grant(CatalogWorld.village, .authorise, from: "2026-10-01") == nil)
        #expect(world.county.find(.grant, label: Sample.code).count == 1)
        try world.sync(at: start)
        #expect(world.village.mode(Sample.code, at: start) == .assist)
        let later = try Sample.moment("2026-10-01T00:00")
        #expect(world.village.mode(Sample.code, at: later) == .authorise)
        #expect(try grant(CatalogWorld.village, nil, from: "2026-10-08") == nil)
        try world.sync(at: start)
        #expect(world.village.mode(Sample.code, at: try Sample.moment("2026-10-08T08:00")) == nil)
        #expect(world.village.mode(Sample.code, at: start) == .assist)
    }

    @Test func oneGrantReachesALevelAndAnOwnOneStandsBeforeIt() throws {
        #expect(try grant(CatalogWorld.county, .entrust, level: .village) == nil)
        try world.sync(at: start)
        #expect(world.village.mode(Sample.code, at: start) == .entrust)
        #expect(world[CatalogWorld.otherVillage].mode(Sample.code, at: start) == .entrust)
        #expect(world[CatalogWorld.town].mode(Sample.code, at: start) == nil)
        #expect(try grant(CatalogWorld.town, .assist, level: .village) == nil)
        #expect(try grant(CatalogWorld.village, nil) == nil)
        try world.sync(at: start)
        #expect(world.village.mode(Sample.code, at: start) == nil)
        #expect(world[CatalogWorld.otherVillage].mode(Sample.code, at: start) == .assist)
    }

    @Test func licencesAreNotDecidedInVillages() throws {
        let licence = Sample.elements(kind: ItemElements.licence)
        world.county.run(try Sample.publication(nil, code: Sample.other, licence), at: start)
        func rule(_ region: RegionID, _ mode: SinkMode, _ level: Level? = nil) throws -> String? {
            try grant(region, mode, level: level, code: Sample.other)?.rule
        }
        #expect(try rule(CatalogWorld.village, .authorise) == "licence-at-village")
        #expect(try rule(CatalogWorld.county, .authorise, .village) == "licence-at-village")
        #expect(try rule(CatalogWorld.town, .authorise) == nil)
        #expect(try rule(CatalogWorld.village, .entrust) == nil)
        #expect(try grant(CatalogWorld.village, .authorise) == nil)
        let turned = world.county.run(try Sample.publication(1, licence), at: start)
        #expect(turned?.rule == "licence-at-village")
    }

    @Test func grantsAreChecked() throws {
        #expect(try grant(CatalogWorld.county, .assist)?.rule == "grant-region")
        #expect(try grant(RegionID(99), .assist)?.rule == "region-unknown")
        #expect(try grant(CatalogWorld.town, .assist, level: .town)?.rule == "grant-level")
        #expect(try grant(CatalogWorld.town, .assist, level: .county)?.rule == "grant-level")
        #expect(try grant(CatalogWorld.town, .assist, to: "2026-09-22")?.rule == "grant-dates")
        #expect(try grant(CatalogWorld.town, .assist, document: "")?.rule == "grant-document")
        #expect(try grant(CatalogWorld.town, .assist, code: "x")?.rule == "item-unknown")
        let order = GrantOrder(
            code: Sample.code, region: try CatalogWorld.name(CatalogWorld.village), mode: .assist,
            from: try Sample.date("2026-09-23"), document: "文")
        #expect(
            world[CatalogWorld.town].run(.setGrant(order), at: start)?.rule
                == "uniform-element-read-only")
    }

    @Test func ofContestedGrantsTheLesserStands() throws {
        let twin = try world.twin()
        _ = try twin.take(world.county.log, at: start)
        #expect(try grant(CatalogWorld.village, .entrust) == nil)
        let order = GrantOrder(
            code: Sample.code, region: try CatalogWorld.name(CatalogWorld.village), mode: .assist,
            from: try Sample.date("2026-09-23"), document: "文")
        #expect(twin.run(.setGrant(order), at: start) == nil)
        _ = try twin.take(world.county.log, at: start)
        let key = try #require(twin.find(.grant, label: Sample.code).first)
        #expect(twin.stored(key)?.status == "contested")
        guard case .grant(let state)? = twin.content(key) else {
            Issue.record("a grant")
            return
        }
        #expect(state.isContested)
        #expect(state.mode(at: start) == .assist)
        let end = GrantOrder(
            code: Sample.code, region: try CatalogWorld.name(CatalogWorld.village), mode: nil,
            from: try Sample.date("2026-09-23"), document: "文")
        #expect(twin.run(.setGrant(end), at: start) == nil)
        #expect(twin.stored(key)?.status == "set")
    }

    // MARK: calendar

    @Test func pushedYearReachesEveryStation() throws {
        func calendar() -> WorkCalendar {
            CatalogQuery.calendar(
                of: 2026...2027, for: CatalogWorld.village, in: world.directory,
                from: world.village)
        }
        let late = try Sample.date("2026-12-31")
        #expect(calendar().due(after: late, workingDays: 1) == .calendarMissing(year: 2027))
        let off = try [Sample.date("2027-01-01")]
        let year = try #require(HolidayYear(year: 2027, holidays: off, workdays: []))
        #expect(world.county.run(.setCalendar(year), at: start) == nil)
        try world.sync(at: start)
        #expect(calendar().due(after: late, workingDays: 1).date?.text == "2027-01-04")
        let more = try [Sample.date("2027-01-01"), Sample.date("2027-01-04")]
        let corrected = try #require(HolidayYear(year: 2027, holidays: more, workdays: []))
        #expect(world.county.run(.setCalendar(corrected), at: start) == nil)
        try world.sync(at: start)
        #expect(calendar().due(after: late, workingDays: 1).date?.text == "2027-01-05")
        #expect(world.village.find(.calendar, label: "2027").count == 1)
    }
}
