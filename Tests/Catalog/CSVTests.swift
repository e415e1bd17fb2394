import Base
import Testing

@testable import Catalog

/// Tables that a spreadsheet opens: as text what is text, and nothing that it would run.
@Suite struct CSVTests {
    @Test func whatAProgramWroteIsReadBack() throws {
        let rows = [["站点", "得分"], ["甲,乙", "5"], ["他说\"好\"", "一行\n两行"], ["", "-6.2%"]]
        let bytes = CSV.spreadsheet(rows)
        #expect(bytes.starts(with: [0xef, 0xbb, 0xbf]), "UTF-8 by its mark")
        #expect(try CSV.rows(bytes) == rows)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("\"甲,乙\",5\r\n"))
        #expect(text.contains("\"他说\"\"好\"\"\""))
    }

    @Test func nothingIsAFormula() throws {
        let formulas = [
            "=1+1", "+86 138", "-2+3", "@SUM(A1)", "\t=1", "＝1", "=HYPERLINK(\"http://a\",\"b\")",
            "-", "-a", "\n=1",
        ]
        for formula in formulas {
            let field = try CSV.rows(CSV.spreadsheet([["头"], [formula]]))[1][0]
            #expect(field == "'" + formula)
        }
        for plain in ["-6.2%", "-12", "12", "87.5%", "5/6", "2026-09-01", "—", "甲=乙"] {
            #expect(try CSV.rows(CSV.spreadsheet([["头"], [plain]]))[1][0] == plain)
        }
    }

    @Test func aLongNumberKeepsItsDigits() throws {
        let number = "37012410120120260924000017"
        #expect(try CSV.rows(CSV.spreadsheet([["头"], [number]]))[1][0] == "\t" + number)
        #expect(try CSV.rows(CSV.spreadsheet([["头"], ["370124101201"]]))[1][0] == "370124101201")
        #expect(try CSV.rows(CSV.text([["头"], [number]]))[1][0] == number, "for programs as it is")
    }
}
