import Support

/// Swift text with comments and the words of literals blanked out, line breaks kept, so that
/// rules about code do not trip over prose. What stands inside an interpolation is code.
struct Code {
    private let source: [UInt8]
    private var result: [UInt8] = []
    private var index = 0

    private init(_ text: String) {
        source = Array(text.utf8)
        result.reserveCapacity(source.count)
    }

    /// The lines of a file, as code only.
    static func lines(of file: SourceTree.File) -> [String] {
        var code = Code(file.text)
        code.readCode(untilParenthesis: false)
        let text = String(decoding: code.result, as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while index < source.count {
            if starts(with: "//") {
                while index < source.count, source[index] != newline { blank(1) }
                continue
            }
            if let hashes = hashesOfLiteral() {
                readLiteral(hashes: hashes)
                continue
            }
            let byte = source[index]
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") {
                depth -= 1
                if untilParenthesis, depth == 0 {
                    keep()
                    return
                }
            }
            keep()
        }
    }

    /// The number of `#` of the literal that begins here, or nil where none does.
    private func hashesOfLiteral() -> Int? {
        var place = index
        while place < source.count, source[place] == UInt8(ascii: "#") { place += 1 }
        guard place < source.count, source[place] == quote else { return nil }
        return place - index
    }

    private mutating func readLiteral(hashes: Int) {
        let tail = String(repeating: "#", count: hashes)
        blank(hashes)
        let mark = starts(with: "\"\"\"") ? "\"\"\"" : "\""
        blank(mark.utf8.count)
        while index < source.count {
            if starts(with: mark + tail) {
                blank(mark.utf8.count + hashes)
                return
            }
            if starts(with: "\\" + tail + "(") {
                blank(1 + hashes)
                readCode(untilParenthesis: true)
            } else if starts(with: "\\" + tail) {
                blank(2 + hashes)
            } else {
                blank(1)
            }
        }
    }

    private func starts(with text: String) -> Bool {
        source[index...].starts(with: text.utf8)
    }

    private mutating func keep() {
        result.append(source[index])
        index += 1
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where index < source.count {
            result.append(source[index] == newline ? newline : UInt8(ascii: " "))
            index += 1
        }
    }

    private var newline: UInt8 { UInt8(ascii: "\n") }
    private var quote: UInt8 { UInt8(ascii: "\"") }
}
