package import Base
package import Change

/// Who applies, as it was typed: what is personal of a case (DOMAIN §3.9). It is in memory only
/// while a command is sealed or a page is made; what is stored is an `Envelope`.
package struct Person: Hashable, Sendable {
    package var name: String
    package var idNumber: String?
    package var phone: String?
    package var address: String?

    package init(
        name: String, idNumber: String? = nil, phone: String? = nil, address: String? = nil
    ) {
        self.name = name
        self.idNumber = idNumber
        self.phone = phone
        self.address = address
    }

    /// {name, idNumber?, phone?, address?}: what is sealed.
    package var encoded: [UInt8] {
        var writer = JSONWriter(capacity: 160)
        writer.object { write(to: &$0) }
        return writer.bytes
    }

    /// Its members, into an object that is open.
    package func write(to object: inout JSONWriter) {
        object.field("name", name)
        if let idNumber { object.field("idNumber", idNumber) }
        if let phone { object.field("phone", phone) }
        if let address { object.field("address", address) }
    }

    /// nil for anything that is no object with a name.
    package init?(_ bytes: [UInt8]) {
        do throws(JSONError) {
            let json = try JSON(parsing: bytes)
            guard let name = json["name"]?.text else { return nil }
            self.init(
                name: name, idNumber: json["idNumber"]?.text, phone: json["phone"]?.text,
                address: json["address"]?.text)
        } catch {
            return nil
        }
    }
}

/// Something sealed for the audience of a case scope, with the case's own key beside it under
/// the scope's (docs/decisions/0008). Nothing here opens it: that is the Vault's.
///
/// version 1 ‖ form ‖ scope 8 ‖ key 8 ‖ the case's key, wrapped ‖ box. Form 1 wraps under a scope
/// key, in 60 bytes; form 2 to one node's key, with a length of two bytes before it.
package struct Envelope: Hashable, Sendable {
    /// Under what the case's key lies.
    package enum Form: UInt8, Sendable {
        case scopeKey = 1
        case node = 2
    }

    package let form: Form
    /// The scope whose key it is under; of form 2, zero.
    package let scope: ScopeID
    /// Which of the scope's keys; of form 2, the first 8 bytes of the node's key's hash.
    package let key: UInt64
    /// The case's key, wrapped.
    package let wrapped: [UInt8]
    /// The content under the case's key.
    package let box: [UInt8]

    package static let version: UInt8 = 1
    private static let wrappedBytes = 60

    package init(form: Form, scope: ScopeID, key: UInt64, wrapped: [UInt8], box: [UInt8]) {
        invariant(form == .node || wrapped.count == Self.wrappedBytes, "a wrapped key is whole")
        self.form = form
        self.scope = scope
        self.key = key
        self.wrapped = wrapped
        self.box = box
    }

    /// As JSON carries it: base 64 (RFC 4648, for URLs, without its end).
    package var text: String {
        var writer = ByteWriter(capacity: 32 + wrapped.count + box.count)
        writer.write(byte: Self.version)
        writer.write(byte: form.rawValue)
        writer.write(scope)
        writer.write(key)
        if form == .node { writer.write(UInt64(wrapped.count), count: 2) }
        writer.write(bytes: wrapped)
        writer.write(bytes: box)
        return Base64.encode(writer.bytes)
    }

    /// nil for anything that `text` does not give.
    package init?(text: String) {
        guard text.utf8.count <= Limits.envelopeTextBytesMax,
            let bytes = Base64.decode(text), bytes.count > 18, bytes[0] == Self.version,
            let form = Form(rawValue: bytes[1])
        else { return nil }
        func word(_ start: Int) -> UInt64 {
            bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        var start = 18
        var count = Self.wrappedBytes
        if form == .node {
            guard bytes.count >= 20 else { return nil }
            count = Int(bytes[18]) << 8 | Int(bytes[19])
            start = 20
        }
        guard bytes.count > start + count else { return nil }
        self.init(
            form: form, scope: ScopeID(word(2)), key: word(10),
            wrapped: Array(bytes[start..<start + count]), box: Array(bytes[(start + count)...]))
    }

    /// The document that holds the wraps of the key it is under.
    package var keyring: DocumentKey { KeyringState.key(scope: scope, key: key) }
}

/// For whom an envelope is wrapped anew.
package enum EnvelopeReader: Hashable, Sendable {
    /// Whoever carries a case scope.
    case audience(of: ScopeName)
    /// The node of one region: a neighbouring county's.
    case node(of: RegionID)
}

/// Base 64 for URLs, without padding: exactly one text for each string of bytes.
package enum Base64 {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    /// Four letters for three bytes.
    package static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count * 4 + 2) / 3)
        let letters = letters
        var held: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                out.append(letters[Int(held >> bits & 63)])
            }
        }
        if bits > 0 { out.append(letters[Int(held << (6 - bits) & 63)]) }
        return String(decoding: out, as: UTF8.self)
    }

    /// nil where a letter is none, or bits are set that no byte has.
    package static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 3 / 4)
        var held: UInt32 = 0
        var bits: UInt32 = 0
        for letter in text.utf8 {
            let value = values[Int(letter)]
            guard value < 64 else { return nil }
            held = held << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> bits))
            }
        }
        guard bits < 6, held & (1 << bits - 1) == 0 else { return nil }
        return bytes
    }
}
