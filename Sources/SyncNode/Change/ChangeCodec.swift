package import Base
package import Crypto

/// The canonical bytes of a change (docs/FORMAT.md, "change"). decode∘encode and encode∘decode
/// are identity; every deviation from the one form is refused.
package enum ChangeCodec {
    /// First byte of every stored change.
    package static let version: UInt8 = 1

    /// Makes a change: fills in `payloadSize` and `payloadHash` and hashes the header.
    ///
    /// - Parameters:
    ///   - salt: 32 random bytes.
    ///   - body: At most `Limits.changeBodyBytesMax`.
    package static func make(
        _ unfilled: ChangeHeader, salt: Digest, body: [UInt8], suite: Suite
    ) -> Change {
        invariant(body.count <= Limits.changeBodyBytesMax, "a body keeps its limit")
        let saltBytes = salt.bytes
        var header = unfilled
        header.payloadSize = body.count
        header.payloadHash = Hash.digest(saltBytes, body, suite: suite)
        var writer = ByteWriter(capacity: 160 + header.deps.count * 27 + body.count)
        write(header, to: &writer)
        let length = writer.count
        writer.write(byte: 1)
        writer.write(bytes: saltBytes)
        writer.write(bytes: body)
        let hash = Hash.digest(writer.bytes, from: 0, to: length, suite: suite)
        return Change(header: header, hash: hash, bytes: writer.bytes, headerLength: length)
    }

    /// Reads a stored row: checks form and hashes the header, not the payload.
    package static func decode(
        _ bytes: [UInt8], suite: Suite
    ) throws(DecodeError) -> Change {
        var reader = ByteReader(bytes)
        let header = try readHeader(from: &reader)
        let length = reader.offset
        switch try reader.readByte("payloadPresent") {
        case 0: break
        case 1: try reader.skip(32 + header.payloadSize, "body")
        default: throw reader.fail(.notCanonical, "payloadPresent")
        }
        try reader.finish("change")
        let hash = Hash.digest(bytes, from: 0, to: length, suite: suite)
        return Change(header: header, hash: hash, bytes: bytes, headerLength: length)
    }

    /// Whether the payload is the one that the header binds; true once erased.
    package static func payloadMatches(_ change: Change, suite: Suite) -> Bool {
        guard change.hasPayload else { return true }
        let start = change.headerLength + 1
        return Hash.digest(change.bytes, from: start, to: change.bytes.count, suite: suite)
            == change.header.payloadHash
    }

    /// The same change without its payload: what is kept after an erasure.
    package static func elided(_ change: Change) -> Change {
        let bytes = Array(change.bytes[0..<change.headerLength]) + [0]
        return Change(
            header: change.header, hash: change.hash, bytes: bytes,
            headerLength: change.headerLength)
    }

    /// An erased change with what was left of its body, for folding; never stored, never sent.
    package static func substituted(_ change: Change, body: [UInt8]) -> Change {
        var bytes = Array(change.bytes[0..<change.headerLength])
        bytes.append(1)
        bytes.append(contentsOf: [UInt8](repeating: 0, count: 32))
        bytes.append(contentsOf: body)
        return Change(
            header: change.header, hash: change.hash, bytes: bytes,
            headerLength: change.headerLength)
    }

    static func write(_ header: ChangeHeader, to writer: inout ByteWriter) {
        writePrefix(
            scope: header.scope, actor: header.actor, seq: header.seq, previous: header.previous,
            to: &writer)
        writeMiddle(header, to: &writer)
        writer.write(header.payloadHash)
    }

    /// The part that a batch says once for many changes, or that follows from the one before.
    static func writePrefix(
        scope: ScopeID, actor: ActorID, seq: Seq, previous: Digest, to writer: inout ByteWriter
    ) {
        writer.write(byte: version)
        writer.write(scope)
        writer.write(actor)
        writer.write(seq)
        writer.write(previous)
    }

    private static func readHeader(
        from reader: inout ByteReader
    ) throws(DecodeError) -> ChangeHeader {
        guard try reader.readByte("version") == version else {
            throw reader.fail(.badVersion, "version")
        }
        let scope = try reader.readScope("scope")
        let actor = try reader.readActor("actor")
        let seq = try reader.readSeq("seq")
        guard seq > .none else { throw reader.fail(.badValue, "seq") }
        let previous = try reader.readDigest("previous")
        var header = try readMiddle(
            from: &reader, scope: scope, actor: actor, seq: seq, previous: previous)
        header.payloadHash = try reader.readDigest("payloadHash")
        return header
    }
}
