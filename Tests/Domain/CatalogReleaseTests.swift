import Base
import Change
import Civil
import Testing

@testable import Domain

/// What follows a publication: steps, roll-back, split, merge, import, claims.
@Suite struct CatalogReleaseTests {
    private let world: CatalogWorld
    private let start: Instant

    init() throws {
        world = try CatalogWorld()
        start = try Sample.moment("2026-09-23T09:00")
    }

    private func say(_ verb: String, _ json: JSON, at text: String? = nil) throws -> String? {
        let now = try text.map(Sample.moment) ?? start
        return world.county.run(try CatalogCommand(verb: verb, json: json), at: now)?.rule
    }

    private func number(_ place: RegionID, _ text: String) throws -> Int? {
        world[place].effective(Sample.code, at: try Sample.moment(text))?.version.value.number
    }

    private func drafts() -> [Digest16] {
        world.county.documents.keys.filter { $0.collection == .draft }.map(\.id).sorted()
    }

    // MARK: steps

    @Test func aVersionIsTriedOutStationByStation() throws {
        world.county.run(try Sample.publication(), at: start)
        let staged: JSON = [
            "code": .text(Sample.code), "base": 1, "immediate": true,
            "elements": Sample.elements(promised: 3), "stage": ["370124106201"],
        ]
        #expect(try say("item.publish", staged, at: "2026-09-23T10:00") == nil)
        try world.sync(at: try Sample.moment("2026-09-23T10:01"))
        let noon = "2026-09-23T12:00"
        #expect(try number(CatalogWorld.village, noon) == 2)
        for place in [CatalogWorld.county, CatalogWorld.town, CatalogWorld.otherVillage] {
            #expect(try number(place, noon) == 1)
        }
        let town: JSON = ["code": .text(Sample.code), "reach": "town", "reason": "试行无误"]
        #expect(try say("item.widen", town, at: "2026-09-24T09:00") == nil)
        try world.sync(at: try Sample.moment("2026-09-24T09:01"))
        #expect(try number(CatalogWorld.otherVillage, "2026-09-24T08:59") == 1)
        #expect(try number(CatalogWorld.otherVillage, "2026-09-24T09:00") == 2)
        #expect(try number(CatalogWorld.county, "2026-09-24T10:00") == 1)
        let all: JSON = ["code": .text(Sample.code), "reach": "all"]
        #expect(try say("item.widen", all, at: "2026-09-25T09:00") == nil)
        #expect(try number(CatalogWorld.county, "2026-09-25T09:00") == 2)
        #expect(try say("item.widen", all, at: "2026-09-25T09:01") == "not-staged")
    }

    @Test func aHaltedVersionIsRolledBackAsANewOne() throws {
        world.county.run(try Sample.publication(), at: start)
        let staged: JSON = [
            "code": .text(Sample.code), "base": 1, "immediate": true,
            "elements": Sample.elements(promised: 3), "stage": ["370124106201"],
        ]
        #expect(try say("item.publish", staged) == nil)
        let halt: JSON = ["code": .text(Sample.code), "reason": "投诉"]
        #expect(
            try say("item.halt", ["code": .text(Sample.code), "reason": " "]) == "reason-required")
        #expect(try say("item.halt", halt, at: "2026-09-23T11:00") == nil)
        let all: JSON = ["code": .text(Sample.code), "reach": "all"]
        #expect(try say("item.widen", all, at: "2026-09-23T11:01") == "stage-halted")
        let back: JSON = ["code": .text(Sample.code), "to": 1, "reason": "投诉"]
        #expect(try say("item.rollback", back, at: "2026-09-23T12:00") == nil)
        try world.sync(at: try Sample.moment("2026-09-23T12:01"))
        for place in [CatalogWorld.village, CatalogWorld.county, CatalogWorld.otherVillage] {
            #expect(try number(place, "2026-09-23T13:00") == 3)
        }
        let item = try #require(world.village.item(Sample.code))
        #expect(
            item.version(at: try Sample.moment("2026-09-23T13:00"))?.value.elements
                == item.versions.entries.first { $0.value.number == 1 }?.value.elements)
        #expect(try say("item.rollback", back.setting("to", 7)) == "version-unknown")
        let unknown = staged.setting("stage", ["370124999000"]).setting("base", 3)
        #expect(try say("item.publish", unknown) == "region-unknown")
    }

    // MARK: split and merge

    @Test func draftsTakeThePlaceOfAnItem() throws {
        world.county.run(try Sample.publication(), at: start)
        for (code, name) in [("370118009003", "甲"), ("370118009004", "乙")] {
            let draft: JSON = [
                "code": .text(code), "effectiveFrom": "2026-09-28",
                "elements": Sample.elements(name),
            ]
            #expect(try say("item.draft", draft) == nil)
        }
        let ids = drafts().map { JSON.text($0.hex) }
        let split: JSON = [
            "code": .text(Sample.code), "drafts": .array(ids), "reason": "按情形拆分",
        ]
        #expect(try say("item.split", split) == nil)
        let item = try #require(world.county.item(Sample.code))
        #expect(item.standing(at: try Sample.moment("2026-09-27T23:59")) == .active)
        #expect(item.standing(at: try Sample.moment("2026-09-28T00:00")) == .cancelled)
        #expect(
            item.standings.heads.first?.value.successors.sorted()
                == ["370118009003", "370118009004"])
        #expect(try say("item.split", split) == "draft-unknown")
        let one: JSON = [
            "code": "370118009005", "immediate": true, "elements": Sample.elements("丙"),
        ]
        #expect(try say("item.draft", one, at: "2026-09-29T09:00") == nil)
        let last = drafts().first { id in
            guard
                case .draft(let state)? = world.county.content(
                    DocumentKey(collection: .draft, id: id))
            else { return false }
            return state.isOpen
        }
        let merge: JSON = [
            "codes": ["370118009003", "370118009004"], "reason": "合并",
            "draft": .text(try #require(last).hex),
        ]
        #expect(try say("item.merge", merge, at: "2026-09-29T09:01") == nil)
        for code in ["370118009003", "370118009004"] {
            #expect(
                world.county.item(code)?.standing(at: try Sample.moment("2026-09-29T09:02"))
                    == .cancelled)
        }
        #expect(world.county.item("370118009005") != nil)
    }

    // MARK: drafts and completeness

    @Test func aDraftMayHaveGapsAndAPublicationNone() throws {
        let thin = Sample.elements().setting("basis", nil).setting("result", nil)
        let draft: JSON = ["code": .text(Sample.code), "immediate": true, "elements": thin]
        #expect(try say("item.draft", draft) == nil)
        #expect(try say("item.publish", draft) == "element-missing")
        let id = try #require(drafts().first)
        #expect(try say("item.approve", ["draft": .text(id.hex)]) == "element-missing")
        let whole = draft.setting("elements", Sample.elements())
            .setting("replaces", .text(id.hex))
        #expect(try say("item.draft", whole) == nil)
        #expect(try say("item.approve", ["draft": .text(id.hex)]) == "draft-unknown")
        let next = try #require(drafts().first { $0 != id })
        #expect(try say("item.approve", ["draft": .text(next.hex)]) == nil)
    }

    // MARK: import

    private func rows(_ count: Int, _ change: (Int, JSON) -> JSON = { $1 }) -> JSON {
        .array(
            (1...count).map { number in
                var object = Sample.elements("事项\(number)").object ?? JSONObject()
                object["code"] = .text(String(370_118_009_100 + number))
                return change(number, .object(object))
            })
    }

    @Test func nothingIsHalfImported() throws {
        let broken = rows(9) { number, row in
            number == 5 ? row.setting("promisedDays", 21) : row
        }
        let import9: JSON = ["items": broken, "publish": true]
        let command = try CatalogCommand(verb: "catalog.import", json: import9)
        let refusal = world.county.run(command, at: start)
        #expect(refusal?.rule == "item-days")
        #expect(refusal?.field == "items[4].promisedDays")
        #expect(refusal?.title.contains("第 5 行") == true)
        #expect(world.county.log.isEmpty)
        #expect(try say("catalog.import", import9.setting("skipRefused", true)) == nil)
        #expect(world.county.documents.keys.filter { $0.collection == .item }.count == 8)
        let before = world.county.log.count
        #expect(try say("catalog.import", ["items": rows(4), "publish": true]) == nil)
        #expect(world.county.log.count == before)
        let past: JSON = ["items": rows(2), "effectiveFrom": "2026-09-01"]
        #expect(try say("catalog.import", past) == "effective-date-past")
    }

    /// A place of a county that the directory has is a node of it, or none.
    @Test func aDivisionThatIsNoneIsRefusedByRow() throws {
        func file(_ code: String) -> JSON {
            let items = rows(3) { number, row in
                number == 2 ? row.setting("areas", ["370124106201", .text(code)]) : row
            }
            return ["items": items, "publish": true]
        }
        for code in ["370124188000", "999999000000", "37012410620"] {
            let command = try CatalogCommand(verb: "catalog.import", json: file(code))
            let refusal = world.county.run(command, at: start)
            #expect(refusal?.field == "items[1].areas", "\(code)")
            #expect(refusal?.title.contains("第 2 行") == true)
        }
        #expect(world.county.log.isEmpty)
        let elements = Sample.elements("甲").setting("areas", ["370124188000"])
        let draft: JSON = ["code": "370118009190", "immediate": true, "elements": elements]
        #expect(try say("item.draft", draft) == "region-unknown")
        // Of another county only the form is known here.
        #expect(try say("catalog.import", file("371502101000")) == nil)
    }

    @Test func gapsBecomeDraftsThatSaySo() throws {
        let thin = rows(2) { $1.setting("basis", nil).setting("code", nil) }
        #expect(try say("catalog.import", ["items": thin, "publish": true]) == nil)
        #expect(drafts().count == 2)
        #expect(world.county.documents.keys.filter { $0.collection == .item }.isEmpty)
        #expect(
            world.village.run(
                try CatalogCommand(verb: "catalog.import", json: ["items": rows(1)]), at: start)?
                .rule == "uniform-element-read-only")
    }

    /// A row without a code is known by its name and department, one with a code by that.
    @Test(arguments: [true, false]) func aRowThatCameBeforeIsNotDraftedAgain(
        hasCode: Bool
    ) throws {
        func file(_ change: (Int, JSON) -> JSON = { $1 }) -> JSON {
            rows(3) { number, row in
                let row = row.setting("basis", nil)
                return change(number, hasCode ? row : row.setting("code", nil))
            }
        }
        #expect(try say("catalog.import", ["items": file()]) == nil)
        let first = drafts()
        #expect(first.count == 3)
        let before = world.county.log.count
        #expect(try say("catalog.import", ["items": file()]) == nil)
        #expect(world.county.log.count == before)
        // What changed takes the place of the draft that was made of it, and of no other.
        let mended = file { $0 == 2 ? $1.setting("conditions", "年满 90 周岁") : $1 }
        #expect(try say("catalog.import", ["items": mended]) == nil)
        let open = try drafts().filter { try draft($0).isOpen }
        #expect(drafts().count == 4 && open.count == 3)
        #expect(first.filter { !open.contains($0) }.count == 1)
    }

    /// Where two drafts could be meant, neither is touched.
    @Test func aRowThatCouldBeEitherIsRefused() throws {
        let twins = JSON.array(
            ["甲", "乙"].map { words in
                Sample.elements("同名").setting("basis", nil).setting("conditions", .text(words))
            })
        #expect(try say("catalog.import", ["items": twins]) == nil)
        let third = Sample.elements("同名").setting("basis", nil).setting("conditions", "丙")
        #expect(try say("catalog.import", ["items": .array([third])]) == "draft-ambiguous")
        #expect(drafts().count == 2)
    }

    private func draft(_ id: Digest16) throws -> DraftState {
        let content = world.county.content(DocumentKey(collection: .draft, id: id))
        guard case .draft(let state)? = content else { throw JSONError(.kind, offset: 0) }
        return state
    }

    // MARK: definitions

    @Test func themesNameItemsThatThereAre() throws {
        world.county.run(try Sample.publication(), at: start)
        world.county.run(try Sample.publication(code: Sample.other), at: start)
        let theme: JSON = [
            "code": "T1", "name": "老人办事", "lead": "县民政局", "object": "个人",
            "promisedDays": 10,
            "children": [
                ["item": .text(Sample.code)],
                ["item": .text(Sample.other), "after": [.text(Sample.code)]],
            ],
        ]
        let unknown = theme.setting(
            "children", [["item": .text(Sample.code)], ["item": "370118009999"]])
        #expect(try say("theme.set", unknown) == "item-unknown")
        #expect(try say("theme.publish", ["code": "T1"]) == "definition-unknown")
        #expect(try say("theme.set", theme) == nil)
        #expect(try say("theme.publish", ["code": "T1"]) == nil)
        #expect(try say("theme.publish", ["code": "T1"]) == "not-drafted")
        try world.sync(at: start)
        let key = DefinitionState.key(
            .theme, "T1", in: ScopeName.catalog(CatalogWorld.county).id)
        guard case .definition(let state)? = world.village.content(key) else {
            Issue.record("no theme at the village")
            return
        }
        #expect(state.body["status"]?.text == "published")
        #expect(state.body["version"]?.int == 1)
        #expect(world.village.stored(key)?.search.contains("老人办事") == true)
    }

    @Test func whoDraftsAThemeDoesNotPublishIt() throws {
        world.county.run(try Sample.publication(), at: start)
        world.county.run(try Sample.publication(code: Sample.other), at: start)
        let theme: JSON = [
            "code": "T1", "name": "老人办事", "lead": "县民政局", "object": "个人",
            "promisedDays": 10,
            "children": [["item": .text(Sample.code)], ["item": .text(Sample.other)]],
        ]
        world.county.author = 9
        #expect(try say("theme.set", theme) == nil)
        #expect(try say("theme.publish", ["code": "T1"]) == "two-persons")
        world.county.author = 10
        #expect(try say("theme.publish", ["code": "T1"]) == nil)
    }

    @Test func questionsGoUpAndKnowledgeComesDown() throws {
        let ask = try CatalogCommand(
            verb: "knowledge.ask", json: ["question": "高龄津贴能代领吗"])
        #expect(world.village.run(ask, at: start) == nil)
        #expect(world.village.run(ask, at: start) == nil)
        try world.sync(at: start)
        let asked = world.county.find(.question, label: "高龄津贴能代领吗")
        #expect(asked.count == 1)
        #expect(world[CatalogWorld.otherVillage].find(.question, label: "高龄津贴能代领吗").isEmpty)
        let entry: JSON = [
            "code": "K1", "question": "高龄津贴能代领吗", "answer": "可以，带委托书。",
            "labels": ["民政", "老人", "津贴"], "synonyms": ["老年补贴"],
        ]
        #expect(try say("knowledge.set", entry.setting("labels", ["民政"])) == "knowledge-labels")
        #expect(try say("knowledge.set", entry) == nil)
        try world.sync(at: start)
        let key = try #require(world.village.find(.knowledge, label: "K1").first)
        #expect(world.village.stored(key)?.search.contains("老年补贴") == true)
        #expect(try say("knowledge.end", ["code": "K1"]) == nil)
        try world.sync(at: start)
        #expect(world.village.stored(key)?.search == "")
    }

    @Test func theBasicListIsClaimedOrGivenAReason() throws {
        let entry: JSON = ["code": "370118009002", "name": "高龄津贴认定", "kind": "行政给付"]
        #expect(try say("basic.set", entry) == nil)
        #expect(
            try say("basic.set", ["code": "370118009002", "status": "claimed"])
                == "element-missing")
        #expect(
            try say(
                "basic.set",
                ["code": "370118009002", "status": "claimed", "department": "县民政局"]) == nil)
        let other: JSON = [
            "code": "370118009003", "name": "海域使用", "kind": "行政许可", "status": "notApplicable",
        ]
        #expect(try say("basic.set", other) == "element-missing")
        #expect(try say("basic.set", other.setting("reason", "本县无海域")) == nil)
        #expect(try say("basic.set", ["code": "1", "name": "x", "kind": "行政许可"]) == "item-code")
    }
}

extension JSON {
    /// The object with another value at one key.
    func setting(_ key: String, _ value: JSON?) -> JSON {
        var object = object ?? JSONObject()
        object[key] = value
        return .object(object)
    }
}
