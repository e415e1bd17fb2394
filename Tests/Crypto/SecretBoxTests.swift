import Base
import Testing

@testable import Crypto

@Suite struct SecretBoxTests {
    private let key = [UInt8](repeating: 7, count: 32)
    private let nonce = [UInt8](repeating: 9, count: SecretBox.nonceBytes)

    @Test func whatWasSealedIsOpened() throws {
        for plain in [[], [1], [UInt8](repeating: 3, count: 300)] as [[UInt8]] {
            let box = try SecretBox.seal(plain, key: key, nonce: nonce, about: [1, 2])
            #expect(try SecretBox.open(box, key: key, about: [1, 2]) == plain)
            #expect(plain.count < 20 || !box.contains(plain[...]))
        }
    }

    @Test func noBitMayChange() throws {
        let box = try SecretBox.seal([1, 2, 3], key: key, nonce: nonce, about: [4])
        for index in box.indices {
            var bad = box
            bad[index] ^= 1
            #expect(throws: CryptoError.self) { try SecretBox.open(bad, key: key, about: [4]) }
        }
        for end in box.indices {
            let cut = Array(box[..<end])
            #expect(throws: CryptoError.self) { try SecretBox.open(cut, key: key, about: [4]) }
        }
        #expect(throws: CryptoError.self) { try SecretBox.open(box, key: key, about: [5]) }
        #expect(throws: CryptoError.self) { try SecretBox.open(box, key: nonce, about: [4]) }
    }
}
