/// Walks the members of one object in its bytes, without building a tree: for hot paths.
///
/// It checks what it steps on and no more: values that are not asked for are only measured, so
/// it is meant for JSON that was read strictly once (a stored body), and takes the first of two
/// equal keys. Cost: one pass over the bytes and no memory, where members are asked for in
/// their order; each step back is one more pass.
package struct JSONScanner {
    /// What a value is, by its first byte.
    package enum Kind: Hashable, Sendable {
        case null, bool, number, text, array, object
    }

    /// Where one member stands.
    package struct Member: Sendable {
        /// The bytes between the quotes of the key.
        package let key: Range<Int>
        /// All bytes of the value, quotes or brackets included.
        package let value: Range<Int>
        package let kind: Kind
        let isKeyEscaped: Bool
        let isValueEscaped: Bool
    }

    private var cursor: JSONCursor
    private let start: Int
    private var isFirst = true

    /// - Throws: Where the bytes do not begin with an object.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        try self.init(bytes, in: 0..<bytes.count)
    }

    /// - Parameter range: Where the object stands in `bytes`; what follows it is not looked at.
    /// - Throws: Where the range does not begin with an object.
    package init(_ bytes: [UInt8], in range: Range<Int>) throws(JSONError) {
        cursor = JSONCursor(bytes, in: range)
        cursor.skipSpace()
        try cursor.skip(JSONToken.openObject)
        start = cursor.offset
    }

    /// Starts again before the first member.
    package mutating func rewind() {
        cursor.offset = start
        isFirst = true
    }

    /// The next member, or nil behind the last.
    package mutating func next() throws(JSONError) -> Member? {
        cursor.skipSpace()
        if cursor.peek == JSONToken.closeObject { return nil }
        if !isFirst {
            try cursor.skip(JSONToken.comma)
            cursor.skipSpace()
        }
        isFirst = false
        let key = try cursor.skipText()
        cursor.skipSpace()
        try cursor.skip(JSONToken.colon)
        cursor.skipSpace()
        let from = cursor.offset
        let (kind, isValueEscaped) = try cursor.skipValue()
        return Member(
            key: key.range, value: from..<cursor.offset, kind: kind,
            isKeyEscaped: key.isEscaped, isValueEscaped: isValueEscaped)
    }

    /// The member with that key, looked for from the last one found on, then from the start.
    ///
    /// - Parameter key: Compared byte by byte; a key written with escapes is never found.
    package mutating func member(_ key: String) throws(JSONError) -> Member? {
        let mark = cursor.offset
        while let member = try next() {
            if isKey(of: member, key) { return member }
        }
        rewind()
        while cursor.offset < mark, let member = try next() {
            if isKey(of: member, key) { return member }
        }
        return nil
    }

    /// Whether a member has that key: byte by byte, so never where it was written with escapes.
    package func isKey(of member: Member, _ key: String) -> Bool {
        let wanted = key.utf8.span
        let found = cursor.bytes.span.extracting(member.key)
        guard !member.isKeyEscaped, wanted.count == found.count else { return false }
        for index in found.indices where found[index] != wanted[index] { return false }
        return true
    }
}

extension JSONScanner {
    /// The text with that key, or nil where there is no such member or it is `null`.
    ///
    /// - Throws: `kind` where the member is neither.
    package mutating func text(_ key: String) throws(JSONError) -> String? {
        guard let member = try valued(key, .text) else { return nil }
        return try text(member)
    }

    /// The integer with that key, or nil where there is no such member or it is `null`.
    ///
    /// - Throws: `kind` where the member is neither, `notStrict` where it is another number.
    package mutating func int(_ key: String) throws(JSONError) -> Int64? {
        guard let member = try valued(key, .number) else { return nil }
        return try int(member)
    }

    /// The truth value with that key, or nil where there is no such member or it is `null`.
    ///
    /// - Throws: `kind` where the member is neither.
    package mutating func bool(_ key: String) throws(JSONError) -> Bool? {
        guard let member = try valued(key, .bool) else { return nil }
        return cursor.bytes[member.value.lowerBound] == UInt8(ascii: "t")
    }

    /// What a text member says.
    ///
    /// - Throws: `kind` where it is no text.
    package func text(_ member: Member) throws(JSONError) -> String {
        try expect(.text, member)
        let inside = (member.value.lowerBound + 1)..<(member.value.upperBound - 1)
        return try cursor.text(of: JSONTextSpan(range: inside, isEscaped: member.isValueEscaped))
    }

    /// The value of an integer member, within `Limits.jsonIntegerMax`.
    ///
    /// - Throws: `kind` where it is no number, `notStrict` where it is another number.
    package func int(_ member: Member) throws(JSONError) -> Int64 {
        try expect(.number, member)
        var inner = JSONCursor(cursor.bytes, in: member.value)
        guard let value = try inner.skipNumber().integer,
            value.magnitude <= Limits.jsonIntegerMax
        else { throw JSONError(.notStrict, offset: member.value.lowerBound) }
        return value
    }

    /// What a key says, with its escapes resolved.
    package func key(_ member: Member) throws(JSONError) -> String {
        try cursor.text(of: JSONTextSpan(range: member.key, isEscaped: member.isKeyEscaped))
    }

    /// A whole member as a tree, read strictly.
    package func json(_ member: Member) throws(JSONError) -> JSON {
        try JSON(parsing: cursor.bytes, in: member.value)
    }

    private mutating func valued(_ key: String, _ kind: Kind) throws(JSONError) -> Member? {
        guard let member = try member(key), member.kind != .null else { return nil }
        try expect(kind, member)
        return member
    }

    private func expect(_ kind: Kind, _ member: Member) throws(JSONError) {
        guard member.kind == kind else {
            throw JSONError(.kind, offset: member.value.lowerBound)
        }
    }
}

extension JSONCursor {
    /// Steps over any value. Of arrays and objects only the texts and the brackets are looked at.
    fileprivate mutating func skipValue() throws(JSONError) -> (
        kind: JSONScanner.Kind, isEscaped: Bool
    ) {
        switch peek {
        case JSONToken.quote:
            let span = try skipText()
            return (.text, span.isEscaped)
        case JSONToken.openObject:
            try skipContainer()
            return (.object, false)
        case JSONToken.openArray:
            try skipContainer()
            return (.array, false)
        case UInt8(ascii: "t"):
            try skipWord("true")
            return (.bool, false)
        case UInt8(ascii: "f"):
            try skipWord("false")
            return (.bool, false)
        case UInt8(ascii: "n"):
            try skipWord("null")
            return (.null, false)
        default:
            _ = try skipNumber()
            return (.number, false)
        }
    }

    private mutating func skipContainer() throws(JSONError) {
        var depth = 0
        repeat {
            switch peek {
            case JSONToken.quote:
                _ = try skipText()
                continue
            case JSONToken.openObject, JSONToken.openArray:
                depth += 1
            case JSONToken.closeObject, JSONToken.closeArray:
                depth -= 1
            default:
                guard offset < end else { throw fail(.truncated) }
            }
            offset += 1
        } while depth > 0
    }
}
