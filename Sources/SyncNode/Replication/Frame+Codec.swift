package import Base
import Change

extension Frame {
    /// First byte of every frame: the mark of the exchange in the high half, version 1.
    static let mark: UInt8 = 0xa1
    /// Types from here on may be stepped over by a reader that does not know them.
    static let optionalFrom: UInt8 = 0x80
    /// Bytes of the digest that ends a frame.
    static let digestLength = 4

    /// Appends mark, type, length, payload and digest.
    package func encode(to writer: inout ByteWriter) {
        var payload = ByteWriter(capacity: 80)
        encodePayload(to: &payload)
        invariant(payload.count <= Limits.frameBytesMax, "a frame keeps its limit")
        Self.write(type: kind.rawValue, payload: payload.bytes, to: &writer)
    }

    static func write(type: UInt8, payload: [UInt8], to writer: inout ByteWriter) {
        let start = writer.count
        writer.write(byte: mark)
        writer.write(byte: type)
        writer.write(count: payload.count)
        writer.write(bytes: payload)
        let digest = ExchangeHash.digest(writer.bytes, from: start, to: writer.count)
        writer.write(digest.prefix8 >> 32, count: digestLength)
    }

    /// Reads one frame. nil where its type is unknown and optional.
    ///
    /// - Throws: `badMagic` for what is no frame, `badVersion` for another version or an
    ///   unknown type, `limit`, `truncated`, `badDigest`, and what the payload's reader throws.
    package static func decode(from reader: inout ByteReader) throws(DecodeError) -> Frame? {
        let start = reader.offset
        let first = try reader.readByte("frame.mark")
        guard first & 0xf0 == mark & 0xf0 else { throw reader.fail(.badMagic, "frame.mark") }
        guard first == mark else { throw reader.fail(.badVersion, "frame.mark") }
        let type = try reader.readByte("frame.type")
        let length = try reader.readCount("frame.length", limit: Limits.frameBytesMax)
        let payload = reader.offset
        try reader.skip(length, "frame.payload")
        let end = reader.offset
        let stated = try reader.readNumber(digestLength, "frame.digest")
        let digest = ExchangeHash.digest(reader.bytes, from: start, to: end)
        guard digest.prefix8 >> 32 == stated else {
            throw reader.fail(.badDigest, "frame.digest")
        }
        guard let kind = Kind(rawValue: type) else {
            guard type >= optionalFrom else { throw reader.fail(.badVersion, "frame.type") }
            return nil
        }
        var inner = ByteReader(reader.bytes, from: payload, to: end)
        let frame = try decodePayload(kind, from: &inner)
        try inner.finish("frame.payload")
        return frame
    }

    private func encodePayload(to writer: inout ByteWriter) {
        switch self {
        case .hello(let hello): hello.encode(to: &writer)
        case .selfView(let heads):
            writer.write(count: heads.count)
            for head in heads {
                writer.write(head.scope)
                writer.write(head.seq)
                writer.write(head.prefix)
            }
        case .fast(let fast): fast.encode(to: &writer)
        case .digest(let statement): statement.encode(to: &writer)
        case .vector(let statement): statement.encode(to: &writer)
        case .want(let path): path.encode(to: &writer)
        case .range(let batch): batch.encode(to: &writer)
        case .fork(let notice): notice.encode(to: &writer)
        case .blobWant(let want): want.encode(to: &writer)
        case .blobChunk(let chunk): chunk.encode(to: &writer)
        case .refused(let notice):
            writer.write(byte: notice.reason.rawValue)
            writer.write(notice.scope)
        case .receiptWant: break
        case .drain(let notice): notice.encode(to: &writer)
        }
    }

    private static func decodePayload(
        _ kind: Kind, from reader: inout ByteReader
    ) throws(DecodeError) -> Frame {
        switch kind {
        case .hello: return .hello(try Hello.decode(from: &reader))
        case .selfView: return .selfView(try ScopeHead.decodeList(from: &reader))
        case .fast: return .fast(try Fast.decode(from: &reader))
        case .digest: return .digest(try DigestStatement.decode(from: &reader))
        case .vector: return .vector(try VectorStatement.decode(from: &reader))
        case .want: return .want(try DigestTree.Path.decode(from: &reader))
        case .range: return .range(try ChangeBatch.decode(from: &reader))
        case .fork: return .fork(try ForkNotice.decode(from: &reader))
        case .blobWant: return .blobWant(try BlobWant.decode(from: &reader))
        case .blobChunk: return .blobChunk(try BlobChunk.decode(from: &reader))
        case .refused:
            let reason = RefusalNotice.Reason(rawValue: try reader.readByte("refused.reason"))
            guard let reason else { throw reader.fail(.badValue, "refused.reason") }
            return .refused(
                RefusalNotice(reason, scope: try reader.readScope("refused.scope")))
        case .receiptWant: return .receiptWant
        case .drain: return .drain(try DrainNotice.decode(from: &reader))
        }
    }
}
