import Base
import Foundation
import Support
import Testing

@testable import Catalog

@Suite struct ItemFileTests {
    private let code = "370118009002"

    @Test(arguments: ItemFile.Format.allCases)
    func aRoundTripChangesNothing(format: ItemFile.Format) throws {
        var object = try #require(Sample.item.object)
        object["conditions"] = "一、\"年满\" 80 周岁，\n二、本县户籍；"
        object["oneVisit"] = true
        object["visits"] = 0
        object["channels"] = ["窗口办理", "网上办理"]
        let items = [(code, Sample.item), ("370118009003", JSON.object(object))]
        let bytes = ItemFile.bytes(items, format)
        let rows = try ItemFile.rows(bytes)
        #expect(rows.map(\.code) == items.map(\.0))
        for (row, item) in zip(rows, items) {
            #expect(ElementDiff(from: item.1, to: row.elements).isEmpty)
            #expect(row.findings.isEmpty)
        }
        let again = ItemFile.bytes(rows.map { ($0.code, $0.elements) }, format)
        #expect(try ItemFile.rows(again).map(\.elements) == rows.map(\.elements))
    }

    @Test func aBrokenRowInTheMiddleIsNamed() {
        let texts = [
            ("事项编码,事项名称\n1,a\n2,\"b\n3,c\n", 3, "引号没有收尾"),
            ("事项编码,事项名称\n1,a\n2,b,c\n", 3, "应有 2 列，实有 3 列"),
            ("事项编码,事项名称\n1,a\"b\n", 2, "引号位置不对"),
            ("事项编码,事项名称\n1,\"a\"b\n", 2, "引号之后还有内容"),
            ("名称\na\n", 1, "表头没有“事项编码”一列"),
        ]
        for (text, row, title) in texts {
            do throws(ItemFile.Fault) {
                _ = try ItemFile.rows(Array(text.utf8))
                Issue.record("read: \(text)")
            } catch {
                #expect(error.row == row)
                #expect(error.title == title)
            }
        }
        #expect(throws: ItemFile.Fault.self) { try ItemFile.rows([0x61, 0xff, 0x0a]) }
        #expect(throws: ItemFile.Fault.self) { try ItemFile.rows(Array("{\"items\":1}".utf8)) }
        #expect(throws: ItemFile.Fault.self) { try ItemFile.rows(Array("[{]".utf8)) }
    }

    @Test func byteOrderMarkAndCRLFAreTaken() throws {
        let text = CSV.mark + Array("事项编码,事项名称,一次办好,到现场次数\r\n\(code),甲,是,1\r\n".utf8)
        let rows = try ItemFile.rows(text)
        #expect(rows.count == 1)
        #expect(rows.first?.elements["oneVisit"]?.bool == true)
        #expect(rows.first?.elements["visits"]?.int == 1)
    }

    private func finding(_ json: JSON) -> [Finding] {
        ItemFile.marked([ItemRow(1, json)]).first?.refusals ?? []
    }

    @Test func badRowsAreRefusedByField() throws {
        #expect(finding(["code": "37011800900"]).map(\.rule) == ["item-code"])
        #expect(
            finding(["code": "11370800MB285591857370118009002"]).map(\.rule) == ["item-code"])
        #expect(
            finding(["code": "51201-999999000000-000-11370800MB28559184-1"]).map(\.rule)
                == ["division-unknown"])
        #expect(finding("no object").map(\.rule) == ["row-form"])
        let long = String(repeating: "长", count: 100_000)
        let large = finding(["code": .text(code), "conditions": .text(long)])
        #expect(large.contains { $0.rule == "item-too-large" })
        let twice = ItemFile.marked([
            ItemRow(1, ["code": .text(code)]), ItemRow(2, ["code": .text(code)]),
        ])
        #expect(twice[0].refusals.isEmpty)
        #expect(twice[1].refusals.map(\.rule) == ["code-duplicate"])
    }

    /// The newest export of two portals: all rows are read, and what they lack is told.
    @Test(.enabled(if: SharedData.path("items.json") != nil), arguments: ["items.json"])
    func thePortalsItemsAreRead(name: String) throws {
        guard let path = SharedData.path(name) else { return }
        let bytes = try #require(FileManager.default.contents(atPath: path))
        let rows = try ItemFile.rows(Array(bytes))
        #expect(rows.count == 422)
        #expect(rows.allSatisfy { $0.elements["name"]?.text?.isEmpty == false })
        #expect(rows.flatMap(\.refusals) == [])
        let reports = rows.map { ElementReport($0.elements) }
        #expect(reports.allSatisfy { !$0.isComplete })
        let gaps = reports.map { Set($0.gaps.map(\.field)) }
        #expect(gaps.allSatisfy { $0.contains("agency") && $0.contains("result") })
        #expect(gaps.filter { $0.contains("legalDays") }.count == 422 - 306)
        #expect(reports.filter { $0.findings.contains { $0.weight == .refused } }.isEmpty)
    }
}
