import Base
package import Change
import Crypto
package import Domain
import Host

/// What was written freely, sealed and opened (docs/decisions/0015).
extension Vault {
    /// A text under a key of its own, that under the scope's.
    ///
    /// - Returns: nil where this node has no key of the scope yet; it is then wanted.
    package func seal(_ text: String, in scope: ScopeName) -> SealedText? {
        guard let current = current(scope) else { return nil }
        return whole(text, in: scope.id, under: current)
    }

    /// A text under the key of the case that an envelope is of; nil where this node cannot open
    /// that.
    package func seal(_ text: String, beside envelope: Envelope) -> SealedText? {
        do throws(Failure) {
            return .part(Self.box(text, under: try caseKey(of: envelope)))
        } catch {
            return nil
        }
    }

    /// A text with a key of its own, under the key of a scope that an envelope is under; nil
    /// where this node does not have that.
    func seal(_ text: String, asIn envelope: Envelope) -> SealedText? {
        guard envelope.form == .scopeKey, let key = opened(envelope.keyring, envelope.key) else {
            return nil
        }
        let current = Current(number: envelope.key, generation: 0, key: key)
        return whole(text, in: envelope.scope, under: current)
    }

    /// What a sealed text says.
    ///
    /// - Parameter envelope: Of the case that it belongs to; nil where it belongs to none.
    package func open(
        _ text: SealedText, of envelope: Envelope?
    ) throws(Failure) -> String {
        let (box, holder): ([UInt8], Envelope?) =
            switch text {
            case .part(let box): (box, envelope)
            case .whole(let own): (own.box, own)
            }
        guard let holder else { throw .noKey }
        let bytes = try Self.open(box[...], try caseKey(of: holder), Self.texted)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func whole(
        _ text: String, in scope: ScopeID, under current: Current
    ) -> SealedText {
        let key = SystemRandom.bytes(FieldCipher.keyBytes)
        return .whole(
            wrap(key, around: Self.box(text, under: key), in: scope, under: current))
    }

    private static func box(_ text: String, under key: [UInt8]) -> [UInt8] {
        FieldCipher.seal(
            Array(text.utf8), key: key, nonce: SystemRandom.bytes(FieldCipher.nonceBytes),
            about: texted)
    }
}
