package import Base
package import Change

/// Who speaks: the first frame of a link (PROTOCOL §7.1).
///
/// Two rounds make a link. The dialer says who it is; the answerer says who it is and signs the
/// dialer's nonce; the dialer signs the answerer's nonce and starts to exchange. Each nonce is
/// fresh, so that a recorded HELLO opens nothing.
package struct Hello: Hashable, Sendable {
    /// The exchange versions that this build speaks.
    package static let versions: ClosedRange<UInt8> = 1...1

    /// Lowest and highest exchange version spoken.
    package var lowest: UInt8 = Hello.versions.lowerBound
    package var highest: UInt8 = Hello.versions.upperBound
    /// The incarnation that speaks, and the region for which it does.
    package var key: IncarnationKey
    package var region: RegionID
    /// Names this store; a restored or replaced one has another.
    package var storeEpoch: Digest16
    /// Fresh for each attempt to open a link.
    package var nonce: Digest16
    /// The nonce that this answers; zero in the first HELLO.
    package var echo: Digest16
    /// Over the heads of the `dir` scopes: equal where both know one directory.
    package var dirRoot: Digest16
    /// The sender's wall clock: shown to people, never used.
    package var clock: Instant
    /// Signature by `key` over `transcript`; empty in the first HELLO.
    package var proof: [UInt8]

    package init(
        key: IncarnationKey, region: RegionID, storeEpoch: Digest16, nonce: Digest16,
        echo: Digest16, dirRoot: Digest16, clock: Instant, proof: [UInt8]
    ) {
        self.key = key
        self.region = region
        self.storeEpoch = storeEpoch
        self.nonce = nonce
        self.echo = echo
        self.dirRoot = dirRoot
        self.clock = clock
        self.proof = proof
    }

    /// The bytes that `proof` signs: all other fields, and whom they are said to.
    package func transcript(to peer: IncarnationKey) -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        writer.write(bytes: "syncnode hello 1\0".utf8)
        encodeFields(to: &writer)
        peer.encode(to: &writer)
        return writer.bytes
    }

    /// Names the link that two HELLOs open; both sides compute it.
    package static func token(dialer: Hello, answerer: Hello) -> Digest16 {
        var writer = ByteWriter(capacity: 256)
        writer.write(bytes: "syncnode link 1\0".utf8)
        for hello in [dialer, answerer] {
            writer.write(hello.nonce)
            writer.write(hello.storeEpoch)
            hello.key.encode(to: &writer)
        }
        return ExchangeHash.digest(writer.bytes).prefix16
    }

    func encode(to writer: inout ByteWriter) {
        encodeFields(to: &writer)
        writer.write(count: proof.count)
        writer.write(bytes: proof)
    }

    private func encodeFields(to writer: inout ByteWriter) {
        writer.write(byte: lowest)
        writer.write(byte: highest)
        key.encode(to: &writer)
        writer.write(region.rawValue)
        writer.write(storeEpoch)
        writer.write(nonce)
        writer.write(echo)
        writer.write(dirRoot)
        writer.write(UInt64(bitPattern: clock.millis))
    }

    static func decode(from reader: inout ByteReader) throws(DecodeError) -> Hello {
        let lowest = try reader.readByte("hello.lowest")
        let highest = try reader.readByte("hello.highest")
        guard lowest <= highest else { throw reader.fail(.badValue, "hello.highest") }
        var hello = Hello(
            key: try IncarnationKey.decode(from: &reader, "hello.key"),
            region: RegionID(try reader.readNumber(8, "hello.region")),
            storeEpoch: try reader.readDigest16("hello.storeEpoch"),
            nonce: try reader.readDigest16("hello.nonce"),
            echo: try reader.readDigest16("hello.echo"),
            dirRoot: try reader.readDigest16("hello.dirRoot"),
            clock: Instant(millis: Int64(bitPattern: try reader.readNumber(8, "hello.clock"))),
            proof: [])
        hello.lowest = lowest
        hello.highest = highest
        let length = try reader.readCount("hello.proof", limit: Limits.helloProofBytesMax)
        guard length == 0 || length == Limits.helloProofBytesMax else {
            throw reader.fail(.badLength, "hello.proof")
        }
        hello.proof = try reader.readBytes(length, "hello.proof")
        return hello
    }
}
