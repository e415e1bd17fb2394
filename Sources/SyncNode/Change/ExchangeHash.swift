package import Base
import Crypto

/// What the exchange itself hashes: frames, leaves, links. Always SHA-256, whatever suite the
/// members sign with: two nodes of different suites must give one state one name.
package enum ExchangeHash {
    /// SHA-256 of `bytes[start..<end]`.
    package static func digest(_ bytes: [UInt8], from start: Int, to end: Int) -> Digest {
        Hash.digest(bytes, from: start, to: end, suite: .sha256Ed25519)
    }

    /// SHA-256 of all of `bytes`.
    package static func digest(_ bytes: [UInt8]) -> Digest {
        Hash.digest(bytes, suite: .sha256Ed25519)
    }
}

extension DigestTree {
    /// A tree as the exchange compares them.
    package init(leaves: [Leaf] = []) {
        self.init(leaves: leaves, suite: .sha256Ed25519)
    }
}

extension IncarnationKey {
    /// Suite number, length and bytes of the key.
    package func encode(to writer: inout ByteWriter) {
        writer.write(byte: publicKey.suite.rawValue)
        writer.write(count: publicKey.bytes.count)
        writer.write(bytes: publicKey.bytes)
    }

    /// Reads what `encode` wrote. About 30 µs: the point is checked to lie on its curve.
    package static func decode(
        from reader: inout ByteReader, _ field: String
    ) throws(DecodeError) -> IncarnationKey {
        guard let suite = Suite(rawValue: try reader.readByte(field)) else {
            throw reader.fail(.badVersion, field)
        }
        let length = try reader.readCount(field, limit: PublicKey.byteCount(suite))
        let bytes = try reader.readBytes(length, field)
        do throws(CryptoError) {
            return IncarnationKey(try PublicKey(suite: suite, bytes: bytes))
        } catch {
            throw reader.fail(.badValue, field)
        }
    }
}
