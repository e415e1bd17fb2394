/// Rows of text in columns that line up on a terminal, where a Chinese character is two wide.
struct TextTable {
    private var rows: [[String]]

    init(heads: [String]) { rows = [heads] }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The last column is not filled up.
    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { $0.indices.contains(column) ? Self.width($0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let missing = column == row.count - 1 ? 0 : widths[column] - Self.width(cell)
                return cell + String(repeating: " ", count: missing)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// Columns of a terminal: East Asian wide blocks take two (Unicode TR11, the blocks that
    /// names of places and our own words use).
    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
                0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
                sum + 2
            default: sum + 1
            }
        }
    }
}
