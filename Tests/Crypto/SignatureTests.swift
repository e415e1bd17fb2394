import Base
import Crypto
import Testing

/// What holds for the signatures of both suites.
@Suite struct SignatureTests {
    private let seed = (1...32).map { UInt8($0) }

    @Test(arguments: Crypto.Suite.allCases)
    func everyFlippedBitIsRefused(suite: Crypto.Suite) throws {
        let signing = try SigningKey(suite: suite, seed: seed)
        let verifying = try VerifyingKey(signing.publicKey)
        let message: [UInt8] = [1, 2, 3, 4]
        let signature = signing.sign(message)
        #expect(verifying.verify(signature, of: message))
        for index in signature.indices {
            var bad = signature
            bad[index] ^= UInt8(1 << (index % 8))
            #expect(!verifying.verify(bad, of: message))
        }
        for count in [0, 1, 32, 63] {
            #expect(!verifying.verify(Array(signature[..<count]), of: message))
        }
        #expect(!verifying.verify(signature + [0], of: message))
        #expect(!verifying.verify(signature, of: []))
    }

    @Test(arguments: Crypto.Suite.allCases)
    func anEmptyMessageIsSigned(suite: Crypto.Suite) throws {
        let signing = try SigningKey(suite: suite, seed: seed)
        #expect(try VerifyingKey(signing.publicKey).verify(signing.sign([]), of: []))
    }

    @Test(arguments: Crypto.Suite.allCases)
    func anotherKeyRefuses(suite: Crypto.Suite) throws {
        let signing = try SigningKey(suite: suite, seed: seed)
        let other = try SigningKey(suite: suite, seed: seed.reversed())
        #expect(signing.publicKey != other.publicKey)
        #expect(try !VerifyingKey(other.publicKey).verify(signing.sign([1]), of: [1]))
    }

    /// One key in many tasks at once, as the writer and the peers use it.
    @Test(arguments: Crypto.Suite.allCases)
    func oneKeyServesManyTasks(suite: Crypto.Suite) async throws {
        let signing = try SigningKey(suite: suite, seed: seed)
        let verifying = try VerifyingKey(signing.publicKey)
        let good = await withTaskGroup(of: Int.self) { group in
            for task in 0..<4 {
                group.addTask {
                    (0..<25).count { round in
                        let message = [UInt8(task), UInt8(round)]
                        let signature = signing.sign(message)
                        return verifying.verify(signature, of: message)
                            && !verifying.verify(signature, of: [UInt8(round)])
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(good == 100)
    }
}
