import Base
import Crypto
import Testing

@Suite struct DerivationTests {
    /// RFC 4231 test cases 1, 2 and 6 (a key longer than the block).
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func hmacSHA256(key: [UInt8], text: String, hex: String) {
        let code = Mac.hmac(key: key, message: Array(text.utf8), suite: .sha256Ed25519)
        #expect(code.hex == hex)
    }

    /// RFC 2104 written out over the bare hash, which has vectors of its own.
    @Test(arguments: Crypto.Suite.allCases)
    func hmacIsTwoHashes(suite: Crypto.Suite) {
        for count in [0, 1, 32, 63, 64, 65, 200] {
            let key = [UInt8](repeating: 0x5c, count: count)
            let message = Array("受理 \(count)".utf8)
            var block = count > 64 ? Hash.digest(key, suite: suite).bytes : key
            block += [UInt8](repeating: 0, count: 64 - block.count)
            let inner = Hash.digest(block.map { $0 ^ 0x36 }, message, suite: suite)
            let outer = Hash.digest(block.map { $0 ^ 0x5c }, inner.bytes, suite: suite)
            #expect(Mac.hmac(key: key, message: message, suite: suite) == outer)
        }
    }

    @Test func matchesSeesEveryWord() {
        let zero = Digest.zero
        #expect(Mac.matches(zero, zero))
        for index in 0..<32 {
            var bytes = [UInt8](repeating: 0, count: 32)
            bytes[index] = 1
            #expect(!Mac.matches(Digest(bytes: bytes), zero))
        }
    }

    /// RFC 5869 test cases 1 and 3 (nothing as salt and as info).
    @Test(arguments: [
        (
            "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        ),
        (
            "", "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        ),
    ])
    func hkdfSHA256(salt: String, info: String, hex: String) throws {
        let secret = [UInt8](repeating: 0x0b, count: 22)
        let key = KeyDerivation.hkdf(
            secret: secret, salt: try unhex(salt), info: try unhex(info), length: 42,
            suite: .sha256Ed25519)
        #expect(key == (try unhex(hex)))
    }

    /// RFC 5869 section 2 written out over HMAC, for both suites and every count of blocks.
    @Test(arguments: Crypto.Suite.allCases)
    func hkdfIsExtractAndExpand(suite: Crypto.Suite) {
        let (secret, salt, info): ([UInt8], [UInt8], [UInt8]) = ([1, 2, 3], [4], [5, 6])
        for length in [1, 31, 32, 33, 64, 100, Limits.derivedBytesMax] {
            let extracted = Mac.hmac(key: salt, message: secret, suite: suite).bytes
            var (block, all): ([UInt8], [UInt8]) = ([], [])
            while all.count < length {
                let counter = UInt8(all.count / 32 + 1)
                let message = block + info + [counter]
                block = Mac.hmac(key: extracted, message: message, suite: suite).bytes
                all += block
            }
            let key = KeyDerivation.hkdf(
                secret: secret, salt: salt, info: info, length: length, suite: suite)
            #expect(key == Array(all[..<length]))
        }
    }

    /// RFC 7914 section 12, the first and second.
    @Test(arguments: [
        (
            "", "", 16, 1, 1,
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        ),
        (
            "password", "NaCl", 1024, 8, 16,
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        ),
    ])
    func scrypt(password: String, salt: String, n: Int, r: Int, p: Int, hex: String) throws {
        let key = try KeyDerivation.scrypt(
            password: Array(password.utf8), salt: Array(salt.utf8), n: n, r: r, p: p, length: 64)
        #expect(key == (try unhex(hex)))
    }

    /// 2^16 · 8 · 128 is the bound itself; the rest are no parameters or too much memory.
    @Test(arguments: [
        (0, 8, 1, 32), (1, 8, 1, 32), (3, 8, 1, 32), (-2, 8, 1, 32), (16, 0, 1, 32),
        (16, 8, 0, 32), (16, 8, 17, 32), (16, 8, 1, 0), (16, 8, 1, 8161), (131_072, 8, 1, 32),
        (16, 65536, 1, 32), (.max, .max, .max, .max), (16, .max, 1, 32), (1 << 62, 1, 1, 32),
    ])
    func scryptRefuses(n: Int, r: Int, p: Int, length: Int) {
        #expect(throws: CryptoError.unavailable("scrypt parameters")) {
            try KeyDerivation.scrypt(password: [1], salt: [2], n: n, r: r, p: p, length: length)
        }
    }

    @Test func scryptTakesTheBoundItself() throws {
        let key = try KeyDerivation.scrypt(
            password: [1], salt: [2], n: 65536, r: 8, p: 1, length: 32)
        #expect(key.count == 32)
    }
}
