import Base
import Change
import Testing

@testable import Domain

@Suite struct CatalogItemTests {
    private let world: CatalogWorld
    private let start: Instant

    init() throws {
        world = try CatalogWorld()
        start = try Sample.moment("2026-09-23T09:00")
    }

    private func number(_ node: CatalogNode, _ moment: String) throws -> Int? {
        node.item(Sample.code)?.version(at: try Sample.moment(moment))?.value.number
    }

    // MARK: versions

    @Test func scheduledVersionTakesOverByItself() throws {
        #expect(world.county.run(try Sample.publication(), at: start) == nil)
        #expect(
            world.county.run(try Sample.publication(1, from: "2026-09-28"), at: start) == nil)
        try world.sync(at: start)
        for node in world.nodes {
            #expect(try number(node, "2026-09-23T08:59") == nil)
            #expect(try number(node, "2026-09-23T09:00") == 1)
            #expect(try number(node, "2026-09-27T23:59") == 1)
            #expect(try number(node, "2026-09-28T00:00") == 2)
            let item = try #require(node.item(Sample.code))
            #expect(item.effectiveVersion(on: try Sample.date("2026-09-23"))?.value.number == 1)
            #expect(item.effectiveVersion(on: try Sample.date("2026-09-28"))?.value.number == 2)
            #expect(item.effectiveVersion(on: try Sample.date("2026-09-22")) == nil)
            #expect(item.history(at: start).map(\.place) == [.scheduled, .current])
            #expect(!item.isContested(at: start))
        }
    }

    @Test func laterVersionStopsTheScheduledOneBeforeIt() throws {
        world.county.run(try Sample.publication(), at: start)
        world.county.run(try Sample.publication(1, from: "2026-10-10"), at: start)
        world.county.run(try Sample.publication(2, from: "2026-09-29"), at: start)
        #expect(try number(world.county, "2026-09-28T12:00") == 1)
        #expect(try number(world.county, "2026-09-29T12:00") == 3)
        #expect(try number(world.county, "2026-10-11T12:00") == 3)
        let item = try #require(world.county.item(Sample.code))
        let late = try Sample.moment("2026-10-11T12:00")
        #expect(item.history(at: late).map(\.place) == [.current, .history, .history])
        #expect(item.versions.entries.count == 3)
    }

    @Test func staleBaseIsRefusedWithBothNumbers() throws {
        world.county.run(try Sample.publication(), at: start)
        world.county.run(try Sample.publication(1), at: start)
        let refusal = world.county.run(try Sample.publication(1), at: start)
        #expect(refusal?.rule == "version-conflict")
        #expect(refusal?.category == .stale)
        #expect(refusal?.title.contains("v1") == true)
        #expect(refusal?.title.contains("v2") == true)
        #expect(world.county.run(try Sample.publication(nil), at: start)?.category == .stale)
        #expect(world.county.run(try Sample.publication(3), at: start)?.category == .stale)
        #expect(world.county.item(Sample.code)?.versions.entries.count == 2)
    }

    @Test func concurrentVersionsAreBothKeptUntilTheOwnerSettlesThem() throws {
        let twin = try world.twin()
        world.county.run(try Sample.publication(), at: start)
        _ = try twin.take(world.county.log, at: start)
        let later = start.advanced(byMillis: 1_000)
        world.county.run(try Sample.publication(1, Sample.elements("甲")), at: start)
        twin.run(try Sample.publication(1, Sample.elements("乙")), at: later)
        _ = try twin.take(world.county.log, at: later)
        let item = try #require(twin.item(Sample.code))
        #expect(item.heads.map(\.value.number) == [2, 2])
        #expect(item.isContested(at: later))
        #expect(item.version(at: later)?.stamp.time.instant == later)
        let found = CatalogQuery.item(
            Sample.code, for: CatalogWorld.county, in: world.directory, from: twin)
        let key = try #require(found?.key)
        #expect(twin.stored(key)?.status == "contested")
        #expect(twin.run(try Sample.publication(2), at: later)?.category == .stale)
        let one = [item.heads[0].stamp.dot]
        #expect(twin.run(try Sample.publication(2, saw: one), at: later)?.category == .stale)
        let both = item.heads.map(\.stamp.dot)
        #expect(twin.run(try Sample.publication(2, saw: both), at: later) == nil)
        let settled = try #require(twin.item(Sample.code))
        #expect(settled.heads.map(\.value.number) == [3])
        #expect(!settled.isContested(at: later))
        #expect(settled.versions.entries.count == 4)
        #expect(twin.stored(key)?.status == "published")
    }

    @Test func publishedElementsAreServedAsPublished() throws {
        let elements = Sample.elements("甲", materials: ["申请表", "户口簿"])
        world.county.run(try Sample.publication(nil, elements), at: start)
        let version = world.county.item(Sample.code)?.version(at: start)
        #expect(version?.value.elements == elements.bytes)
        let effective = try #require(world.county.effective(Sample.code, at: start))
        #expect(effective.elements.materials.map(\.name) == ["申请表", "户口簿"])
        #expect(effective.elements.promisedDays == 5)
    }

    // MARK: who may

    @Test func lowerNodesMayNotTouchUniformElements() throws {
        world.county.run(try Sample.publication(), at: start)
        try world.sync(at: start)
        for place in [CatalogWorld.town, CatalogWorld.village] {
            let node = world[place]
            let orders: [CatalogCommand] = [
                try Sample.publication(1), try Sample.publication(code: Sample.other),
                .setStanding(
                    StandingOrder(code: Sample.code, standing: .suspended, reason: "停")),
                .setOverlay(
                    code: Sample.code, values: [OverlayOrder(field: "materials", text: "无")]),
                .setCalendar(HolidayYear.shipped[0]),
            ]
            for order in orders {
                let refusal = node.run(order, at: start)
                #expect(refusal?.rule == "uniform-element-read-only")
                #expect(refusal?.category == .forbidden)
            }
        }
    }

    @Test func withoutASeatNothingIsDecided() throws {
        let twin = try world.twin()
        twin.directory = try CatalogWorld.directory(twin: false)
        #expect(twin.run(try Sample.publication(), at: start)?.rule == "not-seated")
    }

    @Test func whatALowerNodeWritesAllTheSameHasNoEffect() throws {
        world.county.run(try Sample.publication(), at: start)
        try world.sync(at: start)
        let before = world.county.item(Sample.code)
        let body: JSON = [
            "code": .text(Sample.code), "version": 2, "effectiveFrom": "2026-09-23",
            "elements": Sample.elements("假"),
        ]
        for scope in [CatalogWorld.county, CatalogWorld.village].map(ScopeName.catalog) {
            world.village.write(
                Draft(scope: scope, kind: .itemPublish, body: body.bytes), at: start)
        }
        try world.sync(at: start)
        for node in world.nodes {
            #expect(node.item(Sample.code) == before)
        }
    }

    // MARK: standing

    @Test func suspensionHasADateAndAnEnd() throws {
        world.county.run(try Sample.publication(), at: start)
        func order(_ standing: Standing, _ from: String? = nil) throws -> CatalogCommand {
            .setStanding(
                StandingOrder(
                    code: Sample.code, standing: standing, reason: "系统升级",
                    from: try from.map(Sample.date)))
        }
        #expect(world.county.run(try order(.suspended, "2026-09-28"), at: start) == nil)
        let item = try #require(world.county.item(Sample.code))
        #expect(item.standing(at: start) == .active)
        #expect(item.standing(at: try Sample.moment("2026-09-28T00:00")) == .suspended)
        let effective = try #require(
            world.county.effective(Sample.code, at: Sample.moment("2026-09-28T09:00")))
        #expect(effective.standing == .suspended)
        #expect(effective.version.value.number == 1)
        #expect(world.county.run(try order(.suspended), at: start)?.rule == "item-standing")
        let later = try Sample.moment("2026-09-30T09:00")
        #expect(world.county.run(try order(.active), at: later) == nil)
        #expect(world.county.item(Sample.code)?.standing(at: later) == .active)
        #expect(world.county.run(try order(.cancelled), at: later) == nil)
        #expect(world.county.run(try order(.active), at: later)?.rule == "item-standing")
        #expect(world.county.run(try Sample.publication(1), at: later)?.rule == "item-cancelled")
        #expect(world.county.item(Sample.code)?.standing(at: later) == .cancelled)
        #expect(world.county.item(Sample.code)?.standing(at: start) == .active)
    }

    @Test func standingNeedsAReasonAKnownItemAndADayToCome() throws {
        world.county.run(try Sample.publication(), at: start)
        func refused(_ code: String, _ reason: String, _ from: String?) throws -> String? {
            let order = StandingOrder(
                code: code, standing: .suspended, reason: reason, from: try from.map(Sample.date))
            return world.county.run(.setStanding(order), at: start)?.rule
        }
        #expect(try refused(Sample.code, "  ", nil) == "reason-required")
        #expect(try refused(Sample.other, "停", nil) == "item-unknown")
        #expect(try refused(Sample.code, "停", "2026-09-22") == "effective-date-past")
        #expect(try refused(Sample.code, "停", "2026-09-23") == nil)
    }

    // MARK: lint

    @Test(
        arguments: [
            "其他材料", "有关材料", "相关证明", "身份证等材料", "户口簿及其他资料", "法律法规规定的其他材料", "其它文件",
            "与申请事项有关材料", "营业执照等相关文件",
        ])
    func vagueMaterialsAreRefused(name: String) throws {
        let elements = Sample.elements(materials: ["申请表", name])
        let refusal = world.county.run(try Sample.publication(nil, elements), at: start)
        #expect(refusal?.rule == "vague-material")
        #expect(refusal?.field == "materials[1].name")
    }

    @Test(arguments: ["申请表", "居民身份证", "法定代表人身份证明", "其乐村委会证明", "等级鉴定书"])
    func plainMaterialsAreTaken(name: String) throws {
        // What others certify stands on the list of proofs.
        world.county.run(try Sample.proof("Z1"), at: start)
        let elements = Sample.elements(materials: [name], proof: "Z1")
        #expect(world.county.run(try Sample.publication(nil, elements), at: start) == nil)
    }

    @Test func elementsOutOfRangeAreRefused() throws {
        let broken: [(JSON, String)] = [
            (Sample.elements(""), "item-name"), (Sample.elements(kind: "别的"), "item-kind"),
            (Sample.elements(legal: 5, promised: 6), "item-days"),
            (Sample.elements(legal: -1, promised: -1), "item-days"),
            (Sample.elements(legal: 9_000_000_000), "item-days"),
            (Sample.elements(promised: 0), "item-days"),
            (Sample.elements(handling: "即办件", promised: 2), "item-days"),
            (Sample.elements(handling: "别的"), "item-elements"),
            (Sample.elements(materials: [String](repeating: "申请表", count: 201)), "item-materials"),
            (["name": "无"], "item-elements"),
            (
                Sample.elements(String(repeating: "长", count: 200_000)), "item-too-large"
            ),
        ]
        for (elements, rule) in broken {
            let refusal = world.county.run(try Sample.publication(nil, elements), at: start)
            #expect(refusal?.rule == rule)
            #expect(refusal?.category == .invalid)
        }
        #expect(world.county.item(Sample.code) == nil)
        let twice: JSON = ["code": "M1", "name": "申请表"]
        var object = try #require(Sample.elements().object)
        object["materials"] = .array([twice, twice])
        let refusal = world.county.run(try Sample.publication(nil, .object(object)), at: start)
        #expect(refusal?.field == "materials[1].code")
    }

    @Test func codeAndDateAreChecked() throws {
        let bad = world.county.run(try Sample.publication(code: "37011800900"), at: start)
        #expect(bad?.rule == "item-code")
        let past = world.county.run(try Sample.publication(from: "2026-09-22"), at: start)
        #expect(past?.rule == "effective-date-past")
        #expect(world.county.run(try Sample.publication(from: "2026-09-23"), at: start) == nil)
    }
}
