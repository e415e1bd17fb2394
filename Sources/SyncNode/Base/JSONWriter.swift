/// Writes JSON straight into bytes, in the order of the calls: compact, UTF-8, with only the
/// escapes that RFC 8259 §7 demands. For hot paths; a tree is written through it too.
///
/// Calls out of order (a key where a value must stand, an open bracket at the end) are
/// programmer errors and trap.
package struct JSONWriter: Sendable {
    /// What may stand at the end of the bytes so far.
    private enum Place { case first, afterKey, afterValue }

    private var buffer: [UInt8]
    private var place = Place.first
    private var depth = 0

    /// - Parameter capacity: Bytes to reserve; more are taken when needed.
    package init(capacity: Int = 256) {
        buffer = []
        buffer.reserveCapacity(capacity)
    }

    /// The whole text.
    package var bytes: [UInt8] {
        invariant(depth == 0 && place == .afterValue, "a whole value is written")
        return buffer
    }

    // MARK: structure

    /// Writes `{`, what `body` writes, and `}`.
    package mutating func object<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        open(JSONToken.openObject)
        try body(&self)
        close(JSONToken.closeObject)
    }

    /// Writes `[`, what `body` writes, and `]`.
    package mutating func array<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        open(JSONToken.openArray)
        try body(&self)
        close(JSONToken.closeArray)
    }

    /// Writes a key; a value must follow.
    package mutating func key(_ key: String) {
        invariant(depth > 0 && place != .afterKey, "a key stands in an object")
        writeComma()
        writeText(key)
        buffer.append(JSONToken.colon)
        place = .afterKey
    }

    // MARK: values

    /// A text, escaped where it must be.
    package mutating func value(_ text: String) {
        beginValue()
        writeText(text)
    }

    /// - Parameter number: Within `Limits.jsonIntegerMax`, or no strict reader takes it.
    package mutating func value(_ number: Int64) {
        beginValue()
        writeInteger(number)
    }

    /// - Parameter number: Within `Limits.jsonIntegerMax`, or no strict reader takes it.
    package mutating func value(_ number: Int) { value(Int64(number)) }

    /// `true` or `false`.
    package mutating func value(_ flag: Bool) {
        beginValue()
        buffer.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// The word `null`.
    package mutating func null() {
        beginValue()
        buffer.append(contentsOf: "null".utf8)
    }

    /// Takes over a whole JSON value as it is stored, unread.
    package mutating func value(stored json: some Collection<UInt8>) {
        invariant(!json.isEmpty, "a stored value is a whole JSON text")
        beginValue()
        buffer.append(contentsOf: json)
    }

    /// A tree.
    package mutating func value(_ json: JSON) {
        switch json {
        case .null: null()
        case .bool(let flag): value(flag)
        case .int(let number): value(number)
        case .decimal(let words): value(stored: words.utf8)
        case .text(let text): value(text)
        case .array(let elements):
            array { writer in
                for element in elements { writer.value(element) }
            }
        case .object(let object):
            self.object { writer in
                for member in object.members { writer.field(member.key, member.value) }
            }
        }
    }
}

extension JSONWriter {
    /// A key with a text.
    package mutating func field(_ key: String, _ text: String) {
        self.key(key)
        value(text)
    }

    /// - Parameter number: Within `Limits.jsonIntegerMax`, or no strict reader takes it.
    package mutating func field(_ key: String, _ number: Int64) {
        self.key(key)
        value(number)
    }

    /// - Parameter number: Within `Limits.jsonIntegerMax`, or no strict reader takes it.
    package mutating func field(_ key: String, _ number: Int) { field(key, Int64(number)) }

    /// A key with `true` or `false`.
    package mutating func field(_ key: String, _ flag: Bool) {
        self.key(key)
        value(flag)
    }

    /// A key with a tree.
    package mutating func field(_ key: String, _ json: JSON) {
        self.key(key)
        value(json)
    }

    /// Takes over a whole JSON value as it is stored, unread.
    package mutating func field(_ key: String, stored json: some Collection<UInt8>) {
        self.key(key)
        value(stored: json)
    }

    /// A member whose value is an object.
    package mutating func object<Failure: Error>(
        _ key: String, _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.key(key)
        try object(body)
    }

    /// A member whose value is an array.
    package mutating func array<Failure: Error>(
        _ key: String, _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        self.key(key)
        try array(body)
    }
}

extension JSONWriter {
    private mutating func open(_ byte: UInt8) {
        beginValue()
        buffer.append(byte)
        depth += 1
        place = .first
    }

    private mutating func close(_ byte: UInt8) {
        invariant(place != .afterKey, "a key is followed by its value")
        buffer.append(byte)
        depth -= 1
        place = .afterValue
    }

    private mutating func beginValue() {
        if place == .afterValue {
            invariant(depth > 0, "a text has one value")
            buffer.append(JSONToken.comma)
        }
        place = .afterValue
    }

    private mutating func writeComma() {
        if place == .afterValue { buffer.append(JSONToken.comma) }
    }

    private mutating func writeText(_ text: String) {
        buffer.append(JSONToken.quote)
        let source = text.utf8.span
        var isPlain = true
        for index in source.indices where JSONToken.needsEscape(source[index]) {
            isPlain = false
            break
        }
        if isPlain {
            buffer.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 { writeEscaped(byte) }
        }
        buffer.append(JSONToken.quote)
    }

    private mutating func writeEscaped(_ byte: UInt8) {
        guard JSONToken.needsEscape(byte) else {
            buffer.append(byte)
            return
        }
        buffer.append(JSONToken.escape)
        if let letter = JSONToken.letter(escaping: byte) {
            buffer.append(letter)
        } else {
            buffer.append(contentsOf: "u00".utf8)
            buffer.append(contentsOf: Hex.encode([byte]).utf8)
        }
    }

    private mutating func writeInteger(_ number: Int64) {
        var rest = number.magnitude
        if number < 0 { buffer.append(UInt8(ascii: "-")) }
        let start = buffer.count
        repeat {
            buffer.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        buffer[start...].reverse()
    }
}

extension JSONToken {
    fileprivate static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == quote || byte == escape
    }

    /// The letter of the one-letter escape for a byte, or nil where it has none.
    fileprivate static func letter(escaping byte: UInt8) -> UInt8? {
        switch byte {
        case quote, escape: byte
        case 0x08: UInt8(ascii: "b")
        case 0x0c: UInt8(ascii: "f")
        case 0x0a: UInt8(ascii: "n")
        case 0x0d: UInt8(ascii: "r")
        case 0x09: UInt8(ascii: "t")
        default: nil
        }
    }
}

extension JSON {
    /// The compact text of the value. Of a strict value, the strict reader gives it back.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }
}
