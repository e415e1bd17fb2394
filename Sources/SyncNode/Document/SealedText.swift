package import Base

/// What somebody wrote freely, as it is stored: in the place of the text itself stands a text
/// that begins with `sealed:` (docs/decisions/0015). Nothing here opens it: that is the Vault's.
///
/// Behind the mark stand, in base 64: version 1 ‖ 3 ‖ box, under the key of the case that the
/// text belongs to; or an `Envelope`, which carries its key.
package enum SealedText: Hashable, Sendable {
    /// Under the case's key.
    case part([UInt8])
    /// With a key of its own, under that of a scope.
    case whole(Envelope)

    /// What a sealed text begins with. A text that a person typed is never stored as it is, so
    /// that nobody can write one that looks sealed.
    package static let mark = "sealed:"
    private static let partForm: UInt8 = 3

    /// Whether a stored text is one.
    package static func isSealed(_ text: String) -> Bool {
        text.utf8.starts(with: mark.utf8)
    }

    /// The most bytes that a text of so many characters comes to.
    package static func bytesMax(characters: Int) -> Int { 6 * characters + 256 }

    /// As JSON carries it.
    package var text: String {
        switch self {
        case .part(let box):
            Self.mark + Base64.encode([Envelope.version, Self.partForm] + box)
        case .whole(let envelope): Self.mark + envelope.text
        }
    }

    /// nil for anything that `text` does not give.
    package init?(text: String) {
        guard Self.isSealed(text), text.utf8.count <= Limits.envelopeTextBytesMax else {
            return nil
        }
        let letters = String(text.utf8.dropFirst(Self.mark.utf8.count)) ?? ""
        if let envelope = Envelope(text: letters) {
            self = .whole(envelope)
            return
        }
        guard let bytes = Base64.decode(letters), bytes.count > 2, bytes[0] == Envelope.version,
            bytes[1] == Self.partForm
        else { return nil }
        self = .part(Array(bytes[2...]))
    }
}

/// What became of a text that was to be read.
package enum TextAnswer: Hashable, Sendable {
    case known(String)
    /// This node has no key for it.
    case locked
    /// Altered: it does not open.
    case damaged

    /// What stands for it on a page.
    package var shown: String {
        switch self {
        case .known(let text): text
        case .locked: "（密文，本节点没有密钥）"
        case .damaged: "（密文已损坏）"
        }
    }
}

extension JSON {
    /// The same value with every sealed text in it put through `open`.
    package func opening(_ open: (String) -> String) -> JSON {
        switch self {
        case .text(let text): SealedText.isSealed(text) ? .text(open(text)) : self
        case .array(let list): .array(list.map { $0.opening(open) })
        case .object(let object):
            .object(
                JSONObject(
                    object.members.map { .init(key: $0.key, value: $0.value.opening(open)) }))
        case .null, .bool, .int, .decimal: self
        }
    }
}
