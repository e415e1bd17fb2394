import Testing

@testable import Demo

/// Columns line up where a Chinese character is two wide.
@Suite struct TextTableTests {
    @Test func chineseAndLatinCellsFillTheSameWidth() {
        var table = TextTable(heads: ["节点", "级", "x"])
        table.add(["a", "bb", "c"])
        #expect(table.text == "节点  级  x\na     bb  c")
        #expect(TextTable.width("平阴县A") == 7)
    }
}
