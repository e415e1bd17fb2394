import Base

/// Header lines in the order they were sent, kept as one run of bytes with ranges into it;
/// text is only made of what is asked for.
package struct HTTPHeaders: Sendable {
    /// Where one line's name and value lie.
    struct Field: Sendable {
        let nameStart: UInt32
        let nameEnd: UInt32
        let valueStart: UInt32
        let valueEnd: UInt32
    }

    private(set) var bytes: [UInt8]
    private(set) var fields: [Field]

    package init() {
        bytes = []
        fields = []
    }

    /// Headers in the order given. The same rules as `add`.
    package init(_ list: [(String, String)]) {
        self.init()
        for (name, value) in list { add(name, value) }
    }

    /// What the parser read; every range lies within `bytes` and was checked there.
    init(bytes: [UInt8], fields: [Field]) {
        invariant(fields.allSatisfy { $0.valueEnd <= bytes.count }, "headers lie in their bytes")
        self.bytes = bytes
        self.fields = fields
    }

    /// Number of lines.
    package var count: Int { fields.count }

    /// Adds one line.
    ///
    /// Bytes that could end the line or hide in it (CR, LF, NUL, other controls) become spaces,
    /// as RFC 9110 §5.5 has it: nothing a handler passes can start another line.
    /// - Parameter name: A token; anything else is a programmer's error and traps.
    package mutating func add(_ name: String, _ value: String) {
        let nameStart = bytes.count
        bytes.append(contentsOf: name.utf8)
        let nameEnd = bytes.count
        invariant(nameEnd > nameStart, "a header has a name")
        for index in nameStart..<nameEnd {
            invariant(ByteClass.isToken(bytes[index]), "a header name is a token")
        }
        bytes.append(UInt8(ascii: ":"))
        bytes.append(0x20)
        let valueStart = bytes.count
        bytes.append(contentsOf: value.utf8)
        for index in valueStart..<bytes.count where !ByteClass.isFieldValue(bytes[index]) {
            bytes[index] = 0x20
        }
        fields.append(
            Field(
                nameStart: UInt32(nameStart), nameEnd: UInt32(nameEnd),
                valueStart: UInt32(valueStart), valueEnd: UInt32(bytes.count)))
        bytes.append(0x0d)
        bytes.append(0x0a)
    }

    /// The first value of a name, compared without case. Cost: one pass over the names.
    package subscript(name: String) -> String? {
        for field in fields where matches(field, name) { return value(field) }
        return nil
    }

    /// All values of a name, in order.
    package func all(_ name: String) -> [String] {
        fields.filter { matches($0, name) }.map(value)
    }

    /// Whether a name is there.
    package func contains(_ name: String) -> Bool {
        fields.contains { matches($0, name) }
    }

    /// Every line as text, in order.
    package var list: [(name: String, value: String)] {
        fields.map { field in
            (
                String(
                    decoding: bytes[Int(field.nameStart)..<Int(field.nameEnd)], as: UTF8.self),
                value(field)
            )
        }
    }

    private func value(_ field: Field) -> String {
        String(decoding: bytes[Int(field.valueStart)..<Int(field.valueEnd)], as: UTF8.self)
    }

    private func matches(_ field: Field, _ name: String) -> Bool {
        guard Int(field.nameEnd - field.nameStart) == name.utf8.count else { return false }
        var index = Int(field.nameStart)
        for byte in name.utf8 {
            if ByteClass.lower(bytes[index]) != ByteClass.lower(byte) { return false }
            index += 1
        }
        return true
    }
}
