/// A QR code (ISO/IEC 18004): text as a square of dark and light modules, error correction level
/// M, byte mode, versions 1 to 20. Pure; a few milliseconds.
package struct QRCode: Hashable, Sendable {
    /// Modules on a side: 21 to 97.
    package let size: Int
    /// 1 to 20.
    package let version: Int
    /// The pattern, 0 to 7, under which it has the fewest confusing shapes.
    package let mask: Int
    /// Row by row.
    private let modules: [Bool]

    /// The most bytes of UTF-8 that fit.
    package static let bytesMax = capacity(20)

    /// nil for a text that is longer than `bytesMax` bytes of UTF-8.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let version = (1...20).first(where: { Self.capacity($0) >= bytes.count }) else {
            return nil
        }
        let words = QRWords.interleaved(QRWords.data(of: bytes, version: version), version)
        var best: (grid: QRGrid, penalty: Int)?
        for mask in 0..<8 {
            var grid = QRGrid(version: version)
            grid.place(words, mask: mask)
            let penalty = grid.penalty
            if best.map({ penalty < $0.penalty }) ?? true { best = (grid, penalty) }
        }
        guard let grid = best?.grid else { return nil }
        self.version = version
        size = grid.size
        mask = grid.mask
        modules = grid.modules
    }

    /// Whether a module is dark; light outside of the square.
    package func isDark(column: Int, row: Int) -> Bool {
        guard (0..<size).contains(column), (0..<size).contains(row) else { return false }
        return modules[row * size + column]
    }

    /// As SVG, with the light border of four modules that readers need; one path, no script, no
    /// style, and nothing of the text in it.
    ///
    /// - Parameter label: What it is, for those who do not see it: plain words, no markup.
    package func svg(label: StaticString) -> String {
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(side) \(side)\" "
            + "width=\"\(side * 4)\" height=\"\(side * 4)\" role=\"img\" "
            + "aria-label=\"\(label)\" shape-rendering=\"crispEdges\">"
            + "<path fill=\"#fff\" d=\"M0 0h\(side)v\(side)h-\(side)z\"/>"
            + "<path fill=\"#000\" d=\"\(path)\"/></svg>"
    }

    /// Modules on a side with the light border of four that readers need.
    package var side: Int { size + 8 }

    /// The dark modules as the data of an SVG path within that border: letters, digits and signs.
    package var path: String {
        var path = ""
        for row in 0..<size {
            var column = 0
            while column < size {
                guard isDark(column: column, row: row) else {
                    column += 1
                    continue
                }
                let start = column
                while isDark(column: column, row: row) { column += 1 }
                path += "M\(start + 4) \(row + 4)h\(column - start)v1h-\(column - start)z"
            }
        }
        return path
    }

    /// Bytes that a version holds at level M: less the mode and the length.
    static func capacity(_ version: Int) -> Int {
        QRWords.dataCount(version) - (version < 10 ? 2 : 3)
    }
}
