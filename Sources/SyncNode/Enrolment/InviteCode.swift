package import Base
import Crypto

/// What an operator carries from the parent to the new station: whom to believe, and the secret
/// that opens the door once. Bound to a place by the parent, who knows which.
///
/// 48 signs of Crockford's base 32 in eight groups: version, 16 bytes of the anchor's SHA-256, 10
/// random bytes, 3 bytes of checksum.
package struct InviteCode: Hashable, Sendable {
    /// The first bytes of the SHA-256 of the tree's anchor.
    package let pin: [UInt8]
    package let secret: [UInt8]

    private static let version: UInt8 = 1
    private static let sumBytes = 3
    private static let groupSigns = 6
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// - Parameters:
    ///   - anchor: SHA-256 of the anchor.
    ///   - secret: `Limits.inviteSecretBytes` random bytes.
    package init(anchor: Digest, secret: [UInt8]) {
        invariant(secret.count == Limits.inviteSecretBytes, "a secret has its length")
        pin = Array(anchor.bytes.prefix(Limits.invitePinBytes))
        self.secret = secret
    }

    /// As it is read out: groups of six parted by dashes.
    package var text: String {
        var signs: [UInt8] = []
        var bits = 0
        var pending: UInt32 = 0
        for byte in payload + Self.sum(payload) {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                if !signs.isEmpty, signs.count % (Self.groupSigns + 1) == Self.groupSigns {
                    signs.append(UInt8(ascii: "-"))
                }
                signs.append(Self.alphabet[Int(pending >> UInt32(bits) & 31)])
            }
        }
        return String(decoding: signs, as: UTF8.self)
    }

    /// - Parameter text: In any case, with dashes and spaces anywhere; `O` is read as 0, `I` and
    ///   `L` as 1. nil where a sign is wrong, missing or too many.
    package init?(_ text: String) {
        guard text.utf8.count <= 256 else { return nil }
        var bytes: [UInt8] = []
        var bits = 0
        var pending: UInt32 = 0
        for sign in text.uppercased().utf8 where sign != 0x2d && sign != 0x20 {
            guard let value = Self.value(sign) else { return nil }
            pending = pending << 5 | value
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
            }
        }
        let size = 1 + Limits.invitePinBytes + Limits.inviteSecretBytes
        guard bits == 0, bytes.count == size + Self.sumBytes, bytes[0] == Self.version,
            Self.sum(Array(bytes[..<size])) == Array(bytes[size...])
        else { return nil }
        pin = Array(bytes[1..<1 + Limits.invitePinBytes])
        secret = Array(bytes[(1 + Limits.invitePinBytes)..<size])
    }

    /// What the parent keeps of a secret.
    package static func digest(of secret: [UInt8]) -> Digest {
        Hash.digest(Array("syncnode invite secret 1\0".utf8) + secret, suite: .sha256Ed25519)
    }

    private var payload: [UInt8] { [Self.version] + pin + secret }

    private static func sum(_ payload: [UInt8]) -> [UInt8] {
        let digest = Hash.digest(
            Array("syncnode invite code 1\0".utf8) + payload, suite: .sha256Ed25519)
        return Array(digest.bytes.prefix(sumBytes))
    }

    private static func value(_ sign: UInt8) -> UInt32? {
        switch sign {
        case UInt8(ascii: "O"): 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): 1
        default: alphabet.firstIndex(of: sign).map(UInt32.init(_:))
        }
    }
}
