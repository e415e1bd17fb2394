import Base
import Crypto
import Testing

/// The first 16 bytes of the curve's order.
private let orderHead = "fffffffeffffffffffffffffffffffff"

@Suite struct SM2Tests {
    /// GB/T 32918.5-2017 Appendix A.
    private let seed = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
    private let key =
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        + "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    private let signature =
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        + "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    private let message = Array("message digest".utf8)

    @Test func verifiesThePublishedExample() throws {
        let verifying = try VerifyingKey(try PublicKey(suite: .sm3SM2, bytes: try unhex(key)))
        let signature = try unhex(signature)
        #expect(verifying.verify(signature, of: message))
        #expect(!verifying.verify(signature, of: message + [0]))
        #expect(!verifying.verify(signature, of: message, identifier: Array("another".utf8)))
    }

    @Test func derivesThePublishedKeyAndSignsForIt() throws {
        let signing = try SigningKey(suite: .sm3SM2, seed: try unhex(seed))
        #expect(signing.publicKey.bytes == (try unhex(key)))
        let verifying = try VerifyingKey(signing.publicKey)
        // Enough to meet r or s with a leading zero byte or bit: DER is then of another length.
        for round in 0..<400 {
            let text = Array("message \(round)".utf8)
            let signature = signing.sign(text)
            #expect(signature.count == 64)
            #expect(verifying.verify(signature, of: text))
        }
    }

    @Test(.enabled(if: Vectors.present("sm2-sign.json")))
    func corpus() throws {
        let cases = try Vectors.cases("sm2-sign.json")
        #expect(cases.count == 34)
        for one in cases {
            let key = try PublicKey(suite: .sm3SM2, bytes: try one.bytes("pk"))
            let verdict = try VerifyingKey(key).verify(
                try one.bytes("r") + (try one.bytes("s")), of: try one.bytes("msg"),
                identifier: Array(try #require(one.values["id"]).utf8))
            #expect(verdict == one.isValid, "\(one.values["why"] ?? "")")
            guard one.values["d"] != nil else { continue }
            let signing = try SigningKey(suite: .sm3SM2, seed: try one.bytes("d"))
            #expect(signing.publicKey == key)
        }
    }

    /// 1 and n - 2 are the first and last scalars.
    @Test(arguments: [
        ("00000000000000000000000000000000" + "00000000000000000000000000000001", true),
        (orderHead + "7203df6b21c6052b53bbf40939d54121", true),
        (orderHead + "7203df6b21c6052b53bbf40939d54122", false),
        (orderHead + "7203df6b21c6052b53bbf40939d54123", false),
        ("00000000000000000000000000000000" + "00000000000000000000000000000000", false),
        ("ffffffffffffffffffffffffffffffff" + "ffffffffffffffffffffffffffffffff", false),
        ("01", false),
    ])
    func boundsTheScalar(hex: String, isTaken: Bool) throws {
        let seed = try unhex(hex)
        guard isTaken else {
            #expect(throws: CryptoError.badKey) { try SigningKey(suite: .sm3SM2, seed: seed) }
            return
        }
        let signing = try SigningKey(suite: .sm3SM2, seed: seed)
        #expect(try VerifyingKey(signing.publicKey).verify(signing.sign([7]), of: [7]))
    }

    @Test func refusesABadPoint() throws {
        let good = try unhex(key)
        var off = good
        off[64] ^= 1
        var hybrid = good
        hybrid[0] = 7
        let short = [3] + Array(good[1...32])
        for bytes in [off, hybrid, short, [0], [], good + [0], Array(good.dropLast())] {
            #expect(throws: CryptoError.badKey) { try PublicKey(suite: .sm3SM2, bytes: bytes) }
        }
    }
}
