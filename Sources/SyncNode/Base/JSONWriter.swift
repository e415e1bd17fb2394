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
        writeText(key, after: place == .afterValue, colon: true)
        place = .afterKey
    }

    // MARK: values

    /// A text, escaped where it must be.
    package mutating func value(_ text: String) {
        let isNext = place == .afterValue
        invariant(!isNext || depth > 0, "a text has one value")
        writeText(text, after: isNext, colon: false)
        place = .afterValue
    }

    /// A text of 16 lower-case hexadecimal digits, without a string in between.
    package mutating func value(hex word: UInt64) {
        beginValue()
        buffer.append(JSONToken.quote)
        writeHex(word)
        buffer.append(JSONToken.quote)
    }

    /// A text of 32 lower-case hexadecimal digits, without a string in between.
    package mutating func value(hex id: Digest16) {
        beginValue()
        buffer.append(JSONToken.quote)
        writeHex(id.high)
        writeHex(id.low)
        buffer.append(JSONToken.quote)
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

    /// A key with 16 hexadecimal digits.
    package mutating func field(_ key: String, hex word: UInt64) {
        self.key(key)
        value(hex: word)
    }

    /// A key with 32 hexadecimal digits.
    package mutating func field(_ key: String, hex id: Digest16) {
        self.key(key)
        value(hex: id)
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

    /// Everything of one text in one step: the buffer is looked at once.
    private mutating func writeText(_ text: String, after comma: Bool, colon: Bool) {
        let source = text.utf8.span
        for index in source.indices where JSONToken.needsEscape(source[index]) {
            writeSlowly(text, after: comma, colon: colon)
            return
        }
        buffer.append(addingCapacity: source.count + 4) { output in
            if comma { output.append(JSONToken.comma) }
            output.append(JSONToken.quote)
            for index in source.indices { output.append(source[index]) }
            output.append(JSONToken.quote)
            if colon { output.append(JSONToken.colon) }
        }
    }

    private mutating func writeSlowly(_ text: String, after comma: Bool, colon: Bool) {
        if comma { buffer.append(JSONToken.comma) }
        buffer.append(JSONToken.quote)
        for byte in text.utf8 { writeEscaped(byte) }
        buffer.append(JSONToken.quote)
        if colon { buffer.append(JSONToken.colon) }
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

    private mutating func writeHex(_ word: UInt64) {
        let start = buffer.count
        buffer.append(contentsOf: Self.sixteen)
        var span = buffer.mutableSpan
        var room = span.mutableBytes
        let halves = (Self.digits(word >> 32), Self.digits(word & 0xffff_ffff))
        room.storeBytes(of: halves.0.bigEndian, toByteOffset: start, as: UInt64.self)
        room.storeBytes(of: halves.1.bigEndian, toByteOffset: start + 8, as: UInt64.self)
    }

    private static let sixteen = [UInt8](repeating: 0x30, count: 16)

    /// The eight digits of 32 bits as ASCII, all at once: each half byte is moved to a byte of
    /// its own, and those above nine are lifted to the letters.
    private static func digits(_ half: UInt64) -> UInt64 {
        var value = half
        value = (value | value << 16) & 0x0000_ffff_0000_ffff
        value = (value | value << 8) & 0x00ff_00ff_00ff_00ff
        value = (value | value << 4) & 0x0f0f_0f0f_0f0f_0f0f
        let letters = (value + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return value + 0x3030_3030_3030_3030 + letters * 0x27
    }

    private mutating func writeInteger(_ number: Int64) {
        var rest = number.magnitude
        if number < 0 { buffer.append(UInt8(ascii: "-")) }
        var digits = InlineArray<20, UInt8>(repeating: 0x30)
        var first = 20
        repeat {
            first -= 1
            digits[first] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        buffer.append(addingCapacity: 20 - first) { output in
            for index in first..<20 { output.append(digits[index]) }
        }
    }
}

extension JSONToken {
    fileprivate static func needsEscape(_ byte: UInt8) -> Bool {
        byte <= escape && (byte < 0x20 || byte == quote || byte == escape)
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
