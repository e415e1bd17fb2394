package import Base
package import Change

/// The exchange in a file, for a link that a memory stick has to carry: the same frames as on
/// the wire, with a head that says for whom and a digest over all of it. Sealing it to its
/// recipient is the caller's work.
package struct Bundle: Sendable {
    /// What the bundle is for; the number is in the file.
    package enum Purpose: UInt8, Hashable, Sendable, CaseIterable {
        /// Changes for the recipient.
        case changes = 1
        /// What the recipient of a bundle held after importing it.
        case receipt = 2
    }

    package let purpose: Purpose
    /// Who wrote it, and for whom.
    package let from: RegionID
    package let to: RegionID
    package let key: IncarnationKey
    /// When, by the writer's clock: for people.
    package let created: Instant
    /// What the recipient was taken to hold; of a receipt, empty.
    package let assumed: [VectorStatement]
    /// `changes`: each scope's VECTOR and its RANGE frames. `receipt`: VECTOR frames.
    package let frames: [Frame]

    package init(
        purpose: Purpose, from: RegionID, to: RegionID, key: IncarnationKey, created: Instant,
        assumed: [VectorStatement], frames: [Frame]
    ) {
        self.purpose = purpose
        self.from = from
        self.to = to
        self.key = key
        self.created = created
        self.assumed = assumed
        self.frames = frames
    }

    /// First bytes of the file; the digit is the format version.
    private static let magic = Array("syncnode bundle 1\n".utf8)

    /// Head, frames, SHA-256 over both.
    package func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 4096)
        writer.write(bytes: Self.magic)
        writer.write(byte: purpose.rawValue)
        writer.write(from.rawValue)
        writer.write(to.rawValue)
        key.encode(to: &writer)
        writer.write(UInt64(bitPattern: created.millis))
        writer.write(count: assumed.count)
        for statement in assumed { Frame.vector(statement).encode(to: &writer) }
        writer.write(count: frames.count)
        for frame in frames { frame.encode(to: &writer) }
        writer.write(ExchangeHash.digest(writer.bytes))
        return writer.bytes
    }

    /// - Throws: `badMagic` for another file, `badVersion` for another format, `limit`, and
    ///   `badDigest` for any byte that is not as it was written.
    package static func decode(_ bytes: [UInt8]) throws(DecodeError) -> Bundle {
        guard bytes.count <= Limits.bundleBytesMax else {
            throw DecodeError(.limit, field: "bundle", offset: 0)
        }
        var reader = ByteReader(bytes, from: 0, to: Swift.max(0, bytes.count - 32))
        let found = try reader.readBytes(magic.count, "bundle.magic")
        guard found == magic else {
            let isOther = found.prefix(magic.count - 2) == magic.prefix(magic.count - 2)
            throw reader.fail(isOther ? .badVersion : .badMagic, "bundle.magic")
        }
        var trailer = ByteReader(bytes, from: bytes.count - 32, to: bytes.count)
        let stated = try trailer.readDigest("bundle.digest")
        guard ExchangeHash.digest(bytes, from: 0, to: bytes.count - 32) == stated else {
            throw trailer.fail(.badDigest, "bundle.digest")
        }
        guard let purpose = Purpose(rawValue: try reader.readByte("bundle.purpose")) else {
            throw reader.fail(.badValue, "bundle.purpose")
        }
        let bundle = Bundle(
            purpose: purpose, from: RegionID(try reader.readNumber(8, "bundle.from")),
            to: RegionID(try reader.readNumber(8, "bundle.to")),
            key: try IncarnationKey.decode(from: &reader, "bundle.key"),
            created: Instant(
                millis: Int64(bitPattern: try reader.readNumber(8, "bundle.created"))),
            assumed: try readAssumed(from: &reader), frames: try readFrames(from: &reader))
        try reader.finish("bundle")
        return bundle
    }

    private static func readAssumed(
        from reader: inout ByteReader
    ) throws(DecodeError) -> [VectorStatement] {
        let count = try reader.readCount("bundle.assumed", limit: Limits.linkScopesMax)
        var statements: [VectorStatement] = []
        for _ in 0..<count {
            guard case .vector(let statement)? = try Frame.decode(from: &reader) else {
                throw reader.fail(.badValue, "bundle.assumed")
            }
            statements.append(statement)
        }
        return statements
    }

    private static func readFrames(from reader: inout ByteReader) throws(DecodeError) -> [Frame] {
        let count = try reader.readCount("bundle.frames", limit: Limits.bundleBytesMax / 9)
        var frames: [Frame] = []
        for _ in 0..<count {
            if let frame = try Frame.decode(from: &reader) { frames.append(frame) }
        }
        return frames
    }
}
