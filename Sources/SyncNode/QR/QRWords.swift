/// The code words of a QR code: data, error correction, and the order in which they stand.
enum QRWords {
    /// Words of error correction in each block, by version from 1, level M.
    private static let checkCounts = [
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
    ]
    /// Blocks, by version from 1, level M.
    private static let blockCounts = [
        1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
    ]

    /// Modules of a version that hold data or error correction.
    static func moduleCount(_ version: Int) -> Int {
        var count = (16 * version + 128) * version + 64
        guard version >= 2 else { return count }
        let marks = version / 7 + 2
        count -= (25 * marks - 10) * marks - 55
        return version >= 7 ? count - 36 : count
    }

    static func dataCount(_ version: Int) -> Int {
        moduleCount(version) / 8 - checkCounts[version - 1] * blockCounts[version - 1]
    }

    /// Byte mode: mode, length, bytes, end, and what fills the rest.
    static func data(of bytes: [UInt8], version: Int) -> [UInt8] {
        var bits = QRBits()
        bits.append(4, count: 4)
        bits.append(bytes.count, count: version < 10 ? 8 : 16)
        for byte in bytes { bits.append(Int(byte), count: 8) }
        let room = dataCount(version) * 8
        bits.append(0, count: min(4, room - bits.count))
        bits.append(0, count: (8 - bits.count % 8) % 8)
        var words = bits.bytes
        var filler: UInt8 = 0xec
        while words.count < dataCount(version) {
            words.append(filler)
            filler ^= 0xec ^ 0x11
        }
        return words
    }

    /// Blocks with their error correction, one word of each in turn.
    static func interleaved(_ data: [UInt8], _ version: Int) -> [UInt8] {
        let blocks = blockCounts[version - 1]
        let checks = checkCounts[version - 1]
        let total = moduleCount(version) / 8
        let long = total % blocks
        let short = total / blocks - checks
        let divisor = divisor(of: checks)
        var parts: [(data: ArraySlice<UInt8>, check: [UInt8])] = []
        var start = 0
        for index in 0..<blocks {
            let count = short + (index < blocks - long ? 0 : 1)
            let part = data[start..<start + count]
            start += count
            parts.append((part, remainder(of: part, by: divisor)))
        }
        var words: [UInt8] = []
        words.reserveCapacity(total)
        for place in 0...short {
            for part in parts where place < part.data.count {
                words.append(part.data[part.data.startIndex + place])
            }
        }
        for place in 0..<checks { for part in parts { words.append(part.check[place]) } }
        return words
    }

    // MARK: Reed and Solomon over GF(256), modulus 0x11d

    /// The generator of so many check words, without its leading one.
    static func divisor(of degree: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: degree)
        result[degree - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in 0..<degree {
                result[index] = product(result[index], root)
                if index + 1 < degree { result[index] ^= result[index + 1] }
            }
            root = product(root, 2)
        }
        return result
    }

    static func remainder(of data: some Sequence<UInt8>, by divisor: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: divisor.count)
        for byte in data {
            let factor = byte ^ result.removeFirst()
            result.append(0)
            for index in divisor.indices { result[index] ^= product(divisor[index], factor) }
        }
        return result
    }

    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var result = 0
        for bit in (0..<8).reversed() {
            result = result << 1 ^ (result >> 7) * 0x11d
            result ^= Int(right >> UInt8(bit) & 1) * Int(left)
        }
        return UInt8(truncatingIfNeeded: result)
    }
}

/// Bits in their order, the highest of each number first.
struct QRBits {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0

    mutating func append(_ value: Int, count width: Int) {
        for bit in (0..<width).reversed() {
            if count % 8 == 0 { bytes.append(0) }
            bytes[count / 8] |= UInt8(value >> bit & 1) << UInt8(7 - count % 8)
            count += 1
        }
    }
}
