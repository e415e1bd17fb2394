import Base
import Testing

@testable import Guide

@Suite struct SheetTests {
    @Test func oneContentInThreeForms() {
        let sheet = Sheet(
            "高龄津贴认定 办事指南", stamp: "v3 · 打印 2026-09-24",
            [
                Sheet.Section("申请材料", ["编码", "名称"], [["M1", "<申请表>"]]),
                Sheet.Section("收费", [], [["不收费"]]), Sheet.Section("空", [], []),
            ])
        #expect(sheet.sections.map(\.heading) == ["申请材料", "收费"])
        #expect(sheet.text.contains("M1 | <申请表>"))
        let page = String(decoding: sheet.html.bytes, as: UTF8.self)
        #expect(page.contains("&lt;申请表&gt;"))
        #expect(page.contains("v3 · 打印 2026-09-24"))
        #expect(String(decoding: sheet.json, as: UTF8.self).contains("\"<申请表>\""))
    }
}
