import Base
import Testing

@testable import Catalog

/// Elements that a complete item states, and what one of them may be changed to.
enum Sample {
    static let item: JSON = [
        "name": "高龄津贴认定", "kind": "行政给付", "basis": "样例办法第一条", "level": "县级",
        "department": "县民政局", "agency": "县民政局", "conditions": "年满 80 周岁",
        "audience": ["自然人"], "steps": ["收件", "审查", "办结"],
        "materials": [
            ["code": "M1", "name": "申请表", "required": true],
            ["code": "M2", "name": "居民身份证", "required": true],
            ["code": "M4", "name": "银行卡复印件", "deferrable": true],
        ],
        "legalDays": 20, "promisedDays": 5, "fees": ["charged": false],
        "result": ["kind": "给付", "name": "高龄津贴"], "handling": "承诺件",
    ]

    static func with(_ key: String, _ value: JSON?) -> JSON {
        var object = item.object ?? JSONObject()
        object[key] = value
        return .object(object)
    }
}

@Suite struct ElementReportTests {
    @Test func aCompleteItemHasNoFindings() {
        let report = ElementReport(Sample.item)
        #expect(report.findings.isEmpty)
        #expect(report.isComplete)
        #expect(report.score == 51)
    }

    @Test(
        arguments: [
            "name", "kind", "basis", "level", "department", "agency", "conditions", "audience",
            "steps", "materials", "legalDays", "promisedDays", "fees", "result", "handling",
        ])
    func everyMandatoryElementIsMissedByItsName(key: String) {
        let report = ElementReport(Sample.with(key, nil))
        #expect(report.gaps.map(\.field).contains(key))
        #expect(!report.isComplete)
        #expect(report.score < ElementReport(Sample.item).score)
    }

    @Test func anEmptyListOfMaterialsSaysThatNoneAreAsked() {
        #expect(ElementReport(Sample.with("materials", [])).isComplete)
        #expect(!ElementReport(Sample.with("steps", [])).isComplete)
        #expect(ElementReport(Sample.with("conditions", "  ")).gaps.map(\.field) == ["conditions"])
    }

    static let broken: [(String, JSON, String, String)] = [
        ("kind", "别的", "kind", "item-kind"),
        ("level", "村", "level", "element-form"),
        ("audience", ["自然人", "自然人"], "audience", "element-form"),
        ("promisedDays", 21, "promisedDays", "item-days"),
        ("legalDays", "二十", "legalDays", "item-days"),
        ("areas", ["990000000000"], "areas", "element-form"),
        ("areas", ["37150200"], "areas", "element-form"),
        ("endsOn", "2026-02-30", "endsOn", "element-form"),
        ("flowchart", "abc", "flowchart", "element-form"),
        ("flowchart", ["blob": "abc"], "flowchart", "element-form"),
        ("special", [["name": "望闻问切"]], "special[0].name", "element-form"),
        (
            "materials", [["code": "M1", "name": "其他材料"]], "materials[0].name",
            "vague-material"
        ),
        (
            "materials", [["code": "M1", "name": "申请表", "source": "街上"]],
            "materials[0].source", "element-form"
        ),
        (
            "situations", [["code": "S1", "name": "本人办理", "materials": ["M9"]]],
            "situations[0].materials", "situation-material"
        ),
    ]

    @Test(arguments: broken)
    func whatIsNotOfItsFormIsNamed(key: String, value: JSON, field: String, rule: String) {
        let refusal = ElementReport(Sample.with(key, value)).refusal
        #expect(refusal?.field == field)
        #expect(refusal?.rule == rule)
    }

    @Test func anAttachmentIsNamedSoThatItIsFetched() {
        let digest = JSON.text(String(repeating: "a", count: 64))
        let material: JSON = ["code": "M1", "name": "申请表", "blank": ["blob": digest]]
        #expect(ElementReport(Sample.with("materials", [material])).isComplete)
    }

    @Test func aProofNeedsItsEntryBeforePublishing() {
        let material: JSON = ["code": "M1", "name": "无犯罪记录证明"]
        let bare = ElementReport(Sample.with("materials", [material]))
        #expect(bare.refusal == nil)
        #expect(bare.gaps.map(\.rule) == ["proof-unlisted"])
        let listed: JSON = ["code": "M1", "name": "无犯罪记录证明", "proof": "Z1"]
        #expect(ElementReport(Sample.with("materials", [listed])).isComplete)
    }

    @Test func feesAreStatedOneByOne() {
        #expect(
            ElementReport(Sample.with("fees", ["charged": true])).gaps.map(\.rule)
                == ["fee-unstated"])
        let items: JSON = [["name": "工本费", "standard": "10 元", "basis": "鲁价〔2020〕1号"]]
        #expect(
            ElementReport(Sample.with("fees", ["charged": true, "items": items])).isComplete)
    }
}
