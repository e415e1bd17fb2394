import Base
import Domain
import Testing

@testable import Editing

/// Forms made of the tables that check: what is shown comes back as it was.
@Suite struct EditFormTests {
    private static let item: JSON = [
        "name": "高龄津贴认定", "kind": "行政给付", "conditions": "年满 80 周岁\n本县户籍",
        "audience": ["自然人", "法人"], "steps": ["收件", "审查"], "legalDays": 20, "promisedDays": 0,
        "fees": ["charged": true, "items": [["name": "工本费", "standard": "5 元", "basis": "样例"]]],
        "materials": [
            [
                "code": "M1", "name": "申请表 <甲>", "required": true, "deferrable": false,
                "copies": 2, "submit": ["窗口", "网上"], "checks": ["签字", "日期"],
                "blank": ["blob": .text(String(repeating: "ab", count: 32))],
            ],
            ["code": "M2", "name": "身份证"],
        ],
        "situations": [["code": "S1", "name": "本人", "materials": ["M1"]]],
        "oneVisit": false, "endsOn": "2027-01-01", "areas": ["370124106000"],
    ]

    /// Fields as a browser sends them: what stands in inputs, areas, chosen options and boxes.
    private func sent(_ html: String) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for match in html.matches(of: /<input([^>]*)>/) {
            let marks = String(match.1)
            guard let name = marks.firstMatch(of: /name="([^"]*)"/)?.1 else { continue }
            if marks.contains("type=\"checkbox\""), !marks.contains(" checked") { continue }
            let value = marks.firstMatch(of: /value="([^"]*)"/)?.1 ?? ""
            fields.append((String(name), plain(String(value))))
        }
        for match in html.matches(of: /<textarea name="([^"]*)"[^>]*>([^<]*)<\/textarea>/) {
            fields.append((String(match.1), plain(String(match.2))))
        }
        for match in html.matches(of: /<select name="([^"]*)">(.*?)<\/select>/) {
            let chosen = match.2.firstMatch(of: /<option value="([^"]*)" selected>/)?.1 ?? ""
            fields.append((String(match.1), plain(String(chosen))))
        }
        return fields
    }

    /// Members by key: a form gives them in the order of its table.
    private func sorted(_ json: JSON) -> JSON {
        if let list = json.array { return .array(list.map(sorted)) }
        guard let members = json.object?.members else { return json }
        return .object(
            JSONObject(
                members.sorted { $0.key < $1.key }.map {
                    JSONObject.Member(key: $0.key, value: sorted($0.value))
                }))
    }

    private func plain(_ text: String) -> String {
        text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }

    private func html(_ form: ElementForm) -> String {
        String(decoding: form.html.bytes, as: UTF8.self)
    }

    @Test func whatIsShownComesBack() {
        let form = ElementForm(ElementTable.item, Self.item)
        let read = FieldReading(sent(html(form))).object(ElementTable.item)
        let back = JSON.object(read)
        for member in Self.item.object?.members ?? [] {
            #expect(back[member.key].map(sorted) == sorted(member.value), "\(member.key)")
        }
        #expect(ElementDiff.isNone(from: Self.item, to: back))
        #expect(read.members.count == Self.item.object?.members.count)
    }

    @Test func nothingOfAValueBecomesMarkup() {
        #expect(!html(ElementForm(ElementTable.item, Self.item)).contains("<甲>"))
    }

    /// Every element of every table has its field.
    @Test(arguments: EditTable.allCases) func everyElementHasItsField(table: EditTable) {
        let page = html(ElementForm(table.elements, .null))
        for element in table.elements { #expect(page.contains("name=\"e.\(element.key)")) }
    }

    @Test func emptyRowsAreNoneAndStruckOnesGo() {
        let fields = [
            ("e.materials.0.code", "M1"), ("e.materials.0.name", "甲"),
            ("e.materials.1.code", ""), ("e.materials.1.name", "  "),
            ("e.materials.7.code", "M2"), ("e.materials.9.code", "M3"),
            ("e.materials.9.struck", "1"), ("e.materials.9999.code", "M4"),
        ]
        let read = FieldReading(fields.map { (name: $0.0, value: $0.1) })
            .object(ElementTable.item)
        let codes = (read["materials"]?.array ?? []).map { $0["code"]?.text }
        #expect(codes == ["M1", "M2"])
    }

    @Test func noMaterialsIsAWordOfItsOwn() {
        let none = FieldReading([(name: "e.materials.none", value: "1")])
        #expect(none.object(ElementTable.item)["materials"] == .array([]))
        let unsaid = FieldReading([])
        #expect(unsaid.object(ElementTable.item)["materials"] == nil)
    }

    /// What is not of its form stays, so that it is refused by its name and not lost.
    @Test func whatIsNotOfItsFormIsNamed() {
        let read = FieldReading([
            (name: "e.legalDays", value: "二十"), (name: "e.kind", value: "别的"),
        ]).object(ElementTable.item)
        let fields = ElementReport(.object(read)).findings.filter { $0.weight == .refused }
        #expect(fields.map(\.field) == ["kind", "legalDays"])
        let page = html(
            ElementForm(
                ElementTable.item, .object(read),
                findings: ElementReport(.object(read)).findings))
        #expect(page.contains("二十") && page.contains("的内容不合格式"))
    }

    @Test func aFindingStandsBesideItsField() {
        let value = JSON.object(
            JSONObject([
                .init(key: "materials", value: [["code": "M1", "name": "其他材料"]])
            ]))
        let page = html(
            ElementForm(ElementTable.item, value, findings: ElementReport(value).findings))
        #expect(page.contains("材料名称“其他材料”含糊"))
    }

    @Test func moreRowsAreAskedFor() {
        let few = html(ElementForm(ElementTable.item, Self.item))
        let many = html(ElementForm(ElementTable.item, Self.item, more: "e.materials"))
        #expect(!few.contains("e.materials.2.code") && many.contains("e.materials.6.code"))
    }

    /// 冲突待裁: both statements, what differs, and the way to each.
    @Test func rivalsStandSideBySide() {
        var page = EditPage(.proof, code: "Z1")
        page.rivals = [("a-1", "甲"), ("b-2", "乙")].map { id, name in
            EditPage.Rival(id: id, time: "2026-09-24", value: ["name": .text(name), "basis": "样例"])
        }
        let text = String(decoding: page.html.bytes, as: UTF8.self)
        #expect(text.contains("冲突待裁") && text.contains("<td>甲<td>乙"))
        #expect(text.contains("of=a-1") && text.contains("of=b-2"))
        #expect(!text.contains("<td>设定依据"))
    }
}
