/// A 32-byte hash value: SHA-256 or SM3, as the suite of its maker says.
///
/// Held as four big-endian words, so that comparing and hashing cost no memory. Ordered as its
/// bytes are, which is only ever used to fix an order of listing.
package struct Digest: Hashable, Comparable, Sendable {
    package let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest of nothing, used where a chain has no predecessor.
    package static let zero = Digest(words: (0, 0, 0, 0))

    package init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }

    /// - Parameter bytes: Exactly 32 bytes.
    package init(bytes: some Collection<UInt8>) {
        invariant(bytes.count == 32, "a digest has 32 bytes")
        var iterator = bytes.makeIterator()
        func word() -> UInt64 {
            var value: UInt64 = 0
            for _ in 0..<8 { value = value << 8 | UInt64(iterator.next() ?? 0) }
            return value
        }
        words = (word(), word(), word(), word())
    }

    /// The 32 bytes, in order.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 32)
        writer.write(self)
        return writer.bytes
    }

    /// The first 8 bytes as a big-endian number.
    package var prefix8: UInt64 { words.0 }

    /// The first 16 bytes.
    package var prefix16: Digest16 { Digest16(high: words.0, low: words.1) }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { Hex.encode(bytes) }

    package static func == (left: Digest, right: Digest) -> Bool {
        left.words == right.words
    }

    package static func < (left: Digest, right: Digest) -> Bool {
        left.words < right.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// The first 16 bytes of a digest: what a dependency, a document id and a tree leaf carry.
package struct Digest16: Hashable, Comparable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package static let zero = Digest16(high: 0, low: 0)

    /// The 16 bytes, in order.
    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: 16)
        writer.write(self)
        return writer.bytes
    }

    /// 32 lower-case hexadecimal digits.
    package var hex: String { Hex.encode(bytes) }

    /// - Parameter hex: 32 hexadecimal digits; anything else gives nil.
    package init?(hex: String) {
        guard let bytes = Hex.decode(hex), bytes.count == 16 else { return nil }
        var value: (UInt64, UInt64) = (0, 0)
        for byte in bytes[0..<8] { value.0 = value.0 << 8 | UInt64(byte) }
        for byte in bytes[8..<16] { value.1 = value.1 << 8 | UInt64(byte) }
        self.init(high: value.0, low: value.1)
    }

    package static func < (left: Digest16, right: Digest16) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
