/// A place in a JSON text, and the steps over one token that reader and scanner share.
///
/// Every step starts at the token's first byte and ends behind its last.
struct JSONCursor {
    let bytes: [UInt8]
    let end: Int
    var offset: Int

    init(_ bytes: [UInt8], in range: Range<Int>) {
        invariant(
            range.lowerBound >= 0 && range.upperBound <= bytes.count,
            "a cursor stays in its bytes")
        self.bytes = bytes
        self.end = range.upperBound
        self.offset = range.lowerBound
    }

    /// The next byte; 0, which begins no token, at the end.
    var peek: UInt8 { offset < end ? bytes[offset] : 0 }

    /// The error of this place: an early end, or else `reason`.
    func fail(_ reason: JSONError.Reason) -> JSONError {
        JSONError(offset < end ? reason : .truncated, offset: offset)
    }

    mutating func skipSpace() {
        while offset < end {
            switch bytes[offset] {
            case 0x20, 0x0a, 0x0d, 0x09: offset += 1
            default: return
            }
        }
    }

    /// Steps over one given byte.
    mutating func skip(_ byte: UInt8) throws(JSONError) {
        guard peek == byte else { throw fail(.badToken) }
        offset += 1
    }

    /// Steps over `true`, `false` or `null`.
    mutating func skipWord(_ word: String) throws(JSONError) {
        for byte in word.utf8 { try skip(byte) }
    }
}

/// The bytes of a text between its quotes.
struct JSONTextSpan {
    let range: Range<Int>
    let isEscaped: Bool
}

extension JSONCursor {
    /// Steps over a text; its escapes and its encoding are only looked at by `text(of:)`.
    mutating func skipText() throws(JSONError) -> JSONTextSpan {
        try skip(JSONToken.quote)
        let span = try measureText()
        offset = span.range.upperBound + 1
        return span
    }

    /// The text whose first byte is here. Apart from `skipText`, so that the loop runs over
    /// borrowed bytes without a count of references.
    private func measureText() throws(JSONError) -> JSONTextSpan {
        let source = bytes.span
        var index = offset
        var isEscaped = false
        while index < end {
            let byte = source[index]
            // Most bytes of Chinese text: above every byte that means something here.
            if byte > JSONToken.escape {
                index += 1
                continue
            }
            if byte == JSONToken.quote {
                return JSONTextSpan(range: offset..<index, isEscaped: isEscaped)
            }
            if byte == JSONToken.escape {
                isEscaped = true
                index += 1
            } else if byte < 0x20 {
                throw JSONError(.badText, offset: index)
            }
            index += 1
        }
        throw JSONError(.truncated, offset: end)
    }

    /// What a text says, with its escapes resolved.
    func text(of span: JSONTextSpan) throws(JSONError) -> String {
        do {
            if span.isEscaped {
                let plain = try unescaped(span.range)
                return String(copying: try UTF8Span(validating: plain.span))
            }
            return String(copying: try UTF8Span(validating: bytes.span.extracting(span.range)))
        } catch let error as JSONError {
            throw error
        } catch {
            throw JSONError(.badEncoding, offset: span.range.lowerBound)
        }
    }

    private func unescaped(_ range: Range<Int>) throws(JSONError) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(range.count)
        var inner = JSONCursor(bytes, in: range)
        while inner.offset < inner.end {
            let byte = inner.peek
            inner.offset += 1
            if byte != JSONToken.escape {
                plain.append(byte)
                continue
            }
            let letter = inner.peek
            inner.offset += 1
            if letter == UInt8(ascii: "u") {
                plain.append(contentsOf: String(Character(try inner.readScalar())).utf8)
            } else if let meant = JSONToken.meaning(ofEscape: letter) {
                plain.append(meant)
            } else {
                throw JSONError(.badText, offset: inner.offset - 1)
            }
        }
        return plain
    }

    /// The scalar of `\uXXXX`, or of two that make a surrogate pair, behind the `u`.
    private mutating func readScalar() throws(JSONError) -> Unicode.Scalar {
        let start = offset
        let first = try readHex4()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), peek == JSONToken.escape else {
            throw JSONError(.badText, offset: start)
        }
        offset += 1
        guard peek == UInt8(ascii: "u") else { throw JSONError(.badText, offset: start) }
        offset += 1
        let second = try readHex4()
        guard UTF16.isTrailSurrogate(second) else { throw JSONError(.badText, offset: start) }
        let value = 0x10000 + (UInt32(first & 0x3ff) << 10 | UInt32(second & 0x3ff))
        guard let scalar = Unicode.Scalar(value) else {
            throw JSONError(.badText, offset: start)
        }
        return scalar
    }

    private mutating func readHex4() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard offset < end, let digit = Hex.nibble(bytes[offset]) else {
                throw JSONError(.badText, offset: offset)
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }
}

/// The bytes of a number.
struct JSONNumberSpan {
    let range: Range<Int>
    /// The value, where the text is an integer that fits and is no negative zero.
    let integer: Int64?
}

extension JSONCursor {
    /// Steps over a number of RFC 8259 §6.
    mutating func skipNumber() throws(JSONError) -> JSONNumberSpan {
        let start = offset
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        let firstDigit = offset
        let magnitude = try skipDigits()
        if bytes[firstDigit] == UInt8(ascii: "0"), offset - firstDigit > 1 {
            throw JSONError(.badNumber, offset: firstDigit)
        }
        var isInteger = true
        if peek == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            _ = try skipDigits()
        }
        if peek | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            offset += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { offset += 1 }
            _ = try skipDigits()
        }
        let range = start..<offset
        guard isInteger, let magnitude, !(isNegative && magnitude == 0) else {
            return JSONNumberSpan(range: range, integer: nil)
        }
        return JSONNumberSpan(range: range, integer: isNegative ? -magnitude : magnitude)
    }

    /// - Returns: The value of the digits, or nil where it does not fit in 63 bits.
    private mutating func skipDigits() throws(JSONError) -> Int64? {
        let start = offset
        var value: Int64 = 0
        var fits = true
        while offset < end {
            let digit = bytes[offset] &- 0x30
            if digit > 9 { break }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(digit))
            fits = fits && !overflow && !carry
            value = fits ? sum : 0
            offset += 1
        }
        guard offset > start else { throw fail(.badNumber) }
        return fits ? value : nil
    }
}

/// The bytes that begin, join and end tokens.
enum JSONToken {
    static let quote = UInt8(ascii: "\"")
    static let escape = UInt8(ascii: "\\")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let openObject = UInt8(ascii: "{")
    static let closeObject = UInt8(ascii: "}")
    static let openArray = UInt8(ascii: "[")
    static let closeArray = UInt8(ascii: "]")

    /// The byte that a one-letter escape stands for.
    static func meaning(ofEscape letter: UInt8) -> UInt8? {
        switch letter {
        case quote, escape, UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }
}
