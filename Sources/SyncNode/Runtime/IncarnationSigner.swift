package import Change
package import Crypto
import Kernel

/// Signs with the incarnation's real key.
package struct IncarnationSigner: HeadSigner {
    private let signing: SigningKey
    package let key: IncarnationKey

    package init(_ signing: SigningKey) {
        self.signing = signing
        key = IncarnationKey(signing.publicKey)
    }

    package func sign(_ message: [UInt8]) -> [UInt8] { signing.sign(message) }
}
