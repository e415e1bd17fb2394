package import Base
package import Crypto

/// Where the parts of a stored row lie that a batch carries (docs/FORMAT.md, "change" and
/// "batch"): what a server needs to send rows on without reading or hashing them.
package struct RowLayout: Hashable, Sendable {
    /// Where `previous` begins.
    package let previousStart: Int
    /// From `time` to `payloadSize`.
    package let middle: Range<Int>
    /// Where the header's `payloadHash` begins; the header ends 32 bytes after it.
    package let payloadHashStart: Int
    /// Salt and body; empty once erased.
    package let payload: Range<Int>

    /// Reads no more of the row than it must to find its parts: the row was checked when it
    /// was stored.
    ///
    /// - Throws: `truncated` or `badVersion` where this is no stored row after all.
    package init(_ row: Span<UInt8>) throws(DecodeError) {
        var walk = RowWalk()
        guard try walk.byte(row, "version") == ChangeCodec.version else {
            throw DecodeError(.badVersion, field: "version", offset: 0)
        }
        try walk.skip(row, 16, "actor")
        _ = try walk.varint(row, "seq")
        previousStart = walk.offset
        try walk.skip(row, 32, "previous")
        let start = walk.offset
        try walk.skip(row, 19, "time")
        for _ in 0..<(try walk.count(row, "deps")) {
            try walk.skip(row, 8, "deps.actor")
            _ = try walk.varint(row, "deps.seq")
            try walk.skip(row, 16, "deps.hash")
        }
        try walk.skip(row, try walk.count(row, "refs") * 32, "refs")
        for _ in 0..<(try walk.count(row, "supersedes")) {
            try walk.skip(row, 8, "supersedes.actor")
            _ = try walk.varint(row, "supersedes.seq")
        }
        _ = try walk.varint(row, "payloadSize")
        middle = start..<walk.offset
        payloadHashStart = walk.offset
        try walk.skip(row, 32, "payloadHash")
        _ = try walk.byte(row, "payloadPresent")
        payload = walk.offset..<row.count
    }
}

private struct RowWalk {
    var offset = 0

    mutating func byte(_ row: Span<UInt8>, _ field: String) throws(DecodeError) -> UInt8 {
        guard offset < row.count else { throw truncated(field) }
        offset += 1
        return row[offset - 1]
    }

    mutating func skip(
        _ row: Span<UInt8>, _ count: Int, _ field: String
    ) throws(DecodeError) {
        guard count <= row.count - offset else { throw truncated(field) }
        offset += count
    }

    mutating func varint(
        _ row: Span<UInt8>, _ field: String
    ) throws(DecodeError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte(row, field)
            value |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return value }
        }
        throw truncated(field)
    }

    /// A number of entries: at most 64 in every list of a header.
    mutating func count(_ row: Span<UInt8>, _ field: String) throws(DecodeError) -> Int {
        let value = try varint(row, field)
        guard value <= UInt64(Limits.changeDepsMax) else { throw truncated(field) }
        return Int(value)
    }

    private func truncated(_ field: String) -> DecodeError {
        DecodeError(.truncated, field: field, offset: offset)
    }
}

extension ChangeBatch {
    /// One actor's part of a batch that is put together from stored rows.
    package struct RowSegment: Hashable, Sendable {
        package let suite: Suite
        package let firstSeq: Seq
        /// Hash of the change before the first.
        package let previous: Digest
        package let last: ChainHead
        package let signature: [UInt8]

        package init(
            suite: Suite, firstSeq: Seq, previous: Digest, last: ChainHead, signature: [UInt8]
        ) {
            self.suite = suite
            self.firstSeq = firstSeq
            self.previous = previous
            self.last = last
            self.signature = signature
        }
    }

    /// What stands before the changes of an encoded batch.
    package static func encodeOpening(
        scope: ScopeID, segments: [RowSegment], changes: Int
    ) -> [UInt8] {
        var writer = ByteWriter(capacity: 24 + segments.count * 48)
        writer.write(scope)
        writer.write(count: segments.count)
        for segment in segments {
            writer.write(segment.last.actor)
            writer.write(byte: segment.suite.rawValue)
            writer.write(segment.firstSeq)
            writer.write(segment.previous)
        }
        writer.write(count: changes)
        return writer.bytes
    }
}
