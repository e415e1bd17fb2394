import Base

/// Comma-separated values (RFC 4180), strictly: what is not of the form is refused by its row.
package enum CSV {
    /// Where a text stops being CSV.
    package struct Fault: Error, Hashable, Sendable {
        /// 1 for the heading.
        package let row: Int
        package let title: String
    }

    /// Rows of fields, the heading first.
    ///
    /// - Parameter bytes: UTF-8, with or without a byte order mark; lines end in LF or CRLF.
    /// - Throws: At the first row with an open quote, a quote in the wrong place, or another number
    ///   of fields than the heading. Cost: linear.
    package static func rows(_ bytes: [UInt8]) throws(Fault) -> [[String]] {
        var reader = Reader(bytes: bytes)
        var rows: [[String]] = []
        while let row = try reader.row(rows.count + 1) {
            if row == [""] { continue }
            if let heading = rows.first, heading.count != row.count {
                throw Fault(
                    row: reader.number, title: "应有 \(heading.count) 列，实有 \(row.count) 列")
            }
            guard row.count <= Limits.importColumnsMax, rows.count <= Limits.importRowsMax else {
                throw Fault(row: reader.number, title: "行或列过多")
            }
            rows.append(row)
        }
        return rows
    }

    /// As text, with CRLF and a byte order mark, so that a spreadsheet reads it as UTF-8.
    package static func text(_ rows: [[String]]) -> [UInt8] {
        var bytes: [UInt8] = Array(mark)
        for row in rows {
            for (index, field) in row.enumerated() {
                if index > 0 { bytes.append(comma) }
                append(field, to: &bytes)
            }
            bytes += [cr, lf]
        }
        return bytes
    }

    /// As `text`, for a spreadsheet to open: what it would take for a formula stands behind an
    /// apostrophe, and a number of more digits than it keeps behind a tab, so that both are text.
    package static func spreadsheet(_ rows: [[String]]) -> [UInt8] {
        text(rows.map { $0.map(inert) })
    }

    private static let formulas: [Character] = [
        "=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\r\n",
    ]

    private static func inert(_ field: String) -> String {
        guard let first = field.first else { return field }
        let isNumber = field.utf8.allSatisfy { (48...57).contains($0) }
        if isNumber { return field.utf8.count > Limits.spreadsheetDigitsMax ? "\t" + field : field }
        guard formulas.contains(first) else { return field }
        // A share below nothing is a number.
        let rest = field.dropFirst().utf8
        let isShare =
            first == "-" && rest.allSatisfy { (48...57).contains($0) || $0 == 46 || $0 == 37 }
        return isShare && !rest.isEmpty ? field : "'" + field
    }

    /// The three bytes with which a UTF-8 text may begin.
    package static let mark: [UInt8] = [0xef, 0xbb, 0xbf]

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let cr = UInt8(ascii: "\r")
    private static let lf = UInt8(ascii: "\n")

    private static func append(_ field: String, to bytes: inout [UInt8]) {
        let special = field.utf8.contains { [comma, quote, cr, lf].contains($0) }
        guard special else {
            bytes += Array(field.utf8)
            return
        }
        bytes.append(quote)
        for byte in field.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    private struct Reader {
        let bytes: [UInt8]
        var place: Int
        /// The row that is being read.
        var number = 0

        init(bytes: [UInt8]) {
            self.bytes = bytes
            place = bytes.starts(with: mark) ? mark.count : 0
        }

        mutating func row(_ number: Int) throws(Fault) -> [String]? {
            guard place < bytes.count else { return nil }
            self.number = number
            var fields: [String] = []
            while true {
                fields.append(try field())
                guard place < bytes.count else { return fields }
                if bytes[place] == comma {
                    place += 1
                    continue
                }
                if bytes[place] == cr, place + 1 < bytes.count, bytes[place + 1] == lf {
                    place += 1
                }
                guard bytes[place] == lf else {
                    throw Fault(row: number, title: "引号之后还有内容")
                }
                place += 1
                return fields
            }
        }

        private mutating func field() throws(Fault) -> String {
            guard place < bytes.count, bytes[place] == quote else { return try plain() }
            place += 1
            var text: [UInt8] = []
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                guard byte == quote else {
                    text.append(byte)
                    continue
                }
                guard place < bytes.count, bytes[place] == quote else { return try string(text) }
                text.append(quote)
                place += 1
            }
            throw Fault(row: number, title: "引号没有收尾")
        }

        private mutating func plain() throws(Fault) -> String {
            let start = place
            while place < bytes.count, bytes[place] != comma, bytes[place] != lf {
                if bytes[place] == quote { throw Fault(row: number, title: "引号位置不对") }
                if bytes[place] == cr, place + 1 < bytes.count, bytes[place + 1] == lf { break }
                place += 1
            }
            return try string(Array(bytes[start..<place]))
        }

        private func string(_ bytes: [UInt8]) throws(Fault) -> String {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Fault(row: number, title: "不是 UTF-8")
            }
            return text
        }
    }
}
