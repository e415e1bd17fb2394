import Testing

@testable import QR

/// Against the numbers of the standard, and against a reader of its own.
@Suite struct QRCodeTests {
    @Test func theStandardsCheckWordsComeOut() {
        // ISO/IEC 18004, annex I, and the widely printed 1-M "HELLO WORLD".
        let hello: [UInt8] = [
            32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17,
        ]
        #expect(
            QRWords.remainder(of: hello, by: QRWords.divisor(of: 10))
                == [196, 35, 39, 119, 235, 215, 231, 226, 93, 23])
        let digits: [UInt8] = [
            0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11,
            0xec, 0x11,
        ]
        #expect(
            QRWords.remainder(of: digits, by: QRWords.divisor(of: 10))
                == [0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55])
    }

    @Test func theStandardsFormatAndVersionComeOut() {
        #expect(QRGrid.formatBits(0) == 0b101_0100_0001_0010)
        #expect(QRGrid.formatBits(1) == 0b101_0001_0010_0101)
        #expect(QRGrid.formatBits(7) == 0b100_1010_1010_0000)
        #expect(QRGrid.versionBits(7) == 0b00_0111_1100_1001_0100)
        #expect(QRGrid.versionBits(20) == 0b01_0100_1001_1010_0110)
        #expect(QRGrid.marks(1) == [] && QRGrid.marks(2) == [6, 18])
        #expect(QRGrid.marks(7) == [6, 22, 38] && QRGrid.marks(14) == [6, 26, 46, 66])
    }

    @Test(arguments: [
        (1, 14), (2, 26), (5, 84), (6, 106), (7, 122), (9, 180), (10, 213), (15, 412), (20, 666),
    ])
    func aVersionHoldsWhatTheStandardSays(version: Int, bytes: Int) {
        #expect(QRCode.capacity(version) == bytes)
        #expect(QRCode(String(repeating: "x", count: bytes))?.version == version)
        #expect(QRCode(String(repeating: "x", count: bytes + 1))?.version != version)
    }

    @Test(arguments: [
        "", "A", "平阴县玫瑰镇", "otpauth://totp/370124000000:chuangkou?secret=JBSWY3DPEHPK3PXP",
        String(repeating: "办件 0123456789 ", count: 30),
    ])
    func whatWasWrittenIsRead(text: String) throws {
        let code = try #require(QRCode(text))
        #expect(code.size == code.version * 4 + 17)
        #expect(Self.read(code) == text)
        #expect(!code.isDark(column: -1, row: 0) && code.isDark(column: 0, row: 0))
    }

    @Test func aGoldenOne() throws {
        let code = try #require(QRCode("syncnode"))
        let rows = (0..<code.size).map { row in
            String((0..<code.size).map { code.isDark(column: $0, row: row) ? "#" : "." })
        }
        #expect(rows == Self.golden)
        let svg = code.svg(label: "QR")
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>") && !svg.contains("syncnode"))
        #expect(svg.contains("M4 4h7v1h-7z"), "the upper left corner")
    }

    /// Read by zbarimg 0.23 as `syncnode`.
    private static let golden = [
        "#######..#.#..#######",
        "#.....#.#.#.#.#.....#",
        "#.###.#...#...#.###.#",
        "#.###.#...#.#.#.###.#",
        "#.###.#.#..##.#.###.#",
        "#.....#...##..#.....#",
        "#######.#.#.#.#######",
        ".....................",
        "#.#.#.#...#.#...#..#.",
        "#.##.#.#...#...####.#",
        "##.##.##.#.#.########",
        "#####..##..###.#....#",
        "#######....#..###...#",
        "........#.....###.#.#",
        "#######.....#..##..##",
        "#.....#..##...#.#..#.",
        "#.###.#.#.#.#.##.....",
        "#.###.#..#.#.#.###.#.",
        "#.###.#.#..#.#####..#",
        "#.....#..#.###.##..#.",
        "#######.#..#.###...##",
    ]

    /// Reads a code back by the rules, without any of the code that wrote it.
    private static func read(_ code: QRCode) -> String? {
        let size = code.size
        var format = 0
        let places =
            [(8, 0), (8, 1), (8, 2), (8, 3), (8, 4), (8, 5), (8, 7), (8, 8), (7, 8)]
            + (0..<6).map { (5 - $0, 8) }
        for (index, place) in places.enumerated()
        where code.isDark(column: place.0, row: place.1) {
            format |= 1 << index
        }
        let mask = (format ^ 0x5412) >> 10 & 7
        var fixed = Set<Int>()
        func block(_ columns: ClosedRange<Int>, _ rows: ClosedRange<Int>) {
            for row in rows where (0..<size).contains(row) {
                for column in columns where (0..<size).contains(column) {
                    fixed.insert(row * size + column)
                }
            }
        }
        block(0...8, 0...8)
        block(size - 8...size - 1, 0...8)
        block(0...8, size - 8...size - 1)
        block(6...6, 0...size - 1)
        block(0...size - 1, 6...6)
        let centres = QRGrid.marks(code.version)
        for x in centres {
            for y in centres
            where !(x == 6 && y == 6) && !(x == 6 && y == size - 7) && !(x == size - 7 && y == 6) {
                block(x - 2...x + 2, y - 2...y + 2)
            }
        }
        if code.version >= 7 {
            block(size - 11...size - 9, 0...5)
            block(0...5, size - 11...size - 9)
        }
        var bits: [Int] = []
        var column = size - 1
        var goesUp = true
        while column > 0 {
            if column == 6 { column -= 1 }
            for step in 0..<size {
                let row = goesUp ? size - 1 - step : step
                for x in [column, column - 1] where !fixed.contains(row * size + x) {
                    let flips: Bool
                    switch mask {
                    case 0: flips = (row + x) % 2 == 0
                    case 1: flips = row % 2 == 0
                    case 2: flips = x % 3 == 0
                    case 3: flips = (row + x) % 3 == 0
                    case 4: flips = (row / 2 + x / 3) % 2 == 0
                    case 5: flips = (row * x) % 2 + (row * x) % 3 == 0
                    case 6: flips = ((row * x) % 2 + (row * x) % 3) % 2 == 0
                    default: flips = ((row + x) % 2 + (row * x) % 3) % 2 == 0
                    }
                    bits.append((code.isDark(column: x, row: row) != flips) ? 1 : 0)
                }
            }
            column -= 2
            goesUp.toggle()
        }
        var words: [Int] = []
        for start in stride(from: 0, to: bits.count - 7, by: 8) {
            words.append(bits[start..<start + 8].reduce(0) { $0 << 1 | $1 })
        }
        // Blocks and data words of level M, from the standard's table.
        let table: [Int: [(Int, Int)]] = [
            1: [(1, 16)], 2: [(1, 28)], 3: [(1, 44)], 4: [(2, 32)], 5: [(2, 43)],
            6: [(4, 27)], 7: [(4, 31)], 8: [(2, 38), (2, 39)], 9: [(3, 36), (2, 37)],
            14: [(4, 40), (5, 41)], 15: [(5, 41), (5, 42)], 16: [(7, 45), (3, 46)],
            17: [(10, 46), (1, 47)], 18: [(9, 43), (4, 44)], 19: [(3, 44), (11, 45)],
        ]
        guard let groups = table[code.version] else { return nil }
        let sizes = groups.flatMap { Array(repeating: $0.1, count: $0.0) }
        var parts = sizes.map { _ in [Int]() }
        var next = 0
        for place in 0..<(sizes.max() ?? 0) {
            for index in sizes.indices where place < sizes[index] {
                parts[index].append(words[next])
                next += 1
            }
        }
        let data = parts.flatMap { $0 }
        var stream: [Int] = []
        for word in data { for bit in (0..<8).reversed() { stream.append(word >> bit & 1) } }
        func number(_ start: Int, _ width: Int) -> Int {
            stream[start..<start + width].reduce(0) { $0 << 1 | $1 }
        }
        guard number(0, 4) == 4 else { return nil }
        let width = code.version < 10 ? 8 : 16
        let bytes = (0..<number(4, width)).map { UInt8(number(4 + width + $0 * 8, 8)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
