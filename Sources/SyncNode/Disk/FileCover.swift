import Base
import Crypto

/// What attachments lie under on this node's disk: a key of this node alone, and where fresh
/// bytes come from. A disk that is copied holds them as noise (docs/decisions/0013).
package struct FileCover: Sendable {
    private let key: [UInt8]
    private let random: @Sendable (Int) -> [UInt8]

    /// - Parameters:
    ///   - key: 32 bytes that the node keeps under its secret.
    ///   - random: So many bytes, never given twice.
    package init(key: [UInt8], random: @escaping @Sendable (Int) -> [UInt8]) {
        invariant(key.count == FieldCipher.keyBytes, "a cover has a whole key")
        self.key = key
        self.random = random
    }

    /// For one file: of its own by its salt, and of what it holds.
    func fileKey(_ name: [UInt8], salt: [UInt8]) -> [UInt8] {
        KeyDerivation.hkdf(
            secret: key, salt: salt, info: Array("syncnode attachment 1\0".utf8) + name,
            length: FieldCipher.keyBytes, suite: .sha256Ed25519)
    }

    func salt() -> [UInt8] { random(SealedFile.saltBytes) }

    /// A piece under the key of its file, bound to its place.
    func seal(_ plain: [UInt8], _ key: [UInt8], at index: Int64) -> [UInt8] {
        FieldCipher.seal(
            plain, key: key, nonce: random(FieldCipher.nonceBytes), about: Self.about(index))
    }

    /// nil where a bit was changed, or the piece stood elsewhere.
    func open(_ box: [UInt8], _ key: [UInt8], at index: Int64) -> [UInt8]? {
        do throws(CryptoError) {
            return try FieldCipher.open(box[...], key: key, about: Self.about(index))
        } catch {
            return nil
        }
    }

    private static func about(_ index: Int64) -> [UInt8] {
        var writer = ByteWriter(capacity: 8)
        writer.write(UInt64(index))
        return writer.bytes
    }
}
