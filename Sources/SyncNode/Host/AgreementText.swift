import Base
package import Crypto

/// A key to seal to, as the directory carries it: suite number in two hexadecimal digits, then
/// the key's bytes.
extension AgreementPublicKey {
    /// As JSON carries it.
    package var text: String { Hex.encode([suite.rawValue]) + Hex.encode(bytes) }

    /// nil for anything that `text` does not give.
    package init?(text: String) {
        guard let all = Hex.decode(text), let first = all.first,
            let suite = Suite(rawValue: first)
        else { return nil }
        do throws(CryptoError) {
            try self.init(suite: suite, bytes: Array(all.dropFirst()))
        } catch {
            return nil
        }
    }
}
