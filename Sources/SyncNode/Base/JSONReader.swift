/// Reads a whole JSON text into a `JSON` value.
///
/// Both dialects are RFC 8259 in UTF-8 without a byte order mark, at most `Limits.jsonBytesMax`
/// long and `Limits.jsonDepthMax` deep; half of a surrogate pair is refused. Cost: one pass.
package struct JSONReader {
    /// How much of RFC 8259 is taken.
    package enum Dialect: Sendable {
        /// What the product writes and takes: every number an integer within
        /// `Limits.jsonIntegerMax`, no key twice (RFC 7493).
        case strict
        /// All of RFC 8259: other numbers are kept in their own words, repeated keys are kept.
        case general
    }

    private var cursor: JSONCursor
    private let dialect: Dialect
    private var depth = 0

    private init(_ bytes: [UInt8], in range: Range<Int>, _ dialect: Dialect) {
        self.cursor = JSONCursor(bytes, in: range)
        self.dialect = dialect
    }

    fileprivate static func read(
        _ bytes: [UInt8], in range: Range<Int>, _ dialect: Dialect
    ) throws(JSONError) -> JSON {
        guard range.count <= Limits.jsonBytesMax else {
            throw JSONError(.size, offset: range.lowerBound)
        }
        var reader = JSONReader(bytes, in: range, dialect)
        let value = try reader.readValue()
        reader.cursor.skipSpace()
        guard reader.cursor.offset == range.upperBound else {
            throw reader.cursor.fail(.trailing)
        }
        invariant(reader.depth == 0, "a whole value leaves no open container")
        return value
    }

    /// Any value, with the space before it.
    private mutating func readValue() throws(JSONError) -> JSON {
        cursor.skipSpace()
        switch cursor.peek {
        case JSONToken.quote:
            return .text(try readText())
        case JSONToken.openObject:
            return try readObject()
        case JSONToken.openArray:
            return try readArray()
        case UInt8(ascii: "t"):
            try cursor.skipWord("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try cursor.skipWord("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try cursor.skipWord("null")
            return .null
        case UInt8(ascii: "-"), 0x30...0x39:
            return try readNumber()
        default:
            throw cursor.fail(.badToken)
        }
    }

    private mutating func readText() throws(JSONError) -> String {
        let span = try cursor.skipText()
        return try cursor.text(of: span)
    }

    private mutating func readNumber() throws(JSONError) -> JSON {
        let span = try cursor.skipNumber()
        if let value = span.integer,
            dialect == .general || value.magnitude <= Limits.jsonIntegerMax
        {
            return .int(value)
        }
        guard dialect == .general else {
            throw JSONError(.notStrict, offset: span.range.lowerBound)
        }
        return .decimal(String(decoding: cursor.bytes[span.range], as: UTF8.self))
    }

    private mutating func readArray() throws(JSONError) -> JSON {
        try open(JSONToken.openArray)
        var elements: [JSON] = []
        if cursor.peek != JSONToken.closeArray {
            repeat {
                elements.append(try readValue())
            } while try takeComma()
        }
        try close(JSONToken.closeArray)
        return .array(elements)
    }

    private mutating func readObject() throws(JSONError) -> JSON {
        try open(JSONToken.openObject)
        var members: [JSONObject.Member] = []
        var keys = JSONKeys()
        if cursor.peek != JSONToken.closeObject {
            repeat {
                cursor.skipSpace()
                let start = cursor.offset
                let key = try readText()
                if dialect == .strict, !keys.insert(key, after: members) {
                    throw JSONError(.repeatedKey, offset: start)
                }
                cursor.skipSpace()
                try cursor.skip(JSONToken.colon)
                members.append(JSONObject.Member(key: key, value: try readValue()))
            } while try takeComma()
        }
        try close(JSONToken.closeObject)
        return .object(JSONObject(members))
    }

    private mutating func open(_ byte: UInt8) throws(JSONError) {
        guard depth < Limits.jsonDepthMax else { throw cursor.fail(.depth) }
        depth += 1
        try cursor.skip(byte)
        cursor.skipSpace()
    }

    private mutating func close(_ byte: UInt8) throws(JSONError) {
        try cursor.skip(byte)
        depth -= 1
    }

    private mutating func takeComma() throws(JSONError) -> Bool {
        cursor.skipSpace()
        guard cursor.peek == JSONToken.comma else { return false }
        cursor.offset += 1
        return true
    }
}

/// The keys of one object seen so far.
private struct JSONKeys {
    private var many: Set<String> = []

    /// - Returns: Whether the key is new to the object that has `members` already.
    mutating func insert(_ key: String, after members: [JSONObject.Member]) -> Bool {
        if members.count < Limits.jsonPairwiseKeysMax {
            return !members.contains { $0.key == key }
        }
        if many.isEmpty { many = Set(members.map(\.key)) }
        return many.insert(key).inserted
    }
}

extension JSON {
    /// Reads a whole text: exactly one value, with nothing but space around it.
    package init(
        parsing bytes: [UInt8], dialect: JSONReader.Dialect = .strict
    ) throws(JSONError) {
        self = try JSONReader.read(bytes, in: 0..<bytes.count, dialect)
    }

    /// Reads a range of `bytes` as a whole text; offsets in errors count from the start of
    /// `bytes`.
    package init(
        parsing bytes: [UInt8], in range: Range<Int>, dialect: JSONReader.Dialect = .strict
    ) throws(JSONError) {
        self = try JSONReader.read(bytes, in: range, dialect)
    }

    /// Reads a whole text: exactly one value, with nothing but space around it.
    package init(
        parsing text: String, dialect: JSONReader.Dialect = .strict
    ) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), dialect: dialect)
    }

    /// What bytes say; null where they are no JSON.
    package static func orNull(_ bytes: [UInt8]) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            return .null
        }
    }
}
