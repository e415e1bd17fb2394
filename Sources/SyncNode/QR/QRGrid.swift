/// The square while it is drawn: which modules are dark, and which belong to a fixed pattern.
struct QRGrid {
    let version: Int
    let size: Int
    private(set) var mask = 0
    private(set) var modules: [Bool]
    private var isFixed: [Bool]

    /// With all fixed patterns but the format.
    init(version: Int) {
        self.version = version
        size = version * 4 + 17
        modules = Array(repeating: false, count: size * size)
        isFixed = modules
        for place in 0..<size {
            fix(6, place, place % 2 == 0)
            fix(place, 6, place % 2 == 0)
        }
        for (column, row) in [(3, 3), (size - 4, 3), (3, size - 4)] { finder(column, row) }
        let marks = Self.marks(version)
        for (one, column) in marks.enumerated() {
            for (other, row) in marks.enumerated() {
                let last = marks.count - 1
                let isCorner =
                    (one, other) == (0, 0) || (one, other) == (0, last) || (one, other) == (last, 0)
                if !isCorner { mark(column, row) }
            }
        }
        drawVersion()
        format(0)
    }

    /// Centres of the small squares.
    static func marks(_ version: Int) -> [Int] {
        guard version > 1 else { return [] }
        let count = version / 7 + 2
        let step = (version * 8 + count * 3 + 5) / (count * 4 - 4) * 2
        return [6] + (0..<count - 1).map { version * 4 + 10 - $0 * step }.reversed()
    }

    private subscript(column: Int, row: Int) -> Bool { modules[row * size + column] }

    private mutating func fix(_ column: Int, _ row: Int, _ isDark: Bool) {
        modules[row * size + column] = isDark
        isFixed[row * size + column] = true
    }

    private mutating func finder(_ column: Int, _ row: Int) {
        for y in -4...4 {
            for x in -4...4
            where (0..<size).contains(column + x) && (0..<size).contains(row + y) {
                let ring = max(abs(x), abs(y))
                fix(column + x, row + y, ring != 2 && ring != 4)
            }
        }
    }

    private mutating func mark(_ column: Int, _ row: Int) {
        for y in -2...2 {
            for x in -2...2 { fix(column + x, row + y, max(abs(x), abs(y)) != 1) }
        }
    }

    /// 15 bits: level M is 0, then the mask, with ten bits of check.
    static func formatBits(_ mask: Int) -> Int {
        var rest = mask
        for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
        return (mask << 10 | rest) ^ 0x5412
    }

    private mutating func format(_ mask: Int) {
        self.mask = mask
        let bits = Self.formatBits(mask)
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0...5 { fix(8, index, bit(index)) }
        fix(8, 7, bit(6))
        fix(8, 8, bit(7))
        fix(7, 8, bit(8))
        for index in 9..<15 { fix(14 - index, 8, bit(index)) }
        for index in 0..<8 { fix(size - 1 - index, 8, bit(index)) }
        for index in 8..<15 { fix(8, size - 15 + index, bit(index)) }
        fix(8, size - 8, true)
    }

    /// 18 bits, from version 7 on.
    static func versionBits(_ version: Int) -> Int {
        var rest = version
        for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1f25 }
        return version << 12 | rest
    }

    private mutating func drawVersion() {
        guard version >= 7 else { return }
        let bits = Self.versionBits(version)
        for index in 0..<18 {
            let isDark = bits >> index & 1 == 1
            let (far, near) = (size - 11 + index % 3, index / 3)
            fix(far, near, isDark)
            fix(near, far, isDark)
        }
    }

    /// Puts the words in their places, in columns of two from the right, and masks them.
    mutating func place(_ words: [UInt8], mask: Int) {
        format(mask)
        var index = 0
        var right = size - 1
        while right >= 1 {
            if right == 6 { right = 5 }
            for step in 0..<size {
                let row = (right + 1) & 2 == 0 ? size - 1 - step : step
                for column in [right, right - 1] where !isFixed[row * size + column] {
                    var isDark = false
                    if index < words.count * 8 {
                        isDark = words[index / 8] >> UInt8(7 - index % 8) & 1 == 1
                    }
                    index += 1
                    modules[row * size + column] =
                        isDark != Self.isMasked(mask, column: column, row: row)
                }
            }
            right -= 2
        }
    }

    private static func isMasked(_ mask: Int, column x: Int, row y: Int) -> Bool {
        switch mask {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (x / 3 + y / 2) % 2 == 0
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3) % 2 == 0
        default: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }

    // MARK: what readers stumble over

    /// Long runs, squares of one colour, what looks like a finder, and an unequal balance.
    var penalty: Int {
        var sum = 0
        for line in 0..<size {
            sum += Self.penalty(of: (0..<size).map { self[$0, line] })
            sum += Self.penalty(of: (0..<size).map { self[line, $0] })
        }
        for row in 0..<size - 1 {
            for column in 0..<size - 1 {
                let colour = self[column, row]
                if colour == self[column + 1, row], colour == self[column, row + 1],
                    colour == self[column + 1, row + 1]
                {
                    sum += 3
                }
            }
        }
        let dark = modules.count { $0 }
        let total = size * size
        sum += ((abs(dark * 20 - total * 10) + total - 1) / total - 1) * 10
        return sum
    }

    private static let likeFinder = [
        true, false, true, true, true, false, true, false, false, false, false,
    ]

    private static func penalty(of line: [Bool]) -> Int {
        var sum = 0
        var run = 1
        for index in 1...line.count {
            if index < line.count, line[index] == line[index - 1] {
                run += 1
                continue
            }
            if run >= 5 { sum += run - 2 }
            run = 1
        }
        guard line.count >= 11 else { return sum }
        let mirrored = Array(likeFinder.reversed())
        for start in 0...(line.count - 11) {
            let piece = line[start..<start + 11]
            if piece.elementsEqual(likeFinder) || piece.elementsEqual(mirrored) { sum += 40 }
        }
        return sum
    }
}
