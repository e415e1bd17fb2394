import Base
import Crypto
import Testing

@Suite struct HashTests {
    @Test(arguments: Crypto.Suite.allCases)
    func theSuiteIsAvailable(suite: Crypto.Suite) throws {
        try suite.requireAvailable()
    }

    /// FIPS 180-2 examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256(text: String, hex: String) {
        #expect(Hash.digest(Array(text.utf8), suite: .sha256Ed25519).hex == hex)
    }

    /// The two examples of GB/T 32905-2016 Appendix A, and nothing.
    @Test(arguments: [
        ("", 1, "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
        ("abc", 1, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        ("abcd", 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ])
    func sm3(text: String, times: Int, hex: String) {
        let bytes = Array(String(repeating: text, count: times).utf8)
        #expect(Hash.digest(bytes, suite: .sm3SM2).hex == hex)
    }

    @Test(.enabled(if: Vectors.present("sm3.json")))
    func sm3Corpus() throws {
        let cases = try Vectors.cases("sm3.json")
        #expect(cases.count == 141)
        for one in cases {
            let digest = Hash.digest(try one.bytes("msg"), suite: .sm3SM2)
            #expect(digest.bytes == (try one.bytes("md")))
        }
    }

    /// Around the block of 64 bytes each way of giving the bytes gives one digest.
    @Test(arguments: Crypto.Suite.allCases)
    func everyWayOfGivingBytesAgrees(suite: Crypto.Suite) {
        for count in [0, 1, 55, 56, 63, 64, 65, 110, 128, 600] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let whole = Hash.digest(bytes, suite: suite)
            for cut in [0, 1, count / 2, count] where cut <= count {
                let parts = (Array(bytes[..<cut]), Array(bytes[cut...]))
                #expect(Hash.digest(parts.0, parts.1, suite: suite) == whole)
            }
            let framed = [1, 2, 3] + bytes + [4]
            #expect(Hash.digest(framed, from: 3, to: 3 + count, suite: suite) == whole)
            #expect(bytes.withUnsafeBytes { Hash.digest($0, suite: suite) } == whole)
        }
    }

    @Test func theSuitesDiffer() {
        let bytes: [UInt8] = [1, 2, 3]
        #expect(
            Hash.digest(bytes, suite: .sm3SM2) != Hash.digest(bytes, suite: .sha256Ed25519))
    }
}
