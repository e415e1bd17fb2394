import Base
import Testing

@testable import Crypto

/// RFC 6238, appendix B: the vectors of SHA-1.
@Suite struct OneTimeCodeTests {
    private let secret = Array("12345678901234567890".utf8)

    @Test(arguments: [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"), (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ])
    func theVectorsHold(seconds: Int64, code: String) {
        #expect(OneTimeCode.code(secret: secret, step: seconds / 30, digits: 8) == code)
    }

    @Test func aCodeIsTakenOnceAndNextToItsTime() {
        let now = Instant(millis: 1_234_567_890_000)
        let step = now.millis / 30_000
        let code = OneTimeCode.code(secret: secret, step: step)
        #expect(OneTimeCode.step(of: code, secret: secret, at: now, after: 0) == step)
        #expect(OneTimeCode.step(of: code, secret: secret, at: now, after: step) == nil)
        let late = now.advanced(byMillis: 61_000)
        #expect(OneTimeCode.step(of: code, secret: secret, at: late, after: 0) == nil)
        #expect(OneTimeCode.step(of: "", secret: secret, at: now, after: 0) == nil)
    }

    @Test func secretsAreComparedWhole() {
        #expect(Secret.isSame([1, 2, 3], [1, 2, 3]))
        #expect(!Secret.isSame([1, 2, 3], [1, 2, 4]))
        #expect(!Secret.isSame([1, 2], [1, 2, 3]))
    }
}
