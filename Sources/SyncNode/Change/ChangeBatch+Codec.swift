package import Base
import Crypto

extension ChangeBatch {
    private static let payloadAbsent: UInt8 = 1

    /// Writes the batch (docs/FORMAT.md, "batch").
    package func encode(to writer: inout ByteWriter) {
        writer.write(scope)
        writer.write(count: segments.count)
        for segment in segments {
            writer.write(segment.actor)
            writer.write(byte: segment.suite.rawValue)
            writer.write(segment.firstSeq)
            writer.write(segment.previous)
        }
        writer.write(count: changes.count)
        for (change, index) in zip(changes, segmentOfChange) {
            writer.write(count: index)
            writer.write(byte: change.hasPayload ? 0 : Self.payloadAbsent)
            ChangeCodec.writeMiddle(change.header, to: &writer)
            if change.hasPayload {
                writer.write(bytes: change.bytes[(change.headerLength + 1)...])
            } else {
                writer.write(change.header.payloadHash)
            }
        }
        for segment in segments {
            writer.write(count: segment.signature.count)
            writer.write(bytes: segment.signature)
        }
    }

    /// Reads a batch and makes the stored bytes and hashes of its changes. About two hashes a
    /// change; checks form and limits, not signatures.
    package static func decode(from reader: inout ByteReader) throws(DecodeError) -> ChangeBatch {
        let scope = try reader.readScope("batch.scope")
        var segments = try readSegments(from: &reader)
        let count = try reader.readCount("batch.changes", limit: Limits.rangeChangesMax)
        guard count > 0 else { throw reader.fail(.badValue, "batch.changes") }
        var changes: [Change] = []
        var indexes: [Int] = []
        changes.reserveCapacity(count)
        indexes.reserveCapacity(count)
        for _ in 0..<count {
            let index = try reader.readCount("batch.actor", limit: Limits.rangeChangesMax)
            guard index < segments.count else { throw reader.fail(.badValue, "batch.actor") }
            let change = try readChange(from: &reader, scope: scope, after: segments[index])
            segments[index].last = change.head
            changes.append(change)
            indexes.append(index)
        }
        for index in segments.indices {
            guard segments[index].last.seq >= segments[index].firstSeq else {
                throw reader.fail(.badValue, "batch.segments")
            }
            let length = try reader.readCount(
                "batch.signature", limit: SignedHead.signatureLength)
            guard length == 0 || length == SignedHead.signatureLength else {
                throw reader.fail(.badLength, "batch.signature")
            }
            segments[index].signature = try reader.readBytes(length, "batch.signature")
        }
        return ChangeBatch(
            scope: scope, segments: segments, changes: changes, segmentOfChange: indexes)
    }

    private static func readSegments(
        from reader: inout ByteReader
    ) throws(DecodeError) -> [Segment] {
        let count = try reader.readCount("batch.segments", limit: Limits.rangeChangesMax)
        var segments: [Segment] = []
        for _ in 0..<count {
            let actor = try reader.readActor("batch.actor")
            guard let suite = Suite(rawValue: try reader.readByte("batch.suite")) else {
                throw reader.fail(.badVersion, "batch.suite")
            }
            let first = try reader.readSeq("batch.firstSeq")
            guard first > .none, !segments.contains(where: { $0.actor == actor }) else {
                throw reader.fail(.badValue, "batch.firstSeq")
            }
            let previous = try reader.readDigest("batch.previous")
            let before = ChainHead(
                actor: actor, seq: Seq(first.rawValue - 1), hash: previous)
            segments.append(
                Segment(
                    actor: actor, suite: suite, firstSeq: first, previous: previous,
                    last: before, signature: []))
        }
        return segments
    }

    private static func readChange(
        from reader: inout ByteReader, scope: ScopeID, after segment: Segment
    ) throws(DecodeError) -> Change {
        let flags = try reader.readByte("batch.flags")
        guard flags <= payloadAbsent else { throw reader.fail(.notCanonical, "batch.flags") }
        guard segment.last.seq.rawValue < Limits.seqMax else {
            throw reader.fail(.limit, "batch.seq")
        }
        let seq = segment.last.seq.next
        let start = reader.offset
        var header = try ChangeCodec.readMiddle(
            from: &reader, scope: scope, actor: segment.actor, seq: seq,
            previous: segment.last.hash)
        let middle = start..<reader.offset
        let payload: Range<Int>
        if flags == payloadAbsent {
            header.payloadHash = try reader.readDigest("batch.payloadHash")
            payload = reader.offset..<reader.offset
        } else {
            payload = reader.offset..<(reader.offset + 32 + header.payloadSize)
            try reader.skip(payload.count, "batch.body")
            header.payloadHash = Hash.digest(
                reader.bytes, from: payload.lowerBound, to: payload.upperBound,
                suite: segment.suite)
        }
        var writer = ByteWriter(capacity: middle.count + payload.count + 90)
        ChangeCodec.writePrefix(
            scope: scope, actor: segment.actor, seq: seq, previous: segment.last.hash,
            to: &writer)
        writer.write(bytes: reader.bytes[middle])
        writer.write(header.payloadHash)
        let length = writer.count
        writer.write(byte: payload.isEmpty ? 0 : 1)
        writer.write(bytes: reader.bytes[payload])
        let hash = Hash.digest(writer.bytes, from: 0, to: length, suite: segment.suite)
        return Change(header: header, hash: hash, bytes: writer.bytes, headerLength: length)
    }
}
