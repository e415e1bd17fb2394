package import Base
package import Crypto

/// The public key of one incarnation: its identity wherever actors are told apart.
package struct IncarnationKey: Hashable, Sendable {
    package let publicKey: PublicKey

    package init(_ publicKey: PublicKey) { self.publicKey = publicKey }

    /// The writer that this incarnation is in a scope.
    package func actor(in scope: ScopeID) -> ActorID { Genesis.actor(of: publicKey, in: scope) }

    /// Suite number in two hexadecimal digits, then the key's bytes: how JSON bodies carry it.
    package var text: String {
        Hex.encode([publicKey.suite.rawValue]) + Hex.encode(publicKey.bytes)
    }

    /// - Parameter text: As `text` gives it; anything else, or no valid key, gives nil.
    package init?(text: String) {
        guard let bytes = Hex.decode(text), let first = bytes.first,
            let suite = Suite(rawValue: first)
        else { return nil }
        do throws(CryptoError) {
            publicKey = try PublicKey(suite: suite, bytes: Array(bytes.dropFirst()))
        } catch {
            return nil
        }
    }
}
