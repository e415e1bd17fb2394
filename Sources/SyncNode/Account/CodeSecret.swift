package import Base
import Crypto

/// The secret of an account's one-time codes (RFC 6238). It is stored sealed under a key that
/// only the account's password gives: who copies the disk has neither.
package struct CodeSecret: Hashable, Sendable {
    package let bytes: [UInt8]

    /// - Parameter bytes: `Limits.codeSecretBytes` fresh random bytes.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// What `AccountState.code` holds.
    ///
    /// - Parameters:
    ///   - key: As `PasswordRecord.key(of:)` gives it.
    ///   - id: The account's; it opens with the same one only.
    ///   - nonce: Fresh random bytes.
    package func sealed(_ key: [UInt8], of id: String, nonce: [UInt8]) -> String {
        do throws(CryptoError) {
            return Hex.encode(
                try SecretBox.seal(bytes, key: key, nonce: nonce, about: Array(id.utf8)))
        } catch {
            invariant(false, "AES-256-GCM is there: Suite.requireAvailable() ran at start")
            return ""
        }
    }

    /// nil where it was sealed under another password, or for another account.
    package init?(sealed text: String, _ key: [UInt8], of id: String) {
        guard let box = Hex.decode(text) else { return nil }
        do throws(CryptoError) {
            bytes = try SecretBox.open(box, key: key, about: Array(id.utf8))
        } catch {
            return nil
        }
    }

    /// In the letters and digits that people type (RFC 4648 base 32, without its end).
    package var text: String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var text = ""
        var held: UInt32 = 0
        var bits = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(letters[Int(held >> UInt32(bits) & 31)])
            }
        }
        if bits > 0 { text.append(letters[Int(held << UInt32(5 - bits) & 31)]) }
        return text
    }

    /// What an authenticator takes: `otpauth://totp/…`.
    ///
    /// - Parameter place: ASCII, such as the node's region code.
    package func address(login: String, place: String) -> String {
        "otpauth://totp/\(place):\(login)?secret=\(text)&issuer=\(place)"
    }
}

/// One-time codes of one node, in memory: which were used, and secrets that nobody has confirmed
/// yet. A restart forgets both; a used code is then old.
package struct CodeTable: Sendable {
    /// A secret that was shown once.
    package struct Pending: Sendable {
        package let secret: CodeSecret
        /// As it is stored once a code of it was given.
        package let sealed: String
        fileprivate let until: Instant
    }

    private var used: [UInt64: Int64] = [:]
    private var pending: [UInt64: Pending] = [:]

    /// Nothing used, nothing shown.
    package init() {}

    /// Whether a code is right now and was not used before; it then is.
    package mutating func take(
        _ code: String, of secret: CodeSecret, by author: UInt64, at now: Instant
    ) -> Bool {
        guard
            let step = OneTimeCode.step(
                of: code, secret: secret.bytes, at: now, after: used[author] ?? 0)
        else { return false }
        if used.count >= Limits.staffSessionsMax {
            let old = now.millis / 1000 / Limits.codeStepSeconds - 2
            used = used.filter { $0.value >= old }
        }
        used[author] = step
        return true
    }

    /// Shows a secret; the one shown before is forgotten.
    package mutating func show(
        _ secret: CodeSecret, _ sealed: String, to author: UInt64, at now: Instant
    ) {
        pending = pending.filter { $0.value.until > now }
        guard pending.count < Limits.staffSessionsMax else { return }
        pending[author] = Pending(
            secret: secret, sealed: sealed, until: now.advanced(byMillis: Limits.codeShownMillis))
    }

    /// What was shown to an account and is still waited for.
    package func shown(to author: UInt64, at now: Instant) -> Pending? {
        pending[author].flatMap { $0.until > now ? $0 : nil }
    }

    /// It was confirmed.
    package mutating func settle(_ author: UInt64) { pending[author] = nil }
}
