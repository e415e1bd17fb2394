import Base
import Crypto

/// What a node's other private keys lie under: a key out of the one for reading, which itself
/// lies under the operator's secret. So one secret opens all of them, and another one is given by
/// writing one file anew.
package struct KeyCover: Sendable {
    private let key: [UInt8]

    /// - Parameter seed: Of the node's key for reading.
    init(seed: [UInt8]) {
        key = KeyDerivation.hkdf(
            secret: seed, salt: [], info: Array("syncnode key files".utf8), length: 32,
            suite: .sha256Ed25519)
    }

    /// A private key as it lies in a file, in hexadecimal digits.
    ///
    /// - Parameter name: What the key is; none opens as another.
    package func seal(_ plain: [UInt8], as name: String) throws(KeyFiles.Failure) -> String {
        do throws(CryptoError) {
            return Hex.encode(
                try SecretBox.seal(
                    plain, key: key, nonce: SystemRandom.bytes(SecretBox.nonceBytes),
                    about: Self.about(name)))
        } catch {
            throw KeyFiles.Failure(sentence: "the key \(name) cannot be sealed")
        }
    }

    /// - Parameter path: The file that the digits came from, for the sentence.
    /// - Throws: exit code 3 where they are no key of this name, sealed by this node.
    package func open(
        _ digits: String, as name: String, from path: String
    ) throws(KeyFiles.Failure) -> [UInt8] {
        guard let box = Hex.decode(digits) else { throw .noKey(path) }
        do throws(CryptoError) {
            return try SecretBox.open(box, key: key, about: Self.about(name))
        } catch {
            throw .noKey(path)
        }
    }

    private static func about(_ name: String) -> [UInt8] { Array("syncnode key \(name)".utf8) }
}
