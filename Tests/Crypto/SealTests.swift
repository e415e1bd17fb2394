import Base
import Crypto
import Testing

@Suite struct SealTests {
    private let seed = (1...32).map { UInt8($0) }
    private let fresh = (1...32).map { UInt8(200 - $0) }
    private let associated = Array("bundle header".utf8)
    private let plain = Array("办件 2026-000001".utf8)

    private func sealed(_ suite: Crypto.Suite) throws -> (AgreementKey, [UInt8]) {
        let key = try AgreementKey(suite: suite, seed: seed)
        let bytes = try Seal.seal(
            plain, to: key.publicKey, associated: associated, ephemeralSeed: fresh)
        return (key, bytes)
    }

    @Test(arguments: Crypto.Suite.allCases)
    func opensToWhatWasSealed(suite: Crypto.Suite) throws {
        let key = try AgreementKey(suite: suite, seed: seed)
        let known = try AgreementPublicKey(suite: suite, bytes: key.publicKey.bytes)
        for count in [0, 1, 15, 16, 17, 255, 4096, 100_001] {
            let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13) }
            for associated in [[], associated] {
                let sealed = try Seal.seal(
                    plain, to: known, associated: associated, ephemeralSeed: fresh)
                #expect(sealed.count == count + Seal.overhead(suite))
                #expect(try Seal.open(sealed, with: key, associated: associated) == plain)
            }
        }
    }

    @Test(arguments: Crypto.Suite.allCases)
    func everyFlippedBitIsRefused(suite: Crypto.Suite) throws {
        let (key, sealed) = try sealed(suite)
        for index in sealed.indices {
            for bit in 0..<8 {
                var bad = sealed
                bad[index] ^= UInt8(1 << bit)
                let error: CryptoError =
                    index == 0 ? .unavailable("seal version \(bad[0])") : .badSeal
                #expect(throws: error) { try Seal.open(bad, with: key, associated: associated) }
            }
        }
    }

    @Test(arguments: Crypto.Suite.allCases)
    func everyCutAndEveryTailIsRefused(suite: Crypto.Suite) throws {
        let (key, sealed) = try sealed(suite)
        for count in sealed.indices {
            #expect(throws: CryptoError.badSeal) {
                try Seal.open(Array(sealed[..<count]), with: key, associated: associated)
            }
        }
        #expect(throws: CryptoError.badSeal) {
            try Seal.open(sealed + [0], with: key, associated: associated)
        }
    }

    @Test(arguments: Crypto.Suite.allCases)
    func anotherRecipientOrBindingIsRefused(suite: Crypto.Suite) throws {
        let (key, sealed) = try sealed(suite)
        let other = try AgreementKey(suite: suite, seed: seed.reversed())
        #expect(throws: CryptoError.badSeal) {
            try Seal.open(sealed, with: other, associated: associated)
        }
        for wrong in [[], associated + [0], Array(associated.dropLast())] {
            #expect(throws: CryptoError.badSeal) {
                try Seal.open(sealed, with: key, associated: wrong)
            }
        }
        let foreign = Crypto.Suite.allCases.first { $0 != suite }
        let stranger = try AgreementKey(suite: try #require(foreign), seed: seed)
        #expect(throws: CryptoError.badSeal) {
            try Seal.open(sealed, with: stranger, associated: associated)
        }
    }

    /// Frozen, version 1: a second implementation of the layout, written in another language
    /// over other libraries, gave the same bytes.
    @Test(arguments: [
        (
            Crypto.Suite.sha256Ed25519,
            "0101e5519da015be950663818eb18c99e93b3232a1d5fcd96316e343d1ef58b5"
                + "56159a88679be8cea0ce32a85185e854969f7ab82973ff880cfaf00f5321a2ae"
                + "ada5f724"
        ),
        (
            Crypto.Suite.sm3SM2,
            "0102041ed7fecf0f764e5cb832550cca98fd3b3c8d0b0a8142fe54e3bf6ac192"
                + "2901a910c80cb4df9a76a4df4a841b94772b047d5b4f8fd9fed29a1a43ddc26a"
                + "c3b6f8aff0687510aeecd6bf3d70138d2bd6af9cc443d62450a1a2bab6574247"
                + "1f3b92dd9fba3cf729052700767101d35ac0cd43e9"
        ),
    ])
    func sealsAsFrozen(suite: Crypto.Suite, hex: String) throws {
        let (key, bytes) = try sealed(suite)
        #expect(bytes == (try unhex(hex)))
        let opened = try Seal.open(try unhex(hex), with: key, associated: associated)
        #expect(opened == plain)
    }

    /// The same arguments give the same bytes; a seed used twice never gives one key to two
    /// contents, so their ephemeral keys differ.
    @Test(arguments: Crypto.Suite.allCases)
    func isDeterministicAndSurvivesAReusedSeed(suite: Crypto.Suite) throws {
        let (key, first) = try sealed(suite)
        #expect(try sealed(suite).1 == first)
        let second = try Seal.seal(
            plain + [0], to: key.publicKey, associated: associated, ephemeralSeed: fresh)
        let point = 2..<(2 + AgreementPublicKey.byteCount(suite))
        #expect(first[point] != second[point])
    }

    @Test(arguments: Crypto.Suite.allCases)
    func refusesBadArguments(suite: Crypto.Suite) throws {
        let (key, _) = try sealed(suite)
        #expect(throws: CryptoError.badKey) {
            try Seal.seal([1], to: key.publicKey, associated: [], ephemeralSeed: [1, 2])
        }
        let tooMuch = [UInt8](repeating: 0, count: Limits.sealAssociatedBytesMax + 1)
        #expect(throws: CryptoError.badSeal) {
            try Seal.seal([1], to: key.publicKey, associated: tooMuch, ephemeralSeed: fresh)
        }
        #expect(throws: CryptoError.badKey) { try AgreementKey(suite: suite, seed: [1]) }
        #expect(throws: CryptoError.badKey) { try AgreementPublicKey(suite: suite, bytes: [4]) }
    }

    /// Small order (0, 1, p - 1), p itself, and a second spelling of 9.
    @Test(arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0900000000000000000000000000000000000000000000000000000000000080",
    ])
    func refusesABadX25519Key(hex: String) throws {
        let bytes = try unhex(hex)
        #expect(throws: CryptoError.badKey) {
            try AgreementPublicKey(suite: .sha256Ed25519, bytes: bytes)
        }
    }

    @Test func refusesAPointOffTheCurve() throws {
        var bytes = try AgreementKey(suite: .sm3SM2, seed: seed).publicKey.bytes
        bytes[64] ^= 1
        let off = bytes
        #expect(throws: CryptoError.badKey) { try AgreementPublicKey(suite: .sm3SM2, bytes: off) }
    }
}
