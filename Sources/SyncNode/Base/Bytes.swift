/// Why bytes could not be read. Carries the place, never the content.
package struct DecodeError: Error, Hashable, Sendable {
    /// What was wrong, for a program.
    package enum Reason: String, Hashable, Sendable {
        case truncated, trailing, badMagic, badVersion, badDigest, badLength
        case overflow, notCanonical, limit, badValue
    }

    package let reason: Reason
    /// The field being read, as named in docs/FORMAT.md.
    package let field: String
    /// Byte offset at which it was seen.
    package let offset: Int

    package init(_ reason: Reason, field: String, offset: Int) {
        self.reason = reason
        self.field = field
        self.offset = offset
    }
}

/// Reads big-endian values from bytes; every read is checked against the end.
package struct ByteReader {
    package let bytes: [UInt8]
    package private(set) var offset: Int
    package let end: Int

    package init(_ bytes: [UInt8]) {
        self.init(bytes, from: 0, to: bytes.count)
    }

    /// - Parameters: A range of `bytes`; both ends must lie within it.
    package init(_ bytes: [UInt8], from start: Int, to end: Int) {
        invariant(start >= 0 && start <= end && end <= bytes.count, "a reader stays in its bytes")
        self.bytes = bytes
        self.offset = start
        self.end = end
    }

    /// Bytes not yet read.
    package var remaining: Int { end - offset }

    /// Steps over bytes. Throws `truncated` where there are fewer.
    package mutating func skip(_ count: Int, _ field: String) throws(DecodeError) {
        guard count >= 0, count <= remaining else { throw fail(.truncated, field) }
        offset += count
    }

    /// One byte. Throws `truncated` at the end, as every read does.
    package mutating func readByte(_ field: String) throws(DecodeError) -> UInt8 {
        guard offset < end else { throw fail(.truncated, field) }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A big-endian number of 1 to 8 bytes.
    package mutating func readNumber(_ count: Int, _ field: String) throws(DecodeError) -> UInt64 {
        invariant((1...8).contains(count), "a number has 1 to 8 bytes")
        guard remaining >= count else { throw fail(.truncated, field) }
        var value: UInt64 = 0
        for index in offset..<(offset + count) { value = value << 8 | UInt64(bytes[index]) }
        offset += count
        return value
    }

    /// An unsigned LEB128 number in its shortest form.
    package mutating func readVarint(_ field: String) throws(DecodeError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try readByte(field)
            if shift == 63, byte > 1 { throw fail(.overflow, field) }
            value |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 {
                if byte == 0, shift > 0 { throw fail(.notCanonical, field) }
                return value
            }
            shift += 7
            if shift > 63 { throw fail(.overflow, field) }
        }
    }

    /// A varint that counts or measures something, at most `limit`.
    package mutating func readCount(
        _ field: String, limit: Int
    ) throws(DecodeError) -> Int {
        let value = try readVarint(field)
        guard value <= UInt64(limit) else { throw fail(.limit, field) }
        return Int(value)
    }

    /// A copy of the next bytes.
    package mutating func readBytes(
        _ count: Int, _ field: String
    ) throws(DecodeError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw fail(.truncated, field) }
        defer { offset += count }
        return Array(bytes[offset..<(offset + count)])
    }

    /// 32 bytes.
    package mutating func readDigest(_ field: String) throws(DecodeError) -> Digest {
        Digest(
            words: (
                try readNumber(8, field), try readNumber(8, field),
                try readNumber(8, field), try readNumber(8, field)
            ))
    }

    /// 16 bytes.
    package mutating func readDigest16(_ field: String) throws(DecodeError) -> Digest16 {
        Digest16(high: try readNumber(8, field), low: try readNumber(8, field))
    }

    /// 8 bytes.
    package mutating func readScope(_ field: String) throws(DecodeError) -> ScopeID {
        ScopeID(try readNumber(8, field))
    }

    /// 8 bytes.
    package mutating func readActor(_ field: String) throws(DecodeError) -> ActorID {
        ActorID(try readNumber(8, field))
    }

    /// A varint of at most `Limits.seqMax`; throws `limit` beyond.
    package mutating func readSeq(_ field: String) throws(DecodeError) -> Seq {
        let value = try readVarint(field)
        guard value <= Limits.seqMax else { throw fail(.limit, field) }
        return Seq(value)
    }

    /// UTF-8 text with a varint length in bytes.
    package mutating func readText(
        _ field: String, limit: Int
    ) throws(DecodeError) -> String {
        let count = try readCount(field, limit: limit)
        guard count <= remaining else { throw fail(.truncated, field) }
        guard let text = String(validating: bytes[offset..<(offset + count)], as: UTF8.self) else {
            throw fail(.badValue, field)
        }
        offset += count
        return text
    }

    /// - Throws: `trailing` where bytes are left.
    package func finish(_ field: String) throws(DecodeError) {
        guard offset == end else { throw fail(.trailing, field) }
    }

    /// The error of this place.
    package func fail(_ reason: DecodeError.Reason, _ field: String) -> DecodeError {
        DecodeError(reason, field: field, offset: offset)
    }
}

/// Writes big-endian values; the mirror of `ByteReader`.
package struct ByteWriter {
    package private(set) var bytes: [UInt8]

    package init(capacity: Int = 64) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Bytes written so far.
    package var count: Int { bytes.count }

    /// One byte.
    package mutating func write(byte: UInt8) { bytes.append(byte) }

    /// The low `count` bytes of a number, 1 to 8.
    package mutating func write(_ value: UInt64, count: Int) {
        invariant((1...8).contains(count), "a number has 1 to 8 bytes")
        invariant(count == 8 || value >> UInt64(count * 8) == 0, "the number fits its bytes")
        var shift = (count - 1) * 8
        while shift >= 0 {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
            shift -= 8
        }
    }

    /// 8 bytes: room for them at once, then one store.
    package mutating func write(_ value: UInt64) {
        let start = bytes.count
        bytes.append(contentsOf: Self.eight)
        var span = bytes.mutableSpan
        var room = span.mutableBytes
        room.storeBytes(of: value.bigEndian, toByteOffset: start, as: UInt64.self)
    }

    private static let eight = [UInt8](repeating: 0, count: 8)

    /// An unsigned LEB128 number in its shortest form, 1 to 10 bytes.
    package mutating func write(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A count or a length, as a varint.
    package mutating func write(count value: Int) {
        invariant(value >= 0, "a count is not negative")
        write(varint: UInt64(value))
    }

    /// Bytes as they are, without a length.
    package mutating func write(bytes other: some Collection<UInt8>) {
        bytes.append(contentsOf: other)
    }

    /// 32 bytes.
    package mutating func write(_ digest: Digest) {
        write(digest.words.0)
        write(digest.words.1)
        write(digest.words.2)
        write(digest.words.3)
    }

    /// 16 bytes.
    package mutating func write(_ digest: Digest16) {
        write(digest.high)
        write(digest.low)
    }

    /// 8 bytes.
    package mutating func write(_ scope: ScopeID) { write(scope.rawValue) }

    /// 8 bytes.
    package mutating func write(_ actor: ActorID) { write(actor.rawValue) }

    /// The number as a varint.
    package mutating func write(_ seq: Seq) { write(varint: seq.rawValue) }

    /// UTF-8 with a varint length in bytes.
    package mutating func write(text: String) {
        write(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }
}
