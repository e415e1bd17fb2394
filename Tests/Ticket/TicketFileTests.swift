import Base
import Testing
import Ticket

/// A hotline's file: each row and field that is wrong is named, and the good ones are read.
@Suite struct TicketFileTests {
    private let heading = ["工单号", "类别", "内容", "登记时间", "办理时限", "交办区划"]

    @Test func aGoodRowIsATicket() throws {
        let file = TicketFile([
            heading,
            ["12345-1", "投诉", "窗口无人", "2026-09-24 09:05", "3", "370124106201"],
        ])
        #expect(file.findings.isEmpty)
        let row = try #require(file.rows.first)
        #expect(row.number == 2)
        #expect(row.order.kind == .complaint)
        #expect(row.order.hotline == "12345-1")
        #expect(row.order.days == 3)
        #expect(row.order.target?.text == "370124106201")
        #expect(row.order.at == Instant(rfc3339: "2026-09-24T09:05:00+08:00"))
    }

    @Test func eachFieldIsRefusedByItsName() {
        let file = TicketFile([
            heading,
            ["A 1", "投诉", "甲", "2026-09-24 09:05", "", ""],
            ["A1", "别的", "甲", "2026-09-24 09:05", "", ""],
            ["A2", "投诉", "", "2026-09-24 09:05", "", ""],
            ["A3", "投诉", "甲", "昨天", "", ""],
            ["A4", "投诉", "甲", "2026-09-24 09:05", "九", ""],
            ["A5", "投诉", "甲", "2026-09-24 09:05", "", "3701"],
            ["A5", "投诉", "甲", "2026-09-24 09:05", "", ""],
            ["A6", "诉求", "甲", "2026-09-24 09:05", "", ""],
        ])
        #expect(
            file.findings.map { "\($0.row) \($0.field)" } == [
                "2 工单号", "3 类别", "4 内容", "5 登记时间", "6 办理时限", "7 交办区划", "8 工单号",
            ])
        #expect(file.rows.map(\.number) == [9])
    }

    @Test func aCasesNumberHasItsCheckDigit() {
        func findings(_ number: String) -> [String] {
            TicketFile([
                ["工单号", "类别", "内容", "登记时间", "办件编号"],
                ["A1", "投诉", "甲", "2026-09-24 09:05", number],
            ]).findings.map(\.field)
        }
        #expect(findings("12345678901234567890123456") == ["办件编号"])
        #expect(findings("3701241062012026092400001") == ["办件编号"])
        #expect(findings("") == [])
    }

    @Test func columnsThatAreMissingOrStrangeAreNamed() {
        #expect(TicketFile([["工单号", "类别", "内容"]]).findings.map(\.field) == ["登记时间"])
        #expect(
            TicketFile([["工单号", "类别", "内容", "登记时间", "备注"]]).findings.map(\.field) == ["备注"])
        #expect(TicketFile([]).findings.map(\.row) == [1])
    }
}
