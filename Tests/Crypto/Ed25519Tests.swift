import Base
import Crypto
import Testing

@Suite struct Ed25519Tests {
    /// RFC 8032 section 7.1, tests 1 and 2.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ])
    func signsAsPublished(seed: String, key: String, message: String, signature: String) throws {
        let signing = try SigningKey(suite: .sha256Ed25519, seed: try unhex(seed))
        #expect(signing.publicKey.bytes == (try unhex(key)))
        #expect(signing.sign(try unhex(message)) == (try unhex(signature)))
        let verifying = try VerifyingKey(
            try PublicKey(suite: .sha256Ed25519, bytes: try unhex(key)))
        #expect(verifying.verify(try unhex(signature), of: try unhex(message)))
        #expect(!verifying.verify(try unhex(signature), of: try unhex(message) + [0]))
    }

    @Test(.enabled(if: Vectors.present("ed25519-rfc8032.json")))
    func rfc8032() throws {
        let cases = try Vectors.cases("ed25519-rfc8032.json")
        #expect(cases.count == 3)
        for one in cases {
            let signing = try SigningKey(suite: .sha256Ed25519, seed: try one.bytes("sk"))
            #expect(signing.publicKey.bytes == (try one.bytes("pk")))
            #expect(signing.sign(try one.bytes("msg")) == (try one.bytes("sig")))
        }
    }

    @Test(.enabled(if: Vectors.present("ed25519-wycheproof.json")))
    func wycheproof() throws {
        let cases = try Vectors.cases("ed25519-wycheproof.json")
        #expect(cases.count == 151)
        for one in cases {
            let key = try PublicKey(suite: .sha256Ed25519, bytes: try one.bytes("pk"))
            let verdict = try VerifyingKey(key).verify(
                try one.bytes("sig"), of: try one.bytes("msg"))
            #expect(verdict == one.isValid, "\(one.values["comment"] ?? "")")
        }
    }

    /// The eight points of small order, y at or above p, and y without an x.
    @Test(arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000",
    ])
    func refusesABadPoint(hex: String) throws {
        let bytes = try unhex(hex)
        #expect(throws: CryptoError.badKey) {
            try PublicKey(suite: .sha256Ed25519, bytes: bytes)
        }
    }

    /// y = 3 has an x (RFC 8032's equation gives a square): the check above is not just "no".
    @Test func takesAnotherPoint() throws {
        let bytes: [UInt8] = [3] + [UInt8](repeating: 0, count: 31)
        #expect(try PublicKey(suite: .sha256Ed25519, bytes: bytes).bytes == bytes)
    }

    @Test(arguments: [0, 31, 33, 65])
    func refusesAnotherLength(count: Int) {
        let bytes = [UInt8](repeating: 9, count: count)
        #expect(throws: CryptoError.badKey) {
            try PublicKey(suite: .sha256Ed25519, bytes: bytes)
        }
        #expect(throws: CryptoError.badKey) {
            try SigningKey(suite: .sha256Ed25519, seed: bytes)
        }
    }
}
