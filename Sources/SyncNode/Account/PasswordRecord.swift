import Base
import Crypto

/// A password as it is stored: how it was derived, salt and result. The parameters stand beside
/// the hash, so that a later version can ask for more and still check an old one.
package struct PasswordRecord: Hashable, Sendable {
    /// log2 of scrypt's n.
    package let costLog2: Int
    private let blocks: Int
    private let parallel: Int
    private let salt: [UInt8]
    private let hash: [UInt8]

    private static let hashBytes = 32

    /// Derives a record. About 0.1 s and 32 MiB: never on a loop's or the writer's thread.
    ///
    /// - Parameter salt: `Limits.saltBytes` fresh random bytes.
    package init(_ password: String, salt: [UInt8], costLog2: Int = Limits.passwordCostLog2) {
        invariant(salt.count == Limits.saltBytes, "a password has its salt")
        invariant((1...Limits.passwordCostLog2Max).contains(costLog2), "a cost has its bounds")
        self.costLog2 = costLog2
        self.salt = salt
        blocks = 8
        parallel = 1
        hash = Self.derive(password, salt, costLog2, 8, 1)?.hash ?? []
        invariant(hash.count == Self.hashBytes, "scrypt derives within its bounds")
    }

    /// - Parameter text: As `text` gives it; anything else, and what asks for more memory than
    ///   `Limits` allow, gives nil.
    package init?(text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "scrypt", let cost = Int(parts[1]),
            (1...Limits.passwordCostLog2Max).contains(cost), parts[2] == "8", parts[3] == "1",
            let salt = Hex.decode(String(parts[4])), salt.count == Limits.saltBytes,
            let hash = Hex.decode(String(parts[5])), hash.count == Self.hashBytes
        else { return nil }
        costLog2 = cost
        blocks = 8
        parallel = 1
        self.salt = salt
        self.hash = hash
    }

    /// `scrypt$15$8$1$SALT$HASH`.
    package var text: String {
        "scrypt$\(costLog2)$\(blocks)$\(parallel)$" + Hex.encode(salt) + "$" + Hex.encode(hash)
    }

    /// Whether it is this password. As slow as making it, whatever the answer.
    package func matches(_ password: String) -> Bool {
        key(of: password) != nil
    }

    /// The key that the password opens, for what is sealed beside the record; nil where it is
    /// not this password. As slow as making it, whatever the answer.
    package func key(of password: String) -> [UInt8]? {
        guard let derived = Self.derive(password, salt, costLog2, blocks, parallel),
            Secret.isSame(derived.hash, hash)
        else { return nil }
        return derived.key
    }

    /// What a name without an account is checked against: it takes as long as a real one, and
    /// nothing matches it.
    package static let nobody = PasswordRecord(
        nothing: [UInt8](repeating: 0, count: Limits.saltBytes))

    private init(nothing salt: [UInt8]) {
        costLog2 = Limits.passwordCostLog2
        blocks = 8
        parallel = 1
        self.salt = salt
        // No password derives to all ones but by a chance of 2^-256.
        hash = [UInt8](repeating: 0xff, count: Self.hashBytes)
    }

    /// Why a new password is not good enough; nil where it is.
    package static func weakness(of password: String, login: String) -> String? {
        guard password.count >= Limits.passwordCharactersMin else {
            return "口令至少 \(Limits.passwordCharactersMin) 位"
        }
        guard password.utf8.count <= Limits.passwordBytesMax else { return "口令过长" }
        guard !login.isEmpty, !password.lowercased().contains(login.lowercased()) else {
            return "口令不得含登录名"
        }
        guard Set(password).count >= 4 else { return "口令过于简单" }
        return nil
    }

    private static func derive(
        _ password: String, _ salt: [UInt8], _ cost: Int, _ blocks: Int, _ parallel: Int
    ) -> (hash: [UInt8], key: [UInt8])? {
        do throws(CryptoError) {
            // Of twice the length the first half is the same: one tells nothing of the other.
            let both = try KeyDerivation.scrypt(
                password: Array(password.utf8), salt: salt, n: 1 << cost, r: blocks, p: parallel,
                length: 2 * hashBytes)
            return (Array(both[..<hashBytes]), Array(both[hashBytes...]))
        } catch {
            return nil
        }
    }
}
