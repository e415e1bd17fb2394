package import Base

/// 十同: a fingerprint of the ten uniform elements of one version. Nodes add them up, in any
/// order, and compare the sums.
package enum UniformDigest {
    /// FNV-1a over code, number and each uniform element that is stated. It finds a difference
    /// that nobody made on purpose; what a hostile node writes is refused long before.
    package static func of(_ code: String, _ number: Int, _ elements: JSON) -> UInt64 {
        var hash = Hash()
        hash.add(Array(code.utf8))
        hash.add(Array(String(number).utf8))
        for element in ElementTable.item where element.isUniform {
            guard let value = elements[element.key] else { continue }
            hash.add(Array(element.key.utf8))
            hash.add(value.bytes)
        }
        return hash.value
    }

    private struct Hash {
        private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

        mutating func add(_ bytes: [UInt8]) {
            for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
            // Parts are told apart from their neighbours by a byte that no UTF-8 has.
            value = (value ^ 0xff) &* 0x100_0000_01b3
        }
    }
}
