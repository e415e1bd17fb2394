package import Base
import Crypto

/// What a node has written as its present incarnation: enough to see that a database is older.
package struct OwnHistory: Hashable, Sendable {
    /// Own changes, and chains that were cut or dropped: never falls within an incarnation.
    package var count: UInt64 = 0
    /// The hashes of the own chains' heads, combined: each vouches for its whole chain.
    package var hash: Digest = .zero

    package init() {}

    package init(count: UInt64, hash: Digest) {
        self.count = count
        self.hash = hash
    }

    /// Puts a head's hash in, or takes it out again: the same operation, in any order.
    package mutating func toggle(_ head: Digest) {
        let (left, right) = (hash.words, head.words)
        hash = Digest(
            words: (
                left.0 ^ right.0, left.1 ^ right.1, left.2 ^ right.2, left.3 ^ right.3
            ))
    }
}

/// One slot of the sentinel file (docs/FORMAT.md, "sentinel"): big-endian, with its own digest.
package struct SentinelRecord: Hashable, Sendable {
    /// "SYNCSNTL" in ASCII.
    static let magic: UInt64 = 0x5359_4e43_534e_544c
    static let version: UInt8 = 2
    /// Bytes of one slot: a sector, so that a cut write spoils no more than its own slot.
    static let slotBytes = 512

    /// Counts writes; the slot with the higher one is the present one.
    package internal(set) var generation: UInt64
    /// Counts incarnations of this data directory.
    package let ordinal: UInt64
    /// SHA-256 over suite and key of the incarnation.
    package let incarnation: Digest
    package let storeEpoch: UInt64
    package let own: OwnHistory
    package internal(set) var machine: Digest
    /// What tells the sentinel's file from a copy of it; 0 where its file system tells nothing.
    package internal(set) var place: UInt64 = 0

    init(
        generation: UInt64, ordinal: UInt64, incarnation: Digest, storeEpoch: UInt64,
        own: OwnHistory, machine: Digest
    ) {
        self.generation = generation
        self.ordinal = ordinal
        self.incarnation = incarnation
        self.storeEpoch = storeEpoch
        self.own = own
        self.machine = machine
    }

    /// What a database says of itself: the sentinel adds its count of writes and the machine.
    package init(ordinal: UInt64, incarnation: Digest, storeEpoch: UInt64, own: OwnHistory) {
        self.init(
            generation: 0, ordinal: ordinal, incarnation: incarnation, storeEpoch: storeEpoch,
            own: own, machine: .zero)
    }

    /// `slotBytes` bytes.
    func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: Self.slotBytes)
        writer.write(Self.magic)
        writer.write(byte: Self.version)
        writer.write(generation)
        writer.write(ordinal)
        writer.write(incarnation)
        writer.write(storeEpoch)
        writer.write(own.count)
        writer.write(own.hash)
        writer.write(machine)
        writer.write(place)
        writer.write(Hash.digest(writer.bytes, suite: .sha256Ed25519))
        var bytes = writer.bytes
        while bytes.count < Self.slotBytes { bytes.append(0) }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) throws(DecodeError) -> SentinelRecord {
        var reader = ByteReader(bytes)
        guard try reader.readNumber(8, "sentinel.magic") == magic else {
            throw reader.fail(.badMagic, "sentinel.magic")
        }
        let found = try reader.readByte("sentinel.version")
        guard found == version || found == 1 else {
            throw reader.fail(.badVersion, "sentinel.version")
        }
        let generation = try reader.readNumber(8, "sentinel.generation")
        let ordinal = try reader.readNumber(8, "sentinel.ordinal")
        let incarnation = try reader.readDigest("sentinel.incarnation")
        let storeEpoch = try reader.readNumber(8, "sentinel.storeEpoch")
        let count = try reader.readNumber(8, "sentinel.count")
        let hash = try reader.readDigest("sentinel.hash")
        let machine = try reader.readDigest("sentinel.machine")
        // Version 1 did not say.
        let place = found == 1 ? 0 : try reader.readNumber(8, "sentinel.place")
        let sum = Hash.digest(bytes, from: 0, to: reader.offset, suite: .sha256Ed25519)
        guard try reader.readDigest("sentinel.digest") == sum else {
            throw reader.fail(.badDigest, "sentinel.digest")
        }
        while reader.remaining > 0 {
            guard try reader.readByte("sentinel.rest") == 0 else {
                throw reader.fail(.notCanonical, "sentinel.rest")
            }
        }
        var record = SentinelRecord(
            generation: generation, ordinal: ordinal, incarnation: incarnation,
            storeEpoch: storeEpoch, own: OwnHistory(count: count, hash: hash),
            machine: machine)
        record.place = place
        return record
    }
}
