import Base
import Document
import Testing

@testable import Catalog

@Suite struct DiffTests {
    @Test func fieldsAndMaterialsAreToldApart() throws {
        var object = try #require(Sample.item.object)
        object["promisedDays"] = 3
        object["materials"] = [
            ["code": "M1", "name": "申请表", "required": true, "copies": 2],
            ["code": "M2", "name": "居民身份证", "required": true],
            ["code": "M5", "name": "社会保障卡复印件", "deferrable": true],
        ]
        let diff = ElementDiff(from: Sample.item, to: .object(object))
        #expect(diff.fields.map(\.key) == ["promisedDays"])
        #expect(diff.fields.first?.isUniform == true)
        #expect(diff.fields.first?.before == 5)
        #expect(diff.materials.map(\.code) == ["M4", "M1", "M5"])
        #expect(diff.materials.map(\.change) == [.dropped, .changed, .added])
        #expect(diff.materials[1].fields.map(\.key) == ["copies"])
        #expect(ElementDiff(from: Sample.item, to: Sample.item).isEmpty)
        #expect(ElementDiff(from: .null, to: Sample.item).fields.count == 14)
    }

    @Test func threeWaysSayWhereAPersonChooses() {
        let theirs = Sample.with("promisedDays", 3)
        let mine = Sample.with("promisedDays", 4)
        let both = ThreeWay(base: Sample.item, theirs: theirs, mine: mine)
        #expect(both.hasConflict)
        #expect(both.fields.map(\.key) == ["promisedDays"])
        #expect(both.fields.first?.merged == 4)
        let other = ThreeWay(
            base: Sample.item, theirs: theirs, mine: Sample.with("conditions", "年满 90 周岁"))
        #expect(!other.hasConflict)
        #expect(other.fields.map(\.merged) == [3, "年满 90 周岁"])
        let same = ThreeWay(base: Sample.item, theirs: theirs, mine: theirs)
        #expect(!same.hasConflict)
    }

    @Test func theTenElementsMakeTheFingerprint() {
        let whole = UniformDigest.of("1", 1, Sample.item)
        for key in ["name", "kind", "basis", "level", "conditions", "promisedDays"] {
            #expect(UniformDigest.of("1", 1, Sample.with(key, "x")) != whole, "\(key)")
        }
        #expect(UniformDigest.of("1", 1, Sample.with("visits", 1)) == whole)
        #expect(UniformDigest.of("1", 2, Sample.item) != whole)
    }

    @Test func themesAreRefusedByWhatIsWrong() {
        func theme(_ children: JSON, days: JSON = 10) -> [String] {
            DefinitionCheck.findings(
                .theme, "T1",
                [
                    "name": "我要开餐馆", "lead": "县行政审批局", "object": "企业", "status": "draft",
                    "promisedDays": days, "children": children,
                ]
            ).map(\.rule)
        }
        let one: JSON = ["item": "1"]
        #expect(theme([one, ["item": "2", "after": ["1"]]]) == [])
        #expect(theme([one]) == ["theme-children"])
        #expect(theme([one, one]) == ["theme-child"])
        #expect(theme([one, ["item": "2", "after": ["3"]]]) == ["theme-edge"])
        #expect(
            theme([["item": "1", "after": ["2"]], ["item": "2", "after": ["1"]]])
                == ["theme-cycle"])
        #expect(theme([one, ["item": "2", "after": ["2"]]]) == ["theme-cycle"])
        #expect(theme([one, ["item": "2"]], days: 46) == ["theme-days"])
        let body: JSON = [
            "children": [
                ["item": "3", "after": ["1", "2"]], one, ["item": "2", "after": ["1"]],
            ]
        ]
        #expect(DefinitionCheck.order(body) == [["1"], ["2"], ["3"]])
    }
}
