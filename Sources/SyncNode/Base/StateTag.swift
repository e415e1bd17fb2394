/// A short mark of a stored state: what an entity tag carries (RFC 9110 §8.8.3), and what a
/// caller names as the state that it saw. Two states with one mark are taken for equal; it
/// guards against lost updates, not against an adversary.
package struct StateTag: Hashable, Sendable {
    package let rawValue: UInt64

    /// The mark of a state's bytes. Cost: one multiplication for each 8 bytes.
    package init(of bytes: [UInt8]) {
        let source = bytes.span
        var hash = Self.mix(0x9e37_79b9_7f4a_7c15 &+ UInt64(source.count))
        var index = 0
        while index + 8 <= source.count {
            var word: UInt64 = 0
            for place in index..<(index + 8) { word = word << 8 | UInt64(source[place]) }
            hash = (hash ^ word) &* 0xff51_afd7_ed55_8ccd
            hash ^= hash >> 32
            index += 8
        }
        var rest: UInt64 = 0
        while index < source.count {
            rest = rest << 8 | UInt64(source[index])
            index += 1
        }
        rawValue = Self.mix(hash ^ rest)
    }

    /// A mark that was stored.
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// - Parameter text: 16 hexadecimal digits; anything else gives nil.
    package init?(_ text: String) {
        guard text.utf8.count == 16, text.utf8.allSatisfy({ Hex.nibble($0) != nil }),
            let value = UInt64(text, radix: 16)
        else { return nil }
        rawValue = value
    }

    /// 16 lower-case hexadecimal digits.
    package var text: String { ScopeID(rawValue).hex }

    /// The finish of splitmix64: each input bit moves half of the output.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
