import Base
import Civil
import Document
package import Verdict

/// A row of a hotline's file (12345).
package struct TicketRow: Hashable, Sendable {
    /// 1 for the heading.
    package let number: Int
    package let order: TicketOrder

    package init(number: Int, order: TicketOrder) {
        self.number = number
        self.order = order
    }
}

/// What a dry run says of a file: each row and field that would be refused.
package struct TicketFile: Hashable, Sendable {
    /// What is wrong with a field.
    package struct Finding: Hashable, Sendable {
        package let row: Int
        package let field: String
        package let title: String
    }

    /// Rows that are well formed.
    package private(set) var rows: [TicketRow] = []
    package private(set) var findings: [Finding] = []

    private static let columns = [
        "工单号", "类别", "内容", "登记时间", "办理时限", "交办区划", "事项编码", "办件编号",
    ]
    private static let kinds: [String: TicketKind] = [
        "诉求": .request, "咨询": .request, "求助": .request, "建议": .flaw, "找茬": .flaw,
        "投诉": .complaint, "举报": .complaint, "办不成事": .stuck,
    ]

    /// Rows that were read before.
    package init(rows: [TicketRow]) { self.rows = rows }

    /// - Parameter table: Rows of fields, the heading first: 工单号, 类别, 内容 and 登记时间 are
    ///   needed, 办理时限 (working days), 交办区划, 事项编码 and 办件编号 may be left out.
    package init(_ table: [[String]]) {
        guard let heading = table.first else {
            note(1, "工单号", "文件是空的")
            return
        }
        for name in heading where !Self.columns.contains(name) { note(1, name, "没有这一列") }
        for name in Self.columns.prefix(4) where !heading.contains(name) {
            note(1, name, "缺少这一列")
        }
        if table.count > Limits.ticketImportRowsMax + 1 {
            note(1, "工单号", "至多 \(Limits.ticketImportRowsMax) 行")
        }
        guard findings.isEmpty else { return }
        var seen: [String: Int] = [:]
        for (index, fields) in table.enumerated().dropFirst() {
            read(heading, fields, index + 1, &seen)
        }
    }

    private mutating func read(
        _ heading: [String], _ fields: [String], _ row: Int, _ seen: inout [String: Int]
    ) {
        let before = findings.count
        func value(_ name: String) -> String {
            guard let place = heading.firstIndex(of: name), place < fields.count else { return "" }
            return String(fields[place].drop(while: \.isWhitespace))
        }
        let hotline = value("工单号")
        let isPlain = hotline.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || $0 == 0x2d
                || (0x61...0x7a).contains($0)
        }
        if hotline.isEmpty || !isPlain || hotline.utf8.count > 32 {
            note(row, "工单号", "应为 1 到 32 位字母、数字或短横")
        } else if let other = seen[hotline] {
            note(row, "工单号", "与第 \(other) 行相同")
        }
        seen[hotline] = row
        let kind = Self.kinds[value("类别")]
        if kind == nil {
            note(row, "类别", "应为 " + Self.kinds.keys.sorted().joined(separator: "、"))
        }
        let text = value("内容")
        if text.isEmpty || text.count > Limits.ticketTextCharactersMax {
            note(row, "内容", "应为 1 到 \(Limits.ticketTextCharactersMax) 字")
        }
        let at = Self.moment(value("登记时间"))
        if at == nil { note(row, "登记时间", "应形如 2026-09-24 09:05") }
        var order = TicketOrder(kind ?? .request, text)
        order.hotline = hotline
        order.channel = "hotline"
        order.at = at
        let days = value("办理时限")
        if !days.isEmpty {
            order.days = Int(days).flatMap { (0...Limits.ticketDaysMax).contains($0) ? $0 : nil }
            if order.days == nil { note(row, "办理时限", "应为 0 到 \(Limits.ticketDaysMax) 个工作日") }
        }
        let place = value("交办区划")
        if !place.isEmpty {
            order.target = RegionCode(place)
            if order.target == nil { note(row, "交办区划", "应为 12 位区划代码") }
        }
        let item = value("事项编码")
        if !item.isEmpty { order.item = item }
        let file = value("办件编号")
        if !file.isEmpty, CaseNumber(file) == nil { note(row, "办件编号", "应为 26 位且校验位正确") }
        if !file.isEmpty { order.caseNumber = file }
        if findings.count == before { rows.append(TicketRow(number: row, order: order)) }
    }

    /// `2026-09-24 09:05`, in China's time, or RFC 3339.
    private static func moment(_ text: String) -> Instant? {
        if let instant = Instant(rfc3339: text) { return instant }
        let parts = text.split(separator: " ")
        guard parts.count == 2, parts[1].utf8.count == 5 else { return nil }
        return Instant(rfc3339: "\(parts[0])T\(parts[1]):00+08:00")
    }

    private mutating func note(_ row: Int, _ field: String, _ title: String) {
        findings.append(Finding(row: row, field: field, title: title))
    }

    /// Takes in what only the node knows of a row.
    package mutating func refuse(_ row: Int, _ refusal: RuleRefusal) {
        note(row, refusal.field ?? "工单号", refusal.title)
    }

    /// {rows, opened, known, refused, report: [{row, field, title}]}.
    package func answer(opened: Int, known: Int) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { object in
            object.field("rows", rows.count)
            object.field("opened", opened)
            object.field("known", known)
            object.field("refused", Set(findings.map(\.row)).count)
            object.array("report") { array in
                for finding in findings.prefix(Limits.findingsMax) {
                    array.object { entry in
                        entry.field("row", finding.row)
                        entry.field("field", finding.field)
                        entry.field("title", finding.title)
                    }
                }
            }
        }
        return writer.bytes
    }
}
