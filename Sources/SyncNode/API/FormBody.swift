import Base

/// An urlencoded form, read once and bounded (WHATWG URL §5.1, read strictly: a cut escape or
/// text that is not UTF-8 is refused instead of being mended).
struct FormBody: Hashable, Sendable {
    /// Name and value, in order.
    private let fields: [Field]

    private struct Field: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// - Parameter isWhole: Whether it holds all of an item: such a form may be longer.
    /// - Throws: 400 where it is malformed, 413 where it is too long, 422 for a field that is.
    init(_ bytes: [UInt8], isWhole: Bool = false) throws(Problem) {
        guard bytes.count <= (isWhole ? Limits.editFormBytesMax : Limits.formBytesMax) else {
            throw Problem(413, "form-too-long", "表单过长")
        }
        var fields: [Field] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.count
            if end > start {
                let most = isWhole ? Limits.editFieldsMax : Limits.formFieldsMax
                guard fields.count < most else {
                    throw Problem(413, "form-too-many-fields", "表单字段过多")
                }
                fields.append(try Self.field(bytes, start, end))
            }
            start = end + 1
        }
        self.fields = fields
    }

    /// The first value of a field, without space around it; nil where it is absent or empty.
    func text(_ name: String) -> String? {
        guard let field = fields.first(where: { $0.name == name }) else { return nil }
        let value = Self.trimmed(field.value)
        return value.isEmpty ? nil : value
    }

    /// All values of a field, in order.
    func texts(_ name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    /// All fields, in order.
    var all: [(name: String, value: String)] { fields.map { ($0.name, $0.value) } }

    /// All fields, in order: what a repeated form is known by.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            bytes.append(contentsOf: field.name.utf8)
            bytes.append(0)
            bytes.append(contentsOf: field.value.utf8)
            bytes.append(0)
        }
        return bytes
    }

    private static func field(
        _ bytes: [UInt8], _ start: Int, _ end: Int
    ) throws(Problem) -> Field {
        let equal = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")) ?? end
        let name = try decode(bytes, start, equal)
        let value = try decode(bytes, min(equal + 1, end), end)
        guard name.utf8.count <= Limits.formNameBytesMax else {
            throw .invalid("form-name-too-long", "表单字段名过长")
        }
        guard value.utf8.count <= Limits.formValueBytesMax else {
            throw .invalid("form-value-too-long", "所填内容过长", field: name)
        }
        return Field(name: name, value: value)
    }

    private static func decode(
        _ bytes: [UInt8], _ start: Int, _ end: Int
    ) throws(Problem) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(end - start)
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < end, let high = nibble(bytes[index + 1]),
                    let low = nibble(bytes[index + 2])
                else { throw malformed }
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self),
            decoded.allSatisfy({ $0 >= 0x20 || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 })
        else { throw malformed }
        return text
    }

    private static var malformed: Problem { Problem(400, "form-malformed", "表单内容残缺或编码有误") }

    private static func nibble(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x61...0x66: character - 0x61 + 10
        case 0x41...0x46: character - 0x41 + 10
        default: nil
        }
    }

    private static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
